// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/client.hpp"
#include "load/payload.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace postern::bench {

/// One client that sends bursts and holds the server to every byte of the answers, in order.
struct EchoSession {
    EchoSession(const Target& target, std::size_t index) : client(target, index) {}

    /// Sends `count` messages with one call. `frames` is a buffer that bursts take turns in.
    void send_burst(Payload& payload, std::size_t count, std::string& frames)
    {
        frames.clear();
        for (std::size_t i = 0; i < count; ++i) {
            mask = mask * 1664525 + 1013904223;
            append_frame(frames, Opcode::Text, payload.message(number(), sent++), mask);
        }
        client.send(frames);
    }

    /// Compares the next piece of the answers with what was sent. True at the end of a message.
    bool check_echo(Payload& payload, std::string_view piece, bool is_end)
    {
        if (answered == sent) throw std::runtime_error(name() + " got a message it had not asked for");
        const std::string_view wanted = payload.message(number(), answered);
        if (wanted.substr(offset, piece.size()) != piece ||
            (is_end && offset + piece.size() != wanted.size())) {
            throw std::runtime_error(name() + " got a wrong echo of message " + std::to_string(answered) +
                                     ": '" + std::string(piece.substr(0, 200)) + "' at byte " +
                                     std::to_string(offset));
        }
        offset = is_end ? 0 : offset + piece.size();
        answered += is_end ? 1 : 0;
        return is_end;
    }

    std::uint32_t number() const { return static_cast<std::uint32_t>(client.index()); }
    std::string name() const { return "connection " + std::to_string(client.index()); }
    bool is_answered() const { return answered == sent; }

    Client client;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::size_t offset = 0;  ///< into the message that is being received
    std::uint32_t mask = static_cast<std::uint32_t>(client.index()) * 2654435761U;
};

}  // namespace postern::bench
