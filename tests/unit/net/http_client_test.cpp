// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "catch.hpp"
#include "core/clock.hpp"
#include "net/development_issuer.hpp"
#include "support/fake_http_server.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace postern;
using net::HttpFailure;
using net::HttpOutcome;
using net::HttpResponse;
using test::FakeReply;
using test::http_reply;

namespace {

constexpr std::chrono::milliseconds kAtOnce{1};

/// A client and what it talks to, on one thread.
class Clients {
public:
    /// Until `done`.
    template <class Done>
    void run(const Done& done)
    {
        while (!done()) {
            if (io.run_one() == 0) FAIL("nothing happens any more");
        }
    }

    void connect(const std::string& url, const net::HttpClientOptions& options = {})
    {
        client = net::HttpClient::make(io, net::HttpUrl::parse(url).value(), options).value();
    }

    HttpOutcome call(const net::HttpCall& call)
    {
        std::optional<HttpOutcome> outcome;
        client->call(call, [&](HttpOutcome given) { outcome = std::move(given); });
        CHECK_FALSE(outcome.has_value());  // not inside the call
        run([&] { return outcome.has_value(); });
        return *outcome;
    }

    HttpResponse get(const std::string& target = "/")
    {
        const HttpOutcome outcome = call({"GET", target, {}, {}});
        if (const auto* failure = std::get_if<HttpFailure>(&outcome)) FAIL(failure->why);
        return std::get<HttpResponse>(outcome);
    }

    HttpFailure failure(const net::HttpCall& failing = {"GET", "/", {}, {}})
    {
        const HttpOutcome outcome = call(failing);
        REQUIRE(std::holds_alternative<HttpFailure>(outcome));
        return std::get<HttpFailure>(outcome);
    }

    boost::asio::io_context io;
    std::unique_ptr<net::HttpClient> client;
};

bool contains(const std::string& text, const std::string& part)
{
    INFO(text);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

/// A throwaway CA in a file, and a server's context with a certificate of its own for localhost.
class Authority {
public:
    Authority()
    {
        REQUIRE(::mkdtemp(root_.data()) != nullptr);
        const EpochMillis now = SystemClock().wall();
        const net::development::Signer ca = net::development::make_ca(now, {});
        const net::PrivateKey key = net::development::make_key();
        const net::Certificate own = net::development::make_server(ca, key.get(), now, {});
        file = root_ + "/ca.pem";
        std::ofstream(file) << net::development::to_pem(ca.certificate.get());
        const std::string certificate = net::development::to_pem(own.get());
        const std::string secret = net::development::to_pem(key.get());
        server->use_certificate_chain(boost::asio::buffer(certificate));
        server->use_private_key(boost::asio::buffer(secret), boost::asio::ssl::context::pem);
    }
    ~Authority() { std::filesystem::remove_all(root_); }
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    std::string file;
    std::shared_ptr<boost::asio::ssl::context> server =
        std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);

private:
    std::string root_ = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
};

}  // namespace

TEST_CASE("A request goes out whole, and its answer comes back")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest&) {
        return http_reply(418, "short", "X-Kind: teapot\r\n");
    };
    clients.connect(server.url());
    const auto answer = std::get<HttpResponse>(clients.call({"POST", "/a%20b?c", {{"X-One", "1"}}, "body"}));
    CHECK(answer.status == 418);
    CHECK(answer.body == "short");
    CHECK(answer.header("x-kind") == "teapot");
    CHECK(answer.header("none").empty());
    REQUIRE(server.requests.size() == 1);
    const net::HttpRequest& seen = server.requests[0];
    CHECK(seen.method == "POST");
    CHECK(seen.target == "/a%20b?c");
    CHECK(seen.host == "127.0.0.1:" + std::to_string(server.port()));
    CHECK(seen.header("X-One") == "1");
    CHECK(seen.header("Content-Length") == "4");
    CHECK(seen.body == "body");
}

TEST_CASE("Connections are kept for the next request unless the server says otherwise")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    clients.connect(server.url());
    for (int i = 0; i < 3; ++i) CHECK(clients.get().body == "{}");
    CHECK(server.connections == 1);
    server.on_request = [](const net::HttpRequest&) {
        return http_reply(200, "bye", "Connection: close\r\n");
    };
    CHECK(clients.get().body == "bye");
    CHECK(clients.get().body == "bye");
    CHECK(server.connections == 2);
}

