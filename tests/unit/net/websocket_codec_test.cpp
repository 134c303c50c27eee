// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_codec.hpp"

#include "catch.hpp"
#include "core/text.hpp"

#include <string>
#include <vector>

using namespace postern::net;
using ws::Fault;
using ws::Opcode;
using Kind = ws::Item::Kind;

namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr ws::DecoderLimits kLimits{32 * 1024, 128 * 1024, false};

enum class Length { Shortest, TwoBytes, EightBytes };

/// A client's frame: `first` is the first byte.
std::string frame(unsigned first, std::string_view payload, Length form = Length::Shortest)
{
    constexpr char kKey[4] = {0x37, static_cast<char>(0xFA), 0x21, 0x3D};
    if (form == Length::Shortest && payload.size() > 125) {
        form = payload.size() < 65536 ? Length::TwoBytes : Length::EightBytes;
    }
    const int length_bytes = form == Length::Shortest ? 0 : form == Length::TwoBytes ? 2 : 8;
    std::string out(1, static_cast<char>(first));
    out += static_cast<char>(0x80U | (length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126U : 127U));
    for (int i = length_bytes - 1; i >= 0; --i) out += static_cast<char>(payload.size() >> (8 * i));
    out.append(kKey, 4);
    const std::size_t at = out.size();
    out += payload;
    ws::unmask({out.data() + at, payload.size()}, kKey);
    return out;
}

std::string text(std::string_view payload)
{
    return frame(kFinal | 1, payload);
}

std::string close_frame(std::uint16_t code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return frame(kFinal | 8, payload.append(reason));
}

/// One connection's reading half as its owner runs it: what the decoder leaves waits for more.
struct Reader {
    ws::DecoderLimits limits = kLimits;
    ws::Decoder decoder = {};
    std::string waiting = {};
    std::vector<std::string> items = {};
    bool is_over = false;

    Reader& feed(std::string_view bytes)
    {
        waiting += bytes;
        std::span<char> input(waiting);
        while (!is_over) {
            const ws::Item item = decoder.next(input, limits);
            if (item.kind == Kind::NeedMore) break;
            items.push_back(describe(item));
            is_over = item.kind == Kind::Close || item.kind == Kind::Fault;
        }
        waiting.erase(0, waiting.size() - input.size());
        return *this;
    }

    static std::string describe(const ws::Item& item)
    {
        const std::string payload(item.payload.data(), item.payload.size());
        switch (item.kind) {
            case Kind::Message:
                return (item.opcode == Opcode::Text ? "text " : "binary ") +
                       std::string(item.is_compressed ? "compressed " : "") + payload;
            case Kind::Ping:
                return "ping " + payload;
            case Kind::Pong:
                return "pong " + payload;
            case Kind::Close:
                return "close " + std::to_string(item.close_code) + " " + payload;
            case Kind::Fault:
                return "fault " + std::to_string(static_cast<int>(item.fault));
            case Kind::NeedMore:
                break;
        }
        return "";
    }
};

using Items = std::vector<std::string>;

Items read(std::string_view bytes, const ws::DecoderLimits& limits = kLimits)
{
    return Reader{limits}.feed(bytes).items;
}

Items fault(Fault why)
{
    return {"fault " + std::to_string(static_cast<int>(why))};
}

std::string sent(Opcode opcode, std::string_view payload, bool is_compressed = false)
{
    std::string out;
    ws::append_frame(out, opcode, payload, is_compressed);
    return out;
}

std::string sent_close(std::uint16_t code, std::string_view reason)
{
    std::string out;
    ws::append_close(out, code, reason);
    return out;
}

}  // namespace

