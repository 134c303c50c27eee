// SPDX-License-Identifier: Apache-2.0
#include "app/lifecycle.hpp"

#include "app/application.hpp"
#include "app/cli.hpp"
#include "core/line_writer.hpp"
#include "core/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace postern::app {

namespace {

constexpr std::chrono::milliseconds kPoll{2000};
constexpr std::chrono::milliseconds kWatchPoll{250};
constexpr std::chrono::milliseconds kDrainPoll{20};
constexpr std::chrono::seconds kDrainMax{10};
constexpr std::chrono::seconds kHandlerPatience{5};  // for blocking handlers when the gateway ends

std::string url_of(const Endpoint& endpoint, std::string_view scheme)
{
    const bool is_any = endpoint.address.empty() || endpoint.address == "::" || endpoint.address == "0.0.0.0";
    std::string host = is_any ? "localhost" : endpoint.address;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return std::string(scheme) + (endpoint.is_tls ? "s" : "") + "://" + host + ":" +
           std::to_string(endpoint.port);
}

/// "/dev" with one API, "/chat/dev" with several.
std::string stage_path(const api::Model& model, const api::Api& api, const api::Stage& stage)
{
    return (model.apis.size() > 1 ? "/" + api.api_id : "") + "/" + stage.stage_name;
}

void print_start(const Application& application)
{
    const config::Settings& settings = application.settings();
    std::printf("postern is listening\n");
    std::string first;
    bool first_is_tls = false;
    for (const Endpoint& endpoint : application.listeners().endpoints()) {
        for (const auto& [api_id, api] : settings.model.apis) {
            for (const auto& [name, stage] : api.stages) {
                const std::string url = url_of(endpoint, "ws") + stage_path(settings.model, api, stage);
                std::printf("  %s\n", url.c_str());
                if (first.empty()) {
                    first = url;
                    first_is_tls = endpoint.is_tls;
                }
            }
        }
    }
    const std::string development_ca = application.listeners().development_ca();
    if (!development_ca.empty()) std::printf("development CA: %s\n", development_ca.c_str());
    std::printf(
        "%zu shards, at most %zu connections\n", application.shard_count(), application.connections_max());
    if (!first.empty())
        std::printf("try: npx wscat %s-c %s\n", first_is_tls ? "--no-check " : "", first.c_str());
    std::fflush(stdout);
}

void tell_of_lost_lines(const LineWriter::Trouble& trouble)
{
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
          lines_(lines),
          reloader_(application, options.load, options.file),
          watches_files_(options.watches_files),
          stop_signals_(io_, SIGINT, SIGTERM),
          reload_signal_(io_, SIGHUP),
          reopen_signal_(io_, SIGUSR1),
          timer_(io_)
    {}

    void run()
    {
        wait_for_stop();
        wait_for_reload();
        wait_for_reopen();
        poll();
        io_.run();
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
            is_draining_ = true;
            log::info("drain.begin", {{"signal", signal}});
            application_.drain();
            drain_until_ = std::chrono::steady_clock::now() + kDrainMax;
            wait_until_drained();
            wait_for_stop();
        });
    }

    void wait_for_reload()
    {
        reload_signal_.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            if (!is_draining_) static_cast<void>(reloader_.reload("SIGHUP"));
            wait_for_reload();
        });
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
        const bool is_drained = application_.is_drained();
        if (is_drained || std::chrono::steady_clock::now() >= drain_until_) {
            log::info("drain.end", {{"complete", is_drained ? "yes" : "no"}});
            return io_.stop();
        }
        after(kDrainPoll, [this] { wait_until_drained(); });
    }

    void poll()
    {
        if (is_draining_) return;
        application_.poll();
        if (watches_files_ && reloader_.has_changed()) {
            static_cast<void>(reloader_.reload("a file changed"));
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
    LineWriter& lines_;
    Reloader reloader_;
    bool watches_files_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set stop_signals_;
    boost::asio::signal_set reload_signal_;
    boost::asio::signal_set reopen_signal_;
    Timer timer_;
    bool is_draining_ = false;
    std::chrono::steady_clock::time_point drain_until_;
};

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
    LineWriter lines(tell_of_lost_lines);
    const BufferedLog buffered(lines);
    auto application = Application::create(settings, lines);
    if (!application) {
        std::fprintf(stderr, "postern: %s\n", application.error().detail.c_str());
        return kExitFailed;
    }
    Life life(**application, options, lines);
    (*application)->start();
    print_start(**application);
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
