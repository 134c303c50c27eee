// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace postern::table_text {

using Row = std::vector<std::string>;

/// Lines with their columns under each other, two spaces between them. Control characters become spaces.
std::string aligned(std::vector<Row> rows);

}  // namespace postern::table_text
