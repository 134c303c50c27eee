// SPDX-License-Identifier: Apache-2.0
#include "function_fixture.hpp"
#include "integrations/lambda/function_set.hpp"

using namespace postern;
using namespace postern::test;
using lambda::FunctionSet;
using lambda::Outcome;
using std::chrono::milliseconds;

TEST_CASE("the next set shares the functions that have not changed, with their warm processes")
{
    FunctionFixture lab;
    const auto same = lab.function("same", answering("result = os.getpid()"));
    auto other = lab.function("other", answering("result = [os.getpid(), os.environ.get('WORD')]"));
    lab.load({same, other});
    const std::string same_pid = lab.invoke("same").payload;
    const std::string other_answer = lab.invoke("other").payload;
    other.function.environment["WORD"] = "new";
    lab.load({same, other});
    CHECK(lab.set->names() == std::vector<std::string>{"other", "same"});
    CHECK(lab.invoke("same").payload == same_pid);
    const std::string renewed = lab.invoke("other").payload;
    CHECK(renewed.find(R"(, "new"])") != std::string::npos);
    CHECK(other_answer.find(", null]") != std::string::npos);
    CHECK(eventually([&] { return lab.stats("other").instances.value() == 1; }));
    CHECK(lab.stats("other").invocations.value() == 2);  // they outlive the change
}

TEST_CASE("what a function does when it is replaced is finished")
{
    FunctionFixture lab;
    auto spec = lab.function("gated",
                             answering("open('begun', 'w')\n"
                                       "while not os.path.exists(event): time.sleep(0.002)\n"
                                       "result = os.getpid()"));
    lab.load({spec});
    const std::string gate = lab.code.path() + "/gate";
    const Answer busy = lab.begin("gated", '"' + gate + '"');
    const Answer waiting = lab.begin("gated", '"' + gate + '"');
    REQUIRE(eventually([&] { return std::filesystem::exists(spec.function.code_uri + "/begun"); }));
    SECTION("by another")
    {
        spec.function.environment["WORD"] = "new";
        lab.load({spec});
        lab.code.write("gate", "");
        const std::string renewed = lab.invoke("gated", '"' + gate + '"').payload;
        CHECK(busy.get().payload != renewed);
        CHECK(waiting.get().payload == busy.get().payload);
        CHECK(eventually([&] { return lab.stats("gated").instances.value() == 1; }));
    }
    SECTION("by none")
    {
        lab.load({});
        CHECK(!lab.set->contains("gated"));
        lab.code.write("gate", "");
        CHECK(busy.get().outcome == Outcome::Returned);
        CHECK(waiting.get().outcome == Outcome::Returned);
        CHECK(eventually([&] { return lab.stats("gated").instances.value() == 0; }));
        CHECK(eventually([&] { return !is_running(busy.get().payload); }));
    }
}

TEST_CASE("a function whose code has changed is known, and begins anew")
{
    FunctionFixture lab;
    const auto steady = lab.function("steady", answering("result = os.getpid()"));
    const auto edited = lab.function("edited", answering("result = 'before'"));
    lab.load({steady, edited});
    CHECK(lab.invoke("edited").payload == "\"before\"");
    const std::string pid = lab.invoke("steady").payload;
    const auto before = lab.set->code();
    CHECK(lab.set->code() == before);
    lab.function("edited", answering("result = 'behind'"));
    const auto behind = lab.set->code();
    CHECK(behind.at("edited") != before.at("edited"));
    CHECK(behind.at("steady") == before.at("steady"));
    lab.load({steady, edited});
    CHECK(lab.invoke("edited").payload == "\"behind\"");
    CHECK(lab.invoke("steady").payload == pid);
}

TEST_CASE("a set that cannot be loaded names the function, and the former set goes on")
{
    FunctionFixture lab;
    const auto good = lab.function("good", answering("result = os.getpid()"));
    lab.load({good});
    const std::string pid = lab.invoke("good").payload;
    auto bad = lab.function("bad", answering(""));
    bad.function.code_uri = "/no/such/directory";
    const auto loaded = FunctionSet::load(*lab.host, {good, bad}, lab.set.get());
    REQUIRE(loaded.has_error());
    CHECK(loaded.error().detail ==
          "function \"bad\": its code directory /no/such/directory does not exist; "
          "build the function, or correct its codeUri");
    CHECK(lab.invoke("good").payload == pid);
}

