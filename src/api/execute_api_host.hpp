// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace postern::api {

/// The host name that AWS gives an API: "{apiId}.execute-api.{region}.amazonaws.com" (spec data-plane 1.1).
inline std::string execute_api_host(std::string_view api_id, std::string_view region)
{
    std::string out(api_id);
    out.append(".execute-api.").append(region).append(".amazonaws.com");
    return out;
}

}  // namespace postern::api
