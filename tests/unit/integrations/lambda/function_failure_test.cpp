// SPDX-License-Identifier: Apache-2.0
#include "function_fixture.hpp"
#include "integrations/lambda/function_pool.hpp"

using namespace postern;
using namespace postern::test;
using lambda::Outcome;
using std::chrono::milliseconds;

TEST_CASE("an error that a function posts goes to the invoker as it is, and the process goes on")
{
    FunctionFixture lab;
    lab.load({lab.function("throws", std::string(kRuntimePrelude) + R"(
while True:
    id, event = next_event()
    call('POST', f'invocation/{id}/error', json.dumps({'errorType': 'Oops', 'errorMessage': 'no', 'stackTrace': [str(os.getpid())]}))
)")});
    const auto first = lab.invoke("throws");
    CHECK(first.outcome == Outcome::Failed);
    CHECK(first.payload.find(R"({"errorType": "Oops", "errorMessage": "no", "stackTrace": [)") == 0);
    CHECK(first.why.find("function \"throws\" failed: Oops: no (RequestId: ") == 0);
    CHECK(lab.invoke("throws").payload == first.payload);
    CHECK(lab.stats("throws").errors.value() == 2);
}

TEST_CASE("a function that crashes fails its invocation, and the next one has a new process")
{
    FunctionFixture lab;
    lab.load({lab.function("crash", answering("if event: os._exit(3)\nresult = 'well'"))});
    CHECK(lab.invoke("crash").payload == "\"well\"");
    const auto result = lab.invoke("crash", "[1]");
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload.find(R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )") == 0);
    CHECK(result.payload.find(R"( Error: Runtime exited with error: exit status 3"})") != std::string::npos);
    CHECK(lab.invoke("crash").payload == "\"well\"");
    CHECK(lab.log->has("Error: Runtime exited with error: exit status 3\n"));
    CHECK(lab.log->has(" Runtime.ExitError\n"));
}

TEST_CASE("a function that is killed by a signal says by which")
{
    FunctionFixture lab;
    lab.load({lab.function("killed", answering("os.kill(os.getpid(), signal.SIGKILL)"))});
    CHECK(lab.invoke("killed").payload.find("Runtime exited with error: signal: killed") !=
          std::string::npos);
}

TEST_CASE("a function that exits at once fails each invocation with a try of its own")
{
    FunctionFixture lab;
    lab.load({lab.function("hasty", "#!/bin/sh\necho so soon\nexit 0\n")});
    for (int i = 1; i <= 3; ++i) {
        const auto result = lab.invoke("hasty");
        CHECK(result.outcome == Outcome::Failed);
        CHECK(result.payload.find("Error: Runtime exited without providing a reason") != std::string::npos);
        CHECK(lab.stats("hasty").cold_starts.value() == static_cast<std::uint64_t>(i));
    }
    CHECK(lab.log->has(" so soon\n"));
    CHECK(lab.log->has("INIT_REPORT Init Duration: "));
    CHECK(lab.log->has("\tPhase: init\tStatus: error\n"));
    REQUIRE(eventually([&] { return lab.stats("hasty").instances.value() == 0; }));
    CHECK(lab.stats("hasty").cold_starts.value() == 3);
}

TEST_CASE("a function that cannot start says why")
{
    FunctionFixture lab;
    lab.load({lab.function("init", std::string(kRuntimePrelude) + R"(
call('POST', 'init/error', '{"errorType":"Runtime.ImportModuleError","errorMessage":"no such module"}')
time.sleep(3600)
)")});
    const auto result = lab.invoke("init");
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload == R"({"errorType":"Runtime.ImportModuleError","errorMessage":"no such module"})");
    REQUIRE(eventually([&] { return lab.stats("init").instances.value() == 0; }));
}

TEST_CASE("a function whose init takes too long is started once more, in the time of the invocation")
{
    FunctionFixture lab;
    const std::string gate = lab.code.path() + "/gate";
    auto spec = lab.function("heavy", answering("result = event"));
    lab.code.write("heavy/bootstrap",
                   "#!/bin/sh\nuntil test -e " + gate + "; do sleep 0.01; done\nexec ./ready\n",
                   true);
    lab.code.write("heavy/ready", answering("result = event"), true);
    spec.options.init_timeout = milliseconds(100);
    lab.load({spec});
    const Answer answer = lab.begin("heavy", "1", true);
    REQUIRE(eventually([&] { return lab.log->has("\tPhase: init\tStatus: timeout\n"); }));
    CHECK(!answer.has_arrived());
    lab.code.write("gate", "");
    const auto result = answer.get();
    CHECK(result.outcome == Outcome::Returned);
    CHECK(result.payload == "1");
    CHECK(result.log_tail.find("START RequestId: " + result.request_id) != std::string::npos);
    CHECK(result.log_tail.find("Init Duration") == std::string::npos);  // it is of the invocation's time
    CHECK(lab.stats("heavy").cold_starts.value() == 2);
    CHECK(lab.stats("heavy").invocations.value() == 1);
    CHECK(lab.stats("heavy").errors.value() == 0);
    CHECK(lab.invoke("heavy", "2").payload == "2");
    CHECK(lab.stats("heavy").cold_starts.value() == 2);
}

TEST_CASE("a function that never asks for an event is killed when its time to start is over, twice")
{
    FunctionFixture lab;
    auto spec = lab.function("mute", "#!/bin/sh\nexec sleep 3600\n");
    spec.options.init_timeout = milliseconds(300);
    spec.function.timeout = milliseconds(200);
    lab.load({spec});
    const auto result = lab.invoke("mute");
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload.find(" Task timed out after 0.20 seconds\"}") != std::string::npos);
    CHECK(
        result.why.ends_with("; it has not asked for an event in gateway.functions.initTimeout, nor in its "
                             "timeout when it was started again"));
    const std::string log = lab.log->text();
    const std::size_t first = log.find("\tPhase: init\tStatus: timeout\n");
    const std::size_t start = log.find("START RequestId: ");
    const std::size_t second = log.find("\tPhase: invoke\tStatus: timeout\n");
    REQUIRE(second != std::string::npos);
    CHECK(first < start);
    CHECK(start < second);
    CHECK(second < log.find("END RequestId: "));
    CHECK(lab.stats("mute").cold_starts.value() == 2);
    CHECK(lab.stats("mute").invocations.value() == 1);
    CHECK(lab.stats("mute").timeouts.value() == 1);
    REQUIRE(eventually([&] { return lab.stats("mute").instances.value() == 0; }));
}

TEST_CASE("a function that does not answer in time is killed with all that it has forked, SIGTERM or not")
{
    FunctionFixture lab;
    auto spec = lab.function("slow", std::string(kRuntimePrelude) + R"(
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(['sleep', '3600'])
open('pids', 'w').write(f'{os.getpid()} {child.pid}.')
next_event()
time.sleep(3600)
)");
    spec.function.timeout = milliseconds(200);
    lab.load({spec});
    const auto result = lab.invoke("slow");
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.payload.find("{\"errorMessage\":\"20") == 0);
    CHECK(result.payload.find(" Task timed out after 0.20 seconds\"}") != std::string::npos);
    const std::string pids = lab.code.read("slow/pids");
    REQUIRE(pids.ends_with('.'));
    const std::size_t space = pids.find(' ');
    CHECK(eventually([&] { return !is_running(pids.substr(0, space)); }));
    CHECK(eventually([&] { return !is_running(pids.substr(space + 1, pids.size() - space - 2)); }));
    CHECK(lab.log->has("Task timed out after 0.20 seconds\n"));
    CHECK(lab.stats("slow").timeouts.value() == 1);
}

TEST_CASE("what has left a function's group, session and parent ends with the function all the same")
{
    FunctionFixture lab;
    const std::string escape = R"(
subprocess.run(['setsid', '--fork', 'sh', '-c', 'echo $$ >pid.new; mv pid.new pid; exec sleep 3600'])
while not os.path.exists('pid'):
    time.sleep(0.01)
next_event()
)";
    auto killed = lab.function("killed", kRuntimePrelude + escape + "time.sleep(3600)\n");
    killed.function.timeout = milliseconds(200);
    const auto exits = lab.function("exits", kRuntimePrelude + escape + "os._exit(1)\n");
    lab.load({killed, exits});
    for (const std::string name : {"killed", "exits"}) {
        CHECK(lab.invoke(name).outcome == Outcome::Failed);
        std::string pid;
        REQUIRE(eventually([&] { return (pid = lab.code.read(name + "/pid")).ends_with('\n'); }));
        pid.pop_back();
        CHECK(eventually([&] { return !is_running(pid); }));
    }
}

