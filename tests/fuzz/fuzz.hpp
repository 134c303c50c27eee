// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What each target defines. The plain test program that replays the corpora compiles it under another name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace postern::fuzz {

/// Takes a fuzzer's input apart from its front; empty at the end, never short.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

    std::uint8_t byte()
    {
        if (bytes_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return first;
    }

    /// Up to the next newline, which is dropped.
    std::string_view line()
    {
        const std::string_view taken = bytes_.substr(0, bytes_.find('\n'));
        bytes_.remove_prefix(std::min(taken.size() + 1, bytes_.size()));
        return taken;
    }

    std::string_view rest() const { return bytes_; }

private:
    std::string_view bytes_;
};

/// The lengths of the pieces in which a stream arrives: 1 to 16 bytes, in an order that the seed decides.
class Pieces {
public:
    explicit Pieces(std::uint8_t seed) : state_(seed) {}

    std::string_view take(std::string_view& stream)
    {
        state_ = state_ * 1103515245U + 12345U;
        const std::string_view piece = stream.substr(0, 1 + (state_ >> 16) % 16);
        stream.remove_prefix(piece.size());
        return piece;
    }

private:
    std::uint32_t state_;
};

}  // namespace postern::fuzz
