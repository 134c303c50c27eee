// SPDX-License-Identifier: Apache-2.0
// Whatever clients do, in whatever pieces their bytes come and whenever handlers answer: every message has
// its one answer, and every connection its one $connect and its one $disconnect.
#include "net/deflate.hpp"
#include "unit/server/support.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

using namespace postern;
using test::Server;

namespace {

constexpr std::string_view kTimedOut = R"({"message": "Endpoint request timed out",)";

constexpr std::string_view kPost = "from elsewhere";

/// The same for a seed on every machine.
class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t times) { return below(times) == 0; }

private:
    std::mt19937 engine_;
};

std::string masked_frame(Dice& dice, unsigned first_byte, std::string payload)
{
    char key[4];
    for (char& c : key) c = static_cast<char>(dice.below(256));
    std::string frame{static_cast<char>(first_byte)};
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80U | payload.size());
    } else {
        frame += {static_cast<char>(0x80 | 126),
                  static_cast<char>(payload.size() >> 8),
                  static_cast<char>(payload.size())};
    }
    net::ws::unmask(payload, key);
    return frame.append(key, 4) + payload;
}

/// A client of a server on the same thread: it never waits.
class RandomClient {
public:
    RandomClient(Server& server, Dice& dice)
        : dice_(dice),
          fd_(test::connect_v4(server.port)),
          compresses_(dice.one_in(2)),
          unsent_(test::kUpgradeRequest)
    {
        if (compresses_) {
            unsent_.insert(unsent_.size() - 2, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        }
    }
    ~RandomClient()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    RandomClient(const RandomClient&) = delete;
    RandomClient& operator=(const RandomClient&) = delete;

    void write_message()
    {
        std::string text = R"({"action":"say","n":")";
        const std::size_t letters = dice_.below(dice_.one_in(4) ? 3000 : 40);
        for (std::size_t i = 0; i < letters; ++i) text += static_cast<char>('a' + dice_.below(26));
        text += "\"}";
        const bool compresses = compresses_ && dice_.one_in(2);
        const std::string payload(compresses ? net::deflate::compress(text) : text);
        const unsigned first_byte = 0x01U | (compresses ? 0x40U : 0U);
        if (dice_.one_in(4)) {
            const std::size_t cut = dice_.below(payload.size());
            unsent_ += masked_frame(dice_, first_byte, payload.substr(0, cut));
            if (dice_.one_in(2)) write_ping();
            unsent_ += masked_frame(dice_, 0x80, payload.substr(cut));
        } else {
            unsent_ += masked_frame(dice_, first_byte | 0x80U, payload);
        }
        sent_.push_back(std::move(text));
    }

    void write_ping()
    {
        pings_.push_back(std::string(dice_.below(20), 'p'));
        unsent_ += masked_frame(dice_, 0x89, pings_.back());
    }

    void write_goodbye() { unsent_ += masked_frame(dice_, 0x88, {'\x0f', '\xa0'}); }  // 4000
    void write_nonsense() { unsent_ += masked_frame(dice_, 0x83, "?"); }

    void send_piece()
    {
        const std::size_t most = dice_.one_in(3) ? unsent_.size() : 20;
        const std::size_t bytes = std::min(unsent_.size(), 1 + dice_.below(most + 1));
        const ssize_t sent = ::send(fd_, unsent_.data(), bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
        if (sent < 0 && errno != EAGAIN) is_over_ = true;
    }

    void read()
    {
        char block[4096];
        const ssize_t got = ::recv(fd_, block, 1 + dice_.below(sizeof(block)), MSG_DONTWAIT);
        if (got > 0) received_.append(block, static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EAGAIN)) is_over_ = true;
        while (take_one()) {
        }
    }

    void half_close() const { ::shutdown(fd_, SHUT_WR); }
    void vanish() { test::reset(std::exchange(fd_, -1)); }

