// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/remote_function.hpp"

#include "catch.hpp"
#include "core/base64.hpp"
#include "support/fake_http_server.hpp"
#include "support/manual_clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace postern;
using namespace postern::integrations::lambda;
using test::http_reply;

namespace {

const std::string kFailed = "X-Amz-Function-Error: Unhandled\r\n";

/// A function `hello` and the server behind it, on one thread.
class Elsewhere {
public:
    Elsewhere()
    {
        spec.function.function_name = "hello";
        spec.function.endpoint = server.url();
        spec.region = "eu-west-1";
        spec.function.timeout = std::chrono::minutes(15);  // Lambda's longest: a busy machine takes its time
    }

    Result<std::unique_ptr<Invoker>> make() { return make_remote_function(io, spec, {clock, key, {}}); }

    InvocationResult invoke(Invocation invocation = {"{}", "", "", "", false})
    {
        if (!function) function = make().value();
        std::optional<InvocationResult> result;
        function->invoke(std::move(invocation), [&](InvocationResult given) { result = std::move(given); });
        CHECK_FALSE(result.has_value());  // not inside the call
        run([&] { return result.has_value(); });
        return *result;
    }

    InvocationResult answered(test::FakeReply reply)
    {
        server.on_request = [reply](const net::HttpRequest&) { return reply; };
        return invoke();
    }

    template <class Done>
    void run(const Done& done)
    {
        while (!done()) {
            if (io.run_one() == 0) FAIL("nothing happens any more");
        }
    }

