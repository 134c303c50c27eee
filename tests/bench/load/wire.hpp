// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/tls_client.hpp"

#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>

namespace postern::bench {

/// Buffers that all wires of the one thread use in turn; empty between calls.
struct Scratch {
    static constexpr std::size_t kBytes = 256 * 1024;
    std::string cipher = std::string(kBytes, '\0');
    std::string plain =
        std::string(kBytes + 32 * 1024, '\0');  ///< and what a partial TLS record had left behind
};

/// The bytes of one connection: a non-blocking socket and, when `tls` is given, an SSL object over memory.
/// Everything throws std::runtime_error when the kernel or OpenSSL reports a failure.
class Wire {
public:
    /// Starts to connect. `source` picks the loopback address 127.0.1.1 to 127.0.1.200 to come from, each
    /// with 28,000 ports of its own; addresses other than loopback are connected to from the machine's own.
    Wire(const sockaddr_in& server, std::size_t source, const TlsClient* tls);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    int fd() const { return fd_; }

    /// Call when the socket is writable for the first time: starts TLS if there is any.
    void on_connected();

    /// True as soon as plaintext may be written.
    bool is_secured() const { return is_secured_; }
    bool is_resumed() const { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }

    /// What one recv brings, decrypted; valid until the next call on any wire with the same scratch. Sets
    /// is_ended().
    std::string_view read(Scratch& scratch);
    bool is_ended() const { return is_ended_; }

    /// Sends with one call; what the kernel refuses is kept until flush().
    void write(std::string_view plaintext);
    void flush();
    bool has_unsent() const { return !unsent_.empty(); }

private:
    std::string_view decrypt(std::string_view cipher, Scratch& scratch);
    void send_cipher();
    void send(std::string_view bytes);

    int fd_ = -1;
    SslPtr ssl_;
    bool is_secured_ = false;
    bool is_ended_ = false;
    std::string unsent_;
};

}  // namespace postern::bench
