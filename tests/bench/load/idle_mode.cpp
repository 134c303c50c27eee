// SPDX-License-Identifier: Apache-2.0
#include "load/echo_session.hpp"
#include "load/json_object.hpp"
#include "load/loop.hpp"
#include "load/modes.hpp"
#include "load/process_use.hpp"

#include <deque>
#include <thread>

namespace postern::bench {
namespace {

/// Opens connections, a bounded number at a time, has one message echoed on each and leaves them alone.
class IdleRun {
public:
    IdleRun(const Options& options, const Target& target)
        : options_(options), target_(target), payload_(options.message_bytes)
    {}

    std::string run()
    {
        settle(1);  // what a server allocates once belongs to no connection
        const MemoryUse before = memory_use(options_.server_pid);
        settle(options_.connections + 1);
        std::this_thread::sleep_for(options_.settle);
        const MemoryUse after = memory_use(options_.server_pid);

        JsonObject json;
        json.text("mode", "idle").number("connections", options_.connections);
        json.number("pss_kib_before", before.pss_kib).number("pss_kib_after", after.pss_kib);
        json.number("pss_kib_per_connection", per_connection(before.pss_kib, after.pss_kib));
        json.number("rss_kib_per_connection", per_connection(before.rss_kib, after.rss_kib));
        return json.str();
    }

private:
    static constexpr std::size_t kOpeningMax = 64;

    double per_connection(std::uint64_t before, std::uint64_t after) const
    {
        return (static_cast<double>(after) - static_cast<double>(before)) /
               static_cast<double>(options_.connections);
    }

    /// Until `count` connections are open and have had their echo.
    void settle(std::size_t count)
    {
        const auto on_ready = [this](Client& client, std::uint32_t events) {
            this->on_ready(sessions_[client.index()], events);
        };
        while (settled_count_ < count) {
            while (sessions_.size() < count && sessions_.size() - settled_count_ < kOpeningMax) {
                EchoSession& session = sessions_.emplace_back(target_, sessions_.size());
                loop_.add(session.client);
            }
            loop_.turn(on_ready);
        }
    }

    void on_ready(EchoSession& session, std::uint32_t events)
    {
        session.client.on_ready(events, scratch_, [&](std::string_view piece, bool is_end) {
            settled_count_ += session.check_echo(payload_, piece, is_end) ? 1 : 0;
        });
        if (session.client.state() == Client::State::Open && session.sent == 0) {
            session.send_burst(payload_, 1, frames_);
        }
        loop_.update(session.client);
    }

    const Options& options_;
    const Target& target_;
    Payload payload_;
    Scratch scratch_;
    std::string frames_;
    Loop loop_;
    std::deque<EchoSession> sessions_;  // addresses are the loop's
    std::size_t settled_count_ = 0;
};

}  // namespace

std::string run_idle(const Options& options, const Target& target)
{
    if (options.server_pid == 0) throw std::runtime_error("idle mode wants --pid");
    return IdleRun(options, target).run();
}

}  // namespace postern::bench
