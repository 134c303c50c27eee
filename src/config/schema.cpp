// SPDX-License-Identifier: Apache-2.0
#include "config/json_writer.hpp"
#include "config/sections.hpp"
#include "config/show.hpp"
#include "config/yaml_reader.hpp"

#include <set>
#include <string>
#include <vector>

namespace postern::config {

namespace {

class SchemaWriter : private JsonWriter {
public:
    std::string run()
    {
        start_object();
        text("$schema", "http://json-schema.org/draft-07/schema#");
        text("title", "Postern configuration");
        write_section(root_section());
        key("definitions");
        start_object();
        for (std::size_t i = 0; i < referenced_.size(); ++i) {  // grows on the way
            const Section& section = *referenced_[i];
            key(section.name);
            start_object();
            write_definition(section);
            end_object();
        }
        end_object();
        end_object();
        return finished();
    }

private:
    void reference(const Section& section)
    {
        if (names_.insert(section.name).second) referenced_.push_back(&section);
        text("$ref", "#/definitions/" + section.name);
    }

    void write_definition(const Section& section)
    {
        if (section.short_form == nullptr) return write_section(section);
        key("oneOf");
        start_array();
        start_object();
        text("description", section.short_form->doc);
        write_scalar(section.short_form->rule);
        end_object();
        start_object();
        write_section(section);
        end_object();
        end_array();
    }

    void write_section(const Section& section)
    {
        text("description", section.doc);
        text("type", "object");
        raw("additionalProperties", "false");
        key("properties");
        start_object();
        for (const Property& property : section.properties) {
            if (property.support == Support::Refused) continue;
            write_property(section, property, property.name, property.doc);
            if (property.alias.empty()) continue;
            write_property(section, property, property.alias, "The same as " + property.name + '.');
        }
        end_object();
        write_required(section);
    }

    void write_required(const Section& section)
    {
        std::vector<std::string> names;
        std::vector<std::vector<std::string>> choices;
        if (!section.exactly_one_of.empty()) choices.push_back(section.exactly_one_of);
        for (const Property& property : section.properties) {
            if (!property.is_required) continue;
            if (property.alias.empty()) {
                names.push_back(property.name);
            } else {
                choices.push_back({property.name, property.alias});
            }
        }
        if (!names.empty()) texts("required", names);
        if (choices.empty()) return;
        key("allOf");
        start_array();
        for (const std::vector<std::string>& choice : choices) one_required(choice);
        end_array();
    }

    void one_required(const std::vector<std::string>& names)
    {
        start_object();
        key("oneOf");
        start_array();
        for (const std::string& name : names) {
            start_object();
            texts("required", {name});
            end_object();
        }
        end_array();
        end_object();
    }

    void write_property(const Section& section,
                        const Property& property,
                        const std::string& name,
                        const std::string& doc)
    {
        key(name);
        start_object();
        const bool is_not_yet = property.support == Support::NotYet;
        text("description", is_not_yet ? doc + " Not supported yet." : doc);
        text("x-kind", name_of(property.rule.kind));
        const std::string range = range_of(property.rule);
        if (!range.empty()) text("x-range", range);
        text("x-support",
             is_not_yet                                   ? "not yet"
             : property.support == Support::Documentation ? "documentation"
                                                          : "yes");
        if (is_not_yet) {
            write_accepted(section, property);
        } else {
            write_value(property);
            write_default(section, property);
        }
        end_object();
    }

    /// The little that a property takes which is not supported yet: what AWS would answer for it anyway.
    void write_accepted(const Section& section, const Property& property)
    {
        const Kind kind = property.rule.kind;
        if (!is_scalar(kind)) return raw("enum", "[null,[],{}]");
        const std::string unset = format_value(property.rule, property.binding.get(section.defaults.get()));
        Node accepted = scalar_node(unset.empty() ? property.aws_default : unset, {});
        accepted.is_quoted = kind == Kind::Text || kind == Kind::Choice;
        if (accepted.text.empty() && !accepted.is_quoted) return raw("not", "{}");
        any("const", accepted);
    }

