// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/invocation.hpp"
#include "net/http_exchange.hpp"

#include <string>

/// What the answers of Invoke APIs mean: Lambda's own, LocalStack's, that of `sam local start-lambda` and
/// that of the runtime interface emulator (spec config-plane 7.5).
namespace postern::integrations::lambda {

/// The function that was asked.
struct RemoteTarget {
    std::string function;     ///< its name here
    std::string remote_name;  ///< its name there
    std::string origin;       ///< "http://127.0.0.1:3001"
    bool is_signed = false;

    /// The emulator, which knows its only function by no other name.
    bool is_emulator() const { return remote_name == "function"; }

    /// "function hello at http://127.0.0.1:3001"
    std::string str() const { return "function " + function + " at " + origin; }
};

InvocationResult result_of(net::HttpResponse response, const RemoteTarget& target);
InvocationResult result_of(const net::HttpFailure& failure, const RemoteTarget& target);

}  // namespace postern::integrations::lambda
