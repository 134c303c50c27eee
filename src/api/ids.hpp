// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Identifiers of AWS's shape (spec data-plane 2.4, captures 3.7), made without allocating.
namespace postern::api {

/// An id of fixed length. `Tag` keeps the kinds apart.
template <std::size_t N, class Tag>
struct Id {
    std::array<char, N> chars{};

    std::string_view view() const { return {chars.data(), N}; }
    operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor): it is text
    std::string str() const { return std::string(view()); }
    bool operator==(const Id&) const = default;
};

using RequestId = Id<16, struct RequestTag>;  ///< also extendedRequestId and x-amz-apigw-id
using ConnectionId = Id<20, struct ConnectionTag>;
using MessageId = Id<20, struct MessageTag>;

/// 11 bytes: AWS's 25 ms clock, then random ones, with 0x04 (a request) at byte 8.
RequestId new_request_id(EpochMillis now, Random& random);

/// 13 bytes, the last six those of the connection's id, as all messages of a connection have on AWS.
MessageId new_message_id(const ConnectionId& connection_id, Random& random);

/// "Root=1-<seconds>-<24 hex digits>": X-Amzn-Trace-Id.
std::string new_trace_id(EpochMillis now, Random& random);

/// Where a connection lives. A slot is reused with the next generation, so that an old id never reaches a new
/// connection; start generations where an earlier process with the same key cannot have been (at random).
struct ConnectionAddress {
    std::uint16_t node = 0;  ///< 12 bits
    std::uint8_t shard = 0;
    std::uint32_t slot = 0;        ///< 20 bits
    std::uint32_t generation = 0;  ///< 24 bits

    bool operator==(const ConnectionAddress&) const = default;
};

inline constexpr std::uint16_t kNodeMax = (1U << 12) - 1;
inline constexpr std::uint32_t kSlotMax = (1U << 20) - 1;
inline constexpr std::uint32_t kGenerationMax = (1U << 24) - 1;

enum class IdVerdict {
    Malformed,  ///< not an id's shape: 400 Invalid connectionId
    Unknown,    ///< well-formed, but no id of ours: 410 Gone
    Ours,
};

struct DecodedId {
    IdVerdict verdict = IdVerdict::Malformed;
    ConnectionAddress address;  ///< when Ours
};

/// Connection ids are their connection's address, enciphered: a client can neither read nor guess nor forge
/// one (a guess passes once in 2^32). Immutable; thread: any.
class ConnectionIdCodec {
public:
    using Key = std::array<std::uint8_t, 16>;

    /// `key` is secret and the same on all nodes of a cluster.
    explicit ConnectionIdCodec(const Key& key);

    ConnectionId encode(const ConnectionAddress& address) const;
    DecodedId decode(std::string_view connection_id) const;

private:
    std::uint64_t key0_;
    std::uint64_t key1_;
};

/// SipHash-2-4 of eight bytes, `word` being their little-endian value.
std::uint64_t siphash24(std::uint64_t key0, std::uint64_t key1, std::uint64_t word);

}  // namespace postern::api
