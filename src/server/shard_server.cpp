// SPDX-License-Identifier: Apache-2.0
#include "server/shard_server.hpp"

#include "core/check.hpp"
#include "core/log.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace postern::server {

namespace {

constexpr int kAcceptsPerTurn = 64;
/// Sessions that send at the end of one turn: after a message to all of a shard's clients the others still
/// get their turns.
constexpr std::size_t kTurnEndsPerTurn = 256;
constexpr SteadyMillis kRefusedLogInterval = 1000;

}  // namespace

ShardServer::ShardServer(net::Shard& shard,
                         connections::Registry& registry,
                         gateway::Gateway& gateway,
                         const api::ConnectionIdCodec& codec,
                         api::Limits& limits,
                         SocketBudget& budget,
                         NodeLoad& load)
    : shard_(shard),
      registry_(registry),
      gateway_(gateway),
      codec_(codec),
      limits_(limits),
      budget_(budget),
      load_(load),
      drain_timer_(shard.io().get_executor())
{
    shard_.on_second_due([](std::uint64_t item) {
        reinterpret_cast<Session*>(item)->on_deadline();  // NOLINT(performance-no-int-to-ptr): Session set it
    });
    shard_.on_moment_due([this](std::uint64_t item) { on_moment(item); });
    shard_.on_turn_end([this] { end_turn(); });
}

ShardServer::~ShardServer() = default;

void ShardServer::configure(const Configuration& configuration)
{
    limits_ = configuration.limits;
    registry_.groups().set_limit(limits_.groups_per_connection_max);
    message_rate_ = Rate(limits_.messages_per_second_per_connection, limits_.messages_burst_per_connection);
    connections_api_ = configuration.connections_api;
    accepts_while_draining_ = configuration.accepts_while_draining;
    gateway_.deploy(configuration.deployments, configuration.host_names);
    for (const auto& session : sessions_) session->on_limits_changed();
}

void ShardServer::add_listener(std::size_t id, int fd, std::uint16_t port, net::TlsOffer tls)
{
    listeners_.push_back(std::make_shared<Listener>(shard_.io(), id, fd, port, std::move(tls)));
    if (is_draining_) {
        listeners_.back()->socket.close();
    } else {
        accept(listeners_.back());
    }
}

void ShardServer::remove_listener(std::size_t id)
{
    const auto found = find(id);
    accept_all(**found);  // who has got through already is not turned away
    (*found)->socket.close();
    listeners_.erase(found);
}

void ShardServer::replace_tls(std::size_t id, net::TlsOffer tls)
{
    (*find(id))->tls = std::move(tls);
}

std::vector<std::shared_ptr<Listener>>::iterator ShardServer::find(std::size_t id)
{
    const auto found = std::find_if(
        listeners_.begin(), listeners_.end(), [&](const auto& listener) { return listener->id == id; });
    POSTERN_CHECK(found != listeners_.end());
    return found;
}

void ShardServer::accept(const std::shared_ptr<Listener>& listener)
{
    listener->socket.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                [this, listener](boost::system::error_code error) {
                                    if (error || !listener->socket.is_open()) return;
                                    shard_.run([&] { accept_all(*listener); });
                                    accept(listener);
                                });
}

void ShardServer::accept_all(Listener& listener)
{
    const int listening_fd = listener.socket.native_handle();
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        net::Accepted accepted = net::accept_one(listening_fd);
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
                log::warn("listener.full", {{"connections", budget_.sockets_max.load()}});
            }
            continue;
        }
        AddressTable::Entry entry = load_.addresses.enter(accepted.source_ip);
        if (!entry.is_admitted) {
            budget_.sockets.fetch_sub(1, std::memory_order_relaxed);
            ::close(accepted.fd);  // before TLS costs anything
            counts().hit(observability::Limit::AddressConnections);
            if (shard_.now() - refused_logged_at_ >= kRefusedLogInterval) {
                refused_logged_at_ = shard_.now();
                log::warn("listener.address_full", {{"source_ip", accepted.source_ip}});
            }
            continue;
        }
        auto session = std::make_unique<Session>(
            *this, listener, accepted.fd, std::move(accepted.source_ip), std::move(entry.place));
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
    const std::size_t end = turn_end_begin_ + kTurnEndsPerTurn;
    while (turn_end_begin_ < turn_end_.size() && turn_end_begin_ < end) {
        turn_end_[turn_end_begin_++]->on_turn_end();
    }
    if (turn_end_begin_ > turn_end_.size() / 2) {
        turn_end_.erase(turn_end_.begin(), turn_end_.begin() + static_cast<std::ptrdiff_t>(turn_end_begin_));
        turn_end_begin_ = 0;
    }
    if (!turn_end_.empty() && !is_turn_posted_) {
        is_turn_posted_ = true;
        shard_.post([this] { is_turn_posted_ = false; });  // a turn for the rest of them
    }
    std::erase_if(graveyard_, [](const auto& session) { return !session->is_queued(); });
}

void ShardServer::on_moment(std::uint64_t item)
{
    if ((item & gateway::Calls::kNoCall) == 0 || item == gateway::Gateway::kConnectQueueMoment) {
        return gateway_.on_deadline(item);
    }
    // Made by resume_at(); every connection of this registry is a session of this server.
    const api::ConnectionAddress address{0,
                                         static_cast<std::uint8_t>(shard_.index()),
                                         static_cast<std::uint32_t>(item) & api::kSlotMax,
                                         static_cast<std::uint32_t>(item >> 32)};
    connections::Connection* found = registry_.find(address);
    if (found != nullptr) static_cast<Session*>(found)->resume_reading();
}

void ShardServer::resume_at(SteadyMillis due, const api::ConnectionAddress& address)
{
    const std::uint64_t item =
        static_cast<std::uint64_t>(address.generation) << 32 | gateway::Calls::kNoCall | address.slot;
    shard_.moments().set(due, item);
}

}  // namespace postern::server
