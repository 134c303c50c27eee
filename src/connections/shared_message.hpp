// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace postern::connections {

/// A text message for many connections: its frame is encoded once, and referred to by whoever has still to
/// send it. Each shard has an object of its own, so that shards count their references apart; the frame's
/// bytes are the same for all.
class SharedMessage {
public:
    using Frame = std::shared_ptr<const std::string>;

    /// `text` is valid UTF-8.
    explicit SharedMessage(std::string_view text);

    /// The same message for another shard. Thread: any, while nobody changes this one.
    SharedMessage for_another_shard() const;

    std::string_view text() const;

    const Frame& frame() const { return frame_; }

    /// For connections with permessage-deflate: made when the first of the shard's asks.
    const Frame& compressed_frame() const;

private:
    SharedMessage(Frame frame, std::size_t text_bytes) : frame_(std::move(frame)), text_bytes_(text_bytes) {}

    Frame frame_;
    std::size_t text_bytes_;
    mutable Frame compressed_frame_;
};

}  // namespace postern::connections
