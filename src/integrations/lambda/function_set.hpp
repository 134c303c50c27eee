// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/code_stamp.hpp"
#include "integrations/lambda/function_host.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations::lambda {

/// All functions of one configuration. The next configuration's set shares the functions of which neither
/// what was configured nor the code has changed, with their warm instances; a function ends with the last set
/// that has it. Immutable. Thread: loaded on the main thread; used and freed on any.
class FunctionSet {
public:
    /// Finds everything that the functions need and begins those that `former` (perhaps null) does not have
    /// already; no process is started yet. On an error, which names the function and the remedy, nothing is
    /// left of what was begun. `host` outlives the set.
    static Result<std::shared_ptr<const FunctionSet>> load(FunctionHost& host,
                                                           const std::vector<FunctionSpec>& specs,
                                                           const FunctionSet* former);

    explicit FunctionSet(FunctionHost& host) : host_(host) {}

    /// `done` is called on the functions' thread; by the caller's when that has been stopped.
    void invoke(std::string_view name, Invocation invocation, Done done) const;

    bool contains(std::string_view name) const { return find(name) != nullptr; }
    std::vector<std::string> names() const;

    /// What the files of each function are now, by its name: whoever watches compares. Touches the disk; main
    /// thread.
    std::map<std::string, CodeStamp> code() const;

private:
    /// A function that ends when nobody holds it any more.
    class Running;
    struct Member {
        FunctionSpec spec;
        std::optional<CodeStamp> stamp;
        std::shared_ptr<const Running> running;
    };

    const Member* find(std::string_view name) const;
    Result<void> add(const FunctionSpec& spec, const CodeStamp& stamp, const FunctionSet* former);
    void stamp_new();

    FunctionHost& host_;
    std::vector<Member> members_;  ///< by name
};

}  // namespace postern::integrations::lambda
