// SPDX-License-Identifier: Apache-2.0
#include "load/frame.hpp"

#include <cstring>

namespace postern::bench {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned byte_count)
{
    while (byte_count-- > 0) out.push_back(static_cast<char>(value >> (8 * byte_count)));
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask)
{
    out.push_back(static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
    if (payload.size() < 126) {
        out.push_back(static_cast<char>(0x80 | payload.size()));
    } else if (payload.size() < 65536) {
        out.push_back(static_cast<char>(0x80 | 126));
        append_big_endian(out, payload.size(), 2);
    } else {
        out.push_back(static_cast<char>(0x80 | 127));
        append_big_endian(out, payload.size(), 8);
    }
    std::array<char, 8> key{};
    std::memcpy(key.data(), &mask, 4);
    std::memcpy(key.data() + 4, &mask, 4);
    out.append(key.data(), 4);

    const std::size_t start = out.size();
    out.append(payload);
    char* at = out.data() + start;
    std::size_t left = payload.size();
    std::uint64_t wide_key = 0;
    std::memcpy(&wide_key, key.data(), 8);
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        word ^= wide_key;
        std::memcpy(at, &word, 8);
    }
    for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ key[i]);
}

std::size_t FrameReader::header_length() const
{
    if ((header_[1] & 0x80) != 0) throw std::runtime_error("the server masked a frame");
    const unsigned length = header_[1] & 0x7f;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

void FrameReader::begin_frame()
{
    const unsigned code = header_[0] & 0x0f;
    const bool is_control = code >= 8;
    payload_left_ = header_[1] & 0x7f;
    if (payload_left_ >= 126) {
        payload_left_ = 0;
        for (std::size_t i = 2; i < header_wanted_; ++i) payload_left_ = payload_left_ << 8 | header_[i];
    }
    is_final_ = (header_[0] & 0x80) != 0;
    if ((header_[0] & 0x70) != 0 || code > 10 || (code > 2 && code < 8) ||
        (is_control && header_wanted_ > 2) || (is_control && !is_final_)) {
        throw std::runtime_error("the server sent a frame that RFC 6455 forbids");
    }
    opcode_ = static_cast<Opcode>(code);
    if (is_control) return;
    if ((opcode_ == Opcode::Continuation) != (message_opcode_ != Opcode::Continuation)) {
        throw std::runtime_error("the server mixed the fragments of two messages");
    }
    if (opcode_ == Opcode::Continuation) opcode_ = message_opcode_;
    message_opcode_ = is_final_ ? Opcode::Continuation : opcode_;
}

}  // namespace postern::bench
