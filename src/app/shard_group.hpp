// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/limits.hpp"
#include "connections/registry.hpp"
#include "core/clock.hpp"
#include "gateway/gateway.hpp"
#include "net/shard.hpp"
#include "server/shard_server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace postern::app {

/// One shard and what it owns, in the order of construction.
struct ShardNode {
    ShardNode(std::size_t index, const Clock& clock, std::uint16_t node, std::uint32_t first_generation);
    net::Shard shard;
    connections::Registry registry;
    api::Limits limits;
    gateway::Stages stages;
    std::unique_ptr<gateway::Gateway> gateway;
    std::unique_ptr<server::ShardServer> server;
};

/// All shards of the process. Used by the main thread; what is posted runs on the shards' own.
class ShardGroup {
public:
    using Work = std::function<void(ShardNode&)>;

    /// At most 256 (ADR 0007). `node` is the number of this process among several, part of the connection
    /// ids. The shards' gateways and servers are for the caller to make.
    ShardGroup(std::size_t count, const Clock& clock, std::uint16_t node);

    std::size_t size() const { return nodes_.size(); }
    ShardNode& operator[](std::size_t index) { return *nodes_[index]; }
    const ShardNode& operator[](std::size_t index) const { return *nodes_[index]; }

    void start();

    /// Runs on each shard, in its own time.
    void post(const Work& work);

    /// What each shard answers; nothing when one does not come to it within `patience`.
    template <class Question>
    auto ask(Question question, std::chrono::milliseconds patience)
        -> std::optional<std::vector<std::invoke_result_t<Question&, ShardNode&>>>;

    /// Ends the threads. The servers stay until end_servers(): handlers may still hold on to them. False when
    /// one does not end within `patience`: a handler has not returned, and the process must end without
    /// destroying what it may use.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);
    void end_servers();

private:
    std::vector<std::unique_ptr<ShardNode>> nodes_;
};

template <class Question>
auto ShardGroup::ask(Question question, std::chrono::milliseconds patience)
    -> std::optional<std::vector<std::invoke_result_t<Question&, ShardNode&>>>
{
    using Answer = std::invoke_result_t<Question&, ShardNode&>;
    std::vector<std::future<Answer>> answers;
    for (const auto& node : nodes_) {
        auto answer = std::make_shared<std::promise<Answer>>();
        answers.push_back(answer->get_future());
        node->shard.post([&node = *node, question, answer] { answer->set_value(question(node)); });
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    std::vector<Answer> all;
    for (std::future<Answer>& answer : answers) {
        if (answer.wait_until(until) != std::future_status::ready) return std::nullopt;
        all.push_back(answer.get());
    }
    return all;
}

}  // namespace postern::app
