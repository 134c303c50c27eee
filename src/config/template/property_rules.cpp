// SPDX-License-Identifier: Apache-2.0
#include "config/template/property_rules.hpp"

#include <array>
#include <map>

namespace postern::config::templates {

namespace {

constexpr auto kCopied = PropertyRule::Use::Copied;
constexpr auto kCopiedKeys = PropertyRule::Use::CopiedKeys;
constexpr auto kRead = PropertyRule::Use::Read;
constexpr auto kIgnored = PropertyRule::Use::Ignored;

constexpr std::string_view kNoRoles = "nothing here needs a role or a permission";
constexpr std::string_view kNoEvents = "only WebSocket routes and the Invoke API call functions here";
constexpr std::string_view kHostDecides = "the machine that Postern runs on decides";
constexpr std::string_view kForPeople = "for people";
constexpr std::string_view kHttpApisOnly = "belongs to HTTP APIs";
constexpr std::string_view kNoDeployment = "nothing is deployed here";
constexpr std::string_view kOnDemand = "instances are started when they are needed";
constexpr std::string_view kOneVersion = "every version is the code as it is now";

/// Both kinds of functions.
const std::vector<PropertyRule> kFunction = {
    {"Description", kCopied},
    {"Environment", kRead},
    {"FunctionName", kRead},
    {"Handler", kCopied},
    {"Layers", kRead},
    {"LoggingConfig", kRead},
    {"MemorySize", kCopied},
    {"PackageType", kRead},
    {"ReservedConcurrentExecutions", kCopied},
    {"Runtime", kCopied},
    {"Timeout", kCopied},
    {"Architectures", kIgnored, kHostDecides},
    {"CapacityProviderConfig", kIgnored, kHostDecides},
    {"CodeSigningConfigArn", kIgnored, kNoDeployment},
    {"EphemeralStorage", kIgnored, kHostDecides},
    {"FileSystemConfigs", kIgnored, kHostDecides},
    {"ImageConfig", kIgnored, "Postern runs no images"},
    {"KmsKeyArn", kIgnored, kNoRoles},
    {"RecursiveLoop", kIgnored, kNoEvents},
    {"Role", kIgnored, kNoRoles},
    {"RuntimeManagementConfig", kIgnored, kHostDecides},
    {"SnapStart", kIgnored, "instances are started anew"},
    {"Tags", kIgnored, kForPeople},
    {"TenancyConfig", kIgnored, kHostDecides},
    {"DurableConfig", kIgnored, "durable executions are Lambda's own"},
    {"VpcConfig", kIgnored, kHostDecides},
};

const std::vector<PropertyRule> kOfLambda = {
    {"Code", kRead},
    {"DeadLetterConfig", kIgnored, kNoEvents},
    {"TracingConfig", kIgnored, "there is no X-Ray here"},
};

const std::vector<PropertyRule> kOfSam = {
    {"AutoPublishAlias", kRead},
    {"CodeUri", kRead},
    {"ImageUri", kRead},
    {"InlineCode", kRead},
    {"AssumeRolePolicyDocument", kIgnored, kNoRoles},
    {"AutoPublishAliasAllProperties", kIgnored, kNoDeployment},
    {"AutoPublishCodeSha256", kIgnored, kNoDeployment},
    {"DeadLetterQueue", kIgnored, kNoEvents},
    {"DeploymentPreference", kIgnored, kNoDeployment},
    {"EventInvokeConfig", kIgnored, kNoEvents},
    {"Events", kIgnored, kNoEvents},
    {"FunctionScalingConfig", kIgnored, kHostDecides},
    {"FunctionUrlConfig", kIgnored, kNoEvents},
    {"PermissionsBoundary", kIgnored, kNoRoles},
    {"Policies", kIgnored, kNoRoles},
    {"PropagateTags", kIgnored, kForPeople},
    {"ProvisionedConcurrencyConfig", kIgnored, kOnDemand},
    {"PublishToLatestPublished", kIgnored, kNoDeployment},
    {"RolePath", kIgnored, kNoRoles},
    {"SourceKMSKeyArn", kIgnored, kNoRoles},
    {"Tracing", kIgnored, "there is no X-Ray here"},
    {"VersionDeletionPolicy", kIgnored, kNoDeployment},
    {"VersionDescription", kIgnored, kForPeople},
};

std::vector<PropertyRule> both(std::vector<PropertyRule> first, const std::vector<PropertyRule>& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

const std::map<std::string_view, std::vector<PropertyRule>>& table()
{
    static const std::map<std::string_view, std::vector<PropertyRule>> all = {
        {"AWS::Lambda::Function", both(kFunction, kOfLambda)},
        {"AWS::Serverless::Function", both(kFunction, kOfSam)},
        {"AWS::Lambda::LayerVersion",
         {{"Content", kRead},
          {"LayerName", kRead},
          {"CompatibleArchitectures", kIgnored, kHostDecides},
          {"CompatibleRuntimes", kIgnored, kForPeople},
          {"Description", kIgnored, kForPeople},
          {"LicenseInfo", kIgnored, kForPeople}}},
        {"AWS::Serverless::LayerVersion",
         {{"ContentUri", kRead},
          {"LayerName", kRead},
          {"CompatibleArchitectures", kIgnored, kHostDecides},
          {"CompatibleRuntimes", kIgnored, kForPeople},
          {"Description", kIgnored, kForPeople},
          {"LicenseInfo", kIgnored, kForPeople},
          {"PublishLambdaVersion", kIgnored, kNoDeployment},
          {"RetentionPolicy", kIgnored, kNoDeployment}}},
        {"AWS::ApiGatewayV2::Api",
         {{"ApiKeySelectionExpression", kCopied},
          {"Description", kCopied},
          {"DisableExecuteApiEndpoint", kCopied},
          {"DisableSchemaValidation", kCopied},
          {"IpAddressType", kCopied},
          {"Name", kCopied},
          {"ProtocolType", kRead},
          {"RouteSelectionExpression", kCopied},
          {"Tags", kCopied},
          {"Version", kCopied},
          {"BasePath", kIgnored, kHttpApisOnly},
          {"Body", kIgnored, kHttpApisOnly},
          {"BodyS3Location", kIgnored, kHttpApisOnly},
          {"CorsConfiguration", kIgnored, kHttpApisOnly},
          {"CredentialsArn", kIgnored, kHttpApisOnly},
          {"FailOnWarnings", kIgnored, kHttpApisOnly},
          {"RouteKey", kIgnored, kHttpApisOnly},
          {"Target", kIgnored, kHttpApisOnly}}},
        {"AWS::ApiGatewayV2::Route",
         {{"ApiId", kRead},
          {"ApiKeyRequired", kCopied},
          {"AuthorizationScopes", kCopied},
          {"AuthorizationType", kCopied},
          {"AuthorizerId", kRead},
          {"ModelSelectionExpression", kCopied},
          {"OperationName", kCopied},
          {"RequestModels", kCopied},
          {"RequestParameters", kCopied},
          {"RouteKey", kRead},
          {"RouteResponseSelectionExpression", kCopied},
          {"Target", kRead}}},
        {"AWS::ApiGatewayV2::Integration",
         {{"ApiId", kRead},
          {"ConnectionId", kCopied},
          {"ConnectionType", kCopied},
          {"ContentHandlingStrategy", kCopied},
          {"CredentialsArn", kCopied},
          {"Description", kCopied},
          {"IntegrationMethod", kCopied},
          {"IntegrationType", kCopied},
          {"IntegrationUri", kRead},
          {"PassthroughBehavior", kCopied},
          {"PayloadFormatVersion", kCopied},
          {"RequestParameters", kCopied},
          {"RequestTemplates", kCopied},
          {"TemplateSelectionExpression", kCopied},
          {"TimeoutInMillis", kCopied},
          {"IntegrationSubtype", kIgnored, kHttpApisOnly},
          {"ResponseParameters", kIgnored, kHttpApisOnly},
          {"TlsConfig", kIgnored, kHttpApisOnly}}},
        {"AWS::ApiGatewayV2::IntegrationResponse",
         {{"ApiId", kRead},
          {"ContentHandlingStrategy", kCopied},
          {"IntegrationId", kRead},
          {"IntegrationResponseKey", kRead},
          {"ResponseParameters", kCopied},
          {"ResponseTemplates", kCopied},
          {"TemplateSelectionExpression", kCopied}}},
        {"AWS::ApiGatewayV2::RouteResponse",
         {{"ApiId", kRead},
          {"ModelSelectionExpression", kCopied},
          {"ResponseModels", kCopied},
          {"ResponseParameters", kCopied},
          {"RouteId", kRead},
          {"RouteResponseKey", kCopied}}},
        {"AWS::ApiGatewayV2::Deployment",
         {{"ApiId", kRead}, {"Description", kIgnored, kForPeople}, {"StageName", kRead}}},
        {"AWS::ApiGatewayV2::Stage",
         {{"AccessLogSettings", kCopiedKeys},
          {"ApiId", kRead},
          {"AutoDeploy", kCopied},
          {"ClientCertificateId", kCopied},
          {"DefaultRouteSettings", kCopiedKeys},
          {"DeploymentId", kCopied},
          {"Description", kCopied},
          {"RouteSettings", kRead},
          {"StageName", kRead},
          {"StageVariables", kCopied},
          {"Tags", kCopied},
          {"AccessPolicyId", kIgnored, kNoRoles}}},
        {"AWS::ApiGatewayV2::Authorizer",
         {{"ApiId", kRead},
          {"AuthorizerCredentialsArn", kCopied},
          {"AuthorizerType", kCopied},
          {"AuthorizerUri", kRead},
          {"IdentitySource", kCopied},
          {"IdentityValidationExpression", kCopied},
          {"Name", kCopied},
          {"AuthorizerPayloadFormatVersion", kIgnored, kHttpApisOnly},
          {"AuthorizerResultTtlInSeconds", kIgnored, kHttpApisOnly},
          {"EnableSimpleResponses", kIgnored, kHttpApisOnly},
          {"JwtConfiguration", kIgnored, kHttpApisOnly}}},
        {"AWS::ApiGatewayV2::Model",
         {{"ApiId", kRead},
          {"ContentType", kCopied},
          {"Description", kCopied},
          {"Name", kRead},
          {"Schema", kRead}}},
        {"AWS::ApiGatewayV2::DomainName",
         {{"DomainName", kRead},
          {"DomainNameConfigurations", kIgnored, "gateway.listeners says which certificate is shown"},
          {"MutualTlsAuthentication", kCopiedKeys},
          {"RoutingMode", kIgnored, "the API mappings decide"},
          {"Tags", kCopied}}},
        {"AWS::ApiGatewayV2::ApiMapping",
         {{"ApiId", kCopied}, {"ApiMappingKey", kCopied}, {"DomainName", kRead}, {"Stage", kCopied}}},
        // What these say is in their names already; see names.hpp.
        {"AWS::Lambda::Alias",
         {{"FunctionName", kRead},
          {"Name", kRead},
          {"Description", kIgnored, kForPeople},
          {"FunctionVersion", kIgnored, kOneVersion},
          {"ProvisionedConcurrencyConfig", kIgnored, kOnDemand},
          {"RoutingConfig", kIgnored, kOneVersion}}},
        {"AWS::Lambda::Version",
         {{"FunctionName", kRead},
          {"CodeSha256", kIgnored, kNoDeployment},
          {"Description", kIgnored, kForPeople},
          {"FunctionScalingConfig", kIgnored, kHostDecides},
          {"ProvisionedConcurrencyConfig", kIgnored, kOnDemand},
          {"RuntimePolicy", kIgnored, kHostDecides}}},
    };
    return all;
}

}  // namespace

const std::vector<PropertyRule>* rules_of(std::string_view type)
{
    const auto found = table().find(type);
    return found == table().end() ? nullptr : &found->second;
}

const PropertyRule* find_rule(const std::vector<PropertyRule>& rules, std::string_view name)
{
    for (const PropertyRule& rule : rules) {
        if (rule.name == name) return &rule;
    }
    return nullptr;
}

std::vector<std::string> names_of(const std::vector<PropertyRule>& rules)
{
    std::vector<std::string> names;
    names.reserve(rules.size());
    for (const PropertyRule& rule : rules) names.emplace_back(rule.name);
    return names;
}

}  // namespace postern::config::templates
