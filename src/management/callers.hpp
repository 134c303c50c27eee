// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/management_error.hpp"
#include "api/policy.hpp"
#include "api/sigv4.hpp"
#include "core/result.hpp"

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
    std::string_view connection_id;           ///< decoded
    api::sigv4::Principal* signer = nullptr;  ///< is told who signed, before handle() returns
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
};

/// Who may call @connections (design section 5): with keys, whoever signs; without, callers from this
/// machine; anybody only when the operator says so. Immutable; thread: any.
class Callers {
public:
    explicit Callers(CallerOptions options);

    /// Nothing when the caller may, else the answer. Authentication comes before authorisation (spec
    /// captures 2.2).
    std::optional<api::HttpReply> refuse(const ConnectionsCall& call,
                                         const api::management::ReplyIds& ids,
                                         EpochMillis now) const;

private:
    std::optional<api::HttpReply> refuse_signed(const ConnectionsCall& call,
                                                const api::management::ReplyIds& ids,
                                                EpochMillis now) const;

    CallerOptions options_;
    api::sigv4::Verifier verifier_;
};

}  // namespace postern::management
