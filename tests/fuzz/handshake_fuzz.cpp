// SPDX-License-Identifier: Apache-2.0
// Any bytes as a request: whole and in pieces the reader finds the same, and an upgrade is one.
#include "core/base64.hpp"
#include "core/text.hpp"
#include "fuzz/fuzz.hpp"
#include "gateway/stages.hpp"
#include "net/deflate.hpp"
#include "net/websocket_codec.hpp"
#include "server/handshake.hpp"

using namespace postern;
using server::RequestReader;

namespace {

void check(const server::HttpRequest& request)
{
    POSTERN_CHECK(!request.path.empty() && request.path.front() == '/');
    static_cast<void>(gateway::host_name(request.host));
    static_cast<void>(net::deflate::negotiate(request.header("Sec-WebSocket-Extensions")));
    if (server::classify(request) != server::RequestKind::Upgrade) return;
    POSTERN_CHECK(request.method == "GET" && request.count("Host") == 1);
    const std::string_view key = text::trim(request.header("Sec-WebSocket-Key"));
    POSTERN_CHECK(base64::decode(key)->size() == 16);
    POSTERN_CHECK(base64::decode(net::ws::accept_key(key))->size() == 20);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kHeaderBytesMax = 1024, kBodyBytesMax = 256;
    fuzz::Input input(data, size);
    fuzz::Pieces pieces(input.byte());

    RequestReader whole(kHeaderBytesMax, kBodyBytesMax);
    std::string left(input.rest());
    const RequestReader::Status status = whole.read(left);

    RequestReader split(kHeaderBytesMax, kBodyBytesMax);
    std::string waiting;
    RequestReader::Status split_status = RequestReader::Status::NeedMore;
    std::string_view stream = input.rest();
    while (!stream.empty() && split_status == RequestReader::Status::NeedMore) {
        waiting += pieces.take(stream);
        split_status = split.read(waiting);
    }
    // Beast finds out later what is broken when it comes in pieces, and is a few bytes off at the limit.
    const bool is_near_limit = input.rest().size() + 8 > kHeaderBytesMax;
    const bool is_done = status == RequestReader::Status::Done;
    POSTERN_CHECK(is_near_limit || is_done == (split_status == RequestReader::Status::Done));
    if (!is_done || split_status != status) return 0;
    check(whole.request());
    POSTERN_CHECK(left == waiting + std::string(stream));
    const server::HttpRequest& one = whole.request();
    const server::HttpRequest& other = split.request();
    POSTERN_CHECK(one.target == other.target && one.headers == other.headers && one.body == other.body);
    return 0;
}
