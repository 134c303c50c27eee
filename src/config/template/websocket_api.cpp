// SPDX-License-Identifier: Apache-2.0
#include "config/template/websocket_api.hpp"

#include "config/template/build.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace postern::config::templates {

namespace {

constexpr const char* kInvocations =
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/"
    "invocations";

/// The properties that SAM hands on to the Api as they are.
constexpr const char* kOfApi[] = {"ApiKeySelectionExpression",
                                  "Description",
                                  "DisableExecuteApiEndpoint",
                                  "DisableSchemaValidation",
                                  "IpAddressType",
                                  "RouteSelectionExpression",
                                  "Tags"};
constexpr const char* kOfStage[] = {
    "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"};
constexpr const char* kOfRoute[] = {"ApiKeyRequired",
                                    "ModelSelectionExpression",
                                    "OperationName",
                                    "RequestModels",
                                    "RequestParameters",
                                    "RouteResponseSelectionExpression"};
const std::vector<std::string> kRouteProperties = {"ApiKeyRequired",
                                                   "FunctionArn",
                                                   "IntegrationTimeout",
                                                   "ModelSelectionExpression",
                                                   "OperationName",
                                                   "RequestModels",
                                                   "RequestParameters",
                                                   "RouteResponseSelectionExpression"};
const std::vector<std::string> kProperties = {"AccessLogSettings",
                                              "ApiKeySelectionExpression",
                                              "Auth",
                                              "DefaultRouteSettings",
                                              "Description",
                                              "DisableExecuteApiEndpoint",
                                              "DisableSchemaValidation",
                                              "Domain",
                                              "FailOnWarnings",
                                              "IpAddressType",
                                              "Name",
                                              "PropagateTags",
                                              "RouteSelectionExpression",
                                              "RouteSettings",
                                              "Routes",
                                              "StageName",
                                              "StageVariables",
                                              "Tags"};

/// What SAM puts into a logical id for a route key.
std::string suffix_of(const std::string& route_key)
{
    std::string out;
    for (const char c : route_key) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper) out += static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    }
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string plain_text(const Node* node)
{
    return node != nullptr && node->type == Node::Type::Scalar && node->tag.empty() ? node->text : "";
}

class Expansion {
public:
    Expansion(Resource& api, Template& source, Findings& findings)
        : api_(api), template_(source), findings_(findings), given_(std::move(api.properties))
    {}

    void run()
    {
        check_names(given_, kProperties);
        make_api();
        const Node* routes = given_.find("Routes");
        const bool has_routes =
            routes != nullptr && routes->type == Node::Type::Map && !routes->entries.empty();
        if (!has_routes) {
            findings_.problem(routes == nullptr ? api_.where : routes->where,
                              "WebSocket API must have at least one route.");
            return;
        }
        make_authorizer(*routes);
        for (const Node::Entry& route : routes->entries) make_route(route);
        make_stage();
        make_domain();
    }

private:
    Resource started(const std::string& suffix, const char* type, const Position& where) const
    {
        Resource made;
        made.id = api_.id + suffix;
        made.where = where;
        made.type = type;
        made.properties = map_node(where);
        made.condition = api_.condition;
        made.is_generated = true;
        put(made.properties, "ApiId", ref_node(api_.id, where));
        return made;
    }

    void check_names(const Node& map, const std::vector<std::string>& known)
    {
        for (const Node::Entry& entry : map.entries) {
            if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
            findings_.problem(entry.where,
                              "no such property" + findings_.hint(entry.key, [&] { return known; }));
        }
    }

    template <class Names>
    void copy(const Node& from, const Names& names, Node& to)
    {
        for (const char* name : names) {
            if (const Node* found = from.find(name)) put(to, name, *found);
        }
    }

    void make_api()
    {
        api_.type = "AWS::ApiGatewayV2::Api";
        api_.properties = map_node(given_.where);
        const Node* name = given_.find("Name");
        put(api_.properties, "Name", name == nullptr ? scalar_node(api_.id, api_.where) : *name);
        put(api_.properties, "ProtocolType", "WEBSOCKET", api_.where);
        copy(given_, kOfApi, api_.properties);
        if (given_.find("RouteSelectionExpression") == nullptr)
            findings_.problem(api_.where,
                              "RouteSelectionExpression is required, such as $request.body.action");
    }

    /// Auth, which is about $connect.
    void make_authorizer(const Node& routes)
    {
        const Node* auth = given_.find("Auth");
        if (auth == nullptr) return;
        const Node* kind = auth->find("AuthType");
        authorization_ = kind == nullptr ? "NONE" : plain_text(kind);
        authorization_where_ = kind == nullptr ? auth->where : kind->where;
        if (authorization_ != "NONE" && authorization_ != "AWS_IAM" && authorization_ != "CUSTOM") {
            findings_.problem(authorization_where_, "AuthType is not one of AWS_IAM, CUSTOM or NONE.");
            authorization_.clear();
        }
        if (authorization_ != "NONE" && routes.find("$connect") == nullptr)
            findings_.problem(auth->where, "Authorization is only available if there is a $connect route.");
        if (authorization_ != "CUSTOM") return;
        const Node* function = auth->find("AuthArn");
        if (function == nullptr)
            return findings_.problem(auth->where, "AuthArn is required for AuthType CUSTOM");
        Resource made = started("ConnectAuthorizer", "AWS::ApiGatewayV2::Authorizer", auth->where);
        put(made.properties, "AuthorizerType", "REQUEST", auth->where);
        const Node* name = auth->find("Name");
        put(made.properties, "Name", name == nullptr ? scalar_node(made.id, auth->where) : *name);
        put(made.properties, "AuthorizerUri", invocations_of(*function));
        if (const Node* source = auth->find("IdentitySource"))
            put(made.properties, "IdentitySource", *source);
        if (const Node* role = auth->find("InvokeRole"))
            put(made.properties, "AuthorizerCredentialsArn", *role);
        template_.add(std::move(made));
        template_.add(started("AuthorizerPermission", "AWS::Lambda::Permission", auth->where));
    }

