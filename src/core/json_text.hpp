// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// Writing JSON text by hand, byte for byte as AWS writes it.
namespace postern::json {

/// Appends the characters of a JSON string without its quotes: `"` `\` and control characters escaped, '/'
/// and everything beyond ASCII as it is (spec captures 3.1). The input is valid UTF-8.
void append_escaped(std::string& out, std::string_view text);

/// The same between quotes.
void append_quoted(std::string& out, std::string_view text);

/// The text as a JSON string, quotes included.
std::string quoted(std::string_view text);

}  // namespace postern::json
