// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/histogram.hpp"
#include "load/json_object.hpp"
#include "load/loop.hpp"
#include "load/options.hpp"
#include "load/process_use.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::bench {

/// The measured window of a run: a warm-up, then the time in which events count.
class Measurement {
public:
    explicit Measurement(const Options& options) : options_(options) {}

    /// The load is up: the warm-up begins.
    void start()
    {
        window_start_ = std::chrono::steady_clock::now() + options_.warm_up;
        phase_ = Phase::WarmUp;
    }

    void record(std::chrono::nanoseconds latency, std::uint64_t count = 1)
    {
        if (phase_ == Phase::Measured)
            latencies_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0)), count);
    }

    /// Call once per loop turn. False when the window has ended.
    bool advance(SteadyTime now)
    {
        if (phase_ == Phase::WarmUp && now >= window_start_) {
            window_start_ = now;
            memory_start_ = server_memory();
            server_start_ = server_cpu();
            children_start_ = children_cpu();
            own_start_ = cpu_time(0);
            phase_ = Phase::Measured;
        }
        if (phase_ != Phase::Measured || now < window_start_ + options_.duration) return true;
        const std::chrono::duration<double, std::micro> elapsed = now - window_start_;
        elapsed_us_ = elapsed.count();
        server_us_ = std::chrono::duration<double, std::micro>(server_cpu() - server_start_).count();
        children_us_ = std::chrono::duration<double, std::micro>(children_cpu() - children_start_).count();
        own_us_ = std::chrono::duration<double, std::micro>(cpu_time(0) - own_start_).count();
        memory_end_ = server_memory();
        phase_ = Phase::Done;
        return false;
    }

    /// Adds what was counted to `json`; `event` is "message", "connect" or "recipient".
    void report(JsonObject& json, const std::string& event) const
    {
        const auto count = static_cast<double>(std::max<std::uint64_t>(latencies_.total(), 1));
        json.number(event + "s", latencies_.total());
        json.number(event + "s_per_second", static_cast<double>(latencies_.total()) * 1e6 / elapsed_us_);
        json.quantiles_us(latencies_);
        if (options_.server_pid != 0) {
            json.number("server_cpu_us_per_" + event, server_us_ / count);
            json.number("family_cpu_us_per_" + event, (server_us_ + children_us_) / count);
            json.number("server_cpu_percent", 100 * server_us_ / elapsed_us_);
            json.number("server_growth_kib", memory_end_ - memory_start_);
        }
        json.number("generator_cpu_percent", 100 * own_us_ / elapsed_us_);
    }

private:
    enum class Phase { Before, WarmUp, Measured, Done };

    std::chrono::nanoseconds server_cpu() const
    {
        return options_.server_pid == 0 ? std::chrono::nanoseconds(0) : cpu_time(options_.server_pid);
    }

    std::chrono::nanoseconds children_cpu() const
    {
        return options_.server_pid == 0 ? std::chrono::nanoseconds(0)
                                        : children_cpu_time(options_.server_pid);
    }

    std::int64_t server_memory() const
    {
        return options_.server_pid == 0 ? 0
                                        : static_cast<std::int64_t>(memory_use(options_.server_pid).pss_kib);
    }

    const Options& options_;
    Phase phase_ = Phase::Before;
    SteadyTime window_start_;
    std::chrono::nanoseconds server_start_{0};
    std::chrono::nanoseconds children_start_{0};
    std::chrono::nanoseconds own_start_{0};
    std::int64_t memory_start_ = 0;
    std::int64_t memory_end_ = 0;
    double elapsed_us_ = 0;
    double server_us_ = 0;
    double children_us_ = 0;
    double own_us_ = 0;
    Histogram latencies_;
};

}  // namespace postern::bench