TEST_CASE("the masked frame of RFC 6455 section 5.7 is read")
{
    CHECK(read({"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11}) == Items{"text Hello"});
    CHECK(text("Hello") == std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
}

TEST_CASE("frames are written with the shortest length")
{
    CHECK(sent(Opcode::Text, "Hello") == "\x81\x05Hello");
    CHECK(sent(Opcode::Text, "") == std::string("\x81\0", 2));
    CHECK(sent(Opcode::Pong, "Hello") == "\x8a\x05Hello");
    CHECK(sent(Opcode::Text, "x", true) == "\xc1\x01x");
    CHECK(sent(Opcode::Binary, std::string(125, 'a')) == "\x82\x7d" + std::string(125, 'a'));
    CHECK(sent(Opcode::Binary, std::string(126, 'a')) ==
          std::string("\x82\x7e\0\x7e", 4) + std::string(126, 'a'));
    CHECK(sent(Opcode::Text, std::string(65535, 'a')).substr(0, 4) == "\x81\x7e\xff\xff");
    CHECK(sent(Opcode::Text, std::string(65536, 'a')).substr(0, 10) ==
          std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10));
    CHECK(sent(Opcode::Text, std::string(65536, 'a')).size() == 65546);
}

TEST_CASE("a close frame carries code and reason, and never more than 125 bytes")
{
    CHECK(sent_close(1000, "bye") ==
          "\x88\x05\x03\xe8"
          "bye");
    CHECK(sent_close(1001, "") == "\x88\x02\x03\xe9");
    CHECK(sent_close(1005, "not sent") == std::string("\x88\0", 2));
    CHECK(sent_close(1006, "not sent").empty());
    CHECK(sent_close(1000, std::string(123, 'a')) == "\x88\x7d\x03\xe8" + std::string(123, 'a'));
    CHECK(sent_close(1000, std::string(124, 'a')) == "\x88\x7d\x03\xe8" + std::string(123, 'a'));
}

TEST_CASE("a close reason that has to be cut is cut between characters")
{
    for (const std::string character : {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
        for (std::size_t before = 115; before <= 123; ++before) {
            const std::string frame = sent_close(
                1000, std::string(before, 'a') + character + character + character + character + character);
            const std::string_view reason = std::string_view(frame).substr(4);
            INFO(before << " bytes before " << character);
            CHECK(postern::text::is_utf8(reason));
            CHECK(reason.size() <= 123);
            CHECK(reason.size() == before + (123 - before) / character.size() * character.size());
        }
    }
}

TEST_CASE("every length is read in its shortest form")
{
    const std::size_t length = GENERATE(0U, 1U, 125U, 126U, 127U, 32767U, 32768U);
    CHECK(read(text(std::string(length, 'x'))) == Items{"text " + std::string(length, 'x')});
    constexpr ws::DecoderLimits kLarge{1 << 20, 1 << 20, false};
    for (const std::size_t large : {65535U, 65536U, 70000U}) {
        CHECK(read(frame(kFinal | 2, std::string(large, 'x')), kLarge) ==
              Items{"binary " + std::string(large, 'x')});
    }
}

TEST_CASE("a length in a longer form than needed is a protocol error")
{
    CHECK(read(frame(kFinal | 1, std::string(125, 'x'), Length::TwoBytes)) == fault(Fault::Protocol));
    CHECK(read(frame(kFinal | 1, "", Length::TwoBytes)) == fault(Fault::Protocol));
    CHECK(read(frame(kFinal | 1, std::string(65535, 'x'), Length::EightBytes)) == fault(Fault::Protocol));
}

TEST_CASE("a length with its top bit set is a protocol error, the largest length is too large")
{
    CHECK(read({"\x81\xff\x80\0\0\0\0\0\0\0", 10}) == fault(Fault::Protocol));
    CHECK(read("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff") == fault(Fault::FrameTooLarge));
}

TEST_CASE("reserved bits, unknown opcodes and unmasked frames are protocol errors")
{
    for (const unsigned bits : {0x10U, 0x20U, 0x30U, 0x40U, 0x70U}) {
        INFO(bits);
        CHECK(read(frame(kFinal | bits | 1, "x")) == fault(Fault::Protocol));
    }
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        INFO(opcode);
        CHECK(read(frame(kFinal | opcode, "x")) == fault(Fault::Protocol));
    }
    CHECK(read("\x81\x02hi") == fault(Fault::Protocol));
}

TEST_CASE("control frames are short, whole and not compressed")
{
    for (const unsigned opcode : {8U, 9U, 10U}) {
        INFO(opcode);
        CHECK(read(frame(kFinal | opcode, std::string(126, 'x'))) == fault(Fault::Protocol));
        CHECK(read(frame(opcode, "")) == fault(Fault::Protocol));
        CHECK(read(frame(kFinal | kCompressed | opcode, ""), {1024, 1024, true}) == fault(Fault::Protocol));
    }
    CHECK(read(frame(kFinal | 9, std::string(125, 'x'))) == Items{"ping " + std::string(125, 'x')});
    // The limits of data frames are not theirs.
    CHECK(read(frame(kFinal | 10, std::string(125, 'x')), {1, 1, false}) ==
          Items{"pong " + std::string(125, 'x')});
}

TEST_CASE("an error in the first two bytes is told before the rest arrives")
{
    CHECK(read("\x81\x05") == fault(Fault::Protocol));
    CHECK(read({"\x09\x80", 2}) == fault(Fault::Protocol));
    CHECK(read("\x81").empty());
}

TEST_CASE("fragments are joined, also around control frames")
{
    CHECK(read(frame(1, "Hel") + frame(0, "l") + frame(kFinal | 0, "o")) == Items{"text Hello"});
    CHECK(read(frame(2, "") + frame(kFinal | 9, "now") + frame(kFinal | 0, "") + text("next")) ==
          Items{"ping now", "binary ", "text next"});
    CHECK(read(frame(1, "a") + close_frame(1000)) == Items{"close 1000 "});
}

TEST_CASE("a continuation without a beginning and a beginning within a message are protocol errors")
{
    CHECK(read(frame(kFinal | 0, "x")) == fault(Fault::Protocol));
    CHECK(read(frame(0, "x")) == fault(Fault::Protocol));
    CHECK(read(frame(1, "x") + text("y")) == fault(Fault::Protocol));
    CHECK(read(frame(1, "x") + frame(2, "y")) == fault(Fault::Protocol));
    CHECK(read(text("x") + frame(kFinal | 0, "y")) == Items{"text x", fault(Fault::Protocol).front()});
}

TEST_CASE("the decoder knows when it is inside a message")
{
    Reader reader;
    CHECK_FALSE(reader.decoder.is_mid_message());
    reader.feed(frame(1, "a"));
    CHECK(reader.decoder.is_mid_message());
    reader.feed(frame(kFinal | 9, ""));
    CHECK(reader.decoder.is_mid_message());
    reader.feed(frame(kFinal | 0, "b"));
    CHECK_FALSE(reader.decoder.is_mid_message());
}

TEST_CASE("frames and messages pass at their limit and not above it")
{
    constexpr ws::DecoderLimits kSmall{10, 25, false};
    CHECK(read(text(std::string(10, 'x')), kSmall).front().starts_with("text"));
    CHECK(read(text(std::string(11, 'x')), kSmall) == fault(Fault::FrameTooLarge));
    CHECK(read(text(std::string(11, 'x')).substr(0, 6), kSmall) == fault(Fault::FrameTooLarge));

    const std::string ten(10, 'x');
    const std::string two_frames = frame(1, ten) + frame(0, ten);
    CHECK(read(two_frames + frame(kFinal | 0, "12345"), kSmall) == Items{"text " + ten + ten + "12345"});
    CHECK(read(two_frames + frame(kFinal | 0, "123456"), kSmall) == fault(Fault::MessageTooLarge));
    CHECK(read(two_frames + frame(0, ten), kSmall) == fault(Fault::MessageTooLarge));
    CHECK(read(text("12345"), {10, 4, false}) == fault(Fault::MessageTooLarge));
    // A message that has ended does not count for the next.
    CHECK(read(frame(1, ten) + frame(kFinal | 0, ten) + text(ten), kSmall).size() == 2);
}

TEST_CASE("a close frame may be empty but not one byte")
{
    CHECK(read(frame(kFinal | 8, "")) == Items{"close 1005 "});
    CHECK(read(frame(kFinal | 8, "\x03")) == fault(Fault::Protocol));
    CHECK(read(close_frame(1000)) == Items{"close 1000 "});
    CHECK(read(close_frame(1000, "peer-close-d1")) == Items{"close 1000 peer-close-d1"});
    CHECK(read(close_frame(4999, std::string(123, 'r'))) == Items{"close 4999 " + std::string(123, 'r')});
}

TEST_CASE("only the close codes that a peer may send are accepted")
{
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        const bool is_registered =
            code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
        const bool is_free = code >= 3000 && code <= 4999;
        if (ws::is_sendable_close_code(static_cast<std::uint16_t>(code)) != (is_registered || is_free))
            FAIL(code);
    }
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U}) {
        INFO(code);
        CHECK(read(close_frame(static_cast<std::uint16_t>(code))) == fault(Fault::Protocol));
    }
}

