// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace postern::xml {

/// `text` as character data or as the value of an attribute: the five characters that mean something else are
/// written as entities (XML 1.0, section 4.6). Control characters are the caller's.
std::string escaped(std::string_view text);

}  // namespace postern::xml
