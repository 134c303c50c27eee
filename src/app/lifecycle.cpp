// SPDX-License-Identifier: Apache-2.0
#include "app/lifecycle.hpp"

#include "app/application.hpp"
#include "app/cli.hpp"
#include "app/greeting.hpp"
#include "app/service_manager.hpp"
#include "core/line_writer.hpp"
#include "core/log.hpp"
#include "net/run_guarded.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::app {

namespace {

constexpr std::string_view kDraining = "the gateway is draining";  // why there is no reload
constexpr std::chrono::milliseconds kPoll{2000};
constexpr std::chrono::milliseconds kWatchPoll{250};
constexpr std::chrono::milliseconds kDrainPoll{20};
constexpr std::chrono::milliseconds kDrainGrace = api::kIntegrationTimeoutMax;  // for the last $disconnect
constexpr std::chrono::milliseconds kMemoryPoll{250};
constexpr std::chrono::seconds kHandlerPatience{5};  // when the gateway ends; for workers, then for shards

void tell_of_trouble(const LineWriter::Trouble& trouble)
{
    if (trouble.kind == LineWriter::Trouble::Kind::NotReopened) {
        return log::warn("log.not_reopened", {{"destination", trouble.destination}, {"why", trouble.why}});
    }
    log::warn("log.lines_lost",
              {{"destination", trouble.destination}, {"lines", trouble.lines}, {"why", trouble.why}});
}

/// The server's own log goes through the line writer for as long as this lives, and all lines are written at
/// its end if anybody reads them.
class BufferedLog {
public:
    explicit BufferedLog(LineWriter& lines) { log::write_through(&lines); }
    ~BufferedLog()
    {
        log::flush();
        log::write_through(nullptr);
    }
    BufferedLog(const BufferedLog&) = delete;
    BufferedLog& operator=(const BufferedLog&) = delete;
};

/// The main thread's loop: signals and slow periodic work. The shards have threads of their own.
class Life {
public:
    Life(Application& application, const RunOptions& options, LineWriter& lines)
        : application_(application),
          file_(options.file),
          lines_(lines),
          reloader_(application, options.load, options.file, options.other_files, options.watches_files),
          watches_files_(options.watches_files),
          stop_signals_(io_, SIGINT, SIGTERM),
          reload_signal_(io_, SIGHUP),
          reopen_signal_(io_, SIGUSR1),
          timer_(io_),
          memory_timer_(io_),
          service_(io_, {[this] { return status(); }, [this] { return application_.beat(); }})
    {}

    void run()
    {
        wait_for_stop();
        wait_for_reload();
        wait_for_reopen();
        poll();
        watch_memory();
        service_.on_ready();
        net::run_guarded(io_, "main.exception");
    }

    /// They hand over to the main thread.
    OperatorHooks operator_hooks()
    {
        OperatorHooks hooks;
        hooks.reload = [this](std::function<void(management::ReloadOutcome)> done) {
            boost::asio::post(io_, [this, done = std::move(done)] { done(reload_for_operator()); });
        };
        hooks.drain = [this] { boost::asio::post(io_, [this] { drain("POST /drain"); }); };
        hooks.configuration = file_;
        return hooks;
    }

private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock>;

