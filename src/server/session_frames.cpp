// SPDX-License-Identifier: Apache-2.0
#include "connections/shared_message.hpp"
#include "core/check.hpp"
#include "core/text.hpp"
#include "server/session_handshake.hpp"
#include "server/shard_server.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::server {

namespace {

constexpr SteadyMillis kPauseMax = 1000;
constexpr std::size_t kReadStep = 64 * 1024;
constexpr std::size_t kBurstBytesMax =
    256 * 1024;  // what is written at once, and the capacity the shard keeps

/// The shard's output buffer, borrowed for one connection's burst: empty at the beginning, empty at the end,
/// whatever happens.
class Burst {
public:
    Burst(std::string& buffer, bool& is_bursting) : buffer_(buffer), is_bursting_(is_bursting)
    {
        POSTERN_CHECK(buffer_.empty());
        is_bursting_ = true;
    }
    ~Burst()
    {
        is_bursting_ = false;
        buffer_.clear();
        if (buffer_.capacity() > 2 * kBurstBytesMax) buffer_.shrink_to_fit();
    }
    Burst(const Burst&) = delete;
    Burst& operator=(const Burst&) = delete;

private:
    std::string& buffer_;
    bool& is_bursting_;
};

}  // namespace

/// `write` appends a frame to the burst, or to what is sent at the end of the turn.
template <class Write>
void Session::write_frame(Write write)
{
    if (is_bursting_) return write(server_.shard().buffers().output);
    queued_.push_with(write);
    queue();
}

/// True while no further message may begin: too many wait for their answers, the peer does not read ours, or
/// it sends too fast.
bool Session::is_held() const
{
    if (is_paused_) return true;
    if (channel_.unsent_bytes() > 0 && server_.pressure() >= Pressure::NoReading) return true;
    const api::Limits& limits = server_.limits();
    const std::size_t in_flight_max =
        limits.ordering == api::Ordering::Connection ? 1 : limits.messages_in_flight_max;
    return in_flight_ >= in_flight_max || channel_.unsent_bytes() > limits.outbox_bytes_max / 4;
}

void Session::read_frames()
{
    net::SharedBuffers& buffers = server_.shard().buffers();
    net::Channel::Read read;
    std::span<char> input;
    const std::size_t had = received_.size();
    if (had < net::SharedBuffers::kInputBytes / 2) {
        std::memcpy(buffers.input.get(), received_.data(), had);
        read = channel_.read(buffers.input.get() + had, net::SharedBuffers::kInputBytes - had);
        input = {buffers.input.get(), had + read.bytes};
    } else {
        // A frame larger than the scratch (only with raised limits) is collected where it stays.
        received_.resize(had + kReadStep + net::TlsStream::kSlack);
        read = channel_.read(received_.data() + had, received_.size() - had);
        received_.resize(had + read.bytes);
        input = received_;
    }
    has_peer_ended_ = read.status == net::Channel::Status::PeerClosed;
    if (read.bytes > 0 || has_peer_ended_) process(input);
    if (state_ == State::Open && read.status == net::Channel::Status::Failed) lost();
    if (state_ == State::Closing && read.status != net::Channel::Status::Ok) die();
}

/// Takes messages off `input` for as long as they are complete and may begin; keeps the rest.
void Session::process(std::span<char> input)
{
    heard_at_ = server_.shard().now();
    const Burst burst(server_.shard().buffers().output, is_bursting_);
    queued_.move_to(server_.shard().buffers().output);  // what came before goes before
    net::ws::DecoderLimits limits;
    limits.frame_bytes_max = server_.limits().frame_bytes_max;
    limits.message_bytes_max = server_.limits().message_bytes_max;
    limits.allow_compressed = is_compressed_;

    bool needs_more = false;
    while (state_ == State::Open && !is_held()) {
        const net::ws::Item item = decoder_.next(input, limits);
        needs_more = item.kind == net::ws::Item::Kind::NeedMore;
        if (needs_more) break;
        on_item(item);
    }
    if (state_ != State::Open || input.empty()) {
        std::string().swap(received_);  // idle owns no buffer
    } else if (input.data() >= received_.data() && input.data() < received_.data() + received_.size()) {
        received_.erase(0, static_cast<std::size_t>(input.data() - received_.data()));
    } else {
        received_.assign(input.data(), input.size());
    }
    end_burst();
    if (state_ != State::Open) return;
    if (has_peer_ended_ && needs_more) return lost();
    channel_.want_read(!has_peer_ended_ && !is_held());
}

void Session::end_burst()
{
    std::string& frames = server_.shard().buffers().output;
    if (frames.empty() || state_ == State::Dead) return;
    const bool sent = channel_.write(frames);
    frames.clear();
    if (!sent) lost();
}

