// SPDX-License-Identifier: Apache-2.0
#include "config/template/parameters.hpp"

#include "config/template/booleans.hpp"
#include "config/template/parameter_rules.hpp"
#include "core/text.hpp"

#include <utility>

namespace postern::config::templates {

namespace {

constexpr std::string_view kFlag = "flag --parameter-overrides";
constexpr std::string_view kSsmValue = "AWS::SSM::Parameter::Value<";

/// Words between white space; quotes and backslashes as in a shell.
std::vector<std::string> words_of(std::string_view argument)
{
    std::vector<std::string> words;
    std::string word;
    bool is_open = false;
    char quote = 0;
    for (std::size_t i = 0; i < argument.size(); ++i) {
        const char c = argument[i];
        if (c == '\\' && quote != '\'' && i + 1 < argument.size()) {
            word += argument[++i];
            is_open = true;
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            is_open = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (is_open) words.push_back(std::exchange(word, ""));
            is_open = false;
        } else {
            word += c;
            is_open = true;
        }
    }
    if (is_open) words.push_back(word);
    return words;
}

}  // namespace

bool parse_parameter_overrides(std::string_view argument,
                               std::map<std::string, std::string, std::less<>>& out)
{
    constexpr std::string_view kKey = "ParameterKey=";
    constexpr std::string_view kValue = ",ParameterValue=";
    for (const std::string& word : words_of(argument)) {
        const std::size_t middle = word.starts_with(kKey) ? word.find(kValue) : std::string::npos;
        if (middle != std::string::npos) {
            out[word.substr(kKey.size(), middle - kKey.size())] = word.substr(middle + kValue.size());
            continue;
        }
        const std::size_t equals = word.find('=');
        if (equals == 0 || equals == std::string::npos) return false;
        out[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return true;
}

Parameters::Parameters(const Node& root, const TemplateOptions& options, Findings& findings)
{
    const Position flag{std::string(kFlag), 0, 0};
    for (const std::string& argument : options.parameter_overrides) {
        if (parse_parameter_overrides(argument, given_)) continue;
        findings.problem(flag, "expected NAME=VALUE or ParameterKey=NAME,ParameterValue=VALUE");
    }
    if (const Node* section = root.find("Parameters")) {
        for (Node::Entry entry : section->entries) {
            settle_booleans(entry.value);
            read(entry, findings);
        }
    }
    for (const auto& [name, value] : given_) {
        if (parameters_.contains(name) || name.find(':') != std::string::npos) continue;
        findings.problem(flag, "there is no parameter named \"" + name + '"' + findings.hint(name, [this] {
            return names();
        }));
    }
}

void Parameters::read(const Node::Entry& entry, Findings& findings)
{
    Parameter made;
    made.name = entry.key;
    made.where = entry.where;
    if (entry.value.type != Node::Type::Map) {
        return findings.problem(entry.value.where,
                                "expected a parameter with a Type, not " + describe(entry.value));
    }
    const Node* type = entry.value.find("Type");
    if (type == nullptr || type->type != Node::Type::Scalar || type->text.empty()) {
        findings.problem(entry.where, "the parameter needs a Type, such as String");
    } else if (const std::string why = why_no_parameter_type(type->text); !why.empty()) {
        findings.problem(type->where, why);
    }
    const std::string word = type == nullptr ? "String" : type->text;
    made.is_list = word == "CommaDelimitedList" || word.find("List<") != std::string::npos;
    const Node* no_echo = entry.value.find("NoEcho");
    made.is_secret = no_echo != nullptr && text::iequals(no_echo->text, "true");
    choose_value(made, entry.value, word, findings);
    parameters_.emplace(entry.key, std::move(made));
}

void Parameters::choose_value(Parameter& parameter,
                              const Node& body,
                              const std::string& type,
                              Findings& findings)
{
    const Node* preset = body.find("Default");
    if (preset != nullptr && preset->type != Node::Type::Scalar) {
        findings.problem(preset->where, "expected a text or a number, not " + describe(*preset));
        preset = nullptr;
    }
    const auto found = given_.find(parameter.name);
    if (found != given_.end()) {
        parameter.value = found->second;
    } else if (preset != nullptr) {
        parameter.value = preset->text;
    }
    if (!parameter.value) return;
    if (type.starts_with(kSsmValue)) {
        // What SSM holds is not known here: the user says it, or the path stands for it.
        if (const auto value = given("ssm:" + *parameter.value)) {
            parameter.value = value;
        } else if (found == given_.end()) {
            parameter.is_path_in_ssm = true;
        }
        return;
    }
    const std::string why = why_not_allowed(*parameter.value, body, type, parameter.is_secret);
    if (why.empty()) return;
    const bool is_flag = found != given_.end();
    findings.problem(is_flag ? Position{std::string(kFlag) + ' ' + parameter.name, 0, 0} : preset->where,
                     why);
}

const Parameter* Parameters::find(std::string_view name) const
{
    const auto found = parameters_.find(name);
    return found == parameters_.end() ? nullptr : &found->second;
}

std::vector<std::string> Parameters::names() const
{
    std::vector<std::string> out;
    for (const auto& [name, parameter] : parameters_) out.push_back(name);
    return out;
}

std::optional<std::string> Parameters::given(std::string_view name) const
{
    const auto found = given_.find(name);
    if (found == given_.end()) return std::nullopt;
    return found->second;
}

}  // namespace postern::config::templates
