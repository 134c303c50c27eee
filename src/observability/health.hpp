// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::observability {

/// What a health endpoint says: for a machine, and in a line for people.
struct HealthAnswer {
    bool is_ok = true;
    std::string text;
};

/// Live: the process is worth keeping. Ready: it takes clients; false while it starts, drains, or has a shard
/// that does not answer. A configuration that was refused changes neither: the former one serves. Thread:
/// any.
///
/// Shards are asked, not waited for: each question finds out how the one before was answered. So somebody has
/// to ask now and then.
class Health {
public:
    /// Hands the function to a shard's thread.
    using Ask = std::function<void(std::function<void()>)>;

    /// A shard that is silent for so long is not ready, or the process not live.
    static constexpr SteadyMillis kReadyPatience = 2000;
    static constexpr SteadyMillis kLivePatience = 60'000;

    Health(const Clock& clock, std::vector<Ask> shards);

    /// The listeners are open.
    void set_serving() { phase_ = Phase::Serving; }
    void set_draining() { phase_ = Phase::Draining; }
    bool is_draining() const { return phase_ == Phase::Draining; }

    HealthAnswer live();
    HealthAnswer ready();
    /// Every shard comes round, whether the gateway is ready or not.
    bool is_answering() { return ask_shards(kReadyPatience).is_ok; }

private:
    enum class Phase { Starting, Serving, Draining };

    /// When the question was asked that has no answer yet; 0: there is none.
    struct Beat {
        std::atomic<SteadyMillis> asked_at{0};
    };
    struct Shard {
        Ask ask;
        std::shared_ptr<Beat> beat;  ///< with the shard too, which may answer late
    };

    HealthAnswer ask_shards(SteadyMillis patience);

    const Clock& clock_;
    std::vector<Shard> shards_;
    std::atomic<Phase> phase_{Phase::Starting};
};

}  // namespace postern::observability
