// SPDX-License-Identifier: Apache-2.0
#include "load/loop.hpp"
#include "load/measurement.hpp"
#include "load/modes.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace postern::bench {
namespace {

/// Every slot opens a connection, upgrades, says goodbye, waits for the answer, and begins anew. The latency
/// is from the first packet to the 101.
class ConnectRun {
public:
    ConnectRun(const Options& options, const Target& target)
        : options_(options), target_(target), slots_(options.connections), measurement_(options)
    {}

    std::string run()
    {
        for (std::size_t i = 0; i < slots_.size(); ++i) open(i);
        measurement_.start();
        const auto on_ready = [this](Client& client, std::uint32_t events) {
            this->on_ready(client, events);
        };
        while (measurement_.advance(loop_.turn(on_ready))) continue;
        is_ending_ = true;
        while (under_way_ > 0) loop_.turn(on_ready);  // nobody may be left hanging

        JsonObject json;
        json.text("mode", "connect").number("connections", options_.connections);
        if (target_.tls != nullptr) json.number("resumed_percent", 100.0 * resumed_count_ / open_count_);
        measurement_.report(json, "connect");
        return json.str();
    }

private:
    struct Slot {
        std::unique_ptr<Client> client;
        SteadyTime open_time;
        std::chrono::nanoseconds latency{0};
    };

    void open(std::size_t index)
    {
        Slot& slot = slots_[index];
        under_way_ += 1;
        slot.open_time = std::chrono::steady_clock::now();
        slot.client = std::make_unique<Client>(target_, index);
        loop_.add(*slot.client);
    }

    void on_ready(Client& client, std::uint32_t events)
    {
        const std::size_t index = client.index();
        Slot& slot = slots_[index];
        const bool was_open = client.state() == Client::State::Open;
        client.on_ready(events, scratch_, [](std::string_view, bool) {
            throw std::runtime_error("a message came that nobody had asked for");
        });
        if (client.state() == Client::State::Open && !was_open) {
            slot.latency = std::chrono::steady_clock::now() - slot.open_time;
            open_count_ += 1;
            resumed_count_ += client.wire().is_resumed() ? 1 : 0;
            client.close();
        }
        if (client.state() != Client::State::Closed) return loop_.update(client);
        measurement_.record(slot.latency);
        slot.client.reset();
        under_way_ -= 1;
        if (!is_ending_) open(index);
    }

    const Options& options_;
    const Target& target_;
    Scratch scratch_;
    Loop loop_;
    std::vector<Slot> slots_;
    std::size_t under_way_ = 0;
    bool is_ending_ = false;
    double open_count_ = 0;
    double resumed_count_ = 0;
    Measurement measurement_;
};

}  // namespace

std::string run_connect(const Options& options, const Target& target)
{
    return ConnectRun(options, target).run();
}

}  // namespace postern::bench
