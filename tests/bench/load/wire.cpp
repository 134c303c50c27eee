// SPDX-License-Identifier: Apache-2.0
#include "load/wire.hpp"

#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace postern::bench {
namespace {

[[noreturn]] void fail(const char* call)
{
    throw std::system_error(errno, std::generic_category(), call);
}

[[noreturn]] void fail_tls(const char* call)
{
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    throw std::runtime_error(std::string(call) + ": " + text.data());
}

void bind_to_loopback(int fd, std::size_t source)
{
    constexpr std::uint32_t kFirstSource = 0x7f000101;
    constexpr std::size_t kSources = 200;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(kFirstSource + static_cast<std::uint32_t>(source % kSources));
    const int on = 1;  // the port is chosen by connect, so it need only be free towards this server
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) fail("setsockopt");
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
}

}  // namespace

Wire::Wire(const sockaddr_in& server, std::size_t source, const TlsClient* tls)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    if (fd_ < 0) fail("socket");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (ntohl(server.sin_addr.s_addr) >> 24 == 127) bind_to_loopback(fd_, source);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 &&
        errno != EINPROGRESS) {
        fail("connect");
    }
    if (tls != nullptr) ssl_ = tls->connect();
}

Wire::~Wire()
{
    if (ssl_) SSL_shutdown(ssl_.get());  // quiet: only tells OpenSSL that the session was not cut off
    if (fd_ >= 0) ::close(fd_);
}

void Wire::on_connected()
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        errno = error;
        fail("connect");
    }
    if (!ssl_) {
        is_secured_ = true;
        return;
    }
    SSL_do_handshake(ssl_.get());
    send_cipher();
}

std::string_view Wire::read(Scratch& scratch)
{
    std::string& into = ssl_ ? scratch.cipher : scratch.plain;
    const ssize_t size = recv(fd_, into.data(), Scratch::kBytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (size < 0 && errno != ECONNRESET) fail("recv");
    if (size <= 0) {
        is_ended_ = true;
        return {};
    }
    const std::string_view bytes(into.data(), static_cast<std::size_t>(size));
    return ssl_ ? decrypt(bytes, scratch) : bytes;
}

std::string_view Wire::decrypt(std::string_view cipher, Scratch& scratch)
{
    BIO_write(SSL_get_rbio(ssl_.get()), cipher.data(), static_cast<int>(cipher.size()));
    ERR_clear_error();
    if (!is_secured_) {
        const int done = SSL_do_handshake(ssl_.get());
        if (done != 1 && SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) fail_tls("TLS handshake");
        send_cipher();
        if (done != 1) return {};
        is_secured_ = true;
    }
    std::size_t total = 0;
    for (;;) {
        std::size_t size = 0;
        const int done =
            SSL_read_ex(ssl_.get(), scratch.plain.data() + total, scratch.plain.size() - total, &size);
        if (done == 1) {
            total += size;
            continue;
        }
        const int why = SSL_get_error(ssl_.get(), done);
        if (why == SSL_ERROR_ZERO_RETURN) is_ended_ = true;
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_ZERO_RETURN) fail_tls("TLS read");
        return {scratch.plain.data(), total};
    }
}

void Wire::write(std::string_view plaintext)
{
    if (!ssl_) return send(plaintext);
    std::size_t size = 0;
    if (SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &size) != 1) fail_tls("TLS write");
    send_cipher();
}

void Wire::send_cipher()
{
    BIO* bio = SSL_get_wbio(ssl_.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    if (size <= 0) return;
    send({bytes, static_cast<std::size_t>(size)});
    BIO_reset(bio);
}

void Wire::send(std::string_view bytes)
{
    if (unsent_.empty()) {
        const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN) fail("send");
        if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    unsent_.append(bytes);
}

void Wire::flush()
{
    const std::string bytes = std::move(unsent_);
    unsent_.clear();
    send(bytes);
}

}  // namespace postern::bench
