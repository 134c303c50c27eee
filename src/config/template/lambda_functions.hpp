// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/overlay.hpp"
#include "config/template/assets.hpp"
#include "config/template/code.hpp"
#include "config/template/stack.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace postern::config::templates {

/// The functions of a template, by name.
class LambdaFunctions {
public:
    /// `overrides`: one of functions.NAME.endpoint or .codeUri takes the place of what the template says
    /// about the code.
    LambdaFunctions(const Stack& stack,
                    const Assets& assets,
                    const Template& source,
                    const std::vector<Override>& overrides,
                    Findings& findings);

    bool has(const std::string& name) const { return by_name_.contains(name); }

    /// The native section `functions`. A function that cannot run here is a mistake when it is one of
    /// `needed`, and otherwise left out with a note.
    Node native(const std::set<std::string>& needed);

    /// As native(), of the needed ones only.
    Node native_of(const std::set<std::string>& needed);

private:
    void add_native(const Item& item, bool is_needed, Node& functions);
    Node native_function(const Item& item, const std::string& name, bool is_needed, bool& is_left_out);
    Node environment_of(const Node& environment, const std::string& function);
    void read_logging(const Node& logging, Node& environment);
    Node layers_of(const Node& layers);

    const Stack& stack_;
    const Assets& assets_;
    const Template& template_;
    const std::vector<Override>& overrides_;
    Findings& findings_;
    std::map<std::string, const Item*> by_name_;
    std::vector<const Item*> in_order_;
};

}  // namespace postern::config::templates
