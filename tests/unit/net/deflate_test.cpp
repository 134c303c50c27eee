// SPDX-License-Identifier: Apache-2.0
#include "net/deflate.hpp"

#include "catch.hpp"

#include <random>
#include <string>
#include <vector>
#include <zlib.h>

using namespace postern::net;
using deflate::InflateStatus;

namespace {

constexpr std::string_view kTail{"\x00\x00\xFF\xFF", 4};
constexpr const char* kAnswer = "permessage-deflate;server_no_context_takeover;client_no_context_takeover";

Bytef* bytes(std::string_view s)
{
    return reinterpret_cast<Bytef*>(const_cast<char*>(s.data()));
}

/// What a client sends: RFC 7692 section 7.2.1, with zlib itself.
std::string client_compress(std::string_view message,
                            int level = 6,
                            int flush = Z_SYNC_FLUSH,
                            int window = 15)
{
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, -window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(message.size() * 2 + 1000, '\0');
    stream.next_in = bytes(message);
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = bytes(out);
    stream.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream, flush);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (out.ends_with(kTail)) out.resize(out.size() - kTail.size());
    return out;
}

/// What a client reads: a window of 32 KiB, new for every message.
std::string client_inflate(std::string_view payload)
{
    const std::string whole = std::string(payload) + std::string(kTail);
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, -15) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = bytes(whole);
    stream.avail_in = static_cast<uInt>(whole.size());
    stream.next_out = bytes(out);
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&stream, Z_SYNC_FLUSH);
    CHECK(result == Z_OK);
    CHECK(stream.avail_in == 0);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

