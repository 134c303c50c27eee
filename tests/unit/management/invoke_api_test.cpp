// SPDX-License-Identifier: Apache-2.0
#include "management/invoke_api.hpp"

#include "api/sigv4_signer.hpp"
#include "catch.hpp"
#include "core/base64.hpp"
#include "core/json.hpp"
#include "support/manual_clock.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace postern;
using api::Invocation;
using api::InvocationResult;
using api::Outcome;
using management::AdminReply;
using management::CallerKey;

namespace {

const std::string kArn = "arn:aws:lambda:eu-west-1:123456789012:function:";

/// One request, to be changed before it is made.
struct Call {
    std::string target = "/2015-03-31/functions/hello/invocations";
    std::string body = R"({"name":"you"})";
    api::Headers headers{{"Host", "127.0.0.1:8081"}};
    std::string method = "POST";
    std::string source_ip = "127.0.0.1";
};

Call to(const std::string& name, const std::string& query = {})
{
    Call call;
    call.target = "/2015-03-31/functions/" + name + "/invocations" + query;
    return call;
}

Call with(const std::string& header, const std::string& value, const std::string& body = "{}")
{
    Call call;
    call.headers.push_back({header, value});
    call.body = body;
    return call;
}

CallerKey key(const std::string& id, const std::string& policy = {})
{
    CallerKey made;
    made.key = {id, "secret of " + id, "", "arn:aws:iam::123456789012:user/" + id};
    if (!policy.empty()) made.policy = api::Policy::parse(policy).value();
    return made;
}

std::string value_of(const AdminReply& reply, std::string_view name)
{
    const api::Header* header = api::find_header(reply.headers, name);
    return header == nullptr ? "" : header->value;
}

/// The Invoke API of a gateway with one function, `hello`.
class Functions {
public:
    explicit Functions(std::vector<CallerKey> keys = {})
        : callers_({std::move(keys), false, "eu-west-1", "123456789012"})
    {
        hooks.has = [](std::string_view name) { return name == "hello"; };
        hooks.invoke = [this](const std::string& name,
                              Invocation invocation,
                              const std::function<void(InvocationResult)>& done) {
            CHECK(name == "hello");
            invocations.push_back(std::move(invocation));
            if (is_held) {
                held = done;
            } else {
                done(answer);
            }
        };
    }

    AdminReply ask(const Call& call)
    {
        std::optional<AdminReply> reply;
        api_.handle({call.method, call.target, call.headers, call.body, call.source_ip},
                    callers_,
                    [&](AdminReply given) { reply = std::move(given); });
        REQUIRE(reply.has_value());
        CHECK(value_of(*reply, "x-amzn-RequestId").size() == 36);
        return *reply;
    }

    AdminReply ask_signed(const CallerKey& signer, Call call, const std::string& service = "lambda")
    {
        const std::size_t mark = call.target.find('?');
        const std::string query = mark == std::string::npos ? "" : call.target.substr(mark + 1);
        const api::Headers added =
            api::sigv4::sign({call.method, call.target.substr(0, mark), query, call.headers, call.body},
                             signer.key,
                             {"eu-west-1", service},
                             clock_.wall());
        call.headers.insert(call.headers.end(), added.begin(), added.end());
        return ask(call);
    }

    /// "STATUS TYPE BODY"
    std::string said(const Call& call) { return words(ask(call)); }

    static std::string words(const AdminReply& reply)
    {
        return std::to_string(reply.status) + ' ' + value_of(reply, "x-amzn-ErrorType") + ' ' + reply.body;
    }

    management::FunctionHooks hooks;
    InvocationResult answer = InvocationResult::returned(R"({"ok":true})");
    std::vector<Invocation> invocations;
    bool is_held = false;
    std::function<void(InvocationResult)> held;

private:
    test::ManualClock clock_;
    management::Callers callers_;
    management::InvokeApi api_{hooks, clock_};
};

}  // namespace

TEST_CASE("A function is invoked with the payload, and its result is the answer")
{
    Functions functions;
    const AdminReply reply = functions.ask({});
    CHECK(reply.status == 200);
    CHECK(reply.content_type == "application/json");
    CHECK(reply.body == R"({"ok":true})");
    CHECK(value_of(reply, "X-Amz-Executed-Version") == "$LATEST");
    CHECK(value_of(reply, "X-Amz-Function-Error").empty());
    CHECK(value_of(reply, "X-Amz-Log-Result").empty());
    REQUIRE(functions.invocations.size() == 1);
    const Invocation& asked = functions.invocations[0];
    CHECK(asked.payload == R"({"name":"you"})");
    CHECK(asked.client_context.empty());
    CHECK(asked.trace_id.empty());
    CHECK(asked.request_id == value_of(reply, "x-amzn-RequestId"));
    CHECK_FALSE(asked.wants_log_tail);
}

