// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catch.hpp"
#include "gateway/gateway.hpp"
#include "support/fake_connection.hpp"
#include "support/manual_clock.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::test {

/// An API with the routes {key, handler}; "!" in front of the key makes it two-way.
inline api::Api make_api(const std::string& id,
                         const std::vector<std::pair<std::string, std::string>>& routes)
{
    api::Api api;
    api.api_id = id;
    for (const auto& [text, handler] : routes) {
        const bool is_two_way = text.starts_with('!');
        api::Route route;
        route.route_key = text.substr(is_two_way ? 1 : 0);
        route.integration.emplace();
        route.integration->integration_uri = "plugin:" + handler;
        route.integration->timeout = std::chrono::milliseconds(1000);
        if (is_two_way) route.route_response.emplace();
        api.routes.emplace(route.route_key, route);
    }
    return api;
}

inline std::shared_ptr<const gateway::Deployment> compile(const api::Api& api,
                                                          const std::string& stage_name,
                                                          const integrations::HandlerRegistry& handlers,
                                                          observability::Metrics* metrics = nullptr)
{
    api::Stage stage;
    stage.stage_name = stage_name;
    auto compiled = gateway::Deployment::compile(
        api, stage, std::make_shared<const integrations::HandlerRegistry>(handlers), nullptr, metrics);
    if (!compiled) FAIL(compiled.error().detail);
    return *std::move(compiled);
}

/// What a handler saw of an event.
struct SeenEvent {
    std::string type;
    std::string route_key;
    std::string body;
    std::string json;
    std::string connection_id;
    std::string request_id;
    int disconnect_code = 0;
    std::string disconnect_reason;
    postern_token token{};
    SteadyMillis wanted_until = 0;
};

/// A handler that writes down its events and does what the test says.
struct FakeHandler {
    std::function<std::int32_t(const postern_event&, postern_token)> act;
    std::vector<SeenEvent> seen;

    static std::int32_t invoke(void* self, const postern_event* event, postern_token token)
    {
        auto& handler = *static_cast<FakeHandler*>(self);
        const auto view = [](postern_text text) { return std::string(text.data, text.size); };
        auto& scope = integrations::EventScope::of(*event);
        handler.seen.push_back({std::string(api::to_string(static_cast<api::EventType>(event->event_type))),
                                view(event->route_key),
                                view(event->body),
                                std::string(scope.json()),
                                view(event->connection_id),
                                std::string(scope.request_id()),
                                event->disconnect_status_code,
                                view(event->disconnect_reason),
                                token,
                                scope.wanted_until()});
        return handler.act ? handler.act(*event, token) : 0;
    }
};

/// Who waits for $connect's verdict.
struct FakeWaiter final : gateway::ConnectWaiter {
    void on_admitted(std::string_view protocol) override
    {
        ++verdicts;
        admitted = std::string(protocol);
    }
    void on_refused(const api::HttpReply& reply) override
    {
        ++verdicts;
        refused = reply;
    }
    void on_queued() override { is_queued = true; }
    int verdicts = 0;
    bool is_queued = false;
    std::optional<std::string> admitted;
    std::optional<api::HttpReply> refused;
};

/// A gateway on a shard that does not run: the test is its thread.
struct GatewayFixture {
    explicit GatewayFixture(const std::vector<std::pair<std::string, std::string>>& routes,
                            double connects_per_second = 0)
        : connect_rate(Rate(connects_per_second, connects_per_second))
    {
        for (const char* name : {"first", "second", "third", "blocking"}) {
            FakeHandler& handler = fakes[name];
            const bool is_blocking = std::string_view(name) == "blocking";
            REQUIRE(handlers.add({name, is_blocking, FakeHandler::invoke, &handler}));
        }
        deployments.push_back(compile(make_api("api", routes), "dev", handlers, &metrics));
        stages.emplace(deployments, gateway::Stages::HostNames{domains});
        stage = stages->find("localhost", "/dev");
        REQUIRE(stage != nullptr);
        gateway.emplace(shard, registry, *stages, connect_rate, workers, host, limits);
        host.add(shard, *gateway);
        shard.on_second_due([](std::uint64_t) {});
        shard.on_moment_due([this](std::uint64_t call) { gateway->on_deadline(call); });
    }

