// SPDX-License-Identifier: Apache-2.0
#include "app/shard_pulse.hpp"

namespace postern::app {

void ShardPulse::add(net::Shard& shard)
{
    shards_.push_back(std::make_unique<Asked>());
    shards_.back()->shard = &shard;
}

bool ShardPulse::beat()
{
    bool do_all_answer = true;
    for (const auto& asked : shards_) {
        if (!asked->has_answered.load(std::memory_order_relaxed)) {
            do_all_answer = false;
            continue;
        }
        asked->has_answered.store(false, std::memory_order_relaxed);
        asked->shard->post(
            [asked = asked.get()] { asked->has_answered.store(true, std::memory_order_relaxed); });
    }
    return do_all_answer;
}

}  // namespace postern::app
