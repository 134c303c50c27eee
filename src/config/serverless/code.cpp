// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/code.hpp"

#include "config/handler_files.hpp"

#include <array>
#include <filesystem>
#include <system_error>

namespace postern::config::serverless {

namespace {

namespace fs = std::filesystem;

/// Where serverless-esbuild, serverless-plugin-typescript and serverless-webpack put what they make.
constexpr std::array<const char*, 3> kBuildDirectories = {".esbuild/.build", ".build", ".webpack/service"};

constexpr std::array<const char*, 4> kRunnable = {".js", ".mjs", ".cjs", ".py"};
constexpr std::array<const char*, 4> kTypeScript = {".ts", ".mts", ".cts", ".tsx"};

/// The first of the files FILE.EXTENSION that exists; "" when none does.
template <std::size_t N>
std::string first_there(const fs::path& directory,
                        const std::string& file,
                        const std::array<const char*, N>& extensions)
{
    for (const char* extension : extensions) {
        std::error_code error;
        if (fs::exists(directory / (file + extension), error)) return file + extension;
    }
    return "";
}

}  // namespace

CodeDirectory code_directory(const std::string& runtime,
                             const Handler& handler,
                             const std::string& service_directory,
                             Translation& out)
{
    const fs::path directory(service_directory);
    const std::string file = files_of_handler(runtime, handler.text).stem;
    const std::string source = first_there(directory, file, kTypeScript);
    if (source.empty() || !first_there(directory, file, kRunnable).empty()) return {};
    for (const char* built : kBuildDirectories) {
        if (first_there(directory / built, file, kRunnable).empty()) continue;
        out.notes.push_back({handler.where,
                             handler.path,
                             Note::Kind::Understood,
                             source + " runs as it was built in " + built});
        return {built, ""};
    }
    return {".",
            source + " is TypeScript, which Postern does not build; build it to " + file +
                ".js, or with the Framework's plugin to " + kBuildDirectories[0] + '/' + file +
                ".js, or name the directory of what you build in custom.postern.codeUri"};
}

}  // namespace postern::config::serverless
