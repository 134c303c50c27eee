// SPDX-License-Identifier: Apache-2.0
#include "app/shard_group.hpp"

#include "core/random.hpp"

#include <algorithm>

namespace postern::app {

namespace {

std::uint32_t random_generation()
{
    std::uint8_t bytes[3] = {};
    SystemRandom().fill(bytes);
    return static_cast<std::uint32_t>(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
}

std::chrono::milliseconds left_until(std::chrono::steady_clock::time_point until)
{
    return std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
}

}  // namespace

ShardNode::ShardNode(std::size_t index,
                     const Clock& clock,
                     std::uint16_t node,
                     std::uint32_t first_generation)
    : shard(index, clock), registry(node, static_cast<std::uint8_t>(index), first_generation)
{}

ShardGroup::ShardGroup(std::size_t count, const Clock& clock, std::uint16_t node)
{
    for (std::size_t i = 0; i < count; ++i) {
        nodes_.push_back(std::make_unique<ShardNode>(i, clock, node, random_generation()));
    }
}

void ShardGroup::start()
{
    for (const auto& node : nodes_) node->shard.start();
}

void ShardGroup::post(const Work& work)
{
    for (const auto& node : nodes_) node->shard.post([&node = *node, work] { work(node); });
}

bool ShardGroup::stop(std::chrono::milliseconds patience)
{
    for (const auto& node : nodes_) node->shard.stop();
    const auto until = std::chrono::steady_clock::now() + patience;
    return std::all_of(nodes_.begin(), nodes_.end(), [until](const auto& node) {
        return node->shard.join(left_until(until));
    });
}

void ShardGroup::end_servers()
{
    for (const auto& node : nodes_) node->server.reset();
}

}  // namespace postern::app
