// SPDX-License-Identifier: Apache-2.0
#include "config/template/assets.hpp"

#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace postern::config::templates {

namespace {

constexpr std::string_view kAssetsEnd = ".assets.json";

}  // namespace

Assets::Assets(const std::string& template_file, Findings& findings)
{
    if (!template_file.ends_with(kTemplateEnd)) return;
    const std::string file =
        template_file.substr(0, template_file.size() - kTemplateEnd.size()) + std::string(kAssetsEnd);
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return;
    files_.push_back(file);
    const Result<std::string> text = read_text_file(file);
    if (!text.has_value()) {
        findings.problem({file, 0, 0}, text.error().detail);
        return;
    }
    const Document document = read_yaml(*text, file);
    for (const Diagnostic& problem : document.problems) findings.problem(problem.where, problem.message);
    if (document.is_complete) read(document.root);
}

void Assets::read(const Node& root)
{
    const Node* files = root.find("files");
    if (files == nullptr) return;
    for (const Node::Entry& entry : files->entries) {
        const Node* source = entry.value.find("source");
        const Node* path = source == nullptr ? nullptr : source->find("path");
        if (path == nullptr) continue;
        paths_[entry.key + ".zip"] = path->text;
        const Node* destinations = entry.value.find("destinations");
        if (destinations == nullptr) continue;
        for (const Node::Entry& destination : destinations->entries) {
            if (const Node* key = destination.value.find("objectKey")) paths_[key->text] = path->text;
        }
    }
}

std::optional<std::string> Assets::path_of(const std::string& s3_key) const
{
    const auto found = paths_.find(s3_key);
    if (found == paths_.end()) return std::nullopt;
    return found->second;
}

bool Assets::has_source(const std::string& path) const
{
    return std::any_of(
        paths_.begin(), paths_.end(), [&](const auto& object) { return object.second == path; });
}

}  // namespace postern::config::templates
