// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

/// CloudWatch's log groups, each as one file.
namespace postern::observability {

/// The group that AWS gives a stage's execution log (spec captures 1.5).
std::string execution_log_group(std::string_view api_id, std::string_view stage);

/// The group of "arn:aws:logs:REGION:ACCOUNT:log-group:NAME", with or without ":*" behind it. BadInput.
Result<std::string> log_group_of_arn(std::string_view arn);

/// The file of a group: "DIRECTORY/aws/apigateway/chat/dev.log" of "/aws/apigateway/chat/dev". BadInput when
/// the name is no log group's (1 to 512 of A-Z, a-z, 0-9 and _-/.#) or has a segment "." or "..", so that
/// every file lies within the directory.
Result<std::string> log_group_file(std::string_view directory, std::string_view group);

}  // namespace postern::observability
