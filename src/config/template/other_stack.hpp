// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/cloud_assembly.hpp"
#include "config/template/document.hpp"
#include "config/template/evaluator.hpp"
#include "config/template/parameters.hpp"
#include "config/yaml_reader.hpp"

namespace postern::config::templates {

/// The template of another stack of the same app, read and ready to be evaluated. One that cannot be read has
/// no resources.
class OtherStack {
public:
    /// `asking` is the stack that needs something of this one: a region or an account that this one leaves
    /// open is the same. All but `asking` outlive this.
    OtherStack(const AppStack& stack, const Identity& asking, Findings& findings);
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
