// SPDX-License-Identifier: Apache-2.0
#include "management/callers.hpp"

#include "catch.hpp"
#include "core/hash.hpp"
#include "unit/management/support.hpp"

#include <optional>

using namespace postern;
using management::CallerKey;
using management::CallerOptions;
using management::Callers;

namespace {

constexpr EpochMillis kNow = 1'790'328'029'000;  // 2026-09-25 09:20:29
constexpr const char* kArn = "arn:aws:execute-api:us-east-1:123456789012:api/dev/";

CallerKey key(const std::string& id, const std::string& policy = {}, const std::string& token = {})
{
    CallerKey made;
    made.key = {id, "secret of " + id, token, "arn:aws:iam::123456789012:user/" + id};
    if (!policy.empty()) made.policy = api::Policy::parse(policy).value();
    return made;
}

std::string policy(const std::string& effect, const std::string& resource)
{
    return R"({"Statement":{"Effect":")" + effect +
           R"(","Action":"execute-api:ManageConnections","Resource":")" + resource + R"("}})";
}

Callers callers(std::vector<CallerKey> keys, bool admits_anybody = false)
{
    CallerOptions options;
    options.keys = std::move(keys);
    options.admits_anybody = admits_anybody;
    options.region = "us-east-1";
    options.account_id = "123456789012";
    return Callers(std::move(options));
}

/// The call, signed by `key` (spec data-plane 7.1).
test::Call signed_by(const CallerKey& key, test::Call call = {})
{
    const std::string scope = "20260925/us-east-1/execute-api/aws4_request";
    std::string names = "host;x-amz-date";
    call.headers.push_back({"X-Amz-Date", "20260925T092029Z"});
    if (!key.key.session_token.empty()) {
        call.headers.push_back({"X-Amz-Security-Token", key.key.session_token});
    }
    const std::string canonical = call.method + "\n/" + call.stage +
                                  "/%40connections/gbgA_S5PGQAYKEilZA%253D%253D\n\nhost:localhost:8080\n"
                                  "x-amz-date:20260925T092029Z\n\n" +
                                  names + "\n" + hash::sha256_hex(call.body);
    hash::Sha256 step = hash::hmac_sha256("AWS4" + key.key.secret, "20260925");
    for (const std::string_view part : {"us-east-1", "execute-api", "aws4_request"}) {
        step = hash::hmac_sha256(hash::bytes_of(step), part);
    }
    const std::string to_sign =
        "AWS4-HMAC-SHA256\n20260925T092029Z\n" + scope + "\n" + hash::sha256_hex(canonical);
    call.headers.push_back(
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=" + key.key.id + "/" + scope + ", SignedHeaders=" + names +
             ", Signature=" + hash::hex(hash::hmac_sha256(hash::bytes_of(step), to_sign))});
    return call;
}

std::optional<api::HttpReply> refusal(const Callers& callers, const test::Call& call)
{
    return callers.refuse(call.view(), {"uuid", "apigw", "trace"}, kNow);
}

/// "STATUS TYPE BODY"; empty for who may.
std::string said(const Callers& callers, const test::Call& call)
{
    const auto reply = refusal(callers, call);
    if (!reply) return {};
    return std::to_string(reply->status) + " " + test::header(*reply, "x-amzn-ErrorType") + " " + reply->body;
}

const std::string kMissing =
    R"(403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"})";

}  // namespace

TEST_CASE("without keys the gateway's functions may call from any address, and nobody else is asked to sign")
{
    CallerOptions options;
    options.region = "us-east-1";
    options.account_id = "123456789012";
    options.functions = key("ASIAFUNCTION", policy("Allow", "*"), "token");
    const Callers callers(std::move(options));
    test::Call far;
    far.source_ip = "192.0.2.7";
    CHECK_FALSE(refusal(callers, test::Call()));
    CHECK(refusal(callers, far)->status == 403);
    CHECK_FALSE(refusal(callers, signed_by(key("ASIAFUNCTION", {}, "token"), far)));
    CHECK(refusal(callers, signed_by(key("ASIAFUNCTION", {}, "another"), far))->status == 403);
    CHECK(refusal(callers, signed_by(key("AKIDSTRANGER"), far))->status == 403);

    const test::Call signed_call = signed_by(key("ASIAFUNCTION", {}, "token"), far);
    const auto administration = callers.refuse_administration(
        {signed_call.method, signed_call.target, signed_call.headers, signed_call.body, "192.0.2.7"}, kNow);
    REQUIRE(administration);
    CHECK(administration->find("does not allow postern:Administer") != std::string::npos);
}

TEST_CASE("Without keys, callers from this machine may")
{
    const Callers nobody = callers({});
    test::Call call;
    for (const char* address : {"127.0.0.1", "127.8.9.10", "::1"}) {
        call.source_ip = address;
        CHECK(said(nobody, call).empty());
    }
    for (const char* address : {"203.0.113.7", "::2", "1127.0.0.1", "128.0.0.1", "fe80::1", ""}) {
        call.source_ip = address;
        CHECK(said(nobody, call) == kMissing);
    }
}

