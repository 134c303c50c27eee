// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.hpp"

#include "catch.hpp"
#include "core/clock.hpp"
#include "net/development_certificate.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;

namespace {

struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

EpochMillis now()
{
    return SystemClock().wall();  // OpenSSL's verification reads the same clock
}

/// A directory with a development certificate, gone at the end.
struct Pair {
    std::string root = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
    net::DevelopmentCertificate files;

    explicit Pair(EpochMillis made_at = now())
    {
        REQUIRE(::mkdtemp(root.data()) != nullptr);
        auto made = net::ensure_development_certificate(root, made_at, {"us-east-1", "eu-west-1"});
        if (!made) FAIL(made.error().detail);
        files = *made;
    }
    ~Pair() { std::filesystem::remove_all(root); }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    std::shared_ptr<net::TlsContext> load(const net::TicketKeys* tickets = nullptr) const
    {
        ERR_clear_error();
        auto context = net::TlsContext::load(files.certificate_file, files.private_key_file, now(), tickets);
        if (!context) FAIL(context.error().detail);
        CHECK(ERR_peek_error() == 0);  // a leftover would look like the thread's next TLS failure
        return *context;
    }
};

std::string read(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Another file under the same name, as tools that renew certificates leave it.
void replace(const std::string& file, const std::string& bytes)
{
    std::ofstream(file + ".next", std::ios::binary) << bytes;
    std::filesystem::rename(file + ".next", file);
}

std::string load_error(const std::string& certificate, const std::string& key)
{
    ERR_clear_error();
    const auto context = net::TlsContext::load(certificate, key, now());
    REQUIRE_FALSE(context.has_value());
    CHECK(ERR_peek_error() == 0);
    return context.error().detail;
}

/// A client that trusts one CA and keeps the session it was given.
class Client {
public:
    explicit Client(const std::string& ca_file) : context_(SSL_CTX_new(TLS_client_method()))
    {
        REQUIRE(SSL_CTX_load_verify_file(context_.get(), ca_file.c_str()) == 1);
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(context_.get(), this);
        SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION* given) {
            auto* self = static_cast<Client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
            self->session.reset(given);
            ++self->tickets;
            return 1;
        });
    }

    SSL_CTX* native() const { return context_.get(); }

    Owned<SSL_SESSION> session;
    int tickets = 0;

private:
    Owned<SSL_CTX> context_;
};

/// A client and a server whose bytes go from memory to memory.
struct Conversation {
    Owned<SSL> client;
    Owned<SSL> server;

    Conversation(const Client& from, const net::TlsContext& to)
        : client(SSL_new(from.native())), server(SSL_new(to.native()))
    {
        BIO* to_server = BIO_new(BIO_s_mem());
        BIO* to_client = BIO_new(BIO_s_mem());
        for (BIO* bio : {to_server, to_client}) {
            BIO_set_mem_eof_return(bio, -1);
            BIO_up_ref(bio);
        }
        SSL_set_bio(client.get(), to_client, to_server);
        SSL_set_bio(server.get(), to_server, to_client);
        SSL_set_connect_state(client.get());
        SSL_set_accept_state(server.get());
    }

    /// Shakes hands and sends one byte back, so that the client has read its tickets. False when refused.
    bool talk()
    {
        for (int round = 0; round < 10; ++round) {
            const int c = SSL_do_handshake(client.get());
            if (c != 1 && SSL_get_error(client.get(), c) != SSL_ERROR_WANT_READ) return false;
            const int s = SSL_do_handshake(server.get());
            if (s != 1 && SSL_get_error(server.get(), s) != SSL_ERROR_WANT_READ) return false;
            if (c != 1 || s != 1) continue;
            char byte = 'x';
            return SSL_write(server.get(), &byte, 1) == 1 && SSL_read(client.get(), &byte, 1) == 1 &&
                   SSL_shutdown(client.get()) >= 0;  // a session not ended in order would not be resumed
        }
        return false;
    }

