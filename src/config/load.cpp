// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/cross_checks.hpp"
#include "config/sections.hpp"
#include "config/serverless/translate.hpp"
#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"

#include <utility>

namespace postern::config {

namespace {

constexpr std::string_view kBuiltinText = R"(
apis:
  echo:
    routeSelectionExpression: $request.body.action
    routes:
      $default: { integration: "plugin:echo", routeResponse: true }
      echo: { integration: "plugin:echo", routeResponse: true }
    stages:
      dev: {}
)";
constexpr const char* kBuiltinName = "the built-in echo API";

/// What a template has become takes the place of the native file.
void enter(Translation translation, Document& document, Loaded& out)
{
    document.root = std::move(translation.root);
    out.problems.insert(out.problems.end(), translation.problems.begin(), translation.problems.end());
    out.notes = std::move(translation.notes);
    out.files = std::move(translation.files);
}

Loaded load(Document document, const std::string& name, const LoadOptions& options)
{
    Loaded out;
    out.problems = std::move(document.problems);
    if (is_serverless(document.root))
        enter(translate_serverless(document, name, options.serverless), document, out);
    refuse_tags(document.root, out.problems);
    out.problems.insert(
        out.problems.end(), options.overrides.problems.begin(), options.overrides.problems.end());
    for (const Override& given : options.overrides.values) apply(given, document.root, out.problems);

    Reader reader(name, options.check_expression);
    reader.read(root_section(), document.root, &out.settings, "");
    check_references(out.settings, options.builtin_handlers, reader);
    out.problems.insert(out.problems.end(), reader.problems.begin(), reader.problems.end());
    sort_by_position(out.problems);
    out.origins = std::move(reader.origins);
    out.tree = std::move(document.root);
    return out;
}

}  // namespace

Loaded load_text(std::string_view text, const std::string& name, const LoadOptions& options)
{
    Document document = read_yaml(text, name);
    if (!document.is_complete) {
        Loaded out;
        out.problems = std::move(document.problems);
        sort_by_position(out.problems);
        return out;
    }
    return load(std::move(document), name, options);
}

Loaded load_file(const std::string& path, const LoadOptions& options)
{
    const Result<std::string> text = read_text_file(path);
    if (text.has_value()) return load_text(*text, path, options);
    Loaded failed;
    failed.problems.push_back({{path, 0, 0}, "", text.error().detail});
    return failed;
}

Loaded load_builtin(const LoadOptions& options)
{
    Document document = read_yaml(kBuiltinText, kBuiltinName);
    forget_lines(document.root);
    return load(std::move(document), kBuiltinName, options);
}

}  // namespace postern::config
