// SPDX-License-Identifier: Apache-2.0
#include "integrations/plugin_host.hpp"

#include "catch.hpp"

using namespace postern;

TEST_CASE("who gives no callback is not called back")
{
    const api::ConnectionIdCodec codec{api::ConnectionIdCodec::Key{7}};
    const connections::Directory directory{codec, 0, 1024};
    integrations::PluginHost host{directory};
    const postern_host table = host.table();
    const postern_text word{"no id", 5};  // so the outcome is known inside the call
    table.post(table.context, word, word, nullptr, nullptr);
    table.get(table.context, word, nullptr, nullptr);
    table.remove(table.context, word, nullptr, nullptr);
    table.join(table.context, word, word, nullptr, nullptr);
    table.leave(table.context, word, word, nullptr, nullptr);

    bool was_told = false;
    const auto note = [](void* told, std::int32_t result, const postern_connection_info* info) {
        *static_cast<bool*>(told) = result == POSTERN_BAD_CONNECTION_ID && info == nullptr;
    };
    table.get(table.context, word, note, &was_told);
    CHECK(was_told);
}
