// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/connection.hpp"
#include "connections/shared_message.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace postern::test {

/// A client without a socket that writes down what it is told.
class FakeConnection final : public connections::Connection {
public:
    explicit FakeConnection(const api::ConnectionAddress& address = {}, const api::ConnectionId& id = {})
    {
        info_.address = address;
        info_.id = id;
        info_.api_id = "api";
        info_.stage = "dev";
        info_.domain_name = "localhost:8080";
        info_.source_ip = "203.0.113.250";
        info_.user_agent = "probe";
        info_.connected_at = 1'790'294'473'687;
    }

    void live_in(std::string api_id, std::string stage)
    {
        info_.api_id = std::move(api_id);
        info_.stage = std::move(stage);
    }

    void count_in(observability::StageCounts* counts) { info_.counts = counts; }

    EpochMillis last_active_at() const override { return info_.connected_at + 5; }
    connections::PostResult send(std::string_view payload, bool is_binary) override
    {
        if (on_send) on_send();
        if (is_full) return connections::PostResult::LimitExceeded;
        sent.emplace_back(payload);
        has_sent_binary = has_sent_binary || is_binary;
        return connections::PostResult::Delivered;
    }
    connections::PostResult send_shared(const connections::SharedMessage& message) override
    {
        return send(message.text(), false);
    }
    void close(std::uint16_t code, std::string_view reason) override { closed = {code, std::string(reason)}; }
    void hold() override { ++held; }
    void release() override { --held; }

    void set_stage(const std::string& stage) { info_.stage = stage; }

    std::vector<std::string> sent;
    bool has_sent_binary = false;
    bool is_full = false;
    std::function<void()> on_send;
    std::pair<std::uint16_t, std::string> closed;
    int held = 0;
};

}  // namespace postern::test
