// SPDX-License-Identifier: Apache-2.0
#include "server/handshake.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace postern;
using server::HttpRequest;
using server::RequestKind;
using server::RequestReader;
using Status = RequestReader::Status;

namespace {

constexpr const char* kUpgrade =
    "GET /dev?token=a%20b HTTP/1.1\r\n"
    "Host: localhost:8080\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "X-Twice: one\r\n"
    "x-twice: two\r\n"
    "\r\n";

/// The request with one line exchanged for another; without it when `to` is empty.
std::string with(std::string from, const std::string& to)
{
    std::string text = kUpgrade;
    from += "\r\n";
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to.empty() ? "" : to + "\r\n");
}

struct Outcome {
    Status status = Status::NeedMore;
    HttpRequest request;
    std::string left;
};

constexpr std::size_t kHeaderBytesMax = 16 * 1024;
constexpr std::size_t kBodyBytesMax = 64;

Outcome read(std::string text, std::size_t header_bytes_max = kHeaderBytesMax)
{
    RequestReader reader(header_bytes_max, kBodyBytesMax);
    Outcome outcome;
    outcome.status = reader.read(text);
    outcome.request = reader.request();
    outcome.left = text;
    return outcome;
}

Status status_of(const std::string& text)
{
    return read(text).status;
}

RequestKind kind_of(const std::string& text)
{
    const Outcome outcome = read(text);
    REQUIRE(outcome.status == Status::Done);
    return server::classify(outcome.request);
}

}  // namespace

TEST_CASE("a handshake is read with its headers in the client's order and casing")
{
    const Outcome outcome = read(std::string(kUpgrade) + "\x81\x80");
    REQUIRE(outcome.status == Status::Done);
    const HttpRequest& request = outcome.request;
    CHECK(request.method == "GET");
    CHECK(request.path == "/dev");
    CHECK(request.query == "token=a%20b");
    CHECK(request.host == "localhost:8080");
    CHECK(request.keeps_alive);
    CHECK(request.body.empty());
    REQUIRE(request.headers.size() == 7);
    CHECK(request.headers[0] == api::Header{"Host", "localhost:8080"});
    CHECK(request.headers[5] == api::Header{"X-Twice", "one"});
    CHECK(request.headers[6] == api::Header{"x-twice", "two"});
    CHECK(request.header("X-TWICE") == "one");
    CHECK(request.count("x-Twice") == 2);
    CHECK(request.header("X-None").empty());
    CHECK(outcome.left == "\x81\x80");
    CHECK(server::classify(request) == RequestKind::Upgrade);
}

TEST_CASE("however a request is cut, it is the same")
{
    const std::string text = kUpgrade;
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        RequestReader reader(kHeaderBytesMax, kBodyBytesMax);
        std::string waiting = text.substr(0, cut);
        if (reader.read(waiting) != Status::NeedMore) FAIL(cut);
        waiting += text.substr(cut) + "rest";
        if (reader.read(waiting) != Status::Done) FAIL(cut);
        CHECK(reader.request().headers == read(text).request.headers);
        CHECK(waiting == "rest");
    }
    RequestReader bytewise(kHeaderBytesMax, kBodyBytesMax);
    std::string waiting;
    for (std::size_t i = 0; i < text.size(); ++i) {
        waiting += text[i];
        if (bytewise.read(waiting) != (i + 1 == text.size() ? Status::Done : Status::NeedMore)) FAIL(i);
    }
}

