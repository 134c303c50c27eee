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
constexpr int kLastAccepts = 64;  // times kAcceptsPerTurn: all that the kernel keeps for one listener
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Sessions that send at the end of one turn: after a message to all of a shard's clients the others still
/// get their turns.
constexpr std::size_t kTurnEndsPerTurn = 256;

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
    // Who has got through already is not turned away.
    for (int i = 0; i < kLastAccepts && accept_some(**found) == Accepting::More; ++i) {
    }
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
    listener->socket.async_wait(
        boost::asio::posix::descriptor_base::wait_read, [this, listener](boost::system::error_code error) {
            if (error || !listener->socket.is_open()) return;
            Accepting outcome = Accepting::Failing;
            shard_.run([&] { outcome = accept_some(*listener); });
            if (outcome != Accepting::Failing) return accept(listener);
            // Out of descriptors, most likely: who waits is still there, and would wake us at once again.
            listener->pause.expires_after(kAcceptPause);
            listener->pause.async_wait([this, listener](boost::system::error_code cancelled) {
                if (!cancelled && listener->socket.is_open()) accept(listener);
            });
        });
}

ShardServer::Accepting ShardServer::accept_some(Listener& listener)
{
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        net::Accepted accepted = net::accept_one(listener.socket.native_handle());
        if (accepted.error != 0) log::warn("listener.accept", {{"why", std::strerror(accepted.error)}});
        if (accepted.fd < 0) return accepted.error == 0 ? Accepting::Done : Accepting::Failing;
        if (!admit(listener, std::move(accepted))) return Accepting::Failing;
    }
    return Accepting::More;
}

/// A session, or a limit says no. False when the kernel does.
bool ShardServer::admit(const Listener& listener, net::Accepted accepted)
{
    if (budget_.sockets.fetch_add(1, std::memory_order_relaxed) >= budget_.sockets_max) {
        log::warn("listener.full", {{"connections", budget_.sockets_max.load()}});
        turn_away(accepted.fd, observability::Limit::Sockets);
        return true;
    }
    AddressTable::Entry entry = load_.addresses.enter(accepted.source_ip);
    if (!entry.is_admitted) {
        log::warn("listener.address_full", {{"source_ip", accepted.source_ip}});
        turn_away(accepted.fd, observability::Limit::AddressConnections);
        return true;
    }
    auto session = std::make_unique<Session>(
        *this, listener, accepted.fd, std::move(accepted.source_ip), std::move(entry.place));
    if (!session->has_socket()) {
        budget_.sockets.fetch_sub(1, std::memory_order_relaxed);
        log::warn("listener.accept", {{"why", "no more sockets can be watched (fs.epoll.max_user_watches)"}});
        return false;
    }
    session->index = sessions_.size();
    sessions_.push_back(std::move(session));
    return true;
}

/// Before TLS costs anything.
void ShardServer::turn_away(int fd, observability::Limit limit)
{
    budget_.sockets.fetch_sub(1, std::memory_order_relaxed);
    ::close(fd);
    counts().hit(limit);
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
