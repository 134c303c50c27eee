// SPDX-License-Identifier: Apache-2.0
#include "management/extensions_api.hpp"

#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "management/parameters.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::management {

namespace {

using connections::PostResult;
using Kind = ManagementPath::Kind;

constexpr std::size_t kIdsMax = 10'000;  // of one POST to many

void append_entry(std::string& out, const connections::ConnectionEntry& entry)
{
    out += "{\"connectionId\":";
    json::append_quoted(out, entry.connection_id);
    out += ",\"connectedAt\":";
    json::append_quoted(out, time_text::iso8601(entry.connected_at));
    out += ",\"lastActiveAt\":";
    json::append_quoted(out, time_text::iso8601(entry.last_active_at));
    out += ",\"identity\":{\"sourceIp\":";
    json::append_quoted(out, entry.source_ip);
    out += ",\"userAgent\":";
    out += entry.user_agent ? json::quoted(text::to_utf8_lossy(*entry.user_agent)) : "null";
    out += "}}";
}

std::string page_json(const connections::ConnectionPage& page)
{
    std::string out = "{\"connections\":[";
    for (const connections::ConnectionEntry& entry : page.entries) {
        if (out.back() == '}') out += ',';
        append_entry(out, entry);
    }
    out += ']';
    if (!page.next.empty()) out += ",\"next\":" + json::quoted(page.next);
    return out + '}';
}

std::string_view status_of(PostResult result)
{
    switch (result) {
        case PostResult::Delivered:
            return "200";
        case PostResult::BadConnectionId:
            return "400";
        case PostResult::PayloadTooLarge:
            return "413";
        case PostResult::LimitExceeded:
            return "429";
        default:
            return "410";
    }
}

/// The body of a POST to many.
struct ManyRequest {
    std::vector<std::string> connection_ids;
    std::string data;
};

Result<ManyRequest> parse_many(std::string_view body)
{
    const auto wrong = [](const char* what) { return Error(ErrorKind::BadInput, what); };
    const auto document = json::parse(body);
    if (!document || !document->IsObject()) return wrong("The body must be a JSON object");
    for (const auto& member : document->GetObject()) {
        const std::string_view name = json::as_string(member.name);
        if (name != "connectionIds" && name != "data") {
            return wrong("The body may have connectionIds and data only");
        }
    }
    const rapidjson::Value* ids = json::find(*document, "connectionIds");
    const rapidjson::Value* data = json::find(*document, "data");
    if (ids == nullptr || !ids->IsArray()) return wrong("connectionIds must be a list of connection ids");
    if (ids->Size() > kIdsMax) return wrong("connectionIds may have 10000 ids at most");
    if (data == nullptr || !data->IsString()) return wrong("data must be a string");
    ManyRequest request;
    request.data = json::as_string(*data);
    request.connection_ids.reserve(ids->Size());
    for (const rapidjson::Value& id : ids->GetArray()) {
        if (!id.IsString()) return wrong("connectionIds must be a list of connection ids");
        request.connection_ids.emplace_back(json::as_string(id));
    }
    return request;
}

/// Unlike on AWS's own paths, where a parameter means nothing: who misspells `exclude` must not reach those
/// whom he meant.
std::optional<std::string> stranger_of(const ConnectionsCall& call)
{
    const Query query = query_of(call.target);
    if (call.path.kind == Kind::Group) return stranger(query, {"exclude"});
    if (call.path.kind == Kind::Connections && call.method == "GET")
        return stranger(query, {"limit", "next"});
    return stranger(query, {});
}

}  // namespace

std::optional<api::HttpReply> failure(PostResult result, const OwnedIds& ids, EpochMillis now)
{
    switch (result) {
        case PostResult::Delivered:
            return std::nullopt;
        case PostResult::PayloadTooLarge:
            return api::management::too_large(now);
        case PostResult::LimitExceeded:
            return api::management::limit_exceeded(ids.view(), now);
        case PostResult::BadGroup:
            return api::management::invalid(
                "A group's name has 1 to 128 printable ASCII characters without a slash", ids.view(), now);
        case PostResult::BadConnectionId:  // told before anything else
        case PostResult::Gone:
            break;
    }
    return api::management::gone(ids.view(), now);
}

