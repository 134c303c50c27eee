// SPDX-License-Identifier: Apache-2.0
#include "config/default_listeners.hpp"

#include "config/overlay.hpp"

#include <algorithm>
#include <string>

namespace postern::config {

namespace {

constexpr const char* kListeners = "gateway.listeners";

/// Those with an endpoint run elsewhere.
bool has_local_functions(const Node& root)
{
    const Node* functions = root.find("functions");
    if (functions == nullptr) return false;
    return std::any_of(functions->entries.begin(), functions->entries.end(), [](const Node::Entry& entry) {
        return entry.value.find("endpoint") == nullptr;
    });
}

bool has_listeners(const Node& root)
{
    const Node* gateway = root.find("gateway");
    const Node* listeners = gateway == nullptr ? nullptr : gateway->find("listeners");
    return listeners != nullptr && !listeners->is_empty();
}

/// `source`: what a report of the effective values says they come from.
void place(const char* source, const std::string& listeners, Node& root, std::vector<Diagnostic>& problems)
{
    apply({kListeners, listeners, source}, root, problems);
    if (has_listeners(root)) forget_lines(*root.find("gateway")->find("listeners"));
}

}  // namespace

void place_default_listeners(Node& root, std::vector<Diagnostic>& problems)
{
    if (has_listeners(root) || !has_local_functions(root)) return;
    place("default", "[{port: 8080, tls: optional}, {port: 8443, tls: development}]", root, problems);
}

void place_only_listener(std::uint16_t port, Node& root, std::vector<Diagnostic>& problems)
{
    const std::string tls = has_local_functions(root) ? ", tls: optional" : "";
    place("flag --port", "[{port: " + std::to_string(port) + tls + "}]", root, problems);
}

}  // namespace postern::config
