// SPDX-License-Identifier: Apache-2.0
#include "config/property.hpp"

#include <algorithm>

namespace postern::config {

Property::Property(std::type_index owner_type, Rule what, std::string known_as, std::string sentences)
    : name(std::move(known_as)), doc(std::move(sentences)), rule(std::move(what)), owner(owner_type)
{}

Property Property::documentation() &&
{
    support = Support::Documentation;
    return std::move(*this);
}

Property Property::not_yet(std::string also_accepted) &&
{
    support = Support::NotYet;
    aws_default = std::move(also_accepted);
    return std::move(*this);
}

Property Property::required() &&
{
    is_required = true;
    return std::move(*this);
}

Property Property::expression() &&
{
    is_expression = true;
    return std::move(*this);
}

Property Property::secret() &&
{
    is_secret = true;
    return std::move(*this);
}

Property Property::always_there() &&
{
    is_always_there = true;
    return std::move(*this);
}

Property Property::also_named(std::string shorter) &&
{
    alias = std::move(shorter);
    return std::move(*this);
}

Property Property::matching(std::string pattern, std::string expected) &&
{
    rule.pattern = std::move(pattern);
    rule.expected = std::move(expected);
    return std::move(*this);
}

Property Property::saying(std::string message) &&
{
    rule.message = std::move(message);
    return std::move(*this);
}

Property Property::with_keys(std::string pattern, std::string expected) &&
{
    key.pattern = std::move(pattern);
    key.expected = std::move(expected);
    return std::move(*this);
}

Property Property::with_items(std::size_t min, std::size_t max, std::string message_too_few) &&
{
    items_min = min;
    items_max = max;
    too_few = std::move(message_too_few);
    return std::move(*this);
}

Property Property::defaulting_to(std::string yaml) &&
{
    default_yaml = std::move(yaml);
    return std::move(*this);
}

const Property* Section::find(std::string_view wanted) const
{
    const auto found = std::find_if(properties.begin(), properties.end(), [&](const Property& property) {
        return property.name == wanted || (!property.alias.empty() && property.alias == wanted);
    });
    return found == properties.end() ? nullptr : &*found;
}

std::vector<std::string> Section::names() const
{
    std::vector<std::string> out;
    for (const Property& property : properties) {
        if (property.support == Support::Refused) continue;
        out.push_back(property.name);
        if (!property.alias.empty()) out.push_back(property.alias);
    }
    return out;
}

}  // namespace postern::config
