// SPDX-License-Identifier: Apache-2.0
#include "net/run_guarded.hpp"

#include "core/log.hpp"

#include <exception>

namespace postern::net {

void run_guarded(boost::asio::io_context& io, std::string_view event)
{
    for (;;) {
        try {
            io.run();
            return;
        } catch (const std::exception& failure) {
            log::error(event, {{"what", failure.what()}});
        }
    }
}

}  // namespace postern::net
