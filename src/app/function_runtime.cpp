// SPDX-License-Identifier: Apache-2.0
#include "app/function_runtime.hpp"

#include "app/environment_key.hpp"
#include "app/runtime_directory.hpp"
#include "integrations/lambda/remote_function.hpp"
#include "observability/stage_logs.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace postern::app {

namespace {

/// Shared with others: a directory of a known name in it could be somebody else's.
std::string scratch_directory()
{
    std::error_code ignored;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(ignored);
    return temporary.empty() ? "/tmp" : temporary.string();
}

}  // namespace

std::unique_ptr<integrations::lambda::FunctionHost> make_function_host(LineWriter& lines, const Clock& clock)
{
    using integrations::lambda::FunctionSpec;
    using integrations::lambda::LogGroup;
    integrations::lambda::FunctionHostOptions options;
    options.runtime_directory = runtime_directory();
    options.scratch_directory = scratch_directory();
    options.open_log = [&lines](const std::string& group, const std::string& directory) -> Result<LogGroup> {
        auto destination = observability::open_log_group(lines, directory, group);
        if (!destination) return destination.error();
        return LogGroup{*std::move(destination), directory.empty()};
    };
    // Functions elsewhere are invoked with the credentials of whoever has started the gateway.
    options.make_remote = [&clock](boost::asio::io_context& io, const FunctionSpec& spec) {
        return integrations::lambda::make_remote_function(io, spec, {clock, environment_key(), ""});
    };
    options.own_files = [&lines] {
        std::vector<std::string> files = lines.files();
        for (const char* output : {"/proc/self/fd/1", "/proc/self/fd/2"}) files.emplace_back(output);
        return files;
    };
    return std::make_unique<integrations::lambda::FunctionHost>(std::move(options), clock);
}

}  // namespace postern::app
