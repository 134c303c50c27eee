// SPDX-License-Identifier: Apache-2.0
#include "app/builtin_handlers.hpp"

#include <postern/plugin.hpp>

#include <stdexcept>
#include <string_view>

namespace postern::app {
namespace {

/// The first of "a, b, c"; a browser gives up when it offered some and got none.
std::string_view first_subprotocol(const Event& event)
{
    std::string_view offered = event.header("Sec-WebSocket-Protocol").value_or("");
    offered = offered.substr(0, offered.find(','));
    while (offered.ends_with(' ')) offered.remove_suffix(1);
    while (offered.starts_with(' ')) offered.remove_prefix(1);
    return offered;
}

void accept(const Event& event, Reply reply)
{
    reply.accept(first_subprotocol(event));
}

void echo(const Event& event, Reply reply)
{
    if (event.event_type() != EventType::Message) return accept(event, reply);
    if (event.is_binary()) return reply.send_binary(event.body());
    reply.send(event.body());
}

void whoami(const Event& event, Reply reply)
{
    reply.send(event.json());
}

void reject(const Event&, Reply reply)
{
    reply.refuse(403, R"({"message":"Rejected"})", {{"Content-Type", "application/json"}});
}

void silent(const Event&, Reply) {}

void fail(const Event&, Reply)
{
    throw std::runtime_error("the built-in handler \"fail\" always fails");
}

struct Builtin {
    const char* name;
    void (*handle)(const Event&, Reply);
};
constexpr Builtin kBuiltins[] = {
    {"echo", &echo},
    {"whoami", &whoami},
    {"accept", &accept},
    {"reject", &reject},
    {"silent", &silent},
    {"fail", &fail},
};

void setup(Setup& setup)
{
    for (const Builtin& builtin : kBuiltins) setup.on(builtin.name, builtin.handle);
}

}  // namespace

std::vector<std::string> builtin_handler_names()
{
    std::vector<std::string> names;
    for (const Builtin& builtin : kBuiltins) names.emplace_back(builtin.name);
    return names;
}

const postern_plugin* builtin_plugin(std::uint32_t /*abi_major*/, std::uint32_t /*abi_minor*/)
{
    return describe_plugin<&setup>("builtin", POSTERN_VERSION);
}

}  // namespace postern::app
