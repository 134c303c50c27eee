// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"
#include "core/time_text.hpp"
#include "management/admin_api.hpp"
#include "management/json_object.hpp"
#include "management/parameters.hpp"

#include <utility>

namespace postern::management {

namespace {

using connections::PostResult;

/// Members in the order in which one reads them.
std::string to_json(const connections::ConnectionEntry& entry)
{
    JsonObject out;
    out.add("connectionId", entry.connection_id)
        .add("apiId", entry.api_id)
        .add("stage", entry.stage)
        .add("sourceIp", entry.source_ip);
    if (entry.user_agent) {
        out.add("userAgent", *entry.user_agent);
    } else {
        out.add_null("userAgent");
    }
    return out.add("connectedAt", time_text::iso8601(entry.connected_at))
        .add("lastActiveAt", time_text::iso8601(entry.last_active_at))
        .str();
}

/// The answer when it did not work; nothing when it did.
std::optional<AdminReply> failure(PostResult result)
{
    switch (result) {
        case PostResult::Delivered:
            return std::nullopt;
        case PostResult::BadConnectionId:
            return admin_error(400, "This is no connection id");
        case PostResult::PayloadTooLarge:
            return admin_error(413, "The message is larger than gateway.limits.messageBytes");
        case PostResult::LimitExceeded:
            return admin_error(429, "The connection has too much unread data");
        case PostResult::BadGroup:  // the admin listener knows no groups
        case PostResult::Gone:
            break;
    }
    return admin_error(410, "There is no such connection, or no more");
}

AdminReply deleted()
{
    return {204, "", "", {}};
}

}  // namespace

void AdminApi::list(std::string_view target, const Done& done) const
{
    const Query query = query_of(target);
    if (const auto wrong = stranger(query, {"api", "stage", "limit", "next"}))
        return done(admin_error(400, *wrong));
    const auto limit = parse_limit(query);
    if (!limit) return done(admin_error(400, limit.error().detail));
    directory_.list(last_of(query, "api").value_or(""),
                    last_of(query, "stage").value_or(""),
                    last_of(query, "next").value_or(""),
                    *limit,
                    [done](const Result<connections::ConnectionPage>& page) {
                        if (!page) return done(admin_error(400, "next: " + page.error().detail));
                        const auto write = [](const auto& entry) { return to_json(entry); };
                        JsonObject out;
                        out.add_list("connections", page->entries, write);
                        if (!page->next.empty()) out.add("next", page->next);
                        done({200, "application/json", out.str(), {}});
                    });
}

void AdminApi::connection(const CallerRequest& request, std::string_view path, const Done& done) const
{
    const auto id = text::percent_decode(path);
    if (!id || !directory_.is_well_formed(*id)) return done(*failure(PostResult::BadConnectionId));
    if (request.method == "GET" || request.method == "HEAD") return describe(*id, done);
    if (request.method == "POST") {
        return directory_.post("", *id, request.body, [done](PostResult result) {
            done(failure(result).value_or(AdminReply{200, "application/json", "{}", {}}));
        });
    }
    if (request.method != "DELETE") return done(wrong_method("GET, HEAD, POST, DELETE"));
    log::info("admin.delete_connection", {{"connection_id", *id}, {"source_ip", request.source_ip}});
    close(*id, request.target, done);
}

void AdminApi::close(const std::string& id, std::string_view target, const Done& done) const
{
    const Query query = query_of(target);
    if (const auto wrong = stranger(query, {"code", "reason"})) return done(admin_error(400, *wrong));
    const auto closing = parse_closing(query);
    if (!closing) return done(admin_error(400, closing.error().detail));
    directory_.close("", id, closing->code, closing->reason, [done](PostResult result) {
        done(failure(result).value_or(deleted()));
    });
}

void AdminApi::describe(const std::string& id, const Done& done) const
{
    directory_.get("", id, [done, id](PostResult result, const connections::ConnectionStatus& status) {
        if (auto failed = failure(result)) return done(*std::move(failed));
        done({200,
              "application/json",
              to_json(connections::ConnectionEntry{id,
                                                   status.api_id,
                                                   status.stage,
                                                   status.source_ip,
                                                   status.user_agent,
                                                   status.connected_at,
                                                   status.last_active_at}),
              {}});
    });
}

}  // namespace postern::management
