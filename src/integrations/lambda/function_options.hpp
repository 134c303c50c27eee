// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace postern::integrations::lambda {

/// How Lambda functions are run.
struct FunctionOptions {
    std::int64_t concurrency = 10;  ///< instances of a function without reservedConcurrentExecutions
    std::int64_t queue = 1000;      ///< invocations of a function that may wait for an instance; beyond: 429
    std::chrono::milliseconds idle_time{300'000};    ///< after it an instance that nobody needs is ended
    std::chrono::milliseconds init_timeout{10'000};  ///< from the start of a process to its first question
    bool freeze = false;                             ///< instances stand still between invocations, as on AWS
    api::StringMap environment;                      ///< for all functions; a function's own wins
    std::string node = "node";                       ///< the interpreter of nodejs*: a name in PATH or a path
    std::string python;  ///< of python3*; "": the version that the runtime names if it is there, else python3

    bool operator==(const FunctionOptions&) const = default;
};

}  // namespace postern::integrations::lambda
