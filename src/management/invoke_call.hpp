// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/function_reference.hpp"
#include "api/invocation.hpp"
#include "management/admin_reply.hpp"
#include "management/callers.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What a request to the Invoke API says (spec config-plane 7.5).
namespace postern::management {

/// Lambda's quota for the payload of an Event (spec config-plane 7.5).
inline constexpr std::size_t kEventBytesMax = 1024 * 1024;

/// Whether a request target is the Invoke API's: /2015-03-31/functions/NAME/invocations, whatever the method.
bool is_invocation(std::string_view target);

/// The function that a target names, in its path and its ?Qualifier=.
struct InvokedFunction {
    std::string text;                                 ///< the path's name, decoded
    std::optional<api::FunctionReference> reference;  ///< nothing when `text` names no function
    std::string qualifier;                            ///< the query's, else the reference's

    /// For a target that is_invocation().
    explicit InvokedFunction(std::string_view target);

    const std::string& name() const { return reference ? reference->name : text; }
};

enum class InvocationType { RequestResponse, Event, DryRun };

struct InvokeCall {
    InvocationType type = InvocationType::RequestResponse;
    std::string function;        ///< its name
    api::Invocation invocation;  ///< all but the ids
};

/// Fills `call`; the answer when the request is none that Lambda takes.
std::optional<AdminReply> read_call(const CallerRequest& request,
                                    const InvokedFunction& function,
                                    InvokeCall& call);

}  // namespace postern::management