TEST_CASE("A connection that the server has closed meanwhile is not used")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest&) {
        FakeReply reply = http_reply(200, "{}");
        reply.closes = true;  // and does not say so
        return reply;
    };
    clients.connect(server.url());
    for (int i = 1; i <= 3; ++i) {
        CHECK(clients.get().status == 200);
        clients.run([&] { return server.ended == i; });
    }
    CHECK(server.connections == 3);
    CHECK(server.requests.size() == 3);
}

TEST_CASE("A connection without requests is closed after a while")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    net::HttpClientOptions options;
    options.idle_time = kAtOnce;
    clients.connect(server.url(), options);
    clients.get();
    clients.run([&] { return server.ended == 1; });
    CHECK(clients.get().status == 200);
    CHECK(server.connections == 2);
}

TEST_CASE("Answers come in chunks, up to the end of the connection, or after interim ones")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    FakeReply reply;
    server.on_request = [&](const net::HttpRequest&) { return reply; };
    clients.connect(server.url());
    reply.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    CHECK(clients.get().body == "abcde");
    reply.bytes =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + http_reply(200, "late").bytes;
    CHECK(clients.get().body == "late");
    CHECK(server.connections == 1);
    reply.bytes = "HTTP/1.1 204 No Content\r\n\r\n";
    CHECK(clients.get().status == 204);
    reply = {"HTTP/1.0 200 OK\r\n\r\nall of it", true};
    CHECK(clients.get().body == "all of it");
}

TEST_CASE("An answer in single bytes is read")
{
    const std::string whole =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    net::ResponseReader reader(1000, 1000);
    std::string input;
    for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
        input += whole[i];
        REQUIRE(reader.read(input) == net::ResponseReader::Status::NeedMore);
    }
    input += whole.back();
    REQUIRE(reader.read(input) == net::ResponseReader::Status::Done);
    CHECK(reader.take().body == "abc");
    CHECK(input.empty());
}

TEST_CASE("An answer that ends too early is broken, and its request is not made again")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    FakeReply reply = http_reply(200, "{}");
    server.on_request = [&](const net::HttpRequest&) { return reply; };
    clients.connect(server.url());
    clients.get();
    for (const char* bytes : {"",
                              "HTTP/1.1 200",
                              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"}) {
        CAPTURE(bytes);
        reply = {bytes, true};
        const std::size_t before = server.requests.size();
        const HttpFailure failure = clients.failure();
        CHECK(failure.kind == HttpFailure::Kind::Broken);
        contains(failure.why, "before its answer was complete");
        CHECK(server.requests.size() == before + 1);
    }
}

TEST_CASE("What is no HTTP is said so")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    FakeReply reply;
    server.on_request = [&](const net::HttpRequest&) { return reply; };
    clients.connect(server.url());
    for (const char* bytes : {"SSH-2.0-OpenSSH_9.2\r\n\r\n",
                              "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"}) {
        CAPTURE(bytes);
        reply.bytes = bytes;
        const HttpFailure failure = clients.failure();
        CHECK(failure.kind == HttpFailure::Kind::Broken);
        contains(failure.why, "does not speak HTTP/1.1");
    }
}

TEST_CASE("Bytes behind an answer are not taken for the next one")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest&) {
        return FakeReply{http_reply(200, "mine").bytes + http_reply(200, "forged").bytes};
    };
    clients.connect(server.url());
    CHECK(clients.get().body == "mine");
    CHECK(clients.get().body == "mine");
    CHECK(server.connections == 2);
}