    FakeHandler& handler(const std::string& name = "first") { return fakes[name]; }

    /// An admitted connection.
    FakeConnection& open()
    {
        const auto address = registry.reserve();
        connections.push_back(std::make_unique<FakeConnection>(*address, codec.encode(*address)));
        connections.back()->count_in(deployments.front()->counts(shard.index()));
        registry.admit(*address, *connections.back());
        return *connections.back();
    }

    void message(FakeConnection& from, std::string_view text, bool is_binary = false)
    {
        shard.run([&] { gateway->on_message(from, *stage, text, is_binary); });
    }

    /// Serves one API more, whose stage is "dev" as well.
    gateway::StageSlot& add_api(const std::string& id,
                                const std::vector<std::pair<std::string, std::string>>& routes)
    {
        deployments.push_back(compile(make_api(id, routes), "dev", handlers, &metrics));
        shard.run([&] { gateway->deploy(deployments, {}); });
        gateway::StageSlot* slot = stages->find("localhost", "/" + id + "/dev");
        REQUIRE(slot != nullptr);
        return *slot;
    }

    void connect(FakeWaiter& waiter, const connections::ConnectionInfo& info)
    {
        connect(waiter, info, *stage);
    }

    void connect(FakeWaiter& waiter, const connections::ConnectionInfo& info, gateway::StageSlot& at)
    {
        gateway::ConnectRequest& request = requests.emplace_back();
        request.connection = &info;
        request.stage = &at;
        request.headers = {{"Host", "localhost:8080"}, {"X-Probe", "yes"}};
        request.query = {{"token", "t"}};
        request.port = 8080;
        shard.run([&] { gateway->connect(request, waiter); });
    }

    void answer(postern_token token, int status, std::string_view body = {}, api::Headers headers = {})
    {
        shard.run([&] { gateway->on_reply(token.call, {status, body, false, std::move(headers)}); });
    }

    /// Makes a handler answer at once, on the stack of its call.
    void answers_at_once(const std::string& name, int status, std::string body, api::Headers headers = {})
    {
        fakes[name].act = [this, status, body = std::move(body), headers = std::move(headers)](
                              const auto&, postern_token token) {
            gateway->on_reply(token.call, {status, body, false, headers});
            return 0;
        };
    }

    /// The turns that were posted.
    void settle()
    {
        shard.io().restart();
        shard.io().poll();
    }

    void pass(SteadyMillis ms)
    {
        clock.pass(ms);
        shard.run([&] { shard.moments().advance(shard.now()); });
        settle();
    }

    ManualClock clock;
    observability::Metrics metrics{1};
    net::Shard shard{0, clock};
    api::Limits limits;
    connections::Registry registry{0, 0, 0};
    api::ConnectionIdCodec codec{api::ConnectionIdCodec::Key{7}};
    connections::Directory directory{codec, 0, 1024};
    integrations::PluginHost host{directory};
    integrations::HandlerRegistry handlers;
    std::map<std::string, FakeHandler> fakes;
    std::map<std::string, api::DomainName, std::less<>> domains;
    gateway::Stages::Deployments deployments;
    std::optional<gateway::Stages> stages;
    gateway::StageSlot* stage = nullptr;
    SharedTokenBucket connect_rate;
    net::WorkerPool workers{1, 1};
    std::deque<gateway::ConnectRequest> requests;  ///< those that wait are looked at again
    std::vector<std::unique_ptr<FakeConnection>> connections;
    std::optional<gateway::Gateway> gateway;
};

}  // namespace postern::test
