// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/counted_invoker.hpp"

#include "catch.hpp"

#include <string>

using namespace postern;
using namespace postern::integrations::lambda;

namespace {

/// Answers at once with what `result` is then.
class Scripted final : public Invoker {
public:
    explicit Scripted(const InvocationResult& result) : result_(result) {}
    void invoke(Invocation /*invocation*/, Done done) override { done(result_); }

private:
    const InvocationResult& result_;
};

}  // namespace

TEST_CASE("what a function elsewhere has done is counted as that of one here")
{
    InvocationResult result;
    auto stats = std::make_shared<FunctionStats>();
    CountedInvoker counted(std::make_unique<Scripted>(result), stats);
    const auto ends_as = [&](Outcome outcome, const std::string& payload) {
        result = {outcome, payload, "why", {}, {}};
        std::string told;
        counted.invoke({}, [&](const InvocationResult& answered) { told = answered.payload; });
        CHECK(told == payload);
    };
    ends_as(Outcome::Returned, R"({"body":"Task timed out after lunch"})");
    ends_as(Outcome::Failed, R"({"errorType":"Oops"})");
    ends_as(Outcome::Failed,
            R"({"errorMessage":"2026-11-22T10:42:06.001Z 1 Task timed out after 3.00 seconds"})");
    ends_as(Outcome::Failed, R"({"errorType":"Sandbox.Timedout","errorMessage":"no answer"})");
    ends_as(Outcome::Broken, "");
    ends_as(Outcome::Throttled, "");
    ends_as(Outcome::Outwaited, "");
    CHECK(stats->invocations.value() == 5);
    CHECK(stats->errors.value() == 4);
    CHECK(stats->timeouts.value() == 2);
    CHECK(stats->throttles.value() == 2);
    HistogramSnapshot durations;
    stats->duration.add_to(durations);
    std::uint64_t recorded = 0;
    for (const std::uint64_t bucket : durations.buckets) recorded += bucket;
    CHECK(recorded == 5);
}
