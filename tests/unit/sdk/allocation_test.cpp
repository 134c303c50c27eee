// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "support/allocation_count.hpp"
#include "unit/sdk/test_plugin.hpp"

#include <postern/plugin.hpp>

namespace {

using postern::test::allocation_count;

/// A host that only counts: nothing of it may hide what the C++ face does.
struct CountingHost {
    postern_invoke_fn invoke = nullptr;
    void* handler = nullptr;
    std::size_t reply_bytes = 0;
    std::size_t posts = 0;

    postern_host table()
    {
        postern_host host{};
        host.size = sizeof host;
        host.abi_major = POSTERN_ABI_MAJOR;
        host.abi_minor = POSTERN_ABI_MINOR;
        host.plugin = this;
        host.context = this;
        host.register_handler =
            [](void* self, postern_text, std::uint32_t, postern_invoke_fn function, void* argument) {
                static_cast<CountingHost*>(self)->invoke = function;
                static_cast<CountingHost*>(self)->handler = argument;
                return std::int32_t{0};
            };
        host.reply = [](void* self, postern_token, const postern_reply* reply) {
            static_cast<CountingHost*>(self)->reply_bytes += reply->body.size;
        };
        host.post = [](void* self, postern_text, postern_text, postern_done_fn, void*) {
            ++static_cast<CountingHost*>(self)->posts;
        };
        return host;
    }
};

void setup(postern::Setup& setup)
{
    // Captures more than a std::function holds in place: stored once, at setup.
    setup.on(
        "work",
        [connections = setup.connections(), log = setup.log(), room = std::string("a room with a long name")](
            const postern::Event& event, postern::Reply reply) {
            if (event.header("x-none") || event.query("none")) return;
            connections.post(event.connection_id(), event.body());
            reply.send(event.body());
            reply.accept("chat.v2");
            reply.nothing();
        });
}

}  // namespace

TEST_CASE("an event, a post and a reply allocate nothing in the C++ face")
{
    CountingHost counting;
    const postern_host host = counting.table();
    const postern_plugin* const plugin = query_of<setup>(POSTERN_ABI_MAJOR, POSTERN_ABI_MINOR);
    void* state = nullptr;
    postern_text error{};
    REQUIRE(plugin->create(&host, {"{}", 2}, &state, &error) == 0);

    postern_event event{};
    event.size = sizeof event;
    event.event_type = POSTERN_MESSAGE;
    event.body = {"0123456789", 10};

    const std::size_t before = allocation_count;
    std::int32_t failures = 0;
    for (std::uint64_t call = 0; call < 1000; ++call)
        failures += counting.invoke(counting.handler, &event, {0, call});
    const std::size_t allocations = allocation_count - before;

    CHECK(allocations == 0);
    CHECK(failures == 0);
    CHECK(counting.reply_bytes == 10000);
    CHECK(counting.posts == 1000);
    CHECK(before > 0);  // the counter counts
    plugin->destroy(state);
}
