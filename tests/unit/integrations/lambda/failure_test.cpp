// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/failure.hpp"

#include "catch.hpp"

using namespace postern::integrations::lambda;

TEST_CASE("an error is JSON for the invoker and a line for the log")
{
    const Failure failure = make_failure("Some.Type", "it \"broke\"");
    CHECK(failure.payload == R"({"errorType":"Some.Type","errorMessage":"it \"broke\""})");
    CHECK(failure.why == "Some.Type: it \"broke\"");
    CHECK(make_failure("", "only words").payload == R"({"errorMessage":"only words"})");
}

TEST_CASE("an error that was posted is passed on as it is, and made when it is none")
{
    const std::string body = R"({ "errorType":"E", "errorMessage":"m", "trace":["a"] })";
    CHECK(posted_failure(body, "Runtime.X").payload == body);
    CHECK(posted_failure(body, "Runtime.X").why == "E: m");
    CHECK(posted_failure(R"({"errorMessage":"m"})", "Runtime.X").why == "Runtime.X: m");
    CHECK(posted_failure("{}", "").why == "an error without type and message");
    CHECK(posted_failure("oops", "Runtime.X").payload ==
          R"({"errorType":"Runtime.X","errorMessage":"oops"})");
    CHECK(posted_failure("[1]", "").payload == R"({"errorType":"Runtime.Unknown","errorMessage":"[1]"})");
    CHECK(posted_failure("\xFF", "T").payload == "{\"errorType\":\"T\",\"errorMessage\":\"\xEF\xBF\xBD\"}");
    CHECK(posted_failure(std::string(1'000'000, 'x'), "T").why.size() < 1100);
}

TEST_CASE("timeouts and exits are told in Lambda's words")
{
    CHECK(timeout_text(1'764'345'600'123, "id", std::chrono::milliseconds(3'000)) ==
          "2025-11-28T16:00:00.123Z id Task timed out after 3.00 seconds");
    CHECK(exit_text("id", "exit status 1") ==
          "RequestId: id Error: Runtime exited with error: exit status 1");
    CHECK(exit_text("id", "") == "RequestId: id Error: Runtime exited without providing a reason");
}
