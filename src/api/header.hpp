// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace postern::api {

/// One HTTP header field, name in the sender's casing.
struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

/// Fields in wire order; a name may repeat.
using Headers = std::vector<Header>;

}  // namespace postern::api
