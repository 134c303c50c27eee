// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How variables are written: `text ${self:custom.a, opt:b, 'c'} text`. Values are variables.hpp's.
namespace postern::config::serverless {

/// One ${...}. The first source that has a value wins.
struct Variable {
    std::string text;                  ///< the whole of it, for messages
    std::vector<std::string> sources;  ///< trimmed; may hold variables themselves
};

/// A part of a text: a variable, or what stands between variables.
struct Piece {
    std::string literal;
    std::optional<Variable> variable;
};

/// The pieces of a text; none for "". What is not a variable of the Framework, such as ${AWS::Region}, is
/// literal, and so is \${...}, which loses its backslash. Fails on a variable without an end, and on more
/// than 32 inside one another.
Result<std::vector<Piece>> parse_pieces(std::string_view text);

/// A source whose own variables have been replaced.
struct Source {
    std::string type;      ///< self, opt, env, file...
    std::string argument;  ///< what the parentheses hold
    std::string address;   ///< behind the colon
};

/// type:address, type(argument) or type(argument):address; empty when it is none of these.
std::optional<Source> parse_source(std::string_view text);

/// The text between 'single' or "double" quotes; empty when there are none around it.
std::optional<std::string_view> unquoted(std::string_view source);

}  // namespace postern::config::serverless
