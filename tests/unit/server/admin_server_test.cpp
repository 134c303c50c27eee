// SPDX-License-Identifier: Apache-2.0
#include "server/admin_server.hpp"

#include "catch.hpp"
#include "support/directory_node.hpp"
#include "support/loopback.hpp"
#include "support/manual_clock.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace postern;
using management::ReloadOutcome;
using server::AdminServer;
using server::AdminServerOptions;

namespace {

constexpr std::chrono::milliseconds kAtOnce{1};
constexpr const char* kHealth = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr const char* kInvoke =
    "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
constexpr const char* kReload = "POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";

/// A caller on this machine. Reading waits.
class Caller {
public:
    explicit Caller(std::uint16_t port) : fd_(test::connect_v4(port)) {}
    ~Caller() { ::close(fd_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    void send(std::string_view bytes) const
    {
        static_cast<void>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }

    /// Up to and with `end`; what has come when the gateway closes before.
    std::string read_to(std::string_view end)
    {
        while (received_.find(end) == std::string::npos) {
            if (!more()) return std::exchange(received_, {});
        }
        const std::size_t size = received_.find(end) + end.size();
        std::string out = received_.substr(0, size);
        received_.erase(0, size);
        return out;
    }

    bool is_forgotten() const
    {
        char byte = 0;
        return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    }

    std::string read_to_end()
    {
        while (more()) {
        }
        return received_;
    }

private:
    bool more()
    {
        char block[4096];
        const ssize_t got = ::recv(fd_, block, sizeof(block), 0);
        if (got <= 0) return false;
        received_.append(block, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    std::string received_;
};

/// A server whose reloads and functions wait for the test.
class Served {
public:
    using Done = std::function<void(ReloadOutcome)>;
    using Invoked = std::function<void(api::InvocationResult)>;

    explicit Served(AdminServerOptions options = {})
    {
        options.port = 0;
        server_ = AdminServer::listen(options, api_).value();
        server_->start();
    }

    std::uint16_t port() const { return server_->port(); }
    void stop() { server_->stop(); }

    /// Waits until somebody asks for a reload.
    Done reload() { return asked_.get(); }

    /// Waits until somebody invokes a function.
    Invoked invoked() { return invoked_.get(); }

    /// Done once, by the server's thread, when it is next asked for its health.
    std::function<void()> when_asked;

private:
    management::AdminHooks hooks()
    {
        management::AdminHooks hooks;
        hooks.live = [this] {
            if (const auto act = std::exchange(when_asked, nullptr)) act();
            return management::HealthAnswer{true, "alive"};
        };
        hooks.callers = [] {
            return std::make_shared<const management::Callers>(management::CallerOptions{});
        };
        hooks.status = []() -> management::AdminStatus { throw std::runtime_error("a bug"); };
        hooks.reload = [this](Done done) { asked_.set(std::move(done)); };
        hooks.functions.has = [](std::string_view) { return true; };
        hooks.functions.invoke = [this](const std::string&, const api::Invocation&, Invoked done) {
            invoked_.set(std::move(done));
        };
        return hooks;
    }

    test::Outcome<Done> asked_;
    test::Outcome<Invoked> invoked_;
    test::ManualClock clock_;
    test::DirectoryNode node_{1};
    management::AdminApi api_{hooks(), node_.directory, clock_};
    std::unique_ptr<AdminServer> server_;
};

int status_of(const std::string& answer)
{
    REQUIRE(answer.starts_with("HTTP/1.1 "));
    return std::stoi(answer.substr(9, 3));
}

}  // namespace

TEST_CASE("A connection serves one request after the other, in pieces or all at once")
{
    Served served;
    Caller caller(served.port());
    for (int i = 0; i < 3; ++i) {
        caller.send(kHealth);
        const std::string answer = caller.read_to("alive\n");
        CHECK(status_of(answer) == 200);
        CHECK(answer.find("\r\nContent-Length: 6\r\n") != std::string::npos);
        CHECK(answer.find("\r\nConnection: keep-alive\r\n") != std::string::npos);
    }
    caller.send(std::string(kHealth) + kHealth);
    CHECK(status_of(caller.read_to("alive\n")) == 200);
    CHECK(status_of(caller.read_to("alive\n")) == 200);
    for (const char* c = kHealth; *c != '\0'; ++c) caller.send(std::string_view(c, 1));
    CHECK(status_of(caller.read_to("alive\n")) == 200);
}

TEST_CASE("Connection: close is obeyed, and HEAD has no body")
{
    Served served;
    Caller caller(served.port());
    caller.send("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string answer = caller.read_to_end();
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("\r\nContent-Length: 6\r\n") != std::string::npos);
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("What is no HTTP, or too large, is answered and ends the connection")
{
    AdminServerOptions options;
    options.header_bytes_max = 512;
    options.body_bytes_max = 100;
    Served served(options);
    const auto answer_to = [&](const std::string& request) {
        Caller caller(served.port());
        caller.send(request);
        return status_of(caller.read_to_end());
    };
    CHECK(answer_to("nonsense\r\n\r\n") == 400);
    CHECK(answer_to("GET /healthz HTTP/1.0\r\n\r\n") == 400);
    CHECK(answer_to("GET /healthz HTTP/1.1\r\nX: " + std::string(600, 'x') + "\r\n\r\n") == 400);
    const std::string post = "POST /reload HTTP/1.1\r\nHost: localhost\r\n";
    CHECK(answer_to(post + "Content-Length: 101\r\n\r\n" + std::string(101, 'x')) == 413);
    CHECK(answer_to(post + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
                    "\r\n0\r\n\r\n") == 413);
    CHECK(answer_to(post + "Transfer-Encoding: gzip\r\n\r\n") == 400);
    // However much more is on its way, the answer arrives.
    CHECK(answer_to(post + "Content-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x')) == 413);
}

TEST_CASE("A body is asked for when the caller waits for that")
{
    Served served;
    Caller caller(served.port());
    caller.send(
        "POST /drainage HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(caller.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    caller.send("ab");
    CHECK(status_of(caller.read_to("}")) == 404);
}

TEST_CASE("A request that does not end is given up")
{
    AdminServerOptions options;
    options.request_timeout = kAtOnce;
    Served served(options);
    Caller caller(served.port());
    caller.send("POST /reload HTTP/1.1\r\nHost: loc");
    CHECK(status_of(caller.read_to_end()) == 408);
}

TEST_CASE("A caller without a request is forgotten")
{
    AdminServerOptions options;
    options.idle_timeout = kAtOnce;
    Served served(options);
    CHECK(Caller(served.port()).read_to_end().empty());
}

TEST_CASE("A request that has come before its caller is forgotten is answered")
{
    AdminServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(100);
    for (bool is_late = true; is_late;) {
        Served served(options);
        Caller first(served.port());
        Caller second(served.port());
        second.send(kHealth);
        if (second.read_to("alive\n").empty()) continue;  // forgotten already, on a slow machine
        served.when_asked = [&] {  // the request and the end of its time then wait for the same turn
            is_late = second.is_forgotten();  // the same
            second.send(kHealth);
            std::this_thread::sleep_for(2 * options.idle_timeout);
        };
        first.send(kHealth);
        first.read_to("alive\n");
        if (!is_late) CHECK(second.read_to("alive\n").starts_with("HTTP/1.1 200"));
    }
}

TEST_CASE("An answer may come from any thread; the second and the late one are nobody's")
{
    Served served;
    Caller caller(served.port());
    caller.send(kReload);
    const Served::Done done = served.reload();
    std::thread([&] {
        done({true, {}});
        done({false, {"twice"}});
    }).join();
    CHECK(status_of(caller.read_to("}")) == 200);
    caller.send(kHealth);
    CHECK(status_of(caller.read_to("alive\n")) == 200);
}

TEST_CASE("Whoever waits in vain for an answer is told so")
{
    AdminServerOptions options;
    options.answer_timeout = kAtOnce;
    Served served(options);
    Caller caller(served.port());
    caller.send(kReload);
    CHECK(status_of(caller.read_to("}")) == 504);
    served.reload()({true, {}});
    caller.send(kReload);
    const std::string answer = caller.read_to("}");
    CHECK(status_of(answer) == 504);
}

TEST_CASE("A failure of ours costs one answer")
{
    AdminServerOptions options;
    options.answer_timeout = std::chrono::milliseconds(100);
    Served served(options);
    Caller caller(served.port());
    caller.send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");  // its hook throws
    CHECK(status_of(caller.read_to("}")) == 504);
    caller.send(kHealth);
    CHECK(status_of(caller.read_to("alive\n")) == 200);
}

TEST_CASE("Idle callers give way to new ones, busy ones do not")
{
    AdminServerOptions options;
    options.sockets_max = 2;
    Served served(options);
    const auto is_served = [](Caller& caller) {
        caller.send(kHealth);
        return !caller.read_to("alive\n").empty();
    };
    Caller first(served.port());
    CHECK(is_served(first));
    Caller second(served.port());
    CHECK(is_served(second));
    Caller third(served.port());
    CHECK(is_served(third));
    CHECK(first.read_to_end().empty());
    CHECK(is_served(second));

    std::vector<Served::Done> asked;
    for (Caller* busy : {&second, &third}) {
        busy->send(kReload);
        asked.push_back(served.reload());
    }
    Caller fourth(served.port());
    CHECK_FALSE(is_served(fourth));
    for (const Served::Done& done : asked) done({true, {}});
    CHECK(status_of(second.read_to("}")) == 200);
    CHECK(status_of(third.read_to("}")) == 200);
    CHECK(is_served(second));
}

TEST_CASE("An invocation has Lambda's room for its payload")
{
    AdminServerOptions options;
    options.body_bytes_max = 100;
    options.request_timeout = std::chrono::hours(1);  // 6 MiB are to come
    Served served(options);
    const std::string head = "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: localhost\r\n";
    Caller caller(served.port());
    const std::string payload = '"' + std::string(api::kPayloadBytesMax - 2, 'x') + '"';
    caller.send(head + "Content-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload);
    served.invoked()({api::Outcome::Failed, "{}", "", "the log", ""});
    const std::string answer = caller.read_to("{}");
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("\r\nX-Amz-Function-Error: Unhandled\r\n") != std::string::npos);
    CHECK(answer.find("\r\nx-amzn-RequestId: ") != std::string::npos);
    CHECK(answer.find("\r\nConnection: keep-alive\r\n") != std::string::npos);

    const auto refused = [&](const std::string& request) {
        Caller other(served.port());
        other.send(request);
        return other.read_to_end();
    };
    const std::string too_large = refused(head + "Content-Length: 6291457\r\n\r\n");
    CHECK(status_of(too_large) == 413);
    CHECK(too_large.find("\r\nx-amzn-ErrorType: RequestTooLargeException\r\n") != std::string::npos);
    CHECK(status_of(refused(head + "Transfer-Encoding: chunked\r\n\r\n600001\r\n")) == 413);
}

TEST_CASE("Whoever waits for a function waits longer than others, and in nobody's way")
{
    AdminServerOptions options;
    options.sockets_max = 1;
    options.invocations_max = 2;
    options.answer_timeout = kAtOnce;
    Served served(options);
    Caller first(served.port());
    first.send(kInvoke);
    const Served::Invoked one = served.invoked();
    Caller second(served.port());
    second.send(kInvoke);
    const Served::Invoked other = served.invoked();

    Caller third(served.port());
    third.send(kHealth);
    CHECK(status_of(third.read_to("alive\n")) == 200);
    third.send(kInvoke);
    const std::string throttled = third.read_to("}");
    CHECK(status_of(throttled) == 429);
    CHECK(throttled.find(R"("Reason":"ConcurrentInvocationLimitExceeded")") != std::string::npos);
    CHECK(throttled.find("\r\nRetry-After: 1\r\n") != std::string::npos);

    third.send(kReload);  // its deadline passes, that of the functions does not
    CHECK(status_of(third.read_to("}")) == 504);
    served.reload();
    one(api::InvocationResult::returned("{}"));
    CHECK(status_of(first.read_to("{}")) == 200);
    third.send(kInvoke);
    served.invoked()(api::InvocationResult::returned("{}"));
    CHECK(status_of(third.read_to("{}")) == 200);
    other(api::InvocationResult::returned("{}"));
    CHECK(status_of(second.read_to("{}")) == 200);
}

TEST_CASE("A function that never answers is given up at last")
{
    AdminServerOptions options;
    options.invocation_timeout = kAtOnce;
    Served served(options);
    Caller caller(served.port());
    caller.send(kInvoke);
    CHECK(status_of(caller.read_to("}")) == 504);
    served.invoked()({});
    caller.send(kHealth);
    CHECK(status_of(caller.read_to("alive\n")) == 200);
}

TEST_CASE("Stopping lets an answer go that is being given, and waits for nobody else")
{
    AdminServerOptions options;
    options.stop_patience = std::chrono::minutes(1);
    Served served(options);
    Caller idle(served.port());
    idle.send(kHealth);
    idle.read_to("alive\n");
    Caller caller(served.port());
    caller.send(kReload);
    const Served::Done done = served.reload();
    std::thread stopping([&] { served.stop(); });
    CHECK(idle.read_to_end().empty());  // it has begun
    done({true, {}});
    const std::string answer = caller.read_to_end();
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    stopping.join();
    served.stop();
    done({true, {}});
}

TEST_CASE("An answer that never comes does not keep the server")
{
    AdminServerOptions options;
    options.stop_patience = kAtOnce;
    Served served(options);
    Caller caller(served.port());
    caller.send(kReload);
    const Served::Done done = served.reload();
    served.stop();
    done({true, {}});
}

TEST_CASE("A port that is taken cannot be had")
{
    Served served;
    test::ManualClock clock;
    test::DirectoryNode node(1);
    const management::AdminApi api({}, node.directory, clock);
    AdminServerOptions options;
    options.port = served.port();
    const auto second = AdminServer::listen(options, api);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().detail.find("Address already in use") != std::string::npos);
    options.address = "192.0.2.1";
    CHECK_FALSE(AdminServer::listen(options, api).has_value());
}
