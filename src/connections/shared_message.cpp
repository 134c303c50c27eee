// SPDX-License-Identifier: Apache-2.0
#include "connections/shared_message.hpp"

#include "net/deflate.hpp"
#include "net/websocket_codec.hpp"

#include <utility>

namespace postern::connections {

namespace {

SharedMessage::Frame encode(std::string_view payload, bool is_compressed)
{
    std::string frame;
    frame.reserve(payload.size() + 10);  // a frame's longest head
    net::ws::append_frame(frame, net::ws::Opcode::Text, payload, is_compressed);
    return std::make_shared<const std::string>(std::move(frame));
}

}  // namespace

SharedMessage::SharedMessage(std::string_view text) : frame_(encode(text, false)), text_bytes_(text.size()) {}

SharedMessage SharedMessage::for_another_shard() const
{
    // The copy's references are counted at a place of its own, which holds one of ours.
    const auto held = std::make_shared<const Frame>(frame_);
    return {Frame(held, frame_.get()), text_bytes_};
}

std::string_view SharedMessage::text() const
{
    return std::string_view(*frame_).substr(frame_->size() - text_bytes_);
}

const SharedMessage::Frame& SharedMessage::compressed_frame() const
{
    if (!compressed_frame_) compressed_frame_ = encode(net::deflate::compress(text()), true);
    return compressed_frame_;
}

}  // namespace postern::connections
