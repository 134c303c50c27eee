// SPDX-License-Identifier: Apache-2.0
#include "net/tls_stream.hpp"

#include "core/check.hpp"
#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

namespace postern::net {

namespace {

/// What the thread's BIO reads from and writes to while one call of decrypt() or encrypt() runs; empty
/// otherwise.
struct Exchange {
    std::string_view input;
    std::string* output = nullptr;
};
thread_local Exchange t_exchange;

int read_records(BIO* bio, char* into, int room)
{
    BIO_clear_retry_flags(bio);
    if (t_exchange.input.empty()) {
        BIO_set_retry_read(bio);
        return -1;
    }
    const std::size_t bytes = std::min(static_cast<std::size_t>(room), t_exchange.input.size());
    std::memcpy(into, t_exchange.input.data(), bytes);
    t_exchange.input.remove_prefix(bytes);
    return static_cast<int>(bytes);
}

int write_records(BIO* bio, const char* from, int bytes)
{
    BIO_clear_retry_flags(bio);
    if (t_exchange.output != nullptr) t_exchange.output->append(from, static_cast<std::size_t>(bytes));
    return bytes;
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* shared_bio()
{
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "postern shared");
        BIO_meth_set_read(made, read_records);
        BIO_meth_set_write(made, write_records);
        BIO_meth_set_ctrl(made, control);
        return made;
    }();
    BIO* bio = BIO_new(method);
    BIO_set_init(bio, 1);
    return bio;
}

BIO* thread_bio()
{
    struct Owner {
        BIO* bio = shared_bio();
        ~Owner() { BIO_free(bio); }
    };
    thread_local Owner owner;
    return owner.bio;
}

class ExchangeScope {
public:
    ExchangeScope(std::string_view input, std::string& output)
    {
        POSTERN_CHECK(t_exchange.input.empty() && t_exchange.output == nullptr);
        t_exchange = {input, &output};
        ERR_clear_error();
    }
    ~ExchangeScope() { t_exchange = {}; }
    ExchangeScope(const ExchangeScope&) = delete;
    ExchangeScope& operator=(const ExchangeScope&) = delete;
};

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const
{
    if (SSL_is_init_finished(ssl) != 0) {
        SSL_set_quiet_shutdown(ssl, 1);
        SSL_shutdown(ssl);  // or the session would be taken out of the cache
    }
    SSL_free(ssl);
}

TlsStream::TlsStream(const TlsContext& context) : ssl_(SSL_new(context.native()))
{
    POSTERN_CHECK(ssl_ != nullptr);
    BIO* bio = thread_bio();
    BIO_up_ref(bio);  // one reference for both directions, when they are the same BIO
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

TlsStream::Decrypted TlsStream::decrypt(std::string_view records,
                                        char* plain,
                                        std::size_t room,
                                        std::string& to_send)
{
    const ExchangeScope scope(records, to_send);
    Decrypted result;
    for (;;) {
        POSTERN_CHECK(room > result.bytes);
        const int n = SSL_read(ssl_.get(), plain + result.bytes, static_cast<int>(room - result.bytes));
        if (n > 0) {
            result.bytes += static_cast<std::size_t>(n);
            continue;
        }
        const int why = SSL_get_error(ssl_.get(), n);
        if (why == SSL_ERROR_ZERO_RETURN) {
            result.status = Status::PeerClosed;
        } else if (why != SSL_ERROR_WANT_READ) {
            result.status = Status::Failed;
        }
        return result;
    }
}

bool TlsStream::encrypt(std::string_view plain, std::string& to_send)
{
    const ExchangeScope scope({}, to_send);
    while (!plain.empty()) {
        constexpr std::size_t kPieceMax = 1 << 30;
        const int n =
            SSL_write(ssl_.get(), plain.data(), static_cast<int>(std::min(plain.size(), kPieceMax)));
        if (n <= 0) return false;  // the BIO takes everything: only a broken connection refuses
        plain.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void TlsStream::close(std::string& to_send)
{
    const ExchangeScope scope({}, to_send);
    if (SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
}

bool TlsStream::is_handshake_done() const
{
    return SSL_is_init_finished(ssl_.get()) != 0;
}

}  // namespace postern::net
