// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What an access key may do: the part of IAM's policy language that decides about @connections.
namespace postern::api {

/// @connections' only action (spec data-plane 7.1).
inline constexpr std::string_view kManageConnections = "execute-api:ManageConnections";

/// What IAM is asked about: a method of @connections in a stage. Never a single connection, since the ARN
/// ends in a literal `{connectionId}` (spec captures 1.4).
struct ConnectionsResource {
    std::string_view region;
    std::string_view account_id;
    std::string_view api_id;
    std::string_view stage;
    std::string_view method;
    std::string_view path = "@connections/{connectionId}";

    std::string arn() const;

    /// As in a refusal: of the account only the last four digits.
    std::string masked_arn() const;
};

enum class PolicyVerdict { Allowed, ExplicitDeny, ImplicitDeny };

struct PolicyStatement {
    bool is_deny = false;
    std::vector<std::string> actions;    ///< patterns, compared without regard to case
    std::vector<std::string> resources;  ///< patterns
};

/// An identity-based policy. Immutable; thread: any.
class Policy {
public:
    /// From IAM's JSON: Version, Id and Statement (one or a list) with Sid, Effect, Action and Resource (each
    /// one or a list; `*` and `?` are wildcards). Every other element is an error that names it: to ignore a
    /// Condition would grant more than its author did.
    static Result<Policy> parse(std::string_view json);

    /// Denies win over allows, and what nobody allows is denied.
    PolicyVerdict evaluate(std::string_view action, std::string_view resource) const;

private:
    explicit Policy(std::vector<PolicyStatement> statements) : statements_(std::move(statements)) {}

    std::vector<PolicyStatement> statements_;
};

enum class LetterCase { Sensitive, Insensitive };

/// `*` stands for any characters, `?` for any one. At most |pattern| times |text| steps.
bool matches_wildcards(std::string_view pattern, std::string_view text, LetterCase letter_case);

}  // namespace postern::api
