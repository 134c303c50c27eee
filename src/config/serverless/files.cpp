// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/files.hpp"

#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <system_error>

namespace postern::config::serverless {

namespace {

namespace fs = std::filesystem;

/// The path with all links followed; "" when that cannot be told.
fs::path real(const fs::path& path)
{
    std::error_code error;
    return fs::weakly_canonical(path.empty() ? fs::path(".") : path, error);
}

bool is_below(const fs::path& path, const fs::path& directory)
{
    const auto ends = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
    return !path.empty() && !directory.empty() && ends.first == directory.end();
}

bool is_code(const std::string& extension)
{
    return extension == ".js" || extension == ".cjs" || extension == ".mjs" || extension == ".ts";
}

bool is_tree(const std::string& extension)
{
    return extension == ".yml" || extension == ".yaml" || extension == ".json" || extension == ".tfstate";
}

}  // namespace

Files::Files(fs::path directory, const std::string& allowed, Translation& out)
    : directory_(std::move(directory)), allowed_(real(directory_ / allowed)), out_(out)
{
    // "a/b/" has an empty last part, which no file below has.
    if (!allowed_.has_filename()) allowed_ = allowed_.parent_path();
}

const Node* Files::read(const std::string& path, const Position& where)
{
    const fs::path full = (directory_ / path).lexically_normal();
    const auto known = read_.find(full);
    if (known != read_.end()) return known->second.type == Node::Type::Null ? nullptr : &known->second;
    if (read_.size() >= kFilesMax) {
        report(where, full, "more than " + std::to_string(kFilesMax) + " files");
        return nullptr;
    }
    Node& node = read_[full];
    load(full, node, where);
    return node.type == Node::Type::Null ? nullptr : &node;
}

void Files::load(const fs::path& path, Node& into, const Position& where)
{
    if (!is_below(real(path), allowed_)) {
        return report(where,
                      path,
                      "outside of " + allowed_.string() +
                          "; the property projectDir of the service may name a directory above it");
    }
    if (is_code(path.extension())) {
        return report(where,
                      path,
                      "is code, which is not run to get a value; write what it returns to a YAML or JSON "
                      "file, or give the value with --opt");
    }
    std::error_code error;
    if (!fs::exists(path, error)) return;
    out_.files.push_back(path.string());
    if (!fs::is_regular_file(path, error)) return report(where, path, "is not a file");
    Result<std::string> text = read_text_file(path.string());
    if (!text) return report(where, path, text.error().detail);
    bytes_ += text->size();
    if (bytes_ > kBytesMax) return report(where, path, "more than 16 MiB of files");
    if (is_tree(path.extension())) {
        Document document = read_yaml(*text, path.string());
        out_.problems.insert(out_.problems.end(), document.problems.begin(), document.problems.end());
        if (document.is_complete) into = std::move(document.root);
    } else if (!text::is_utf8(*text)) {
        report(where, path, "the text is not UTF-8");
    } else {
        into = scalar_node(*std::move(text), where);
        into.is_quoted = true;
    }
}

void Files::report(const Position& where, const fs::path& path, const std::string& why)
{
    out_.problems.push_back({where, "", path.string() + ": " + why});
}

}  // namespace postern::config::serverless
