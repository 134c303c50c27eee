// SPDX-License-Identifier: Apache-2.0
#include "config/template/whereabouts.hpp"

#include "api/model.hpp"
#include "config/template/build.hpp"

#include <filesystem>

namespace postern::config::templates {

Whereabouts::Whereabouts(const Parameters& parameters, const CloudAssembly& assembly)
    : region_(setting(parameters, "AWS::Region", assembly, &AppStack::region)),
      account_(setting(parameters, "AWS::AccountId", assembly, &AppStack::account)),
      stack_(setting(parameters, "AWS::StackName", assembly, &AppStack::name))
{}

Whereabouts::Setting Whereabouts::setting(const Parameters& parameters,
                                          const char* pseudo,
                                          const CloudAssembly& assembly,
                                          std::string AppStack::*from_app)
{
    if (auto value = parameters.given(pseudo)) return {*value, {"flag --parameter-overrides", 0, 0}};
    if (assembly.own() == nullptr) return {};
    return {assembly.own()->*from_app, {assembly.file(), 0, 0}};
}

Identity Whereabouts::identity(const std::string& file, const std::vector<Override>& overrides) const
{
    const api::Model defaults;
    const std::string name = std::filesystem::path(file).filename().string();
    Identity out = {region_.value.empty() ? defaults.region : region_.value,
                    account_.value.empty() ? defaults.account_id : account_.value,
                    stack_.value.empty() ? name.substr(0, name.find('.')) : stack_.value};
    for (const Override& given : overrides) {
        if (given.path == "region") out.region = given.value;
        if (given.path == "accountId") out.account = given.value;
    }
    return out;
}

void Whereabouts::add_to(Node& native) const
{
    if (!region_.value.empty()) put(native, "region", region_.value, region_.where);
    if (!account_.value.empty()) put(native, "accountId", account_.value, account_.where);
}

}  // namespace postern::config::templates
