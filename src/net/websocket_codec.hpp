// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// RFC 6455 frames: bytes in, messages out; no socket, no clock, no API Gateway.
namespace postern::net::ws {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Why a peer's bytes end the connection.
enum class Fault : std::uint8_t {
    None,
    Protocol,         ///< 1002: reserved bits, bad opcode, unmasked, bad fragmentation, bad close frame
    FrameTooLarge,    ///< 1009
    MessageTooLarge,  ///< 1009
    InvalidUtf8,      ///< 1007: a text message or a close reason
};

struct DecoderLimits {
    std::size_t frame_bytes_max = 0;
    std::size_t message_bytes_max = 0;
    bool allow_compressed = false;  ///< permessage-deflate was negotiated: RSV1 may be set
};

/// What the decoder found next. `payload` is unmasked and points into the input or into the decoder; it is
/// valid until the next call.
struct Item {
    enum class Kind : std::uint8_t { NeedMore, Message, Ping, Pong, Close, Fault };
    Kind kind = Kind::NeedMore;
    Opcode opcode = Opcode::Text;  ///< of a Message
    Fault fault = Fault::None;
    bool is_compressed = false;       ///< of a Message: still to be inflated, its text not yet checked
    std::span<char> payload;          ///< of a Message, Ping, Pong; of Close: the reason
    std::uint16_t close_code = 1005;  ///< of Close; 1005 when the frame was empty
};

/// The reading half of one connection: joins fragments and checks everything RFC 6455 asks of a client's
/// frames. Between frames it holds a few bytes; only a fragmented message makes it allocate.
class Decoder {
public:
    /// Takes one item off the front of `input` (which is unmasked in place) and advances it. NeedMore leaves
    /// `input` at the start of the incomplete frame: the caller keeps those bytes and comes back with more
    /// behind them. After Close or Fault the decoder must not be used again.
    Item next(std::span<char>& input, const DecoderLimits& limits);

    /// True between the first and the last fragment of a message.
    bool is_mid_message() const { return is_fragmented_; }

private:
    Item next_frame(std::span<char>& input, const DecoderLimits& limits);
    Item on_data(Opcode opcode, bool is_final, bool is_compressed, std::span<char> payload);

    std::string fragments_;
    Opcode fragments_opcode_ = Opcode::Text;
    bool is_fragmented_ = false;
    bool is_compressed_ = false;
    bool release_fragments_ = false;
};

/// Appends one unfragmented, unmasked frame: what a server sends.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool is_compressed = false);

/// Appends a close frame. 1005 gives an empty one, 1006 none at all; `reason` is cut to the 123 bytes that
/// fit.
void append_close(std::string& out, std::uint16_t code, std::string_view reason);

/// XORs with the masking key, eight bytes at a time (RFC 6455 section 5.3).
void unmask(std::span<char> payload, const char (&key)[4]);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string accept_key(std::string_view key);

/// True for a code that a peer may put into a close frame (RFC 6455 section 7.4).
bool is_sendable_close_code(std::uint16_t code);

}  // namespace postern::net::ws
