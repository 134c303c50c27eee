// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"
#include "config/property.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// An effective value and where it came from.
struct Origin {
    std::string path;    ///< apis.chat.routes.say.routeResponse
    std::string value;   ///< as one would write it
    std::string source;  ///< "default", "my.yaml:12", "environment POSTERN_GATEWAY_SHARDS", "flag --port"
};

/// Says what is wrong with a selection expression; empty when nothing is.
using CheckExpression = std::function<std::optional<std::string>(std::string_view expression)>;

/// "apis" and "chat" make "apis.chat".
std::string join(const std::string& path, const std::string& name);

/// Carries a tree into the objects that a section's tables describe, collecting every mistake on the way.
class Reader {
public:
    /// `file`: the name of the configuration file; the relative paths that stand in it start at its
    /// directory.
    Reader(std::string file, CheckExpression check_expression)
        : file_(std::move(file)), check_expression_(std::move(check_expression))
    {}

    void read(const Section& section, const Node& node, void* target, const std::string& path);

    std::vector<Diagnostic> problems;
    std::vector<Origin> origins;
    std::map<std::string, Position> positions;  ///< of everything that was read, by path

    void report(const Position& where, const std::string& path, std::string message);

private:
    void read_short_form(const Section& section, const Node& node, void* target, const std::string& path);
    void read_properties(const Section& section, const Node& node, void* target, const std::string& path);
    void read_present(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_absent(const Section& section,
                     const Property& property,
                     const Node& parent,
                     void* owner,
                     const std::string& path);
    void check_names(const Section& section, const Node& node, const std::string& path);
    void check_choice_of_one(const Section& section, const Node& node, const std::string& path);

    std::string resolved(const Node& path) const;
    void read_scalar(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_text_list(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_text_map(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_json(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_map(const Property& property, const Node& node, void* owner, const std::string& path);
    void read_list(const Property& property, const Node& node, void* owner, const std::string& path);

    void keep(
        const Property& property, const Value& value, const Node& node, void* owner, const std::string& path);
    void check_entries(const Property& property, const Node& node, const std::string& path);
    void check_count(const Property& property, std::size_t count, const Node& node, const std::string& path);
    bool is_right_type(const Node& node,
                       Node::Type wanted,
                       const std::string& path,
                       bool may_be_secret = false);

    std::string file_;
    CheckExpression check_expression_;
};

}  // namespace postern::config
