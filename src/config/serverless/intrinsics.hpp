// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/serverless/service.hpp"
#include "config/serverless/variables.hpp"
#include "config/translation.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config::serverless {

/// The few of CloudFormation's functions that environments of a serverless.yml use: Ref, Fn::GetAtt,
/// Fn::Join, Fn::Sub and Fn::ImportValue, in the long and in the short form.
class Intrinsics {
public:
    /// `function_names`: by key. All of them outlive it.
    Intrinsics(Variables& file,
               const Service& service,
               const std::map<std::string, std::string>& function_names,
               Translation& out);

    /// The text that a value stands for; empty after a mistake, which is told with `path`. The value has no
    /// variables of the Framework any more.
    std::optional<std::string> text(const Node& value, const std::string& path);

private:
    using Attribute = std::string_view;  ///< "" for Ref

    std::optional<std::string> call(std::string_view function, const Node& argument, const std::string& path);
    std::optional<std::string> get_att(const Node& argument, const std::string& path);
    std::optional<std::string> join(const Node& argument, const std::string& path);
    std::optional<std::string> sub(const Node& argument, const std::string& path);
    std::optional<std::string> named(std::string_view name, const Node& where, const std::string& path);
    std::optional<std::string> resource(std::string_view id,
                                        Attribute attribute,
                                        const Node& where,
                                        const std::string& path);
    std::optional<std::string> generated(std::string_view id, Attribute attribute) const;
    std::optional<std::string> pseudo_parameter(std::string_view name) const;
    std::string made_up(std::string_view id, Attribute attribute, const Node* written);
    const Node* find_resource(std::string_view id);
    std::optional<std::string> fail(const Node& where, const std::string& path, std::string message);

    Variables& file_;
    const Service& service_;
    std::map<std::string, std::string, std::less<>> functions_;  ///< names by logical id
    Translation& out_;
};

}  // namespace postern::config::serverless
