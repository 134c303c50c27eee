// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/management_error.hpp"
#include "api/policy.hpp"
#include "api/sigv4.hpp"
#include "core/result.hpp"
#include "management/path.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::management {

/// One @connections request, with the stage it names already found. Borrows everything.
struct ConnectionsCall {
    std::string_view method;
    std::string_view target;  ///< path and query as they came over the wire
    const api::Headers& headers;
    std::string_view body;
    std::string_view source_ip;
    std::string_view api_id;
    std::string_view stage;
    const ManagementPath& path;
    api::sigv4::Principal* signer = nullptr;  ///< is told who signed, before handle() returns
};

/// One request as far as it says who calls. Borrows everything.
struct CallerRequest {
    std::string_view method;
    std::string_view target;  ///< path and query as they came over the wire
    const api::Headers& headers;
    std::string_view body;
    std::string_view source_ip;
};

/// A key that may sign, and what its owner may do; without a policy everything.
struct CallerKey {
    api::sigv4::AccessKey key;
    std::optional<api::Policy> policy;
};

struct CallerOptions {
    std::vector<CallerKey> keys;
    bool admits_anybody = false;  ///< managementAuthorization: none
    std::string region;
    std::string account_id;
    std::optional<CallerKey> functions{};  ///< signs for the gateway's own; it does not make others sign
};

/// The admin listener's only action, for policies. Its resources: administration_arn().
inline constexpr std::string_view kAdminister = "postern:Administer";

/// The Invoke API's action, for policies. Its resources: function_arn().
inline constexpr std::string_view kInvokeFunction = "lambda:InvokeFunction";

/// Why somebody may not invoke a function.
struct InvocationRefusal {
    std::string error_type;  ///< of x-amzn-ErrorType
    std::string message;     ///< may hold any bytes the caller sent
};

/// Who may call @connections, invoke functions and administer: with keys, whoever signs;
/// without, callers from this machine; the gateway's own functions always, from whatever address their calls
/// come; anybody only when the operator says so. Immutable; thread: any.
class Callers {
public:
    explicit Callers(CallerOptions options);

    /// Nothing when the caller may, else the answer. Authentication comes before authorisation (spec
    /// captures 2.2).
    std::optional<api::HttpReply> refuse(const ConnectionsCall& call,
                                         const api::management::ReplyIds& ids,
                                         EpochMillis now) const;

    /// The same for the admin listener: why the caller may not, in words for him; nothing when he may. A key
    /// with a policy needs kAdminister. What is not signed must not come from a browser, whose pages may be
    /// anybody's: no Origin, and a Host that no stranger's name server can point at this machine.
    std::optional<std::string> refuse_administration(const CallerRequest& request, EpochMillis now) const;

    /// The same for an invocation. Signatures are scoped to the service `lambda`, and a key with a policy
    /// needs kInvokeFunction on `function_arn`.
    std::optional<InvocationRefusal> refuse_invocation(const CallerRequest& request,
                                                       std::string_view function_arn,
                                                       EpochMillis now) const;

    /// "arn:aws:lambda:us-east-1:123456789012:function:NAME", ":QUALIFIER" behind it when there is one.
    std::string function_arn(std::string_view name, std::string_view qualifier) const;

    /// "arn:postern:admin:us-east-1:123456789012:GET/connections": a method and the first part of the path.
    std::string administration_arn(std::string_view method, std::string_view target) const;

private:
    /// Who asks. `key` is the one that signed; null when nobody had to.
    struct Caller {
        std::optional<api::sigv4::Outcome> refusal;
        const CallerKey* key = nullptr;
    };
    Caller authenticate(const CallerRequest& request,
                        const api::sigv4::Verifier& verifier,
                        EpochMillis now) const;
    CallerOptions options_;
    std::vector<CallerKey> signers_;  ///< the operator's keys, and that of the functions
    api::sigv4::Verifier verifier_;
    api::sigv4::Verifier lambda_verifier_;
};

}  // namespace postern::management
