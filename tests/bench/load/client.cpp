// SPDX-License-Identifier: Apache-2.0
#include "load/client.hpp"

#include "load/handshake.hpp"

#include <stdexcept>
#include <sys/epoll.h>

namespace postern::bench {
namespace {

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::string_view kCloseNormal = "\x03\xe8";  // 1000

std::string upgrade_request(const std::string& path, std::size_t index)
{
    return "GET " + path +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
           handshake_key(index) + "\r\n\r\n";
}

}  // namespace

Client::Client(const Target& target, std::size_t index)
    : target_(target), index_(index), wire_(target.address, index, target.tls)
{}

std::uint32_t Client::wanted_events() const
{
    if (state_ == State::Connecting) return EPOLLOUT;
    return wire_.has_unsent() ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

std::string_view Client::advance(std::uint32_t events, Scratch& scratch)
{
    if (state_ == State::Connecting) {
        wire_.on_connected();
        state_ = State::Securing;
    } else if ((events & EPOLLOUT) != 0) {
        wire_.flush();
    }
    const bool can_read = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    std::string_view bytes = can_read ? wire_.read(scratch) : std::string_view();
    if (state_ == State::Securing && wire_.is_secured()) {
        wire_.write(upgrade_request(target_.path, index_));
        state_ = State::Upgrading;
    }
    if (state_ == State::Upgrading) bytes = take_upgrade_answer(bytes);
    if (wire_.is_ended()) {
        if (state_ != State::Closing)
            throw std::runtime_error("the server ended a connection; its last words: " + head_);
        state_ = State::Closed;
    }
    return bytes;
}

std::string_view Client::take_upgrade_answer(std::string_view bytes)
{
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t had = head_.size();
    head_.append(bytes);
    const std::size_t end = head_.find(kEnd);
    if (end == std::string::npos) {
        if (head_.size() > kHeadBytesMax) throw std::runtime_error("the answer to the upgrade has no end");
        return {};
    }
    if (!head_.starts_with("HTTP/1.1 101 ") || head_.find(handshake_answer(handshake_key(index_))) >= end) {
        throw std::runtime_error("the upgrade was refused: " + head_);
    }
    std::string().swap(head_);
    state_ = State::Open;
    return bytes.substr(end + kEnd.size() - had);
}

bool Client::on_control(Opcode opcode, bool is_end)
{
    if (opcode == Opcode::Binary) throw std::runtime_error("the server answered with a binary message");
    if (opcode == Opcode::Ping)
        throw std::runtime_error("the server sends pings: switch them off to measure it");
    if (opcode != Opcode::Close || !is_end) return true;
    if (state_ == State::Open) throw std::runtime_error("the server closed a connection");
    state_ = State::Closed;
    return false;
}

void Client::close()
{
    std::string frame;
    append_frame(frame, Opcode::Close, kCloseNormal, 0x5ca1ab1e);
    wire_.write(frame);
    state_ = State::Closing;
}

}  // namespace postern::bench
