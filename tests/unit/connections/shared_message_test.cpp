// SPDX-License-Identifier: Apache-2.0
#include "connections/shared_message.hpp"

#include "catch.hpp"
#include "net/deflate.hpp"
#include "net/websocket_codec.hpp"

using namespace postern;
using connections::SharedMessage;

TEST_CASE("a shared message is the frame that a single one would be")
{
    const std::string text(GENERATE(0, 5, 125, 126, 65535, 65536), 'x');
    const SharedMessage message(text);
    std::string expected;
    net::ws::append_frame(expected, net::ws::Opcode::Text, text);
    CHECK(*message.frame() == expected);
    CHECK(message.text() == text);
}

TEST_CASE("its compressed form is made once, and says the same")
{
    const std::string text(1000, 'x');
    const SharedMessage message(text);
    const auto frame = message.compressed_frame();
    CHECK(frame == message.compressed_frame());
    CHECK(static_cast<unsigned char>(frame->front()) == 0xC1);
    const auto inflated = net::deflate::inflate(std::string_view(*frame).substr(2), 10'000);
    REQUIRE(inflated.status == net::deflate::InflateStatus::Ok);
    CHECK(*inflated.message == text);
}

TEST_CASE("shards share the bytes and count their references apart")
{
    auto first = std::make_unique<SharedMessage>("hello");
    const SharedMessage second = first->for_another_shard();
    CHECK(second.frame().get() == first->frame().get());
    CHECK(second.text() == "hello");
    const SharedMessage::Frame held = second.frame();
    CHECK(first->frame().use_count() == 2);  // one for the other shard, however many hold it there
    first.reset();
    CHECK(*held == "\x81\x05hello");
}
