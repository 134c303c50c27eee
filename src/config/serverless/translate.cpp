// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/translate.hpp"

#include "config/needed_functions.hpp"
#include "config/serverless/functions.hpp"
#include "config/serverless/ignored.hpp"
#include "config/serverless/intrinsics.hpp"
#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"
#include "config/serverless/websockets.hpp"

#include <filesystem>
#include <utility>

namespace postern::config {

namespace {

/// What a file needs to be one of the Framework's. "provider: aws" is short for "provider: {name: aws}".
void check_head(serverless::Variables& file, Translation& out)
{
    const auto require = [&](const char* key, const char* what) {
        const Node* found = file.find(file.root(), key);
        if (found == nullptr) out.problems.push_back({file.root().where, key, what});
        return found;
    };
    require("service", "service is required: the service's name");
    const Node* provider = require("provider", "provider is required: \"provider: {name: aws}\"");
    if (provider == nullptr) return;
    const bool is_short = provider->type == Node::Type::Scalar;
    const std::string name = file.text(file.root(), is_short ? "provider" : "provider.name", "aws");
    if (name == "aws") return;
    out.problems.push_back({provider->where, "provider.name", "expected aws, not \"" + name + '"'});
}

}  // namespace

bool is_serverless(const Node& root)
{
    return root.find("service") != nullptr || root.find("provider") != nullptr;
}

Translation translate_serverless(const Document& document,
                                 const std::string& name,
                                 const serverless::Options& options,
                                 const std::vector<Override>& overrides)
{
    Translation out;
    const std::string directory = std::filesystem::path(name).parent_path().string();
    serverless::Variables file(document.root, directory, options, out);
    check_head(file, out);
    const serverless::Service service = serverless::read_service(file);
    const std::vector<serverless::FunctionEntry> functions = serverless::read_functions(file, service, out);
    serverless::Intrinsics intrinsics(file, service, serverless::names_of(functions), out);

    out.root = map_node(document.root.where);
    const Position& region = service.region_place;
    out.root.entries.push_back({"region", region, scalar_node(service.region, region)});
    Node apis = serverless::native_apis(file, service, functions, intrinsics, out);
    const Position section = apis.where;
    const serverless::FunctionUses uses{needed_functions(apis), overrides};
    out.root.entries.push_back({"apis", section, std::move(apis)});
    Node native = serverless::native_functions(file, functions, intrinsics, uses, directory, out);
    native.where = section;
    out.root.entries.push_back({"functions", section, std::move(native)});
    serverless::note_ignored(file, out);
    return out;
}

}  // namespace postern::config
