// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "management/connections_api.hpp"
#include "support/manual_clock.hpp"

#include <string>

/// Calls of @connections without HTTP.
namespace postern::test {

inline constexpr std::string_view kOwnId = "gbgA_S5PGQAYKEilZA==";

/// One call, owned, to be changed before it is made.
struct Call {
    std::string method = "POST";
    std::string connection_id{kOwnId};
    std::string target = "/dev/@connections/gbgA_S5PGQAYKEilZA%3D%3D";
    api::Headers headers{{"Host", "localhost:8080"}};
    std::string body = "hello";
    std::string source_ip = "127.0.0.1";
    std::string stage = "dev";

    /// What `target` is taken for, but for the connection's id.
    mutable management::ManagementPath path;

    management::ConnectionsCall view() const
    {
        path.connection_id = connection_id;
        return {method, target, headers, body, source_ip, "api", stage, path};
    }
};

/// The value of a reply's header; empty when there is none.
inline std::string header(const api::HttpReply& reply, std::string_view name)
{
    for (const api::Header& field : reply.headers) {
        if (field.name == name) return field.value;
    }
    return {};
}

}  // namespace postern::test
