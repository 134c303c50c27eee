// SPDX-License-Identifier: Apache-2.0
#include "management/path.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace postern;
using management::Extensions;
using management::ManagementPath;
using management::parse_path;
using Kind = management::ManagementPath::Kind;

namespace {

struct Expected {
    std::string target;
    Kind kind;
    std::string stage;
    std::string group;
    std::string connection_id;
};

void check(const Expected& expected, Extensions extensions)
{
    CAPTURE(expected.target);
    const auto path = parse_path(expected.target, extensions);
    REQUIRE(path.has_value());
    CHECK(path->kind == expected.kind);
    CHECK(path->stage == expected.stage);
    CHECK(path->group == expected.group);
    CHECK(path->connection_id == expected.connection_id);
}

}  // namespace

TEST_CASE("a connection's path is taken apart before it is decoded, with extensions and without")
{
    const std::vector<Expected> all{
        {"/dev/@connections/id==", Kind::Connection, "/dev", "", "id=="},
        {"/dev/@connections/id%3D%3d?x=/y", Kind::Connection, "/dev", "", "id=="},
        {"/dev/%40connections/id", Kind::Connection, "/dev", "", "id"},
        {"//dev///@connections//id", Kind::Connection, "/dev", "", "id"},
        {"/chat/dev/@connections/id", Kind::Connection, "/chat/dev", "", "id"},
        {"/@connections/id", Kind::Connection, "", "", "id"},
        {"/dev/@connections/a%2Fb", Kind::Connection, "/dev", "", "a/b"},
        {"/dev/@groups/@connections/id", Kind::Connection, "/dev/@groups", "", "id"},
    };
    for (const Expected& expected : all) {
        check(expected, Extensions::Off);
        check(expected, Extensions::On);
    }
}

TEST_CASE("with extensions there are lists and groups")
{
    const std::vector<Expected> all{
        {"/dev/@connections", Kind::Connections, "/dev", "", ""},
        {"/dev/@connections/", Kind::Connections, "/dev", "", ""},
        {"/dev/%40connections?limit=1", Kind::Connections, "/dev", "", ""},
        {"/@connections", Kind::Connections, "", "", ""},
        {"/dev/@groups/lobby", Kind::Group, "/dev", "lobby", ""},
        {"/dev/%40groups/tea%20%26%20cake?exclude=a", Kind::Group, "/dev", "tea & cake", ""},
        {"/dev/@groups/a%2Fb", Kind::Group, "/dev", "a/b", ""},
        {"/dev/@groups/@connections", Kind::Group, "/dev", "@connections", ""},
        {"/dev/@groups/@groups", Kind::Group, "/dev", "@groups", ""},
        {"/dev/@groups/lobby/id%3D%3D", Kind::Member, "/dev", "lobby", "id=="},
        {"/@groups/lobby/id", Kind::Member, "", "lobby", "id"},
        {"/chat/dev//@groups//lobby//id", Kind::Member, "/chat/dev", "lobby", "id"},
    };
    for (const Expected& expected : all) {
        check(expected, Extensions::On);
        CHECK_FALSE(parse_path(expected.target, Extensions::Off).has_value());
    }
}

TEST_CASE("what is neither is no path of the management API")
{
    for (const char* target : {"",
                               "x",
                               "/",
                               "/dev",
                               "/dev/@groups",
                               "/dev/@groups/",
                               "/dev/@groups/a/b/c",
                               "/dev/@groups/a/",
                               "/dev/@groups/%zz",
                               "/dev/@groups/%zz/id",
                               "/dev/@connections/%zz",
                               "/%zz/@connections/id",
                               "/dev@connections/id",
                               "/dev/@connections/a/b"}) {
        CAPTURE(target);
        CHECK_FALSE(parse_path(target, Extensions::Off).has_value());
        CHECK_FALSE(parse_path(target, Extensions::On).has_value());
    }
}

TEST_CASE("policies name groups, and never a connection")
{
    const auto resource = [](const char* target, const char* method) {
        return parse_path(target, Extensions::On)->resource(method);
    };
    CHECK(resource("/dev/@connections/id", "POST") == "@connections/{connectionId}");
    CHECK(resource("/dev/@connections", "POST") == "@connections/{connectionId}");
    CHECK(resource("/dev/@connections", "GET") == "@connections");
    CHECK(resource("/dev/@groups/lobby", "POST") == "@groups/lobby");
    CHECK(resource("/dev/@groups/lobby/id", "PUT") == "@groups/lobby/{connectionId}");
}

TEST_CASE("a path is written as it was read")
{
    for (const char* target :
         {"/dev/@connections/id", "/dev/@connections", "/dev/@groups/lobby", "/dev/@groups/lobby/id"}) {
        CHECK(parse_path(target, Extensions::On)->str() == target);
    }
}
