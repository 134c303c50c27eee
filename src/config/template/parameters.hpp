// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"
#include "config/template/options.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config::templates {

/// A parameter of the template with the value that it has in this run.
struct Parameter {
    std::string name;
    Position where;
    bool is_list = false;              ///< CommaDelimitedList, List<...>
    bool is_secret = false;            ///< NoEcho: its value stands in no message
    std::optional<std::string> value;  ///< unset: no Default, and nobody gave one
    bool is_path_in_ssm = false;       ///< the value is where SSM has it, which is not asked
};

/// The section Parameters and what `--parameter-overrides` says about it.
class Parameters {
public:
    /// `root` is the whole template.
    Parameters(const Node& root, const TemplateOptions& options, Findings& findings);

    const Parameter* find(std::string_view name) const;
    std::vector<std::string> names() const;

    /// A value given for something that is no parameter: "AWS::Region", "import:NAME".
    std::optional<std::string> given(std::string_view name) const;

private:
    void read(const Node::Entry& entry, Findings& findings);
    void choose_value(Parameter& parameter, const Node& body, const std::string& type, Findings& findings);

    std::map<std::string, std::string, std::less<>> given_;
    std::map<std::string, Parameter, std::less<>> parameters_;
};

/// The names and values of one --parameter-overrides argument, quotes resolved. False when it is malformed.
bool parse_parameter_overrides(std::string_view argument,
                               std::map<std::string, std::string, std::less<>>& out);

}  // namespace postern::config::templates
