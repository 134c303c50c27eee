// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::config::templates {

/// A whole API with one function, F, whose code is in the template. It ends inside Resources.
inline constexpr const char* kChat = R"(Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Sub "integrations/${Integration}"}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt F.Arn}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: dev, AutoDeploy: true}
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: nodejs20.x, Handler: index.handler, InlineCode: "exports.handler = 1"}
)";

inline Loaded load_template(const std::string& text, const std::vector<std::string>& parameters = {})
{
    LoadOptions options;
    options.template_options.parameter_overrides = parameters;
    return load_text(text, "t.yaml", options);
}

inline std::string problems_of(const Loaded& loaded)
{
    std::string out;
    for (const Diagnostic& problem : loaded.problems) out += to_string(problem) + '\n';
    return out;
}

inline std::string notes_of(const Loaded& loaded)
{
    std::string out;
    for (const Note& note : loaded.notes) out += to_string(note) + '\n';
    return out;
}

/// What a function's environment variable V is when the template says so; else the problems. `sections` are
/// further sections of the template.
inline std::string value_of(const std::string& yaml,
                            const std::string& sections = "",
                            const std::vector<std::string>& parameters = {})
{
    const Loaded loaded = load_template(
        kChat +
            std::string("  G:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.12\n"
                        "      Handler: index.handler\n      Code: {ZipFile: 'x = 1'}\n"
                        "      Environment:\n        Variables:\n          V: ") +
            yaml + '\n' + sections,
        parameters);
    if (!loaded.problems.empty()) return problems_of(loaded);
    const auto& variables = loaded.settings.model.functions.at("G").environment;
    const auto found = variables.find("V");
    return found == variables.end() ? "(none)" : found->second;
}

}  // namespace postern::config::templates
