// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/strays.hpp"

#include "function_fixture.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace postern;
using namespace postern::test;
using lambda::InstanceMark;
using lambda::kill_strays;

namespace {

/// A process in a session of its own that does not end: it sleeps, unless it is to run something else.
class Stray {
public:
    explicit Stray(std::string first,
                   std::string second = "B=2",
                   std::vector<std::string> command = {"/bin/sleep", "3600"})
    {
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
        std::vector<char*> arguments;
        for (std::string& word : command) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        char* const environment[] = {first.data(), second.data(), nullptr};
        REQUIRE(::posix_spawn(&id_, arguments[0], nullptr, &attributes, arguments.data(), environment) == 0);
        ::posix_spawnattr_destroy(&attributes);
        // The call returns while the program is still being executed: first its process has our environment,
        // then none.
        const std::string own = second + '\0';
        REQUIRE(eventually([&] {
            std::ostringstream seen;
            seen << std::ifstream("/proc/" + std::to_string(id_) + "/environ").rdbuf();
            return seen.str().find(own) != std::string::npos;
        }));
    }
    ~Stray()
    {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    Stray(const Stray&) = delete;
    Stray& operator=(const Stray&) = delete;

    bool is_alive() const { return is_running(std::to_string(id_)); }

private:
    pid_t id_ = 0;
};

}  // namespace

TEST_CASE("the strays of an instance are known by its mark, wherever it stands in their environment")
{
    const Stray of_a("B=2", mark_variable('a'));
    const Stray of_b(mark_variable('b'));
    const Stray of_c(mark_variable('c'));
    const Stray large("X=" + std::string(100'000, 'x'), mark_variable('a'));
    const Stray none("B=2");
    const Stray empty("AWS_LAMBDA_LOG_STREAM_NAME=");
    const std::array marks{mark_of('a'), mark_of('b')};
    kill_strays(marks);
    CHECK(eventually([&] { return !of_a.is_alive() && !of_b.is_alive() && !large.is_alive(); }));
    CHECK(of_c.is_alive());
    CHECK(none.is_alive());
    CHECK(empty.is_alive());
}

TEST_CASE("a group without a mark has no strays")
{
    const Stray of_a(mark_variable('a'));
    const Stray none("AWS_LAMBDA_LOG_STREAM_NAME=");
    const std::array<InstanceMark, 1> marks{};
    kill_strays(marks);
    kill_strays({});
    CHECK(of_a.is_alive());
    CHECK(none.is_alive());
}

TEST_CASE("a stray that executes one program after the other is found between two of them")
{
    const std::string again = R"(exec /bin/sh -c "$0" "$0")";
    const std::array<InstanceMark, 1> marks{mark_of('a')};
    for (int round = 0; round < 50; ++round) {
        const Stray restless(mark_variable('a'), "B=2", {"/bin/sh", "-c", again, again});
        kill_strays(marks);
        CHECK(eventually([&] { return !restless.is_alive(); }));
    }
}
