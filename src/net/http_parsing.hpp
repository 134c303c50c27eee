// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

/// What the readers of requests and answers have in common; for their .cpp only.
namespace postern::net {

enum class Fed { Some, NeedMore, BodyTooLarge, Malformed };

/// Bytes of a chunk's size line, or of all that follows the last chunk's data: Beast waits for the end of
/// either without a bound, and nobody here looks at extensions and trailers.
constexpr std::size_t kChunkFramingBytesMax = 16 * 1024;

/// Gives a Beast parser bytes from the front of `input`. A parser that is not eager stops behind the head.
/// Malformed is also what has a field, a chunk's line or trailers beyond any use.
template <class Parser>
Fed feed(Parser& parser, std::string& input)
{
    namespace http = boost::beast::http;
    // A chunked body never ends with less; given less of a last chunk, Beast 1.81 fails an assertion of its
    // own.
    constexpr std::size_t kLastChunkBytes = 5;
    const bool is_chunked = parser.is_header_done() && parser.chunked();
    const bool may_be_chunk = input.find_first_of("0123456789abcdefABCDEF\r") == 0;
    if (is_chunked && may_be_chunk && input.size() < kLastChunkBytes) return Fed::NeedMore;
    // A chunked body is given in steps that the bound fits into, so that it is the same however the bytes
    // come.
    const std::size_t given = is_chunked ? std::min(input.size(), kChunkFramingBytesMax) : input.size();
    boost::system::error_code error;
    std::size_t used = 0;
    try {
        used = parser.put(boost::asio::const_buffer(input.data(), given), error);
    } catch (
        const std::length_error&) {  // a field of 64 KiB: Beast cannot keep it, and says so in no other way
        return Fed::Malformed;
    }
    input.erase(0, used);
    if (error == http::error::need_more || (!error && used == 0)) {
        if (!is_chunked || given < kChunkFramingBytesMax) return Fed::NeedMore;
        if (used == 0) return Fed::Malformed;
        return input.empty() ? Fed::NeedMore : Fed::Some;
    }
    if (error == http::error::body_limit) return Fed::BodyTooLarge;
    return error ? Fed::Malformed : Fed::Some;
}

}  // namespace postern::net
