// SPDX-License-Identifier: Apache-2.0
#include "net/channel.hpp"

#include "core/check.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace postern::net {

namespace {

bool would_block()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Channel::Channel(Shard& shard, int fd, Watcher& watcher, const TlsContext* tls)
    : shard_(shard), watcher_(watcher), fd_(fd)
{
    if (tls != nullptr) tls_.emplace(*tls);
    shard_.poller().add(fd_, watcher_, true, false);
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

void Channel::count_handshake(TlsStream::Status status)
{
    const bool is_done = tls_->is_handshake_done();
    handshake_counted_ = is_done || status == TlsStream::Status::Failed;
    if (!handshake_counted_) return;
    (is_done ? shard_.stats().tls_handshakes : shard_.stats().tls_failures).add();
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
    unsent_.append(bytes);
    shard_.stats().outbox_bytes.add(static_cast<std::int64_t>(bytes.size()));
    writes_ = true;
    update_interest();
    return true;
}

bool Channel::on_writable()
{
    if (fd_ < 0) return false;
    if (!unsent_.empty()) {
        const ssize_t sent =
            ::send(fd_, unsent_.data() + unsent_sent_, unsent_bytes(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && !would_block()) return false;
        if (sent > 0) {
            shard_.stats().sent_bytes.add(static_cast<std::size_t>(sent));
            shard_.stats().outbox_bytes.add(-static_cast<std::int64_t>(sent));
            unsent_sent_ += static_cast<std::size_t>(sent);
        }
        if (unsent_bytes() > 0) {
            // Bytes move to the front only when half of the buffer is spent: linear in what is sent.
            if (unsent_sent_ > unsent_.size() / 2) {
                unsent_.erase(0, unsent_sent_);
                unsent_sent_ = 0;
            }
            return true;
        }
        std::string().swap(unsent_);
        unsent_sent_ = 0;
    }
    writes_ = false;
    update_interest();
    if (finishing_) ::shutdown(fd_, SHUT_WR);
    return true;
}

void Channel::want_read(bool wanted)
{
    reads_ = wanted;
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
    shard_.stats().outbox_bytes.add(-static_cast<std::int64_t>(unsent_bytes()));
    std::string().swap(unsent_);
    unsent_sent_ = 0;
}

void Channel::update_interest()
{
    if (fd_ < 0 || (reads_ == watched_reads_ && writes_ == watched_writes_)) return;
    watched_reads_ = reads_;
    watched_writes_ = writes_;
    shard_.poller().change(fd_, watcher_, reads_, writes_);
}

}  // namespace postern::net
