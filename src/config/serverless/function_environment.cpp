// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/function_environment.hpp"

#include "config/reader.hpp"

#include <utility>
#include <vector>

namespace postern::config::serverless {

FunctionEnvironment::FunctionEnvironment(Variables& file, Intrinsics& intrinsics, Translation& out)
    : file_(file), intrinsics_(intrinsics), out_(out), provided_(map_node({}))
{
    const Node* provider = file.find(file.root(), "provider");
    if (provider != nullptr) add(*provider, "provider", provided_);
}

Node FunctionEnvironment::of(const Node& function, const std::string& path, const Position& where)
{
    Node environment = provided_;
    environment.where = where;
    add(function, path, environment);
    return environment;
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
