// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "core/check.hpp"
#include "core/json.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cstdint>
#include <string>
#include <vector>

namespace postern::config {

/// Writes indented JSON from std::strings.
class JsonWriter {
public:
    JsonWriter() { writer_.SetIndent(' ', 2); }

    void start_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void start_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }

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
        start_array();
        for (const std::string& value : values) string(value);
        end_array();
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

    std::string finished() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + '\n'; }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace postern::config
