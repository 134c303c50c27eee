// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/plugin.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::integrations {

/// One function of a plugin. The pointers belong to the plugin, which is never unloaded.
struct Handler {
    std::string name;  ///< "chat.join", or "echo" for a built-in
    bool is_blocking = false;
    postern_invoke_fn invoke = nullptr;
    void* state = nullptr;
};

/// The route table's other half: every handler by the name that a route's integration uses (`plugin:NAME`).
/// Filled on the main thread, read-only once a deployment has it; addresses are stable.
class HandlerRegistry {
public:
    /// False when the name is taken or has characters other than letters, digits, '_', '-' and one inner '.'.
    [[nodiscard]] bool add(Handler handler);

    /// Null when there is none. `name` without a dot finds a built-in, or a plugin's handler called
    /// "default".
    const Handler* find(std::string_view name) const;

    std::vector<std::string> names() const;

private:
    std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace postern::integrations
