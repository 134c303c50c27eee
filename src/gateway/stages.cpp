// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"

#include "api/execute_api_host.hpp"

#include <algorithm>

namespace postern::gateway {

namespace {

/// "/dev/" and "/dev" are the same stage (spec data-plane 1.1).
std::string_view without_slashes(std::string_view path)
{
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

/// Of the host in a Host header, without the port: [::1]:8080
std::size_t host_size(std::string_view host_header)
{
    const std::size_t bracket = host_header.find(']');
    const std::size_t colon = host_header.find(':', bracket == std::string_view::npos ? 0 : bracket);
    return std::min(colon, host_header.size());
}

/// What the development certificate is good for, and is this machine.
bool is_loopback(std::string_view host_name)
{
    return host_name == "localhost" || host_name == "127.0.0.1" || host_name == "[::1]";
}

bool is_address(std::string_view host_name)
{
    return host_name.starts_with('[') || (!host_name.empty() && host_name.back() >= '0' &&
                                          host_name.back() <= '9');  // no top-level domain ends with a digit
}

}  // namespace

std::string host_name(std::string_view host_header)
{
    std::string lower(host_header.substr(0, host_size(host_header)));
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

void Stages::update(const Deployments& deployments, const HostNames& names)
{
    for (const auto& [name, slot] : slots_) slot->current.reset();
    apis_.clear();
    for (const auto& deployment : deployments) {
        const integrations::StageIdentity& stage = deployment->stage();
        std::unique_ptr<StageSlot>& slot = slots_[{stage.api_id, stage.stage}];
        if (!slot) slot = std::make_unique<StageSlot>(depths_);
        slot->current = deployment;
        apis_[stage.api_id][stage.stage] = slot.get();
    }
    domains_.clear();
    for (const auto& [name, domain] : names.domains) domains_.emplace(host_name(name), domain);
    region_ = names.region;
    callback_ports_ = names.callback_ports;
}

StageSlot* Stages::find(std::string_view host, std::string_view path)
{
    const std::string name = host_name(host);
    const std::string_view wanted = without_slashes(path);
    const auto domain = domains_.find(name);
    if (domain != domains_.end()) return find_mapping(domain->second, wanted);

    StageSlot* found = nullptr;
    const std::size_t slash = wanted.find('/');
    const auto by_host = named_by(name);
    if (by_host != apis_.end()) {
        found = find_stage(by_host->first, wanted);
    } else if (apis_.size() == 1) {
        found = find_stage(apis_.begin()->first, wanted);
    } else if (slash != std::string_view::npos) {
        found = find_stage(wanted.substr(0, slash), wanted.substr(slash + 1));
    }
    // disableExecuteApiEndpoint leaves the custom domains as the only way in.
    if (found != nullptr && found->current && found->current->is_execute_api_disabled()) return nullptr;
    return found;
}

std::string Stages::domain_name(std::string_view host, const integrations::StageIdentity& stage) const
{
    const bool names_the_api = apis_.size() == 1 || named_by(host_name(host)) != apis_.end();
    const bool leads_there = is_custom_domain(host) || (names_the_api && finds_functions_callback(host));
    return leads_there ? std::string(host) : api::execute_api_host(stage.api_id, region_);
}

/// A domain name without a port may be anybody's, a proxy's in front of this gateway for instance.
bool Stages::finds_functions_callback(std::string_view host) const
{
    if (callback_ports_.empty()) return true;
    const std::string name = host_name(host);
    const std::size_t size = host_size(host);
    if (size == host.size() && !is_loopback(name) && !is_address(name)) return true;
    const std::string port = size == host.size() ? "443" : std::string(host.substr(size + 1));
    return is_loopback(name) &&
           std::any_of(callback_ports_.begin(), callback_ports_.end(), [&port](std::uint16_t own) {
               return std::to_string(own) == port;
           });
}

/// The API that is the first label of the host name; the end: none.
Stages::Apis::const_iterator Stages::named_by(std::string_view host_name) const
{
    const std::size_t dot = host_name.find('.');
    return dot == std::string_view::npos ? apis_.end() : apis_.find(host_name.substr(0, dot));
}

StageSlot* Stages::find_stage(std::string_view api_id, std::string_view stage)
{
    const auto api = apis_.find(api_id);
    if (api == apis_.end()) return nullptr;
    const auto found = api->second.find(stage);
    return found == api->second.end() ? nullptr : found->second;
}

StageSlot* Stages::find_mapping(const api::DomainName& domain, std::string_view path)
{
    for (const api::ApiMapping& mapping : domain.api_mappings) {
        if (mapping.api_mapping_key == path) return find_stage(mapping.api_id, mapping.stage);
    }
    return nullptr;
}

}  // namespace postern::gateway
