// SPDX-License-Identifier: Apache-2.0
#include "api/policy.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

namespace postern::api {

namespace {

Error wrong(std::string what)
{
    return {ErrorKind::BadInput, "policy: " + std::move(what)};
}

std::string quote(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}

/// What is wrong with the members of `object`, if anything: IAM takes neither unknown elements nor one twice.
std::optional<Error> check_members(const rapidjson::Value& object,
                                   std::initializer_list<std::string_view> known,
                                   const std::string& where)
{
    std::vector<std::string_view> seen;
    for (const auto& member : object.GetObject()) {
        const std::string_view name = json::as_string(member.name);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return wrong(quote(name) + " is not supported" + where);
        }
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            return wrong(quote(name) + " stands twice" + where);
        }
        seen.push_back(name);
    }
    return std::nullopt;
}

/// A string or a list of strings, not empty.
Result<std::vector<std::string>> read_list(const rapidjson::Value& statement,
                                           std::string_view name,
                                           const std::string& where)
{
    const Error expected = wrong(quote(name) + " must be a string or a list of strings" + where);
    const rapidjson::Value* value = json::find(statement, name);
    if (value == nullptr) return wrong(quote(name) + " is missing" + where);
    std::vector<std::string> out;
    if (value->IsString()) {
        out.emplace_back(json::as_string(*value));
        return out;
    }
    if (!value->IsArray() || value->Empty()) return expected;
    for (const rapidjson::Value& item : value->GetArray()) {
        if (!item.IsString()) return expected;
        out.emplace_back(json::as_string(item));
    }
    return out;
}

bool is_action(std::string_view pattern)
{
    return pattern == "*" || pattern.find(':') != std::string_view::npos;
}

bool is_resource(std::string_view pattern)
{
    return pattern == "*" || pattern.starts_with("arn:");
}

Result<PolicyStatement> read_statement(const rapidjson::Value& value, std::size_t index)
{
    const std::string where = " in statement " + std::to_string(index + 1);
    if (!value.IsObject()) return wrong("an object is expected" + where);
    if (auto error = check_members(value, {"Sid", "Effect", "Action", "Resource"}, where)) return *error;
    const rapidjson::Value* sid = json::find(value, "Sid");
    if (sid != nullptr && !sid->IsString()) return wrong("\"Sid\" must be a string" + where);
    const rapidjson::Value* effect = json::find(value, "Effect");
    const std::string_view word =
        effect != nullptr && effect->IsString() ? json::as_string(*effect) : std::string_view();
    if (word != "Allow" && word != "Deny") {
        return wrong("\"Effect\" must be \"Allow\" or \"Deny\"" + where);
    }

    auto actions = read_list(value, "Action", where);
    if (!actions) return actions.error();
    for (const std::string& action : *actions) {
        if (!is_action(action)) {
            return wrong("action " + quote(action) + " lacks its service (service:Action)" + where);
        }
    }
    auto resources = read_list(value, "Resource", where);
    if (!resources) return resources.error();
    for (const std::string& resource : *resources) {
        if (!is_resource(resource)) {
            return wrong("resource " + quote(resource) + " is neither an ARN nor \"*\"" + where);
        }
        if (resource.find("${") != std::string::npos) {
            return wrong("policy variables are not supported (" + quote(resource) + ")" + where);
        }
    }
    return PolicyStatement{word == "Deny", *std::move(actions), *std::move(resources)};
}

bool applies(const PolicyStatement& statement, std::string_view action, std::string_view resource)
{
    const auto any = [](const std::vector<std::string>& patterns, std::string_view text, LetterCase letters) {
        return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
            return matches_wildcards(pattern, text, letters);
        });
    };
    return any(statement.actions, action, LetterCase::Insensitive) &&
           any(statement.resources, resource, LetterCase::Sensitive);
}

std::string connections_arn(const ConnectionsResource& resource, std::string_view account_id)
{
    std::string out = "arn:aws:execute-api:";
    out.append(resource.region).append(1, ':').append(account_id).append(1, ':').append(resource.api_id);
    out.append(1, '/').append(resource.stage).append(1, '/').append(resource.method);
    return out.append(1, '/').append(resource.path);
}

}  // namespace

std::string ConnectionsResource::arn() const
{
    return connections_arn(*this, account_id);
}

std::string ConnectionsResource::masked_arn() const
{
    std::string masked(account_id);
    for (std::size_t i = 0; i + 4 < masked.size(); ++i) masked[i] = '*';
    return connections_arn(*this, masked);
}

Result<Policy> Policy::parse(std::string_view json)
{
    const auto document = json::parse(json);
    if (!document) return wrong(document.error().detail);
    if (!document->IsObject()) return wrong("an object is expected");
    if (auto error = check_members(*document, {"Version", "Id", "Statement"}, "")) return *error;
    const rapidjson::Value* version = json::find(*document, "Version");
    if (version != nullptr && (!version->IsString() || (json::as_string(*version) != "2012-10-17" &&
                                                        json::as_string(*version) != "2008-10-17"))) {
        return wrong("\"Version\" must be \"2012-10-17\" or \"2008-10-17\"");
    }
    const rapidjson::Value* id = json::find(*document, "Id");
    if (id != nullptr && !id->IsString()) return wrong("\"Id\" must be a string");

    const rapidjson::Value* statement = json::find(*document, "Statement");
    if (statement == nullptr) return wrong("\"Statement\" is missing");
    if (statement->IsArray() && statement->Empty()) return wrong("\"Statement\" is empty");
    std::vector<PolicyStatement> statements;
    const std::size_t count = statement->IsArray() ? statement->Size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto index = static_cast<rapidjson::SizeType>(i);
        auto read = read_statement(statement->IsArray() ? (*statement)[index] : *statement, i);
        if (!read) return read.error();
        statements.push_back(*std::move(read));
    }
    return Policy(std::move(statements));
}

PolicyVerdict Policy::evaluate(std::string_view action, std::string_view resource) const
{
    PolicyVerdict verdict = PolicyVerdict::ImplicitDeny;
    for (const PolicyStatement& statement : statements_) {
        if (!applies(statement, action, resource)) continue;
        if (statement.is_deny) return PolicyVerdict::ExplicitDeny;
        verdict = PolicyVerdict::Allowed;
    }
    return verdict;
}

bool matches_wildcards(std::string_view pattern, std::string_view text, LetterCase letter_case)
{
    const auto same = [&](char p, char t) {
        if (p == '?') return true;
        if (letter_case == LetterCase::Sensitive) return p == t;
        return text::iequals(std::string_view(&p, 1), std::string_view(&t, 1));
    };
    std::size_t p = 0;
    std::size_t t = 0;
    // Only the last '*' seen is ever taken back: what an earlier one could swallow more, it can as well.
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() && same(pattern[p], text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace postern::api
