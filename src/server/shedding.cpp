// SPDX-License-Identifier: Apache-2.0
#include "server/shard_server.hpp"

#include <algorithm>

/// How a shard gets rid of connections that it would rather keep: a drain, and the memory ceiling.
namespace postern::server {

namespace {

/// Whoever waits for less than this is no slow reader: closing him would free nothing.
constexpr std::size_t kShedBytesMin = 64 * 1024;

}  // namespace

void ShardServer::admit_nobody()
{
    if (is_draining_) return;
    is_draining_ = true;
    ++load_.draining_shards;
    if (!accepts_while_draining_) close_listeners();
    gateway_.refuse_queued();
    end_idle();
}

void ShardServer::drain(std::chrono::milliseconds time)
{
    admit_nobody();
    drain_pace_ = DrainPace(registry_.admitted(), time);
    drain_began_at_ = shard_.now();
    drain_step();
}

/// Sockets that have asked for nothing.
void ShardServer::end_idle()
{
    std::vector<Session*> all;
    all.reserve(sessions_.size());
    for (const auto& session : sessions_) all.push_back(session.get());
    for (Session* session : all) session->on_drain();
}

void ShardServer::close_listeners()
{
    for (const auto& listener : listeners_) {
        if (listener->socket.is_open()) listener->socket.close();
    }
}

/// Closes those who are due, and comes again while there is anybody left on any shard, or a $disconnect that
/// has no answer yet: its function may still call, and the kernel decides which shard takes the call.
void ShardServer::drain_step()
{
    const std::size_t due = drain_pace_.due(DrainPace::Millis(shard_.now() - drain_began_at_));
    for (; drain_closed_ < due && registry_.admitted() > 0; ++drain_closed_) close_next();
    if (!is_empty_ && registry_.admitted() == 0 && gateway_.open_calls() == 0) {
        is_empty_ = true;
        --load_.draining_shards;
    }
    if (load_.draining_shards == 0) {
        close_listeners();
        return end_idle();  // who came while they were open and said nothing is not waited for
    }
    drain_timer_.expires_after(DrainPace::kStep);
    drain_timer_.async_wait([this](boost::system::error_code error) {
        if (!error) shard_.run([this] { drain_step(); });
    });
}

/// The next open connection, going round: sessions that end meanwhile change places.
void ShardServer::close_next()
{
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        drain_cursor_ = drain_cursor_ + 1 < sessions_.size() ? drain_cursor_ + 1 : 0;
        if (!sessions_[drain_cursor_]->is_open()) continue;
        return sessions_[drain_cursor_]->close(api::kGoingAway.code, api::kGoingAway.text);
    }
}

void ShardServer::shed(std::size_t bytes)
{
    std::vector<Session*> slow;
    for (const auto& session : sessions_) {
        if (session->is_open() && session->unsent_bytes() >= kShedBytesMin) slow.push_back(session.get());
    }
    std::sort(slow.begin(), slow.end(), [](const Session* a, const Session* b) {
        return a->unsent_bytes() > b->unsent_bytes();
    });
    std::size_t freed = 0;
    for (Session* session : slow) {
        if (freed >= bytes) return;
        if (!session->is_open()) continue;  // another one's $disconnect has closed it
        freed += session->unsent_bytes();
        session->shed();
    }
}

}  // namespace postern::server
