// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/strays.hpp"

#include "function_fixture.hpp"

#include <array>
#include <csignal>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace postern;
using namespace postern::test;
using lambda::InstanceMark;
using lambda::kill_strays;

namespace {

/// A process that does nothing, for ever, in a session of its own.
class Sleeper {
public:
    explicit Sleeper(std::string first, std::string second = "B=2")
    {
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
        char name[] = "sleep";
        char time[] = "3600";
        char* const arguments[] = {name, time, nullptr};
        char* const environment[] = {first.data(), second.data(), nullptr};
        REQUIRE(::posix_spawn(&id_, "/bin/sleep", nullptr, &attributes, arguments, environment) == 0);
        ::posix_spawnattr_destroy(&attributes);
    }
    ~Sleeper()
    {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    bool is_alive() const { return is_running(std::to_string(id_)); }

private:
    pid_t id_ = 0;
};

}  // namespace

TEST_CASE("the strays of an instance are known by its mark, wherever it stands in their environment")
{
    const Sleeper of_a("B=2", mark_variable('a'));
    const Sleeper of_b(mark_variable('b'));
    const Sleeper of_c(mark_variable('c'));
    const Sleeper large("X=" + std::string(100'000, 'x'), mark_variable('a'));
    const Sleeper none("B=2");
    const Sleeper empty("AWS_LAMBDA_LOG_STREAM_NAME=");
    const std::array marks{mark_of('a'), mark_of('b')};
    kill_strays(marks);
    CHECK(eventually([&] { return !of_a.is_alive() && !of_b.is_alive() && !large.is_alive(); }));
    CHECK(of_c.is_alive());
    CHECK(none.is_alive());
    CHECK(empty.is_alive());
}

TEST_CASE("a group without a mark has no strays")
{
    const Sleeper of_a(mark_variable('a'));
    const Sleeper none("AWS_LAMBDA_LOG_STREAM_NAME=");
    const std::array<InstanceMark, 1> marks{};
    kill_strays(marks);
    kill_strays({});
    CHECK(of_a.is_alive());
    CHECK(none.is_alive());
}
