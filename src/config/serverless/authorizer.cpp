// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/authorizer.hpp"

#include <algorithm>
#include <utility>

namespace postern::config::serverless {

namespace {

constexpr const char* kIdentitySource = "route.request.header.Auth";

void add_scalar(Node& map, std::string key, std::string text, const Position& where)
{
    map.entries.push_back({std::move(key), where, scalar_node(std::move(text), where)});
}

}  // namespace

void Authorizer::add(const Node& written, const std::string& path, Node& route, Node& authorizers)
{
    const std::optional<Target> target = target_of(written, path);
    if (!target) return;
    const Position& where = written.where;
    add_scalar(route, "authorizationType", "CUSTOM", where);
    add_scalar(route, "authorizerId", target->name, where);
    Node native = map_node(where);
    add_scalar(native, "authorizerType", "REQUEST", where);
    add_scalar(native, "authorizerUri", target->uri, where);
    const Node* sources = written.type == Node::Type::Map ? written.find("identitySource") : nullptr;
    Node identity_source;
    identity_source.type = Node::Type::List;
    identity_source.where = where;
    identity_source.items.push_back(scalar_node(kIdentitySource, where));
    if (sources != nullptr) identity_source = *sources;
    native.entries.push_back({"identitySource", identity_source.where, std::move(identity_source)});
    if (authorizers.find(target->name) == nullptr) {
        authorizers.entries.push_back({target->name, where, std::move(native)});
    }
}

std::optional<Authorizer::Target> Authorizer::target_of(const Node& written, const std::string& path)
{
    if (written.type == Node::Type::Map && written.tag.empty()) {
        const Node* name = written.find("name");
        const Node* arn = written.find("arn");
        if (arn != nullptr) return of_arn(*arn, name, path);
        if (name != nullptr && name->type == Node::Type::Scalar) return of_function(*name, path);
    } else if (written.type == Node::Type::Scalar) {
        const bool is_arn = !written.tag.empty() || written.text.find(':') != std::string::npos;
        return is_arn ? of_arn(written, nullptr, path) : of_function(written, path);
    }
    return fail(written.where,
                path,
                "expected a function of this file, a function's ARN, or an object with name or arn");
}

/// An ARN's function names the authorizer, unless something else does.
std::optional<Authorizer::Target> Authorizer::of_arn(const Node& arn,
                                                     const Node* name,
                                                     const std::string& path)
{
    const std::optional<std::string> text = intrinsics_.text(arn, path);
    if (!text) return std::nullopt;
    std::string authorizer = text->substr(text->rfind(':') + 1);
    if (name != nullptr && name->type == Node::Type::Scalar) authorizer = name->text;
    return Target{std::move(authorizer), *text};
}

std::optional<Authorizer::Target> Authorizer::of_function(const Node& key, const std::string& path)
{
    const auto function = std::find_if(functions_.begin(), functions_.end(), [&](const FunctionEntry& entry) {
        return entry.key == key.text;
    });
    if (function != functions_.end()) return Target{key.text, "lambda:" + function->name};
    std::vector<std::string> keys;
    for (const FunctionEntry& entry : functions_) keys.push_back(entry.key);
    return fail(
        key.where, path, "no function " + describe(key) + " in this file" + did_you_mean(key.text, keys));
}

std::optional<Authorizer::Target> Authorizer::fail(const Position& where,
                                                   const std::string& path,
                                                   std::string message)
{
    out_.problems.push_back({where, path, std::move(message)});
    return std::nullopt;
}

}  // namespace postern::config::serverless
