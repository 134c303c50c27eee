// SPDX-License-Identifier: Apache-2.0
#include "management/connections_api.hpp"

#include "core/log.hpp"

#include <string>

namespace postern::management {

namespace {

std::string_view error_type(const api::HttpReply& reply)
{
    for (const api::Header& header : reply.headers) {
        if (header.name == "x-amzn-ErrorType") return header.value;
    }
    return {};
}

}  // namespace

ConnectionsApi::ConnectionsApi(const connections::Directory& directory,
                               std::shared_ptr<const Callers> callers,
                               const Clock& clock,
                               Extensions extensions)
    : directory_(directory),
      callers_(std::move(callers)),
      clock_(clock),
      extensions_(extensions),
      extensions_api_(directory)
{}

void ConnectionsApi::handle(const ConnectionsCall& call, Random& random, Done done) const
{
    const EpochMillis now = clock_.wall();
    const OwnedIds ids(now, random);
    using Kind = ManagementPath::Kind;
    const Kind kind = call.path.kind;
    const bool names_connection = kind == Kind::Connection || kind == Kind::Member;
    if (names_connection && !directory_.is_well_formed(call.path.connection_id)) {
        return done(api::management::malformed_id(call.path.connection_id, ids.view(), now));
    }
    if (const auto refusal = callers_->refuse(call, ids.view(), now)) {
        log::refusal("connections_api.refused",
                     {{"method", call.method},
                      {"status", refusal->status},
                      {"why", error_type(*refusal)},
                      {"source_ip", call.source_ip}});
        return done(*refusal);
    }
    if (kind != Kind::Connection) return extensions_api_.handle(call, ids, now, std::move(done));
    if (call.method == "DELETE" && extensions_ == Extensions::On) {
        return extensions_api_.close(call, ids, now, std::move(done));
    }
    if (call.method == "POST") {
        return directory_.post(
            call.api_id, call.path.connection_id, call.body, [=](connections::PostResult result) {
                done(failure(result, ids, now).value_or(api::management::post_ok(ids.view(), now)));
            });
    }
    if (call.method == "DELETE") {
        return directory_.remove(call.api_id, call.path.connection_id, [=](connections::PostResult result) {
            done(failure(result, ids, now).value_or(api::management::delete_ok(ids.view(), now)));
        });
    }
    if (call.method == "GET") {
        return directory_.get(
            call.api_id,
            call.path.connection_id,
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