TEST_CASE("A function is named by its name or an ARN, encoded or not, with any qualifier")
{
    Functions functions;
    for (const char* name : {"hello",
                             "hello:prod",
                             "hello%3A%24LATEST",
                             "123456789012%3Afunction%3Ahello",
                             "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ahello",
                             "arn:aws:lambda:eu-west-1:123456789012:function:hello:7"}) {
        CAPTURE(name);
        CHECK(functions.ask(to(name)).status == 200);
    }
    CHECK(functions.ask(to("hello", "?Qualifier=prod")).status == 200);
    CHECK(functions.ask(to("hello%3Aprod", "?Qualifier=prod")).status == 200);
    CHECK(functions.said(to("hello%3Aprod", "?Qualifier=dev")) ==
          R"(400 InvalidParameterValueException {"Type":"User","message":)"
          R"("The name ends in the qualifier prod, but Qualifier is dev"})");
}

TEST_CASE("What names no function is said so")
{
    Functions functions;
    CHECK(functions.said(to("nobody")) ==
          R"(404 ResourceNotFoundException {"Type":"User","Message":"Function not found: )" + kArn +
              R"(nobody"})");
    CHECK(functions.said(to("nobody", "?Qualifier=v1")).find(kArn + "nobody:v1\"") != std::string::npos);
    for (const char* name : {"he%20llo", "%", "%zz", "a%2Fb", "arn%3Aaws%3As3%3A%3A%3Abucket"}) {
        CAPTURE(name);
        CHECK(functions.ask(to(name)).status == 400);
    }
    functions.hooks = {};
    CHECK(functions.ask({}).status == 404);
    CHECK(functions.invocations.empty());
}

TEST_CASE("The Invoke API's paths are told from others")
{
    CHECK(management::is_invocation("/2015-03-31/functions/f/invocations"));
    CHECK(management::is_invocation("/2015-03-31/functions/f/invocations?Qualifier=1"));
    for (const char* other : {"/2015-03-31/functions/f",
                              "/2015-03-31/functions//invocations",
                              "/2015-03-31/functions/invocations",
                              "/2015-03-31/functions/f/g/invocations",
                              "/2015-03-31/functions/f/invocations/",
                              "/status?/2015-03-31/functions/f/invocations",
                              ""}) {
        CAPTURE(other);
        CHECK_FALSE(management::is_invocation(other));
    }
}

TEST_CASE("A failed function is 200 with the error's header, and its log's tail when that is asked for")
{
    Functions functions;
    functions.answer =
        InvocationResult::failed(R"({"errorType":"Error","errorMessage":"no"})", "hello failed: Error: no");
    functions.answer.log_tail = "START\nEND\n";
    const AdminReply reply = functions.ask(with("X-Amz-Log-Type", "Tail"));
    CHECK(reply.status == 200);
    CHECK(reply.body == functions.answer.payload);
    CHECK(value_of(reply, "X-Amz-Function-Error") == "Unhandled");
    CHECK(base64::decode(value_of(reply, "X-Amz-Log-Result")) == "START\nEND\n");
    CHECK(functions.invocations.back().wants_log_tail);
    functions.ask(with("X-Amz-Log-Type", "None"));
    CHECK_FALSE(functions.invocations.back().wants_log_tail);
}

TEST_CASE("A throttled, vanished or broken function has AWS's statuses")
{
    Functions functions;
    functions.answer = InvocationResult::refused(Outcome::Throttled, "hello: all 10 instances are busy");
    CHECK(functions.said({}) == R"(429 TooManyRequestsException {"Type":"User","message":"Rate Exceeded.",)"
                                R"("Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"})");
    CHECK(value_of(functions.ask({}), "Retry-After") == "1");
    functions.answer.outcome = Outcome::NotFound;
    CHECK(functions.ask({}).status == 404);
    functions.answer = InvocationResult::refused(Outcome::Broken, "hello: there is no node; install it");
    CHECK(
        functions.said({}) ==
        R"(502 InvalidRuntimeException {"Type":"Service","Message":"hello: there is no node; install it"})");
}

