// SPDX-License-Identifier: Apache-2.0
#include "api/close_codes.hpp"
#include "api/event.hpp"
#include "core/log.hpp"
#include "core/time_text.hpp"
#include "management/admin_api.hpp"
#include "management/json_object.hpp"

#include <charconv>
#include <utility>

namespace postern::management {

namespace {

using connections::PostResult;

constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMax = 1000;

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

struct ListQuery {
    std::string api_id;
    std::string stage;
    std::string next;
    std::size_t limit = kPageDefault;
};

std::string_view query_of(std::string_view target)
{
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& out)
{
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && stop == text.data() + text.size();
}

std::string no_parameter(const std::string& name, const char* known)
{
    return "There is no parameter \"" + name + "\"; see " + known;
}

/// What is wrong; nothing when it could be read.
std::optional<std::string> read_list_query(std::string_view query, ListQuery& out)
{
    for (const api::QueryParameter& parameter : api::parse_query(query)) {
        if (parameter.name == "api") {
            out.api_id = parameter.value;
        } else if (parameter.name == "stage") {
            out.stage = parameter.value;
        } else if (parameter.name == "next") {
            out.next = parameter.value;
        } else if (parameter.name == "limit") {
            if (!read_number(parameter.value, out.limit) || out.limit == 0 || out.limit > kPageMax)
                return "limit is a number from 1 to " + std::to_string(kPageMax);
        } else {
            return no_parameter(parameter.name, "api, stage, limit and next");
        }
    }
    return std::nullopt;
}

struct ClosingQuery {
    std::uint16_t code = api::kClosedNormally.code;
    std::string reason{api::kClosedNormally.text};
};

/// What is wrong; nothing when it could be read. A code without a reason has none.
std::optional<std::string> read_closing_query(std::string_view query, ClosingQuery& out)
{
    bool has_reason = false;
    for (const api::QueryParameter& parameter : api::parse_query(query)) {
        if (parameter.name == "code") {
            if (!read_number(parameter.value, out.code) || !api::is_code_for_callers(out.code))
                return "code is 1000 or a number from 3000 to 4999";
            if (!has_reason) out.reason.clear();
        } else if (parameter.name == "reason") {
            if (parameter.value.size() > api::kCloseReasonBytesMax || !text::is_utf8(parameter.value))
                return "reason is UTF-8 of at most " + std::to_string(api::kCloseReasonBytesMax) + " bytes";
            out.reason = parameter.value;
            has_reason = true;
        } else {
            return no_parameter(parameter.name, "code and reason");
        }
    }
    return std::nullopt;
}

}  // namespace

void AdminApi::list(std::string_view target, const Done& done) const
{
    ListQuery wanted;
    if (const auto wrong = read_list_query(query_of(target), wanted)) return done(admin_error(400, *wrong));
    directory_.list(wanted.api_id,
                    wanted.stage,
                    wanted.next,
                    wanted.limit,
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
    ClosingQuery wanted;
    if (const auto wrong = read_closing_query(query_of(target), wanted))
        return done(admin_error(400, *wrong));
    directory_.close("", id, wanted.code, wanted.reason, [done](PostResult result) {
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
