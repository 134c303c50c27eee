// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/intrinsics.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <string>

namespace postern::config::serverless {

/// The environment variables of functions: the provider's, and each function's own, which win. What a
/// function is told of its `logs` is among them.
class FunctionEnvironment {
public:
    FunctionEnvironment(Variables& file, Intrinsics& intrinsics, Translation& out);

    /// The native map of one function; empty when there are no variables. `path`: functions.KEY.
    Node of(const Node& function, const std::string& path, const Position& where);

private:
    void add(const Node& owner, const std::string& path, Node& into);
    Node logging(const Node& written, const std::string& path);

    Variables& file_;
    Intrinsics& intrinsics_;
    Translation& out_;
    Node provided_;
    Node provided_logging_;
};

}  // namespace postern::config::serverless
