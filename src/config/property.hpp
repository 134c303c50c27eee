// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/value.hpp"
#include "core/check.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

/// The one description of everything that a configuration file may say. Reading, overriding, unknown names,
/// the JSON schema and docs/configuration.md all follow these tables, so that they cannot differ.
namespace postern::config {

/// What this version does with a property.
enum class Support {
    ActedOn,
    Documentation,  ///< kept and shown, changes nothing
    NotYet,         ///< only AWS's default is accepted
    Refused,        ///< never accepted; Property::reason says what to do instead
};

struct Section;

/// How a property reaches the object that owns it (an api::Route, a Settings...), whose type the section
/// knows.
struct Binding {
    std::function<void(void* owner, const Value&)> set;
    std::function<Value(const void* owner)> get;
};

/// One name that an object may have.
struct Property {
    Property(std::type_index owner_type, Rule what, std::string known_as, std::string sentences);

    std::string name;
    std::string doc;  ///< sentences
    Rule rule;  ///< its kind; for scalars and the items of TextList and TextMap also what they look like
    std::type_index owner;  ///< the type that binding and enter expect
    Binding binding;        ///< scalars, TextList, TextMap, Json; empty for a constant

    std::string alias;  ///< a shorter name for the same
    Support support = Support::ActedOn;
    std::string reason;       ///< Refused
    std::string aws_default;  ///< NotYet: accepted although the model keeps it apart from "not set"
    bool is_required = false;
    bool is_secret = false;      ///< `config print` shows that it is set, not what it is
    bool is_expression = false;  ///< a selection expression: LoadOptions::check_expression applies

    const Section& (*section)() = nullptr;  ///< Object, Map, List
    /// Object, Map, List: the child's target, made if need be; null when the node says "leave it out".
    std::function<void*(void* owner, const std::string& key, const Node&)> enter;
    bool is_always_there = false;  ///< Object: an absent one has its defaults
    Rule key;                      ///< Map, TextMap: what the keys look like
    std::size_t items_min = 0;     ///< TextMap, Map, List
    std::size_t items_max = 10'000;
    std::string too_few;       ///< the message when there are fewer than items_min
    std::string default_yaml;  ///< Map, List: taken when the file has none

    // The rarer attributes, to be chained after one of Properties' functions.
    Property documentation() &&;
    Property not_yet(std::string also_accepted = "") &&;
    Property required() &&;
    Property expression() &&;
    Property secret() &&;
    Property always_there() &&;
    Property also_named(std::string shorter) &&;
    Property matching(std::string pattern, std::string expected) &&;
    Property saying(std::string message) &&;
    Property with_keys(std::string pattern, std::string expected) &&;
    Property with_items(std::size_t min, std::size_t max, std::string message_too_few = "") &&;
    Property defaulting_to(std::string yaml) &&;
};

/// A scalar that stands for a whole object.
struct ShortForm {
    Rule rule;
    std::string doc;
    std::string stands_for;                                     ///< the property that the scalar is
    std::function<void(void* target, const Value& value)> set;  ///< instead of stands_for
};

/// The properties of one kind of object.
struct Section {
    std::string name;  ///< in the schema's definitions
    std::string doc;
    std::shared_ptr<const void> defaults;  ///< an owner as it is before anything is read
    std::vector<Property> properties;
    std::shared_ptr<const ShortForm> short_form;
    std::vector<std::string> exactly_one_of;

    const Property* find(std::string_view name) const;
    std::vector<std::string> names() const;
};

namespace detail {

template <class Field>
void store(Field& field, const Value& value)
{
    if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, double> ||
                  std::is_same_v<Field, std::string> || std::is_same_v<Field, std::vector<std::string>> ||
                  std::is_same_v<Field, api::StringMap>) {
        field = std::get<Field>(value);
    } else if constexpr (std::is_integral_v<Field> || std::is_enum_v<Field>) {
        field = static_cast<Field>(std::get<std::int64_t>(value));
    } else if constexpr (requires { field.emplace(); }) {
        store(field.emplace(), value);
    } else {
        field = Field(std::get<std::int64_t>(value));  // std::chrono::milliseconds
    }
}

template <class Field>
Value load(const Field& field)
{
    if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, double> ||
                  std::is_same_v<Field, std::string> || std::is_same_v<Field, std::vector<std::string>> ||
                  std::is_same_v<Field, api::StringMap>) {
        return field;
    } else if constexpr (std::is_integral_v<Field> || std::is_enum_v<Field>) {
        return static_cast<std::int64_t>(field);
    } else if constexpr (requires { field.has_value(); }) {
        return field.has_value() ? load(*field) : Value();
    } else {
        return std::int64_t{field.count()};
    }
}

}  // namespace detail

