// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <fcntl.h>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

// The backend of the contract cases: notes every event, and answers as it is told by the message or the query
// string.
namespace {

using postern::ConnectionResult;
using postern::Event;
using postern::Reply;

/// The value of `"name":"value"` in a JSON text without escapes; empty when there is none.
std::string text_field(std::string_view json, std::string_view name)
{
    const std::string start = "\"" + std::string(name) + "\":\"";
    const std::size_t at = json.find(start);
    if (at == std::string_view::npos) return {};
    const std::string_view value = json.substr(at + start.size());
    return std::string(value.substr(0, value.find('"')));
}

/// The same for a number written as a text.
std::size_t count_field(std::string_view json, std::string_view name)
{
    return std::stoul(text_field(json, name));
}

std::string name_of(ConnectionResult result)
{
    switch (result) {
        case ConnectionResult::Delivered:
            return "Delivered";
        case ConnectionResult::Gone:
            return "Gone";
        case ConnectionResult::PayloadTooLarge:
            return "PayloadTooLarge";
        case ConnectionResult::LimitExceeded:
            return "LimitExceeded";
        case ConnectionResult::BadConnectionId:
            return "BadConnectionId";
        case ConnectionResult::BadGroup:
            return "BadGroup";
    }
    return {};
}

class Backend {
public:
    explicit Backend(const postern::Setup& setup)
        : connections_(setup.connections()),
          events_(::open(text_field(setup.settings(), "events").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC))
    {
        if (events_ < 0) throw std::runtime_error("the file of settings.events cannot be opened");
    }
    ~Backend()
    {
        for (std::thread& thread : threads_) thread.join();
        ::close(events_);
    }
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    /// One line for each event; O_APPEND keeps those of several threads apart.
    void record(const Event& event) const
    {
        const std::string line = std::string(event.json()) + '\n';
        if (::write(events_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
            throw std::runtime_error("the event cannot be written");
        }
    }

    /// $connect, told by the query string: ?reply=throw|never|hold|post, or ?status=, body=,
    /// header=NAME:VALUE, protocol=.
    void connect(const Event& event, Reply reply)
    {
        const std::string_view wanted = event.query("reply").value_or("");
        if (wanted == "hold") return hold(event, reply);
        record(event);
        if (wanted == "throw") throw std::runtime_error("told to throw");
        if (wanted == "never") return;
        if (wanted == "post") {
            return connections_.post(event.connection_id(), "early", [reply](ConnectionResult result) {
                reply.refuse(410, name_of(result));
            });
        }
        if (!event.query("status")) return reply.accept(event.query("protocol").value_or(""));
        answer_status(event, reply);
    }

    /// Waits for release(). Noted when it waits: whoever reads that may release it at once, on another shard.
    void hold(const Event& event, Reply reply)
    {
        {
            const std::lock_guard lock(mutex_);
            held_.emplace_back(event.body(), reply);
        }
        record(event);
    }

    /// Answers everything that is held with its own body, the last first.
    void release(Reply reply)
    {
        std::vector<std::pair<std::string, Reply>> released;
        {
            const std::lock_guard lock(mutex_);
            released.swap(held_);
        }
        for (auto held = released.rbegin(); held != released.rend(); ++held) held->second.send(held->first);
        reply.nothing();
    }

    void from_another_thread(const Event& event, Reply reply)
    {
        const std::lock_guard lock(mutex_);
        threads_.emplace_back([reply, body = std::string(event.body())] { reply.send(body); });
    }

    void post(const Event& event, Reply reply) const
    {
        connections_.post(target(event), text_field(event.body(), "data"), [reply](ConnectionResult result) {
            reply.send(name_of(result));
        });
    }

    void get(const Event& event, Reply reply) const
    {
        connections_.get(
            target(event), [reply](ConnectionResult result, const postern::ConnectionInfo& info) {
                if (result != ConnectionResult::Delivered) return reply.send(name_of(result));
                reply.send(std::string(info.source_ip) + " " + std::string(info.user_agent.value_or("-")) +
                           " " + std::to_string(info.connected_at.time_since_epoch().count()) + " " +
                           std::to_string(info.last_active_at.time_since_epoch().count()));
            });
    }

    void remove(const Event& event, Reply reply) const
    {
        connections_.remove(target(event), [reply](ConnectionResult result) { reply.send(name_of(result)); });
    }

    /// More than the client reads.
    void flood(const Event& event, Reply reply) const
    {
        const std::string data(count_field(event.body(), "bytes"), 'x');
        const std::string id = target(event);
        for (std::size_t n = count_field(event.body(), "count"); n > 0; --n) connections_.post(id, data);
        reply.nothing();
    }

private:
    static void answer_status(const Event& event, Reply reply)
    {
        const int status = std::stoi(std::string(*event.query("status")));
        const std::string_view header = event.query("header").value_or("");
        const std::size_t colon = header.find(':');
        if (colon == std::string_view::npos) return reply.refuse(status, event.query("body").value_or(""));
        reply.refuse(status,
                     event.query("body").value_or(""),
                     {{header.substr(0, colon), header.substr(colon + 1)}, {"Content-Type", "text/plain"}});
    }

    /// The connection that the message names, or its own.
    static std::string target(const Event& event)
    {
        const std::string to = text_field(event.body(), "to");
        return to.empty() ? std::string(event.connection_id()) : to;
    }

    postern::Connections connections_;
    int events_;
    std::mutex mutex_;
    std::vector<std::pair<std::string, Reply>> held_;
    std::vector<std::thread> threads_;
};

void echo(const Event& event, Reply reply)
{
    if (event.is_binary()) return reply.send_binary(event.body());
    reply.send(event.body());
}

void setup(postern::Setup& setup)
{
    const auto backend = std::make_shared<Backend>(setup);
    const auto noted = [backend](auto handle) {
        return [backend, handle](const Event& event, Reply reply) {
            backend->record(event);
            handle(event, reply);
        };
    };
    setup.on("record", noted([](const Event&, Reply reply) { reply.nothing(); }));
    setup.on("connect", [backend](const Event& event, Reply reply) { backend->connect(event, reply); });
    setup.on("echo", noted(&echo));
    setup.on_blocking("blocking", noted(&echo));
    setup.on("status", noted([](const Event& event, Reply reply) {
                 reply.send("the body", static_cast<int>(count_field(event.body(), "status")));
             }));
    setup.on("empty", noted([](const Event&, Reply reply) { reply.send(""); }));
    setup.on("throw", noted([](const Event&, Reply) { throw std::runtime_error("told to throw"); }));
    setup.on("fail", noted([](const Event&, Reply reply) { reply.fail("told to fail"); }));
    setup.on("malformed", noted([](const Event&, Reply reply) { reply.send("the body", 42); }));
    setup.on("never", noted([](const Event&, Reply) {}));
    setup.on("hold", [backend](const Event& event, Reply reply) { backend->hold(event, reply); });
    setup.on("release", noted([backend](const Event&, Reply reply) { backend->release(reply); }));
    setup.on("thread", noted([backend](const Event& event, Reply reply) {
                 backend->from_another_thread(event, reply);
             }));
    setup.on("twice", noted([](const Event&, Reply reply) {
                 reply.send("first");
                 reply.send("second");
                 reply.fail("third");
             }));
    setup.on("bytes", noted([](const Event&, Reply reply) {
                 reply.send(std::string_view("\x00\xFF\xFE\x80native", 10));
             }));
    setup.on("big", noted([](const Event& event, Reply reply) {
                 reply.send(std::string(count_field(event.body(), "bytes"), 'x'));
             }));
    setup.on("post", noted([backend](const Event& event, Reply reply) { backend->post(event, reply); }));
    setup.on("get", noted([backend](const Event& event, Reply reply) { backend->get(event, reply); }));
    setup.on("delete", noted([backend](const Event& event, Reply reply) { backend->remove(event, reply); }));
    setup.on("flood", noted([backend](const Event& event, Reply reply) { backend->flood(event, reply); }));
}

}  // namespace

POSTERN_PLUGIN("contract", "1.0.0", setup)
