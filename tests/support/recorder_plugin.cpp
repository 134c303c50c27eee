// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// What the integration tests see of a gateway from inside: the $connect events of those who were admitted and
// all $disconnect events, as AWS serialises them, each a line of the log.
namespace {

using postern::Event;
using postern::Reply;

constexpr std::size_t kFloodMessages = 1024;
constexpr std::size_t kFloodBytes = 64 * 1024;  // of one message

class Recorder {
public:
    explicit Recorder(const postern::Setup& setup) : log_(setup.log()), connections_(setup.connections()) {}

    /// ?refuse=STATUS is refused; ?protocol=NAME is admitted with that subprotocol; ?hold waits until
    /// somebody sends "release" or leaves.
    void connect(const Event& event, const Reply& reply)
    {
        if (const auto status = event.query("refuse")) return reply.refuse(std::stoi(std::string(*status)));
        if (event.query("hold")) {
            const std::lock_guard lock(mutex_);
            held_.emplace_back(event.json(), reply);
            return log_.info("held");
        }
        log_.info(event.json());
        reply.accept(event.query("protocol").value_or(""));
    }

    void disconnect(const Event& event, const Reply& reply)
    {
        log_.info(event.json());
        release_all();
        reply.nothing();
    }

    /// Admits all who are held; the sender gets its message back.
    void release(const Event& event, const Reply& reply)
    {
        release_all();
        reply.send(event.body());
    }

    /// Posts more to the sender than any outbox holds.
    void flood(const Event& event, const Reply& reply)
    {
        const std::string message(kFloodBytes, 'x');
        for (std::size_t i = 0; i < kFloodMessages; ++i) connections_.post(event.connection_id(), message);
        reply.nothing();
    }

    /// Stops the shard until somebody writes to the pipe that RECORDER_PIPE names.
    void hang(const Event& event, const Reply& reply)
    {
        log_.info("hangs");
        std::string line;
        std::getline(std::ifstream(std::getenv("RECORDER_PIPE")), line);
        reply.send(event.body());
    }

private:
    void release_all()
    {
        std::vector<std::pair<std::string, Reply>> released;
        {
            const std::lock_guard lock(mutex_);
            released.swap(held_);
        }
        for (const auto& [json, held] : released) {
            log_.info(json);
            held.accept();
        }
    }

    const postern::Log log_;
    const postern::Connections connections_;

    std::mutex mutex_;
    std::vector<std::pair<std::string, Reply>> held_;  // events and replies of handshakes that wait
};

void setup(postern::Setup& setup)
{
    const auto recorder = std::make_shared<Recorder>(setup);
    setup.on("connect", [recorder](const Event& event, Reply reply) { recorder->connect(event, reply); });
    setup.on("disconnect",
             [recorder](const Event& event, Reply reply) { recorder->disconnect(event, reply); });
    setup.on("release", [recorder](const Event& event, Reply reply) { recorder->release(event, reply); });
    setup.on("hang", [recorder](const Event& event, Reply reply) { recorder->hang(event, reply); });
    setup.on("flood", [recorder](const Event& event, Reply reply) { recorder->flood(event, reply); });
}

}  // namespace

POSTERN_PLUGIN("recorder", "1.0.0", setup)
