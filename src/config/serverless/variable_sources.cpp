// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/variable_sources.hpp"

#include "api/model.hpp"
#include "config/reader.hpp"
#include "config/serverless/dotenv.hpp"
#include "config/serverless/variables.hpp"

#include <map>
#include <utility>

namespace postern::config::serverless {

namespace {

Sources::Answer value(std::string text, const Node& asker)
{
    return {nullptr, scalar_node(std::move(text), asker.where), ""};
}

Sources::Answer missing(std::string why)
{
    return {nullptr, std::nullopt, std::move(why)};
}

std::string shown(const Source& source)
{
    const std::string argument = source.argument.empty() ? "" : '(' + source.argument + ')';
    return source.type + argument + (source.address.empty() ? "" : ':' + source.address);
}

}  // namespace

Sources::Sources(Variables& tree, const std::string& directory, const Options& options, Translation& out)
    : tree_(tree), directory_(directory), options_(options), out_(out)
{}

Sources::Answer Sources::ask(const Source& source, const Node& asker)
{
    using Member = Answer (Sources::*)(const Source&, const Node&);
    static const std::map<std::string, Member, std::less<>> members{
        {"self", &Sources::self},
        {"opt", &Sources::option},
        {"env", &Sources::variable_of_environment},
        {"file", &Sources::file},
        {"param", &Sources::parameter},
        {"sls", &Sources::sls},
        {"aws", &Sources::aws},
        {"strToBool", &Sources::boolean},
    };
    // The command line may answer for any source: it is the way to say what only AWS knows.
    const auto given = options_.opt.find(shown(source));
    if (given != options_.opt.end()) return value(given->second, asker);
    const auto member = members.find(source.type);
    if (member != members.end()) return (this->*member->second)(source, asker);
    const std::string what = source.type == "cf" || source.type == "ssm" || source.type == "s3"
                                 ? source.type + " is in an AWS account, which is not asked"
                                 : "the source " + source.type + " is not known here";
    return missing(what + "; give the value with --opt '" + shown(source) +
                   "=VALUE', or write a fallback behind a comma");
}

Sources::Answer Sources::inside(const Node& tree, const Source& source, const std::string& name)
{
    const Node* found = source.address.empty() ? &tree : tree_.look(tree, source.address);
    if (found != nullptr) return {found, std::nullopt, ""};
    return missing("there is nothing at " + source.address + " in " + name);
}

Sources::Answer Sources::self(const Source& source, const Node& asker)
{
    if (tree_.look(tree_.root(), source.address) == nullptr) {
        if (source.address == "provider.stage") return value(stage().text, asker);
        if (source.address == "provider.region") return value(region().text, asker);
    }
    return inside(tree_.root(), source, "this file");
}

Sources::Answer Sources::option(const Source& source, const Node& asker)
{
    const auto found = options_.opt.find(source.address);
    if (found != options_.opt.end()) return value(found->second, asker);
    const bool is_flag = source.address == "stage" || source.address == "region";
    const std::string flag =
        is_flag ? "--" + source.address + " VALUE" : "--opt " + source.address + "=VALUE";
    return missing("give it with " + flag + ", or write a fallback behind a comma");
}

Sources::Answer Sources::variable_of_environment(const Source& source, const Node& asker)
{
    const auto found = options_.environment.find(source.address);
    if (found != options_.environment.end()) return value(found->second, asker);
    const auto in_file = dotenv(asker).find(source.address);
    if (in_file != dotenv(asker).end()) return value(in_file->second, asker);
    return missing("the environment variable " + source.address +
                   " is not set; set it, or write a fallback behind a comma");
}

Sources::Answer Sources::file(const Source& source, const Node& asker)
{
    const std::size_t problems_before = out_.problems.size();
    const Node* tree = files().read(source.argument, asker.where);
    if (tree != nullptr) return inside(*tree, source, source.argument);
    return out_.problems.size() > problems_before ? Answer{} : missing("there is no file " + source.argument);
}

/// The variables of .env.STAGE or, without such a file, of .env; none unless the service says useDotenv.
const std::map<std::string, std::string>& Sources::dotenv(const Node& asker)
{
    if (dotenv_) return *dotenv_;
    dotenv_.emplace();
    if (tree_.text(tree_.root(), "useDotenv", "false") != "true") return *dotenv_;
    const Node* text = files().read(".env." + stage().text, asker.where);
    if (text == nullptr) text = files().read(".env", asker.where);
    if (text != nullptr) dotenv_ = parse_dotenv(text->text);
    return *dotenv_;
}

Files& Sources::files()
{
    if (!files_) files_.emplace(directory_, tree_.text(tree_.root(), "projectDir", "."), out_);
    return *files_;
}

/// Of the stage, or for all stages.
Sources::Answer Sources::parameter(const Source& source, const Node&)
{
    for (const std::string& group : {stage().text, std::string("default")}) {
        for (const std::string& section : {"params." + group, "stages." + group + ".params"}) {
            const Node* found = tree_.find_path(tree_.root(), join(section, source.address));
            if (found != nullptr) return {found, std::nullopt, ""};
        }
    }
    return missing("there is no parameter " + source.address + " for the stage " + stage().text +
                   "; give it with --opt " + shown(source) + "=VALUE");
}

Sources::Answer Sources::sls(const Source& source, const Node& asker)
{
    if (source.address == "stage") return value(stage().text, asker);
    if (source.address == "instanceId") return value("postern", asker);
    return missing("expected sls:stage or sls:instanceId");
}

Sources::Answer Sources::aws(const Source& source, const Node& asker)
{
    if (source.address == "region") return value(region().text, asker);
    if (source.address == "accountId") return value(account_id(), asker);
    if (source.address == "partition") return value("aws", asker);
    return missing("expected aws:region, aws:accountId or aws:partition");
}

Sources::Answer Sources::boolean(const Source& source, const Node& asker)
{
    const std::string& said = source.argument;
    if (said == "true" || said == "1") return value("true", asker);
    if (said == "false" || said == "0") return value("false", asker);
    return missing("expected true, false, 1 or 0 in the parentheses, not " +
                   describe(scalar_node(said, asker.where)));
}

Node Sources::stage()
{
    return option_or("stage", "provider.stage", "dev");
}

Node Sources::region()
{
    return option_or("region", "provider.region", api::Model{}.region);
}

Node Sources::option_or(const std::string& name, std::string_view path, std::string otherwise)
{
    const auto given = options_.opt.find(name);
    if (given != options_.opt.end()) return scalar_node(given->second, {"flag --" + name, 0, 0});
    const Node* written = tree_.find_path(tree_.root(), path);
    const Position where = written != nullptr ? written->where : kFrameworkDefault;
    return scalar_node(tree_.text(tree_.root(), path, std::move(otherwise)), where);
}

}  // namespace postern::config::serverless