TEST_CASE("An event's caller does not wait, and is not answered twice")
{
    Functions functions;
    functions.is_held = true;
    const AdminReply reply = functions.ask(with("X-Amz-Invocation-Type", "Event"));
    CHECK(reply.status == 202);
    CHECK(reply.body.empty());
    REQUIRE(functions.held);
    functions.held(InvocationResult::failed(R"({"errorType":"Error"})", "hello failed: Error"));
    CHECK(functions.invocations.size() == 1);
    Call unknown = to("nobody");
    unknown.headers.push_back({"X-Amz-Invocation-Type", "Event"});
    CHECK(functions.ask(unknown).status == 404);
}

TEST_CASE("A dry run checks the request and invokes nothing")
{
    Functions functions;
    CHECK(functions.ask(with("X-Amz-Invocation-Type", "DryRun")).status == 204);
    CHECK(functions.ask(with("X-Amz-Invocation-Type", "DryRun", "{")).status == 400);
    Call unknown = to("nobody");
    unknown.headers.push_back({"X-Amz-Invocation-Type", "DryRun"});
    CHECK(functions.ask(unknown).status == 404);
    CHECK(functions.invocations.empty());
}

TEST_CASE("Unknown invocation and log types are refused")
{
    Functions functions;
    CHECK(functions.said(with("X-Amz-Invocation-Type", "event"))
              .starts_with("400 InvalidParameterValueException "));
    CHECK(functions.said(with("X-Amz-Log-Type", "All")).starts_with("400 InvalidParameterValueException "));
    CHECK(functions.ask(with("X-Amz-Invocation-Type", "RequestResponse")).status == 200);
}