TEST_CASE("inline code is a file in a directory of its own, which goes with the function")
{
    FunctionFixture lab;
    lab.runtime.write("node/bootstrap.mjs", "");
    auto spec = lab.function("inline", "");
    spec.function.runtime = "nodejs20.x";
    spec.function.code_uri.clear();
    spec.function.inline_code = "exports.handler = 1";
    // What stands for Node.js here answers with the code.
    std::string node = answering("result = [os.getcwd(), open('index.js').read()]");
    node.insert(node.find("api ="),
                "if sys.argv[1] == '-p': print(sys.argv[0], '20.0', sep='\\n'); sys.exit()\n");
    spec.options.node = lab.code.write("node", node, true);
    lab.load({spec});
    const std::string answer = lab.invoke("inline").payload;
    CHECK(answer.find(R"(", "exports.handler = 1"])") != std::string::npos);
    const std::string directory = answer.substr(2, answer.find('"', 2) - 2);
    CHECK(directory.find(lab.runtime.path() + "/postern-") == 0);
    CHECK(directory.find("/inline-") != std::string::npos);
    CHECK(std::filesystem::exists(directory + "/index.js"));
    lab.load({});
    CHECK(eventually([&] { return !std::filesystem::exists(directory); }));

    spec.function.runtime = "provided.al2";
    const auto refused = FunctionSet::load(*lab.host, {spec}, nullptr);
    REQUIRE(refused.has_error());
    CHECK(refused.error().detail.find("function \"inline\": inline code is for nodejs and python3") == 0);
}

TEST_CASE("a function's log beside its code does not make it another code, also when it is of an earlier run")
{
    const FunctionFixture lab;
    const std::string log = lab.code.write("logged/logs/logged.log", "a line\n");
    std::vector<std::string> open;
    lambda::FunctionHostOptions options;
    options.runtime_directory = options.scratch_directory = lab.runtime.path();
    options.open_log = [&](const std::string&, const std::string&) -> Result<lambda::LogGroup> {
        open = {log};
        return lambda::LogGroup{lab.log, false};
    };
    options.own_files = [&] { return open; };
    lambda::FunctionHost host(options, lab.clock);
    host.start();
    const std::vector<lambda::FunctionSpec> specs{lab.function("logged", answering("result = os.getpid()"))};
    const auto first = FunctionSet::load(host, specs, nullptr);
    REQUIRE(first.has_value());
    lab.code.write("logged/logs/logged.log", "a line\nanother\n");
    const auto second = FunctionSet::load(host, specs, first->get());
    REQUIRE(second.has_value());
    const auto invoke = [](const FunctionSet& set) {
        Answer answer;
        set.invoke("logged", {"{}", {}, {}, {}, false}, answer.done());
        return answer.get().payload;
    };
    CHECK(invoke(**first) == invoke(**second));
}

TEST_CASE("a function that lives elsewhere is made by whoever knows how, and ends on the functions' thread")
{
    struct Elsewhere final : lambda::Invoker {
        void invoke(lambda::Invocation invocation, lambda::Done done) override
        {
            done(lambda::InvocationResult::returned("far: " + invocation.payload));
        }
    };
    SystemClock clock;
    lambda::FunctionHostOptions options;
    lambda::FunctionSpec spec;
    spec.function.function_name = "far";
    spec.function.endpoint = "http://127.0.0.1:1";
    SECTION("with a maker")
    {
        options.make_remote =
            [](boost::asio::io_context&,
               const lambda::FunctionSpec& made) -> Result<std::unique_ptr<lambda::Invoker>> {
            CHECK(made.function.endpoint == "http://127.0.0.1:1");
            return std::make_unique<Elsewhere>();
        };
        lambda::FunctionHost host(options, clock);
        host.start();
        auto set = FunctionSet::load(host, {spec}, nullptr);
        REQUIRE(set.has_value());
        Answer answer;
        (*set)->invoke("far", {"{}", {}, {}, {}, false}, answer.done());
        CHECK(answer.get().payload == "far: {}");
        const auto stats = host.stats();
        REQUIRE(stats.size() == 1);
        CHECK(stats[0].first == "far");
        CHECK(stats[0].second->invocations.value() == 1);
    }
    SECTION("without one")
    {
        lambda::FunctionHost host(options, clock);
        const auto refused = FunctionSet::load(host, {spec}, nullptr);
        REQUIRE(refused.has_error());
        CHECK(refused.error().detail ==
              "function \"far\": functions that live elsewhere are not supported here");
    }
}
