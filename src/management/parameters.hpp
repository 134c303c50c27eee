// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/close_codes.hpp"
#include "api/event.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a request's query may say about connections, on the API's listeners and on the admin listener alike.
/// Errors are sentences for the caller.
namespace postern::management {

using Query = std::vector<api::QueryParameter>;

/// Of a request target, with or without a query.
Query query_of(std::string_view target);

/// The last one of that name, as AWS takes it.
std::optional<std::string> last_of(const Query& query, std::string_view name);

/// A sentence about the first parameter that is neither among `known` nor of a presigned request; nothing
/// when there is none.
std::optional<std::string> stranger(const Query& query, std::initializer_list<std::string_view> known);

/// How many connections of a list the caller wants at once.
Result<std::size_t> parse_limit(const Query& query);

/// Code and reason of a DELETE; AWS's own when it has none of them.
struct Closing {
    std::uint16_t code = api::kClosedNormally.code;
    std::string reason{api::kClosedNormally.text};
};
Result<Closing> parse_closing(const Query& query);

}  // namespace postern::management
