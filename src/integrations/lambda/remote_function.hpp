// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sigv4.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "integrations/lambda/function_spec.hpp"
#include "integrations/lambda/invocation.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>

namespace postern::integrations::lambda {

struct RemoteOptions {
    const Clock& clock;
    std::optional<api::sigv4::AccessKey> key;  ///< signs every invocation; without one none is signed
    std::string ca_file;                       ///< PEM with the roots to trust for https; "" the system's
};

/// A function that lives elsewhere, behind the Invoke API of `spec.function.endpoint`: AWS Lambda,
/// LocalStack, `sam local start-lambda`, or the runtime interface emulator (whose function is called
/// `function`, and which is asked one thing at a time). Everything on the thread of `io`, which outlives the
/// function.
///
/// As many invocations at once as a local function has instances, as many waiting as it may have. An
/// invocation has the function's timeout and, since nobody here knows whether it starts cold, the
/// initTimeout. It is sent once: only when a connection that was kept took nothing of it, again.
///
/// BadInput names the function when its endpoint is no base URL, or the roots cannot be read.
Result<std::unique_ptr<Invoker>> make_remote_function(boost::asio::io_context& io,
                                                      const FunctionSpec& spec,
                                                      const RemoteOptions& options);

/// The region that signatures are scoped to: the one that a host of AWS's names
/// ("lambda.eu-west-1.amazonaws.com"), else `otherwise`.
std::string signing_region(const std::string& host, const std::string& otherwise);

}  // namespace postern::integrations::lambda
