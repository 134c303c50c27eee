// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations {

/// What a route calls: one function of a plugin, which is never unloaded, or a Lambda function. The pointers
/// belong to it.
struct Handler {
    std::string name;  ///< "chat.join", "echo" for a built-in, "lambda:wsEcho"
    bool is_blocking = false;
    postern_invoke_fn invoke = nullptr;
    void* state = nullptr;
    std::string endpoint{};  ///< as execution logs tell it; "" for a plugin's: "plugin:" and the name
};

/// In front of a function's name; no plugin's handler has a colon.
inline constexpr std::string_view kFunctionPrefix = "lambda:";

/// The route table's other half: every handler by the name that a route's integration uses (`plugin:NAME`,
/// `lambda:NAME`). Filled on the main thread, read-only once a deployment has it; addresses are stable.
class HandlerRegistry {
public:
    /// False when the name is taken or has characters other than letters, digits, '_', '-' and one inner '.',
    /// behind kFunctionPrefix for a function.
    [[nodiscard]] bool add(Handler handler);

    /// Null when there is none. `name` without a dot finds a built-in, or a plugin's handler called
    /// "default".
    const Handler* find(std::string_view name) const;

    std::vector<std::string> names() const;

    /// All of another registry's; a name that is there stays.
    void add_all(const HandlerRegistry& other);

private:
    std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace postern::integrations
