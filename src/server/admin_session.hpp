// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/shard.hpp"
#include "server/admin_server.hpp"
#include "server/handshake.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postern::server {

/// How many callers wait for a function: they do not count as callers whom the gateway itself keeps waiting.
/// One thread.
class Invocations {
public:
    explicit Invocations(std::size_t count_max) : count_max_(count_max) {}
    std::size_t count() const { return count_; }

    /// One of them, while it lives.
    class Place {
    public:
        explicit Place(Invocations& all) : all_(all) { ++all_.count_; }
        ~Place() { --all_.count_; }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        Invocations& all_;
    };
    bool has_room() const { return count_ < count_max_; }

private:
    const std::size_t count_max_;
    std::size_t count_ = 0;
};

/// One caller of the admin listener: a request, its answer, the next. All on the listener's thread; kept
/// alive by what it waits for, and freed with it.
class AdminSession : public std::enable_shared_from_this<AdminSession> {
public:
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, net::Executor>;

    AdminSession(Socket socket,
                 std::string source_ip,
                 const AdminServerOptions& options,
                 const management::AdminApi& api,
                 Invocations& invocations);

    void start();

    /// Nothing is done for it: it is between two requests, or has its last answer.
    bool is_idle() const { return (state_ == State::Reading && is_idle_) || state_ == State::Ending; }

    /// After the answer that is being given, if there is one, the connection ends.
    void finish();

    /// Now.
    void close();

private:
    enum class State { Reading, Continuing, Asking, Writing, Ending };

    void next();
    void read();
    void process();
    void ask_for_body();
    void ask();
    void hand_over();
    void answer(std::uint64_t request, const management::AdminReply& reply);
    void refuse(const management::AdminReply& reply);
    void write(const management::AdminReply& reply, bool with_body);
    void end();
    void skip();
    void expect(std::chrono::milliseconds time, std::function<void()> otherwise);

    Socket socket_;
    net::SteadyTimer timer_;
    const std::string source_ip_;
    const AdminServerOptions& options_;
    const management::AdminApi& api_;
    Invocations& invocations_;
    std::optional<Invocations::Place> place_;  ///< while a function is waited for
    State state_ = State::Reading;
    std::array<char, 16 * 1024> buffer_{};
    std::string received_;
    std::string sending_;
    std::optional<RequestReader> reader_;
    bool is_idle_ = true;  ///< the deadline that runs is the one between requests
    bool keeps_alive_ = true;
    std::uint64_t request_ = 0;  ///< the one being answered; an answer to another comes too late
};

}  // namespace postern::server