    boost::asio::io_context io;
    test::FakeHttpServer server{io};
    test::ManualClock clock;
    FunctionSpec spec;
    std::optional<api::sigv4::AccessKey> key;
    std::unique_ptr<Invoker> function;
};

bool has(const std::string& text, const std::string& part)
{
    INFO(text);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

}  // namespace

TEST_CASE("A function elsewhere is invoked over the Invoke API")
{
    Elsewhere elsewhere;
    elsewhere.server.on_request = [](const net::HttpRequest&) {
        return http_reply(200, R"({"statusCode":200})", "X-Amz-Executed-Version: $LATEST\r\n");
    };
    const InvocationResult result =
        elsewhere.invoke({R"({"a":1})", R"({"custom":{}})", "Root=1-2-3", "", false});
    CHECK(result.outcome == Outcome::Returned);
    CHECK(result.payload == R"({"statusCode":200})");
    CHECK(result.log_tail.empty());
    REQUIRE(elsewhere.server.requests.size() == 1);
    const net::HttpRequest& seen = elsewhere.server.requests[0];
    CHECK(seen.method == "POST");
    CHECK(seen.target == "/2015-03-31/functions/hello/invocations");  // sam takes no query
    CHECK(seen.body == R"({"a":1})");
    CHECK(seen.header("Content-Type") == "application/json");
    CHECK(base64::decode(seen.header("X-Amz-Client-Context")) == R"({"custom":{}})");
    CHECK(seen.header("X-Amzn-Trace-Id") == "Root=1-2-3");
    CHECK(seen.count("X-Amz-Log-Type") == 0);
    CHECK(seen.count("Authorization") == 0);
    elsewhere.invoke();
    CHECK(elsewhere.server.requests[1].count("X-Amz-Client-Context") == 0);
    CHECK(elsewhere.server.connections == 1);
}

TEST_CASE("Its name there may be another, below a path, or an ARN")
{
    Elsewhere elsewhere;
    elsewhere.spec.function.endpoint += "/base/";
    elsewhere.spec.function.remote_name = "arn:aws:lambda:eu-west-1:123456789012:function:other:prod";
    elsewhere.invoke();
    CHECK(elsewhere.server.requests[0].target ==
          "/base/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aother%3Aprod"
          "/invocations");
}

TEST_CASE("Lambda and LocalStack tell of a failure in a header, and of the log")
{
    Elsewhere elsewhere;
    const std::string error = R"({"errorType":"Error","errorMessage":"no"})";
    elsewhere.server.on_request = [&](const net::HttpRequest& request) {
        CHECK(request.header("X-Amz-Log-Type") == "Tail");
        return http_reply(200, error, kFailed + "X-Amz-Log-Result: " + base64::encode("END\n") + "\r\n");
    };
    const InvocationResult failed = elsewhere.invoke({"{}", "", "", "", true});
    CHECK(failed.outcome == Outcome::Failed);
    CHECK(failed.payload == error);
    CHECK(failed.log_tail == "END\n");
    CHECK(failed.why.ends_with(" failed: Error: no"));
    // Without the header it is a result that looks like an error.
    CHECK(elsewhere.answered(http_reply(200, error)).outcome == Outcome::Returned);
    CHECK(elsewhere.answered(http_reply(200, "")).payload.empty());
}

TEST_CASE("Statuses that are no result say who answered what, and the remedy")
{
    Elsewhere elsewhere;
    const std::string who = "function hello at " + elsewhere.server.url() + ' ';
    InvocationResult result = elsewhere.answered(http_reply(
        404, R"({"Type":"User","Message":"Function not found: arn:aws:lambda:::function:hello"})"));
    CHECK(result.outcome == Outcome::NotFound);
    CHECK(result.why.starts_with(who + "answers 404: Function not found: arn:aws"));
    has(result.why, "its name there is its remoteName, now hello");

    result = elsewhere.answered(http_reply(429, R"({"Reason":"x","message":"Rate Exceeded."})"));
    CHECK(result.outcome == Outcome::Throttled);
    CHECK(result.why == who + "answers 429: Rate Exceeded.");

    result = elsewhere.answered(http_reply(403, R"({"message":"Missing Authentication Token"})"));
    CHECK(result.outcome == Outcome::Broken);
    has(result.why, "was not signed");

    result = elsewhere.answered(http_reply(500, "Internal error\nwith a stack"));
    CHECK(result.outcome == Outcome::Broken);
    CHECK(result.why == who + "answers 500: Internal error");
    for (const int status : {201, 202, 204, 301, 400, 413, 415, 502, 503}) {
        CAPTURE(status);
        result =
            elsewhere.answered({"HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n"});
        CHECK(result.outcome == Outcome::Broken);
        CHECK(result.why == who + "answers " + std::to_string(status));
    }
}

TEST_CASE("sam local has no log to give, and is asked once more without it")
{
    Elsewhere elsewhere;
    elsewhere.server.on_request = [](const net::HttpRequest& request) {
        if (request.count("X-Amz-Log-Type") != 0)
            return http_reply(501, R"({"Type":"LocalService","Message":"log-type: Tail is not supported."})");
        return http_reply(200, request.body);
    };
    const Invocation with_log{R"({"a":1})", "", "", "", true};
    InvocationResult result = elsewhere.invoke(with_log);
    CHECK(result.outcome == Outcome::Returned);
    CHECK(result.payload == R"({"a":1})");
    CHECK(elsewhere.server.requests.size() == 2);
    result = elsewhere.invoke(with_log);
    CHECK(result.outcome == Outcome::Returned);
    CHECK(elsewhere.server.requests.size() == 3);
    elsewhere.server.on_request = [](const net::HttpRequest&) { return http_reply(501, ""); };
    CHECK(elsewhere.invoke().outcome == Outcome::Broken);
}

TEST_CASE("The runtime interface emulator tells of failures in its bodies")
{
    Elsewhere elsewhere;
    elsewhere.spec.function.remote_name = "function";
    const std::string error = R"({"errorMessage":"no","errorType":"Error","stackTrace":[]})";
    InvocationResult result = elsewhere.answered(http_reply(200, error));
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload == error);
    CHECK(elsewhere.server.requests[0].target == "/2015-03-31/functions/function/invocations");
    result = elsewhere.answered(http_reply(200, "Task timed out after 3.00 seconds"));
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload ==
          R"({"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 3.00 seconds"})");
    result = elsewhere.answered(http_reply(502, error));  // its process has exited
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload == error);
    result = elsewhere.answered(http_reply(400, ""));
    CHECK(result.outcome == Outcome::Throttled);
    has(result.why, "does one invocation at a time");
    CHECK(elsewhere.answered(http_reply(504, "")).outcome == Outcome::Broken);
    for (const char* value : {R"({"errorType":"only"})",
                              R"({"body":"{\"errorType\":\"x\",\"errorMessage\":\"y\"}"})",
                              R"("\"errorType\" and \"errorMessage\"")",
                              "nonsense with \"errorType\"",
                              "null"}) {
        CAPTURE(value);
        result = elsewhere.answered(http_reply(200, value));
        CHECK(result.outcome == Outcome::Returned);
        CHECK(result.payload == value);
    }
}

