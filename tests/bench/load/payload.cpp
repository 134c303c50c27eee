// SPDX-License-Identifier: Apache-2.0
#include "load/payload.hpp"

#include <cstring>

namespace postern::bench {
namespace {

constexpr std::string_view kPrefix = R"({"action":"echo","data":")";
constexpr std::string_view kSuffix = R"("})";
constexpr std::size_t kConnectionDigits = 5;  // base 32
constexpr std::size_t kSequenceDigits = 7;    // base 32: 34 thousand million messages a connection
constexpr std::size_t kFillerAt = kPrefix.size() + kConnectionDigits + 1 + kSequenceDigits + 1;
constexpr std::size_t kSliceStarts = 4096;
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";

static_assert(kFillerAt + kSuffix.size() < Payload::kBytesMin);

void write_digits(char* end, std::size_t count, std::uint64_t value)
{
    for (; count > 0; --count, value >>= 5) *--end = kDigits[value & 31];
}

}  // namespace

Payload::Payload(std::size_t message_bytes) : message_(message_bytes, '.')
{
    std::memcpy(message_.data(), kPrefix.data(), kPrefix.size());
    std::memcpy(message_.data() + message_bytes - kSuffix.size(), kSuffix.data(), kSuffix.size());
    std::uint64_t state = 0x9e3779b97f4a7c15;
    text_.resize(kSliceStarts + message_bytes);
    for (char& letter : text_) {
        state = state * 6364136223846793005 + 1442695040888963407;
        letter = kDigits[state >> 59];
    }
}

std::string_view Payload::message(std::uint32_t connection, std::uint64_t sequence)
{
    char* at = message_.data() + kPrefix.size();
    write_digits(at + kConnectionDigits, kConnectionDigits, connection);
    write_digits(at + kConnectionDigits + 1 + kSequenceDigits, kSequenceDigits, sequence);
    const std::size_t slice = (connection * 613 + sequence * 7) % kSliceStarts;
    std::memcpy(
        message_.data() + kFillerAt, text_.data() + slice, message_.size() - kFillerAt - kSuffix.size());
    return message_;
}

}  // namespace postern::bench
