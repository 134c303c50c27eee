// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_codec.hpp"

#include "core/base64.hpp"
#include "core/text.hpp"

#include <openssl/sha.h>

#include <cstring>

namespace postern::net::ws {

namespace {

constexpr std::size_t kControlPayloadMax = 125;  // RFC 6455 section 5.5

struct Header {
    std::uint8_t first = 0;
    std::uint64_t payload_bytes = 0;
    std::size_t bytes = 0;  ///< header with masking key
    bool is_final() const { return (first & 0x80U) != 0; }
    bool is_compressed() const { return (first & 0x40U) != 0; }
    bool has_reserved_bits() const { return (first & 0x30U) != 0; }
    std::uint8_t opcode() const { return first & 0x0FU; }
    bool is_control() const { return (first & 0x08U) != 0; }
};

Item fault(Fault why)
{
    Item item;
    item.kind = Item::Kind::Fault;
    item.fault = why;
    return item;
}

std::uint64_t big_endian(const char* at, std::size_t bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
    return value;
}

bool is_known(std::uint8_t opcode)
{
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

/// False when more bytes are needed. A fault found in the first two bytes is reported at once.
bool parse_header(std::span<const char> input, Header& header, Fault& why)
{
    if (input.size() < 2) return false;
    header.first = static_cast<std::uint8_t>(input[0]);
    const auto second = static_cast<std::uint8_t>(input[1]);
    const std::uint8_t short_length = second & 0x7FU;
    const bool is_masked = (second & 0x80U) != 0;
    if (header.has_reserved_bits() || !is_known(header.opcode()) || !is_masked ||
        (header.is_control() &&
         (!header.is_final() || header.is_compressed() || short_length > kControlPayloadMax))) {
        why = Fault::Protocol;
        return true;
    }
    const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    if (input.size() < 2 + length_bytes) return false;
    header.payload_bytes = length_bytes == 0 ? short_length : big_endian(input.data() + 2, length_bytes);
    header.bytes = 2 + length_bytes + 4;
    // The shortest form is required, and the top bit of a 64-bit length is zero (RFC 6455 section 5.2).
    if ((length_bytes == 2 && header.payload_bytes < 126) ||
        (length_bytes == 8 && header.payload_bytes < 65536) || (header.payload_bytes >> 63) != 0) {
        why = Fault::Protocol;
    }
    return true;
}

Item on_close(std::span<char> payload)
{
    Item item;
    item.kind = Item::Kind::Close;
    if (payload.empty()) return item;
    if (payload.size() == 1) return fault(Fault::Protocol);
    item.close_code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
    item.payload = payload.subspan(2);
    if (!is_sendable_close_code(item.close_code)) return fault(Fault::Protocol);
    if (!text::is_utf8({item.payload.data(), item.payload.size()})) return fault(Fault::InvalidUtf8);
    return item;
}

}  // namespace

Item Decoder::next_frame(std::span<char>& input, const DecoderLimits& limits)
{
    if (release_fragments_) {
        std::string().swap(fragments_);
        release_fragments_ = false;
    }
    Header header;
    Fault why = Fault::None;
    if (!parse_header(input, header, why)) return {};
    if (why != Fault::None) return fault(why);
    if (header.is_compressed() && (!limits.allow_compressed || header.opcode() == 0))
        return fault(Fault::Protocol);
    if (!header.is_control()) {
        const bool is_continuation = header.opcode() == 0;
        if (is_continuation != is_fragmented_) return fault(Fault::Protocol);
        if (header.payload_bytes > limits.frame_bytes_max) return fault(Fault::FrameTooLarge);
        if (fragments_.size() + header.payload_bytes > limits.message_bytes_max)
            return fault(Fault::MessageTooLarge);
    }
    if (input.size() < header.bytes || input.size() - header.bytes < header.payload_bytes) return {};

    const std::span<char> payload = input.subspan(header.bytes, header.payload_bytes);
    char key[4];
    std::memcpy(key, input.data() + header.bytes - 4, sizeof(key));
    unmask(payload, key);
    input = input.subspan(header.bytes + header.payload_bytes);

    const auto opcode = static_cast<Opcode>(header.opcode());
    switch (opcode) {
        case Opcode::Close:
            return on_close(payload);
        case Opcode::Ping:
        case Opcode::Pong: {
            Item item;
            item.kind = opcode == Opcode::Ping ? Item::Kind::Ping : Item::Kind::Pong;
            item.payload = payload;
            return item;
        }
        default:
            return on_data(opcode, header.is_final(), header.is_compressed(), payload);
    }
}

Item Decoder::next(std::span<char>& input, const DecoderLimits& limits)
{
    for (;;) {
        const std::size_t before = input.size();
        const Item item = next_frame(input, limits);
        const bool is_inner_fragment = item.kind == Item::Kind::NeedMore && input.size() != before;
        if (!is_inner_fragment) return item;
    }
}

Item Decoder::on_data(Opcode opcode, bool is_final, bool is_compressed, std::span<char> payload)
{
    Item item;
    item.kind = Item::Kind::Message;
    item.opcode = opcode;
    item.is_compressed = is_compressed;
    item.payload = payload;
    if (!is_final || opcode == Opcode::Continuation) {
        if (opcode != Opcode::Continuation) {
            is_fragmented_ = true;
            is_compressed_ = is_compressed;
            fragments_opcode_ = opcode;
        }
        fragments_.append(payload.data(), payload.size());
        if (!is_final) {
            item.kind = Item::Kind::NeedMore;
            return item;
        }
        is_fragmented_ = false;
        release_fragments_ = true;
        item.opcode = fragments_opcode_;
        item.is_compressed = is_compressed_;
        item.payload = fragments_;
    }
    if (item.opcode == Opcode::Text && !item.is_compressed &&
        !text::is_utf8({item.payload.data(), item.payload.size()})) {
        return fault(Fault::InvalidUtf8);
    }
    return item;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool is_compressed)
{
    char header[10];
    std::size_t bytes = 2;
    header[0] = static_cast<char>(0x80U | (is_compressed ? 0x40U : 0U) | static_cast<unsigned>(opcode));
    if (payload.size() < 126) {
        header[1] = static_cast<char>(payload.size());
    } else {
        const std::size_t length_bytes = payload.size() < 65536 ? 2 : 8;
        header[1] = static_cast<char>(length_bytes == 2 ? 126 : 127);
        for (std::size_t i = 0; i < length_bytes; ++i) {
            header[2 + i] = static_cast<char>(payload.size() >> (8 * (length_bytes - 1 - i)));
        }
        bytes += length_bytes;
    }
    out.append(header, bytes);
    out.append(payload);
}

void append_close(std::string& out, std::uint16_t code, std::string_view reason)
{
    if (code == 1006) return;
    if (code == 1005) return append_frame(out, Opcode::Close, {});
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    std::size_t bytes = std::min<std::size_t>(reason.size(), kControlPayloadMax - 2);
    // A cut reason ends at a character, not inside one.
    while (bytes < reason.size() && bytes > 0 && (static_cast<unsigned char>(reason[bytes]) & 0xC0U) == 0x80U)
        --bytes;
    payload.append(reason.substr(0, bytes));
    append_frame(out, Opcode::Close, payload);
}

void unmask(std::span<char> payload, const char (&key)[4])
{
    std::uint32_t word = 0;
    std::memcpy(&word, key, sizeof(word));
    const std::uint64_t mask = static_cast<std::uint64_t>(word) << 32 | word;
    std::size_t i = 0;
    for (; i + 8 <= payload.size(); i += 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, payload.data() + i, 8);
        block ^= mask;
        std::memcpy(payload.data() + i, &block, 8);
    }
    for (; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i & 3]);
}

std::string accept_key(std::string_view key)
{
    const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
    return base64::encode({reinterpret_cast<const char*>(digest), sizeof(digest)});
}

bool is_sendable_close_code(std::uint16_t code)
{
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace postern::net::ws