TEST_CASE("a close reason is UTF-8")
{
    CHECK(read(close_frame(1000, "\xE2\x82\xAC")) == Items{"close 1000 \xE2\x82\xAC"});
    CHECK(read(close_frame(1000, "\xE2\x82")) == fault(Fault::InvalidUtf8));
    CHECK(read(close_frame(1000, "\xED\xA0\x80")) == fault(Fault::InvalidUtf8));
}

TEST_CASE("text is UTF-8, binary is anything")
{
    const std::vector<std::string> invalid{"\x80",
                                           "\xC0\xAF",
                                           "\xE2\x82",
                                           "\xED\xA0\x80",
                                           "\xF4\x90\x80\x80",
                                           "\xF5\x80\x80\x80",
                                           "\xFF",
                                           "ok\xFE"};
    for (const std::string& bytes : invalid) {
        CHECK(read(text(bytes)) == fault(Fault::InvalidUtf8));
        CHECK(read(frame(1, bytes) + frame(kFinal | 0, "")) == fault(Fault::InvalidUtf8));
        CHECK(read(frame(kFinal | 2, bytes)) == Items{"binary " + bytes});
    }
}

TEST_CASE("a character may be split over fragments")
{
    const std::string smiley = "\xF0\x9F\x98\x80";
    for (std::size_t i = 0; i <= smiley.size(); ++i) {
        CHECK(read(frame(1, smiley.substr(0, i)) + frame(kFinal | 0, smiley.substr(i))) ==
              Items{"text " + smiley});
    }
    CHECK(read(frame(1, smiley.substr(0, 3)) + frame(kFinal | 0, "x")) == fault(Fault::InvalidUtf8));
}

