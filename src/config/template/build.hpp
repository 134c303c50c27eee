// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Small trees by hand.
namespace postern::config::templates {

/// Adds an entry that stands where its value stands.
void put(Node& map, std::string key, Node value);
void put(Node& map, std::string key, std::string text, const Position& where);

Node list_node(std::vector<Node> items, const Position& where);

/// {function: argument}, as JSON templates write a call.
Node call_node(std::string function, Node argument);

/// {Ref: id}
Node ref_node(std::string id, const Position& where);

/// "RouteKey" as the native file writes it: "routeKey".
std::string camel(std::string_view pascal);

/// A map with camel() of its own keys.
Node with_camel_keys(Node map);

/// Makes every scalar plain, so that numbers and truth values are ones whatever quotes they had: JSON
/// templates and parameters have them as texts, and AWS takes both.
void unquote(Node& node);

}  // namespace postern::config::templates
