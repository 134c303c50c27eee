// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/cloud_assembly.hpp"
#include "config/template/other_stack.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace postern::config::templates {

/// What the other stacks of a CDK app export: their outputs, for Fn::ImportValue. A stack's template is read
/// when a name is not known yet; its mistakes are told when it is itself what runs. Thread: one.
class Exports {
public:
    /// `identity` is that of the stack that asks: a stack that leaves region or account open has the same.
    /// The assembly outlives this.
    Exports(const CloudAssembly& assembly, const Identity& identity);
    Exports(const Exports&) = delete;
    Exports& operator=(const Exports&) = delete;
    ~Exports() = default;

    /// This stack, with find() for its imports.
    const Asking& asking() const { return asking_; }

    /// nullopt: no stack exports it.
    std::optional<std::string> find(const std::string& name);

    /// The templates that have been read.
    const std::vector<std::string>& files() const { return files_; }

private:
    void read(const AppStack& stack);

    const CloudAssembly& assembly_;
    Asking asking_;
    int depth_ = 0;               // of stacks that are being read, each for the one before
    std::set<std::string> seen_;  // files; one that is being read is seen, so that a ring ends
    std::vector<std::string> files_;
    std::map<std::string, std::string> values_;
};

}  // namespace postern::config::templates
