// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/cross_checks.hpp"
#include "config/default_listeners.hpp"
#include "config/sections.hpp"
#include "config/serverless/translate.hpp"
#include "config/template/cloud_assembly.hpp"
#include "config/template/document.hpp"
#include "config/template/merge_keys.hpp"
#include "config/template/translate.hpp"
#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
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

/// What flags and the environment set for the native file is also what the file's own texts are made of.
serverless::Options serverless_options(const LoadOptions& options)
{
    serverless::Options out = options.serverless;
    for (const Override& given : options.overrides.values) {
        if (given.path == "region") out.opt["region"] = given.value;
        if (given.path == "accountId") out.account_id = given.value;
    }
    return out;
}

/// What kind of file it is, by what stands at its top.
enum class Door { Native, Template, Serverless };

Door door_of(const Node& root)
{
    if (templates::is_template(root)) return Door::Template;
    return is_serverless(root) ? Door::Serverless : Door::Native;
}

/// What flags say about another kind of file than this one.
void refuse_foreign(Door door, const LoadOptions& options, std::vector<Diagnostic>& problems)
{
    const auto refuse = [&problems](std::string_view flag, std::string why) {
        problems.push_back({{"flag --" + std::string(flag), 0, 0}, "", std::move(why)});
    };
    if (door != Door::Template && !options.template_options.parameter_overrides.empty()) {
        refuse("parameter-overrides", "only templates have parameters");
    }
    if (door == Door::Serverless) return;
    for (const auto& [name, value] : options.serverless.opt) {
        if (name == "region") {
            refuse(name, "only a serverless.yml has it; for this file: --set region=" + value);
        } else if (name == "stage") {
            refuse(name,
                   "only a serverless.yml has it; this file names its stages, in templates often by a "
                   "parameter: --parameter-overrides NAME=" +
                       value);
        } else {
            refuse("opt " + name, "only a serverless.yml has options");
        }
    }
}

Translation translate(Door door, Document& document, const std::string& name, const LoadOptions& options)
{
    switch (door) {
        case Door::Template:
            templates::merge_keys(document.root);
            return templates::translate(
                document.root, name, options.template_options, options.overrides.values);
        case Door::Serverless:
            return translate_serverless(
                document, name, serverless_options(options), options.overrides.values);
        case Door::Native:
            break;
    }
    Translation native;
    native.root = std::move(document.root);
    refuse_tags(native.root, native.problems);
    return native;
}

void append(std::vector<Diagnostic>& problems, const std::vector<Diagnostic>& more)
{
    problems.insert(problems.end(), more.begin(), more.end());
}

/// Overrides and the native tree into settings.
void read_native(Node& root, const std::string& name, const LoadOptions& options, Loaded& out)
{
    place_default_listeners(root, out.problems);
    for (const Override& given : options.overrides.values) apply(given, root, out.problems);
    if (options.only_port) place_only_listener(*options.only_port, root, out.problems);
    Reader reader(name, options.check_expression);
    reader.read(root_section(), root, &out.settings, "");
    check_references(out.settings, options.builtin_handlers, reader);
    append(out.problems, reader.problems);
    out.origins = std::move(reader.origins);
}

/// The native tree as convert writes it: with what was overridden, but without defaults.
Node written(Node root, const std::vector<Override>& overrides)
{
    std::vector<Diagnostic> told_elsewhere;
    for (const Override& given : overrides) apply(given, root, told_elsewhere);
    return root;
}

Loaded load(Document document, const std::string& name, const LoadOptions& options)
{
    Loaded out;
    out.problems = std::move(document.problems);
    append(out.problems, options.overrides.problems);
    const Door door = door_of(document.root);
    refuse_foreign(door, options, out.problems);
    Translation native = translate(door, document, name, options);
    append(out.problems, native.problems);
    out.notes = std::move(native.notes);
    out.files = std::move(native.files);
    out.tree = written(native.root, options.overrides.values);
    const std::size_t known = out.problems.size();
    if (native.is_readable) read_native(native.root, name, options, out);
    if (door == Door::Template) templates::finish(document.root, out.problems, out.notes, known);
    sort_by_position(out.problems);
    drop_repeated(out.problems);
    std::stable_sort(out.notes.begin(), out.notes.end(), [](const Note& a, const Note& b) {
        return stands_before(a.where, b.where);
    });
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
    const std::vector<std::string> templates = templates::templates_in(path);
    const std::string hint = templates.empty() ? "" : ", such as " + templates[0];
    failed.problems.push_back({{path, 0, 0}, "", text.error().detail + hint});
    return failed;
}

Loaded load_builtin(const LoadOptions& options)
{
    Document document = read_yaml(kBuiltinText, kBuiltinName);
    forget_lines(document.root);
    return load(std::move(document), kBuiltinName, options);
}

}  // namespace postern::config
