// SPDX-License-Identifier: Apache-2.0
#include "core/header.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace postern {

const Header* find_header(const Headers& headers, std::string_view name)
{
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
        return text::iequals(header.name, name);
    });
    return found == headers.end() ? nullptr : &*found;
}

}  // namespace postern