    std::string alpn() const
    {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(server.get(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
};

/// A handshake with a server that has to prove to be `host`, a name or an address.
bool reaches(const Pair& pair, const std::string& host)
{
    const Client client(pair.files.ca_certificate_file);
    Conversation conversation(client, *pair.load());
    X509_VERIFY_PARAM* expected = SSL_get0_param(conversation.client.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1)
        REQUIRE(SSL_set1_host(conversation.client.get(), host.c_str()) == 1);
    return conversation.talk();
}

bool resumes(const Client& client, const net::TlsContext& context)
{
    Conversation conversation(client, context);
    REQUIRE(client.session != nullptr);
    REQUIRE(SSL_set_session(conversation.client.get(), client.session.get()) == 1);
    REQUIRE(conversation.talk());
    return SSL_session_reused(conversation.server.get()) == 1;
}

}  // namespace

TEST_CASE("a client that trusts the development CA reaches every name and address of the certificate")
{
    const Pair pair;
    for (const std::string host : {"localhost",
                                   "127.0.0.1",
                                   "::1",
                                   "chat.execute-api.localhost",
                                   "a1b2c3.execute-api.us-east-1.amazonaws.com",
                                   "a1b2c3.execute-api.eu-west-1.amazonaws.com"}) {
        CAPTURE(host);
        CHECK(reaches(pair, host));
    }
    for (const std::string host : {"example.com",
                                   "127.0.0.2",
                                   "execute-api.us-east-1.amazonaws.com",
                                   "a.b.execute-api.us-east-1.amazonaws.com",
                                   "a1b2c3.execute-api.us-west-2.amazonaws.com",
                                   "s3.us-east-1.amazonaws.com"}) {
        CAPTURE(host);
        CHECK_FALSE(reaches(pair, host));
    }
}

TEST_CASE("the certificate also carries *.localhost, for the clients that accept such a wildcard")
{
    const Pair pair;
    const auto chain = net::read_certificates(pair.files.certificate_file);
    REQUIRE(chain.has_value());
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(chain->front().get(), NID_subject_alt_name, nullptr, nullptr));
    bool is_there = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        is_there = is_there || std::string_view(text) == "*.localhost";
    }
    GENERAL_NAMES_free(names);
    CHECK(is_there);
}

TEST_CASE("a client that does not trust the CA refuses the server")
{
    const Pair pair;
    const Pair other;
    const Client client(other.files.ca_certificate_file);
    Conversation conversation(client, *pair.load());
    CHECK_FALSE(conversation.talk());
    CHECK(SSL_get_verify_result(conversation.client.get()) != X509_V_OK);
}

TEST_CASE("TLS 1.2 and 1.3 are spoken, older versions refused")
{
    const Pair pair;
    const Client client(pair.files.ca_certificate_file);
    SSL_CTX_set_security_level(client.native(), 0);  // or OpenSSL's client would not even ask for 1.1
    Conversation conversation(client, *pair.load());
    SSL* const ssl = conversation.client.get();
    REQUIRE(SSL_set_min_proto_version(ssl, TLS1_VERSION) == 1);
    const auto speak = [&](int version) {
        REQUIRE(SSL_set_max_proto_version(ssl, version) == 1);
        return conversation.talk();
    };
    SECTION("1.3")
    {
        CHECK(speak(TLS1_3_VERSION));
        CHECK(SSL_version(ssl) == TLS1_3_VERSION);
    }
    SECTION("1.2 with a forward-secret AEAD cipher")
    {
        CHECK(speak(TLS1_2_VERSION));
        CHECK(SSL_version(ssl) == TLS1_2_VERSION);
        CHECK(std::string(SSL_get_cipher_name(ssl)) == "ECDHE-ECDSA-AES256-GCM-SHA384");
    }
    SECTION("1.2 with a cipher without forward secrecy is refused")
    {
        REQUIRE(SSL_set_cipher_list(ssl, "AES128-SHA:AES256-SHA") == 1);
        CHECK_FALSE(speak(TLS1_2_VERSION));
    }
    SECTION("1.1")
    {
        CHECK_FALSE(speak(TLS1_1_VERSION));
        CHECK(net::openssl_reason() == "unsupported protocol");
    }
}

