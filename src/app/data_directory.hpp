// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace postern::app {

/// Where Postern keeps what it makes (development certificates): `configured`, else $XDG_DATA_HOME/postern,
/// else
/// ~/.local/share/postern, else /var/lib/postern.
std::string data_directory(const std::string& configured);

}  // namespace postern::app