    void write_default(const Section& section, const Property& property)
    {
        if (property.is_required) return;  // what the model begins with is no default of the file's
        if (!property.default_yaml.empty()) {
            any("default", read_yaml(property.default_yaml, "default").root);
        } else if (property.binding.get) {
            const std::string value =
                format_value(property.rule, property.binding.get(section.defaults.get()));
            Node node = scalar_node(value, {});
            node.is_quoted = property.rule.kind <= Kind::Path || property.rule.kind == Kind::Choice;
            if (property.rule.kind == Kind::Json) node = read_yaml(value, "default").root;
            if (!value.empty()) any("default", node);
        }
    }

    void write_value(const Property& property)
    {
        switch (property.rule.kind) {
            case Kind::Object:
                return reference_with_siblings(property);
            case Kind::Map:
            case Kind::TextMap:
                return write_map(property);
            case Kind::TextList:
            case Kind::List:
                return write_list(property);
            case Kind::Json:
            case Kind::Any:
                return;
            default:
                return write_scalar(property.rule);
        }
    }

    /// Draft 7 ignores what stands beside a $ref, so it stands apart.
    void reference_with_siblings(const Property& property)
    {
        key("allOf");
        start_array();
        start_object();
        reference(property.section());
        end_object();
        end_array();
    }

    void write_map(const Property& property)
    {
        text("type", "object");
        if (!property.key.pattern.empty()) {
            key("propertyNames");
            start_object();
            text("description", property.key.expected);
            text("pattern", anchored(property.key.pattern));
            end_object();
        }
        number("minProperties", static_cast<std::int64_t>(property.items_min));
        number("maxProperties", static_cast<std::int64_t>(property.items_max));
        key("additionalProperties");
        write_item(property);
    }

    void write_list(const Property& property)
    {
        text("type", "array");
        number("maxItems", static_cast<std::int64_t>(property.items_max));
        key("items");
        write_item(property);
    }

    void write_item(const Property& property)
    {
        start_object();
        if (property.section == nullptr) {
            Rule item = property.rule;
            item.kind = Kind::Text;
            write_scalar(item);
        } else if (property.rule.kind == Kind::Map) {
            // A name with nothing behind it has the defaults.
            key("oneOf");
            start_array();
            start_object();
            reference(property.section());
            end_object();
            start_object();
            text("type", "null");
            end_object();
            end_array();
        } else {
            reference(property.section());
        }
        end_object();
    }

    void write_scalar(const Rule& rule)
    {
        switch (rule.kind) {
            case Kind::Boolean:
                return text("type", "boolean");
            case Kind::Choice:
                return texts("enum", rule.choices);
            case Kind::Integer:
            case Kind::Number:
                text("type", rule.kind == Kind::Integer ? "integer" : "number");
                number("minimum", rule.minimum);
                return number("maximum", rule.maximum);
            case Kind::Duration:
                texts("type", {"string", "integer"});
                text("pattern", "^(0|[0-9]+(ms|s|m|h))$");
                number("minimum", 0);
                return number("maximum", 0);
            case Kind::Size:
                texts("type", {"string", "integer"});
                text("pattern", "^[0-9]+(B|KiB|MiB|GiB)?$");
                number("minimum", rule.minimum);
                return number("maximum", rule.maximum);
            default:
                // YAML's unquoted 1.0 or 000000000000 are text where text is expected.
                texts("type", {"string", "number", "boolean"});
                if (!rule.pattern.empty()) text("pattern", anchored(rule.pattern));
        }
    }

    static std::string anchored(const std::string& pattern) { return "^(" + pattern + ")$"; }

    std::set<std::string> names_;
    std::vector<const Section*> referenced_;
};

}  // namespace

std::string schema_json()
{
    return SchemaWriter().run();
}

}  // namespace postern::config
