// SPDX-License-Identifier: Apache-2.0
#include "net/channel.hpp"

#include "catch.hpp"
#include "net/development_certificate.hpp"
#include "net/tls_context.hpp"
#include "support/manual_clock.hpp"
#include "support/sockets.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>

using namespace postern;
using net::Channel;
using Status = net::Channel::Status;

namespace {

struct Quiet final : net::Watcher {
    void on_ready(net::Readiness ready) override { last = ready; }
    net::Readiness last;
};

/// A channel on one end of a socket pair; its shard does not run.
struct Ends {
    explicit Ends(const net::TlsOffer& tls = {})
    {
        const int fd = pair.take();
        pair.shrink_buffers(fd);
        channel.emplace(shard, fd, watcher, tls);
    }

    Channel::Read read()
    {
        return channel->read(shard.buffers().input.get(), net::SharedBuffers::kInputBytes);
    }
    std::string text(const Channel::Read& read) { return {shard.buffers().input.get(), read.bytes}; }

    test::ManualClock clock;
    net::Shard shard{0, clock};
    test::SocketPair pair;
    Quiet watcher;
    std::optional<Channel> channel;
};

std::string pattern(std::size_t bytes)
{
    std::string out(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
    return out;
}

/// An OpenSSL client whose records travel through a socket pair.
class TlsClient {
public:
    explicit TlsClient(const test::SocketPair& pair) : pair_(pair)
    {
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(ssl_.get());
    }

    /// Moves what there is to move, both ways.
    void exchange()
    {
        const std::string arrived = pair_.receive();
        BIO_write(SSL_get_rbio(ssl_.get()), arrived.data(), static_cast<int>(arrived.size()));
        char block[16 * 1024];
        for (int got = 0; (got = SSL_read(ssl_.get(), block, sizeof(block))) > 0;) {
            plain.append(block, static_cast<std::size_t>(got));
        }
        for (int got = 0; (got = BIO_read(SSL_get_wbio(ssl_.get()), block, sizeof(block))) > 0;) {
            pair_.send({block, static_cast<std::size_t>(got)});
        }
    }
    void write(std::string_view text)
    {
        REQUIRE(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) ==
                static_cast<int>(text.size()));
        exchange();
    }
    void say_goodbye()
    {
        SSL_shutdown(ssl_.get());
        exchange();
    }
    bool has_got_goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    std::string plain;

private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    const test::SocketPair& pair_;
    std::unique_ptr<SSL_CTX, Free> context_{SSL_CTX_new(TLS_client_method())};
    std::unique_ptr<SSL, Free> ssl_{SSL_new(context_.get())};
};

std::shared_ptr<net::TlsContext> development_context()
{
    static const std::shared_ptr<net::TlsContext> made = [] {
        std::string directory = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
        REQUIRE(::mkdtemp(directory.data()) != nullptr);
        const EpochMillis now = SystemClock().wall();
        const auto files = net::ensure_development_certificate(directory, now, {"us-east-1"}).value();
        auto context = net::TlsContext::load(files.certificate_file, files.private_key_file, now).value();
        std::filesystem::remove_all(directory);
        return context;
    }();
    return made;
}

struct TlsEnds : Ends {
    explicit TlsEnds(bool is_optional = false) : Ends({development_context(), is_optional})
    {
        for (int i = 0; i < 10 && !channel->is_handshake_done(); ++i) {
            client.exchange();
            REQUIRE(read().status == Status::Ok);
            if (channel->unsent_bytes() > 0) REQUIRE(channel->on_writable());
        }
        REQUIRE(channel->is_handshake_done());
        client.exchange();
    }
    TlsClient client{pair};
};

}  // namespace

