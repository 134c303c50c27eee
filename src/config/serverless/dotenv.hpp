// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace postern::config::serverless {

/// The variables of a .env file: NAME=VALUE lines, perhaps behind "export". Values may stand in quotes; in
/// double ones, \n is a new line. What begins with # is a comment, and so is what follows " #" behind a value
/// without quotes. Lines that are none of these say nothing, as the Framework has it.
std::map<std::string, std::string> parse_dotenv(std::string_view text);

}  // namespace postern::config::serverless
