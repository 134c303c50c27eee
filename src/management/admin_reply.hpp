// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/header.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace postern::management {

/// An answer of the admin listener.
struct AdminReply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string allow;          ///< with 405: the methods that there are
    api::Headers headers = {};  ///< further ones
};

/// Called once, perhaps before the call that was given it returns, on any thread.
using AdminDone = std::function<void(AdminReply)>;

AdminReply admin_error(int status, std::string_view message);

/// 405: the path is there, the method is not.
AdminReply wrong_method(std::string_view allowed);

}  // namespace postern::management
