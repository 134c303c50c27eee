// SPDX-License-Identifier: Apache-2.0
#include "config/template/loops.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <map>

using namespace postern::config;
using namespace postern::config::templates;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kFunction =
    "Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: "
    "index.handler, Code: {ZipFile: 'x = 1'}, ";

/// kChat with the transform that loops need, and `more` behind its resources.
std::string looped(const std::string& more)
{
    const std::string plain = kChat;
    return "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]" +
           plain.substr(plain.find('\n')) + more;
}

/// Environment variable V of each function but F; or the problems.
std::map<std::string, std::string> values(const std::string& more,
                                          const std::vector<std::string>& parameters = {})
{
    const Loaded loaded = load_template(looped(more), parameters);
    if (!loaded.problems.empty()) return {{"problems", problems_of(loaded)}};
    std::map<std::string, std::string> out;
    for (const auto& [name, function] : loaded.settings.model.functions) {
        const auto variable = function.environment.find("V");
        if (name != "F") out[name] = variable == function.environment.end() ? "(none)" : variable->second;
    }
    return out;
}

/// A loop over `collection` that makes functions whose V is `value`.
std::string loop_of(const std::string& collection,
                    const std::string& value,
                    const std::string& key = "Fn${Name}")
{
    return "  Fn::ForEach::Functions:\n    - Name\n    - " + collection + "\n    - " + key + ": {" +
           kFunction + "Environment: {Variables: {V: " + value + "}}}}\n";
}

using Values = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("A loop makes a resource of each item, whose name stands in keys and texts")
{
    CHECK(values(loop_of("[A, B]", "!Ref Name")) == Values{{"FnA", "A"}, {"FnB", "B"}});
    CHECK(values(loop_of("[A, B]", "{Ref: Name}")) == Values{{"FnA", "A"}, {"FnB", "B"}});
    CHECK(values(loop_of("[A]", "!Sub '${Name}-${AWS::Region}'")) == Values{{"FnA", "A-us-east-1"}});
    CHECK(values(loop_of("[A]", "'./${Name}/src'")) == Values{{"FnA", "./A/src"}});
    CHECK(values(loop_of("[A]", "'$${Name}&{Name}{Name}${!Name}${'")) ==
          Values{{"FnA", "$AA{Name}${!Name}${"}});
    CHECK(values(loop_of("[1]", "'${Name}'", "Fn${Name}")) == Values{{"Fn1", "1"}});
    CHECK(values(loop_of("[]", "x")).empty());
    CHECK(values(loop_of("['${Name}']", "'${Name}'", "Fn&{Name}")) == Values{{"FnName", "${Name}"}});
}

TEST_CASE("What a loop makes can be referred to")
{
    const std::string outputs =
        "Outputs:\n  Fn::ForEach::Arns:\n    - Name\n    - [A, B]\n    - 'Arn${Name}': {Value: !GetAtt "
        "['Fn${Name}', Arn]}\n";
    const Loaded loaded = load_template(looped(loop_of("[A, B]", "x") + outputs));
    CHECK(problems_of(loaded).empty());
    CHECK_THAT(notes_of(loaded),
               Contains("Outputs.Fn::ForEach::Arns[2].Arn${Name}: understood: "
                        "arn:aws:lambda:us-east-1:000000000000:function:FnB"));
}

TEST_CASE("The list of a loop comes from a parameter or from Mappings, and a name leaves out what no id has")
{
    const std::string parameters = "Parameters: {Names: {Type: CommaDelimitedList, Default: 'A, B'}}\n";
    CHECK(values(loop_of("!Ref Names", "!Ref Name") + parameters) == Values{{"FnA", "A"}, {"FnB", "B"}});
    CHECK(values(loop_of("!Ref Names", "!Ref Name") + parameters, {"Names=C"}) == Values{{"FnC", "C"}});
    const std::string mappings = "Mappings: {Names: {us-east-1: {All: [a.b, c-d]}}}\n";
    CHECK(values(loop_of("!FindInMap [Names, !Ref 'AWS::Region', All]", "!Ref Name", "Fn&{Name}") +
                 mappings) == Values{{"Fnab", "a.b"}, {"Fncd", "c-d"}});
}

