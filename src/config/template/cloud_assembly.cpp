// SPDX-License-Identifier: Apache-2.0
#include "config/template/cloud_assembly.hpp"

#include "config/template/assets.hpp"
#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace postern::config::templates {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnknown = "unknown-";  // "aws://unknown-account/unknown-region"
constexpr std::string_view kScheme = "aws://";
constexpr std::size_t kStacksMax = 200;  // of one app; what is beyond is not looked at

std::string known(std::string_view word)
{
    return word.starts_with(kUnknown) ? "" : std::string(word);
}

std::string text_of(const Node& map, std::string_view key)
{
    const Node* found = map.find(key);
    return found != nullptr && found->type == Node::Type::Scalar ? found->text : "";
}

/// "aws://123456789012/eu-west-1" into the stack's account and region.
void read_environment(std::string_view environment, AppStack& stack)
{
    const std::size_t slash = environment.rfind('/');
    if (!environment.starts_with(kScheme) || slash < kScheme.size()) return;
    stack.account = known(environment.substr(kScheme.size(), slash - kScheme.size()));
    stack.region = known(environment.substr(slash + 1));
}

bool is_nested_in(const AppStack& stack, const std::string& template_file)
{
    Findings not_of_this_template;
    return Assets(stack.file, not_of_this_template).has_source(fs::path(template_file).filename().string());
}

}  // namespace

CloudAssembly::CloudAssembly(const std::string& template_file, Findings& findings)
{
    if (!template_file.ends_with(kTemplateEnd)) return;
    const std::string file = (fs::path(template_file).parent_path() / "manifest.json").string();
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return;
    const Result<std::string> text = read_text_file(file);
    const Document document = text.has_value() ? read_yaml(*text, file) : Document();
    if (!document.is_complete) {
        findings.ignored(
            {file, 0, 0},
            "it cannot be read: the region, the account and the name of the stack are not known");
        return;
    }
    read(document.root);
    if (stacks_.empty()) return;
    file_ = file;
    auto own = std::find_if(stacks_.begin(), stacks_.end(), [&](const AppStack& stack) {
        return fs::path(stack.file) == fs::path(template_file);
    });
    if (own == stacks_.end()) {
        own = std::find_if(stacks_.begin(), stacks_.end(), [&](const AppStack& stack) {
            return is_nested_in(stack, template_file);
        });
    }
    if (own != stacks_.end()) own_ = &*own;
}

void CloudAssembly::read(const Node& root)
{
    const Node* artifacts = root.find("artifacts");
    if (artifacts == nullptr) return;
    const fs::path directory = fs::path(root.where.file).parent_path();
    for (const Node::Entry& artifact : artifacts->entries) {
        if (stacks_.size() == kStacksMax) return;
        const Node* properties = artifact.value.find("properties");
        if (text_of(artifact.value, "type") != "aws:cloudformation:stack" || properties == nullptr) continue;
        AppStack stack;
        stack.file = (directory / text_of(*properties, "templateFile")).string();
        stack.name = text_of(*properties, "stackName");
        if (stack.name.empty()) stack.name = artifact.key;
        read_environment(text_of(artifact.value, "environment"), stack);
        stacks_.push_back(std::move(stack));
    }
}

std::vector<std::string> templates_in(const std::string& directory)
{
    std::vector<std::string> out;
    std::error_code error;
    for (fs::directory_iterator each(directory, error), end; !error && each != end; each.increment(error)) {
        std::string file = each->path().string();
        if (file.ends_with(kTemplateEnd)) out.push_back(std::move(file));
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace postern::config::templates
