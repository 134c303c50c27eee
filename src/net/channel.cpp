// SPDX-License-Identifier: Apache-2.0
#include "net/channel.hpp"

#include "core/check.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace postern::net {

namespace {

constexpr std::size_t kPiecesAtOnce = 32;             // of one sendmsg
constexpr std::size_t kEncryptedAtOnce = 256 * 1024;  // plain bytes, and what the shard's buffer keeps

/// The type of a TLS handshake's first record. No HTTP request begins with it.
constexpr char kTlsHandshake = 0x16;

bool would_block()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Channel::Channel(Shard& shard, int fd, Watcher& watcher, const TlsOffer& tls)
    : shard_(shard), watcher_(watcher), fd_(fd), may_be_plain_(tls.context != nullptr && tls.is_optional)
{
    if (tls.context != nullptr) tls_.emplace(*tls.context);
    if (shard_.poller().add(fd_, watcher_, watched_)) return;
    ::close(fd_);
    fd_ = -1;
}

Channel::~Channel()
{
    close();
}

Channel::Read Channel::read(char* into, std::size_t room)
{
    char* const target = tls_ ? shard_.buffers().cipher.get() : into;
    const std::size_t bytes_max =
        tls_ ? std::min(room - TlsStream::kSlack, SharedBuffers::kInputBytes) : room;
    const ssize_t got = ::recv(fd_, target, bytes_max, MSG_DONTWAIT);
    if (got == 0) return {Status::PeerClosed, 0};
    if (got < 0) return {would_block() ? Status::Ok : Status::Failed, 0};
    shard_.stats().received_bytes.add(static_cast<std::size_t>(got));
    if (!tls_) return {Status::Ok, static_cast<std::size_t>(got)};
    if (may_be_plain_ && has_begun_plainly(*target)) {
        std::memcpy(into, target, static_cast<std::size_t>(got));
        return {Status::Ok, static_cast<std::size_t>(got)};
    }

    std::string& answer = shard_.buffers().cipher_output;
    POSTERN_CHECK(answer.empty());
    const auto decrypted = tls_->decrypt({target, static_cast<std::size_t>(got)}, into, room, answer);
    if (!handshake_counted_) count_handshake(decrypted.status);
    const bool sent = answer.empty() || send_now(answer);
    answer.clear();
    switch (decrypted.status) {
        case TlsStream::Status::PeerClosed:
            return {Status::PeerClosed, decrypted.bytes};
        case TlsStream::Status::Failed:
            return {Status::Failed, decrypted.bytes};
        default:
            return {sent ? Status::Ok : Status::Failed, decrypted.bytes};
    }
}

/// Once, for the first byte of a peer that may choose. From then on this is like any other plain channel, or
/// like any other TLS channel.
bool Channel::has_begun_plainly(char first_byte)
{
    may_be_plain_ = false;
    if (first_byte == kTlsHandshake) return false;
    tls_.reset();
    return true;
}

void Channel::count_handshake(TlsStream::Status status)
{
    const bool is_done = tls_->is_handshake_done();
    handshake_counted_ = is_done || status == TlsStream::Status::Failed;
    if (!handshake_counted_) return;
    (is_done ? shard_.stats().tls_handshakes : shard_.stats().tls_failures).add();
}

/// What is kept has changed.
void Channel::count_kept(std::size_t before)
{
    shard_.stats().outbox_bytes.add(static_cast<std::int64_t>(unsent_.bytes()) -
                                    static_cast<std::int64_t>(before));
}

bool Channel::write(std::string_view plain)
{
    if (fd_ < 0) return false;
    if (!tls_) return send_now(plain);
    std::string& records = shard_.buffers().cipher_output;
    POSTERN_CHECK(records.empty());
    const bool ok = tls_->encrypt(plain, records) && send_now(records);
    records.clear();
    return ok;
}

bool Channel::write(Outbox& plain)
{
    if (fd_ < 0) return false;
    if (!tls_) return send_now(plain);
    std::string& records = shard_.buffers().cipher_output;
    POSTERN_CHECK(records.empty());
    bool ok = true;
    while (ok && !plain.empty()) {
        const std::string_view piece = plain.front().substr(0, kEncryptedAtOnce);
        ok = tls_->encrypt(piece, records);
        plain.consume(piece.size());
        if (plain.empty() || records.size() >= kEncryptedAtOnce) {
            ok = ok && send_now(records);
            records.clear();
        }
    }
    records.clear();
    return ok;
}

bool Channel::send_now(std::string_view bytes)
{
    if (unsent_.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && !would_block()) return false;
        if (sent > 0) {
            shard_.stats().sent_bytes.add(static_cast<std::size_t>(sent));
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (bytes.empty()) return true;
    }
    const std::size_t kept = unsent_.bytes();
    unsent_.push(bytes);
    await_room(kept);
    return true;
}

bool Channel::send_now(Outbox& pieces)
{
    if (unsent_.empty()) {
        for (std::size_t before = 0; before != pieces.bytes() && !pieces.empty();) {
            before = pieces.bytes();
            if (!send_some(pieces)) return false;
        }
        if (pieces.empty()) return true;
    }
    const std::size_t kept = unsent_.bytes();
    unsent_.splice(pieces);
    await_room(kept);
    return true;
}

/// One system call for the first pieces; what it takes is forgotten. False when the channel has failed.
bool Channel::send_some(Outbox& pieces)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): gather() fills as much as is used
    std::array<iovec, kPiecesAtOnce> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = pieces.gather(parts);
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return would_block();
    shard_.stats().sent_bytes.add(static_cast<std::size_t>(sent));
    pieces.consume(static_cast<std::size_t>(sent));
    return true;
}

/// The kernel has refused bytes: they are sent when it has room again. `kept` were here before.
void Channel::await_room(std::size_t kept)
{
    count_kept(kept);
    wanted_.writable = true;
    update_interest();
}

bool Channel::on_writable()
{
    if (fd_ < 0) return false;
    if (!unsent_.empty()) {
        const std::size_t kept = unsent_.bytes();
        const bool is_sound = send_some(unsent_);
        count_kept(kept);
        if (!is_sound) return false;
        if (!unsent_.empty()) return true;
    }
    wanted_.writable = false;
    update_interest();
    if (finishing_) ::shutdown(fd_, SHUT_WR);
    return true;
}

void Channel::want_read(bool wanted)
{
    wanted_.readable = wanted;
    wanted_.end = false;
    update_interest();
}

void Channel::want_end()
{
    wanted_.readable = false;
    wanted_.end = true;
    update_interest();
}

void Channel::finish_output()
{
    if (fd_ < 0 || finishing_) return;
    finishing_ = true;
    if (tls_) {
        std::string& records = shard_.buffers().cipher_output;
        POSTERN_CHECK(records.empty());
        tls_->close(records);
        if (!records.empty()) static_cast<void>(send_now(records));
        records.clear();
    }
    if (unsent_.empty()) ::shutdown(fd_, SHUT_WR);
}

void Channel::close()
{
    if (fd_ < 0) return;
    shard_.poller().remove(fd_);
    ::close(fd_);
    fd_ = -1;
    const std::size_t kept = unsent_.bytes();
    unsent_.clear();
    count_kept(kept);
}

void Channel::update_interest()
{
    if (fd_ < 0) return;
    if (wanted_ == watched_) return;
    watched_ = wanted_;
    shard_.poller().change(fd_, watcher_, wanted_);
}

}  // namespace postern::net
