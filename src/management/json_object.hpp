// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json_text.hpp"
#include "core/text.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace postern::management {

/// Writes one JSON object, compact. Texts may hold any bytes: what is not UTF-8 becomes U+FFFD.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view value)
    {
        return add_json(name, json::quoted(text::to_utf8_lossy(value)));
    }
    JsonObject& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
    JsonObject& add(std::string_view name, bool value) { return add_json(name, value ? "true" : "false"); }
    template <std::integral Number>
    JsonObject& add(std::string_view name, Number value)
    {
        return add_json(name, std::to_string(value));
    }
    JsonObject& add_null(std::string_view name) { return add_json(name, "null"); }

    /// A list of what `write(item)` gives, each valid JSON.
    template <class Items, class Write>
    JsonObject& add_list(std::string_view name, const Items& items, Write write)
    {
        std::string list = "[";
        for (const auto& item : items) {
            if (list.size() > 1) list += ',';
            list += write(item);
        }
        return add_json(name, list + ']');
    }

    JsonObject& add_json(std::string_view name, std::string_view value)
    {
        out_ += out_.empty() ? '{' : ',';
        json::append_quoted(out_, name);
        out_ += ':';
        out_ += value;
        return *this;
    }

    std::string str() const { return (out_.empty() ? "{" : out_) + '}'; }

private:
    std::string out_;
};

}  // namespace postern::management
