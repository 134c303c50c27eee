// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include "config/property.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

namespace postern::config {

namespace {

constexpr std::string_view kPrefix = "POSTERN_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::size_t kValueFileBytesMax = 65'536;

/// "gateway.limits.idleTimeout" is POSTERN_GATEWAY_LIMITS_IDLE_TIMEOUT.
std::string variable_name(const std::string& path)
{
    std::string out(kPrefix);
    for (const char c : path) {
        if (c == '.') {
            out += '_';
        } else if (c >= 'A' && c <= 'Z') {
            (out += '_') += c;
        } else {
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return out;
}

void collect(const Section& section, const std::string& path, std::vector<Variable>& out)
{
    for (const Property& property : section.properties) {
        const std::string child = join(path, property.name);
        if (property.rule.kind == Kind::Object) {
            collect(property.section(), child, out);
        } else if (is_scalar(property.rule.kind) || property.rule.kind == Kind::List) {
            out.push_back({variable_name(child), child});
        }
    }
}

const Variable* find_variable(std::string_view name)
{
    const auto found = std::find_if(variables().begin(), variables().end(), [&](const Variable& variable) {
        return variable.name == name;
    });
    return found == variables().end() ? nullptr : &*found;
}

/// Variables that share the prefix but are not settings: those of ./dev and of the commands, and those that
/// Kubernetes and Docker links give to every container beside a service called "postern" or "postern-...".
bool is_somebody_elses(std::string_view name)
{
    constexpr std::array<std::string_view, 2> kOwn = {"POSTERN_JOBS", "POSTERN_ADMIN"};
    if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end()) return true;
    if (name.starts_with("POSTERN_DEV_") || name.starts_with("POSTERN_TEST_")) return true;
    if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos) return true;
    const std::size_t port = name.find("_PORT");
    if (port == std::string_view::npos) return false;
    const std::string_view rest = name.substr(port + 5);
    return rest.empty() || (rest.starts_with('_') && rest.find_first_of("0123456789") == 1);
}

std::optional<std::string> read_value_file(const std::string& file_name)
{
    std::ifstream file(file_name, std::ios::binary);
    if (!file) return std::nullopt;
    std::string value(kValueFileBytesMax + 1, '\0');
    file.read(value.data(), static_cast<std::streamsize>(value.size()));
    value.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || value.size() > kValueFileBytesMax) return std::nullopt;
    while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
    return value;
}

void report(Overrides& out, const std::string& name, std::string message)
{
    out.problems.push_back({{"environment " + name, 0, 0}, "", std::move(message)});
}

std::string nearest_variable(const std::string& name)
{
    std::vector<std::string> names;
    for (const Variable& variable : variables()) names.push_back(variable.name);
    return did_you_mean(name, names);
}

}  // namespace

const std::vector<Variable>& variables()
{
    static const std::vector<Variable> table = [] {
        std::vector<Variable> all;
        collect(root_section(), "", all);
        return all;
    }();
    return table;
}

Overrides environment_overrides(const std::map<std::string, std::string>& environment)
{
    Overrides out;
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(kPrefix)) continue;
        if (const Variable* variable = find_variable(name)) {
            out.values.push_back({variable->path, value, "environment " + name});
            continue;
        }
        const std::string whole =
            name.ends_with(kFileSuffix) ? name.substr(0, name.size() - kFileSuffix.size()) : "";
        const Variable* variable = find_variable(whole);
        if (variable == nullptr) {
            if (!is_somebody_elses(name)) report(out, name, "no such setting" + nearest_variable(name));
        } else if (environment.contains(whole)) {
            report(out, name, whole + " is set, too: expected only one of them");
        } else if (std::optional<std::string> content = read_value_file(value)) {
            out.values.push_back({variable->path, *std::move(content), "environment " + name});
        } else {
            report(out, name, "cannot read the file " + value);
        }
    }
    return out;
}

}  // namespace postern::config
