// SPDX-License-Identifier: Apache-2.0
#include "api/policy.hpp"

#include "catch.hpp"

using namespace postern;
using namespace postern::api;

namespace {

constexpr ConnectionsResource kPostDev{"us-east-1", "123456780000", "34jmzjm04l", "dev", "POST"};

Policy policy(std::string_view statements)
{
    return Policy::parse(R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}").value();
}

Policy allowing(std::string_view resource)
{
    return policy(R"({"Effect":"Allow","Action":"execute-api:ManageConnections","Resource":")" +
                  std::string(resource) + "\"}");
}

PolicyVerdict ask(const Policy& policy, const ConnectionsResource& resource = kPostDev)
{
    return policy.evaluate(kManageConnections, resource.arn());
}

std::string error_of(std::string_view json)
{
    const auto parsed = Policy::parse(json);
    return parsed ? "" : parsed.error().detail;
}

std::string error_of_statement(std::string_view statement)
{
    return error_of(R"({"Statement":[{"Effect":"Allow","Action":"a:B","Resource":"*"},)" +
                    std::string(statement) + "]}");
}

}  // namespace

TEST_CASE("the resource of @connections names no connection")
{
    CHECK(kPostDev.arn() ==
          "arn:aws:execute-api:us-east-1:123456780000:34jmzjm04l/dev/POST/@connections/{connectionId}");
    CHECK(kPostDev.masked_arn() ==
          "arn:aws:execute-api:us-east-1:********0000:34jmzjm04l/dev/POST/@connections/{connectionId}");
}

TEST_CASE("what a policy on @connections grants is what AWS grants")
{
    const std::string api = "arn:aws:execute-api:us-east-1:123456780000:34jmzjm04l";
    SECTION("the literal, a wildcard for it, for the stage, the API or everything allows")
    {
        const std::string resource = GENERATE_COPY(values<std::string>({
            "*",
            "arn:aws:execute-api:*",
            "arn:aws:execute-api:*:*:*/@connections/*",
            "arn:aws:execute-api:*:*:34jmzjm04l/*",
            api + "/*",
            api + "/dev/*",
            api + "/dev/POST/@connections/*",
            api + "/dev/P?ST/@connections/*",
            api + "/dev/POST/@connections/{connectionId}",
            api + "/*/*/@connections/{connection??}",
        }));
        CAPTURE(resource);
        CHECK(ask(allowing(resource)) == PolicyVerdict::Allowed);
    }
    SECTION("a real id, no suffix, another method, stage, API, account or region does not")
    {
        const std::string resource = GENERATE_COPY(values<std::string>({
            api + "/dev/POST/@connections",
            api + "/dev/POST/@connections/",
            api + "/dev/POST/@connections/gbgA_S5PGQAYKEilZA==",
            api + "/dev/GET/@connections/*",
            api + "/DEV/POST/@connections/*",
            api + "/prod/*",
            "arn:aws:execute-api:us-east-1:123456780000:other/*",
            "arn:aws:execute-api:us-east-1:000000000000:34jmzjm04l/*",
            "arn:aws:execute-api:eu-west-1:*:34jmzjm04l/*",
            "arn:aws:lambda:*",
        }));
        CAPTURE(resource);
        CHECK(ask(allowing(resource)) == PolicyVerdict::ImplicitDeny);
    }
}

TEST_CASE("actions match without regard to case, and with wildcards")
{
    const auto verdict = [](const std::string& action) {
        return ask(policy(R"([{"Effect":"Allow","Action":[")" + action + R"("],"Resource":["*"]}])"));
    };
    CHECK(verdict("execute-api:ManageConnections") == PolicyVerdict::Allowed);
    CHECK(verdict("EXECUTE-API:manageconnections") == PolicyVerdict::Allowed);
    CHECK(verdict("execute-api:*") == PolicyVerdict::Allowed);
    CHECK(verdict("execute-api:Manage*") == PolicyVerdict::Allowed);
    CHECK(verdict("*") == PolicyVerdict::Allowed);
    CHECK(verdict("execute-api:Invoke") == PolicyVerdict::ImplicitDeny);
    CHECK(verdict("execute-api:ManageConnection") == PolicyVerdict::ImplicitDeny);
}

