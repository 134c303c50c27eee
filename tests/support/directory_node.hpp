// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/directory.hpp"
#include "support/fake_connection.hpp"
#include "support/outcome.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace postern::test {

/// Running shards with a directory over them, and clients without sockets.
class DirectoryNode {
public:
    static constexpr std::uint16_t kNode = 9;
    static constexpr std::size_t kMessageBytesMax = 64;

    explicit DirectoryNode(std::size_t shards)
    {
        for (std::size_t i = 0; i < shards; ++i) {
            homes_.push_back(std::make_unique<Home>(i, clock_));
            directory.add(homes_[i]->shard, homes_[i]->registry);
        }
        for (auto& home : homes_) home->shard.start();
    }
    DirectoryNode(const DirectoryNode&) = delete;
    DirectoryNode& operator=(const DirectoryNode&) = delete;
    ~DirectoryNode()
    {
        for (auto& home : homes_) home->shard.stop();
        for (auto& home : homes_) home->shard.join();
    }

    net::Shard& shard(std::size_t i) { return homes_[i]->shard; }

    /// Runs `work(registry)` on a shard and waits for it.
    template <class Work>
    auto on(std::size_t i, Work work)
    {
        Outcome<decltype(work(homes_[i]->registry))> done;
        shard(i).post([&] { done.set(work(homes_[i]->registry)); });
        return done.get();
    }

    /// A client of the shard; its id.
    std::string connect(std::size_t i, std::string api_id = "api", std::string stage = "dev")
    {
        return on(i, [&](connections::Registry& registry) {
            const auto address = registry.reserve();
            auto client = std::make_unique<FakeConnection>(*address, codec.encode(*address));
            client->live_in(std::move(api_id), std::move(stage));
            registry.admit(*address, *client);
            homes_[i]->clients.push_back(std::move(client));
            return homes_[i]->clients.back()->info().id.str();
        });
    }

    /// The client's end, as its session tells it.
    void disconnect(const std::string& id)
    {
        const api::ConnectionAddress address = codec.decode(id).address;
        on(address.shard, [&](connections::Registry& registry) {
            registry.release(address);
            return true;
        });
    }

    /// What the client has been sent, and with what it has been closed.
    std::vector<std::string> sent(const std::string& id) { return of(id, &FakeConnection::sent); }
    std::pair<std::uint16_t, std::string> closed(const std::string& id)
    {
        return of(id, &FakeConnection::closed);
    }

    api::ConnectionIdCodec codec{api::ConnectionIdCodec::Key{1, 2, 3}};
    connections::Directory directory{codec, kNode, kMessageBytesMax};

private:
    template <class Value>
    Value of(const std::string& id, Value FakeConnection::*member)
    {
        const api::ConnectionAddress address = codec.decode(id).address;
        return on(address.shard, [&](connections::Registry&) {
            for (const auto& client : homes_[address.shard]->clients) {
                if (client->info().address == address) return (*client).*member;
            }
            return Value{};
        });
    }

    struct Home {
        Home(std::size_t index, const Clock& clock)
            : registry(kNode, static_cast<std::uint8_t>(index), 17), shard(index, clock)
        {}
        connections::Registry registry;
        std::vector<std::unique_ptr<FakeConnection>> clients;
        net::Shard shard;
    };
    SystemClock clock_;
    std::vector<std::unique_ptr<Home>> homes_;
};

}  // namespace postern::test
