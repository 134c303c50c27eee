// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"
#include "config/show.hpp"
#include "config/yaml_reader.hpp"
#include "core/check.hpp"
#include "core/json.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <set>
#include <string>
#include <vector>

namespace postern::config {

namespace {

class SchemaWriter {
public:
    std::string run()
    {
        writer_.SetIndent(' ', 2);
        writer_.StartObject();
        text("$schema", "http://json-schema.org/draft-07/schema#");
        text("title", "Postern configuration");
        write_section(root_section());
        key("definitions");
        writer_.StartObject();
        for (std::size_t i = 0; i < referenced_.size(); ++i) {  // grows on the way
            const Section& section = *referenced_[i];
            key(section.name);
            writer_.StartObject();
            write_definition(section);
            writer_.EndObject();
        }
        writer_.EndObject();
        writer_.EndObject();
        return std::string(buffer_.GetString(), buffer_.GetSize()) + '\n';
    }

private:
    void key(const std::string& name)
    {
        writer_.Key(name.c_str(), static_cast<rapidjson::SizeType>(name.size()));
    }
    void string(const std::string& s)
    {
        writer_.String(s.c_str(), static_cast<rapidjson::SizeType>(s.size()));
    }
    void text(const std::string& name, const std::string& value)
    {
        key(name);
        string(value);
    }
    void number(const std::string& name, std::int64_t value)
    {
        key(name);
        writer_.Int64(value);
    }
    void texts(const std::string& name, const std::vector<std::string>& values)
    {
        key(name);
        writer_.StartArray();
        for (const std::string& value : values) string(value);
        writer_.EndArray();
    }

    void raw(const std::string& name, const std::string& json)
    {
        const Result<rapidjson::Document> parsed = json::parse(json);
        key(name);
        parsed->Accept(writer_);
    }

    /// A value as the JSON that YAML's plain scalar would be.
    void any(const std::string& name, const Node& node)
    {
        const Result<std::string> json = to_json(node);
        POSTERN_CHECK(json.has_value());
        raw(name, *json);
    }

    void reference(const Section& section)
    {
        if (names_.insert(section.name).second) referenced_.push_back(&section);
        text("$ref", "#/definitions/" + section.name);
    }

    void write_definition(const Section& section)
    {
        if (section.short_form == nullptr) return write_section(section);
        key("oneOf");
        writer_.StartArray();
        writer_.StartObject();
        text("description", section.short_form->doc);
        write_scalar(section.short_form->rule);
        writer_.EndObject();
        writer_.StartObject();
        write_section(section);
        writer_.EndObject();
        writer_.EndArray();
    }

    void write_section(const Section& section)
    {
        text("description", section.doc);
        text("type", "object");
        key("additionalProperties");
        writer_.Bool(false);
        key("properties");
        writer_.StartObject();
        for (const Property& property : section.properties) {
            if (property.support == Support::Refused) continue;
            write_property(section, property, property.name, property.doc);
            if (property.alias.empty()) continue;
            write_property(section, property, property.alias, "The same as " + property.name + '.');
        }
        writer_.EndObject();
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
        writer_.StartArray();
        for (const std::vector<std::string>& choice : choices) one_required(choice);
        writer_.EndArray();
    }

    void one_required(const std::vector<std::string>& names)
    {
        writer_.StartObject();
        key("oneOf");
        writer_.StartArray();
        for (const std::string& name : names) {
            writer_.StartObject();
            texts("required", {name});
            writer_.EndObject();
        }
        writer_.EndArray();
        writer_.EndObject();
    }

    void write_property(const Section& section,
                        const Property& property,
                        const std::string& name,
                        const std::string& doc)
    {
        key(name);
        writer_.StartObject();
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
        writer_.EndObject();
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
                return write_map(property);
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
        writer_.StartArray();
        writer_.StartObject();
        reference(property.section());
        writer_.EndObject();
        writer_.EndArray();
    }

    void write_map(const Property& property)
    {
        text("type", "object");
        if (!property.key.pattern.empty()) {
            key("propertyNames");
            writer_.StartObject();
            text("pattern", anchored(property.key.pattern));
            writer_.EndObject();
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
        writer_.StartObject();
        if (property.section == nullptr) {
            Rule item = property.rule;
            item.kind = Kind::Text;
            write_scalar(item);
        } else if (property.rule.kind == Kind::Map) {
            // A name with nothing behind it has the defaults.
            key("oneOf");
            writer_.StartArray();
            writer_.StartObject();
            reference(property.section());
            writer_.EndObject();
            writer_.StartObject();
            text("type", "null");
            writer_.EndObject();
            writer_.EndArray();
        } else {
            reference(property.section());
        }
        writer_.EndObject();
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

    rapidjson::StringBuffer buffer_;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_{buffer_};
    std::set<std::string> names_;
    std::vector<const Section*> referenced_;
};

}  // namespace

std::string schema_json()
{
    return SchemaWriter().run();
}

}  // namespace postern::config
