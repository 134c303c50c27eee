// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/service.hpp"

#include "api/model.hpp"
#include "core/hash.hpp"

namespace postern::config::serverless {

namespace {

constexpr std::string_view kIdCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kIdLength = 10;

std::string api_id_of(const std::string& service, const std::string& stage)
{
    const hash::Sha256 digest = hash::sha256("websocket api of " + service + '/' + stage);
    std::string id;
    for (std::size_t i = 0; i < kIdLength; ++i) id += kIdCharacters[digest[i] % kIdCharacters.size()];
    return id;
}

}  // namespace

Service read_service(Variables& file)
{
    const Node& root = file.root();
    Service out;
    const Node* service = file.find(root, "service");
    const bool is_map = service != nullptr && service->type == Node::Type::Map;  // as older versions wrote it
    out.name = file.text(root, is_map ? "service.name" : "service", "service");
    const Node stage = file.stage();
    out.stage = stage.text;
    out.stage_place = stage.where;
    const Node region = file.region();
    out.region = region.text;
    out.region_place = region.where;
    out.account_id = api::Model{}.account_id;
    out.stack_name = file.text(root, "provider.stackName", out.name + '-' + out.stage);
    const Node* external = file.find_path(root, "provider.apiGateway.websocketApiId");
    const bool is_id = external != nullptr && external->type == Node::Type::Scalar;
    out.api_id = is_id ? external->text : api_id_of(out.name, out.stage);
    return out;
}

std::vector<const Node*> parts_of(Variables& file, std::string_view section)
{
    const Node* whole = file.find(file.root(), section);
    if (whole == nullptr) return {};
    if (whole->type != Node::Type::List) return {whole};
    std::vector<const Node*> parts;
    for (const Node& item : whole->items) parts.push_back(&file.head(item));
    return parts;
}

std::string logical_id(std::string_view key)
{
    std::string out;
    for (const char c : key) {
        if (c == '-') {
            out += "Dash";
        } else if (c == '_') {
            out += "Underscore";
        } else {
            out += c;
        }
    }
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z') {
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    }
    return out;
}

std::string made_up_name(const Service& service, std::string_view logical_id)
{
    const std::string name = service.stack_name + '-' + std::string(logical_id);
    return name + '-' + hash::sha256_hex(name).substr(0, 12);
}

}  // namespace postern::config::serverless
