// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The admin listener's JSON as people read it. What is not the expected JSON is given back as it came.
namespace postern::app {

/// GET /status.
std::string status_report(std::string_view json);

/// GET /connections/{id}.
std::string connection_report(std::string_view json);

/// Pages of GET /connections as they came, with the titles of the columns.
std::string connections_report(const std::vector<std::string>& pages);

/// The same as one JSON document without a `next`.
std::string connections_json(const std::vector<std::string>& pages);

/// How many connections are on a page of GET /connections.
std::size_t count_of(std::string_view json);

/// `next` of a page of GET /connections; "" at the end.
std::string next_of(std::string_view json);

/// Of an error: the message, and the reasons in lines of their own.
std::string error_report(std::string_view json);

}  // namespace postern::app
