// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "config/template/evaluator.hpp"
#include "support.hpp"

using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

const std::string kMappings = R"(
Mappings:
  Sizes: {dev: {memory: 128, zones: [a, b]}, prod: {memory: 512}}
Parameters:
  Stage: {Type: String, Default: dev}
  Zones: {Type: CommaDelimitedList, Default: "x, y,z"}
)";

const std::string kConditions = R"(
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  Both: !And [{Condition: IsDev}, !Equals [a, a]]
  Either: !Or [!Condition IsProd, !Condition IsDev]
  Neither: {"Fn::Or": [{Condition: IsProd}, {"Fn::Equals": [a, b]}]}
)";

}  // namespace

TEST_CASE("Ref gives parameters, pseudo parameters and names of resources")
{
    CHECK(value_of("!Ref Stage", kMappings) == "dev");
    CHECK(value_of("{Ref: Stage}", kMappings) == "dev");
    CHECK(value_of("!Ref AWS::Region") == "us-east-1");
    CHECK(value_of("!Ref AWS::AccountId") == "000000000000");
    CHECK(value_of("!Ref AWS::Partition") == "aws");
    CHECK(value_of("!Ref AWS::URLSuffix") == "amazonaws.com");
    CHECK(value_of("!Ref AWS::StackName") == "t");
    CHECK_THAT(value_of("!Ref AWS::StackId"),
               Contains("arn:aws:cloudformation:us-east-1:000000000000:stack/t/"));
    CHECK(value_of("!Ref AWS::NoValue") == "(none)");
    CHECK(value_of("!Join [',', !Ref AWS::NotificationARNs]").empty());
    CHECK(value_of("!Ref F") == "F");
    CHECK(value_of("!Ref Stage") == "dev");
}

TEST_CASE("An API's id is ten letters and digits that stay the same")
{
    const std::string id = value_of("!Ref Api");
    CHECK(id.size() == 10);
    CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    CHECK(value_of("!GetAtt Api.ApiId") == id);
    CHECK(value_of("!GetAtt Api.ApiEndpoint") == "wss://" + id + ".execute-api.us-east-1.amazonaws.com");
    CHECK(value_of("!Ref Api", "", {"AWS::StackName=other"}) != id);
}

TEST_CASE("The region and the account can be chosen")
{
    postern::config::LoadOptions options;
    options.overrides.values.push_back({"region", "cn-north-1", "flag --set region"});
    const auto loaded = postern::config::load_text(
        std::string(kChat) + "Outputs: {Arn: {Value: !GetAtt F.Arn}}\n", "t.yaml", options);
    CHECK(problems_of(loaded).empty());
    CHECK(loaded.settings.model.region == "cn-north-1");
    CHECK_THAT(notes_of(loaded), Contains("arn:aws-cn:lambda:cn-north-1:000000000000:function:F"));
    CHECK(value_of("!Ref AWS::Region", "", {"AWS::Region=eu-west-1 AWS::AccountId=123456789012"}) ==
          "eu-west-1");
}

TEST_CASE("YAML 1.1's booleans are true and false, unless they have quotes")
{
    for (const char* yes : {"yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"}) {
        CHECK(value_of(yes) == "true");
    }
    for (const char* no : {"no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"}) {
        CHECK(value_of(no) == "false");
    }
    for (const char* text : {"y", "N", "yEs", "yes please"}) CHECK(value_of(text) == text);
    CHECK(value_of("\"yes\"") == "yes");
    CHECK(value_of("'Off'") == "Off");
    CHECK(value_of("!!str on") == "on");
    CHECK(value_of("!Sub yes") == "yes");
    CHECK(value_of("|-\n            yes") == "yes");
    CHECK(value_of("!Join [-, [on, 'on']]") == "true-on");
    CHECK(value_of("!FindInMap [M, a, b]", "Mappings: {M: {a: {b: Yes}}}") == "true");
    CHECK(value_of("!FindInMap [M, yes, b]", "Mappings: {M: {yes: {b: 1}, no: {b: 2}}}") == "1");
    CHECK(value_of("!Ref P", "Parameters: {P: {Type: String, Default: yes, AllowedValues: [yes, no]}}") ==
          "true");
}

