// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <string_view>

namespace postern::net {

/// Runs `io` until it is stopped or has no work left. Nothing throws by design; what does is a bug of ours,
/// and costs the one handler that it comes from: it is logged as the error `event`. Thread: the one that runs
/// `io`.
void run_guarded(boost::asio::io_context& io, std::string_view event);

}  // namespace postern::net
