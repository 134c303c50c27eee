// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/model.hpp"
#include "gateway/deployment.hpp"

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

/// Which stage a request line belongs to (design section 5, "URLs"): a configured domain's mapping, the host
/// {apiId}.…, with one API any host, with several /{apiId}/{stage}. Shard-local.
class Stages {
public:
    using Deployments = std::vector<std::shared_ptr<const Deployment>>;
    using DomainNames = std::map<std::string, api::DomainName, std::less<>>;

    Stages() = default;
    Stages(const Deployments& deployments, const DomainNames& domains) { update(deployments, domains); }

    /// From now on these are served and no others. The slot of a stage that is gone stays, empty, for the
    /// connections that still point to it; when the stage comes back, it is the same one.
    void update(const Deployments& deployments, const DomainNames& domains);

    /// `path` is decoded and without query. Null: no such API or stage, or more path than a stage has.
    StageSlot* find(std::string_view host, std::string_view path);

    /// The Host header names one: its paths are those of its mappings.
    bool is_custom_domain(std::string_view host) const { return domains_.contains(host_name(host)); }

private:
    StageSlot* find_stage(std::string_view api_id, std::string_view stage);
    StageSlot* find_mapping(const api::DomainName& domain, std::string_view path);

    using ApiStages = std::map<std::string, StageSlot*, std::less<>>;

    std::map<std::pair<std::string, std::string>, std::unique_ptr<StageSlot>> slots_;  ///< by API and stage
    std::map<std::string, ApiStages, std::less<>> apis_;                               ///< what is served now
    DomainNames domains_;                                                              ///< by lower-case name
};

}  // namespace postern::gateway
