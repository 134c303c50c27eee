// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/header.hpp"

namespace postern::api {

using postern::find_header;
using postern::Header;
using postern::Headers;

}  // namespace postern::api