    bool has_all() const { return unsent_.empty() && answers_ == sent_.size() && pings_.empty(); }
    bool is_over() const { return is_over_; }
    std::size_t unanswered() const { return sent_.size() - answers_; }

private:
    bool take_one()
    {
        if (!is_admitted_) {
            const std::size_t end = received_.find("\r\n\r\n");
            if (end == std::string::npos) return false;
            is_admitted_ = received_.starts_with("HTTP/1.1 101 ");
            REQUIRE(is_admitted_);
            received_.erase(0, end + 4);
            return is_admitted_;
        }
        if (received_.size() < 2) return false;
        const auto opcode = static_cast<unsigned char>(received_[0]);
        std::size_t bytes = static_cast<unsigned char>(received_[1]);
        std::size_t head = 2;
        if (bytes == 126) {
            if (received_.size() < 4) return false;
            bytes = static_cast<std::size_t>(static_cast<unsigned char>(received_[2])) << 8 |
                    static_cast<unsigned char>(received_[3]);
            head = 4;
        }
        if (received_.size() < head + bytes) return false;
        take(opcode, received_.substr(head, bytes));
        received_.erase(0, head + bytes);
        return true;
    }

    void take(unsigned char first_byte, const std::string& payload)
    {
        if (first_byte == 0x8A) {
            REQUIRE_FALSE(pings_.empty());
            CHECK(payload == pings_.front());
            pings_.erase(pings_.begin());
        } else if (first_byte == 0x81) {
            take_message(payload);
        } else if (first_byte == 0xC1) {
            const auto inflated = net::deflate::inflate(payload, 1024 * 1024);
            REQUIRE(inflated.status == net::deflate::InflateStatus::Ok);
            take_message(*inflated.message);
        } else {
            CHECK(first_byte == 0x88);
        }
    }

    void take_message(const std::string& text)
    {
        if (text == kPost) return;
        ++answers_;
        const bool is_known =
            text.starts_with(kTimedOut) || std::find(sent_.begin(), sent_.end(), text) != sent_.end();
        INFO(text);
        CHECK(is_known);
        CHECK(answers_ <= sent_.size());
    }

    Dice& dice_;
    int fd_;
    bool compresses_;
    std::string unsent_;
    std::string received_;
    std::vector<std::string> sent_;
    std::vector<std::string> pings_;  ///< those without a pong
    std::size_t answers_ = 0;
    bool is_admitted_ = false;
    bool is_over_ = false;
};

/// A server whose handlers answer now, later or too late.
struct RandomServer : Server {
    using Kept =
        std::vector<std::pair<postern_token, std::string>>;  ///< calls, and what they will be answered

    explicit RandomServer(Dice& the_dice)
        : Server({{"!say", "first"}, {"$connect", "second"}, {"$disconnect", "second"}}), dice(the_dice)
    {
        f.limits.compression = true;
        f.limits.messages_in_flight_max = 1 + dice.below(4);
        if (dice.one_in(3)) f.limits.ordering = api::Ordering::Connection;
        f.handler("first").act = [this](const postern_event& event, postern_token token) {
            answer_or_keep(token, {event.body.data, event.body.size});
            return 0;
        };
        f.handler("second").act = [this](const postern_event&, postern_token token) {
            answer_or_keep(token, {});
            return 0;
        };
    }

    void answer_or_keep(postern_token token, std::string_view body)
    {
        if (dice.one_in(2)) return void(f.gateway->on_reply(token.call, {200, body, false, {}}));
        kept.emplace_back(token, std::string(body));
    }

    void answer_one_kept()
    {
        if (kept.empty()) return;
        answer(kept.begin() + static_cast<std::ptrdiff_t>(dice.below(kept.size())));
    }

    void answer(Kept::iterator chosen)
    {
        const auto [token, body] = *chosen;
        kept.erase(chosen);  // the answer may bring the next message, to be kept
        f.answer(token, 200, body);
    }

    /// Messages that nobody has answered run into their timeout; a handshake never does.
    void pass_time()
    {
        for (int i = 0; i < 100; ++i) {
            const auto chosen =
                std::find_if(kept.begin(), kept.end(), [](const auto& call) { return call.second.empty(); });
            if (chosen == kept.end()) return f.pass(static_cast<SteadyMillis>(dice.below(1500)));
            answer(chosen);
        }
    }

