// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What becomes of every property of the resource types that Postern runs: one table, which docs/templates.md
/// follows.
namespace postern::config::templates {

struct PropertyRule {
    enum class Use {
        Copied,      ///< becomes the native property, its name in camelCase
        CopiedKeys,  ///< the same, and so the names in the map below it
        Read,        ///< code of its own makes something of it
        Ignored,     ///< changes nothing here; `reason` says why
    };

    std::string_view name;
    Use use;
    std::string_view reason{};
};

/// The properties of a type that Postern runs; null for every other type.
const std::vector<PropertyRule>* rules_of(std::string_view type);

const PropertyRule* find_rule(const std::vector<PropertyRule>& rules, std::string_view name);

std::vector<std::string> names_of(const std::vector<PropertyRule>& rules);

}  // namespace postern::config::templates