TEST_CASE("a deny wins wherever it stands, and silence denies")
{
    const std::string allow = R"({"Sid":"A","Effect":"Allow","Action":"execute-api:*","Resource":"*"})";
    const std::string deny_arn =
        R"({"Effect":"Deny","Action":"execute-api:ManageConnections","Resource":["arn:a","arn:*/dev/POST/*"]})";
    CHECK(ask(policy("[" + allow + "," + deny_arn + "]")) == PolicyVerdict::ExplicitDeny);
    CHECK(ask(policy("[" + deny_arn + "," + allow + "]")) == PolicyVerdict::ExplicitDeny);
    ConnectionsResource get = kPostDev;
    get.method = "GET";
    CHECK(ask(policy("[" + deny_arn + "," + allow + "]"), get) == PolicyVerdict::Allowed);
    CHECK(ask(policy("[" + deny_arn + "]"), get) == PolicyVerdict::ImplicitDeny);
}

TEST_CASE("what a policy cannot mean here is refused by name")
{
    CHECK(error_of("[").starts_with("policy: "));
    CHECK(error_of("[]") == "policy: an object is expected");
    CHECK(error_of("{}") == "policy: \"Statement\" is missing");
    CHECK(error_of(R"({"Statement":[]})") == "policy: \"Statement\" is empty");
    CHECK(error_of(R"({"Statement":["x"]})") == "policy: an object is expected in statement 1");
    CHECK(error_of(R"({"Statement":7})") == "policy: an object is expected in statement 1");
    CHECK(error_of(R"({"Version":"2020-01-01","Statement":[]})") ==
          "policy: \"Version\" must be \"2012-10-17\" or \"2008-10-17\"");
    CHECK(error_of(R"({"Id":1,"Statement":[]})") == "policy: \"Id\" must be a string");
    CHECK(error_of(R"({"statement":[]})") == "policy: \"statement\" is not supported");
    CHECK(error_of(R"({"Statement":[],"Statement":[]})") == "policy: \"Statement\" stands twice");

    const std::string element =
        GENERATE("Condition", "NotAction", "NotResource", "Principal", "NotPrincipal", "effect");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"a:B","Resource":"*",")" + element + "\":{}}") ==
          "policy: \"" + element + "\" is not supported in statement 2");
}

TEST_CASE("a statement's elements are checked one by one")
{
    CHECK(error_of_statement(R"({"Action":"a:B","Resource":"*"})") ==
          "policy: \"Effect\" must be \"Allow\" or \"Deny\" in statement 2");
    CHECK(error_of_statement(R"({"Effect":"allow","Action":"a:B","Resource":"*"})") ==
          "policy: \"Effect\" must be \"Allow\" or \"Deny\" in statement 2");
    CHECK(error_of_statement(R"({"Sid":1,"Effect":"Allow","Action":"a:B","Resource":"*"})") ==
          "policy: \"Sid\" must be a string in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Resource":"*"})") ==
          "policy: \"Action\" is missing in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"a:B"})") ==
          "policy: \"Resource\" is missing in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":[],"Resource":"*"})") ==
          "policy: \"Action\" must be a string or a list of strings in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"a:B","Resource":[1]})") ==
          "policy: \"Resource\" must be a string or a list of strings in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"ManageConnections","Resource":"*"})") ==
          "policy: action \"ManageConnections\" lacks its service (service:Action) in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"a:B","Resource":"dev/*"})") ==
          "policy: resource \"dev/*\" is neither an ARN nor \"*\" in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Action":"a:B","Resource":"arn:${aws:username}"})") ==
          "policy: policy variables are not supported (\"arn:${aws:username}\") in statement 2");
    CHECK(error_of_statement(R"({"Effect":"Allow","Effect":"Deny","Action":"a:B","Resource":"*"})") ==
          "policy: \"Effect\" stands twice in statement 2");
}

TEST_CASE("wildcards match as globs do")
{
    const auto matches = [](std::string_view pattern, std::string_view text) {
        return matches_wildcards(pattern, text, LetterCase::Sensitive);
    };
    CHECK(matches("", ""));
    CHECK(matches("*", ""));
    CHECK(matches("***", "abc"));
    CHECK(matches("a*c", "abcbc"));
    CHECK(matches("*b*", "abc"));
    CHECK(matches("a?c", "abc"));
    CHECK(matches("*?", "a"));
    CHECK_FALSE(matches("", "a"));
    CHECK_FALSE(matches("?", ""));
    CHECK_FALSE(matches("*?", ""));
    CHECK_FALSE(matches("a*c", "abcb"));
    CHECK_FALSE(matches("abc", "abcd"));
    CHECK_FALSE(matches("abcd", "abc"));
    CHECK_FALSE(matches("ABC", "abc"));
    CHECK(matches_wildcards("AB?*", "abc", LetterCase::Insensitive));
}

TEST_CASE("a pattern made to be slow is not")
{
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    // With backtracking into every star this would outlast the machine.
    CHECK_FALSE(matches_wildcards(pattern + "*b", std::string(2000, 'a'), LetterCase::Sensitive));
    CHECK(matches_wildcards(pattern + "*b", std::string(2000, 'a') + "b", LetterCase::Sensitive));
}