    /// What comes from elsewhere: posts to clients, and other limits.
    void interfere()
    {
        f.limits.messages_in_flight_max = 1 + dice.below(4);
        f.shard.run([&] {
            f.registry.for_each([&](connections::Connection& connection) {
                if (dice.one_in(2)) connection.send(kPost, false);
            });
        });
    }

    std::size_t events(std::string_view type)
    {
        const auto& seen = f.handler("second").seen;
        return static_cast<std::size_t>(
            std::count_if(seen.begin(), seen.end(), [&](const auto& event) { return event.type == type; }));
    }

    Dice& dice;
    Kept kept;
};

struct Actors {
    explicit Actors(unsigned seed) : dice(seed), server(dice)
    {
        for (std::size_t i = 0; i < 4; ++i) clients.push_back(std::make_unique<RandomClient>(server, dice));
    }

    void act()
    {
        RandomClient& client = *clients[dice.below(clients.size())];
        switch (dice.below(10)) {
            case 0:
                return dice.one_in(5) ? client.write_message() : client.send_piece();
            case 1:
                return dice.one_in(9) ? client.write_ping() : client.send_piece();
            case 2:
            case 3:
                return client.send_piece();
            case 4:
                return client.read();
            case 5:
                return server.answer_one_kept();
            case 6:
                return dice.one_in(20) ? server.pass_time() : server.turn();
            case 7:
                return dice.one_in(20) ? server.interfere() : server.turn();
            default:
                return server.turn();
        }
    }

    /// One of the clients is gone, this way or that.
    void lose_one()
    {
        const auto chosen = clients.begin() + static_cast<std::ptrdiff_t>(dice.below(clients.size()));
        switch (dice.below(5)) {
            case 0:
                (*chosen)->vanish();
                break;
            case 1:
                (*chosen)->half_close();
                break;
            case 2:
                (*chosen)->write_nonsense();
                break;
            case 3:
                (*chosen)->write_goodbye();
                break;
            default:
                break;
        }
        (*chosen)->send_piece();
        server.turn();
        clients.erase(chosen);
    }

    /// Until everybody has gone and nothing is asked any more; not for ever.
    void settle()
    {
        const auto is_quiet = [&] {
            return server.server.open_sockets() == 0 && server.f.gateway->open_calls() == 0;
        };
        for (int i = 0; i < 20 || (i < 100'000 && !is_quiet()); ++i) {
            while (!server.kept.empty()) server.answer_one_kept();
            server.turn();
        }
    }

    Dice dice;
    RandomServer server;
    std::vector<std::unique_ptr<RandomClient>> clients;
};

/// More for a hunt.
unsigned rounds()
{
    const char* said = std::getenv("POSTERN_RANDOM_ROUNDS");
    return said != nullptr ? static_cast<unsigned>(std::atoi(said)) : 40;
}

}  // namespace

TEST_CASE("whatever clients do, every message has its answer and every connection its end")
{
    for (unsigned seed = 0; seed < rounds(); ++seed) {
        INFO("seed " << seed);
        Actors actors(seed);
        for (int i = 0; i < 3000; ++i) actors.act();
        while (actors.clients.size() > 2) actors.lose_one();
        for (int i = 0; i < 500; ++i) actors.act();

        // Those who have done nothing wrong get all that they have asked for.
        for (const auto& client : actors.clients) {
            for (int i = 0; i < 100'000 && !client->has_all() && !client->is_over(); ++i) {
                client->send_piece();
                actors.server.answer_one_kept();
                actors.server.turn();
                client->read();
            }
            INFO(client->unanswered() << " unanswered");
            REQUIRE(client->has_all());
            REQUIRE_FALSE(client->is_over());
        }
        if (actors.dice.one_in(2)) actors.server.server.drain(std::chrono::milliseconds(0));
        actors.clients.clear();
        actors.settle();
        CHECK(actors.server.f.registry.admitted() == 0);
        CHECK(actors.server.server.open_sockets() == 0);
        CHECK(actors.server.f.gateway->open_calls() == 0);
        CHECK(actors.server.events("DISCONNECT") == actors.server.events("CONNECT"));
    }
}