TEST_CASE("ALPN chooses http/1.1 or nothing")
{
    const Pair pair;
    const Client client(pair.files.ca_certificate_file);
    Conversation conversation(client, *pair.load());
    const auto offer = [&](std::string_view protocols) {
        REQUIRE(SSL_set_alpn_protos(conversation.client.get(),
                                    reinterpret_cast<const unsigned char*>(protocols.data()),
                                    static_cast<unsigned>(protocols.size())) == 0);
    };
    SECTION("offered second")
    {
        offer("\x02h2\x08http/1.1");
        CHECK(conversation.talk());
        CHECK(conversation.alpn() == "http/1.1");
    }
    SECTION("not offered")
    {
        offer("\x02h2");
        CHECK(conversation.talk());
        CHECK(conversation.alpn().empty());
    }
    SECTION("no ALPN")
    {
        CHECK(conversation.talk());
        CHECK(conversation.alpn().empty());
    }
}

TEST_CASE("a TLS 1.2 client cannot renegotiate")
{
    const Pair pair;
    const Client client(pair.files.ca_certificate_file);
    REQUIRE(SSL_CTX_set_max_proto_version(client.native(), TLS1_2_VERSION) == 1);
    Conversation conversation(client, *pair.load());
    REQUIRE(SSL_do_handshake(conversation.client.get()) == -1);
    REQUIRE(SSL_do_handshake(conversation.server.get()) == -1);
    REQUIRE(SSL_do_handshake(conversation.client.get()) == -1);
    REQUIRE(SSL_do_handshake(conversation.server.get()) == 1);
    REQUIRE(SSL_do_handshake(conversation.client.get()) == 1);

    REQUIRE(SSL_renegotiate(conversation.client.get()) == 1);
    CHECK(SSL_do_handshake(conversation.client.get()) == -1);
    char byte = 0;
    CHECK(SSL_read(conversation.server.get(), &byte, 1) == -1);
    ERR_clear_error();
    CHECK(SSL_do_handshake(conversation.client.get()) == -1);
    CHECK(net::openssl_reason() == "no renegotiation");
}

TEST_CASE("a session is resumed, also after the certificate was loaded again with the same ticket keys")
{
    const Pair pair;
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    CAPTURE(version);
    Client client(pair.files.ca_certificate_file);
    REQUIRE(SSL_CTX_set_max_proto_version(client.native(), version) == 1);

    const net::TicketKeys tickets;
    const auto first = pair.load(&tickets);
    REQUIRE(Conversation(client, *first).talk());
    CHECK(client.tickets == 1);

    CHECK(resumes(client, *first));
    CHECK(resumes(client, *pair.load(&tickets)));
    CHECK_FALSE(resumes(client, *pair.load()));
    const net::TicketKeys others;
    REQUIRE(Conversation(client, *first).talk());
    CHECK_FALSE(resumes(client, *pair.load(&others)));
}

TEST_CASE("an SSL outlives the context it was made from")
{
    const Pair pair;
    const Client client(pair.files.ca_certificate_file);
    auto context = pair.load();
    Conversation conversation(client, *context);
    context.reset();
    CHECK(conversation.talk());
}