TEST_CASE("compressed messages are handed on as they are, when compression was negotiated")
{
    constexpr ws::DecoderLimits kDeflate{1024, 1024, true};
    CHECK(read(frame(kFinal | kCompressed | 1, "\xff\xfe"), kDeflate) == Items{"text compressed \xff\xfe"});
    CHECK(read(text("plain"), kDeflate) == Items{"text plain"});
    // RFC 7692 section 6: the bit is set on the first frame only.
    CHECK(read(frame(kCompressed | 2, "a") + frame(kFinal | 0, "b") + frame(kFinal | 2, "c"), kDeflate) ==
          Items{"binary compressed ab", "binary c"});
    CHECK(read(frame(kCompressed | 1, "a") + frame(kFinal | kCompressed | 0, "b"), kDeflate) ==
          fault(Fault::Protocol));
}

TEST_CASE("an incomplete frame stays in the input, from its first byte")
{
    const std::string whole = text("first");
    const std::string second = frame(kFinal | 2, std::string(200, 'x'));
    for (std::size_t cut = 0; cut < second.size(); ++cut) {
        Reader reader;
        reader.feed(whole + second.substr(0, cut));
        if (reader.items != Items{"text first"}) FAIL(cut);
        if (reader.waiting != second.substr(0, cut)) FAIL("left " << reader.waiting.size() << " of " << cut);
    }
}

TEST_CASE("however a stream is cut, the same items come out")
{
    const std::string stream = text("one") + frame(1, "t\xC3") + frame(kFinal | 9, "ping") + frame(0, "") +
                               frame(kFinal | 0, "\xA4wo") + frame(kFinal | 2, std::string(130, 'b')) +
                               frame(kFinal | 10, "") + close_frame(1001, "Going away");
    const Items whole = read(stream);
    CHECK(whole.size() == 6);
    for (std::size_t first = 0; first <= stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); second += 1 + second % 3) {
            Reader reader;
            reader.feed(stream.substr(0, first))
                .feed(stream.substr(first, second - first))
                .feed(stream.substr(second));
            if (reader.items != whole) FAIL(first << " and " << second);
        }
    }
    Reader bytewise;
    for (const char c : stream) bytewise.feed({&c, 1});
    CHECK(bytewise.items == whole);
}

TEST_CASE("an error is the same however the stream was cut")
{
    const std::string before = text("fine") + frame(1, "a");
    const std::vector<std::string> wrong{text("x"),
                                         frame(kFinal | 3, "x"),
                                         frame(kFinal | 0, "\xFF"),
                                         frame(kFinal | 0, std::string(60000, 'x')),
                                         close_frame(1005)};
    for (const std::string& last : wrong) {
        const std::string stream = before + last;
        const Items whole = read(stream);
        CHECK(whole.size() == 2);
        for (std::size_t cut = 0; cut < 40 && cut < stream.size(); ++cut) {
            CHECK(Reader().feed(stream.substr(0, cut)).feed(stream.substr(cut)).items == whole);
        }
    }
}

TEST_CASE("masking is XOR with the key, whatever the length and alignment")
{
    constexpr char kKey[4] = {1, 2, static_cast<char>(0x80), static_cast<char>(0xFF)};
    for (std::size_t length = 0; length < 40; ++length) {
        for (std::size_t offset = 0; offset < 8; ++offset) {
            std::string bytes(offset + length, 'm');
            ws::unmask({bytes.data() + offset, length}, kKey);
            for (std::size_t i = 0; i < length; ++i) {
                if (bytes[offset + i] != static_cast<char>('m' ^ kKey[i % 4]))
                    FAIL(length << " at " << offset);
            }
            CHECK(bytes.substr(0, offset) == std::string(offset, 'm'));
        }
    }
}

TEST_CASE("the key of RFC 6455 section 1.3 is accepted with its answer")
{
    CHECK(ws::accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
