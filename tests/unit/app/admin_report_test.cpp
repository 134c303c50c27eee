// SPDX-License-Identifier: Apache-2.0
#include "app/admin_report.hpp"

#include "catch.hpp"
#include "management/admin_status.hpp"

using namespace postern;
using namespace postern::app;

TEST_CASE("The status as people read it")
{
    management::AdminStatus status;
    status.version = "1.2.3";
    status.pid = 42;
    status.started_at = 1'790'294'473'687;
    status.configuration = "my.yaml";
    status.generation = 3;
    status.last_reload = management::LastReload{status.started_at, {false, {"my.yaml:3: no", "and no"}}};
    status.apis = {{"chat", {"dev", "prod"}}, {"echo", {"dev"}}};
    status.listeners = {{"", 8080, false}, {"::1", 8443, true}};
    status.connections = {2, 3};
    status.connections_max = 100;
    CHECK(status_report(management::to_json(status, status.started_at + 93'784'000)) ==
          "version        1.2.3\n"
          "pid            42\n"
          "up             1d 02:03:04, since 2026-09-25T00:01:13.687Z\n"
          "draining       no\n"
          "configuration  my.yaml, generation 3\n"
          "last reload    2026-09-25T00:01:13.687Z, refused\n"
          "               my.yaml:3: no\n"
          "               and no\n"
          "connections    5 of 100, by shard: 2, 3\n"
          "listeners      ws://*:8080\n"
          "               wss://[::1]:8443\n"
          "APIs           chat (dev, prod)\n"
          "               echo (dev)\n");
}

TEST_CASE("Pages of connections are one table, and one document")
{
    const std::vector<std::string> pages{
        R"({"connections":[{"connectionId":"a=","apiId":"chat","stage":"dev","sourceIp":"::1",)"
        R"("userAgent":null,"connectedAt":"T1","lastActiveAt":"T2"}],"next":"n"})",
        R"({"connections":[{"connectionId":"b","apiId":"chat","stage":"dev","sourceIp":"::2",)"
        R"("userAgent":"x\u001by","connectedAt":"T3","lastActiveAt":"T4"}]})"};
    CHECK(connections_report(pages) ==
          "CONNECTION  API   STAGE  SOURCE  CONNECTED  LAST ACTIVE  USER AGENT\n"
          "a=          chat  dev    ::1     T1         T2           -\n"
          "b           chat  dev    ::2     T3         T4           x y\n");
    const std::string all = connections_json(pages);
    CHECK(all.starts_with(R"({"connections":[{"connectionId":"a=")"));
    CHECK(all.find(R"(},{"connectionId":"b")") != std::string::npos);
    CHECK(all.ends_with("}]}"));
    CHECK(next_of(pages[0]) == "n");
    CHECK(next_of(pages[1]).empty());
    CHECK(count_of(pages[0]) == 1);
}

TEST_CASE("An error is its message and its reasons")
{
    CHECK(error_report(R"({"message":"refused","reasons":["one","two"]})") == "refused\none\ntwo");
    CHECK(error_report(R"({"message":"refused"})") == "refused");
    CHECK(error_report(R"({"Type":"User","Message":"Function not found"})") == "Function not found");
}

TEST_CASE("An answer that is not the admin listener's is shown as it came")
{
    for (const char* text : {"<html>", "", "[]", "{\"message\":1}"}) CHECK(error_report(text) == text);
    for (const char* text : {"<html>", "", "[]"}) {
        CHECK(status_report(text) == std::string(text) + '\n');
        CHECK(connection_report(text) == std::string(text) + '\n');
        CHECK(next_of(text).empty());
        CHECK(count_of(text) == 0);
        CHECK(connections_json({text}) == "{\"connections\":[]}");
    }
    CHECK(status_report("{}").find("version") == 0);
    CHECK(
        status_report(R"({"listeners":[1],"apis":["x"],"lastReload":3,"uptimeSeconds":"x"})").find("ws://") !=
        std::string::npos);
}
