// SPDX-License-Identifier: Apache-2.0
#include "net/outbox.hpp"

#include "catch.hpp"

#include <array>
#include <random>
#include <string>

using postern::net::Outbox;

namespace {

Outbox::Shared share(std::string bytes)
{
    return std::make_shared<const std::string>(std::move(bytes));
}

std::string all_of(Outbox& outbox)
{
    std::string out;
    outbox.move_to(out);
    return out;
}

}  // namespace

TEST_CASE("an outbox gives back what was pushed, in order")
{
    Outbox outbox;
    CHECK(outbox.empty());
    CHECK(outbox.front().empty());
    outbox.push("own, ");
    outbox.push(share(std::string(100, 's')));
    outbox.push("more");
    outbox.push(" of it");
    outbox.push("");
    outbox.push(share(""));
    outbox.push_with([](std::string& out) { out += " made"; });
    CHECK(outbox.bytes() == 5 + 100 + 10 + 5);
    CHECK(outbox.front() == "own, ");
    CHECK(all_of(outbox) == "own, " + std::string(100, 's') + "more of it made");
    CHECK(outbox.empty());
    CHECK(outbox.front().empty());
}

TEST_CASE("shared bytes are not copied, and let go as soon as they have been sent")
{
    const Outbox::Shared shared = share(std::string(1000, 's'));
    Outbox outbox;
    outbox.push(shared);
    CHECK(outbox.front().data() == shared->data());
    CHECK(shared.use_count() == 2);
    outbox.consume(999);
    CHECK(shared.use_count() == 2);
    CHECK(outbox.front() == "s");
    outbox.consume(1);
    CHECK(shared.use_count() == 1);
    outbox.push(shared);
    outbox.clear();
    CHECK(shared.use_count() == 1);
    CHECK(outbox.empty());
}

TEST_CASE("a few shared bytes behind own ones are copied: that is less memory than a reference")
{
    const Outbox::Shared small = share("tiny");
    Outbox outbox;
    outbox.push(small);
    CHECK(small.use_count() == 2);
    outbox.push("own");
    outbox.push(small);
    CHECK(small.use_count() == 2);
    CHECK(all_of(outbox) == "tinyowntiny");
}

TEST_CASE("gathered pieces are those at the front, as many as fit")
{
    Outbox outbox;
    std::array<iovec, 2> pieces{};
    CHECK(outbox.gather(pieces) == 0);
    const Outbox::Shared shared = share(std::string(100, 's'));
    outbox.push("first");
    outbox.push(shared);
    outbox.push("last");
    outbox.consume(2);
    REQUIRE(outbox.gather(pieces) == 2);
    CHECK(std::string(static_cast<char*>(pieces[0].iov_base), pieces[0].iov_len) == "rst");
    CHECK(pieces[1].iov_base == shared->data());
    CHECK(pieces[1].iov_len == 100);
    outbox.consume(3 + 100 + 3);  // across pieces
    CHECK(outbox.front() == "t");
}

TEST_CASE("one outbox behind another keeps the order, wherever the second one begins")
{
    const std::size_t consumed = GENERATE(0, 2, 4, 50, 104);
    Outbox first;
    Outbox second;
    const bool is_first_empty = GENERATE(true, false);
    if (!is_first_empty) first.push("front ");
    second.push("abcd");
    second.push(share(std::string(100, 's')));
    second.consume(consumed);
    const std::string rest = ("abcd" + std::string(100, 's')).substr(consumed);
    first.splice(second);
    CHECK(second.empty());
    CHECK(first.bytes() == (is_first_empty ? 0 : 6) + rest.size());
    first.push("!");
    second.push("still usable");
    CHECK(all_of(first) == (is_first_empty ? "" : "front ") + rest + "!");
    CHECK(all_of(second) == "still usable");
}

TEST_CASE("a long backlog is destroyed without running out of stack, and large bytes go in portions")
{
    Outbox outbox;
    const Outbox::Shared shared = share(std::string(65, 's'));
    for (int i = 0; i < 500'000; ++i) outbox.push(shared);
    CHECK(outbox.bytes() == 500'000 * 65);
    outbox.clear();
    CHECK(shared.use_count() == 1);
    for (int i = 0; i < 100; ++i) outbox.push(std::string(10'000, 'x'));
    CHECK(outbox.front().size() < 100'000);
    CHECK(outbox.bytes() == 1'000'000);
}

TEST_CASE("whatever is pushed and consumed in whatever steps, the bytes are the same")
{
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U));
    const auto up_to = [&](std::size_t max) { return std::size_t{random()} % (max + 1); };
    Outbox outbox;
    std::string expected;
    std::string got;
    for (int step = 0; step < 2000; ++step) {
        const std::string bytes(up_to(200), static_cast<char>('a' + step % 26));
        switch (up_to(3)) {
            case 0:
                outbox.push(bytes);
                expected += bytes;
                break;
            case 1:
                outbox.push(share(bytes));
                expected += bytes;
                break;
            case 2: {
                Outbox other;
                other.push(share(bytes));
                other.push(bytes);
                other.consume(up_to(other.bytes()));
                std::string rest;
                for (std::array<iovec, 8> pieces{};
                     const iovec& piece : std::span(pieces).first(other.gather(pieces))) {
                    rest.append(static_cast<char*>(piece.iov_base), piece.iov_len);
                }
                outbox.splice(other);
                expected += rest;
                break;
            }
            default: {
                const std::size_t count = up_to(outbox.front().size());
                got += outbox.front().substr(0, count);
                outbox.consume(count);
            }
        }
        REQUIRE(got.size() + outbox.bytes() == expected.size());
    }
    outbox.move_to(got);
    CHECK(got == expected);
}
