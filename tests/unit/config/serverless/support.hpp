// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"
#include "config/serverless/translate.hpp"
#include "config/yaml_reader.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace postern::config {

/// A directory that is gone at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory()
    {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }

    /// Writes a file, with the directories on the way to it.
    void write(const std::string& name, std::string_view text) const
    {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
    }

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A service "s" with one function on $default; more of the file may follow.
inline constexpr const char* kService =
    "service: s\n"
    "provider: {name: aws, region: eu-west-1}\n"
    "functions:\n"
    "  f: {handler: f.handler, events: [{websocket: $default}]}\n";

inline Translation translated(std::string_view text,
                              const serverless::Options& options = {},
                              const std::string& name = "serverless.yml")
{
    return translate_serverless(read_yaml(text, name), name, options, {});
}

/// The node at "functions/s-dev-f/timeout" as JSON; "" when there is none.
inline std::string json_at(const Node& root, std::string path)
{
    const Node* node = &root;
    for (path += '/'; !path.empty() && node != nullptr; path.erase(0, path.find('/') + 1))
        node = node->find(path.substr(0, path.find('/')));
    return node == nullptr ? "" : to_json(*node).value();
}

inline std::string lines_of(const std::vector<Diagnostic>& problems)
{
    std::string out;
    for (const Diagnostic& problem : problems) out += to_string(problem) + '\n';
    return out;
}

/// "3 functions.f: the function s-dev-f" for each note, Ignored ones with "ignored" in front.
inline std::string lines_of(const std::vector<Note>& notes)
{
    std::string out;
    for (const Note& note : notes) {
        const bool is_ignored = note.kind == Note::Kind::Ignored;
        out += (is_ignored ? "ignored " : "") + std::to_string(note.where.line) + ' ' + note.path + ": " +
               note.message + '\n';
    }
    return out;
}

}  // namespace postern::config
