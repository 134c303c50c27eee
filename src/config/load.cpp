// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/cross_checks.hpp"
#include "config/sections.hpp"
#include "config/template/document.hpp"
#include "config/template/translate.hpp"
#include "config/yaml_reader.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

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

Loaded failed(const std::string& path, const std::string& why)
{
    Loaded out;
    out.problems.push_back({{path, 0, 0}, "", why});
    return out;
}

/// What kind of file it is, by what stands at its top.
enum class Door { Native, Template };

Door door_of(const Node& root)
{
    return templates::is_template(root) ? Door::Template : Door::Native;
}

void append(std::vector<Diagnostic>& problems, const std::vector<Diagnostic>& more)
{
    problems.insert(problems.end(), more.begin(), more.end());
}

/// Overrides and the native tree into settings.
void read_native(Node& root, const std::string& name, const LoadOptions& options, Loaded& out)
{
    for (const Override& given : options.overrides.values) apply(given, root, out.problems);
    Reader reader(name, options.check_expression);
    reader.read(root_section(), root, &out.settings, "");
    check_references(out.settings, options.builtin_handlers, reader);
    append(out.problems, reader.problems);
    out.origins = std::move(reader.origins);
}

void load_template(const Node& root, const std::string& name, const LoadOptions& options, Loaded& out)
{
    templates::Translation native =
        templates::translate(root, name, options.template_options, options.overrides.values);
    append(out.problems, native.problems);
    out.notes = std::move(native.notes);
    out.files = std::move(native.files);
    const std::size_t known = out.problems.size();
    if (native.is_readable) read_native(native.root, name, options, out);
    templates::finish(root, out.problems, out.notes, known);
}

Loaded load(Document document, const std::string& name, const LoadOptions& options)
{
    Loaded out;
    out.problems = std::move(document.problems);
    append(out.problems, options.overrides.problems);
    switch (door_of(document.root)) {
        case Door::Native:
            refuse_tags(document.root, out.problems);
            if (!options.template_options.parameter_overrides.empty()) {
                out.problems.push_back(
                    {{"flag --parameter-overrides", 0, 0}, "", "only templates have parameters"});
            }
            read_native(document.root, name, options, out);
            break;
        case Door::Template:
            load_template(document.root, name, options, out);
            break;
    }
    sort_by_position(out.problems);
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
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return failed(path, "expected a file, not a directory");
    std::ifstream file(path, std::ios::binary);
    if (!file) return failed(path, std::string("cannot be read: ") + std::strerror(errno));
    // One byte more than allowed shows that there is more, however long an endless file is.
    std::string text(kFileBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return failed(path, std::string("cannot be read: ") + std::strerror(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load_text(text, path, options);
}

Loaded load_builtin(const LoadOptions& options)
{
    Document document = read_yaml(kBuiltinText, kBuiltinName);
    forget_lines(document.root);
    return load(std::move(document), kBuiltinName, options);
}

}  // namespace postern::config
