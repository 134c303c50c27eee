// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catch.hpp"
#include "core/clock.hpp"
#include "integrations/lambda/function_host.hpp"
#include "integrations/lambda/function_set.hpp"
#include "integrations/lambda/strays.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <stdlib.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

/// Real functions for tests: small programs that speak the Runtime API, written into directories that go.
namespace postern::test {

namespace lambda = integrations::lambda;

/// Far longer than anything takes, on any machine.
inline constexpr std::chrono::seconds kForever{60};

/// True as soon as `condition` is.
inline bool eventually(const std::function<bool()>& condition)
{
    const auto until = std::chrono::steady_clock::now() + kForever;
    while (std::chrono::steady_clock::now() < until) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
}

/// Tells the strays of a test from those of every other process of it, and of other tests that run at once.
inline lambda::InstanceMark mark_of(char digit)
{
    lambda::InstanceMark mark{};
    mark.fill(digit);
    const std::string own = std::to_string(::getpid());
    std::copy(own.begin(), own.end(), mark.begin());
    return mark;
}

inline std::string mark_variable(char digit)
{
    const lambda::InstanceMark mark = mark_of(digit);
    return "AWS_LAMBDA_LOG_STREAM_NAME=2026/11/28/[$LATEST]" + std::string(mark.begin(), mark.end());
}

class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        char name[] = "/tmp/postern-functions-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string path() const { return path_.string(); }
    std::string write(const std::string& name, const std::string& text, bool is_executable = false) const
    {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        if (is_executable) std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file.string();
    }
    std::string read(const std::string& name) const
    {
        std::ifstream file(path_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::filesystem::path path_;
};

/// A log that keeps what it is given.
class KeptLines final : public LineDestination {
public:
    void append(std::string_view lines) override
    {
        const std::lock_guard lock(mutex_);
        text_ += lines;
    }
    std::uint64_t dropped() const override { return 0; }
    const std::string& name() const override { return name_; }

    std::string text() const
    {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    bool has(std::string_view words) const { return text().find(words) != std::string::npos; }

private:
    mutable std::mutex mutex_;
    std::string text_;
    std::string name_ = "kept";
};

/// An answer that is on its way.
class Answer {
public:
    lambda::Done done()
    {
        return [state = state_](lambda::InvocationResult result) {
            const std::lock_guard lock(state->mutex);
            state->result = std::move(result);
            state->arrived.notify_all();
        };
    }
    lambda::InvocationResult get() const
    {
        std::unique_lock lock(state_->mutex);
        REQUIRE(state_->arrived.wait_for(lock, kForever, [this] { return state_->result.has_value(); }));
        return *state_->result;
    }
    bool has_arrived() const
    {
        const std::lock_guard lock(state_->mutex);
        return state_->result.has_value();
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable arrived;
        std::optional<lambda::InvocationResult> result;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// What every test program begins with: call(method, path, body) and next_event() -> (id, event).
inline constexpr const char* kRuntimePrelude = R"(#!/usr/bin/python3
import http.client, json, os, signal, socket, subprocess, sys, time
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
def call(method, path, body=None, headers={}):
    api.request(method, '/2018-06-01/runtime/' + path, body, headers)
    response = api.getresponse()
    return response.status, response.read().decode(), response.headers
def next_event():
    status, body, headers = call('GET', 'invocation/next')
    assert status == 200, (status, body)
    return headers['Lambda-Runtime-Aws-Request-Id'], json.loads(body)
def answer(id, value):
    return call('POST', f'invocation/{id}/response', json.dumps(value))
def say(text):
    print(text, flush=True)
)";

/// A program that answers for ever: `body` sees `id` and `event`, and leaves its result in `result`.
inline std::string answering(const std::string& body)
{
    std::string code = kRuntimePrelude;
    code += "while True:\n    id, event = next_event()\n    result = None\n";
    for (std::size_t begin = 0; begin < body.size();) {
        const std::size_t end = std::min(body.find('\n', begin), body.size());
        code += "    " + body.substr(begin, end - begin) + '\n';
        begin = end + 1;
    }
    return code + "    answer(id, result)\n";
}

/// A host with functions of which each has a directory of its own.
class FunctionFixture {
public:
    FunctionFixture()
    {
        lambda::FunctionHostOptions options;
        options.runtime_directory = runtime.path();
        options.scratch_directory = runtime.path();
        options.open_log = [this](const std::string& group,
                                  const std::string& /*directory*/) -> Result<lambda::LogGroup> {
            groups.push_back(group);
            return lambda::LogGroup{log, is_log_shared};
        };
        host.emplace(std::move(options), clock);
        host->start();
    }
    ~FunctionFixture()
    {
        set.reset();
        host->stop();
    }
    FunctionFixture(const FunctionFixture&) = delete;
    FunctionFixture& operator=(const FunctionFixture&) = delete;

    /// A compiled function whose `bootstrap` is `program`.
    lambda::FunctionSpec function(const std::string& name, const std::string& program) const
    {
        code.write(name + "/bootstrap", program, true);
        lambda::FunctionSpec spec;
        spec.function.function_name = name;
        spec.function.runtime = "provided.al2023";
        spec.function.handler = "app.handler";
        spec.function.code_uri = code.path() + '/' + name;
        spec.function.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kForever);
        spec.options.init_timeout = spec.function.timeout;
        spec.options.idle_time = spec.function.timeout;
        spec.options.concurrency = 1;
        spec.arn = "arn:aws:lambda:us-east-1:000000000000:function:" + name;
        spec.region = "us-east-1";
        return spec;
    }

    void load(const std::vector<lambda::FunctionSpec>& specs)
    {
        auto loaded = lambda::FunctionSet::load(*host, specs, set.get());
        if (!loaded) FAIL(loaded.error().detail);
        set = *loaded;
    }

    Answer begin(const std::string& name, std::string payload = "{}", bool wants_log_tail = false) const
    {
        Answer answer;
        lambda::Invocation invocation;
        invocation.payload = std::move(payload);
        invocation.wants_log_tail = wants_log_tail;
        set->invoke(name, std::move(invocation), answer.done());
        return answer;
    }
    lambda::InvocationResult invoke(const std::string& name, std::string payload = "{}") const
    {
        return begin(name, std::move(payload)).get();
    }

    const lambda::FunctionStats& stats(const std::string& name) const
    {
        for (const auto& [function, counted] : host->stats()) {
            if (function == name) return *counted;  // lives as long as the host
        }
        FAIL("no such function");
        throw;
    }

    SystemClock clock;
    TemporaryDirectory runtime;
    TemporaryDirectory code;
    std::shared_ptr<KeptLines> log = std::make_shared<KeptLines>();
    std::vector<std::string> groups;
    bool is_log_shared = false;
    std::optional<lambda::FunctionHost> host;
    std::shared_ptr<const lambda::FunctionSet> set;
};

/// R, S, T and so on: a letter as ps has it; '?' of a process that does not exist, or ends meanwhile.
inline char state_of(const std::string& pid)
{
    std::ifstream file("/proc/" + pid + "/stat");
    std::string stat;
    std::getline(file, stat);  // never throws: reading what ends meanwhile fails with ESRCH
    const std::size_t name_end = stat.rfind(')');
    return name_end == std::string::npos || stat.size() <= name_end + 2 ? '?' : stat[name_end + 2];
}

/// A process that exists and is no zombie.
inline bool is_running(const std::string& pid)
{
    const char state = state_of(pid);
    return state != '?' && state != 'Z' && state != 'X';
}

}  // namespace postern::test
