// SPDX-License-Identifier: Apache-2.0
#include "core/hash.hpp"

#include "core/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace postern::hash {

Sha256 sha256(std::string_view bytes)
{
    Sha256 digest;
    unsigned size = 0;
    POSTERN_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
    POSTERN_CHECK(size == digest.size());
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view message)
{
    Sha256 digest;
    unsigned size = 0;
    // A null key would mean "the last one" to OpenSSL.
    const char* key_data = key.empty() ? "" : key.data();
    POSTERN_CHECK(HMAC(EVP_sha256(),
                       key_data,
                       static_cast<int>(key.size()),
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size(),
                       digest.data(),
                       &size) != nullptr);
    POSTERN_CHECK(size == digest.size());
    return digest;
}

std::string_view bytes_of(const Sha256& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(const Sha256& digest)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(digest.size() * 2);
    for (const std::uint8_t byte : digest) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string sha256_hex(std::string_view bytes)
{
    return hex(sha256(bytes));
}

bool equal_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace postern::hash
