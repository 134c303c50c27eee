// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::bench {

/// The messages of a run: `{"action":"echo","data":"<connection>.<sequence>.<filler>"}` of one exact length.
/// The filler is a slice of a fixed random text that depends on both numbers, so no two messages near each
/// other look alike: bytes of another message or another client are noticed.
class Payload {
public:
    static constexpr std::size_t kBytesMin = 48;
    static constexpr std::size_t kBytesMax = 1024 * 1024;

    explicit Payload(std::size_t message_bytes);

    /// One message. Valid until the next call.
    std::string_view message(std::uint32_t connection, std::uint64_t sequence);

    std::size_t size() const { return message_.size(); }

private:
    std::string message_;  ///< the last one made; prefix and suffix never change
    std::string text_;     ///< where fillers are cut from
};

}  // namespace postern::bench
