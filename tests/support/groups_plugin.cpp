// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

// Groups as a plugin uses them, and what it may do inside $connect.
namespace {

using postern::ConnectionResult;
using postern::Event;
using postern::Reply;

constexpr std::string_view kGroup = "lobby";

/// Handshakes that wait for "release".
struct Held {
    std::mutex mutex;
    std::vector<Reply> replies;
};

/// Joins "lobby"; ?post=TEXT posts to the client that is being let in, and logs the outcome, a number;
/// ?refuse refuses it then; ?hold logs its id and lets it wait.
void connect(const Event& event,
             const Reply& reply,
             const postern::Connections& connections,
             const postern::Log& log,
             Held& held)
{
    connections.join(event.connection_id(), kGroup);
    if (const auto text = event.query("post")) {
        connections.post(event.connection_id(), *text, [log](ConnectionResult result) {
            log.info(std::to_string(static_cast<int>(result)));
        });
    }
    if (event.query("refuse")) return reply.refuse();
    if (event.query("hold")) {
        {
            const std::lock_guard lock(held.mutex);
            held.replies.push_back(reply);
        }
        return log.info(event.connection_id());
    }
    reply.accept();
}

/// To everybody in "lobby" but the sender, who gets the count.
void say(const Event& event, const Reply& reply, const postern::Connections& connections)
{
    connections.broadcast(
        event.api_id(),
        kGroup,
        event.body(),
        {event.connection_id()},
        [reply](ConnectionResult, std::uint64_t count) { reply.send("told " + std::to_string(count)); });
}

void leave(const Event& event, const Reply& reply, const postern::Connections& connections)
{
    connections.leave(event.connection_id(), kGroup, [reply](ConnectionResult result) {
        reply.send(result == ConnectionResult::Delivered ? "left" : "?");
    });
}

void release(const Event& event, const Reply& reply, Held& held)
{
    std::vector<Reply> replies;
    {
        const std::lock_guard lock(held.mutex);
        replies.swap(held.replies);
    }
    for (const Reply& waiting : replies) waiting.accept();
    reply.send(event.body());
}

void setup(postern::Setup& setup)
{
    const auto held = std::make_shared<Held>();
    const auto connections = setup.connections();
    setup.on("connect", [connections, log = setup.log(), held](const Event& event, Reply reply) {
        connect(event, reply, connections, log, *held);
    });
    setup.on("release", [held](const Event& event, Reply reply) { release(event, reply, *held); });
    setup.on("say", [connections](const Event& event, Reply reply) { say(event, reply, connections); });
    setup.on("leave", [connections](const Event& event, Reply reply) { leave(event, reply, connections); });
}

}  // namespace

POSTERN_PLUGIN("groups", "1.0.0", setup)
