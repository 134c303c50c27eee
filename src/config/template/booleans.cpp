// SPDX-License-Identifier: Apache-2.0
#include "config/template/booleans.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postern::config::templates {

namespace {

using Words = std::array<std::string_view, 9>;

/// The words of YAML 1.1; "yEs" is none.
constexpr Words kTrue = {"yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"};
constexpr Words kFalse = {"no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"};

bool is_one_of(const Words& words, std::string_view text)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

void settle_booleans(Node& node)
{
    for (Node& item : node.items) settle_booleans(item);
    for (Node::Entry& entry : node.entries) settle_booleans(entry.value);
    if (node.type != Node::Type::Scalar || node.is_quoted || !node.tag.empty()) return;
    if (is_one_of(kTrue, node.text)) node.text = "true";
    if (is_one_of(kFalse, node.text)) node.text = "false";
}

}  // namespace postern::config::templates
