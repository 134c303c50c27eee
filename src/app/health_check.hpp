// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace postern::app {

inline constexpr std::string_view kUsualPing = "http://127.0.0.1:8080/ping";

/// GETs an http:// URL within two seconds: 0 when the answer is 200, 1 otherwise with the reason on stderr.
int check_health(const std::string& url);

/// The same for whoever names no URL: /healthz of the admin listener and, when there is none, /ping on the
/// usual port.
int check_usual_health(std::string admin_url);

}  // namespace postern::app
