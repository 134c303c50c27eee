// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace postern::app {

/// Whether the shards come round: a handler that never returns stops the shard that it was called on. Main
/// thread; outlives the shards.
class ShardPulse {
public:
    void add(net::Shard& shard);

    /// False when a shard has not yet done what it was asked at an earlier call; asks those that have.
    bool beat();

private:
    struct Asked {
        net::Shard* shard;
        std::atomic<bool> has_answered{true};
    };
    std::vector<std::unique_ptr<Asked>> shards_;
};

}  // namespace postern::app
