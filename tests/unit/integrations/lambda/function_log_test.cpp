// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/function_log.hpp"

#include "function_fixture.hpp"

#include <regex>
#include <sstream>

using namespace postern;
using namespace postern::test;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

std::vector<std::string> lines_of(const std::string& text)
{
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

const std::string kTime = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z )";
const std::string kId = "([0-9a-f-]{36})";

bool matches(const std::string& line, const std::string& pattern)
{
    return std::regex_match(line, std::regex(pattern));
}

}  // namespace

TEST_CASE("the lines of an invocation are those that Lambda writes")
{
    CHECK(lambda::start_text("id") == "START RequestId: id Version: $LATEST");
    CHECK(lambda::end_text("id") == "END RequestId: id");
    lambda::Report report{"id", microseconds(128'830), std::nullopt, 128, 74};
    CHECK(lambda::report_text(report) ==
          "REPORT RequestId: id\tDuration: 128.83 ms\tBilled Duration: 129 ms\tMemory Size: 128 MB\t"
          "Max Memory Used: 74 MB\t");
    report.init_duration = microseconds(166'620);
    CHECK(lambda::report_text(report).ends_with("\tInit Duration: 166.62 ms\t"));
    CHECK(lambda::init_report_text(milliseconds(10'000), "init", "timeout") ==
          "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout");
}

TEST_CASE("what a function prints stands between START and END, in the order in which it was printed")
{
    FunctionFixture lab;
    std::string program = answering(
        "say('one')\nprint('two', file=sys.stderr, flush=True)\n"
        "print('three', end='', flush=True)");
    program.insert(program.find("while True:"), "say('from the start')\n");
    lab.load({lab.function("talks", program)});
    CHECK(lab.groups == std::vector<std::string>{"/aws/lambda/talks"});
    lab.invoke("talks");
    lab.invoke("talks");
    REQUIRE(eventually([&] { return lines_of(lab.log->text()).size() == 13; }));
    const std::vector<std::string> lines = lines_of(lab.log->text());
    CHECK(matches(lines[0], kTime + "from the start"));
    CHECK(matches(lines[1], kTime + "START RequestId: " + kId + R"( Version: \$LATEST)"));
    CHECK(matches(lines[2], kTime + "one"));
    CHECK(matches(lines[3], kTime + "two"));
    CHECK(matches(lines[4], kTime + "three"));
    CHECK(matches(lines[5], kTime + "END RequestId: " + kId));
    const std::string report = kTime + "REPORT RequestId: " + kId +
                               R"(\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t)"
                               R"(Max Memory Used: [1-9]\d* MB\t)";
    CHECK(matches(lines[6], report + R"(Init Duration: \d+\.\d\d ms\t)"));
    CHECK(matches(lines[12], report));
}

TEST_CASE("where several functions share a destination each line names its own")
{
    FunctionFixture lab;
    lab.is_log_shared = true;
    lab.load({lab.function("talks", answering("say('hello')"))});
    lab.invoke("talks");
    CHECK(std::regex_search(lab.log->text(), std::regex(kTime + R"(\[talks\] hello\n)")));
    CHECK(std::regex_search(lab.log->text(), std::regex(kTime + R"(\[talks\] END RequestId: )" + kId)));
}

TEST_CASE("the lines of one event, which runtimes join with carriage returns, are lines for those who read")
{
    FunctionFixture lab;
    lab.is_log_shared = true;
    lab.load({lab.function("talks", answering(R"(say('Error: no\r    at handler\r    at main'))"))});
    lab.invoke("talks");
    const std::string line = "\\n" + kTime + R"(\[talks\] )";
    CHECK(std::regex_search(
        lab.log->text(),
        std::regex(kTime + R"(\[talks\] Error: no)" + line + "    at handler" + line + "    at main\n")));
}

TEST_CASE("whoever wants the end of the log gets that of its own invocation, at most 4 KiB")
{
    FunctionFixture lab;
    lab.load({lab.function("talks", answering("say('x' * event)"))});
    const auto shorter = lab.begin("talks", "3", true).get().log_tail;
    CHECK(shorter.find("START RequestId: ") == 0);
    CHECK(shorter.find("\nxxx\nEND RequestId: ") != std::string::npos);
    const auto longer = lab.begin("talks", "100000", true).get().log_tail;
    CHECK(longer.size() == lambda::LogTail::kBytesMax);
    CHECK(longer.find("xxx\nEND RequestId: ") != std::string::npos);
    CHECK(lab.begin("talks", "3").get().log_tail.empty());
}

TEST_CASE("a function that prints megabytes is neither held up nor kept in memory")
{
    FunctionFixture lab;
    lab.load({lab.function("noisy",
                           answering("for i in range(16): say('y' * 1000000)\n"
                                     "sys.stdout.buffer.write(bytes([255, 10]))\n"
                                     "say('the end')\nresult = 'done'"))});
    CHECK(lab.invoke("noisy").payload == "\"done\"");
    CHECK(lab.log->has(" \xEF\xBF\xBD\n"));
    CHECK(lab.log->has(" the end\n"));
    std::size_t longest = 0;
    for (const std::string& line : lines_of(lab.log->text())) longest = std::max(longest, line.size());
    CHECK(longest <= lambda::OutputLines::kLineBytesMax + 32);
    CHECK(lab.log->text().size() > 16'000'000);
}
