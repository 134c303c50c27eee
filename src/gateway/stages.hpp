// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "gateway/deployment.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::gateway {

/// A stage as one shard sees it: the place where its current deployment stands. Connections keep a pointer to
/// it, so that each event meets today's deployment; null once the stage is gone.
struct StageSlot {
    std::shared_ptr<const Deployment> current;
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

    std::map<std::pair<std::string, std::string>, std::unique_ptr<StageSlot>> slots_;  ///< by API and stage
    Apis apis_;                                                                        ///< what is served now
    DomainNames domains_;                                                              ///< by lower-case name
    std::string region_;
    std::vector<std::uint16_t> callback_ports_;
};

}  // namespace postern::gateway
