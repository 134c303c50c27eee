// SPDX-License-Identifier: Apache-2.0
// A request target of @connections and what is beside it: found as one of the kinds that there are, or not at
// all.
#include "api/event.hpp"
#include "fuzz/fuzz.hpp"
#include "management/path.hpp"

using namespace postern;
using management::Extensions;
using management::ManagementPath;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::string_view target = input.rest();
    const auto as_on_aws = management::parse_path(target, Extensions::Off);
    POSTERN_CHECK(!as_on_aws || as_on_aws->kind == ManagementPath::Kind::Connection);
    const auto found = management::parse_path(target, Extensions::On);
    if (as_on_aws) POSTERN_CHECK(found && !as_on_aws->connection_id.empty());
    if (!found) return 0;

    const bool has_id =
        found->kind == ManagementPath::Kind::Connection || found->kind == ManagementPath::Kind::Member;
    const bool has_group =
        found->kind == ManagementPath::Kind::Group || found->kind == ManagementPath::Kind::Member;
    POSTERN_CHECK(found->connection_id.empty() != has_id);
    POSTERN_CHECK(found->group.empty() != has_group);
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
        POSTERN_CHECK(found->resource(method).starts_with('@'));
    }
    return 0;
}
