// SPDX-License-Identifier: Apache-2.0
#include "config/template/parameters.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

std::string with_parameter(const std::string& body, const std::vector<std::string>& given = {})
{
    return value_of("!Sub '${P}'", "Parameters:\n  P: {" + body + "}\n", given);
}

std::map<std::string, std::string, std::less<>> parsed(const char* argument)
{
    std::map<std::string, std::string, std::less<>> out;
    CHECK(parse_parameter_overrides(argument, out));
    return out;
}

}  // namespace

TEST_CASE("Parameter overrides have both of sam's forms")
{
    CHECK(parsed("A=1 B=2") == std::map<std::string, std::string, std::less<>>{{"A", "1"}, {"B", "2"}});
    CHECK(parsed("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=x=y").at("B") == "x=y");
    CHECK(parsed("A=\"two words\" B='it''s' C=a\\ b").at("A") == "two words");
    CHECK(parsed("A='' B=").at("B").empty());
    CHECK(parsed("C=a\\ b").at("C") == "a b");
    std::map<std::string, std::string, std::less<>> out;
    CHECK_FALSE(parse_parameter_overrides("A", out));
    CHECK_FALSE(parse_parameter_overrides("=1", out));
}

TEST_CASE("A parameter's value is the one that is given, or its default")
{
    CHECK(with_parameter("Type: String, Default: a") == "a");
    CHECK(with_parameter("Type: String, Default: a", {"P=b"}) == "b");
    CHECK(with_parameter("Type: Number, Default: 3") == "3");
    CHECK_THAT(with_parameter("Type: String"),
               Contains("the parameter P has no Default: say --parameter-overrides P=VALUE"));
}

TEST_CASE("A parameter that nothing needs here may go without a value")
{
    CHECK(problems_of(load_template(std::string(kChat) +
                                    "  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref P}}\n"
                                    "Parameters: {P: {Type: String}}\n"))
              .empty());
}

TEST_CASE("A value that the parameter does not allow is told")
{
    CHECK_THAT(
        with_parameter("Type: String, Default: a, AllowedValues: [b, c]"),
        Contains(
            "t.yaml:28:30: Parameters.P.Default: the parameter's value \"a\" is not allowed: AllowedValues "
            "has b, c"));
    CHECK_THAT(with_parameter("Type: String, Default: b, AllowedValues: [b, c]", {"P=d"}),
               Contains("flag --parameter-overrides P: the parameter's value \"d\" is not allowed"));
    CHECK_THAT(with_parameter("Type: Number, Default: x"), Contains("expected a number"));
    CHECK_THAT(with_parameter("Type: Number, Default: 5, MaxValue: 4"),
               Contains("more than MaxValue allows"));
    CHECK_THAT(with_parameter("Type: Number, Default: 1, MinValue: 2"),
               Contains("less than MinValue allows"));
    CHECK_THAT(with_parameter("Type: String, Default: ab, MinLength: 3"),
               Contains("less than MinLength allows"));
    CHECK_THAT(with_parameter("Type: String, Default: abcd, MaxLength: 3, ConstraintDescription: be short"),
               Contains("more than MaxLength allows (be short)"));
    const std::string secret = with_parameter("Type: String, NoEcho: true, MinLength: 30", {"P=hunter2"});
    CHECK_THAT(secret, Contains("less than MinLength allows") && !Contains("hunter2"));
    CHECK_THAT(with_parameter("Type: Strin, Default: a"), Contains("(did you mean \"String\"?)"));
    CHECK_THAT(with_parameter("Default: a"), Contains("the parameter needs a Type"));
    CHECK_THAT(with_parameter("Type: String, Default: [a]"),
               Contains("expected a text or a number, not a list"));
    CHECK_THAT(with_parameter("Type: String, Default: a", {"Q=1"}),
               Contains("there is no parameter named \"Q\""));
    CHECK_THAT(with_parameter("Type: String, Default: a", {"P"}), Contains("expected NAME=VALUE"));
}

TEST_CASE("List parameters are lists, and parameters from SSM are what the user says")
{
    const std::string list = "Parameters: {P: {Type: 'List<Number>', Default: '1, 2'}}\n";
    CHECK(value_of("!Select [1, !Ref P]", list) == "2");
    const std::string ssm = "Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/key";
    CHECK(with_parameter(ssm) == "/app/key");
    CHECK(with_parameter(ssm, {"ssm:/app/key=v"}) == "v");
    CHECK(with_parameter(ssm, {"P=w"}) == "w");
    CHECK_THAT(notes_of(load_template(kChat + std::string("Parameters: {P: {") + ssm + "}}\n")),
               !Contains("SSM"));
    const std::string used = "Parameters: {P: {" + ssm + "}}\nOutputs: {O: {Value: !Ref P}}\n";
    CHECK_THAT(
        notes_of(load_template(kChat + used)),
        Contains("Parameters.P: ignored: SSM is not asked: the value is the path \"/app/key\" itself"));
}