std::vector<std::string> messages()
{
    std::mt19937 random(7692);
    std::string noise(100'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    std::string words;
    while (words.size() < 131'072) words += "word" + std::to_string(random() % 100) + ' ';
    return {"", "a", "Hello", R"({"action":"echo","data":"hello"})", std::string(131'072, 'x'), words, noise};
}

}  // namespace

TEST_CASE("an offer of permessage-deflate is answered without context takeover")
{
    const std::string offer =
        GENERATE(as<std::string>(),
                 "permessage-deflate",
                 "permessage-deflate; client_max_window_bits",  // browsers, ws
                 "permessage-deflate;client_max_window_bits=15",
                 "permessage-deflate; client_max_window_bits=\"10\"",
                 "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                 "permessage-deflate; server_max_window_bits=15",
                 "permessage-deflate; server_max_window_bits=\"15\"",
                 "Permessage-Deflate ; Client_Max_Window_Bits",
                 "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits");
    INFO(offer);
    CHECK(deflate::negotiate(offer) == std::optional<std::string>(kAnswer));
}

TEST_CASE("an offer that cannot be met is declined")
{
    // The first one is python-websockets' default, which AWS accepted and then broke (spec data-plane 10, row
    // 10).
    const std::string offer =
        GENERATE(as<std::string>(),
                 "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
                 "permessage-deflate; server_max_window_bits=8",
                 "permessage-deflate; server_max_window_bits",
                 "permessage-deflate; server_max_window_bits=16",
                 "permessage-deflate; server_max_window_bits=\"\"",
                 "permessage-deflate; server_max_window_bits=\"",
                 "permessage-deflate; client_max_window_bits=7",
                 "permessage-deflate; client_max_window_bits=16",
                 "permessage-deflate; client_max_window_bits=",
                 "permessage-deflate; client_max_window_bits=015",
                 "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
                 "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                 "permessage-deflate; server_no_context_takeover=1",
                 "permessage-deflate; unheard_of",
                 "permessage-deflate;",
                 "permessage-bzip2",
                 "",
                 ",;=");
    INFO(offer);
    CHECK(deflate::negotiate(offer) == std::nullopt);
}

TEST_CASE("the first offer that can be met is taken")
{
    CHECK(deflate::negotiate("permessage-deflate; server_max_window_bits=10, permessage-deflate") ==
          std::optional<std::string>(kAnswer));
}

TEST_CASE("what the gateway compresses, a client's zlib reads")
{
    for (const std::string& message : messages()) {
        CHECK(client_inflate(deflate::compress(message)) == message);
    }
    CHECK(deflate::compress("") == std::string_view("\0", 1));
    CHECK(deflate::compress(std::string(131'072, 'x')).size() < 1000);
}

TEST_CASE("what a client compresses, the gateway reads, whatever its level and window")
{
    for (const std::string& message : messages()) {
        for (const int level : {0, 1, 9}) {
            for (const int window : {9, 15}) {
                const auto inflated =
                    deflate::inflate(client_compress(message, level, Z_SYNC_FLUSH, window), 200'000);
                REQUIRE(inflated.status == InflateStatus::Ok);
                CHECK(*inflated.message == message);
            }
        }
    }
}

TEST_CASE("the examples of RFC 7692 section 7.2.3 are read")
{
    const auto read = [](std::string_view payload) {
        const auto inflated = deflate::inflate(payload, 1000);
        return inflated.status == InflateStatus::Ok ? *inflated.message : "not read";
    };
    CHECK(read({"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}) == "Hello");
    CHECK(read({"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11}) == "Hello");          // not compressed
    CHECK(read({"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8}) == "Hello");                       // BFINAL set
    CHECK(read({"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}) == "Hello");  // two blocks
    // A final block and another behind it, as two empty streams would be joined.
    CHECK(read({"\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00", 14}) == "HelloHello");
    CHECK(read(client_compress("final", 6, Z_FINISH)) == "final");
}

TEST_CASE("a payload is inflated up to the limit and not beyond")
{
    const std::string payload = client_compress(std::string(10'000, 'x'));
    CHECK(deflate::inflate(payload, 10'000).status == InflateStatus::Ok);
    CHECK(deflate::inflate(payload, 9'999).status == InflateStatus::TooLarge);
    CHECK(deflate::inflate(payload, 0).status == InflateStatus::TooLarge);
    CHECK(deflate::inflate(client_compress(""), 0).status == InflateStatus::Ok);
}

TEST_CASE("a bomb is given up soon behind the limit")
{
    const std::string bomb = client_compress(std::string(64 * 1024 * 1024, '\0'), 9);
    CHECK(bomb.size() < 70'000);
    CHECK(deflate::inflate(bomb, 131'072).status == InflateStatus::TooLarge);
    CHECK(*deflate::inflate(client_compress("after"), 131'072).message == "after");
}

TEST_CASE("malformed and truncated payloads are refused")
{
    CHECK(deflate::inflate("\xff\xff\xff", 1000).status == InflateStatus::Malformed);
    CHECK(deflate::inflate("\x06", 1000).status == InflateStatus::Malformed);  // block type 3
    CHECK(deflate::inflate({"\x00\x05\x00\x00\x00Hello", 10}, 1000).status == InflateStatus::Malformed);
    const std::string whole = client_compress("a sentence that is long enough to be cut somewhere");
    for (std::size_t cut = 1; cut + 1 < whole.size(); ++cut) {
        INFO(cut);
        CHECK(deflate::inflate(whole.substr(0, cut), 1000).status == InflateStatus::Malformed);
    }
}

TEST_CASE("no message sees anything of the one before, also after an error")
{
    const std::string secret = "a secret of another connection, " + std::string(1000, 's');
    const std::string alone(deflate::compress("short"));
    static_cast<void>(deflate::compress(secret));
    CHECK(std::string(deflate::compress("short")) == alone);

    static_cast<void>(deflate::inflate(client_compress(secret), 10'000));
    const auto inflated = deflate::inflate(client_compress("mine"), 10'000);
    CHECK(*inflated.message == "mine");
    static_cast<void>(deflate::inflate(client_compress(secret).substr(0, 20), 10'000));
    CHECK(*deflate::inflate(client_compress("mine"), 10'000).message == "mine");
    static_cast<void>(deflate::inflate(client_compress(secret), 10));
    CHECK(*deflate::inflate(client_compress("mine"), 10'000).message == "mine");
}

TEST_CASE("a payload that refers to bytes before its beginning is refused")
{
    // A client with context takeover: its second message refers to the first, which nobody keeps.
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    const std::string message = "something long enough to be referred to";
    std::string payload;
    for (int i = 0; i < 2; ++i) {
        payload.assign(1000, '\0');
        stream.next_in = bytes(message);
        stream.avail_in = static_cast<uInt>(message.size());
        stream.next_out = bytes(payload);
        stream.avail_out = static_cast<uInt>(payload.size());
        REQUIRE(::deflate(&stream, Z_SYNC_FLUSH) == Z_OK);
        payload.resize(payload.size() - stream.avail_out - kTail.size());
        if (i == 0) REQUIRE(*deflate::inflate(payload, 1000).message == message);
    }
    deflateEnd(&stream);
    CHECK(payload.size() < 10);
    CHECK(deflate::inflate(payload, 1000).status == InflateStatus::Malformed);
}
