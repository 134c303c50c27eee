// SPDX-License-Identifier: Apache-2.0
#include "config/template/translate.hpp"

#include "config/needed_functions.hpp"
#include "config/template/apis.hpp"
#include "config/template/app_functions.hpp"
#include "config/template/build.hpp"
#include "config/template/cloud_assembly.hpp"
#include "config/template/exports.hpp"
#include "config/template/loops.hpp"
#include "config/template/places.hpp"
#include "config/template/sam.hpp"
#include "config/template/whereabouts.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace postern::config::templates {

namespace {

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

/// What is wrong with a template that has no WebSocket API of its own.
std::string why_no_api(const Template& source)
{
    std::string why =
        "the template has no WebSocket API: no AWS::Serverless::WebSocketApi, and no AWS::ApiGatewayV2::Api "
        "with "
        "ProtocolType: WEBSOCKET";
    for (const Resource& resource : source.resources) {
        if (resource.type != "AWS::CloudFormation::Stack" && resource.type != "AWS::Serverless::Application")
            continue;
        std::string nested = resource.asset_path;
        for (const char* property : {"TemplateURL", "Location"}) {
            const Node* place = resource.properties.find(property);
            if (nested.empty() && place != nullptr) nested = place->text;
        }
        return why + "; nested stacks are not read: run the one that has it, such as " +
               (nested.empty() ? resource.id : nested);
    }
    return why;
}

void add_new(std::vector<std::string>& files, const std::vector<std::string>& more)
{
    for (const std::string& file : more) {
        if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
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
    const Parameters parameters(root, options, findings);
    const CloudAssembly assembly(file, findings);
    const Whereabouts whereabouts(parameters, assembly);
    const Identity identity = whereabouts.identity(file, overrides);
    const std::optional<Node> straight = unrolled(root, file, parameters, identity, findings);
    Template source(straight ? *straight : root, file, findings);
    if (source.is_sam) expand_sam(source, findings);
    Evaluator evaluator(source, parameters, identity, findings);
    Exports exports(assembly, identity);
    evaluator.set_imports(exports.asking().imports);
    const Stack stack(source, evaluator, findings);
    const Assets assets(file, findings);
    LambdaFunctions functions(stack, assets, source, overrides, findings);

    const World world{stack, functions, findings};
    out.root = map_node(root.where);
    Node apis = native_apis(world);
    out.is_readable = !apis.entries.empty();
    if (!out.is_readable && findings.problems.empty()) findings.problem(root.where, why_no_api(source));
    std::set<std::string> needed = needed_functions(apis);
    Node lambda = functions.native(needed);
    std::erase_if(needed, [&](const std::string& name) { return functions.has(name); });
    AppFunctions elsewhere =
        functions_of_app(needed, {file, 0, 0}, assembly, exports.asking(), overrides, findings);
    for (Node::Entry& function : elsewhere.native.entries) lambda.entries.push_back(std::move(function));
    put(out.root, "apis", std::move(apis));
    if (!lambda.entries.empty()) put(out.root, "functions", std::move(lambda));
    Node domains = native_domain_names(world);
    if (!domains.entries.empty()) put(out.root, "domainNames", std::move(domains));
    whereabouts.add_to(out.root);

    say_what_does_not_run(source, evaluator, findings);
    say_outputs(source, evaluator, findings);
    out.problems = std::move(findings.problems);
    out.notes = std::move(findings.notes);
    out.files = assets.files();
    if (!assembly.file().empty()) out.files.push_back(assembly.file());
    add_new(out.files, exports.files());
    add_new(out.files, elsewhere.files);
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
