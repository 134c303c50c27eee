// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "management/admin_reply.hpp"
#include "management/callers.hpp"
#include "management/function_hooks.hpp"
#include "management/invoke_call.hpp"

#include <string>

namespace postern::management {

/// Lambda's Invoke (spec config-plane 7.5): AWS's headers, statuses and error bodies, for SDKs and `aws
/// lambda invoke`. There is one version of each function: every qualifier means it. One thread: the admin
/// listener's.
class InvokeApi {
public:
    /// Both outlive it.
    InvokeApi(const FunctionHooks& functions, const Clock& clock) : functions_(functions), clock_(clock) {}

    /// `request` is only looked at until handle() returns.
    void handle(const CallerRequest& request, const Callers& callers, const AdminDone& done) const;

private:
    void invoke(InvokeCall call, const std::string& arn, const AdminDone& answer) const;

    const FunctionHooks& functions_;
    const Clock& clock_;
    mutable SystemRandom random_;
};

}  // namespace postern::management
