// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/ignored.hpp"

#include "config/reader.hpp"
#include "config/serverless/service.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config::serverless {

namespace {

const std::vector<std::string>& read_of_root()
{
    static const std::vector<std::string> names{"service",
                                                "provider",
                                                "functions",
                                                "layers",
                                                "params",
                                                "stages",
                                                "projectDir",
                                                "useDotenv",
                                                "resources",
                                                "<<"};
    return names;
}

const std::vector<std::string>& read_of_provider()
{
    static const std::vector<std::string> names{"name",
                                                "stage",
                                                "region",
                                                "runtime",
                                                "timeout",
                                                "memorySize",
                                                "environment",
                                                "layers",
                                                "stackName",
                                                "websocketsApiName",
                                                "websocketsApiRouteSelectionExpression",
                                                "websocketsDescription",
                                                "<<"};
    return names;
}

/// What can be said of a property beyond that it has no effect.
std::string reason(const std::string& path)
{
    if (path == "custom") return "read for variables only";
    if (path == "package") return "nothing is packaged: functions run where their code is";
    if (path == "plugins") return "the Framework's plugins do not run here";
    if (path == "provider.logs") return "only logs.websocket and logs.lambda are read";
    if (path == "provider.apiGateway") return "only apiGateway.websocketApiId is read";
    return "has no effect here";
}

void note_others(Variables& file,
                 const Node& map,
                 const std::string& path,
                 const std::vector<std::string>& read,
                 Translation& out)
{
    for (const Node::Entry& entry : file.head(map).entries) {
        if (std::find(read.begin(), read.end(), entry.key) != read.end()) continue;
        const std::string full = join(path, entry.key);
        out.notes.push_back(
            {entry.where, full, Note::Kind::Ignored, reason(full) + did_you_mean(entry.key, read)});
    }
}

void note_resources(Variables& file, Translation& out)
{
    for (const Node* part : parts_of(file, "resources")) {
        const Node* resources = file.find(*part, "Resources");
        if (resources == nullptr) continue;
        for (const Node::Entry& entry : resources->entries) {
            const Node* type = file.find(entry.value, "Type");
            const bool is_named = type != nullptr && type->type == Node::Type::Scalar;
            out.notes.push_back({entry.where,
                                 join("resources.Resources", entry.key),
                                 Note::Kind::Ignored,
                                 (is_named ? type->text : std::string("the resource")) +
                                     " does not run here; Ref and Fn::GetAtt give names for it"});
        }
    }
}

}  // namespace

void note_ignored(Variables& file, Translation& out)
{
    note_others(file, file.root(), "", read_of_root(), out);
    const Node* provider = file.find(file.root(), "provider");
    if (provider != nullptr) note_others(file, *provider, "provider", read_of_provider(), out);
    note_resources(file, out);
}

}  // namespace postern::config::serverless
