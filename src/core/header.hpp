// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// One HTTP header field, name in the sender's casing.
struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

/// Fields in wire order; a name may repeat.
using Headers = std::vector<Header>;

/// The first field of that name, whatever its casing; null when there is none.
const Header* find_header(const Headers& headers, std::string_view name);

}  // namespace postern
