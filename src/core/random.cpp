// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"

#include "core/check.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <vector>

namespace postern {

std::string Random::hex(std::size_t bytes)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::vector<std::uint8_t> raw(bytes);
    fill(raw);
    std::string out;
    out.reserve(bytes * 2);
    for (const std::uint8_t b : raw) {
        out += kDigits[b >> 4];
        out += kDigits[b & 15];
    }
    return out;
}

std::string Random::uuid()
{
    std::string s = hex(16);
    s[12] = '4';
    s[16] = "89ab"[static_cast<unsigned char>(s[16]) & 3];
    for (const std::size_t at : {20U, 16U, 12U, 8U}) s.insert(at, "-");
    return s;
}

void SystemRandom::fill(std::span<std::uint8_t> out)
{
    while (!out.empty()) {
        if (used_ == pool_.size()) {
            POSTERN_CHECK(RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) == 1);
            used_ = 0;
        }
        const std::size_t n = std::min(out.size(), pool_.size() - used_);
        std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), n, out.begin());
        used_ += n;
        out = out.subspan(n);
    }
}

}  // namespace postern
