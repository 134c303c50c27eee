// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/cross_checks.hpp"
#include "config/default_listeners.hpp"
#include "config/sections.hpp"
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

Loaded load(Document document, const std::string& name, const LoadOptions& options)
{
    Loaded out;
    out.problems = std::move(document.problems);
    refuse_tags(document.root, out.problems);
    out.problems.insert(
        out.problems.end(), options.overrides.problems.begin(), options.overrides.problems.end());
    place_default_listeners(document.root, out.problems);
    for (const Override& given : options.overrides.values) apply(given, document.root, out.problems);
    if (options.only_port) place_only_listener(*options.only_port, document.root, out.problems);

    Reader reader(name, options.check_expression);
    reader.read(root_section(), document.root, &out.settings, "");
    check_references(out.settings, options.builtin_handlers, reader);
    out.problems.insert(out.problems.end(), reader.problems.begin(), reader.problems.end());
    sort_by_position(out.problems);
    out.origins = std::move(reader.origins);
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