    static Node invocations_of(const Node& function)
    {
        Node variables = map_node(function.where);
        put(variables, "FunctionArn", function);
        return call_node(
            "Fn::Sub",
            list_node({scalar_node(kInvocations, function.where), std::move(variables)}, function.where));
    }

    void make_route(const Node::Entry& route)
    {
        if (route.value.type != Node::Type::Map) {
            return findings_.problem(route.value.where,
                                     "expected a route with a FunctionArn, not " + describe(route.value));
        }
        check_names(route.value, kRouteProperties);
        const Node* function = route.value.find("FunctionArn");
        if (function == nullptr) return findings_.problem(route.where, "the route needs a FunctionArn");
        std::string suffix = suffix_of(route.key);
        if (suffix.empty() || template_.find(api_.id + suffix + "Route") != nullptr)
            suffix += hash::sha256_hex(route.key).substr(0, 8);

        Resource integration = started(suffix + "Integration", "AWS::ApiGatewayV2::Integration", route.where);
        put(integration.properties, "IntegrationType", "AWS_PROXY", route.where);
        put(integration.properties, "IntegrationUri", invocations_of(*function));
        if (const Node* timeout = route.value.find("IntegrationTimeout"))
            put(integration.properties, "TimeoutInMillis", *timeout);

        Resource made = started(suffix + "Route", "AWS::ApiGatewayV2::Route", route.where);
        put(made.properties, "RouteKey", route.key, route.where);
        put(made.properties,
            "Target",
            call_node("Fn::Join",
                      list_node({scalar_node("/", route.where),
                                 list_node({scalar_node("integrations", route.where),
                                            ref_node(integration.id, route.where)},
                                           route.where)},
                                route.where)));
        copy(route.value, kOfRoute, made.properties);
        if (route.key == "$connect") authorize(made.properties);
        template_.add(std::move(integration));
        template_.add(std::move(made));
        template_.add(started(suffix + "Permission", "AWS::Lambda::Permission", route.where));
    }

    void authorize(Node& properties)
    {
        if (authorization_.empty()) return;
        put(properties, "AuthorizationType", authorization_, authorization_where_);
        const std::string authorizer = api_.id + "ConnectAuthorizer";
        if (template_.find(authorizer) != nullptr)
            put(properties, "AuthorizerId", ref_node(authorizer, authorization_where_));
    }

    void make_stage()
    {
        const Node* name = given_.find("StageName");
        const std::string text = name == nullptr ? "default" : plain_text(name);
        if (text == "$default")
            findings_.problem(name->where, "Stages cannot be named $default for WebSocket APIs.");
        const bool is_default = text == "default" || text == "$default";
        Resource made = started(is_default ? "DefaultStage" : text + "Stage",
                                "AWS::ApiGatewayV2::Stage",
                                name ? name->where : api_.where);
        put(made.properties, "StageName", name == nullptr ? scalar_node("default", api_.where) : *name);
        put(made.properties, "AutoDeploy", "true", made.where);
        copy(given_, kOfStage, made.properties);
        stage_ = made.id;
        template_.add(std::move(made));
        template_.add_alias(api_.id + ".Stage", stage_);
    }

    void make_domain()
    {
        const Node* domain = given_.find("Domain");
        const Node* name = domain == nullptr ? nullptr : domain->find("DomainName");
        if (domain == nullptr) return;
        if (name == nullptr) return findings_.problem(domain->where, "Domain needs a DomainName");
        Resource made = started("", "AWS::ApiGatewayV2::DomainName", domain->where);
        made.id = "ApiGatewayDomainNameV2" + hash::sha256_hex(plain_text(name)).substr(0, 10);
        made.properties = map_node(domain->where);
        put(made.properties, "DomainName", *name);
        if (const Node* mutual = domain->find("MutualTlsAuthentication"))
            put(made.properties, "MutualTlsAuthentication", *mutual);
        const std::string id = made.id;
        template_.add(std::move(made));
        template_.add_alias(api_.id + ".DomainName", id);
        const Node* path = domain->find("BasePath");
        if (path == nullptr) return make_mapping(id, scalar_node("", domain->where));
        if (path->type != Node::Type::List) return make_mapping(id, *path);
        for (const Node& each : path->items) make_mapping(id, each);
    }

    void make_mapping(const std::string& domain, const Node& path)
    {
        Resource made =
            started(suffix_of(plain_text(&path)) + "ApiMapping", "AWS::ApiGatewayV2::ApiMapping", path.where);
        put(made.properties, "DomainName", ref_node(domain, path.where));
        put(made.properties, "Stage", ref_node(stage_, path.where));
        if (plain_text(&path) != "/") put(made.properties, "ApiMappingKey", path);
        template_.add(std::move(made));
    }

    Resource& api_;
    Template& template_;
    Findings& findings_;
    Node given_;
    std::string authorization_;
    Position authorization_where_;
    std::string stage_;
};

}  // namespace

void expand_websocket_api(Resource& api, Template& source, Findings& findings)
{
    Expansion(api, source, findings).run();
}

}  // namespace postern::config::templates