TEST_CASE("paths are decoded, queries are not")
{
    const auto target = [](const std::string& text) {
        return read("GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    CHECK(target("/").request.path == "/");
    CHECK(target("/dev/%40connections/a%3D%2F").request.path == "/dev/@connections/a=/");
    CHECK(target("/dev/%40connections/a%3D%2F").request.target == "/dev/%40connections/a%3D%2F");
    CHECK(target("/dev?a?b=%20").request.query == "a?b=%20");
    CHECK(target("/dev?").request.path == "/dev");
    CHECK(target("/a+b").request.path == "/a+b");
    CHECK(target("/%zz").status == Status::Malformed);
    CHECK(target("/%4").status == Status::Malformed);
    CHECK(target("*").status == Status::Malformed);
    CHECK(target("http://localhost/dev").status == Status::Malformed);
}

TEST_CASE("broken requests are told as broken")
{
    const std::string text =
        GENERATE(as<std::string>(),
                 "\r\n\r\n",
                 "GET\r\n\r\n",
                 "GET /\r\n\r\n",
                 "GET / HTTP/1.1 \r\n\r\n",
                 "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                 "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                 "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                 "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                 "G=T / HTTP/1.1\r\nHost: a\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                 "GET / HTTP/1.1\r\n: a\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n");
    INFO(text);
    CHECK(status_of(text) == Status::Malformed);
}

TEST_CASE("a head passes below the limit and not above it")
{
    const auto head = [](std::size_t filler) {
        return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(filler, 'x') + "\r\n\r\n";
    };
    CHECK(read(head(900), 1024).status == Status::Done);
    CHECK(read(head(1024), 1024).status == Status::Malformed);
    CHECK(read(head(1024).substr(0, 1060), 1024).status == Status::Malformed);  // before its end comes
    CHECK(read("GET /" + std::string(2000, 'x'), 1024).status == Status::Malformed);
}

TEST_CASE("a body is read by its length or in chunks, and what follows is the next request's")
{
    const auto request = [](const std::string& fields, const std::string& rest) {
        return read("POST /dev HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest);
    };
    CHECK(request("", "next").request.body.empty());
    CHECK(request("", "next").left == "next");
    CHECK(request("Content-Length: 0\r\n", "next").left == "next");
    CHECK(request("Content-Length: 4\r\n", "bodynext").request.body == "body");
    CHECK(request("Content-Length: 4\r\n", "bodynext").left == "next");
    CHECK(request("Content-Length: 4\r\n", "bod").status == Status::NeedMore);
    const Outcome chunked =
        request("Transfer-Encoding: chunked\r\n", "2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\nT: t\r\n\r\nnext");
    CHECK(chunked.status == Status::Done);
    CHECK(chunked.request.body == "body");
    CHECK(chunked.left == "next");
    CHECK(request("Transfer-Encoding: chunked\r\n", "x\r\n").status == Status::Malformed);
    CHECK(request("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "body").status == Status::Malformed);
}

TEST_CASE("a body in another coding than chunked is malformed, lest its bytes be the next request")
{
    const std::string head = "POST /dev HTTP/1.1\r\nHost: a\r\n";
    for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", ""}) {
        const std::string line = std::string("Transfer-Encoding: ") + coding + "\r\n";
        CHECK(status_of(head + line + "\r\n0\r\n\r\n") == Status::Malformed);
        CHECK(status_of(head + line + "Content-Length: 5\r\n\r\nhello") == Status::Malformed);
    }
    CHECK(status_of(head + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n") == Status::Done);
}

TEST_CASE("a request is being read from its head's end to its body's")
{
    RequestReader reader(kHeaderBytesMax, kBodyBytesMax);
    CHECK(!reader.is_reading());
    std::string text = "POST /dev HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell";
    CHECK(reader.read(text) == Status::NeedMore);
    CHECK(reader.is_reading());
    text = "o";
    CHECK(reader.read(text) == Status::Done);
    CHECK(!reader.is_reading());
}

TEST_CASE("a body passes at its limit and not above it")
{
    const auto status = [](const std::string& fields, const std::string& body) {
        return read("POST /dev HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body).status;
    };
    CHECK(status("Content-Length: 64\r\n", std::string(64, 'x')) == Status::Done);
    CHECK(status("Content-Length: 65\r\n", "") == Status::BodyTooLarge);
    CHECK(status("Content-Length: 99999999999\r\n", "") == Status::BodyTooLarge);
    CHECK(status("Transfer-Encoding: chunked\r\n", "41\r\n" + std::string(65, 'x')) == Status::BodyTooLarge);
}

TEST_CASE("a client that waits for 100 Continue is noticed once")
{
    RequestReader reader(kHeaderBytesMax, kBodyBytesMax);
    std::string input = "POST /dev HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n";
    CHECK(reader.read(input) == Status::NeedMore);
    CHECK_FALSE(reader.take_expectation());
    input += "\r\n";
    CHECK(reader.read(input) == Status::NeedMore);
    CHECK(reader.take_expectation());
    CHECK_FALSE(reader.take_expectation());
    input += "body";
    CHECK(reader.read(input) == Status::Done);
    CHECK(reader.request().body == "body");
}

TEST_CASE("a request knows whether it is the last")
{
    const auto keeps_alive = [](const std::string& fields) {
        return read("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").request.keeps_alive;
    };
    CHECK(keeps_alive(""));
    CHECK(keeps_alive("Connection: keep-alive\r\n"));
    CHECK_FALSE(keeps_alive("Connection: close\r\n"));
}

TEST_CASE("a handshake's fields may be lists and differ in case")
{
    CHECK(kind_of(with("Connection: Upgrade", "connection: keep-alive, UPGRADE")) == RequestKind::Upgrade);
    CHECK(kind_of(with("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade")) ==
          RequestKind::Upgrade);
    CHECK(kind_of(with("Upgrade: websocket", "UPGRADE: h2c , WebSocket")) == RequestKind::Upgrade);
    CHECK(kind_of(with("Sec-WebSocket-Version: 13", "sec-websocket-version:   13  ")) ==
          RequestKind::Upgrade);
}

TEST_CASE("what does not ask for an upgrade is a plain request")
{
    CHECK(kind_of(with("Connection: Upgrade", "")) == RequestKind::Plain);
    CHECK(kind_of(with("Connection: Upgrade", "Connection: keep-alive")) == RequestKind::Plain);
    CHECK(kind_of(with("Upgrade: websocket", "")) == RequestKind::Plain);
    CHECK(kind_of(with("Upgrade: websocket", "Upgrade: h2c")) == RequestKind::Plain);
    CHECK(kind_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Plain);
    std::string post = kUpgrade;
    CHECK(kind_of(post.replace(0, 3, "POST")) == RequestKind::Plain);
}

TEST_CASE("the key of a handshake is sixteen bytes in base64, once")
{
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    CHECK(kind_of(with(key, "")) == RequestKind::BadUpgrade);
    CHECK(kind_of(with(key, "Sec-WebSocket-Key: ")) == RequestKind::BadUpgrade);
    CHECK(kind_of(with(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==")) == RequestKind::BadUpgrade);
    CHECK(kind_of(with(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ")) == RequestKind::BadUpgrade);
    CHECK(kind_of(with(key, "Sec-WebSocket-Key: !GhlIHNhbXBsZSBub25jZQ==")) == RequestKind::BadUpgrade);
    CHECK(kind_of(with(key, key + "\r\n" + key)) == RequestKind::BadUpgrade);
}

TEST_CASE("another version than 13 is told apart")
{
    for (const char* version :
         {"", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13, 8", "Sec-WebSocket-Version: 130"}) {
        CHECK(kind_of(with("Sec-WebSocket-Version: 13", version)) == RequestKind::WrongVersion);
    }
}

TEST_CASE("two Authorization headers, no single Host, and a URL over 4096 bytes are malformed")
{
    CHECK(kind_of(with("X-Twice: one", "Authorization: a\r\nAuthorization: b")) == RequestKind::Malformed);
    CHECK(kind_of(with("X-Twice: one", "Authorization: a")) == RequestKind::Upgrade);
    CHECK(kind_of(with("Host: localhost:8080", "")) == RequestKind::Malformed);
    CHECK(kind_of(with("Host: localhost:8080", "Host: a\r\nHost: b")) == RequestKind::Malformed);
    const auto get = [](std::size_t path_bytes) {
        return "GET /" + std::string(path_bytes - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    CHECK(kind_of(get(4096)) == RequestKind::Plain);
    CHECK(kind_of(get(4097)) == RequestKind::Malformed);
}

TEST_CASE("GET /ping is the front's own, @connections the management API's (spec data-plane 1.1 and 7)")
{
    CHECK(kind_of("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Health);
    CHECK(kind_of("GET /ping?x HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Health);
    CHECK(kind_of("GET /ping/ HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Plain);
    CHECK(kind_of("POST /dev/@connections/x HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Connections);
    CHECK(kind_of("POST /ping HTTP/1.1\r\nHost: a\r\n\r\n") == RequestKind::Plain);
}