TEST_CASE("Answers are bounded")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    FakeReply reply;
    server.on_request = [&](const net::HttpRequest&) { return reply; };
    net::HttpClientOptions options;
    options.body_bytes_max = 10;
    options.header_bytes_max = 200;
    clients.connect(server.url(), options);
    reply = http_reply(200, "0123456789");
    CHECK(clients.get().body.size() == 10);
    reply = http_reply(200, "0123456789a");
    CHECK(clients.failure().kind == HttpFailure::Kind::TooLarge);
    reply.bytes =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n012345678\r\n2\r\nab\r\n0\r\n\r\n";
    CHECK(clients.failure().kind == HttpFailure::Kind::TooLarge);
    reply = http_reply(200, "", "X: " + std::string(300, 'x') + "\r\n");
    CHECK(clients.failure().kind == HttpFailure::Kind::Broken);
}

TEST_CASE("Nobody there, or no such name, is unreachable")
{
    Clients clients;
    const test::NobodyThere nobody(clients.io);
    clients.connect(nobody.url());
    HttpFailure failure = clients.failure();
    CHECK(failure.kind == HttpFailure::Kind::Unreachable);
    contains(failure.why, "Connection refused");
    const std::string no_name(64, 'x');  // longer than a label may be: no server is asked, wherever this runs
    clients.connect("http://" + no_name + ":80");
    failure = clients.failure();
    CHECK(failure.kind == HttpFailure::Kind::Unreachable);
    contains(failure.why, "its name " + no_name + " is not known");
}

TEST_CASE("A server that does not answer in time is given up, and its late answer is nobody's")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest&) { return std::nullopt; };
    clients.connect(server.url());
    clients.run([&] {  // the deadline may pass before there is a connection
        const HttpFailure failure = clients.failure({"GET", "/", {}, {}, std::chrono::milliseconds(20)});
        return failure.kind == HttpFailure::Kind::TimedOut && failure.why == "has not answered in 20 ms";
    });
    server.on_request = [](const net::HttpRequest&) { return http_reply(200, "{}"); };
    CHECK(clients.get().status == 200);
}

TEST_CASE("An answer that comes when its time is over is one outcome, and costs the next request nothing")
{
    constexpr std::chrono::milliseconds kTime{50};
    const std::size_t calls = GENERATE(1, 2);
    Clients clients;
    test::FakeHttpServer server(clients.io);
    const auto begin = std::chrono::steady_clock::now();
    server.on_request = [&](const net::HttpRequest&) {
        std::this_thread::sleep_until(begin + 2 * kTime);  // answer and timeout then wait for the same turn
        return http_reply(200, "{}");
    };
    net::HttpClientOptions options;
    options.connections_max = 1;
    clients.connect(server.url(), options);
    std::vector<HttpOutcome> outcomes;
    const auto done = [&](HttpOutcome outcome) { outcomes.push_back(std::move(outcome)); };
    clients.client->call({"GET", "/", {}, {}, kTime}, done);
    if (calls == 2) clients.client->call({"GET", "/", {}, {}}, done);
    clients.run([&] { return outcomes.size() == calls; });
    clients.io.poll();
    CHECK(outcomes.size() == calls);
    if (calls == 2) CHECK(std::holds_alternative<HttpResponse>(outcomes[1]));
}

TEST_CASE("So many requests go out at once, so many wait, and the rest are refused")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest&) { return std::nullopt; };
    net::HttpClientOptions options;
    options.connections_max = 2;
    options.waiting_max = 1;
    clients.connect(server.url(), options);
    std::vector<HttpOutcome> outcomes;
    for (int i = 0; i < 4; ++i) {
        clients.client->call({"GET", "/", {}, {}}, [&](HttpOutcome outcome) { outcomes.push_back(outcome); });
    }
    clients.run([&] { return server.requests.size() == 2 && outcomes.size() == 1; });
    CHECK(std::get<HttpFailure>(outcomes[0]).kind == HttpFailure::Kind::Busy);
    CHECK(server.connections == 2);

    clients.client.reset();
    clients.run([&] { return outcomes.size() == 4; });
    for (std::size_t i = 1; i < outcomes.size(); ++i) {
        CHECK(std::get<HttpFailure>(outcomes[i]).kind == HttpFailure::Kind::Broken);
    }
    clients.run([&] { return server.ended == 2; });
    CHECK(server.requests.size() == 2);
}

