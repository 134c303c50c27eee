// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/intrinsics.hpp"

#include "catch.hpp"
#include "unit/config/serverless/support.hpp"

#include <string>

using namespace postern::config;

namespace {

constexpr const char* kResources =
    "resources:\n"
    "  Resources:\n"
    "    Table: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: 'people-${sls:stage}'}}\n"
    "    Queue: {Type: 'AWS::SQS::Queue'}\n";

/// What the function f sees as the environment variable X.
std::string seen(const std::string& written, const std::string& more = kResources)
{
    const Translation out =
        translated("service: s\nprovider: {name: aws, region: eu-west-1, environment: {X: " + written +
                   "}}\nfunctions:\n  f: {handler: f.handler, events: [{websocket: $default}]}\n" + more);
    CHECK(lines_of(out.problems) == "");
    return json_at(out.root, "functions/s-dev-f/environment/X");
}

std::string problem_of(const std::string& written)
{
    return lines_of(translated("service: s\nprovider: {environment: {X: " + written +
                               "}}\nfunctions: {on-say_it: {handler: f.h, events: [{websocket: a}]}}\n" +
                               kResources)
                        .problems);
}

std::string api_id()
{
    return translated(kService).root.find("apis")->entries.front().key;
}

}  // namespace

TEST_CASE("The API, functions and pseudo parameters have the names that they have here")
{
    CHECK(seen("{Ref: WebsocketsApi}") == '"' + api_id() + '"');
    CHECK(seen("!Ref WebsocketsApi") == '"' + api_id() + '"');
    CHECK(seen("!GetAtt WebsocketsApi.ApiEndpoint") ==
          "\"wss://" + api_id() + ".execute-api.eu-west-1.amazonaws.com\"");
    CHECK(seen("!Ref FLambdaFunction") == R"("s-dev-f")");
    CHECK(seen("{'Fn::GetAtt': [FLambdaFunction, Arn]}") ==
          R"("arn:aws:lambda:eu-west-1:000000000000:function:s-dev-f")");
    CHECK(seen("!Ref AWS::Region") == R"("eu-west-1")");
    CHECK(seen("!Sub '${AWS::AccountId} ${AWS::Partition} ${AWS::URLSuffix} ${AWS::StackName}'") ==
          R"("000000000000 aws amazonaws.com s-dev")");
}

TEST_CASE("Endpoints are written with Fn::Join and Fn::Sub")
{
    const std::string endpoint = "\"https://" + api_id() + ".execute-api.eu-west-1.amazonaws.com/dev\"";
    CHECK(seen("{'Fn::Join': ['', ['https://', {Ref: WebsocketsApi}, '.execute-api.', !Ref AWS::Region, "
               "'.amazonaws.com/', '${sls:stage}']]}") == endpoint);
    CHECK(seen("!Join ['/', ['https://', 'a']]") == R"("https:///a")");
    CHECK(seen("!Sub 'https://${WebsocketsApi}.execute-api.${AWS::Region}.amazonaws.com/${sls:stage}'") ==
          endpoint);
    CHECK(seen("{'Fn::Sub': ['${A}-${!A}-${Table.Arn}', {A: !Ref Table}]}") ==
          R"("people-dev-${A}-arn:aws:dynamodb:eu-west-1:000000000000:people-dev")");
}

TEST_CASE("Resources that do not run here have the name they give themselves, or one that stays the same")
{
    CHECK(seen("!Ref Table") == R"("people-dev")");
    CHECK(seen("!GetAtt Table.Arn") == R"("arn:aws:dynamodb:eu-west-1:000000000000:people-dev")");
    const std::string queue = seen("!Ref Queue");
    CHECK_THAT(queue, Catch::StartsWith("\"s-dev-Queue-"));
    CHECK(queue.size() == std::string("\"s-dev-Queue-0123456789ab\"").size());
    CHECK(seen("!Ref Queue") == queue);
    CHECK_THAT(seen("!GetAtt Queue.QueueName"), Catch::EndsWith("-QueueName\""));
    CHECK_THAT(seen("!Ref ApiGatewayRestApi"), Catch::StartsWith("\"s-dev-ApiGatewayRestApi-"));
    CHECK_THAT(seen("!Ref Anything", "plugins: [adds-things]\n"), Catch::StartsWith("\"s-dev-Anything-"));
    CHECK(seen("!ImportValue shared-table") == R"("shared-table")");
}

TEST_CASE("Functions that are not evaluated, and names of nothing, are mistakes")
{
    CHECK(problem_of("!Ref Tabel") ==
          "serverless.yml:2:29: provider.environment.X: there is no resource \"Tabel\" (did you mean "
          "\"Table\"?)\n");
    CHECK_THAT(problem_of("!Ref OnDashsayUnderscoreitLambdaFunctio"),
               Catch::Contains("did you mean \"OnDashsayUnderscoreitLambdaFunction\"?"));
    CHECK_THAT(problem_of("!Ref AWS::Nonsense"), Catch::Contains("there is no parameter AWS::Nonsense"));
    CHECK_THAT(problem_of("!If [a, b, c]"),
               Catch::Contains("provider.environment.X: Fn::If is not evaluated in a serverless.yml"));
    CHECK_THAT(problem_of("{a: 1, b: 2}"), Catch::Contains("expected a text, or a function such as Ref"));
    CHECK_THAT(problem_of("!GetAtt Table"), Catch::Contains("expected a resource and an attribute"));
    CHECK_THAT(problem_of("!Join x"), Catch::Contains("expected a separator and a list"));
    CHECK_THAT(problem_of("!Sub [x]"), Catch::Contains("Fn::Sub: expected a text"));
    CHECK_THAT(problem_of("!Sub 'a ${Table'"), Catch::Contains("a ${ without its brace"));
}