TEST_CASE("A loop stands in a loop, in properties and in Conditions, too")
{
    const std::string inner =
        "  Fn::ForEach::Outer:\n    - Team\n    - [Red, Blue]\n    - Fn::ForEach::Inner:\n"
        "        - Name\n        - !FindInMap [Names, !Ref Team, All]\n        - "
        "'${Team}${Name}': {" +
        std::string(kFunction) + "Environment: {Variables: {V: '${Team}/${Name}'}}}}\n" +
        "Mappings: {Names: {Red: {All: [A, B]}, Blue: {All: [C]}}}\n";
    CHECK(values(inner) == Values{{"RedA", "Red/A"}, {"RedB", "Red/B"}, {"BlueC", "Blue/C"}});

    const std::string properties =
        "  G: {" + std::string(kFunction) +
        "Environment: {Variables: {\"Fn::ForEach::Variables\": [X, [U, V], {'${X}': 'is ${X}'}]}}}}\n";
    CHECK(values(properties) == Values{{"G", "is V"}});

    const std::string conditions =
        "Conditions:\n  Fn::ForEach::Is:\n    - Name\n    - [A, B]\n    - 'Is${Name}': !Equals [!Ref Name, "
        "B]\n";
    CHECK(values("  G: {" + std::string(kFunction) +
                 "Environment: {Variables: {V: !If [IsA, a, !If [IsB, b, c]]}}}}\n" + conditions) ==
          Values{{"G", "b"}});
}

TEST_CASE("A loop that is wrong is told with its place")
{
    const auto wrong = [](const std::string& loop) {
        return values("  Fn::ForEach::L: " + loop + '\n')["problems"];
    };
    CHECK_THAT(wrong("[Name, [a]]"),
               Contains("Resources.Fn::ForEach::L: Fn::ForEach takes a name, a list and a map"));
    CHECK_THAT(wrong("{Name: a}"), Contains("Fn::ForEach takes"));
    CHECK_THAT(wrong("[Name, [a], b]"), Contains("Fn::ForEach takes"));
    CHECK_THAT(wrong("['', [a], {X: 1}]"), Contains("Fn::ForEach takes"));
    CHECK_THAT(wrong("[Name, a, {X: 1}]"),
               Contains("expected a list, or a Ref to a parameter that is a list, not \"a\""));
    CHECK_THAT(wrong("[Name, [[a]], {X: 1}]"), Contains("a loop goes over texts, not a list"));
    CHECK_THAT(wrong("[Name, !Ref Route, {X: 1}]"),
               Contains("there is no resource or parameter named \"Route\""));
    CHECK_THAT(wrong("[Name, [a, b], {X: {Type: AWS::SNS::Topic}}]"),
               Contains("there is more than one X: each round of a loop needs a key of its own"));
    CHECK_THAT(wrong("[Name, [Api], {'${Name}': {Type: AWS::SNS::Topic}}]"),
               Contains("there is more than one Api"));
    CHECK_THAT(values(loop_of("[a.b]", "x"))["problems"],
               Contains("a logical id has letters and digits only"));
    CHECK_THAT(problems_of(load_template(kChat + loop_of("[A]", "x"))),
               Contains("Fn::ForEach needs \"Transform: AWS::LanguageExtensions\" at the top"));
}

TEST_CASE("Loops that make too much are refused")
{
    std::string list = "[x";
    for (int i = 0; i < 99; ++i) list += ", x" + std::to_string(i);
    list += ']';
    std::string loop = "{A: {Type: AWS::SNS::Topic}}";
    for (const char* name : {"N1", "N2", "N3", "N4", "N5"})
        loop = "{\"Fn::ForEach::" + std::string(name) + "\": [" + name + ", " + list + ", " + loop + "]}";
    CHECK_THAT(problems_of(load_template(looped("") + "Conditions: " + loop + '\n')),
               Contains("the template's loops make more than 100000 values"));
}