TEST_CASE("A payload is JSON; none is an empty event")
{
    Functions functions;
    Call call;
    for (const char* payload : {"{}", "[1]", "\"text\"", "1", "null", " {} \n"}) {
        call.body = payload;
        CHECK(functions.ask(call).status == 200);
        CHECK(functions.invocations.back().payload == payload);
    }
    call.body = "";
    CHECK(functions.ask(call).status == 200);
    CHECK(functions.invocations.back().payload == "{}");
    for (const std::string& payload : {std::string("{"),
                                       std::string("hello"),
                                       std::string("{} x"),
                                       std::string("\"\xff\""),
                                       std::string(100'000, '[')}) {
        call.body = payload;
        CHECK(functions.said(call).starts_with(
            R"(400 InvalidRequestContentException {"Type":"User","message":"Could not parse request body)"));
    }
}

TEST_CASE("A payload's size is bounded, an event's more so")
{
    Functions functions;
    const auto text = [](std::size_t bytes) { return '"' + std::string(bytes - 2, 'x') + '"'; };
    Call call;
    call.body = text(api::kPayloadBytesMax);
    CHECK(functions.ask(call).status == 200);
    call.body = text(api::kPayloadBytesMax + 1);
    CHECK(functions.said(call) ==
          R"(413 RequestTooLargeException {"Type":"User","message":"Request must be smaller than 6291456 )"
          R"(bytes for the InvokeFunction operation"})");
    call.headers.push_back({"X-Amz-Invocation-Type", "Event"});
    CHECK(functions.said(call).find("smaller than 1048576 bytes") != std::string::npos);
    call.body = text(management::kEventBytesMax);
    CHECK(functions.ask(call).status == 202);
}

TEST_CASE("What is not sent as JSON is an unsupported media type")
{
    Functions functions;
    for (const char* type : {"application/json",
                             "Application/JSON; charset=utf-8",
                             "application/cloudevents+json",
                             "application/x-amz-json-1.1",
                             "application/octet-stream",
                             "binary/octet-stream",
                             "application/x-www-form-urlencoded"}) {
        CAPTURE(type);
        CHECK(functions.ask(with("Content-Type", type)).status == 200);
    }
    for (const char* type : {"application/xml", "multipart/form-data; boundary=x", "text/html", "nonsense"}) {
        CAPTURE(type);
        CHECK(functions.said(with("Content-Type", type)).starts_with("415 UnsupportedMediaTypeException "));
    }
    CHECK(functions.ask(with("Content-Encoding", "gzip")).status == 415);
    CHECK(functions.ask(with("Content-Encoding", "identity")).status == 200);
}

TEST_CASE("The client context is a JSON object in base64")
{
    Functions functions;
    CHECK(functions.ask(with("X-Amz-Client-Context", base64::encode(R"({"custom":{"a":1}})"))).status == 200);
    CHECK(functions.invocations.back().client_context == R"({"custom":{"a":1}})");
    for (const std::string& wrong : {std::string("{}"),
                                     std::string("!!"),
                                     base64::encode("[]"),
                                     base64::encode("{"),
                                     base64::encode('"' + std::string(3000, 'x') + '"')}) {
        CAPTURE(wrong);
        CHECK(functions.said(with("X-Amz-Client-Context", wrong))
                  .starts_with("400 InvalidRequestContentException "));
    }
}

TEST_CASE("A caller's trace goes on")
{
    Functions functions;
    functions.ask(with("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"));
    CHECK(functions.invocations.back().trace_id == "Root=1-5759e988-bd862e3fe1be46a994272793");
}

TEST_CASE("Functions are invoked by POST")
{
    Functions functions;
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
        Call call;
        call.method = method;
        CHECK(functions.ask(call).status == 405);
        CHECK(functions.ask(call).allow == "POST");
    }
    CHECK(functions.invocations.empty());
}

TEST_CASE("Without keys, callers on this machine invoke, but no web page")
{
    Functions functions;
    Call call;
    call.source_ip = "203.0.113.7";
    CHECK(functions.said(call).starts_with("403 MissingAuthenticationTokenException "));
    CHECK(functions.ask(with("Origin", "http://evil.example")).status == 403);
    CHECK(functions.ask(with("X-Forwarded-For", "127.0.0.1")).status == 403);
    call = {};
    call.headers = {{"Host", "evil.example"}};
    CHECK(functions.said(call).starts_with("403 AccessDeniedException "));
    CHECK(functions.invocations.empty());
}

TEST_CASE("With keys, signatures for the service lambda are taken, and no others")
{
    const CallerKey one = key("AKIDONE");
    Functions functions({one});
    CHECK(functions.ask_signed(one, {}).status == 200);
    CHECK(functions.ask_signed(one, to("arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ahello"))
              .status == 200);
    CHECK(functions.ask_signed(one, to("hello", "?Qualifier=%24LATEST")).status == 200);
    Call elsewhere;
    elsewhere.source_ip = "203.0.113.7";
    elsewhere.headers = {{"Host", "postern.example"}};
    CHECK(functions.ask_signed(one, elsewhere).status == 200);

    CHECK(
        functions.said({}) ==
        R"(403 MissingAuthenticationTokenException {"Type":"User","message":"Missing Authentication Token"})");
    CHECK(Functions::words(functions.ask_signed(one, {}, "execute-api"))
              .find("Credential should be scoped to correct service: 'lambda'") != std::string::npos);
    CHECK(Functions::words(functions.ask_signed(key("AKIDTWO"), {}))
              .starts_with("403 UnrecognizedClientException "));
    CallerKey forged = one;
    forged.key.secret = "another";
    CHECK(Functions::words(functions.ask_signed(forged, {})).starts_with("403 InvalidSignatureException "));
}

TEST_CASE("A key with a policy needs lambda:InvokeFunction on the function")
{
    const CallerKey invoker = key("AKIDINVOKER",
                                  R"({"Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction",)"
                                  R"("Resource":")" +
                                      kArn + R"(hello"}})");
    const CallerKey admin =
        key("AKIDADMIN", R"({"Statement":{"Effect":"Allow","Action":"postern:*","Resource":"*"}})");
    const CallerKey denied = key("AKIDDENIED",
                                 R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},)"
                                 R"({"Effect":"Deny","Action":"lambda:*","Resource":"*"}]})");
    Functions functions({invoker, admin, denied});
    CHECK(functions.ask_signed(invoker, {}).status == 200);
    CHECK(functions.ask_signed(invoker, to("hello%3Aprod")).status == 403);  // another resource, as on AWS
    CHECK(functions.ask_signed(invoker, to("nobody")).status == 403);        // and no word of what there is
    CHECK(
        Functions::words(functions.ask_signed(admin, {})) ==
        R"(403 AccessDeniedException {"Type":"User","Message":"User: arn:aws:iam::123456789012:user/AKIDADMIN )"
        R"(is not authorized to perform: lambda:InvokeFunction on resource: )" +
            kArn + R"(hello because no identity-based policy allows the lambda:InvokeFunction action"})");
    CHECK(Functions::words(functions.ask_signed(denied, {}))
              .find("with an explicit deny in an identity-based policy") != std::string::npos);
    CHECK(functions.invocations.size() == 1);
}
