// SPDX-License-Identifier: Apache-2.0
#include "api/function_reference.hpp"

#include "catch.hpp"

using namespace postern::api;

TEST_CASE("a function is found by name, partial ARN and ARN, with or without a qualifier")
{
    const FunctionReference echo{"wsEcho", ""};
    CHECK(parse_function_name("wsEcho") == echo);
    CHECK(parse_function_name("123456789012:function:wsEcho") == echo);
    CHECK(parse_function_name("arn:aws:lambda:us-east-1:123456789012:function:wsEcho") == echo);
    const FunctionReference live{"wsEcho", "live"};
    CHECK(parse_function_name("wsEcho:live") == live);
    CHECK(parse_function_name("123456789012:function:wsEcho:live") == live);
    CHECK(parse_function_name("arn:aws-cn:lambda:cn-north-1:123456789012:function:wsEcho:live") == live);
    CHECK(parse_function_name("wsEcho:$LATEST") == FunctionReference{"wsEcho", "$LATEST"});
}

TEST_CASE("what is no function's name is refused")
{
    for (const char* text : {"",
                             ":",
                             "a:b:c",
                             "ws echo",
                             "ws/echo",
                             "wsEcho:",
                             "wsEcho:a b",
                             "arn:aws:lambda:us-east-1:123456789012:function:",
                             "arn:aws:sns:us-east-1:123456789012:topic",
                             "123456789012:function:"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_function_name(text));
    }
    CHECK_FALSE(parse_function_name(std::string(65, 'a')));
    CHECK(parse_function_name(std::string(64, 'a')));
}

TEST_CASE(
    "an integration's URI names its function in every form that templates use")  // spec config-plane 1.3
{
    const FunctionReference echo{"wsEcho", ""};
    CHECK(parse_function_uri("lambda:wsEcho") == echo);
    CHECK(parse_function_uri("arn:aws:lambda:us-east-1:123456789012:function:wsEcho") == echo);
    CHECK(parse_function_uri("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                             "arn:aws:lambda:us-east-1:123456789012:function:wsEcho/invocations") == echo);
    CHECK(parse_function_uri("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                             "arn:aws:lambda:us-east-1:123456789012:function:wsEcho:live/invocations") ==
          FunctionReference{"wsEcho", "live"});
    for (const char* uri : {"",
                            "wsEcho",
                            "lambda:",
                            "https://example.com",
                            "plugin:echo",
                            "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
                            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/wsEcho"}) {
        CAPTURE(uri);
        CHECK_FALSE(parse_function_uri(uri));
    }
}

TEST_CASE("stage variables are put into a URI")
{
    const StringMap variables{{"name", "wsEcho"}, {"alias", "live"}};
    CHECK(with_stage_variables("lambda:${stageVariables.name}:${stageVariables.alias}", variables) ==
          "lambda:wsEcho:live");
    CHECK(with_stage_variables("lambda:${stageVariables.nobody}x", variables) == "lambda:x");
    CHECK(with_stage_variables("lambda:${stageVariables.name", variables) == "lambda:${stageVariables.name");
    CHECK(with_stage_variables("plain", variables) == "plain");
    CHECK(unset_stage_variable("lambda:${stageVariables.name}${stageVariables.nobody}", variables) ==
          "nobody");
    CHECK(unset_stage_variable("lambda:${stageVariables.name}", variables).empty());
    CHECK(unset_stage_variable("plain", variables).empty());
}

TEST_CASE("a function's ARN")
{
    CHECK(function_arn("eu-west-1", "123456789012", "wsEcho") ==
          "arn:aws:lambda:eu-west-1:123456789012:function:wsEcho");
}
