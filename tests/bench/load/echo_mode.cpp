// SPDX-License-Identifier: Apache-2.0
#include "load/echo_session.hpp"
#include "load/loop.hpp"
#include "load/measurement.hpp"
#include "load/modes.hpp"

#include <deque>

namespace postern::bench {
namespace {

/// A closed loop: each connection sends `depth` messages with one call and, when all are answered, the next
/// `depth`. So every server meets the same bursts, however it groups its answers.
class EchoRun {
public:
    EchoRun(const Options& options, const Target& target)
        : options_(options), payload_(options.message_bytes), measurement_(options)
    {
        for (std::size_t i = 0; i < options.connections; ++i) {
            Burster& burster = bursters_.emplace_back(target, i);
            loop_.add(burster.session.client);
        }
    }

    std::string run()
    {
        const auto on_ready = [this](Client& client, std::uint32_t events) {
            this->on_ready(bursters_[client.index()], events);
        };
        while (measurement_.advance(loop_.turn(on_ready))) continue;
        is_ending_ = true;
        while (bursts_under_way_ > 0) loop_.turn(on_ready);  // the last messages have to come back, too

        JsonObject json;
        json.text("mode", "echo").number("connections", options_.connections).number("depth", options_.depth);
        json.number("bytes", options_.message_bytes);
        measurement_.report(json, "message");
        return json.str();
    }

private:
    struct Burster {
        Burster(const Target& target, std::size_t index) : session(target, index) {}

        EchoSession session;
        SteadyTime burst_time;
    };

    void on_ready(Burster& burster, std::uint32_t events)
    {
        EchoSession& session = burster.session;
        const bool was_open = session.client.state() == Client::State::Open;
        const bool was_waiting = !session.is_answered();
        const SteadyTime now = std::chrono::steady_clock::now();
        session.client.on_ready(events, scratch_, [&](std::string_view piece, bool is_end) {
            if (session.check_echo(payload_, piece, is_end)) measurement_.record(now - burster.burst_time);
        });
        const bool is_open = session.client.state() == Client::State::Open;
        if (is_open && !was_open && ++open_count_ == options_.connections) begin();
        if (was_waiting && session.is_answered()) on_answered(burster);
        loop_.update(session.client);
    }

    /// All connections are open: the load begins on all at once.
    void begin()
    {
        measurement_.start();
        for (Burster& burster : bursters_) {
            send_burst(burster);
            loop_.update(burster.session.client);
        }
    }

    void on_answered(Burster& burster)
    {
        bursts_under_way_ -= 1;
        if (!is_ending_) send_burst(burster);
    }

    void send_burst(Burster& burster)
    {
        bursts_under_way_ += 1;
        burster.burst_time = std::chrono::steady_clock::now();
        burster.session.send_burst(payload_, options_.depth, frames_);
    }

    const Options& options_;
    Payload payload_;
    Scratch scratch_;
    std::string frames_;
    Loop loop_;
    std::deque<Burster> bursters_;  // addresses are the loop's
    std::size_t open_count_ = 0;
    std::size_t bursts_under_way_ = 0;
    bool is_ending_ = false;
    Measurement measurement_;
};

}  // namespace

std::string run_echo(const Options& options, const Target& target)
{
    return EchoRun(options, target).run();
}

}  // namespace postern::bench
