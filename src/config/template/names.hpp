// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What Ref and Fn::GetAtt of resources give. Nothing of it exists at AWS, but environments and policies of
/// functions refer to it, so it has AWS's form and is the same in every run.
namespace postern::config::templates {

/// What the pseudo parameters say.
struct Identity {
    std::string region;
    std::string account;
    std::string stack;  ///< the template file's name up to its first dot

    /// "aws", "aws-cn" or "aws-us-gov", as the region has it.
    std::string partition() const;
    std::string url_suffix() const;
    std::string stack_id() const;
};

/// What is known of a resource when its name is asked for.
struct NameOf {
    const Identity& identity;
    std::string_view type;
    std::string_view id;  ///< logical
    std::string name;     ///< what its own name property says; "" for none
};

/// The property in which a resource of this type says its own name; "" when it has none.
std::string_view name_property(std::string_view type);

/// The value of Ref.
std::string ref_of(const NameOf& resource);

/// The value of Fn::GetAtt; nullopt for an attribute that a type whose attributes are all known does not
/// have. Resources of other types have every attribute.
std::optional<std::string> attribute_of(const NameOf& resource, std::string_view attribute);

/// Letters and digits that follow from the stack and the logical id: an id such as API Gateway makes.
std::string made_up_id(const Identity& identity, std::string_view logical_id, std::size_t length);

/// The name of a function that has none of its own: the logical id, shortened to the 64 characters that
/// Lambda allows.
std::string function_name_of(std::string_view logical_id);

}  // namespace postern::config::templates
