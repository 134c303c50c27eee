// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"

#include <string>

namespace postern::app {

/// Where a listener has the stage: "/dev" with one API, "/chat/dev" with several.
inline std::string stage_path(const api::Model& model, const std::string& api_id, const std::string& stage)
{
    std::string path = model.apis.size() > 1 ? '/' + api_id + '/' : "/";
    return path.append(stage);
}

}  // namespace postern::app
