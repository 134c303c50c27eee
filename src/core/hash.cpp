// SPDX-License-Identifier: Apache-2.0
#include "core/hash.hpp"

#include "core/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

namespace postern::hash {

namespace {

/// SHA-256's block, to which HMAC pads its key.
constexpr std::size_t kBlockBytes = 64;

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// The digest of the parts in a row. OpenSSL 3 looks an algorithm up for every one-shot call, which costs ten
/// times the hashing of a short text: here the algorithm is found once, and a context serves a thread.
Sha256 digest_of(std::initializer_list<std::string_view> parts)
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    POSTERN_CHECK(algorithm != nullptr && context != nullptr);
    POSTERN_CHECK(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1);
    for (const std::string_view part : parts) {
        POSTERN_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    }
    Sha256 digest;
    unsigned size = 0;
    POSTERN_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1 && size == digest.size());
    return digest;
}

}  // namespace

Sha256 sha256(std::string_view bytes)
{
    return digest_of({bytes});
}

Sha256 hmac_sha256(std::string_view key, std::string_view message)
{
    std::array<char, kBlockBytes> inner{};
    const Sha256 hashed_key = key.size() > kBlockBytes ? sha256(key) : Sha256{};
    const std::string_view short_key = key.size() > kBlockBytes ? bytes_of(hashed_key) : key;
    std::copy(short_key.begin(), short_key.end(), inner.begin());
    std::array<char, kBlockBytes> outer = inner;
    for (char& c : inner) c = static_cast<char>(c ^ 0x36);
    for (char& c : outer) c = static_cast<char>(c ^ 0x5c);

    const Sha256 first = digest_of({{inner.data(), inner.size()}, message});
    const Sha256 digest = digest_of({{outer.data(), outer.size()}, bytes_of(first)});
    OPENSSL_cleanse(inner.data(), inner.size());
    OPENSSL_cleanse(outer.data(), outer.size());
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
