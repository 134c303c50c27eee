// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/websockets.hpp"

#include "config/reader.hpp"
#include "config/serverless/authorizer.hpp"
#include "config/serverless/stage.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace postern::config::serverless {

namespace {

constexpr const char* kDescription = "Serverless Websockets";
constexpr const char* kResponseExpression = "routeResponseSelectionExpression";

/// Collects the routes of an API.
class Routes {
public:
    Routes(Variables& file,
           const std::vector<FunctionEntry>& functions,
           Intrinsics& intrinsics,
           Translation& out)
        : file_(file), functions_(functions), intrinsics_(intrinsics), out_(out)
    {}

    void add_events(const FunctionEntry& function)
    {
        const Node* events = file_.find(*function.written, "events");
        if (events == nullptr) return;
        const std::string path = "functions." + function.key + ".events";
        if (events->type != Node::Type::List) {
            return report(events->where, path, "expected a list of events, not " + describe(*events));
        }
        for (const Node& item : events->items) {
            const Node& event = file_.head(item);
            if (event.type == Node::Type::Scalar) ignore(event.where, path, event.text);
            for (const Variables::Entry& entry : file_.entries(event)) {
                const std::string& kind = entry.written->key;
                if (kind == "websocket") {
                    add(function, *entry.value, entry.written->where, join(path, kind));
                } else {
                    ignore(entry.written->where, path, kind);
                }
            }
        }
    }

    Node routes = map_node({});
    Node authorizers = map_node({});

private:
    void add(const FunctionEntry& function, const Node& event, const Position& where, const std::string& path)
    {
        const Node* key = event.type == Node::Type::Map ? file_.find(event, "route") : &event;
        if (key == nullptr || key->type != Node::Type::Scalar) {
            return report(where, path, "expected a route key such as $default, or an object with route");
        }
        const auto known = std::find_if(routes.entries.begin(),
                                        routes.entries.end(),
                                        [&](const Node::Entry& entry) { return entry.key == key->text; });
        if (known != routes.entries.end()) {
            return report(where,
                          path,
                          "the route " + key->text + " is already in " + source_beside(known->where, where));
        }
        const Position place = event.type == Node::Type::Map ? where : event.where;
        Node route = map_node(place);
        route.entries.push_back({"integration", place, scalar_node("lambda:" + function.name, place)});
        for (const Variables::Entry& entry : file_.entries(event)) add_property(entry, route, path);
        out_.notes.push_back({place,
                              path,
                              Note::Kind::Understood,
                              "the route " + key->text + " calls the function " + function.name});
        routes.entries.push_back({key->text, place, std::move(route)});
    }

    void add_property(const Variables::Entry& entry, Node& route, const std::string& path)
    {
        const std::string& name = entry.written->key;
        if (name == kResponseExpression) {
            route.entries.push_back({name, entry.written->where, file_.resolve(entry.written->value)});
        } else if (name == "authorizer") {
            Authorizer authorizer(functions_, intrinsics_, out_);
            authorizer.add(file_.resolve(entry.written->value), join(path, name), route, authorizers);
        } else if (name != "route") {
            report(entry.written->where,
                   join(path, name),
                   "no such property" + did_you_mean(name, {"route", "authorizer", kResponseExpression}));
        }
    }

    void ignore(const Position& where, const std::string& path, const std::string& kind)
    {
        out_.notes.push_back(
            {where, path, Note::Kind::Ignored, "events of the kind " + kind + " do not happen here"});
    }

    void report(const Position& where, const std::string& path, std::string message)
    {
        out_.problems.push_back({where, path, std::move(message)});
    }

    Variables& file_;
    const std::vector<FunctionEntry>& functions_;
    Intrinsics& intrinsics_;
    Translation& out_;
};

/// Adds a property of the provider under its native name, or a default.
void add_text(
    Variables& file, const std::string& key, const char* native_key, std::string otherwise, Node& api)
{
    const Node* found = file.find_path(file.root(), "provider." + key);
    Node value =
        found != nullptr ? file.resolve(*found) : scalar_node(std::move(otherwise), kFrameworkDefault);
    const Position where = value.where;
    api.entries.push_back({native_key, where, std::move(value)});
}

}  // namespace

Node native_apis(Variables& file,
                 const Service& service,
                 const std::vector<FunctionEntry>& functions,
                 Intrinsics& intrinsics,
                 Translation& out)
{
    Routes found(file, functions, intrinsics, out);
    for (const FunctionEntry& function : functions) found.add_events(function);
    const Node* section = file.root().find("functions");
    const Position where = section != nullptr ? section->where : file.root().where;
    if (found.routes.entries.empty() && out.problems.empty()) {
        out.problems.push_back({where,
                                section != nullptr ? "functions" : "",
                                "no function has a websocket event, so there is nothing to connect to; add "
                                "\"events: [{websocket: $default}]\" to one"});
    }
    Node api = map_node(where);
    add_text(file, "websocketsApiName", "name", service.stage + '-' + service.name + "-websockets", api);
    add_text(file, "websocketsDescription", "description", kDescription, api);
    add_text(file,
             "websocketsApiRouteSelectionExpression",
             "routeSelectionExpression",
             "$request.body.action",
             api);
    found.routes.where = where;
    api.entries.push_back({"routes", where, std::move(found.routes)});
    if (!found.authorizers.entries.empty()) {
        const Position first = found.authorizers.entries.front().where;
        found.authorizers.where = first;
        api.entries.push_back({"authorizers", first, std::move(found.authorizers)});
    }
    api.entries.push_back({"stages", where, native_stages(file, service)});
    Node apis = map_node(where);
    apis.entries.push_back({service.api_id, where, std::move(api)});
    return apis;
}

}  // namespace postern::config::serverless