void ExtensionsApi::handle(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const
{
    const auto is = [&](Kind kind, std::string_view method) {
        return call.path.kind == kind && call.method == method;
    };
    const bool is_known = is(Kind::Connections, "GET") || is(Kind::Connections, "POST") ||
                          is(Kind::Group, "POST") || is(Kind::Member, "PUT") || is(Kind::Member, "DELETE");
    if (!is_known) return done(api::management::forbidden(ids.view(), now));
    if (const auto wrong = stranger_of(call)) return done(api::management::invalid(*wrong, ids.view(), now));
    if (is(Kind::Connections, "GET")) return list(call, ids, now, std::move(done));
    if (is(Kind::Connections, "POST")) return post_to_many(call, ids, now, std::move(done));
    if (is(Kind::Group, "POST")) return broadcast(call, ids, now, std::move(done));
    change_membership(call, ids, now, std::move(done));
}

void ExtensionsApi::close(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const
{
    const auto closing = parse_closing(query_of(call.target));
    if (!closing) return done(api::management::invalid(closing.error().detail, ids.view(), now));
    directory_.close(
        call.api_id,
        call.path.connection_id,
        closing->code,
        closing->reason,
        [ids, now, done = std::move(done)](PostResult result) {
            done(failure(result, ids, now).value_or(api::management::delete_ok(ids.view(), now)));
        });
}

void ExtensionsApi::list(const ConnectionsCall& call, const OwnedIds& ids, EpochMillis now, Done done) const
{
    const auto query = query_of(call.target);
    const auto limit = parse_limit(query);
    if (!limit) return done(api::management::invalid(limit.error().detail, ids.view(), now));
    directory_.list(call.api_id,
                    call.stage,
                    last_of(query, "next").value_or(""),
                    *limit,
                    [ids, now, done = std::move(done)](const Result<connections::ConnectionPage>& page) {
                        done(page ? api::management::ok(page_json(*page), ids.view(), now)
                                  : api::management::invalid(
                                        "next must be what the page before ended with", ids.view(), now));
                    });
}

void ExtensionsApi::post_to_many(const ConnectionsCall& call,
                                 const OwnedIds& ids,
                                 EpochMillis now,
                                 Done done) const
{
    const auto request = parse_many(call.body);
    if (!request) return done(api::management::invalid(request.error().detail, ids.view(), now));
    const bool is_too_large = request->data.size() > directory_.message_bytes_max();
    if (is_too_large) return done(api::management::too_large(now));
    auto tell = [ids, now, targets = request->connection_ids, done = std::move(done)](
                    const std::vector<PostResult>& results) {
        std::string body = "{\"results\":[";
        for (std::size_t i = 0; i < results.size(); ++i) {
            body += i == 0 ? "{\"connectionId\":" : ",{\"connectionId\":";
            json::append_quoted(body, targets[i]);
            body.append(",\"status\":").append(status_of(results[i])).append(1, '}');
        }
        done(api::management::ok(body + "]}", ids.view(), now));
    };
    directory_.post_to_many(call.api_id, request->connection_ids, request->data, std::move(tell));
}

void ExtensionsApi::broadcast(const ConnectionsCall& call,
                              const OwnedIds& ids,
                              EpochMillis now,
                              Done done) const
{
    const auto query = query_of(call.target);
    std::vector<std::string_view> except;
    for (const api::QueryParameter& parameter : query) {
        if (parameter.name != "exclude") continue;
        if (!directory_.is_well_formed(parameter.value)) {
            return done(api::management::malformed_id(parameter.value, ids.view(), now));
        }
        except.push_back(parameter.value);
    }
    auto tell = [ids, now, done = std::move(done)](PostResult result, std::size_t accepted) {
        const std::string body = "{\"delivered\":" + std::to_string(accepted) + "}";
        done(failure(result, ids, now).value_or(api::management::ok(body, ids.view(), now)));
    };
    directory_.broadcast(call.api_id, call.path.group, call.body, except, std::move(tell));
}

void ExtensionsApi::change_membership(const ConnectionsCall& call,
                                      const OwnedIds& ids,
                                      EpochMillis now,
                                      Done done) const
{
    auto tell = [ids, now, done = std::move(done)](PostResult result) {
        done(failure(result, ids, now).value_or(api::management::delete_ok(ids.view(), now)));
    };
    const auto change = call.method == "PUT" ? &connections::Directory::join : &connections::Directory::leave;
    (directory_.*change)(call.api_id, call.path.connection_id, call.path.group, std::move(tell));
}

}  // namespace postern::management