TEST_CASE("a result that is too large is refused, the invocation fails, and the process goes on")
{
    FunctionFixture lab;
    lab.load({lab.function("large", answering(R"(if event:
    status, body, _ = call('POST', f'invocation/{id}/response', 'x' * event)
    say(f'{status} {body}')
    continue
result = os.getpid())"))});
    const auto before = lab.invoke("large", "null");
    const auto fits = lab.invoke("large", std::to_string(api::kResultBytesMax));
    CHECK(fits.outcome == Outcome::Returned);
    CHECK(fits.payload.size() == api::kResultBytesMax);
    for (const char* const size : {"6291557", "10485760"}) {
        const auto result = lab.invoke("large", size);
        CHECK(result.outcome == Outcome::Failed);
        CHECK(
            result.payload ==
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded )"
            R"(maximum allowed payload size (6291556 bytes)."})");
    }
    CHECK(lab.invoke("large", "null").payload == before.payload);
    CHECK(lab.log->has(
        R"(413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"})"));
}

TEST_CASE("an executable that the system cannot run makes the invocation broken, not the gateway")
{
    FunctionFixture lab;
    lab.load({lab.function("nonsense", "#!/no/such/interpreter\n")});
    const auto result = lab.invoke("nonsense");
    CHECK(result.outcome == Outcome::Broken);
    CHECK(result.why.find("function \"nonsense\" cannot be started: cannot run ") == 0);
    CHECK(result.why.find("No such file or directory") != std::string::npos);
}
