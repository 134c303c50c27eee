// SPDX-License-Identifier: Apache-2.0
#include "net/http_request.hpp"

#include "catch.hpp"

#include <cstdio>
#include <utility>

using namespace postern;
using net::RequestReader;
using Status = RequestReader::Status;

namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kPortion = 32 * kKiB;  // bytes that a reader is given at once

const std::string kChunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What the reader says of `wire` that comes in portions; the last word.
Status read_in_portions(RequestReader& reader, const std::string& wire)
{
    std::string input;
    Status status = Status::NeedMore;
    for (std::size_t at = 0; at < wire.size() && status == Status::NeedMore; at += kPortion) {
        input += wire.substr(at, kPortion);
        status = reader.read(input);
    }
    return status;
}

Status read_all(const std::string& wire, std::size_t header_bytes_max = 16 * kKiB)
{
    RequestReader reader(header_bytes_max, kKiB * kKiB);
    return read_in_portions(reader, wire);
}

}  // namespace

TEST_CASE("Extensions of chunks and trailers are read over")
{
    RequestReader reader(16 * kKiB, kKiB);
    std::string input = kChunked + "2;name=value;quoted=\"a\\\"b\"\r\nhi\r\n0;last\r\nX-Trailer: 1\r\n\r\n";
    REQUIRE(reader.read(input) == Status::Done);
    CHECK(input.empty());
    CHECK(reader.request().body == "hi");
    CHECK(reader.request().count("X-Trailer") == 0);
}

TEST_CASE("A trailer that is larger than any field may be is malformed")
{
    CHECK(read_all(kChunked + "0\r\nX-Trailer: " + std::string(100'000, 'a') + "\r\n\r\n") ==
          Status::Malformed);
    // Even when it is there at once.
    RequestReader reader(16 * kKiB, kKiB);
    std::string input = kChunked + "0\r\nX-Trailer: " + std::string(100'000, 'a') + "\r\n\r\n";
    CHECK(reader.read(input) == Status::Malformed);
}

TEST_CASE("A chunk's line that does not end, and trailers that do not, are malformed and not kept for ever")
{
    CHECK(read_all(kChunked + "2;" + std::string(kKiB * kKiB, 'a')) == Status::Malformed);
    std::string trailers;
    while (trailers.size() < kKiB * kKiB) trailers += "X-Trailer: 1\r\n";
    CHECK(read_all(kChunked + "0\r\n" + trailers) == Status::Malformed);
}

TEST_CASE("The bound of trailers is the same whether they come at once or byte by byte")
{
    const auto trailers_of = [](std::size_t bytes) {
        const std::string end = "0\r\nX: \r\n\r\n";
        return "0\r\nX: " + std::string(bytes - end.size(), 'a') + "\r\n\r\n";
    };
    for (const auto& [bytes, expected] :
         {std::pair(16 * kKiB, Status::Done), {16 * kKiB + 1, Status::Malformed}}) {
        CAPTURE(bytes);
        RequestReader whole(16 * kKiB, kKiB);
        std::string input = kChunked + trailers_of(bytes) + "rest";
        CHECK(whole.read(input) == expected);
        RequestReader slow(16 * kKiB, kKiB);
        Status status = Status::NeedMore;
        input.clear();
        for (const char c : kChunked + trailers_of(bytes)) {
            REQUIRE(status == Status::NeedMore);
            input += c;
            status = slow.read(input);
            if (status == Status::Malformed) break;
        }
        CHECK(status == expected);
    }
}

TEST_CASE("Chunks are joined wherever the bytes are cut")
{
    for (std::size_t size = 16 * kKiB - 32; size < 16 * kKiB + 32; ++size) {
        CAPTURE(size);
        const std::string body(size, 'a');
        char hex[16];
        std::snprintf(hex, sizeof(hex), "%zx", size);
        const std::string chunk = std::string(hex) + "\r\n" + body + "\r\n";
        RequestReader reader(16 * kKiB, kKiB * kKiB);
        std::string input = kChunked;
        REQUIRE(reader.read(input) == Status::NeedMore);
        for (const std::string& part : {chunk, chunk, std::string("0\r\n\r\n")}) {
            input += part;
            if (part.size() > 5) REQUIRE(reader.read(input) == Status::NeedMore);
        }
        REQUIRE(reader.read(input) == Status::Done);
        CHECK(reader.request().body == body + body);
    }
}

TEST_CASE("A field beyond what can be kept is malformed, however large a head may be")
{
    const std::string head =
        "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + std::string(100'000, 'a') + "\r\n\r\n";
    CHECK(read_all(head, kKiB * kKiB) == Status::Malformed);
}

TEST_CASE("Chunks may be as large as the body")
{
    RequestReader reader(16 * kKiB, kKiB * kKiB);
    const std::string body(kKiB * kKiB, 'a');
    CHECK(read_in_portions(reader, kChunked + "100000\r\n" + body + "\r\n0\r\n\r\n") == Status::Done);
    CHECK(reader.request().body == body);
}