    void wait_for_stop()
    {
        stop_signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            if (is_draining_) {
                log::warn("stop.now", {{"signal", signal}});
                return io_.stop();
            }
            drain(signal == SIGINT ? "SIGINT" : "SIGTERM");
            wait_for_stop();
        });
    }

    void drain(std::string_view why)
    {
        if (is_draining_) return;
        is_draining_ = true;
        log::info("drain.begin", {{"why", why}});
        application_.drain();
        drain_until_ = std::chrono::steady_clock::now() + application_.settings().drain_time + kDrainGrace;
        service_.on_stopping(2 * kHandlerPatience);
        wait_until_drained();
    }

    management::ReloadOutcome reload_for_operator()
    {
        if (is_draining_) return {false, {std::string(kDraining)}};
        std::vector<std::string> reasons = reload("POST /reload");
        return {reasons.empty(), std::move(reasons)};
    }

    void wait_for_reload()
    {
        reload_signal_.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            if (is_draining_) {
                log::warn("reload.refused", {{"why", "SIGHUP"}, {"reason", kDraining}});
            } else {
                reload("SIGHUP");
            }
            wait_for_reload();
        });
    }

    std::vector<std::string> reload(std::string_view why)
    {
        service_.on_reload_begin();
        std::vector<std::string> reasons = reloader_.reload(why);
        service_.on_reload_end(reasons);
        return reasons;
    }

    /// For `systemctl status`: how busy it is, and where it listens.
    std::string status() const
    {
        const std::size_t count = application_.socket_count();
        std::string line = std::to_string(count) + (count == 1 ? " connection" : " connections");
        for (const Endpoint& endpoint : application_.listeners().endpoints()) {
            line += ", " + url_of(endpoint, "ws");
        }
        return line;
    }

    void wait_for_reopen()
    {
        reopen_signal_.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            log::info("log.reopen", {{"signal", "SIGUSR1"}});
            lines_.reopen();
            wait_for_reopen();
        });
    }

    void wait_until_drained()
    {
        const auto rest = application_.rest();
        if (rest && rest->sockets + rest->calls == 0) {
            log::info("drain.end", {{"complete", "yes"}});
            return io_.stop();
        }
        if (std::chrono::steady_clock::now() >= drain_until_) {
            const Application::Rest left = rest.value_or(Application::Rest());
            log::warn("drain.end",
                      {{"complete", "no"}, {"sockets_left", left.sockets}, {"calls_left", left.calls}});
            return io_.stop();
        }
        after(kDrainPoll, [this] { wait_until_drained(); });
    }

    void watch_memory()
    {
        application_.watch_memory();
        memory_timer_.expires_after(application_.settings().limits.memory_bytes_max > 0 ? kMemoryPoll
                                                                                        : kPoll);
        memory_timer_.async_wait([this](boost::system::error_code error) {
            if (!error) watch_memory();
        });
    }

    void poll()
    {
        if (is_draining_) return;
        application_.poll();
        if (watches_files_ && reloader_.has_changed()) {
            reload("a file changed");
        }
        after(watches_files_ ? kWatchPoll : kPoll, [this] { poll(); });
    }

    void after(std::chrono::milliseconds time, std::function<void()> work)
    {
        timer_.expires_after(time);  // whatever waited before is given up: draining ends the polling
        timer_.async_wait([work = std::move(work)](boost::system::error_code error) {
            if (!error) work();
        });
    }

    Application& application_;
    std::string file_;
    LineWriter& lines_;
    Reloader reloader_;
    bool watches_files_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set stop_signals_;
    boost::asio::signal_set reload_signal_;
    boost::asio::signal_set reopen_signal_;
    Timer timer_;
    Timer memory_timer_;
    ServiceManager service_;
    bool is_draining_ = false;
    std::chrono::steady_clock::time_point drain_until_;
};

int failed_start(const Error& error)
{
    std::fprintf(stderr, "postern: %s\n", error.detail.c_str());
    return kExitFailed;
}

/// For the rest of the process's life.
void ignore_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

int run_gateway(const config::Settings& settings, const RunOptions& options)
{
    log::configure(settings.log_level, settings.log_format);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that fails
    LineWriter lines(tell_of_trouble);
    const BufferedLog buffered(lines);
    auto activated = ActivatedSockets::take();
    if (!activated) return failed_start(activated.error());
    auto application = Application::create(settings, lines, *std::move(activated));
    if (!application) return failed_start(application.error());
    Life life(**application, options, lines);
    (*application)->start(life.operator_hooks());
    print_greeting(**application);
    life.run();
    ignore_signals();  // one more would meet the default action once `life` is gone
    if (!(*application)->stop(kHandlerPatience)) {
        log::error("stop.handler_stuck", {{"seconds", kHandlerPatience.count()}});
        log::flush();
        std::_Exit(kExitFailed);  // a thread of a plugin still uses what would be destroyed
    }
    return 0;
}

}  // namespace postern::app
