// SPDX-License-Identifier: Apache-2.0
#include "observability/health.hpp"

#include <utility>

namespace postern::observability {

Health::Health(const Clock& clock, std::vector<Ask> shards) : clock_(clock)
{
    for (Ask& ask : shards) shards_.push_back({std::move(ask), std::make_shared<Beat>()});
}

HealthAnswer Health::live()
{
    return ask_shards(kLivePatience);
}

HealthAnswer Health::ready()
{
    HealthAnswer shards = ask_shards(kReadyPatience);
    switch (phase_) {
        case Phase::Starting:
            return {false, "starting"};
        case Phase::Draining:
            return {false, "draining"};
        case Phase::Serving:
            return shards;
    }
    return shards;
}

HealthAnswer Health::ask_shards(SteadyMillis patience)
{
    const SteadyMillis now = clock_.steady();
    HealthAnswer answer{true, "ok"};
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        const Shard& shard = shards_[i];
        SteadyMillis asked_at = 0;
        if (shard.beat->asked_at.compare_exchange_strong(asked_at, now)) {
            shard.ask([beat = shard.beat] { beat->asked_at = 0; });
        } else if (now - asked_at >= patience && answer.is_ok) {
            answer = {false,
                      "shard " + std::to_string(i) + " has not answered for " +
                          std::to_string(now - asked_at) + " ms"};
        }
    }
    return answer;
}

}  // namespace postern::observability
