// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/function_environment.hpp"

#include "config/function_logging.hpp"
#include "config/reader.hpp"

#include <utility>
#include <vector>

namespace postern::config::serverless {

FunctionEnvironment::FunctionEnvironment(Variables& file, Intrinsics& intrinsics, Translation& out)
    : file_(file),
      intrinsics_(intrinsics),
      out_(out),
      provided_(map_node({})),
      provided_logging_(map_node({}))
{
    const Node* provider = file.find(file.root(), "provider");
    if (provider != nullptr) add(*provider, "provider", provided_);
    const Node* logs = file.find_path(file.root(), "provider.logs.lambda");
    if (logs != nullptr) provided_logging_ = logging(*logs, "provider.logs.lambda");
}

Node FunctionEnvironment::of(const Node& function, const std::string& path, const Position& where)
{
    Node environment = provided_;
    environment.where = where;
    add(function, path, environment);
    const Node* logs = file_.find(function, "logs");
    Node variables = logs != nullptr ? logging(*logs, join(path, "logs")) : provided_logging_;
    for (Node::Entry& each : variables.entries) {
        if (environment.find(each.key) == nullptr) environment.entries.push_back(std::move(each));
    }
    return environment;
}

Node FunctionEnvironment::logging(const Node& written, const std::string& path)
{
    Node variables = map_node(written.where);
    for (LoggingFinding& found : add_logging(file_.resolve(written), variables)) {
        std::string at = found.name.empty() ? path : join(path, found.name);
        if (found.is_mistake)
            out_.problems.push_back({found.where, std::move(at), std::move(found.text)});
        else
            out_.notes.push_back({found.where, std::move(at), Note::Kind::Ignored, std::move(found.text)});
    }
    return variables;
}

/// A variable that is null is not set, whoever has set it.
void FunctionEnvironment::add(const Node& owner, const std::string& path, Node& into)
{
    const Node* written = file_.find(owner, "environment");
    if (written == nullptr) return;
    if (written->type != Node::Type::Map) {
        out_.problems.push_back({written->where,
                                 join(path, "environment"),
                                 "expected a map of names and values, not " + describe(*written)});
    }
    for (const Variables::Entry& entry : file_.entries(*written)) {
        const std::string& name = entry.written->key;
        std::erase_if(into.entries, [&](const Node::Entry& known) { return known.key == name; });
        const Node value = file_.resolve(entry.written->value);
        if (value.type == Node::Type::Null) continue;
        const auto text = intrinsics_.text(value, join(path, "environment." + name));
        if (!text) continue;
        Node native = scalar_node(*text, value.where);
        native.is_quoted = value.is_quoted;
        into.entries.push_back({name, entry.written->where, std::move(native)});
    }
}

}  // namespace postern::config::serverless