TEST_CASE("The emulator is asked one thing at a time, others as many as a function has instances")
{
    const auto at_once = [](const std::string& remote_name, std::optional<std::int64_t> reserved) {
        Elsewhere elsewhere;
        elsewhere.spec.function.remote_name = remote_name;
        elsewhere.spec.function.reserved_concurrent_executions = reserved;
        elsewhere.spec.options.concurrency = 3;
        elsewhere.spec.options.queue = 2;
        elsewhere.server.on_request = [](const net::HttpRequest&) { return std::nullopt; };
        elsewhere.function = elsewhere.make().value();
        std::vector<InvocationResult> results;
        for (int i = 0; i < 6; ++i) {
            elsewhere.function->invoke({"{}", "", "", "", false},
                                       [&](InvocationResult result) { results.push_back(result); });
        }
        const std::size_t most = static_cast<std::size_t>(reserved.value_or(remote_name.empty() ? 3 : 1));
        elsewhere.run([&] { return elsewhere.server.requests.size() == most && results.size() == 4 - most; });
        for (const InvocationResult& result : results) CHECK(result.outcome == Outcome::Throttled);
        elsewhere.function.reset();
        elsewhere.run([&] { return results.size() == 6; });
        CHECK(results.back().outcome == Outcome::Broken);
        return most;
    };
    CHECK(at_once("", std::nullopt) == 3);
    CHECK(at_once("", 2) == 2);
    CHECK(at_once("function", std::nullopt) == 1);
}

TEST_CASE("What nobody waits for any more when its turn comes is not sent")
{
    Elsewhere elsewhere;
    elsewhere.spec.options.concurrency = 1;
    elsewhere.function = elsewhere.make().value();
    std::vector<Outcome> outcomes;
    const auto invoke = [&](SteadyMillis wanted_until) {
        elsewhere.function->invoke(
            {"{}", "", "", "", false, wanted_until},
            [&](const InvocationResult& result) { outcomes.push_back(result.outcome); });
    };
    elsewhere.server.on_request = [&](const net::HttpRequest&) {
        elsewhere.clock.pass(1000);
        return http_reply(200, "{}");
    };
    const SteadyMillis now = elsewhere.clock.steady();
    invoke(now + 1000);
    invoke(now + 1000);
    invoke(now + 1001);
    elsewhere.run([&] { return outcomes.size() == 3; });
    CHECK(outcomes.at(0) == Outcome::Returned);
    CHECK(outcomes.at(1) == Outcome::Outwaited);
    CHECK(outcomes.at(2) == Outcome::Returned);
    CHECK(elsewhere.server.requests.size() == 2);
}

TEST_CASE("Nobody may invoke a function without concurrency")
{
    Elsewhere elsewhere;
    elsewhere.spec.function.reserved_concurrent_executions = 0;
    const InvocationResult result = elsewhere.invoke();
    CHECK(result.outcome == Outcome::Throttled);
    has(result.why, "reservedConcurrentExecutions is 0");
    CHECK(elsewhere.server.connections == 0);
}

TEST_CASE("A function that does not answer in its time has failed, as one that timed out on AWS")
{
    Elsewhere elsewhere;
    elsewhere.spec.function.timeout = std::chrono::milliseconds(20);
    elsewhere.spec.options.init_timeout = std::chrono::milliseconds(30);
    elsewhere.server.on_request = [](const net::HttpRequest&) { return std::nullopt; };
    std::optional<InvocationResult> result;
    elsewhere.run([&] {  // the deadline may pass before there is a connection
        result = elsewhere.invoke();
        return result->outcome == Outcome::Failed;
    });
    CHECK(result->payload == R"({"errorType":"Sandbox.Timedout","errorMessage":"function hello at )" +
                                 elsewhere.server.url() + R"( has not answered in 50 ms"})");
}

