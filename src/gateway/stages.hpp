// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "core/counter.hpp"
#include "gateway/connect_queue.hpp"
#include "gateway/deployment.hpp"
#include "gateway/disconnect_queue.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::gateway {

/// How many events wait for their turn, of all stages of a shard. Thread: any.
struct QueueDepths {
    Gauge connects;
    Gauge disconnects;
};

/// A stage as one shard sees it: the place where its current deployment stands. Connections keep a pointer to
/// it, so that each event meets today's deployment; null once the stage is gone. Each stage has places and
/// queues of its own: handlers that take their time hold up nobody else's clients.
struct StageSlot {
    explicit StageSlot(QueueDepths& depths) : connects(depths.connects), disconnects(depths.disconnects) {}

    std::shared_ptr<const Deployment> current;
    ConnectQueue connects;
    DisconnectQueue disconnects;
    bool is_resuming = false;  ///< a turn that starts what waits has been asked for
};

/// The host of a Host header: lower case, without port.
std::string host_name(std::string_view host_header);

/// Which stage a request line belongs to: a configured domain's mapping, the host
/// {apiId}.…, with one API any host, with several /{apiId}/{stage}. Shard-local.
class Stages {
public:
    using Deployments = std::vector<std::shared_ptr<const Deployment>>;
    using DomainNames = std::map<std::string, api::DomainName, std::less<>>;

    /// The host names that lead to stages: custom domains, and what the APIs' own names are made of.
    struct HostNames {
        DomainNames domains;
        std::string region = "us-east-1";
        /// Of this machine's listeners with the development certificate, which functions trust. Empty: no
        /// function calls back to one.
        std::vector<std::uint16_t> callback_ports{};
    };

    Stages() = default;
    Stages(const Deployments& deployments, const HostNames& names) { update(deployments, names); }

    /// From now on these are served and no others. The slot of a stage that is gone stays, empty, for the
    /// connections that still point to it; when the stage comes back, it is the same one.
    void update(const Deployments& deployments, const HostNames& names);

    /// Also of stages that are gone.
    template <class Visit>
    void for_each_slot(Visit visit)
    {
        for (const auto& [name, slot] : slots_) visit(*slot);
    }

    const QueueDepths& depths() const { return depths_; }

    /// `path` is decoded and without query. Null: no such API or stage, or more path than a stage has.
    StageSlot* find(std::string_view host, std::string_view path);

    /// The `domainName` of a client that found `stage` by this Host header. Integrations build
    /// "https://{domainName}/{stage}" of it to call @connections. It is the header itself, unless that would
    /// not lead there: where several APIs are told apart by the path, and where functions would find nobody,
    /// or somebody whose certificate is for another name (an IP address, a port that a container publishes
    /// under another number). Then it is the API's own host name, which leads functions here.
    std::string domain_name(std::string_view host, const integrations::StageIdentity& stage) const;

    /// The Host header names one: its paths are those of its mappings.
    bool is_custom_domain(std::string_view host) const { return domains_.contains(host_name(host)); }

private:
    StageSlot* find_stage(std::string_view api_id, std::string_view stage);
    StageSlot* find_mapping(const api::DomainName& domain, std::string_view path);

    using ApiStages = std::map<std::string, StageSlot*, std::less<>>;
    using Apis = std::map<std::string, ApiStages, std::less<>>;

    Apis::const_iterator named_by(std::string_view host_name) const;
    bool finds_functions_callback(std::string_view host) const;

    QueueDepths depths_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<StageSlot>> slots_;  ///< by API and stage
    Apis apis_;                                                                        ///< what is served now
    DomainNames domains_;                                                              ///< by lower-case name
    std::string region_;
    std::vector<std::uint16_t> callback_ports_;
};

}  // namespace postern::gateway
