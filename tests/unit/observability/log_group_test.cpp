// SPDX-License-Identifier: Apache-2.0
#include "observability/log_group.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace postern;
using observability::log_group_file;
using observability::log_group_of_arn;

TEST_CASE("a log group is a file in the directory, its slashes are directories")
{
    CHECK(observability::execution_log_group("chat", "dev") == "/aws/apigateway/chat/dev");
    CHECK(*log_group_file("/var/log", "/aws/apigateway/chat/dev") == "/var/log/aws/apigateway/chat/dev.log");
    CHECK(*log_group_file("/var/log", "plain") == "/var/log/plain.log");
    CHECK(*log_group_file("/var/log", "//a//b/") == "/var/log/a/b.log");
    CHECK(*log_group_file("/var/log", "..a/.b./c#_-") == "/var/log/..a/.b./c#_-.log");
}

TEST_CASE("no name leads out of the directory")
{
    const std::vector<std::string> names{"..",
                                         "../x",
                                         "/a/../../x",
                                         "a/..",
                                         "/./a",
                                         ".",
                                         "/",
                                         "///",
                                         "",
                                         "a b",
                                         "a\\b",
                                         std::string("a\0b", 3),
                                         "a\nb",
                                         "%2e%2e",
                                         std::string(513, 'a')};
    for (const std::string& name : names) {
        INFO(name);
        const auto file = log_group_file("/var/log", name);
        REQUIRE(file.has_error());
        CHECK(file.error().kind == ErrorKind::BadInput);
        CHECK(file.error().detail.find("is no log group's name") != std::string::npos);
    }
}

TEST_CASE("an ARN names its group, with and without the star of its streams")
{
    CHECK(*log_group_of_arn("arn:aws:logs:us-east-1:123456789012:log-group:/a/b") == "/a/b");
    CHECK(*log_group_of_arn("arn:aws-cn:logs:cn-north-1:123456789012:log-group:g:*") == "g");
    for (const char* arn : {"",
                            "/a/b",
                            "arn:aws:logs:us-east-1:123456789012:log-group:",
                            "arn:aws:logs:us-east-1:123456789012:log-stream:g",
                            "arn:aws:logs:us-east-1:123456789012:log-group:g:x",
                            "arn:aws:s3:us-east-1:123456789012:log-group:g",
                            "arn:aws:logs:us-east-1:123456789012:log-group:g:*:x"}) {
        CHECK(log_group_of_arn(arn).has_error());
    }
}