void Session::append(net::ws::Opcode opcode, std::string_view payload)
{
    const bool is_data = opcode == net::ws::Opcode::Text || opcode == net::ws::Opcode::Binary;
    const bool compresses = is_compressed_ && is_data;
    if (compresses) payload = net::deflate::compress(payload);
    write_frame([&](std::string& out) { net::ws::append_frame(out, opcode, payload, compresses); });
    if (is_bursting_ && server_.shard().buffers().output.size() > kBurstBytesMax) end_burst();
}

void Session::append_shared(const connections::SharedMessage& message)
{
    const auto& frame = is_compressed_ ? message.compressed_frame() : message.frame();
    if (is_bursting_) {
        std::string& frames = server_.shard().buffers().output;
        frames.append(*frame);
        if (frames.size() > kBurstBytesMax) end_burst();
        return;
    }
    queued_.push(frame);
    queue();
}

void Session::append_close(std::uint16_t code, std::string_view reason)
{
    write_frame([&](std::string& out) { net::ws::append_close(out, code, reason); });
}

void Session::on_item(const net::ws::Item& item)
{
    switch (item.kind) {
        case net::ws::Item::Kind::Message:
            return on_message(item);
        case net::ws::Item::Kind::Ping:
            if (server_.limits().ping_resets_idle) active_at_ = server_.shard().now();
            return append(net::ws::Opcode::Pong, {item.payload.data(), item.payload.size()});
        case net::ws::Item::Kind::Pong:
            return;
        case net::ws::Item::Kind::Close: {
            const std::string_view reason(item.payload.data(), item.payload.size());
            append_close(item.close_code, reason);  // code and reason come back (spec captures 1.3)
            start_closing();
            return end(item.close_code,
                       item.close_code == api::kNoStatus.code ? api::kNoStatus.text : reason);
        }
        case net::ws::Item::Kind::Fault:
            return on_fault(item.fault);
        case net::ws::Item::Kind::NeedMore:
            return;
    }
}

void Session::on_message(const net::ws::Item& item)
{
    active_at_ = heard_at_;
    const bool is_binary = item.opcode == net::ws::Opcode::Binary;
    if (is_binary && !server_.limits().accept_binary) {
        return close(api::kBinaryUnsupported.code, api::kBinaryUnsupported.text);
    }
    std::string_view message(item.payload.data(), item.payload.size());
    if (item.is_compressed) {
        const auto inflated = net::deflate::inflate(message, server_.limits().message_bytes_max);
        if (inflated.status == net::deflate::InflateStatus::TooLarge)
            return on_fault(net::ws::Fault::MessageTooLarge);
        if (inflated.status == net::deflate::InflateStatus::Malformed)
            return on_fault(net::ws::Fault::Protocol);
        message = *inflated.message;
        if (!is_binary && !text::is_utf8(message)) return on_fault(net::ws::Fault::InvalidUtf8);
    }
    count_message();
    server_.gateway().on_message(*this, *stage_, message, is_binary);
}

/// The bucket has room for this message, since reading pauses when the last one has emptied it.
void Session::count_message()
{
    const Rate& rate = server_.message_rate();
    if (!rate.is_bound()) return;
    messages_.take(rate, server_.shard().now());
    pause_if_too_fast();
}

void Session::pause_if_too_fast()
{
    const SteadyMillis now = server_.shard().now();
    const SteadyMillis ready_at = messages_.ready_at(server_.message_rate(), now);
    if (ready_at > now && !is_paused_) server_.counts().hit(observability::Limit::MessageRate);
    is_paused_ = ready_at > now;
    // Deadlines of connections that have ended since are not cancelled, so none is far away.
    if (is_paused_) server_.resume_at(std::min(ready_at, now + kPauseMax), info_.address);
}

void Session::resume_reading()
{
    if (server_.message_rate().is_bound()) {
        pause_if_too_fast();
    } else {
        is_paused_ = false;
    }
    if (!is_paused_) queue();
}

void Session::on_fault(net::ws::Fault fault)
{
    const api::Limits& limits = server_.limits();
    switch (fault) {
        case net::ws::Fault::Protocol:
            return close(api::kProtocolError.code, api::kProtocolError.text);
        case net::ws::Fault::InvalidUtf8:
            return close(api::kInvalidUtf8.code, api::kInvalidUtf8.text);
        case net::ws::Fault::FrameTooLarge:
            server_.counts().hit(observability::Limit::FrameBytes);
            return close(api::kTooBigCode, api::too_big_text(limits.frame_bytes_max));
        case net::ws::Fault::MessageTooLarge:
            server_.counts().hit(observability::Limit::MessageBytes);
            return close(api::kTooBigCode, api::too_big_text(limits.message_bytes_max));
        case net::ws::Fault::None:
            return;
    }
}

}  // namespace postern::server
