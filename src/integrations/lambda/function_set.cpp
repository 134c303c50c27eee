// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_set.hpp"

#include <algorithm>
#include <utility>

namespace postern::integrations::lambda {

class FunctionSet::Running {
public:
    Running(FunctionHost& host, HostedFunction* function) : host_(host), function_(function) {}
    ~Running() { host_.end(function_); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// To be used on the functions' thread only.
    HostedFunction* function() const { return function_; }

private:
    FunctionHost& host_;
    HostedFunction* function_;
};

Result<std::shared_ptr<const FunctionSet>> FunctionSet::load(FunctionHost& host,
                                                             const std::vector<FunctionSpec>& specs,
                                                             const FunctionSet* former)
{
    auto made = std::make_shared<FunctionSet>(host);
    CodeReader code(host.own_files());
    for (const FunctionSpec& spec : specs) {
        const Result<void> added = made->add(spec, code.stamp_of(spec.function), former);
        if (!added) return added.error();
    }
    made->stamp_new();
    std::sort(made->members_.begin(), made->members_.end(), [](const Member& a, const Member& b) {
        return a.spec.function.function_name < b.spec.function.function_name;
    });
    return std::shared_ptr<const FunctionSet>(std::move(made));
}

Result<void> FunctionSet::add(const FunctionSpec& spec, const CodeStamp& stamp, const FunctionSet* former)
{
    const Member* const before = former == nullptr ? nullptr : former->find(spec.function.function_name);
    if (before != nullptr && before->spec == spec && before->stamp == stamp) {
        members_.push_back(*before);
        return {};
    }
    const Result<HostedFunction*> begun = host_.add(spec);
    if (!begun) return begun.error();
    members_.push_back({spec, std::nullopt, std::make_shared<const Running>(host_, *begun)});
    return {};
}

/// Not before all have begun: their logs are open now, and no code, also those of an earlier run. Of none a
/// process has been started yet.
void FunctionSet::stamp_new()
{
    CodeReader code(host_.own_files());
    for (Member& member : members_) {
        if (!member.stamp) member.stamp = code.stamp_of(member.spec.function);
    }
}

const FunctionSet::Member* FunctionSet::find(std::string_view name) const
{
    const auto found = std::lower_bound(
        members_.begin(), members_.end(), name, [](const Member& member, std::string_view n) {
            return member.spec.function.function_name < n;
        });
    return found != members_.end() && found->spec.function.function_name == name ? &*found : nullptr;
}

void FunctionSet::invoke(std::string_view name, Invocation invocation, Done done) const
{
    const auto subject = [](std::string_view function) {
        return "function \"" + std::string(function) + "\" ";
    };
    const Member* const member = find(name);
    if (member == nullptr) {
        InvocationResult unknown = InvocationResult::refused(
            Outcome::NotFound, subject(name) + "does not exist in this configuration");
        if (host_.post([done, unknown] { done(unknown); })) return;
        return done(std::move(unknown));
    }
    // Shared, for it stays here when it is not taken.
    const auto call = std::make_shared<Work>(Work{std::move(invocation), std::move(done)});
    const bool is_posted = host_.post([call, function = member->running->function()] {
        function->invoke(std::move(call->invocation), std::move(call->done));
    });
    if (is_posted) return;
    call->done(
        InvocationResult::refused(Outcome::Broken, subject(name) + "is not run: the gateway is ending"));
}

std::vector<std::string> FunctionSet::names() const
{
    std::vector<std::string> names;
    for (const Member& member : members_) names.push_back(member.spec.function.function_name);
    return names;
}

std::map<std::string, CodeStamp> FunctionSet::code() const
{
    std::map<std::string, CodeStamp> stamps;
    CodeReader code(host_.own_files());
    for (const Member& member : members_) {
        if (!member.spec.function.endpoint.empty()) continue;
        stamps[member.spec.function.function_name] = code.stamp_of(member.spec.function);
    }
    return stamps;
}

}  // namespace postern::integrations::lambda
