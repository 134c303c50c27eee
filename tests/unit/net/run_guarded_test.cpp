// SPDX-License-Identifier: Apache-2.0
#include "net/run_guarded.hpp"

#include "catch.hpp"

#include <boost/asio/post.hpp>

#include <stdexcept>

using namespace postern;

TEST_CASE("what a handler throws costs that handler, and the others run")
{
    boost::asio::io_context io;
    int ran = 0;
    boost::asio::post(io, [&] { ++ran; });
    boost::asio::post(io, [] { throw std::runtime_error("a bug"); });
    boost::asio::post(io, [] { throw std::bad_alloc(); });
    boost::asio::post(io, [&] { ++ran; });
    net::run_guarded(io, "test.exception");
    CHECK(ran == 2);
}
