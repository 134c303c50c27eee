// SPDX-License-Identifier: Apache-2.0
#include "server/admin_server.hpp"

#include "core/log.hpp"
#include "net/loop_thread.hpp"
#include "net/run_guarded.hpp"
#include "net/shard.hpp"
#include "net/tcp.hpp"
#include "server/admin_session.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <cstring>
#include <unistd.h>
#include <utility>
#include <vector>

namespace postern::server {

using boost::system::error_code;

namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kPause{1000};

}  // namespace

class AdminServer::Core {
public:
    Core(AdminServerOptions options, const management::AdminApi& api, int fd, std::uint16_t listening_port)
        : port(listening_port),
          options_(std::move(options)),
          api_(api),
          invocations_(options_.invocations_max),
          listener_(io_.get_executor(), fd),
          pause_(io_.get_executor())
    {}

    void start()
    {
        accept();
        thread_.start([this] { net::run_guarded(io_, "admin.exception"); });
    }

    void stop()
    {
        if (!thread_.is_running()) return;
        boost::asio::post(io_, [this] { finish(); });
        if (!thread_.join(options_.stop_patience)) io_.stop();
        thread_.join();
    }

    const std::uint16_t port;

private:
    void accept()
    {
        listener_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](error_code error) {
            if (error) return;
            if (accept_all()) return accept();
            // Out of descriptors, most likely: the one who waits is still there, and would be at once again.
            pause_.expires_after(kPause);
            pause_.async_wait([this](error_code cancelled) {
                if (!cancelled) accept();
            });
        });
    }

    /// False when it is better to wait a little.
    bool accept_all()
    {
        for (int i = 0; i < kAcceptsPerTurn; ++i) {
            net::Accepted accepted = net::accept_one(listener_.native_handle());
            if (accepted.error != 0) log::warn("admin.accept", {{"why", std::strerror(accepted.error)}});
            if (accepted.fd < 0) return accepted.error == 0;
            admit(std::move(accepted));
        }
        return true;
    }

    void admit(net::Accepted accepted)
    {
        std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
        if (sessions_.size() - invocations_.count() >= options_.sockets_max && !make_room()) {
            ::close(accepted.fd);
            return;
        }
        // The protocol matters only to what this socket is never asked.
        AdminSession::Socket socket(io_.get_executor(), boost::asio::ip::tcp::v4(), accepted.fd);
        auto session = std::make_shared<AdminSession>(
            std::move(socket), std::move(accepted.source_ip), options_, api_, invocations_);
        sessions_.push_back(session);
        session->start();
    }

    /// Who asks for nothing gives way to who may: a health check gets in.
    bool make_room()
    {
        const auto idle = std::find_if(sessions_.begin(), sessions_.end(), [](const auto& weak) {
            const auto session = weak.lock();
            return session && session->is_idle();
        });
        if (idle == sessions_.end()) return false;
        if (const auto session = idle->lock()) session->close();
        sessions_.erase(idle);
        return true;
    }

    /// With the listener closed and the sessions gone, run() has nothing left to wait for.
    void finish()
    {
        listener_.close();
        pause_.cancel();
        for (const auto& weak : sessions_) {
            if (const auto session = weak.lock()) session->finish();
        }
    }

    const AdminServerOptions options_;
    const management::AdminApi& api_;
    Invocations invocations_;
    boost::asio::io_context io_{1};
    boost::asio::posix::basic_stream_descriptor<net::Executor> listener_;
    net::SteadyTimer pause_;
    std::vector<std::weak_ptr<AdminSession>> sessions_;
    net::LoopThread thread_;
};

AdminServer::AdminServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

AdminServer::~AdminServer()
{
    stop();
}

Result<std::unique_ptr<AdminServer>> AdminServer::listen(AdminServerOptions options,
                                                         const management::AdminApi& api)
{
    Result<net::ListeningSockets> sockets = net::listen_tcp(options.address, options.port, 1);
    if (!sockets) return sockets.error();
    auto core = std::make_unique<Core>(std::move(options), api, sockets->fds[0].release(), sockets->port);
    return std::unique_ptr<AdminServer>(new AdminServer(std::move(core)));
}

std::uint16_t AdminServer::port() const
{
    return core_->port;
}

void AdminServer::start()
{
    core_->start();
}

void AdminServer::stop()
{
    core_->stop();
}

}  // namespace postern::server
