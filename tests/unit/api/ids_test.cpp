// SPDX-License-Identifier: Apache-2.0
#include "api/ids.hpp"

#include "catch.hpp"
#include "core/base64.hpp"

#include <algorithm>
#include <set>

using namespace postern;
using namespace postern::api;

namespace {

constexpr ConnectionIdCodec::Key kKey{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/// Every byte 0xFF.
class AllOnes final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0xFF}); }
};

ConnectionAddress random_address(Random& random)
{
    std::array<std::uint8_t, 9> b{};
    random.fill(b);
    return {static_cast<std::uint16_t>((b[0] << 8 | b[1]) & kNodeMax),
            b[2],
            static_cast<std::uint32_t>(b[3] << 16 | b[4] << 8 | b[5]) & kSlotMax,
            static_cast<std::uint32_t>(b[6] << 16 | b[7] << 8 | b[8]) & kGenerationMax};
}

}  // namespace

TEST_CASE("SipHash-2-4 agrees with its authors' vector for the bytes 0 to 7")
{
    CHECK(siphash24(0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x0706050403020100) == 0x93f5f5799a932462);
}

TEST_CASE("a request id has AWS's clock, its mark and its shape")
{
    AllOnes ones;
    // Captured at 1790328029391: "EP5yqFByIAMElXw=", whose clock is 0x10fe72a8; ticks are 25 ms.
    const RequestId id = new_request_id(1790328029391 - 25, ones);
    CHECK(*base64::decode_url(id) == "\x10\xfe\x72\xa8\xff\xff\xff\xff\x04\xff\xff");
    CHECK(id.str().ends_with('='));

    SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(new_request_id(1790328029391, random).str());
    CHECK(seen.size() == 1000);
}

TEST_CASE("the clock of request ids wraps")
{
    AllOnes ones;
    const std::string bytes = *base64::decode_url(new_request_id((4294967296 - 1686433810) * 25, ones));
    CHECK(bytes.substr(0, 4) == std::string(4, '\0'));
}

TEST_CASE("a trace id is Root=1-, the seconds, 24 hex digits")
{
    AllOnes ones;
    CHECK(new_trace_id(1790328029391, ones) == "Root=1-6ab63cdd-ffffffffffffffffffffffff");
    CHECK(new_trace_id(0, ones) == "Root=1-00000000-ffffffffffffffffffffffff");
}

TEST_CASE("a connection id tells its address, over the whole range")
{
    const ConnectionIdCodec codec(kKey);
    SystemRandom random;
    std::vector<ConnectionAddress> addresses{{},
                                             {kNodeMax, 255, kSlotMax, kGenerationMax},
                                             {kNodeMax, 0, 0, 0},
                                             {0, 255, 0, 0},
                                             {0, 0, kSlotMax, 0},
                                             {0, 0, 0, kGenerationMax}};
    for (int i = 0; i < 2000; ++i) addresses.push_back(random_address(random));
    std::set<std::string> seen;
    for (const ConnectionAddress& address : addresses) {
        const ConnectionId id = codec.encode(address);
        const DecodedId decoded = codec.decode(id);
        REQUIRE(decoded.verdict == IdVerdict::Ours);
        REQUIRE(decoded.address == address);
        REQUIRE(id.view().starts_with('g'));
        REQUIRE(id.view().ends_with("=="));
        seen.insert(id.str());
    }
    CHECK(seen.size() == addresses.size());
}

TEST_CASE("neighbouring addresses have ids that share nothing but the frame")
{
    const ConnectionIdCodec codec(kKey);
    const std::string first = *base64::decode_url(codec.encode({0, 0, 7, 0}));
    const std::string second = *base64::decode_url(codec.encode({0, 0, 7, 1}));
    int equal = 0;
    for (std::size_t i = 1; i < 13; ++i) equal += first[i] == second[i] ? 1 : 0;
    CHECK(equal <= 2);
}

TEST_CASE("an id with any bit changed is none of ours")
{
    const ConnectionIdCodec codec(kKey);
    const std::string bytes = *base64::decode_url(codec.encode({3, 1, 4711, 42}));
    for (std::size_t bit = 8; bit < 13 * 8; ++bit) {
        std::string forged = bytes;
        forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ 1 << bit % 8);
        CHECK(codec.decode(base64::encode_url(forged)).verdict == IdVerdict::Unknown);
    }
    CHECK(codec.decode(codec.encode({3, 1, 4711, 42})).verdict == IdVerdict::Ours);
}

TEST_CASE("an id of another key, and AWS's own, are well-formed and unknown")
{
    const ConnectionIdCodec codec(kKey);
    CHECK(codec.decode(ConnectionIdCodec({16}).encode({1, 2, 3, 4})).verdict == IdVerdict::Unknown);
    CHECK(codec.decode("gbik1K9kzQAYKEilnA==").verdict == IdVerdict::Unknown);
}

TEST_CASE("texts without an id's shape are malformed")
{
    const ConnectionIdCodec codec(kKey);
    const std::string text = GENERATE(as<std::string>{},
                                      "",
                                      "AAAAAAAAAAAAAAA=",
                                      "TXzPWdnOjoECGjA=",
                                      "Abik1K9kzQAYKEilnA==",
                                      "gbik1K9kzQAYKEilnA",
                                      "gbik1K9kzQAYKEilnA=",
                                      "gbik1K9kzQAYKEilnA===",
                                      "gbik1K9kzQAYKEilnAAA",
                                      "gbik1K9kzQAYKEilnB==",
                                      "gbik1K9kz+AYKEilnA==",
                                      "gbik1K9kz%AYKEilnA==",
                                      "gbik1K9k\xC3\xA9"
                                      "AYKEilnA==");
    CAPTURE(text);
    CHECK(codec.decode(text).verdict == IdVerdict::Malformed);
}

TEST_CASE("message ids have their connection's last six bytes and are otherwise fresh")
{
    const ConnectionIdCodec codec(kKey);
    SystemRandom random;
    const ConnectionId connection = codec.encode({3, 1, 4711, 42});
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const MessageId id = new_message_id(connection, random);
        const std::string bytes = *base64::decode_url(id);
        REQUIRE(bytes.size() == 13);
        REQUIRE(static_cast<unsigned char>(bytes[0]) == 0x81);
        REQUIRE(bytes.substr(7) == base64::decode_url(connection)->substr(7));
        seen.insert(id.str());
    }
    CHECK(seen.size() == 1000);
}