TEST_CASE("Whoever waits gets the connection that becomes free")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest& request) { return http_reply(200, request.target); };
    net::HttpClientOptions options;
    options.connections_max = 1;
    clients.connect(server.url(), options);
    std::vector<std::string> bodies;
    for (const char* target : {"/1", "/2", "/3"}) {
        clients.client->call({"GET", target, {}, {}}, [&](HttpOutcome outcome) {
            bodies.push_back(std::get<HttpResponse>(outcome).body);
        });
    }
    clients.run([&] { return bodies.size() == 3; });
    CHECK(bodies == std::vector<std::string>{"/1", "/2", "/3"});
    CHECK(server.connections == 1);
}

TEST_CASE("What is not wanted any more when its turn comes is not sent, and makes room for others")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    server.on_request = [](const net::HttpRequest& request) { return http_reply(200, request.target); };
    net::HttpClientOptions options;
    options.connections_max = 1;
    options.waiting_max = 2;
    clients.connect(server.url(), options);
    std::vector<HttpOutcome> outcomes;
    const auto call = [&](const char* target, bool is_wanted) {
        net::HttpCall made{"GET", target, {}, {}};
        made.is_wanted = [is_wanted] { return is_wanted; };
        clients.client->call(made, [&](HttpOutcome outcome) { outcomes.push_back(std::move(outcome)); });
    };
    call("/1", true);
    call("/2", false);
    call("/3", true);
    call("/4", true);
    clients.run([&] { return outcomes.size() == 4; });
    CHECK(std::get<HttpFailure>(outcomes[0]).kind == HttpFailure::Kind::Unwanted);
    CHECK(std::get<HttpResponse>(outcomes[1]).body == "/1");
    CHECK(std::get<HttpResponse>(outcomes[2]).body == "/3");
    CHECK(std::get<HttpResponse>(outcomes[3]).body == "/4");
}

TEST_CASE("A client may be destroyed by whom it answers")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    clients.connect(server.url());
    bool is_answered = false;
    clients.client->call({"GET", "/", {}, {}}, [&](const HttpOutcome&) {
        clients.client.reset();
        is_answered = true;
    });
    clients.run([&] { return is_answered && server.ended == 1; });
}

TEST_CASE("TLS is spoken with servers whose certificate is by a trusted root, for their name")
{
    const Authority authority;
    Clients clients;
    test::FakeHttpServer server(clients.io, authority.server);
    net::HttpClientOptions options;
    options.ca_file = authority.file;
    for (const char* host : {"localhost", "127.0.0.1"}) {
        clients.connect(server.url(host), options);
        const std::string body(300'000, 'x');
        for (int i = 0; i < 2; ++i) {
            const auto answer = std::get<HttpResponse>(clients.call({"POST", "/", {}, body}));
            CHECK(answer.body == "{}");
            CHECK(server.requests.back().body == body);
        }
    }
    CHECK(server.connections == 2);

    clients.connect(server.url());  // the system does not know that root
    HttpFailure failure = clients.failure();
    CHECK(failure.kind == HttpFailure::Kind::Unreachable);
    contains(failure.why, "its certificate is not trusted: ");
    contains(failure.why, "SSL_CERT_FILE");

    test::FakeHttpServer elsewhere(clients.io, authority.server, "127.0.0.2");
    clients.connect(elsewhere.url("127.0.0.2"), options);
    failure = clients.failure();
    CHECK(failure.kind == HttpFailure::Kind::Unreachable);
    contains(failure.why, "its certificate is not trusted: IP address mismatch");
    CHECK(elsewhere.requests.empty());
}

TEST_CASE("A server that speaks no TLS where it should is unreachable, and roots must be there")
{
    Clients clients;
    test::FakeHttpServer server(clients.io);
    clients.connect("https://127.0.0.1:" + std::to_string(server.port()));
    const HttpFailure failure = clients.failure();
    CHECK(failure.kind == HttpFailure::Kind::Unreachable);
    contains(failure.why, "TLS: ");

    net::HttpClientOptions options;
    options.ca_file = "/nowhere/ca.pem";
    const auto none = net::HttpClient::make(clients.io, net::HttpUrl::parse("https://x").value(), options);
    REQUIRE_FALSE(none.has_value());
    contains(none.error().detail, "/nowhere/ca.pem: ");
}
