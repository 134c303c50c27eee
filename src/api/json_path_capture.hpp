// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/selection_expression.hpp"
#include "core/json.hpp"

#include <rapidjson/reader.h>

#include <span>

namespace postern::api {

/// Follows one path through a SAX stream and keeps the value it leads to, as selection expressions write it.
class PathCapture {
public:
    void reset(const Path& path);
    const std::string& value() const { return value_; }

    void on_scalar(std::string_view text, bool is_null);
    void on_key(std::string_view name);
    void on_start(bool is_array);
    void on_end();

private:
    bool enter_value();
    void begin_item();

    const Path* path_ = nullptr;
    std::string value_;
    std::size_t depth_ = 0;    ///< open containers
    std::size_t matched_ = 0;  ///< how many of them lie on the path
    bool key_matches_ = false;
    std::size_t array_depth_ = 0;    ///< open arrays of the value being captured
    std::size_t ignored_depth_ = 0;  ///< open containers inside an object inside the captured array
    bool is_first_item_ = false;
    std::vector<std::int64_t>
        next_index_;  ///< per matched container: index of the next element, -1 in an object
};

/// RapidJSON's handler: hands every event to all captures.
struct CaptureHandler {
    std::span<PathCapture> captures;

    // NOLINTBEGIN(readability-identifier-naming)
    bool Null() { return scalar("null", true); }
    bool Bool(bool b) { return scalar(b ? "true" : "false", false); }
    bool Int(int i) { return scalar(std::to_string(i), false); }
    bool Uint(unsigned i) { return scalar(std::to_string(i), false); }
    bool Int64(std::int64_t i) { return scalar(std::to_string(i), false); }
    bool Uint64(std::uint64_t i) { return scalar(std::to_string(i), false); }
    bool Double(double d) { return scalar(std::to_string(d), false); }
    bool RawNumber(const char* s, rapidjson::SizeType n, bool /*copy*/) { return scalar({s, n}, false); }
    bool String(const char* s, rapidjson::SizeType n, bool /*copy*/) { return scalar({s, n}, false); }
    bool Key(const char* s, rapidjson::SizeType n, bool /*copy*/)
    {
        for (PathCapture& capture : captures) capture.on_key({s, n});
        return true;
    }
    bool StartObject() { return start(false); }
    bool StartArray() { return start(true); }
    bool EndObject(rapidjson::SizeType /*n*/) { return end(); }
    bool EndArray(rapidjson::SizeType /*n*/) { return end(); }
    // NOLINTEND(readability-identifier-naming)

private:
    bool scalar(std::string_view text, bool is_null)
    {
        for (PathCapture& capture : captures) capture.on_scalar(text, is_null);
        return true;
    }
    bool start(bool is_array)
    {
        for (PathCapture& capture : captures) capture.on_start(is_array);
        return true;
    }
    bool end()
    {
        for (PathCapture& capture : captures) capture.on_end();
        return true;
    }
};

}  // namespace postern::api
