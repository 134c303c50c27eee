// SPDX-License-Identifier: Apache-2.0
#include "config/template/translate.hpp"

#include "api/model.hpp"
#include "config/template/apis.hpp"
#include "config/template/build.hpp"
#include "config/template/places.hpp"
#include "config/template/sam.hpp"

#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

namespace postern::config::templates {

namespace {

/// The last value that an override gives for `path`, or else what a pseudo parameter was given, or `preset`.
std::string setting(const std::vector<Override>& overrides,
                    const char* path,
                    const Parameters& parameters,
                    const char* pseudo,
                    std::string preset)
{
    std::string value = parameters.given(pseudo).value_or(std::move(preset));
    for (const Override& given : overrides) {
        if (given.path == path) value = given.value;
    }
    return value;
}

Identity identity_of(const std::string& file,
                     const Parameters& parameters,
                     const std::vector<Override>& overrides)
{
    const api::Model defaults;
    const std::string name = std::filesystem::path(file).filename().string();
    return {setting(overrides, "region", parameters, "AWS::Region", defaults.region),
            setting(overrides, "accountId", parameters, "AWS::AccountId", defaults.account_id),
            parameters.given("AWS::StackName").value_or(name.substr(0, name.find('.')))};
}

/// A line for each resource that nothing else spoke of.
void say_what_does_not_run(const Template& source, Evaluator& evaluator, Findings& findings)
{
    for (const Resource& resource : source.resources) {
        if (resource.is_generated || !evaluator.exists(resource)) continue;
        if (resource.type == "AWS::Lambda::Alias" || resource.type == "AWS::Lambda::Version") {
            findings.understood(resource.where, "another name of a function: " + evaluator.ref(resource));
        } else if (rules_of(resource.type) == nullptr && resource.type != "AWS::CDK::Metadata") {
            findings.ignored(
                resource.where,
                resource.type + " does not run here; its Ref gives \"" + evaluator.ref(resource) + '"');
        }
    }
}

void say_outputs(const Template& source, Evaluator& evaluator, Findings& findings)
{
    const Node* outputs = source.section("Outputs");
    if (outputs == nullptr) return;
    for (const Node::Entry& output : outputs->entries) {
        const Node* value = output.value.find("Value");
        const Node* condition = output.value.find("Condition");
        if (value == nullptr) {
            findings.problem(output.where, "the output needs a Value");
            continue;
        }
        Resource conditional;
        conditional.where = output.where;
        conditional.condition = condition == nullptr ? "" : condition->text;
        if (!evaluator.exists(conditional)) continue;
        const auto evaluated = evaluator.evaluate_unused(*value);
        if (evaluated && evaluated->type == Node::Type::Scalar)
            findings.understood(output.where, evaluated->text);
    }
}

/// "Resources.Chat" of "Resources.Chat.Properties.Name".
std::string_view resource_in(std::string_view path)
{
    const std::size_t first = path.find('.');
    const std::size_t second = first == std::string_view::npos ? first : path.find('.', first + 1);
    return path.substr(0, second);
}

}  // namespace

Translation translate(const Node& root,
                      const std::string& file,
                      const TemplateOptions& options,
                      const std::vector<Override>& overrides)
{
    Translation out;
    Findings findings;
    Template source(root, file, findings);
    const Parameters parameters(source, options, findings);
    if (source.is_sam) expand_sam(source, findings);
    Evaluator evaluator(source, parameters, identity_of(file, parameters, overrides), findings);
    const Stack stack(source, evaluator, findings);
    const Assets assets(file, findings);
    LambdaFunctions functions(stack, assets, source, overrides, findings);

    const World world{stack, functions, findings};
    out.root = map_node(root.where);
    Node apis = native_apis(world);
    out.is_readable = !apis.entries.empty();
    if (!out.is_readable && findings.problems.empty()) {
        findings.problem(root.where,
                         "the template has no WebSocket API: no AWS::Serverless::WebSocketApi, and no "
                         "AWS::ApiGatewayV2::Api with ProtocolType: WEBSOCKET");
    }
    Node lambda = functions.native(needed_functions(apis));
    put(out.root, "apis", std::move(apis));
    if (!lambda.entries.empty()) put(out.root, "functions", std::move(lambda));
    Node domains = native_domain_names(world);
    if (!domains.entries.empty()) put(out.root, "domainNames", std::move(domains));
    const Position flag{"flag --parameter-overrides", 0, 0};
    if (const auto region = parameters.given("AWS::Region")) put(out.root, "region", *region, flag);
    if (const auto account = parameters.given("AWS::AccountId")) put(out.root, "accountId", *account, flag);

    say_what_does_not_run(source, evaluator, findings);
    say_outputs(source, evaluator, findings);
    out.problems = std::move(findings.problems);
    out.notes = std::move(findings.notes);
    out.files = assets.files();
    return out;
}

void finish(const Node& root,
            std::vector<Diagnostic>& problems,
            std::vector<Note>& notes,
            std::size_t translation_problems)
{
    name_places(root, problems, notes);
    std::set<std::string, std::less<>> bad;
    for (std::size_t i = 0; i < translation_problems && i < problems.size(); ++i)
        bad.emplace(resource_in(problems[i].path));
    std::size_t index = 0;
    std::erase_if(problems, [&](const Diagnostic& problem) {
        const bool is_consequence = index++ >= translation_problems &&
                                    problem.message.ends_with(" is required") &&
                                    bad.contains(resource_in(problem.path));
        return is_consequence;
    });
}

}  // namespace postern::config::templates