TEST_CASE("A result over Lambda's limit is a failure of the function")
{
    Elsewhere elsewhere;
    CHECK(elsewhere.answered(http_reply(200, std::string(api::kResultBytesMax, 'x'))).outcome ==
          Outcome::Returned);
    const InvocationResult result =
        elsewhere.answered(http_reply(200, std::string(api::kResultBytesMax + 1, 'x')));
    CHECK(result.outcome == Outcome::Failed);
    has(result.payload, R"("errorType":"Function.ResponseSizeTooLarge")");
}

TEST_CASE("Nobody there is said with the remedy")
{
    Elsewhere elsewhere;
    const test::NobodyThere nobody(elsewhere.io);
    elsewhere.spec.function.endpoint = nobody.url();
    const InvocationResult result = elsewhere.invoke();
    CHECK(result.outcome == Outcome::Broken);
    CHECK(result.why == "function hello at " + elsewhere.spec.function.endpoint +
                            " cannot be reached: Connection refused; start what serves it, or correct the "
                            "function's endpoint");
}

TEST_CASE("With a key, invocations are signed for the service lambda in the region of the host")
{
    Elsewhere elsewhere;
    elsewhere.key = {"AKIDONE", "secret", "token", {}};
    elsewhere.invoke({R"({"a":1})", "", "", "", false});
    const net::HttpRequest& seen = elsewhere.server.requests[0];
    has(std::string(seen.header("Authorization")), "/eu-west-1/lambda/aws4_request");
    CHECK(seen.header("X-Amz-Security-Token") == "token");
    const api::sigv4::Verifier verifier({"lambda", {"eu-west-1"}}, {*elsewhere.key});
    CHECK(verifier.verify({seen.method, seen.target, "", seen.headers, seen.body}, elsewhere.clock.wall())
              .verdict == api::sigv4::Verdict::Verified);
    const InvocationResult refused =
        elsewhere.answered(http_reply(403, R"({"message":"The security token is invalid."})"));
    has(refused.why, "answers 403: The security token is invalid.; check AWS_ACCESS_KEY_ID");
    CHECK(refused.why.find("secret") == std::string::npos);
}

TEST_CASE("The hosts of AWS name the region that signatures are for")
{
    const auto region = [](const std::string& host) { return signing_region(host, "us-east-1"); };
    CHECK(region("lambda.eu-west-1.amazonaws.com") == "eu-west-1");
    CHECK(region("lambda-fips.us-west-2.amazonaws.com") == "us-west-2");
    CHECK(region("lambda.cn-north-1.amazonaws.com.cn") == "cn-north-1");
    CHECK(region("vpce-1-2.lambda.eu-west-1.vpce.amazonaws.com") == "eu-west-1");
    CHECK(region("s3.amazonaws.com") == "us-east-1");
    CHECK(region("lambda.eu-west-1.example.com") == "us-east-1");
    CHECK(region("localhost") == "us-east-1");
}

TEST_CASE("An endpoint is a base URL")
{
    Elsewhere elsewhere;
    for (const char* wrong : {"ftp://localhost", "http://", "https://user:password@host", ""}) {
        elsewhere.spec.function.endpoint = wrong;
        const auto made = elsewhere.make();
        REQUIRE_FALSE(made.has_value());
        has(made.error().detail, "function hello: endpoint: http://HOST:PORT or https://HOST expected");
    }
    for (const char* wrong :
         {"http://localhost:9000/2015-03-31/functions/function/invocations", "http://localhost:9000/?x"}) {
        elsewhere.spec.function.endpoint = wrong;
        const auto made = elsewhere.make();
        REQUIRE_FALSE(made.has_value());
        has(made.error().detail,
            "such as http://localhost:9000; the function's name there is its remoteName");
    }
}