TEST_CASE("a plain channel passes bytes both ways")
{
    Ends ends;
    CHECK(ends.channel->is_handshake_done());
    CHECK_FALSE(ends.channel->is_tls());
    const auto nothing = ends.read();
    CHECK(nothing.status == Status::Ok);
    CHECK(nothing.bytes == 0);
    ends.pair.send("hello");
    CHECK(ends.text(ends.read()) == "hello");
    CHECK(ends.channel->write("and back"));
    CHECK(ends.pair.receive() == "and back");
    CHECK(ends.channel->unsent_bytes() == 0);
}

TEST_CASE("where TLS is optional the first byte decides, once")
{
    SECTION("a request: plain from then on, whatever follows")
    {
        Ends ends({development_context(), true});
        CHECK_FALSE(ends.channel->is_handshake_done());
        CHECK(ends.read().bytes == 0);  // nothing decides nothing
        CHECK_FALSE(ends.channel->is_handshake_done());
        ends.pair.send("G");
        CHECK(ends.text(ends.read()) == "G");
        CHECK_FALSE(ends.channel->is_tls());
        CHECK(ends.channel->is_handshake_done());
        ends.pair.send("\x16\x03\x01");
        CHECK(ends.text(ends.read()) == "\x16\x03\x01");
        CHECK(ends.channel->write("and back"));
        CHECK(ends.pair.receive() == "and back");
        CHECK(ends.shard.stats().received_bytes.value() == 4);
        CHECK(ends.shard.stats().tls_handshakes.value() + ends.shard.stats().tls_failures.value() == 0);
    }
    SECTION("much at once arrives whole")
    {
        Ends ends({development_context(), true});
        const std::string all = pattern(3'000);
        ends.pair.send(all);
        std::string received;
        while (received.size() < all.size()) received += ends.text(ends.read());
        CHECK(received == all);
    }
    SECTION("a TLS handshake: TLS from then on")
    {
        TlsEnds ends(true);
        CHECK(ends.channel->is_tls());
        CHECK(ends.shard.stats().tls_handshakes.value() == 1);
        ends.client.write("hello");
        CHECK(ends.text(ends.read()) == "hello");
        REQUIRE(ends.channel->write("and back"));
        ends.client.exchange();
        CHECK(ends.client.plain == "and back");
    }
    SECTION("a handshake that breaks off does not become plain")
    {
        Ends ends({development_context(), true});
        ends.pair.send("\x16");
        CHECK(ends.read().status == Status::Ok);
        CHECK(ends.channel->is_tls());
        ends.pair.send("GET / HTTP/1.1\r\n\r\n");
        CHECK(ends.read().status == Status::Failed);
        ERR_clear_error();
    }
    SECTION("a peer that leaves at once has decided nothing")
    {
        Ends ends({development_context(), true});
        ends.pair.hang_up();
        CHECK(ends.read().status == Status::PeerClosed);
    }
}

TEST_CASE("what the socket does not take is kept, in order, and sent when it is writable")
{
    const bool is_tls = GENERATE(false, true);
    INFO((is_tls ? "TLS" : "plain"));
    std::optional<TlsEnds> tls;
    std::optional<Ends> plain;
    Ends& ends = is_tls ? tls.emplace() : plain.emplace();
    const std::string all = pattern(300'000);
    REQUIRE(ends.channel->write(std::string_view(all).substr(0, 200'000)));
    const std::size_t unsent = ends.channel->unsent_bytes();
    CHECK(unsent > 0);
    REQUIRE(ends.channel->write(std::string_view(all).substr(200'000)));
    CHECK(ends.channel->unsent_bytes() >= unsent + 100'000);

    std::string received;
    const auto receive = [&] {
        if (is_tls) {
            tls->client.exchange();
            received = tls->client.plain;
        } else {
            received += ends.pair.receive();
        }
    };
    for (int i = 0; i < 1000 && ends.channel->unsent_bytes() > 0; ++i) {
        const std::size_t before = ends.channel->unsent_bytes();
        receive();
        REQUIRE(ends.channel->on_writable());
        CHECK(ends.channel->unsent_bytes() < before);
    }
    receive();
    CHECK(ends.channel->unsent_bytes() == 0);
    CHECK(received == all);
}

TEST_CASE("what the socket does not take of shared bytes stays shared, until it has been sent")
{
    Ends ends;
    const auto shared = std::make_shared<const std::string>(pattern(300'000));
    net::Outbox frames;
    frames.push("before ");
    frames.push(shared);
    frames.push(" behind");
    REQUIRE(ends.channel->write(frames));
    CHECK(frames.empty());
    CHECK(shared.use_count() == 2);
    REQUIRE(ends.channel->write(" and last"));
    std::string received;
    for (int i = 0; i < 10'000 && ends.channel->unsent_bytes() > 0; ++i) {
        received += ends.pair.receive();
        REQUIRE(ends.channel->on_writable());
    }
    received += ends.pair.receive();
    CHECK(received == "before " + *shared + " behind and last");
    CHECK(shared.use_count() == 1);
}

TEST_CASE("many pieces leave at once when the socket takes them")
{
    Ends ends;
    net::Outbox frames;
    const auto shared = std::make_shared<const std::string>(std::string(65, 's'));
    std::string all;
    for (int i = 0; i < 40; ++i) {  // more than one system call takes
        frames.push(shared);
        all += *shared;
    }
    REQUIRE(ends.channel->write(frames));
    CHECK(ends.channel->unsent_bytes() == 0);
    CHECK(ends.pair.receive() == all);
}

TEST_CASE("shared bytes are encrypted for each peer, and only the records are kept")
{
    TlsEnds ends;
    const auto shared = std::make_shared<const std::string>(pattern(600'000));
    net::Outbox frames;
    frames.push("before ");
    frames.push(shared);
    REQUIRE(ends.channel->write(frames));
    CHECK(frames.empty());
    CHECK(shared.use_count() == 1);
    CHECK(ends.shard.buffers().cipher_output.empty());
    for (int i = 0; i < 10'000 && ends.channel->unsent_bytes() > 0; ++i) {
        ends.client.exchange();
        REQUIRE(ends.channel->on_writable());
    }
    ends.client.exchange();
    CHECK(ends.client.plain == "before " + *shared);
}

TEST_CASE("finish_output ends the output behind what was kept")
{
    Ends ends;
    const std::string all = pattern(100'000);
    REQUIRE(ends.channel->write(all));
    REQUIRE(ends.channel->unsent_bytes() > 0);
    ends.channel->finish_output();
    ends.channel->finish_output();  // no effect
    std::string received;
    for (int i = 0; i < 1000 && !ends.pair.has_ended(); ++i) {
        received += ends.pair.receive();
        REQUIRE(ends.channel->on_writable());
    }
    CHECK(received == all);
    CHECK(ends.pair.has_ended());
    // The other direction is still open.
    ends.pair.send("late");
    CHECK(ends.text(ends.read()) == "late");
}

TEST_CASE("a channel tells the end of its peer and a broken socket")
{
    Ends ends;
    ends.pair.send("last");
    ends.pair.hang_up();
    CHECK(ends.text(ends.read()) == "last");
    CHECK(ends.read().status == Status::PeerClosed);
    CHECK_FALSE(ends.channel->write("nobody there"));
    ends.channel->close();
    CHECK_FALSE(ends.channel->is_open());
    CHECK_FALSE(ends.channel->write("closed"));
    CHECK_FALSE(ends.channel->on_writable());
    ends.channel->close();  // no effect
    ends.channel->want_read(true);
    ends.channel->finish_output();
}

TEST_CASE("a TLS channel carries plain bytes of any size both ways")
{
    TlsEnds ends;
    CHECK(ends.channel->is_tls());
    for (const std::size_t bytes : {1U, 125U, 3000U}) {
        ends.client.write(pattern(bytes));
        CHECK(ends.text(ends.read()) == pattern(bytes));
        ends.client.plain.clear();
        REQUIRE(ends.channel->write(pattern(bytes)));
        ends.client.exchange();
        CHECK(ends.client.plain == pattern(bytes));
    }
}

TEST_CASE("a TLS channel ends with close_notify, and knows its peer's")
{
    TlsEnds ends;
    REQUIRE(ends.channel->write("bye"));
    ends.channel->finish_output();
    ends.client.exchange();
    CHECK(ends.client.plain == "bye");
    CHECK(ends.client.has_got_goodbye());
    CHECK(ends.pair.has_ended());
    ends.client.say_goodbye();
    CHECK(ends.read().status == Status::PeerClosed);
}

TEST_CASE("bytes that are no TLS fail the channel, and only this one")
{
    TlsEnds other;
    Ends ends({development_context(), false});
    ends.pair.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(ends.read().status == Status::Failed);
    CHECK(ends.shard.buffers().cipher_output.empty());
    other.client.write("still here");
    CHECK(other.text(other.read()) == "still here");
}

TEST_CASE("a broken record fails the channel and leaves the shard's buffers empty")
{
    TlsEnds ends;
    std::string record("\x17\x03\x03\x00\x20", 5);
    record.append(32, 'x');
    ends.pair.send(record);
    CHECK(ends.read().status == Status::Failed);
    CHECK_FALSE(ends.channel->write("after"));
    CHECK(ends.shard.buffers().cipher_output.empty());
    CHECK(ends.shard.buffers().output.empty());
}

TEST_CASE("a shard counts its channels' bytes on the wire and what waits, until they are gone")
{
    Ends ends;
    net::ShardStats& stats = ends.shard.stats();
    ends.pair.send("hello");
    ends.read();
    ends.read();  // nothing
    CHECK(stats.received_bytes.value() == 5);
    REQUIRE(ends.channel->write(pattern(200'000)));
    const auto waiting = [&] { return static_cast<std::int64_t>(ends.channel->unsent_bytes()); };
    CHECK(waiting() > 0);
    CHECK(stats.outbox_bytes.value() == waiting());
    CHECK(stats.sent_bytes.value() == 200'000 - ends.channel->unsent_bytes());
    ends.pair.receive();
    REQUIRE(ends.channel->on_writable());
    CHECK(stats.outbox_bytes.value() == waiting());
    CHECK(stats.sent_bytes.value() == 200'000 - ends.channel->unsent_bytes());
    ends.channel->close();
    ends.channel.reset();
    CHECK(stats.outbox_bytes.value() == 0);
}

TEST_CASE("a shard counts each TLS handshake once, as completed or failed")
{
    Ends bad({development_context(), false});
    bad.pair.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(bad.read().status == Status::Failed);
    bad.read();
    CHECK(bad.shard.stats().tls_handshakes.value() == 0);
    CHECK(bad.shard.stats().tls_failures.value() == 1);

    TlsEnds good;
    CHECK(good.shard.stats().tls_handshakes.value() == 1);
    good.client.write("data");
    good.read();
    std::string record("\x17\x03\x03\x00\x20", 5);
    good.pair.send(record.append(32, 'x'));
    CHECK(good.read().status == Status::Failed);
    CHECK(good.shard.stats().tls_handshakes.value() == 1);
    CHECK(good.shard.stats().tls_failures.value() == 0);
    CHECK(good.shard.stats().received_bytes.value() > 0);

    Ends gone({development_context(), false});
    gone.pair.hang_up();
    CHECK(gone.read().status == Status::PeerClosed);
    CHECK(gone.shard.stats().tls_failures.value() == 0);
    ERR_clear_error();  // of this thread: other tests look at it
}

TEST_CASE("a socket that the kernel does not watch is closed at once")
{
    test::ManualClock clock;
    net::Shard shard{0, clock};
    Quiet watcher;
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // epoll takes no such thing
    REQUIRE(fd >= 0);
    Channel channel(shard, fd, watcher, {});
    CHECK_FALSE(channel.is_open());
    CHECK_FALSE(channel.write("x"));
    CHECK(::fcntl(fd, F_GETFD) == -1);
}
