// SPDX-License-Identifier: Apache-2.0
// Any bytes as frames: whole and in pieces the decoder finds the same, nothing over its limits.
#include "core/text.hpp"
#include "fuzz/fuzz.hpp"
#include "net/deflate.hpp"
#include "net/websocket_codec.hpp"

using namespace postern;
using Kind = net::ws::Item::Kind;

namespace {

struct Run {
    net::ws::DecoderLimits limits;
    net::ws::Decoder decoder = {};
    std::string waiting = {};  ///< what the decoder left
    std::string found = {};
    bool is_over = false;

    void feed(std::string_view piece)
    {
        if (is_over) return;
        waiting += piece;
        std::span<char> input(waiting);
        while (take(decoder.next(input, limits))) {
        }
        waiting.erase(0, waiting.size() - input.size());
    }

    bool take(const net::ws::Item& item)
    {
        if (item.kind == Kind::NeedMore) return false;
        is_over = item.kind == Kind::Close || item.kind == Kind::Fault;
        const std::string_view payload(item.payload.data(), item.payload.size());
        POSTERN_CHECK(payload.size() <= std::max<std::size_t>(limits.message_bytes_max, 125));
        if (item.is_compressed) {
            const auto inflated = net::deflate::inflate(payload, 4096);
            POSTERN_CHECK(inflated.message == nullptr || inflated.message->size() <= 4096);
        } else {
            const bool is_text = item.kind == Kind::Message && item.opcode == net::ws::Opcode::Text;
            POSTERN_CHECK(!(is_text || item.kind == Kind::Close) || text::is_utf8(payload));
        }
        found += {char(item.kind), char(item.opcode), char(item.fault), char(item.close_code)};
        found.append(item.is_compressed ? "z" : "-").append(payload) += '\n';
        return !is_over;
    }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    const net::ws::DecoderLimits limits{64U << (choice & 7U), 64U << (choice >> 3 & 7U), (choice & 64U) != 0};
    fuzz::Pieces pieces(input.byte());
    Run whole{limits};
    Run split{limits};
    whole.feed(input.rest());
    for (std::string_view stream = input.rest(); !stream.empty();) split.feed(pieces.take(stream));
    POSTERN_CHECK(whole.found == split.found && (whole.is_over || whole.waiting == split.waiting));
    return 0;
}