TEST_CASE("Fn::GetAtt takes a list and a text with a dot")
{
    const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:F";
    CHECK(value_of("!GetAtt F.Arn") == arn);
    CHECK(value_of("!GetAtt [F, Arn]") == arn);
    CHECK(value_of("{\"Fn::GetAtt\": [F, Arn]}") == arn);
    CHECK(value_of("{\"Fn::GetAtt\": F.Arn}") == arn);
}

TEST_CASE("Fn::Sub replaces parameters, attributes, pseudo parameters and its own variables")
{
    CHECK(value_of("!Sub 'a-${Stage}-b'", kMappings) == "a-dev-b");
    CHECK(value_of("!Sub '${F.Arn}/${AWS::Region}'") ==
          "arn:aws:lambda:us-east-1:000000000000:function:F/us-east-1");
    CHECK(value_of("!Sub '${!literal} $x ${open'") == "${literal} $x ${open");
    CHECK(value_of("!Sub ['${X}.${Stage}', {X: !Ref AWS::Region}]", kMappings) == "us-east-1.dev");
    CHECK(value_of("{\"Fn::Sub\": ['${X}', {X: 1}]}") == "1");
}

TEST_CASE("Fn::Join, Fn::Select, Fn::Split and Fn::GetAZs work on lists")
{
    CHECK(value_of("!Join ['-', [a, !Ref Stage, c]]", kMappings) == "a-dev-c");
    CHECK(value_of("!Join ['', !Ref Zones]", kMappings) == "xyz");
    CHECK(value_of("!Join ['-', [a, !Ref AWS::NoValue, c]]") == "a-c");
    CHECK(value_of("!Select [1, !Ref Zones]", kMappings) == "y");
    CHECK(value_of("!Select ['2', !Split ['/', 'a/b/c']]") == "c");
    CHECK(value_of("!Join ['|', {\"Fn::Split\": [',', 'a,,b']}]") == "a||b");
    CHECK(value_of("!Select [0, !GetAZs '']") == "us-east-1a");
    CHECK(value_of("!Select [1, {\"Fn::GetAZs\": {Ref: 'AWS::Region'}}]") == "us-east-1b");
}

TEST_CASE("Fn::FindInMap looks into Mappings and may have a default")
{
    CHECK(value_of("!FindInMap [Sizes, !Ref Stage, memory]", kMappings) == "128");
    CHECK(value_of("!Join ['', !FindInMap [Sizes, dev, zones]]", kMappings) == "ab");
    CHECK(value_of("!FindInMap [Sizes, test, memory, {DefaultValue: 7}]", kMappings) == "7");
    CHECK_THAT(value_of("!FindInMap [Sizes, prd, memory]", kMappings),
               Contains("Mappings.Sizes has no key \"prd\" (did you mean \"prod\"?)"));
    CHECK_THAT(value_of("!FindInMap [Sizes, dev]", kMappings), Contains("Fn::FindInMap takes"));
}

TEST_CASE("Fn::Base64, Fn::Length and Fn::ToJsonString take any value")
{
    CHECK(value_of("!Base64 abc") == "YWJj");
    CHECK(value_of("!Base64 {\"Fn::Sub\": '${Stage}'}", kMappings) == "ZGV2");
    CHECK(value_of("{\"Fn::Length\": [1, 2, 3]}") == "3");
    CHECK(value_of("!Length {Ref: Zones}", kMappings) == "3");
    CHECK(value_of("!ToJsonString {a: [1, !Ref Stage], b: 'true'}", kMappings) ==
          R"({"a":[1,"dev"],"b":"true"})");
}

