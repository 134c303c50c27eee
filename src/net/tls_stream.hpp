// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace postern::net {

class TlsContext;

/// The TLS state of one connection. Records go through the calling thread's shared memory BIO, so an idle
/// connection owns no buffer (docs/architecture.md, "Buffers"). Shard-local.
class TlsStream {
public:
    explicit TlsStream(const TlsContext& context);
    ~TlsStream();
    TlsStream(TlsStream&&) noexcept = default;
    TlsStream& operator=(TlsStream&&) noexcept = default;

    enum class Status { Ok, PeerClosed, Failed };
    struct Decrypted {
        Status status = Status::Ok;
        std::size_t bytes = 0;  ///< plain bytes written to `plain`
    };

    /// Takes all of `records` and writes what they hold to `plain`, which has room for records.size() +
    /// kSlack bytes. What has to be sent in answer (handshake, alerts) is appended to `to_send`, also when it
    /// fails.
    Decrypted decrypt(std::string_view records, char* plain, std::size_t room, std::string& to_send);

    /// Appends `plain` as records to `to_send`. False when the connection cannot send any more.
    [[nodiscard]] bool encrypt(std::string_view plain, std::string& to_send);

    /// Appends our close_notify.
    void close(std::string& to_send);

    bool is_handshake_done() const;

    /// More plain bytes than ciphertext that one decrypt() can give: a record whose first part came earlier.
    static constexpr std::size_t kSlack = 17 * 1024;

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace postern::net
