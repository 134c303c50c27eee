// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/layers.hpp"

#include "config/serverless/service.hpp"

namespace postern::config::serverless {

namespace {

/// Whether an item may turn out to be a layer of this file. Variables of others, such as plugins that know
/// ARNs, need no value.
bool may_be_here(const Node& item)
{
    if (item.type != Node::Type::Scalar || !item.tag.empty()) return true;
    return item.text.find("self:") != std::string::npos || item.text.find("file(") != std::string::npos;
}

/// What {Ref: ID} or !Ref ID names; "" for anything else.
std::string referred(const Node& item)
{
    const Node* id = item.type == Node::Type::Map ? item.find("Ref") : &item;
    if (id == nullptr || id->type != Node::Type::Scalar) return "";
    return id != &item || item.tag == "!Ref" ? id->text : "";
}

}  // namespace

Layers::Layers(Variables& file)
{
    for (const Node* part : parts_of(file, "layers")) {
        for (const Variables::Entry& entry : file.entries(*part)) {
            const std::string directory = file.text(*entry.value, "path", "");
            if (!directory.empty()) directories_[logical_id(entry.written->key) + "LambdaLayer"] = directory;
        }
    }
}

Node Layers::native(Variables& file, const Node& written, const std::string& path, Translation& out) const
{
    Node native;
    native.type = Node::Type::List;
    native.where = written.where;
    if (written.type != Node::Type::List) {
        out.problems.push_back({written.where, path, "expected a list, not " + describe(written)});
    }
    for (const Node& item : written.items) {
        const auto found = directories_.find(may_be_here(item) ? referred(file.resolve(item)) : "");
        if (found != directories_.end()) {
            native.items.push_back(scalar_node(found->second, file.own_place(item.where)));
            continue;
        }
        out.notes.push_back({item.where,
                             path,
                             Note::Kind::Ignored,
                             "a layer that is not in this file; put what the functions need of it beside "
                             "them, or into a layer under layers"});
    }
    return native;
}

}  // namespace postern::config::serverless
