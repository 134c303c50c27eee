// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "config/overlay.hpp"
#include "config/template/cloud_assembly.hpp"
#include "config/template/names.hpp"
#include "config/template/parameters.hpp"

#include <string>
#include <vector>

namespace postern::config::templates {

/// Where a stack is and what it is called: what the user says (--parameter-overrides AWS::Region=...), or
/// else what CDK says in its manifest, or else what every template has.
class Whereabouts {
public:
    Whereabouts(const Parameters& parameters, const CloudAssembly& assembly);

    /// `overrides` of the native tree, --set region=..., win. A stack without a name is called as `file` is.
    Identity identity(const std::string& file, const std::vector<Override>& overrides) const;

    /// Puts what the user or CDK says into the native tree.
    void add_to(Node& native) const;

private:
    struct Setting {
        std::string value;  ///< "" when neither says it
        Position where;     ///< what said it
    };

    static Setting setting(const Parameters& parameters,
                           const char* pseudo,
                           const CloudAssembly& assembly,
                           std::string AppStack::*from_app);

    Setting region_;
    Setting account_;
    Setting stack_;
};

}  // namespace postern::config::templates
