// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/cloud_assembly.hpp"
#include "config/template/document.hpp"
#include "config/template/evaluator.hpp"
#include "config/template/parameters.hpp"
#include "config/yaml_reader.hpp"

namespace postern::config::templates {

/// The stack that needs something of another one.
struct Asking {
    Identity identity;           ///< a region or an account that the other one leaves open is the same
    Evaluator::Imports imports;  ///< what stacks of the app export, for the other one, too
};

/// The template of another stack of the same app, read and ready to be evaluated. One that cannot be read has
/// no resources.
class OtherStack {
public:
    /// `findings` outlives this.
    OtherStack(const AppStack& stack, const Asking& asking, Findings& findings);
    OtherStack(const OtherStack&) = delete;
    OtherStack& operator=(const OtherStack&) = delete;
    ~OtherStack() = default;

private:
    Document document_;
    Parameters parameters_;

public:
    Template source;
    Evaluator evaluator;
};

}  // namespace postern::config::templates