TEST_CASE("a file that cannot be used is named with the reason")
{
    const Pair pair;
    const Pair other;
    const std::string& certificate = pair.files.certificate_file;
    const std::string& key = pair.files.private_key_file;
    const std::string none = pair.root + "/none.pem";
    const std::string text = pair.root + "/text.pem";
    replace(text, "hello");

    CHECK(load_error(none, key) == none + ": No such file or directory");
    CHECK(load_error(certificate, none) == none + ": No such file or directory");
    CHECK(load_error(text, key) == text + ": no PEM certificate in it: no start line");
    CHECK(load_error(certificate, text).find(text + ": no PEM private key in it: ") == 0);
    CHECK(load_error(certificate, certificate).find(certificate + ": no PEM private key in it: ") == 0);
    CHECK(load_error(pair.root, key).find(pair.root + ": ") == 0);

    SECTION("a key of another certificate")
    {
        const std::string& wrong = other.files.private_key_file;
        CHECK(load_error(certificate, wrong) ==
              wrong + ": not the key of " + certificate + ": key values mismatch");
    }
    SECTION("a key of another kind")
    {
        const net::PrivateKey rsa(EVP_RSA_gen(2048));
        std::FILE* out = std::fopen(text.c_str(), "w");
        REQUIRE(PEM_write_PrivateKey(out, rsa.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
        std::fclose(out);
        CHECK(load_error(certificate, text).find(text + ": not the key of " + certificate + ": ") == 0);
    }
    SECTION("an encrypted key")
    {
        const auto plain = net::read_private_key(key);
        REQUIRE(plain.has_value());
        std::FILE* out = std::fopen(text.c_str(), "w");
        const unsigned char word[] = "open sesame";
        REQUIRE(PEM_write_PrivateKey(out, plain->get(), EVP_aes_256_cbc(), word, 11, nullptr, nullptr) == 1);
        std::fclose(out);
        CHECK(load_error(certificate, text).find(text + ": the private key is encrypted") == 0);
    }
    SECTION("a chain that is cut off")
    {
        const std::string whole = read(certificate);
        replace(text, whole.substr(0, whole.size() - 60));
        CHECK(load_error(text, key).find(text + ": not a PEM certificate: ") == 0);
    }
}

TEST_CASE("a certificate and its key may lie in one file")
{
    const Pair pair;
    const std::string both = pair.root + "/both.pem";
    replace(both, read(pair.files.private_key_file) + read(pair.files.certificate_file));
    CHECK(net::TlsContext::load(both, both, now()).has_value());
}

TEST_CASE("an expired certificate is loaded all the same")
{
    const EpochMillis long_ago = 1'500'000'000'000;  // in 2017
    const Pair pair(long_ago);
    const auto context = pair.load();
    CHECK(context->expires() < now());
    CHECK(context->expires() > long_ago);
}

TEST_CASE("changed files are loaded once both of them fit")
{
    const Pair pair;
    const Pair next;
    const auto& [ca, certificate, key, created] = pair.files;
    auto watcher = net::CertificateWatcher::open(certificate, key, now());
    REQUIRE(watcher.has_value());
    const auto first = watcher->context();
    CHECK_FALSE(watcher->poll(now()));

    replace(certificate, read(next.files.certificate_file));
    CHECK_FALSE(watcher->poll(now()));  // the old key does not fit
    CHECK_FALSE(watcher->poll(now()));
    CHECK(watcher->context() == first);

    replace(key, read(next.files.private_key_file));
    CHECK(watcher->poll(now()));
    CHECK(watcher->context() != first);
    CHECK_FALSE(watcher->poll(now()));

    const Client client(next.files.ca_certificate_file);
    CHECK(Conversation(client, *watcher->context()).talk());

    std::filesystem::remove(certificate);
    const auto second = watcher->context();
    CHECK_FALSE(watcher->poll(now()));
    CHECK(watcher->context() == second);
}

TEST_CASE("a session survives the watcher's reload")
{
    const Pair pair;
    auto watcher =
        net::CertificateWatcher::open(pair.files.certificate_file, pair.files.private_key_file, now());
    REQUIRE(watcher.has_value());
    Client client(pair.files.ca_certificate_file);
    REQUIRE(Conversation(client, *watcher->context()).talk());
    replace(pair.files.certificate_file, read(pair.files.certificate_file));
    REQUIRE(watcher->poll(now()));
    CHECK(resumes(client, *watcher->context()));
}

TEST_CASE("a watcher does not start without a usable pair")
{
    const auto watcher = net::CertificateWatcher::open("/nowhere/a.pem", "/nowhere/a.key", now());
    REQUIRE_FALSE(watcher.has_value());
    CHECK(watcher.error().detail == "/nowhere/a.pem: No such file or directory");
}

TEST_CASE("a file's stamp follows its replacement, and a missing file has none")
{
    const Pair pair;
    const std::string& file = pair.files.certificate_file;
    const auto before = FileStamp::of(file);
    CHECK(before == FileStamp::of(file));
    CHECK(before.size_bytes > 0);
    replace(file, read(file));
    CHECK_FALSE(before == FileStamp::of(file));
    CHECK(FileStamp::of(pair.root + "/none") == FileStamp{});
}