TEST_CASE("Fn::ImportValue takes what the user says")
{
    CHECK(value_of("!ImportValue shared-bucket", "", {"import:shared-bucket=b1"}) == "b1");
    CHECK(value_of("{\"Fn::ImportValue\": {\"Fn::Sub\": '${AWS::Region}-x'}}",
                   "",
                   {"import:us-east-1-x=b2"}) == "b2");
    CHECK_THAT(value_of("!ImportValue shared"),
               Contains("say --parameter-overrides \"import:shared=VALUE\""));
}

TEST_CASE("Conditions choose values and resources")
{
    CHECK(value_of("!If [IsDev, one, other]", kConditions) == "one");
    CHECK(value_of("!If [IsProd, one, other]", kConditions) == "other");
    CHECK(value_of("!If [Both, one, other]", kConditions) == "one");
    CHECK(value_of("!If [Either, one, other]", kConditions) == "one");
    CHECK(value_of("!If [Neither, one, other]", kConditions) == "other");
    CHECK(value_of("{\"Fn::If\": [IsProd, x, {Ref: 'AWS::NoValue'}]}", kConditions) == "(none)");
    CHECK(value_of("!If [IsDev, one, other]", kConditions, {"Stage=prod"}) == "other");

    const std::string text =
        std::string(kChat) + "  Extra: {Type: AWS::SNS::Topic, Condition: IsProd}\n" + kConditions;
    CHECK(notes_of(load_template(text)).find("Extra") == std::string::npos);
    CHECK_THAT(notes_of(load_template(text, {"Stage=prod"})),
               Contains("Resources.Extra: ignored: AWS::SNS::Topic"));
}

TEST_CASE("Resources that do not run have names of AWS's form")
{
    const std::string resources =
        "  Table: {Type: AWS::DynamoDB::Table}\n  Named: {Type: AWS::DynamoDB::Table, Properties: "
        "{TableName: !Sub "
        "'${AWS::Region}-t'}}\n  Queue: {Type: AWS::SQS::Queue}\n  Topic: {Type: AWS::SNS::Topic}\n  Bucket: "
        "{Type: "
        "AWS::S3::Bucket}\n  Machine: {Type: AWS::Serverless::StateMachine}\n  Odd: {Type: "
        "AWS::Location::Tracker}\n"
        "  Mine: {Type: Custom::Thing}\n";
    const auto of = [&](const std::string& value) {
        const auto loaded = load_template(kChat + resources + "Outputs: {X: {Value: " + value + "}}\n");
        const std::string notes = notes_of(loaded);
        const std::string start = "Outputs.X: understood: ";
        const std::size_t at = notes.find(start);
        return at == std::string::npos
                   ? problems_of(loaded) + notes
                   : notes.substr(at + start.size(), notes.size() - at - start.size() - 1);
    };
    CHECK(of("!Ref Table") == "Table");
    CHECK(of("!Ref Named") == "us-east-1-t");
    CHECK(of("!GetAtt Table.Arn") == "arn:aws:dynamodb:us-east-1:000000000000:table/Table");
    CHECK(of("!Ref Queue") == "https://sqs.us-east-1.amazonaws.com/000000000000/Queue");
    CHECK(of("!GetAtt Queue.QueueName") == "Queue");
    CHECK(of("!Ref Topic") == "arn:aws:sns:us-east-1:000000000000:Topic");
    CHECK(of("!Ref Bucket") == "bucket");
    CHECK(of("!Ref Machine") == "arn:aws:states:us-east-1:000000000000:stateMachine:Machine");
    CHECK(of("!GetAtt MachineRole.Arn") == "arn:aws:iam::000000000000:role/MachineRole");
    CHECK(of("!GetAtt Odd.Arn") == "arn:aws:location:us-east-1:000000000000:tracker/Odd");
    CHECK(of("!GetAtt Mine.Answer") == "Mine-Answer");
}