/// Makes the properties of the objects of type Owner. `access` is a pointer to member, or a function from an
/// Owner& to the field's reference.
template <class Owner>
struct Properties {
    template <class Access>
    static Property scalar(Rule rule, std::string name, Access access, std::string doc)
    {
        Property made = plain(std::move(rule), std::move(name), std::move(doc));
        made.binding.set = [access](void* owner, const Value& value) {
            detail::store(std::invoke(access, *static_cast<Owner*>(owner)), value);
        };
        made.binding.get = [access](const void* owner) {
            return detail::load(std::invoke(access, *static_cast<const Owner*>(owner)));
        };
        return made;
    }

    template <class Access>
    static Property text(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::Text}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property path(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::Path}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property boolean(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::Boolean}, std::move(name), access, std::move(doc));
    }

    /// Integer, Number, Duration (bounds in milliseconds) or Size (bounds in bytes).
    template <class Access>
    static Property number(Kind kind,
                           std::string name,
                           Access access,
                           std::int64_t minimum,
                           std::int64_t maximum,
                           std::string doc)
    {
        return scalar(
            {.kind = kind, .minimum = minimum, .maximum = maximum}, std::move(name), access, std::move(doc));
    }

    /// `choices` in the order of the enumerators.
    template <class Access>
    static Property choice(std::string name, Access access, std::vector<std::string> choices, std::string doc)
    {
        return scalar(
            {.kind = Kind::Choice, .choices = std::move(choices)}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property text_map(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::TextMap}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property text_list(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::TextList}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property path_list(std::string name, Access access, std::string doc)
    {
        return scalar(
            {.kind = Kind::TextList, .items_are_paths = true}, std::move(name), access, std::move(doc));
    }

    template <class Access>
    static Property json(std::string name, Access access, std::string doc)
    {
        return scalar({.kind = Kind::Json}, std::move(name), access, std::move(doc));
    }

    /// `enter`: void*(Owner&, const std::string& key, const Node&)
    template <class Enter>
    static Property nested(
        Kind kind, std::string name, const Section& (*section)(), Enter enter, std::string doc)
    {
        Property made = plain({.kind = kind}, std::move(name), std::move(doc));
        made.section = section;
        made.enter = [enter](void* owner, const std::string& key, const Node& node) -> void* {
            return enter(*static_cast<Owner*>(owner), key, node);
        };
        return made;
    }

    /// A property that says what is so anyway.
    static Property constant(std::string name, std::string value, std::string doc)
    {
        return plain({.kind = Kind::Choice, .choices = {std::move(value)}}, std::move(name), std::move(doc));
    }

    /// Known by name; refused unless empty.
    static Property any_not_yet(std::string name, std::string doc)
    {
        return plain({.kind = Kind::Any}, std::move(name), std::move(doc)).not_yet();
    }

    /// Known by name, to say why it cannot be had.
    static Property refused(std::string name, std::string reason)
    {
        Property made = plain({.kind = Kind::Any}, std::move(name), "");
        made.support = Support::Refused;
        made.reason = std::move(reason);
        return made;
    }

    static Section section(std::string name, std::string doc, std::vector<Property> properties)
    {
        for (const Property& property : properties) POSTERN_CHECK(property.owner == typeid(Owner));
        return {std::move(name),
                std::move(doc),
                std::make_shared<const Owner>(),
                std::move(properties),
                nullptr,
                {}};
    }

private:
    static Property plain(Rule rule, std::string name, std::string doc)
    {
        return {typeid(Owner), std::move(rule), std::move(name), std::move(doc)};
    }
};

}  // namespace postern::config
