// SPDX-License-Identifier: Apache-2.0
#include "load/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace postern::bench {
namespace {

constexpr std::size_t kKeyBytes = 16;

template <std::size_t Size>
std::string base64(const std::array<unsigned char, Size>& bytes)
{
    std::array<unsigned char, 4 * ((Size + 2) / 3) + 1> text{};
    const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(Size));
    return {text.begin(), text.begin() + length};
}

}  // namespace

std::string handshake_key(std::size_t index)
{
    const auto number = static_cast<std::uint64_t>(index);
    std::array<unsigned char, kKeyBytes> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    return base64(bytes);
}

std::string handshake_answer(const std::string& key)
{
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("SHA-1");
    }
    return base64(digest);
}

}  // namespace postern::bench
