// SPDX-License-Identifier: Apache-2.0
#include "config/function_logging.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace postern::config {

namespace {

struct Choice {
    std::string_view name;  ///< without a capital
    std::vector<std::string_view> values;
    const char* expected;
};

const Choice kFormat{"logFormat", {"Text", "JSON"}, "expected Text or JSON, not "};
const Choice kLevel{"applicationLogLevel",
                    {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"},
                    "expected TRACE, DEBUG, INFO, WARN, ERROR or FATAL, not "};

std::string without_capital(std::string name)
{
    if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
    return name;
}

bool has(const Choice& choice, const Node& value)
{
    return value.type == Node::Type::Scalar &&
           std::find(choice.values.begin(), choice.values.end(), value.text) != choice.values.end();
}

void add(const char* variable, Node value, Node& environment)
{
    if (environment.find(variable) != nullptr) return;
    const Position where = value.where;
    environment.entries.push_back({variable, where, std::move(value)});
}

}  // namespace

std::vector<LoggingFinding> add_logging(const Node& config, Node& environment)
{
    std::vector<LoggingFinding> out;
    if (config.type != Node::Type::Map && !config.is_empty())
        return {{"", config.where, "expected a map, not " + describe(config), true}};
    const Node::Entry* format = nullptr;
    const Node::Entry* level = nullptr;
    for (const Node::Entry& entry : config.entries) {
        const std::string name = without_capital(entry.key);
        const bool is_format = name == kFormat.name;
        if (is_format || name == kLevel.name) {
            const Choice& choice = is_format ? kFormat : kLevel;
            (is_format ? format : level) = &entry;
            if (has(choice, entry.value)) continue;
            out.push_back({entry.key, entry.value.where, choice.expected + describe(entry.value), true});
        } else if (name == "systemLogLevel") {
            out.push_back({entry.key, entry.where, "START, END and REPORT are written always, and as text"});
        } else if (name == "logGroup") {
            out.push_back({entry.key, entry.where, "a function's log group is /aws/lambda/NAME here"});
        } else {
            out.push_back({entry.key,
                           entry.where,
                           "expected logFormat, applicationLogLevel, systemLogLevel or logGroup",
                           true});
        }
    }
    if (format == nullptr || format->value.text != "JSON") {
        if (level != nullptr)
            out.push_back({level->key, level->where, "a level counts with the log format JSON only"});
        return out;
    }
    add("AWS_LAMBDA_LOG_FORMAT", format->value, environment);
    add("AWS_LAMBDA_LOG_LEVEL",
        level != nullptr ? level->value : scalar_node("INFO", format->value.where),
        environment);
    return out;
}

}  // namespace postern::config
