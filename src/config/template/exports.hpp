// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/cloud_assembly.hpp"
#include "config/template/names.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace postern::config::templates {

/// What the other stacks of a CDK app export: their outputs, for Fn::ImportValue. A stack's template is read
/// when a name is not known yet; its mistakes are told when it is itself what runs.
class Exports {
public:
    /// `identity` is that of the stack that asks: a stack that leaves region or account open has the same.
    /// The assembly outlives this.
    Exports(const CloudAssembly& assembly, Identity identity);

    /// nullopt: no stack exports it.
    std::optional<std::string> find(const std::string& name);

    /// The templates that have been read.
    const std::vector<std::string>& files() const { return files_; }

private:
    void read(const AppStack& stack);

    const CloudAssembly& assembly_;
    Identity identity_;
    std::set<std::string> seen_;  // files; one that is being read is seen, so that a ring ends
    std::vector<std::string> files_;
    std::map<std::string, std::string> values_;
};

}  // namespace postern::config::templates
