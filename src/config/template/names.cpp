// SPDX-License-Identifier: Apache-2.0
#include "config/template/names.hpp"

#include "core/hash.hpp"
#include "core/text.hpp"

#include <span>
#include <utility>
#include <vector>

namespace postern::config::templates {

namespace {

constexpr std::size_t kFunctionNameMax = 64;

/// How the names of one type look. In the forms, {n} is the resource's own name or else its logical id, {i}
/// an id made of ten letters and digits, {p}, {r} and {a} partition, region and account.
struct NameRule {
    std::string_view type;
    std::string_view property;  ///< has the name
    std::string_view ref;
    std::string_view arn;  ///< of every attribute that ends with "Arn"; "" for none
    std::vector<std::pair<std::string_view, std::string_view>> attributes;
    bool is_closed = false;  ///< there are no attributes but these
};

const std::vector<NameRule>& rules()
{
    static const std::vector<NameRule> all = {
        {"AWS::ApiGatewayV2::Api",
         "",
         "{i}",
         "",
         {{"ApiId", "{i}"}, {"ApiEndpoint", "wss://{i}.execute-api.{r}.{u}"}},
         true},
        {"AWS::ApiGatewayV2::Route", "", "{i}", "", {{"RouteId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::Integration", "", "{i}", "", {{"IntegrationId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::IntegrationResponse", "", "{i}", "", {{"IntegrationResponseId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::RouteResponse", "", "{i}", "", {{"RouteResponseId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::Deployment", "", "{i}", "", {{"DeploymentId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::Stage", "StageName", "{n}", "", {}, true},
        {"AWS::ApiGatewayV2::Authorizer", "", "{i}", "", {{"AuthorizerId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::Model", "", "{i}", "", {{"ModelId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::ApiMapping", "", "{i}", "", {{"ApiMappingId", "{i}"}}, true},
        {"AWS::ApiGatewayV2::DomainName",
         "DomainName",
         "{n}",
         "arn:{p}:apigateway:{r}::/domainnames/{n}",
         {{"RegionalDomainName", "d-{i}.execute-api.{r}.{u}"}, {"RegionalHostedZoneId", "Z{i}"}}},
        {"AWS::Lambda::Function", "FunctionName", "{n}", "arn:{p}:lambda:{r}:{a}:function:{n}", {}},
        {"AWS::Serverless::Function", "FunctionName", "{n}", "arn:{p}:lambda:{r}:{a}:function:{n}", {}},
        {"AWS::Lambda::Alias",
         "",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         {}},
        {"AWS::Lambda::Version",
         "",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         {{"Version", "1"}}},
        {"AWS::Lambda::LayerVersion",
         "LayerName",
         "arn:{p}:lambda:{r}:{a}:layer:{n}:1",
         "arn:{p}:lambda:{r}:{a}:layer:{n}:1",
         {}},
        {"AWS::Serverless::LayerVersion",
         "LayerName",
         "arn:{p}:lambda:{r}:{a}:layer:{n}:1",
         "arn:{p}:lambda:{r}:{a}:layer:{n}:1",
         {}},
        {"AWS::Lambda::Url",
         "",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         "arn:{p}:lambda:{r}:{a}:function:{n}",
         {{"FunctionUrl", "https://{i}.lambda-url.{r}.on.aws/"}}},
        {"AWS::DynamoDB::Table",
         "TableName",
         "{n}",
         "arn:{p}:dynamodb:{r}:{a}:table/{n}",
         {{"StreamArn", "arn:{p}:dynamodb:{r}:{a}:table/{n}/stream/2026-01-01T00:00:00.000"}}},
        {"AWS::DynamoDB::GlobalTable",
         "TableName",
         "{n}",
         "arn:{p}:dynamodb:{r}:{a}:table/{n}",
         {{"StreamArn", "arn:{p}:dynamodb:{r}:{a}:table/{n}/stream/2026-01-01T00:00:00.000"}}},
        {"AWS::Serverless::SimpleTable", "TableName", "{n}", "arn:{p}:dynamodb:{r}:{a}:table/{n}", {}},
        {"AWS::SQS::Queue",
         "QueueName",
         "https://sqs.{r}.{u}/{a}/{n}",
         "arn:{p}:sqs:{r}:{a}:{n}",
         {{"QueueName", "{n}"}, {"QueueUrl", "https://sqs.{r}.{u}/{a}/{n}"}}},
        {"AWS::SNS::Topic",
         "TopicName",
         "arn:{p}:sns:{r}:{a}:{n}",
         "arn:{p}:sns:{r}:{a}:{n}",
         {{"TopicName", "{n}"}}},
        {"AWS::S3::Bucket",
         "BucketName",
         "{l}",
         "arn:{p}:s3:::{l}",
         {{"DomainName", "{l}.s3.{u}"},
          {"RegionalDomainName", "{l}.s3.{r}.{u}"},
          {"WebsiteURL", "http://{l}.s3-website-{r}.{u}"}}},
        {"AWS::StepFunctions::StateMachine",
         "StateMachineName",
         "arn:{p}:states:{r}:{a}:stateMachine:{n}",
         "arn:{p}:states:{r}:{a}:stateMachine:{n}",
         {{"Name", "{n}"}}},
        {"AWS::Serverless::StateMachine",
         "Name",
         "arn:{p}:states:{r}:{a}:stateMachine:{n}",
         "arn:{p}:states:{r}:{a}:stateMachine:{n}",
         {{"Name", "{n}"}}},
        {"AWS::Cognito::UserPool",
         "",
         "{r}_{i}",
         "arn:{p}:cognito-idp:{r}:{a}:userpool/{r}_{i}",
         {{"ProviderName", "cognito-idp.{r}.{u}/{r}_{i}"},
          {"ProviderURL", "https://cognito-idp.{r}.{u}/{r}_{i}"},
          {"UserPoolId", "{r}_{i}"}}},
        {"AWS::Cognito::UserPoolClient", "", "{i}", "", {{"ClientId", "{i}"}, {"Name", "{n}"}}},
        {"AWS::Cognito::IdentityPool", "", "{r}:{i}", "", {}},
        {"AWS::IAM::Role", "RoleName", "{n}", "arn:{p}:iam::{a}:role/{n}", {{"RoleId", "AROA{i}"}}},
        {"AWS::IAM::ManagedPolicy",
         "ManagedPolicyName",
         "arn:{p}:iam::{a}:policy/{n}",
         "arn:{p}:iam::{a}:policy/{n}",
         {}},
        {"AWS::Logs::LogGroup", "LogGroupName", "{n}", "arn:{p}:logs:{r}:{a}:log-group:{n}:*", {}},
        {"AWS::Events::EventBus", "Name", "{n}", "arn:{p}:events:{r}:{a}:event-bus/{n}", {{"Name", "{n}"}}},
        {"AWS::Events::Rule", "Name", "{n}", "arn:{p}:events:{r}:{a}:rule/{n}", {}},
        {"AWS::Kinesis::Stream", "Name", "{n}", "arn:{p}:kinesis:{r}:{a}:stream/{n}", {}},
        {"AWS::KinesisFirehose::DeliveryStream",
         "DeliveryStreamName",
         "{n}",
         "arn:{p}:firehose:{r}:{a}:deliverystream/{n}",
         {}},
        {"AWS::SecretsManager::Secret",
         "Name",
         "arn:{p}:secretsmanager:{r}:{a}:secret:{n}",
         "arn:{p}:secretsmanager:{r}:{a}:secret:{n}",
         {{"Id", "arn:{p}:secretsmanager:{r}:{a}:secret:{n}"}}},
        {"AWS::SSM::Parameter", "Name", "{n}", "arn:{p}:ssm:{r}:{a}:parameter/{n}", {}},
        {"AWS::KMS::Key", "", "{i}", "arn:{p}:kms:{r}:{a}:key/{i}", {{"KeyId", "{i}"}}},
        {"AWS::CertificateManager::Certificate",
         "",
         "arn:{p}:acm:{r}:{a}:certificate/{i}",
         "arn:{p}:acm:{r}:{a}:certificate/{i}",
         {}},
        {"AWS::ApiGateway::RestApi", "", "{i}", "", {{"RootResourceId", "{i}"}, {"RestApiId", "{i}"}}},
        {"AWS::Serverless::Api", "", "{i}", "", {{"RootResourceId", "{i}"}}},
        {"AWS::Serverless::HttpApi",
         "",
         "{i}",
         "",
         {{"ApiEndpoint", "https://{i}.execute-api.{r}.{u}"}, {"ApiId", "{i}"}}},
        {"AWS::ApiGateway::Stage", "StageName", "{n}", "", {}},
        {"AWS::CloudFront::Distribution",
         "",
         "E{i}",
         "",
         {{"DomainName", "{i}.cloudfront.net"}, {"Id", "E{i}"}}},
    };
    return all;
}

const NameRule* rule_of(std::string_view type)
{
    for (const NameRule& rule : rules()) {
        if (rule.type == type) return &rule;
    }
    return nullptr;
}

std::string filled(std::string_view form, const NameOf& resource)
{
    const Identity& identity = resource.identity;
    std::string out;
    while (!form.empty()) {
        const std::size_t hole = form.find('{');
        out += form.substr(0, hole);
        if (hole == std::string_view::npos) break;
        const std::string name = resource.name.empty() ? std::string(resource.id) : resource.name;
        switch (form[hole + 1]) {
            case 'n':
                out += name;
                break;
            case 'l':
                out += text::lower(name);
                break;
            case 'i':
                out += made_up_id(identity, resource.id, 10);
                break;
            case 'p':
                out += identity.partition();
                break;
            case 'r':
                out += identity.region;
                break;
            case 'a':
                out += identity.account;
                break;
            default:
                out += identity.url_suffix();
                break;
        }
        form.remove_prefix(hole + 3);
    }
    return out;
}

/// "AWS::Location::Tracker" makes arn:aws:location:us-east-1:000000000000:tracker/NAME.
std::string usual_arn(const NameOf& resource)
{
    const std::vector<std::string_view> words =
        text::split(resource.type, ':');  // AWS, "", Service, "", Kind
    const std::string service = words.size() > 2 ? text::lower(words[2]) : "custom";
    const std::string kind = text::lower(words.back());
    return filled("arn:{p}:" + service + ":{r}:{a}:" + kind + "/{n}", resource);
}

}  // namespace

std::string Identity::partition() const
{
    if (region.starts_with("cn-")) return "aws-cn";
    return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

std::string Identity::url_suffix() const
{
    return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

std::string Identity::stack_id() const
{
    return "arn:" + partition() + ":cloudformation:" + region + ':' + account + ":stack/" + stack +
           "/00000000-0000-0000-0000-000000000000";
}

std::string_view name_property(std::string_view type)
{
    const NameRule* rule = rule_of(type);
    return rule == nullptr ? "" : rule->property;
}

std::string ref_of(const NameOf& resource)
{
    const NameRule* rule = rule_of(resource.type);
    return filled(rule == nullptr ? "{n}" : rule->ref, resource);
}

std::optional<std::string> attribute_of(const NameOf& resource, std::string_view attribute)
{
    if (const NameRule* rule = rule_of(resource.type)) {
        for (const auto& [name, form] : rule->attributes) {
            if (name == attribute) return filled(form, resource);
        }
        if (rule->is_closed) return std::nullopt;
        if (attribute.ends_with("Arn") && !rule->arn.empty()) return filled(rule->arn, resource);
    }
    if (attribute.ends_with("Arn")) return usual_arn(resource);
    if (attribute.ends_with("Name") || attribute.ends_with("Id")) return ref_of(resource);
    return filled("{n}-", resource) + std::string(attribute);
}

std::string made_up_id(const Identity& identity, std::string_view logical_id, std::size_t length)
{
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    const hash::Sha256 digest = hash::sha256(identity.stack + '/' + std::string(logical_id));
    std::string out;
    for (std::size_t i = 0; i < length && i < digest.size(); ++i)
        out += kLetters[digest[i] % kLetters.size()];
    return out;
}

std::string function_name_of(std::string_view logical_id)
{
    if (logical_id.size() <= kFunctionNameMax) return std::string(logical_id);
    constexpr std::size_t kDigits = 8;
    return std::string(logical_id.substr(0, kFunctionNameMax - kDigits)) +
           hash::sha256_hex(logical_id).substr(0, kDigits);
}

}  // namespace postern::config::templates
