// SPDX-License-Identifier: Apache-2.0
#include "management/callers.hpp"

#include "api/function_reference.hpp"
#include "core/text.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <array>

namespace postern::management {

namespace {

const api::sigv4::Outcome kUnsigned{
    api::sigv4::Verdict::MissingAuthenticationToken, nullptr, "Missing Authentication Token"};

std::vector<CallerKey> signers_of(const CallerOptions& options)
{
    std::vector<CallerKey> signers = options.keys;
    if (options.functions) signers.push_back(*options.functions);
    return signers;
}

std::vector<api::sigv4::AccessKey> keys_of(const std::vector<CallerKey>& signers)
{
    std::vector<api::sigv4::AccessKey> keys;
    keys.reserve(signers.size());
    for (const CallerKey& signer : signers) keys.push_back(signer.key);
    return keys;
}

bool has_header(const api::Headers& headers, std::string_view name)
{
    return std::any_of(headers.begin(), headers.end(), [&](const api::Header& header) {
        return text::iequals(header.name, name);
    });
}

/// What a proxy on this machine passes on comes from somewhere else, and what a browser on it sends may be a
/// stranger's page.
constexpr std::array<std::string_view, 5> kForeign{
    "X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "Origin"};

bool is_local(const CallerRequest& request)
{
    const bool is_loopback = request.source_ip.starts_with("127.") || request.source_ip == "::1";
    return is_loopback && std::none_of(kForeign.begin(), kForeign.end(), [&](std::string_view name) {
               return has_header(request.headers, name);
           });
}

constexpr std::string_view kOnlyThisMachine =
    "Only callers on this machine may, and not through a proxy, until gateway.accessKeys says who signs";

/// An IP address or localhost. Any other name may be a page's own, pointed here for a moment (DNS rebinding).
bool is_unmistakable_host(std::string_view host)
{
    if (host.starts_with('[')) {
        const std::size_t bracket = host.find(']');
        if (bracket == std::string_view::npos) return false;
        const std::string_view rest = host.substr(bracket + 1);
        return (rest.empty() || rest.starts_with(':')) && net::is_ip_address(host.substr(1, bracket - 1));
    }
    const std::string_view name = host.substr(0, host.rfind(':'));
    return text::iequals(name, "localhost") || net::is_ip_address(name);
}

std::optional<std::string> suspicion(const api::Headers& headers)
{
    if (has_header(headers, "Origin")) return "Requests of web pages (Origin) are not admitted";
    for (const api::Header& header : headers) {
        if (text::iequals(header.name, "Host") && !is_unmistakable_host(header.value))
            return "Unless requests are signed, Host must be an IP address or localhost";
    }
    return std::nullopt;
}

/// Long-term keys have identity-based policies, temporary ones those of their session.
api::management::PolicyKind policy_kind(const CallerKey& key)
{
    return key.key.session_token.empty() ? api::management::PolicyKind::Identity
                                         : api::management::PolicyKind::Session;
}

/// How a refusal names who signed.
const std::string& name_of(const CallerKey& key)
{
    return key.key.user_arn.empty() ? key.key.id : key.key.user_arn;
}

constexpr const char* kAccessDenied = "AccessDeniedException";

}  // namespace

Callers::Callers(CallerOptions options)
    : options_(std::move(options)),
      signers_(signers_of(options_)),
      verifier_({}, keys_of(signers_)),
      lambda_verifier_({"lambda", {}}, keys_of(signers_))
{}

Callers::Caller Callers::authenticate(const CallerRequest& request,
                                      const api::sigv4::Verifier& verifier,
                                      EpochMillis now) const
{
    if (options_.admits_anybody) return {};
    const bool must_sign = !options_.keys.empty();
    if (!must_sign && is_local(request)) return {};

    const std::size_t mark = request.target.find('?');
    const std::string_view query =
        mark == std::string_view::npos ? std::string_view() : request.target.substr(mark + 1);
    api::sigv4::Outcome outcome = verifier.verify(
        {request.method, request.target.substr(0, mark), query, request.headers, request.body}, now);
    if (outcome.verdict != api::sigv4::Verdict::Verified) {
        return {must_sign ? outcome : kUnsigned, nullptr};
    }
    const auto signer = std::find_if(signers_.begin(), signers_.end(), [&](const CallerKey& candidate) {
        return candidate.key.id == outcome.key->id;
    });
    return {std::nullopt, &*signer};
}

std::optional<api::HttpReply> Callers::refuse(const ConnectionsCall& call,
                                              const api::management::ReplyIds& ids,
                                              EpochMillis now) const
{
    const Caller caller =
        authenticate({call.method, call.target, call.headers, call.body, call.source_ip}, verifier_, now);
    if (caller.refusal) return api::management::not_authenticated(*caller.refusal, ids, now);
    if (caller.key != nullptr && call.signer != nullptr) {
        *call.signer = {caller.key->key.id, caller.key->key.user_arn};
    }
    if (caller.key == nullptr || !caller.key->policy) return std::nullopt;

    const std::string path = call.path.resource(call.method);
    const api::ConnectionsResource resource{
        options_.region, options_.account_id, call.api_id, call.stage, call.method, path};
    const api::PolicyVerdict verdict = caller.key->policy->evaluate(api::kManageConnections, resource.arn());
    if (verdict == api::PolicyVerdict::Allowed) return std::nullopt;
    return api::management::access_denied(
        name_of(*caller.key), resource, verdict, policy_kind(*caller.key), ids, now);
}

std::optional<std::string> Callers::refuse_administration(const CallerRequest& request, EpochMillis now) const
{
    const Caller caller = authenticate(request, verifier_, now);
    if (caller.refusal && options_.keys.empty()) return std::string(kOnlyThisMachine);
    if (caller.refusal) return caller.refusal->message;
    if (caller.key == nullptr) return suspicion(request.headers);
    if (!caller.key->policy) return std::nullopt;
    const std::string arn = administration_arn(request.method, request.target);
    if (caller.key->policy->evaluate(kAdminister, arn) == api::PolicyVerdict::Allowed) return std::nullopt;
    return "The policy of access key " + caller.key->key.id + " does not allow " + std::string(kAdminister) +
           " on " + arn;
}

std::optional<InvocationRefusal> Callers::refuse_invocation(const CallerRequest& request,
                                                            std::string_view function_arn,
                                                            EpochMillis now) const
{
    const Caller caller = authenticate(request, lambda_verifier_, now);
    if (caller.refusal) {
        return InvocationRefusal{
            std::string(api::management::error_type_of(caller.refusal->verdict)),
            options_.keys.empty() ? std::string(kOnlyThisMachine) : caller.refusal->message};
    }
    if (caller.key == nullptr) {
        const auto why = suspicion(request.headers);
        return why ? std::optional(InvocationRefusal{kAccessDenied, *why}) : std::nullopt;
    }
    if (!caller.key->policy) return std::nullopt;
    const api::PolicyVerdict verdict = caller.key->policy->evaluate(kInvokeFunction, function_arn);
    if (verdict == api::PolicyVerdict::Allowed) return std::nullopt;
    return InvocationRefusal{
        kAccessDenied,
        api::management::denial(
            name_of(*caller.key), kInvokeFunction, function_arn, verdict, policy_kind(*caller.key))};
}

std::string Callers::function_arn(std::string_view name, std::string_view qualifier) const
{
    std::string arn = api::function_arn(options_.region, options_.account_id, name);
    if (!qualifier.empty()) arn.append(1, ':').append(qualifier);
    return arn;
}

std::string Callers::administration_arn(std::string_view method, std::string_view target) const
{
    std::string arn = "arn:postern:admin:" + options_.region + ':' + options_.account_id + ':';
    return arn.append(method).append(target.substr(0, target.find_first_of("/?", 1)));
}

}  // namespace postern::management
