// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/frame.hpp"
#include "load/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::bench {

struct Target {
    sockaddr_in address{};
    std::string path;
    const TlsClient* tls = nullptr;  ///< null: plain
};

/// One WebSocket client as a state machine; the loop below it says when its socket is ready.
class Client {
public:
    enum class State { Connecting, Securing, Upgrading, Open, Closing, Closed };

    Client(const Target& target, std::size_t index);

    /// Takes one readiness event. `on_piece` is FrameReader's, for data frames only. Throws on whatever a
    /// sound server does not do, also when it ends an open connection.
    template <class OnPiece>
    void on_ready(std::uint32_t events, Scratch& scratch, OnPiece&& on_piece)
    {
        const std::string_view bytes = advance(events, scratch);
        reader_.read(bytes, [&](Opcode opcode, std::string_view piece, bool is_end) {
            if (opcode == Opcode::Text) return on_piece(piece, is_end), true;
            return on_control(opcode, is_end);
        });
    }

    /// Sends frames made by append_frame, with one call.
    void send(std::string_view frames) { wire_.write(frames); }

    /// Starts the closing handshake; Closed follows when the server has answered.
    void close();

    State state() const { return state_; }
    std::size_t index() const { return index_; }
    const Wire& wire() const { return wire_; }

    /// What the loop shall wait for; changes with the state and with unsent bytes.
    std::uint32_t wanted_events() const;
    std::uint32_t watched_events = 0;  ///< the loop's

private:
    std::string_view advance(std::uint32_t events, Scratch& scratch);
    std::string_view take_upgrade_answer(std::string_view bytes);
    bool on_control(Opcode opcode, bool is_end);

    const Target& target_;
    std::size_t index_;
    Wire wire_;
    State state_ = State::Connecting;
    FrameReader reader_;
    std::string head_;  ///< of the answer to the upgrade; empty afterwards
};

}  // namespace postern::bench
