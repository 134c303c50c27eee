// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace postern {

/// Where unguessable bytes come from.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    /// `bytes` random bytes as lower-case hexadecimal.
    std::string hex(std::size_t bytes);

    /// A random UUID (RFC 9562 version 4), as in x-amzn-RequestId.
    std::string uuid();
};

/// OpenSSL's generator, drawn in blocks of 4 KiB so that an id costs nanoseconds. One per thread: not shared.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override;

private:
    std::array<std::uint8_t, 4096> pool_{};
    std::size_t used_ = sizeof(pool_);
};

}  // namespace postern
