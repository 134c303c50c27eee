// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_pool.hpp"

#include "function_fixture.hpp"

using namespace postern;
using namespace postern::test;
using lambda::Outcome;
using std::chrono::milliseconds;

namespace {

/// Its event names a file; it answers with its process when the file is there.
const char* const kGated = "while not os.path.exists(event): time.sleep(0.002)\nresult = os.getpid()";

std::string gate(const FunctionFixture& lab, const std::string& name)
{
    return '"' + lab.code.path() + "/gates/" + name + '"';
}

void open_gate(const FunctionFixture& lab, const std::string& name)
{
    lab.code.write("gates/" + name, "");
}

}  // namespace

TEST_CASE("while instances are busy others are started up to the limit, and what is beyond waits its turn")
{
    FunctionFixture lab;
    auto spec = lab.function("gated", answering(kGated));
    spec.options.concurrency = 2;
    lab.load({spec});
    const auto& stats = lab.stats("gated");
    const Answer a = lab.begin("gated", gate(lab, "a"));
    const Answer b = lab.begin("gated", gate(lab, "b"));
    const Answer c = lab.begin("gated", gate(lab, "c"));
    const Answer d = lab.begin("gated", gate(lab, "d"));
    REQUIRE(eventually([&] { return stats.queued.value() == 2; }));
    CHECK(stats.busy.value() == 2);
    CHECK(stats.instances.value() == 2);

    open_gate(lab, "d");
    open_gate(lab, "c");
    CHECK(!c.has_arrived());
    open_gate(lab, "a");
    const auto first = a.get();
    CHECK(c.get().payload == first.payload);  // the same process takes what waited
    CHECK(d.get().payload == first.payload);
    CHECK(!b.has_arrived());
    open_gate(lab, "b");
    CHECK(b.get().payload != first.payload);
    CHECK(stats.cold_starts.value() == 2);
    CHECK(eventually([&] { return stats.busy.value() == 0; }));
}

TEST_CASE("invocations beyond the bound of the queue are throttled")
{
    FunctionFixture lab;
    auto spec = lab.function("gated", answering(kGated));
    spec.options.queue = 1;
    lab.load({spec});
    const Answer a = lab.begin("gated", gate(lab, "a"));
    const Answer b = lab.begin("gated", gate(lab, "a"));
    const auto refused = lab.invoke("gated", gate(lab, "a"));
    CHECK(refused.outcome == Outcome::Throttled);
    CHECK(refused.why ==
          "function \"gated\" is throttled: all of its 1 instances are busy, and 1 invocations wait already");
    CHECK(lab.stats("gated").throttles.value() == 1);
    open_gate(lab, "a");
    CHECK(a.get().outcome == Outcome::Returned);
    CHECK(b.get().outcome == Outcome::Returned);
}

TEST_CASE("what nobody waits for any more is not begun, and makes room for others")
{
    FunctionFixture lab;
    auto spec = lab.function("gated", answering(kGated));
    spec.options.queue = 1;
    lab.load({spec});
    const Answer busy = lab.begin("gated", gate(lab, "a"));
    Answer outwaited;
    lambda::Invocation invocation;
    invocation.payload = gate(lab, "a");
    invocation.wanted_until = lab.clock.steady();
    lab.set->invoke("gated", std::move(invocation), outwaited.done());
    const Answer wanted = lab.begin("gated", gate(lab, "a"));
    CHECK(outwaited.get().outcome == Outcome::Outwaited);
    CHECK(outwaited.get().why ==
          "function \"gated\" is throttled: its instances were busy for as long as an answer was waited for");
    CHECK(!busy.has_arrived());
    open_gate(lab, "a");
    CHECK(busy.get().outcome == Outcome::Returned);
    CHECK(wanted.get().outcome == Outcome::Returned);
    CHECK(lab.stats("gated").throttles.value() == 1);
    CHECK(lab.stats("gated").invocations.value() == 2);
    CHECK(lab.stats("gated").queued.value() == 0);
}

TEST_CASE("reservedConcurrentExecutions is the limit, and with 0 nobody may invoke the function")
{
    FunctionFixture lab;
    auto two = lab.function("two", answering(kGated));
    two.function.reserved_concurrent_executions = 2;
    auto none = lab.function("none", answering(""));
    none.function.reserved_concurrent_executions = 0;
    lab.load({two, none});
    const auto refused = lab.invoke("none");
    CHECK(refused.outcome == Outcome::Throttled);
    CHECK(refused.why == "function \"none\" may not be invoked: its reservedConcurrentExecutions is 0");
    CHECK(lab.stats("none").cold_starts.value() == 0);

    const Answer a = lab.begin("two", gate(lab, "a"));
    const Answer b = lab.begin("two", gate(lab, "a"));
    REQUIRE(eventually([&] { return lab.stats("two").busy.value() == 2; }));
    open_gate(lab, "a");
    CHECK(a.get().payload != b.get().payload);
}

