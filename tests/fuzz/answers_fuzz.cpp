// SPDX-License-Identifier: Apache-2.0
// Any bytes as a server's answer: whole and in pieces the reader finds the same.
#include "core/check.hpp"
#include "fuzz/fuzz.hpp"
#include "net/http_response.hpp"

using namespace postern;
using net::ResponseReader;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kHeaderBytesMax = 1024, kBodyBytesMax = 256;
    fuzz::Input input(data, size);
    fuzz::Pieces pieces(input.byte());

    ResponseReader whole(kHeaderBytesMax, kBodyBytesMax);
    std::string left(input.rest());
    ResponseReader::Status status = whole.read(left);
    if (status == ResponseReader::Status::NeedMore) status = whole.end();

    ResponseReader split(kHeaderBytesMax, kBodyBytesMax);
    std::string waiting;
    ResponseReader::Status split_status = ResponseReader::Status::NeedMore;
    std::string_view stream = input.rest();
    while (!stream.empty() && split_status == ResponseReader::Status::NeedMore) {
        waiting += pieces.take(stream);
        split_status = split.read(waiting);
    }
    if (split_status == ResponseReader::Status::NeedMore) split_status = split.end();
    // Beast is a few bytes off at the limit when they come in pieces.
    const bool is_near_limit = input.rest().size() + 8 > kHeaderBytesMax;
    const bool is_done = status == ResponseReader::Status::Done;
    POSTERN_CHECK(is_near_limit || is_done == (split_status == ResponseReader::Status::Done));
    if (!is_done || split_status != status) return 0;
    POSTERN_CHECK(whole.keeps_alive() == split.keeps_alive());
    const net::HttpResponse one = whole.take();
    const net::HttpResponse other = split.take();
    POSTERN_CHECK(one.status >= 200 && one.body.size() <= kBodyBytesMax);
    POSTERN_CHECK(one.status == other.status && one.headers == other.headers && one.body == other.body);
    return 0;
}
