// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "config/node.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace postern::config {

/// What a property holds.
enum class Kind {
    Text,
    Path,  ///< of a file; relative to the configuration file's directory
    Boolean,
    Integer,
    Number,
    Duration,  ///< in milliseconds
    Size,      ///< in bytes
    Choice,    ///< one of a few words; held as an index
    TextList,
    TextMap,
    Json,    ///< any tree, handed on as JSON text
    Any,     ///< any tree; for what this version refuses
    Object,  ///< the properties of a section
    Map,     ///< names chosen by the user, each with the properties of a section
    List,    ///< each with the properties of a section
};

/// The word that the schema and the documentation use.
const char* name_of(Kind kind);

bool is_scalar(Kind kind);

/// A value on its way from the text into the settings. monostate: not set.
using Value = std::variant<std::monostate,
                           bool,
                           std::int64_t,
                           double,
                           std::string,
                           std::vector<std::string>,
                           api::StringMap>;

/// What a scalar has to look like.
struct Rule {
    Kind kind = Kind::Text;
    std::int64_t minimum = 0;  ///< Integer, Number, Duration, Size: both ends included
    std::int64_t maximum = 0;
    std::vector<std::string> choices{};  ///< Choice; of a Path, words that are no file's name
    std::string pattern{};               ///< Text: an ECMAScript expression that the whole text matches
    std::string expected{};              ///< Text with a pattern: what it means, in words
    bool items_are_paths = false;        ///< TextList: relative to the configuration file's directory
    std::string message{};  ///< replaces the whole message, where AWS has one; {} stands for the value
};

/// Longest text that is compared with a pattern: std::regex recurses for each character.
inline constexpr std::size_t kPatternTextMax = 1024;

/// The pattern of a text that is anything but empty: of any length, for it is not matched but looked at.
inline constexpr const char* kAnyText = "[\\s\\S]+";

/// "0 to 720h"; "" for a kind without bounds.
std::string range_of(const Rule& rule);

/// "expected 1 to 8 letters": a complaint that does not show what stands there instead.
std::string expected_of(const Rule& rule);

/// The value of a scalar node, or the message that says what was expected.
Result<Value> parse_value(const Rule& rule, const Node& node);

/// As one would write it in the file; "" for what is not set.
std::string format_value(const Rule& rule, const Value& value);

}  // namespace postern::config
