// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/counted_invoker.hpp"

#include "catch.hpp"

#include <string>
#include <utility>
#include <vector>

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

/// Holds what it is asked; answers in its destructor what is still open, as every invoker does.
class Holding final : public Invoker {
public:
    explicit Holding(std::vector<Done>& held) : held_(held) {}
    ~Holding() override
    {
        for (const Done& done : std::exchange(held_, {}))
            done(InvocationResult::refused(Outcome::Broken, "it is not asked any more"));
    }
    void invoke(Invocation /*invocation*/, Done done) override { held_.push_back(std::move(done)); }

private:
    std::vector<Done>& held_;
};

}  // namespace

TEST_CASE("what a function elsewhere has done is counted as that of one here")
{
    InvocationResult result;
    auto stats = std::make_shared<FunctionStats>();
    CountedInvoker counted(std::make_unique<Scripted>(result), stats, {});
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

TEST_CASE("a function elsewhere that is retired ends with its last answer, one that is stopped at once")
{
    std::vector<Done> held;
    std::vector<Outcome> outcomes;
    int ends = 0;
    CountedInvoker counted(std::make_unique<Holding>(held),
                           std::make_shared<FunctionStats>(),
                           [&](HostedFunction& ended) { ends += &ended == &counted ? 1 : 100; });
    const auto invoke = [&] {
        counted.invoke({}, [&](const InvocationResult& result) { outcomes.push_back(result.outcome); });
    };
    SECTION("idle")
    {
        counted.retire();
        CHECK(ends == 1);
    }
    SECTION("retired")
    {
        invoke();
        invoke();
        counted.retire();
        held[1](InvocationResult::returned("{}"));
        CHECK(ends == 0);
        held[0](InvocationResult::returned("{}"));
        CHECK(ends == 1);
        CHECK(outcomes == std::vector<Outcome>{Outcome::Returned, Outcome::Returned});
        held.clear();
    }
    SECTION("stopped")
    {
        invoke();
        counted.stop();
        CHECK(outcomes == std::vector<Outcome>{Outcome::Broken});
        CHECK(ends == 1);
    }
}
