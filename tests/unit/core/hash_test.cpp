// SPDX-License-Identifier: Apache-2.0
#include "core/hash.hpp"

#include "catch.hpp"

using namespace postern;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4")
{
    CHECK(hash::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash::sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hash::sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(hash::sha256_hex(std::string_view()) == hash::sha256_hex(""));
}

TEST_CASE("HMAC-SHA-256 gives the digests of RFC 4231")
{
    CHECK(hash::hex(hash::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hash::hex(hash::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hash::hex(hash::hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK(hash::hex(hash::hmac_sha256(std::string(131, '\xaa'),
                                      "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("an empty key is a key, whatever was used before")
{
    const std::string expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    CHECK(hash::hex(hash::hmac_sha256("", "")) == expected);
    (void)hash::hmac_sha256("another", "key");
    CHECK(hash::hex(hash::hmac_sha256(std::string_view(), std::string_view())) == expected);
}

TEST_CASE("texts are equal in constant time only when they are the same")
{
    CHECK(hash::equal_constant_time("", ""));
    CHECK(hash::equal_constant_time(std::string("a\0b", 3), std::string("a\0b", 3)));
    CHECK_FALSE(hash::equal_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
    CHECK_FALSE(hash::equal_constant_time("secret", "secrez"));
    CHECK_FALSE(hash::equal_constant_time("secret", "Secret"));
    CHECK_FALSE(hash::equal_constant_time("secret", "secre"));
    CHECK_FALSE(hash::equal_constant_time("", "s"));
}

TEST_CASE("a digest's bytes are its own")
{
    const hash::Sha256 digest = hash::sha256("abc");
    CHECK(hash::bytes_of(digest).size() == 32);
    CHECK(hash::bytes_of(digest).substr(0, 2) == "\xba\x78");
}