TEST_CASE("Without keys, what a proxy or a browser on this machine sends comes from elsewhere")
{
    const Callers nobody = callers({});
    for (const char* name :
         {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP", "Via", "Origin"}) {
        test::Call call;
        call.headers.push_back({name, "127.0.0.1"});
        CHECK(said(nobody, call) == kMissing);
    }
}

TEST_CASE("Anybody may when the operator says so")
{
    test::Call call;
    call.source_ip = "203.0.113.7";
    CHECK(said(callers({}, true), call).empty());
    CHECK(said(callers({key("AKIDONE")}, true), call).empty());  // no configuration can say both
}

TEST_CASE("With keys, whoever signs may, and nobody else")
{
    const CallerKey one = key("AKIDONE");
    const CallerKey two = key("AKIDTWO");
    const Callers both = callers({one, two});
    CHECK(said(both, signed_by(one)).empty());
    CHECK(said(both, signed_by(two)).empty());
    CHECK(said(both, test::Call()) == kMissing);

    SECTION("another secret")
    {
        CallerKey forged = one;
        forged.key.secret = "another";
        const std::string answer = said(both, signed_by(forged));
        CHECK(answer.starts_with(
            R"(403 InvalidSignatureException {"message":"The request signature we calculated does not match)"));
        CHECK(answer.find(one.key.secret) == std::string::npos);
    }
    SECTION("another key")
    {
        CHECK(
            said(both, signed_by(key("AKIDTHREE"))) ==
            R"(403 UnrecognizedClientException {"message":"The security token included in the request is invalid."})");
    }
    SECTION("another body, method or query than was signed")
    {
        test::Call call = signed_by(one);
        call.body = "hellp";
        CHECK(said(both, call).starts_with("403 InvalidSignatureException"));
        call = signed_by(one);
        call.method = "DELETE";
        CHECK(said(both, call).starts_with("403 InvalidSignatureException"));
        call = signed_by(one);
        call.target += "?x";
        CHECK(said(both, call).starts_with("403 InvalidSignatureException"));
    }
}

TEST_CASE("A key's policy is asked about method and stage, never about a single connection")
{
    const CallerKey poster = key("AKIDPOSTER", policy("Allow", std::string(kArn) + "POST/@connections/*"));
    const CallerKey one_id =
        key("AKIDONEID", policy("Allow", kArn + ("POST/@connections/" + std::string(test::kOwnId))));
    const CallerKey literal =
        key("AKIDLITERAL", policy("Allow", std::string(kArn) + "POST/@connections/{connectionId}"));
    const Callers all = callers({poster, one_id, literal});

    CHECK(said(all, signed_by(poster)).empty());
    CHECK(said(all, signed_by(literal)).empty());
    CHECK(said(all, signed_by(one_id)).starts_with("403 AccessDeniedException"));

    test::Call get;
    get.method = "GET";
    CHECK(said(all, signed_by(poster, get)) ==
          R"(403 AccessDeniedException {"Message":"User: arn:aws:iam::123456789012:user/AKIDPOSTER is not )"
          "authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:"
          "********9012:api/dev/GET/@connections/{connectionId} because no identity-based policy allows the "
          R"(execute-api:ManageConnections action"})");

    test::Call elsewhere;
    elsewhere.stage = "prod";
    elsewhere.target = "/prod/@connections/gbgA_S5PGQAYKEilZA%3D%3D";
    CHECK(said(all, signed_by(poster, elsewhere)).find(":api/prod/POST/") != std::string::npos);
}

TEST_CASE("A deny is named, and a temporary key's policy is a session policy")
{
    const CallerKey denied = key("AKIDDENIED", policy("Deny", "*"));
    const CallerKey session = key("ASIASESSION", policy("Deny", "*"), "token");
    const Callers both = callers({denied, session});
    CHECK(said(both, signed_by(denied)).ends_with(R"( with an explicit deny in an identity-based policy"})"));
    CHECK(said(both, signed_by(session)).ends_with(R"( with an explicit deny in a session policy"})"));
}

TEST_CASE("A refusal names a key without a userArn by its id")
{
    CallerKey nameless = key("AKIDNAMELESS", policy("Deny", "*"));
    nameless.key.user_arn.clear();
    CHECK(said(callers({nameless}), signed_by(nameless)).find("User: AKIDNAMELESS is not authorized") !=
          std::string::npos);
}

TEST_CASE("A temporary key needs its session token")
{
    const CallerKey session = key("ASIASESSION", {}, "token");
    CallerKey without = session;
    without.key.session_token.clear();
    const Callers one = callers({session});
    CHECK(said(one, signed_by(session)).empty());
    CHECK(said(one, signed_by(without)).starts_with("403 UnrecognizedClientException"));
}
