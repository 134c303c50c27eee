// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/outbox.hpp"
#include "net/shard.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::net {

/// The socket of one client, with or without TLS, or with TLS if its first byte begins a TLS handshake
/// (docs/adr/0014): bytes in through the shard's scratch, bytes out at once,
/// and only what the kernel refuses is kept. Shard-local; owns the descriptor.
class Channel {
public:
    /// Not open when the kernel watches no more sockets.
    Channel(Shard& shard, int fd, Watcher& watcher, const TlsOffer& tls);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    enum class Status { Ok, PeerClosed, Failed };
    struct Read {
        Status status = Status::Ok;
        std::size_t bytes = 0;  ///< plain bytes; 0 with Ok: nothing yet
    };

    /// One recv. `room` must exceed TlsStream::kSlack.
    Read read(char* into, std::size_t room);

    /// Sends `plain`; what does not fit is kept and sent when the socket is writable. False when the channel
    /// has failed.
    bool write(std::string_view plain);

    /// The same for all of `plain`, which is empty afterwards. What the kernel refuses of shared bytes stays
    /// shared, without TLS.
    bool write(Outbox& plain);

    /// Goes on sending what was kept. False when the channel has failed.
    bool on_writable();

    /// Bytes kept for a peer that reads slower than we write.
    std::size_t unsent_bytes() const { return unsent_.bytes(); }

    /// Whether the owner wants to be told that there is something to read.
    void want_read(bool wanted);
    bool wants_read() const { return wanted_.readable; }

    /// Nothing is to be read, but the owner wants to be told when the peer ends. Until want_read().
    void want_end();

    /// No more output after what is unsent: close_notify, then a half-closed socket.
    void finish_output();

    void close();
    bool is_open() const { return fd_ >= 0; }
    /// Where TLS is optional: true until the peer's first byte has said no.
    bool is_tls() const { return tls_.has_value(); }
    bool is_handshake_done() const { return !tls_ || tls_->is_handshake_done(); }

private:
    bool has_begun_plainly(char first_byte);
    bool send_now(std::string_view bytes);
    bool send_now(Outbox& pieces);
    bool send_some(Outbox& pieces);
    void await_room(std::size_t kept);
    void count_kept(std::size_t before);
    void count_handshake(TlsStream::Status status);
    void update_interest();

    Shard& shard_;
    Watcher& watcher_;
    int fd_;
    Interest wanted_{.readable = true};
    Interest watched_ = wanted_;  ///< what the poller knows
    bool finishing_ = false;
    bool handshake_counted_ = false;
    bool may_be_plain_;  ///< TLS is optional, and nothing has been read yet
    Outbox unsent_;
    std::optional<TlsStream> tls_;
};

}  // namespace postern::net
