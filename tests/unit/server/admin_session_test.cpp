// SPDX-License-Identifier: Apache-2.0
#include "server/admin_session.hpp"

#include "catch.hpp"
#include "management/admin_api.hpp"
#include "support/directory_node.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

using namespace postern;
using server::AdminSession;

namespace {

constexpr std::string_view kAsksFirst =
    "POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
constexpr std::chrono::seconds kPatience{30};

/// Until nothing more fits.
void fill(int fd)
{
    const std::array<char, 4096> block{};
    for (const std::size_t size : {block.size(), std::size_t{1}}) {
        while (::send(fd, block.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
        }
    }
}

}  // namespace

TEST_CASE("A caller who does not read what asks for its body is given up, without another answer")
{
    test::ManualClock clock;
    test::DirectoryNode node{1};
    const management::AdminApi api({}, node.directory, clock);
    server::AdminServerOptions options;
    options.request_timeout = std::chrono::milliseconds(1);
    options.idle_timeout = 2 * kPatience;
    server::Invocations invocations(1);

    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    fill(ends[0]);
    REQUIRE(::send(ends[1], kAsksFirst.data(), kAsksFirst.size(), 0) == ssize_t(kAsksFirst.size()));

    boost::asio::io_context io{1};
    AdminSession::Socket socket(io.get_executor());
    socket.assign(boost::asio::ip::tcp::v4(), ends[0]);  // of its family nobody asks
    std::make_shared<AdminSession>(std::move(socket), "127.0.0.1", options, api, invocations)->start();
    io.run_for(kPatience);
    CHECK(io.stopped());  // it has ended: there is nothing more to wait for
    ::close(ends[1]);
}
