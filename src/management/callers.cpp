// SPDX-License-Identifier: Apache-2.0
#include "management/callers.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace postern::management {

namespace {

const api::sigv4::Outcome kUnsigned{
    api::sigv4::Verdict::MissingAuthenticationToken, nullptr, "Missing Authentication Token"};

std::vector<api::sigv4::AccessKey> keys_of(const CallerOptions& options)
{
    std::vector<api::sigv4::AccessKey> keys;
    for (const CallerKey& caller : options.keys) keys.push_back(caller.key);
    return keys;
}

bool has_header(const api::Headers& headers, std::string_view name)
{
    return std::any_of(headers.begin(), headers.end(), [&](const api::Header& header) {
        return text::iequals(header.name, name);
    });
}

/// What a proxy on this machine passes on comes from somewhere else, and what a browser on it sends may be a
/// stranger's page.
constexpr std::array<std::string_view, 5> kForeign{
    "X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "Origin"};

bool is_local(const ConnectionsCall& call)
{
    const bool is_loopback = call.source_ip.starts_with("127.") || call.source_ip == "::1";
    return is_loopback && std::none_of(kForeign.begin(), kForeign.end(), [&](std::string_view name) {
               return has_header(call.headers, name);
           });
}

}  // namespace

Callers::Callers(CallerOptions options) : options_(std::move(options)), verifier_({}, keys_of(options_)) {}

std::optional<api::HttpReply> Callers::refuse(const ConnectionsCall& call,
                                              const api::management::ReplyIds& ids,
                                              EpochMillis now) const
{
    if (options_.admits_anybody) return std::nullopt;
    if (!options_.keys.empty()) return refuse_signed(call, ids, now);
    if (is_local(call)) return std::nullopt;
    return api::management::not_authenticated(kUnsigned, ids, now);
}

std::optional<api::HttpReply> Callers::refuse_signed(const ConnectionsCall& call,
                                                     const api::management::ReplyIds& ids,
                                                     EpochMillis now) const
{
    const std::size_t mark = call.target.find('?');
    const std::string_view query =
        mark == std::string_view::npos ? std::string_view() : call.target.substr(mark + 1);
    const api::sigv4::Request request{
        call.method, call.target.substr(0, mark), query, call.headers, call.body};
    const api::sigv4::Outcome outcome = verifier_.verify(request, now);
    if (outcome.verdict != api::sigv4::Verdict::Verified) {
        return api::management::not_authenticated(outcome, ids, now);
    }
    const auto caller =
        std::find_if(options_.keys.begin(), options_.keys.end(), [&](const CallerKey& candidate) {
            return candidate.key.id == outcome.key->id;
        });
    if (call.signer != nullptr) *call.signer = {caller->key.id, caller->key.user_arn};
    if (!caller->policy) return std::nullopt;

    const api::ConnectionsResource resource{
        options_.region, options_.account_id, call.api_id, call.stage, call.method};
    const api::PolicyVerdict verdict = caller->policy->evaluate(api::kManageConnections, resource.arn());
    if (verdict == api::PolicyVerdict::Allowed) return std::nullopt;
    const auto kind = caller->key.session_token.empty() ? api::management::PolicyKind::Identity
                                                        : api::management::PolicyKind::Session;
    return api::management::access_denied(caller->key.user_arn, resource, verdict, kind, ids, now);
}

}  // namespace postern::management
