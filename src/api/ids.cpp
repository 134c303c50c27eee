// SPDX-License-Identifier: Apache-2.0
#include "api/ids.hpp"

#include "core/base64.hpp"
#include "core/check.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <optional>
#include <span>

namespace postern::api {

namespace {

/// First byte of today's connection and message ids: they all begin with 'g' (spec captures 3.7).
constexpr std::uint8_t kFirstByte = 0x81;

/// Ticks of AWS's request clock at the Unix epoch, and milliseconds a tick (spec captures 3.7).
constexpr std::int64_t kClockOffset = 1'686'433'810;
constexpr std::int64_t kClockTick = 25;

/// Six rounds of an ideal function leave a 96-bit block indistinguishable from a random one (Patarin 2004).
constexpr unsigned kRounds = 6;
constexpr std::uint64_t kHalfMask = (std::uint64_t{1} << 48) - 1;

using WideBytes = std::array<std::uint8_t, 13>;

/// The 96 enciphered bits of an id, as two halves of 48.
struct Block {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
};

/// base64url with padding, into the id itself.
template <class IdType, std::size_t N>
IdType to_id(const std::array<std::uint8_t, N>& bytes)
{
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    IdType id;
    static_assert(std::tuple_size_v<decltype(id.chars)> == (N + 2) / 3 * 4);
    id.chars.fill('=');
    for (std::size_t bit = 0; bit < N * 8; bit += 6) {
        const std::size_t at = bit / 8;
        const unsigned pair = unsigned{bytes[at]} << 8 | (at + 1 < N ? bytes[at + 1] : 0U);
        id.chars[bit / 6] = kAlphabet[pair >> (10 - bit % 8) & 63U];
    }
    return id;
}

void put_half(std::span<std::uint8_t, 6> out, std::uint64_t half)
{
    for (std::size_t i = 0; i < 6; ++i) out[i] = static_cast<std::uint8_t>(half >> (40 - 8 * i));
}

std::uint64_t half_at(std::string_view bytes, std::size_t at)
{
    std::uint64_t half = 0;
    for (std::size_t i = 0; i < 6; ++i) half = half << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return half;
}

}  // namespace

std::uint64_t siphash24(std::uint64_t key0, std::uint64_t key1, std::uint64_t word)
{
    std::uint64_t v0 = key0 ^ 0x736f6d6570736575U;
    std::uint64_t v1 = key1 ^ 0x646f72616e646f6dU;
    std::uint64_t v2 = key0 ^ 0x6c7967656e657261U;
    std::uint64_t v3 = key1 ^ 0x7465646279746573U;
    const auto mix = [&](int rounds) {
        for (; rounds > 0; --rounds) {
            v0 += v1;
            v2 += v3;
            v1 = std::rotl(v1, 13) ^ v0;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 = std::rotl(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = std::rotl(v1, 17) ^ v2;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 = std::rotl(v2, 32);
        }
    };
    for (const std::uint64_t block : {word, std::uint64_t{8} << 56}) {  // the last block is the length
        v3 ^= block;
        mix(2);
        v0 ^= block;
    }
    v2 ^= 0xFF;
    mix(4);
    return v0 ^ v1 ^ v2 ^ v3;
}

RequestId new_request_id(EpochMillis now, Random& random)
{
    std::array<std::uint8_t, 11> bytes{};
    random.fill(bytes);
    const auto clock = static_cast<std::uint32_t>(now / kClockTick + kClockOffset);
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(clock >> (24 - 8 * i));
    bytes[8] = 0x04;
    return to_id<RequestId>(bytes);
}

MessageId new_message_id(const ConnectionId& connection_id, Random& random)
{
    WideBytes bytes{};
    random.fill(bytes);
    bytes[0] = kFirstByte;
    // Byte 7 begins inside a character: the tail is taken over in bytes, not in characters.
    const std::optional<std::string> connection = base64::decode_url(connection_id);
    POSTERN_CHECK(connection && connection->size() == bytes.size());
    std::copy(connection->begin() + 7, connection->end(), bytes.begin() + 7);
    return to_id<MessageId>(bytes);
}

std::string new_trace_id(EpochMillis now, Random& random)
{
    std::array<char, 17> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%08llx", static_cast<unsigned long long>(now / 1000));
    return std::string("Root=1-") + seconds.data() + "-" + random.hex(12);
}

ConnectionIdCodec::ConnectionIdCodec(const Key& key) : key0_(0), key1_(0)
{
    for (std::size_t i = 8; i-- > 0;) {
        key0_ = key0_ << 8 | key[i];
        key1_ = key1_ << 8 | key[i + 8];
    }
}

ConnectionId ConnectionIdCodec::encode(const ConnectionAddress& address) const
{
    POSTERN_CHECK(address.node <= kNodeMax && address.slot <= kSlotMax &&
                  address.generation <= kGenerationMax);
    const std::uint64_t word = std::uint64_t{address.node} << 52 | std::uint64_t{address.shard} << 44 |
                               std::uint64_t{address.slot} << 24 | address.generation;
    // 64 bits of address, then 32 zero bits: whoever changes an id gets others instead of those zeros.
    Block block{word >> 16, (word & 0xFFFF) << 32};
    for (unsigned round = 0; round < kRounds; ++round) {
        const std::uint64_t f = siphash24(key0_, key1_, block.right | std::uint64_t{round} << 48);
        block = {block.right, block.left ^ (f & kHalfMask)};
    }
    WideBytes bytes{};
    bytes[0] = kFirstByte;
    put_half(std::span(bytes).subspan<1, 6>(), block.left);
    put_half(std::span(bytes).subspan<7, 6>(), block.right);
    return to_id<ConnectionId>(bytes);
}

DecodedId ConnectionIdCodec::decode(std::string_view connection_id) const
{
    if (connection_id.size() != std::tuple_size_v<decltype(ConnectionId::chars)>) return {};
    const std::optional<std::string> bytes =
        base64::decode_url(connection_id);  // short enough not to allocate
    if (!bytes || bytes->size() != std::tuple_size_v<WideBytes>) return {};
    if (static_cast<std::uint8_t>(bytes->front()) != kFirstByte) return {};

    Block block{half_at(*bytes, 1), half_at(*bytes, 7)};
    for (unsigned round = kRounds; round-- > 0;) {
        const std::uint64_t f = siphash24(key0_, key1_, block.left | std::uint64_t{round} << 48);
        block = {block.right ^ (f & kHalfMask), block.left};
    }
    if ((block.right & 0xFFFF'FFFF) != 0) return {IdVerdict::Unknown, {}};
    const std::uint64_t word = block.left << 16 | block.right >> 32;
    return {IdVerdict::Ours,
            {static_cast<std::uint16_t>(word >> 52),
             static_cast<std::uint8_t>(word >> 44),
             static_cast<std::uint32_t>(word >> 24) & kSlotMax,
             static_cast<std::uint32_t>(word) & kGenerationMax}};
}

}  // namespace postern::api
