// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace postern::bench {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Appends one whole masked frame, as RFC 6455 wants it from a client.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

/// Takes a server's bytes apart as they come, in pieces of any size, and keeps none of them but a partial
/// header. Thread: any one.
class FrameReader {
public:
    /// Calls `on_piece(opcode, bytes, is_end_of_message)` for every part of a payload that has arrived; data
    /// frames of a fragmented message all come as its first frame's opcode. A control frame's end is
    /// `is_end_of_message` too. `on_piece` returns false to leave the rest unread. Throws std::runtime_error
    /// on what RFC 6455 forbids a server.
    template <class OnPiece>
    void read(std::string_view bytes, OnPiece&& on_piece)
    {
        while (!bytes.empty() || (header_size_ == header_wanted_ && payload_left_ == 0)) {
            if (header_size_ < header_wanted_) {
                header_[header_size_++] = static_cast<std::uint8_t>(bytes.front());
                bytes.remove_prefix(1);
                if (header_size_ == 2) header_wanted_ = header_length();
                if (header_size_ == header_wanted_) begin_frame();
                continue;
            }
            const std::string_view piece = bytes.substr(0, payload_left_);
            bytes.remove_prefix(piece.size());
            payload_left_ -= piece.size();
            const bool is_frame_end = payload_left_ == 0;
            if (is_frame_end) header_size_ = 0, header_wanted_ = 2;
            if (!on_piece(opcode_, piece, is_frame_end && is_final_)) return;
        }
    }

private:
    std::size_t header_length() const;
    void begin_frame();

    std::array<std::uint8_t, 10> header_{};
    std::size_t header_size_ = 0;
    std::size_t header_wanted_ = 2;
    std::uint64_t payload_left_ = 0;
    Opcode opcode_ = Opcode::Text;
    Opcode message_opcode_ =
        Opcode::Continuation;  ///< of the fragmented message under way; Continuation: none
    bool is_final_ = true;
};

}  // namespace postern::bench
