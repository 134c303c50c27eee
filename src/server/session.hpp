// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connections/connection.hpp"
#include "core/token_bucket.hpp"
#include "gateway/gateway.hpp"
#include "net/channel.hpp"
#include "net/deflate.hpp"
#include "net/websocket_codec.hpp"
#include "server/address_table.hpp"
#include "server/handshake.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace postern::server {

class ShardServer;
struct Listener;

/// One socket from accept to gone, and the connection it carries. Shard-local; owned by its ShardServer,
/// which frees it at the end of the turn in which it died, so nothing here needs to ask whether it still
/// exists.
///
///     Request → Connecting → Open → Closing → Dead; a refused handshake and an answered @connections call
///     (Answering) go back to Request.
class Session final : public connections::Connection, private net::Watcher, private gateway::ConnectWaiter {
public:
    /// `place`: of its address, or null.
    Session(ShardServer& server,
            const Listener& listener,
            int fd,
            std::string source_ip,
            std::unique_ptr<AddressTable::Place> place);
    ~Session();

    // connections::Connection
    connections::PostResult send(std::string_view payload, bool is_binary) override;
    connections::PostResult send_shared(const connections::SharedMessage& message) override;
    void close(std::uint16_t code, std::string_view reason) override;
    void hold() override;
    void release() override;
    EpochMillis last_active_at() const override;

    /// False when the kernel has no room to watch the socket: then it is closed already.
    bool has_socket() const { return channel_.is_open(); }

    /// The deadline that is set has come; which one it is depends on the state.
    void on_deadline();

    /// Sends what was queued outside a burst, goes on with what had to wait, frees what a handshake needed.
    void on_turn_end();

    /// The server's list for the end of the turn has it.
    bool is_queued() const { return is_queued_; }

    /// Times that were set by the old limits are counted anew.
    void on_limits_changed();

    /// The node is stopping: a socket that asks for nothing ends, a request that has begun is answered.
    void on_drain();
    bool is_open() const { return state_ == State::Open; }

    /// The client has sent faster than it may: there may be room in its bucket again.
    void resume_reading();

    /// Bytes that wait for the client to read.
    std::size_t unsent_bytes() const { return channel_.unsent_bytes() + queued_.bytes(); }

    /// Ends the connection and frees what waits for the client. No close frame: it would wait behind what the
    /// client does not read.
    void shed();

    std::size_t index = 0;  ///< in the server's list

private:
    enum class State { Request, Answering, Connecting, Open, Closing, Dead };

    template <class Work>
    void guarded(Work work);
    void on_ready(net::Readiness ready) override;
    void use(net::Readiness ready);

    // session_http.cpp: requests and the handshake
    void read_request();
    bool is_request_held() const;
    void process_requests();
    void on_request(const HttpRequest& request);
    void upgrade(const HttpRequest& request);
    void manage(const HttpRequest& request);
    std::shared_ptr<gateway::ApiCallRecord> record_of(const HttpRequest& request,
                                                      const gateway::StageSlot& stage,
                                                      const management::ManagementPath& path) const;
    void answer(api::HttpReply reply);
    void on_admitted(std::string_view protocol) override;
    void on_refused(const api::HttpReply& reply) override;
    void on_queued() override;

    // session_frames.cpp: messages
    void read_frames();
    void process(std::span<char> input);
    void on_item(const net::ws::Item& item);
    void on_message(const net::ws::Item& item);
    void on_fault(net::ws::Fault fault);
    bool is_held() const;
    void count_message();
    void pause_if_too_fast();
    void append(net::ws::Opcode opcode, std::string_view payload);
    void append_shared(const connections::SharedMessage& message);
    void append_close(std::uint16_t code, std::string_view reason);
    template <class Write>
    void write_frame(Write write);
    void end_burst();

    // session_deadlines.cpp
    void meet_deadline();
    void set_timeout(std::chrono::milliseconds timeout);
    void set_deadline(SteadyMillis due);
    SteadyMillis next_due() const;

    // session.cpp: ends
    bool has_room(std::size_t bytes);
    connections::PostResult take_message(std::size_t bytes);
    void flush();
    void resume();
    void queue();
    void end(std::uint16_t code, std::string_view reason);
    void start_closing();
    void leave_connecting();
    void lost();
    void die();

    ShardServer& server_;
    net::Channel channel_;
    State state_ = State::Request;
    std::uint16_t port_;        ///< the listener's
    bool is_admitted_ = false;  ///< $connect has said yes, $disconnect has not been called
    bool is_bursting_ = false;  ///< the shard's output buffer is ours
    bool is_queued_ = false;    ///< on the server's list for the end of the turn
    bool is_compressed_ = false;
    bool is_paused_ = false;  ///< sends faster than limits.messagesPerSecondPerConnection
    bool peer_lost_ = false;  ///< gone while $connect was being asked
    bool has_address_ = false;
    bool is_request_over_ = false;  ///< what handshake_ holds is freed at the end of the turn
    bool has_peer_ended_ = false;   ///< nothing comes behind received_
    std::uint32_t in_flight_ = 0;
    net::TimerWheel::Id deadline_ = net::TimerWheel::kNone;
    SteadyMillis connected_at_ = 0;  ///< when the handshake came: info_.connected_at
    SteadyMillis admitted_at_ = 0;
    SteadyMillis active_at_ = 0;  ///< last data message either way (and pings, when they count)
    SteadyMillis heard_at_ = 0;   ///< last byte from the peer
    SteadyMillis pinged_at_ = 0;
    TokenBucket messages_;
    net::ws::Decoder decoder_;
    std::string received_;  ///< an incomplete request or frame, or frames that wait for room
    net::Outbox queued_;    ///< frames written outside a burst
    gateway::StageSlot* stage_ = nullptr;

    /// For answers that come from another shard: empty once the session is dead.
    std::shared_ptr<Session*> self_;

    std::unique_ptr<AddressTable::Place> place_;  ///< null while sockets are not counted by address

    /// Only until the 101.
    struct Handshake;
    std::unique_ptr<Handshake> handshake_;
};

}  // namespace postern::server
