// SPDX-License-Identifier: Apache-2.0
#include "management/connections_api.hpp"

#include "api/ids.hpp"
#include "core/log.hpp"

#include <string>

namespace postern::management {

namespace {

/// The ids of one answer, owned: it may be given on another thread.
struct OwnedIds {
    OwnedIds(EpochMillis now, Random& random)
        : amzn_request_id(random.uuid()),
          apigw_id(api::new_request_id(now, random)),
          trace_id(api::new_trace_id(now, random))
    {}
    api::management::ReplyIds view() const { return {amzn_request_id, apigw_id, trace_id}; }

    std::string amzn_request_id;
    api::RequestId apigw_id;
    std::string trace_id;
};

std::string_view error_type(const api::HttpReply& reply)
{
    for (const api::Header& header : reply.headers) {
        if (header.name == "x-amzn-ErrorType") return header.value;
    }
    return {};
}

/// The answer when there is no connection to be had; nothing when there was.
std::optional<api::HttpReply> failure(connections::PostResult result, const OwnedIds& ids, EpochMillis now)
{
    switch (result) {
        case connections::PostResult::Delivered:
            return std::nullopt;
        case connections::PostResult::PayloadTooLarge:
            return api::management::too_large(now);
        case connections::PostResult::LimitExceeded:
            return api::management::limit_exceeded(ids.view(), now);
        default:
            return api::management::gone(ids.view(), now);
    }
}

}  // namespace

ConnectionsApi::ConnectionsApi(const connections::Directory& directory,
                               std::shared_ptr<const Callers> callers,
                               const Clock& clock)
    : directory_(directory), callers_(std::move(callers)), clock_(clock)
{}

void ConnectionsApi::handle(const ConnectionsCall& call, Random& random, Done done) const
{
    const EpochMillis now = clock_.wall();
    const OwnedIds ids(now, random);
    if (!directory_.is_well_formed(call.connection_id)) {
        return done(api::management::malformed_id(call.connection_id, ids.view(), now));
    }
    if (const auto refusal = callers_->refuse(call, ids.view(), now)) {
        log::info("connections_api.refused",
                  {{"method", call.method},
                   {"status", refusal->status},
                   {"why", error_type(*refusal)},
                   {"source_ip", call.source_ip}});
        return done(*refusal);
    }
    if (call.method == "POST") {
        return directory_.post(
            call.api_id, call.connection_id, call.body, [=](connections::PostResult result) {
                done(failure(result, ids, now).value_or(api::management::post_ok(ids.view(), now)));
            });
    }
    if (call.method == "DELETE") {
        return directory_.remove(call.api_id, call.connection_id, [=](connections::PostResult result) {
            done(failure(result, ids, now).value_or(api::management::delete_ok(ids.view(), now)));
        });
    }
    if (call.method == "GET") {
        return directory_.get(
            call.api_id,
            call.connection_id,
            [=](connections::PostResult result, const connections::ConnectionStatus& status) {
                api::management::ConnectionDescription described;
                described.source_ip = status.source_ip;
                if (status.user_agent) described.user_agent = *status.user_agent;
                described.connected_at = status.connected_at;
                described.last_active_at = status.last_active_at;
                done(failure(result, ids, now).value_or(api::management::get_ok(described, ids.view(), now)));
            });
    }
    done(api::management::forbidden(ids.view(), now));
}

}  // namespace postern::management