TEST_CASE("a process that does not ask again after its answer is not waited for")
{
    FunctionFixture lab;
    auto spec = lab.function("dreamer", answering("answer(id, os.getpid())\ntime.sleep(event)\ncontinue"));
    spec.options.concurrency = 2;
    lab.load({spec});
    const auto first = lab.invoke("dreamer", "3600");
    const auto second = lab.invoke("dreamer", "0");
    CHECK(second.outcome == Outcome::Returned);
    CHECK(second.payload != first.payload);
}

TEST_CASE("a process that does not ask again in its time makes room for another")
{
    FunctionFixture lab;
    auto spec = lab.function("dreamer", answering("answer(id, os.getpid())\ntime.sleep(event)\ncontinue"));
    spec.function.timeout = milliseconds(200);
    lab.load({spec});
    const std::string pid = lab.invoke("dreamer", "3600").payload;
    const auto second = lab.invoke("dreamer", "3600");
    CHECK(second.payload != pid);
    CHECK(!is_running(pid));
    CHECK(lab.log->has(" Task timed out after 0.20 seconds\n"));
}

TEST_CASE("the instance that was used last is used again, and the idle ones end after their time")
{
    FunctionFixture lab;
    auto spec = lab.function("gated", answering(kGated));
    spec.options.concurrency = 2;
    spec.options.idle_time = milliseconds(50);
    lab.load({spec});
    const Answer a = lab.begin("gated", gate(lab, "a"));
    const Answer b = lab.begin("gated", gate(lab, "b"));
    open_gate(lab, "a");
    const std::string first = a.get().payload;
    open_gate(lab, "b");
    const std::string second = b.get().payload;
    CHECK(eventually([&] { return lab.stats("gated").instances.value() == 0; }));
    CHECK(eventually([&] { return !is_running(first) && !is_running(second); }));
    CHECK(lab.invoke("gated", gate(lab, "a")).outcome == Outcome::Returned);
}

TEST_CASE("a frozen function stands still between its events")
{
    FunctionFixture lab;
    auto spec = lab.function("frozen", answering("result = os.getpid()"));
    spec.options.freeze = true;
    lab.load({spec});
    const std::string pid = lab.invoke("frozen").payload;
    REQUIRE(eventually([&] { return state_of(pid) == 'T'; }));
    CHECK(lab.invoke("frozen").payload == pid);
    REQUIRE(eventually([&] { return state_of(pid) == 'T'; }));
    lab.host->stop();
    CHECK(!is_running(pid));
}

TEST_CASE("at the end of the host everything is killed, and whoever waits is answered")
{
    FunctionFixture lab;
    lab.load({lab.function("gated",
                           answering("child = subprocess.Popen(['sleep', '3600'])\n"
                                     "open('pids', 'w').write(f'{os.getpid()} {child.pid}.')\n" +
                                     std::string(kGated)))});
    const Answer busy = lab.begin("gated", gate(lab, "never"));
    const Answer waiting = lab.begin("gated", gate(lab, "never"));
    std::string pids;
    REQUIRE(eventually([&] {
        pids = lab.code.read("gated/pids");
        return pids.ends_with('.');
    }));
    lab.host->stop();
    CHECK(busy.get().outcome == Outcome::Broken);
    CHECK(busy.get().why == "function \"gated\": the gateway is ending");
    CHECK(waiting.get().outcome == Outcome::Broken);
    const std::size_t space = pids.find(' ');
    CHECK(!is_running(pids.substr(0, space)));
    CHECK(eventually([&] { return !is_running(pids.substr(space + 1, pids.size() - space - 2)); }));

    const auto late = lab.invoke("gated");
    CHECK(late.outcome == Outcome::Broken);
    CHECK(late.why == "function \"gated\" is not run: the gateway is ending");
}

TEST_CASE("an invocation whose process is ended while it starts has taken the time since its start")
{
    FunctionFixture lab;
    lab.load({lab.function("mute", "#!/bin/sh\nexec sleep 3600\n")});
    const Answer starting = lab.begin("mute");
    REQUIRE(eventually([&] { return lab.stats("mute").cold_starts.value() == 1; }));
    lab.host->stop();
    CHECK(starting.get().outcome == Outcome::Broken);
    HistogramSnapshot durations;
    lab.stats("mute").duration.add_to(durations);
    CHECK(durations.sum_ms <= static_cast<std::uint64_t>(milliseconds(kForever).count()));
    CHECK(lab.stats("mute").errors.value() == 1);
    CHECK(lab.log->text().find("START RequestId: ") < lab.log->text().find("END RequestId: "));
}
