// SPDX-License-Identifier: Apache-2.0
#include "server/shard_server.hpp"

#include "core/log.hpp"
#include "net/tcp.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace postern::server {

namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr SteadyMillis kRefusedLogInterval = 1000;

}  // namespace

ShardServer::ShardServer(net::Shard& shard,
                         connections::Registry& registry,
                         gateway::Gateway& gateway,
                         const management::ConnectionsApi& connections_api,
                         const api::ConnectionIdCodec& codec,
                         const api::Limits& limits,
                         SocketBudget& budget)
    : shard_(shard),
      registry_(registry),
      gateway_(gateway),
      connections_api_(connections_api),
      codec_(codec),
      limits_(limits),
      budget_(budget)
{
    shard_.on_second_due([](std::uint64_t item) {
        reinterpret_cast<Session*>(item)->on_deadline();  // NOLINT(performance-no-int-to-ptr): Session set it
    });
    shard_.on_moment_due([this](std::uint64_t item) { gateway_.on_deadline(item); });
    shard_.on_turn_end([this] { end_turn(); });
}

ShardServer::~ShardServer() = default;

void ShardServer::add_listener(int fd, std::uint16_t port, std::shared_ptr<net::TlsContext> tls)
{
    listeners_.push_back(std::make_unique<Listener>(shard_.io(), fd, port, std::move(tls)));
}

void ShardServer::start()
{
    for (const auto& listener : listeners_) accept(*listener);
}

void ShardServer::replace_certificate(std::size_t listener, std::shared_ptr<net::TlsContext> tls)
{
    listeners_.at(listener)->tls = std::move(tls);
}

void ShardServer::accept(Listener& listener)
{
    listener.socket.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               [this, &listener](boost::system::error_code error) {
                                   if (error || is_draining_) return;
                                   shard_.run([&] { accept_all(listener); });
                                   accept(listener);
                               });
}

void ShardServer::accept_all(Listener& listener)
{
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        net::Accepted accepted = net::accept_one(listener.socket.native_handle());
        if (accepted.fd < 0) {
            if (accepted.error != 0) log::warn("listener.accept", {{"why", std::strerror(accepted.error)}});
            return;
        }
        if (budget_.sockets.fetch_add(1, std::memory_order_relaxed) >= budget_.sockets_max) {
            budget_.sockets.fetch_sub(1, std::memory_order_relaxed);
            ::close(accepted.fd);
            counts().hit(observability::Limit::Sockets);
            if (shard_.now() - refused_logged_at_ >= kRefusedLogInterval) {
                refused_logged_at_ = shard_.now();
                log::warn("listener.full", {{"connections", budget_.sockets_max}});
            }
            continue;
        }
        auto session = std::make_unique<Session>(*this, listener, accepted.fd, std::move(accepted.source_ip));
        session->index = sessions_.size();
        sessions_.push_back(std::move(session));
    }
}

void ShardServer::bury(Session& session)
{
    budget_.sockets.fetch_sub(1, std::memory_order_relaxed);
    std::unique_ptr<Session>& place = sessions_[session.index];
    graveyard_.push_back(std::move(place));
    if (&place != &sessions_.back()) {
        place = std::move(sessions_.back());
        place->index = session.index;
    }
    sessions_.pop_back();
}

void ShardServer::end_turn()
{
    // What one session sends while it ends may queue another: by index, since the list grows.
    for (std::size_t i = 0; i < turn_end_.size(); ++i) turn_end_[i]->on_turn_end();
    turn_end_.clear();
    graveyard_.clear();
}

void ShardServer::drain()
{
    is_draining_ = true;
    for (const auto& listener : listeners_) {
        if (listener->socket.is_open()) listener->socket.close();
    }
    std::vector<Session*> all;
    all.reserve(sessions_.size());
    for (const auto& session : sessions_) all.push_back(session.get());
    for (Session* session : all) session->drain();
}

}  // namespace postern::server
