// SPDX-License-Identifier: Apache-2.0
#include "net/outbox.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <utility>

namespace postern::net {

namespace {

/// A chunk of own bytes grows to about this size: what has been sent is given back in portions of it.
constexpr std::size_t kOwnChunkBytes = 64 * 1024;

/// Up to here a copy behind own bytes takes less memory than a chunk that refers to the shared ones.
constexpr std::size_t kCopiedBytesMax = 64;

}  // namespace

void Outbox::push(std::string_view own)
{
    if (own.empty()) return;
    own_end().own.append(own);
    bytes_ += own.size();
}

void Outbox::push(const Shared& shared)
{
    if (shared->empty()) return;
    if (last_ != nullptr && !last_->shared && shared->size() <= kCopiedBytesMax) {
        return push(std::string_view(*shared));
    }
    append_chunk().shared = shared;
    bytes_ += shared->size();
}

void Outbox::splice(Outbox& other)
{
    if (other.empty()) return;
    if (empty()) {
        first_ = std::move(other.first_);
        consumed_ = other.consumed_;
    } else {
        // A first chunk that is partly consumed can only stand in front.
        if (other.consumed_ > 0) {
            push(other.front());
            other.consume(other.front().size());
            if (other.empty()) return;
        }
        last_->next = std::move(other.first_);
    }
    last_ = other.last_;
    bytes_ += other.bytes_;
    other.last_ = nullptr;
    other.consumed_ = 0;
    other.bytes_ = 0;
}

std::string_view Outbox::front() const
{
    return first_ ? first_->bytes().substr(consumed_) : std::string_view();
}

std::size_t Outbox::gather(std::span<iovec> into) const
{
    std::size_t count = 0;
    std::size_t skipped = consumed_;
    for (const Chunk* chunk = first_.get(); chunk != nullptr && count < into.size();
         chunk = chunk->next.get()) {
        const std::string_view bytes = chunk->bytes().substr(std::exchange(skipped, 0));
        into[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    return count;
}

void Outbox::consume(std::size_t count)
{
    POSTERN_CHECK(count <= bytes_);
    bytes_ -= count;
    while (count > 0) {
        const std::size_t step = std::min(count, front().size());
        consumed_ += step;
        count -= step;
        if (front().empty()) drop_front();
    }
}

void Outbox::move_to(std::string& out)
{
    while (first_) {
        out.append(front());
        drop_front();
    }
    bytes_ = 0;
}

void Outbox::clear()
{
    while (first_) drop_front();  // one by one: a chain that destroys itself would recurse
    bytes_ = 0;
}

/// Where own bytes are appended.
Outbox::Chunk& Outbox::own_end()
{
    const bool has_room = last_ != nullptr && !last_->shared && last_->own.size() < kOwnChunkBytes;
    return has_room ? *last_ : append_chunk();
}

Outbox::Chunk& Outbox::append_chunk()
{
    auto made = std::make_unique<Chunk>();
    Chunk& chunk = *made;
    (last_ == nullptr ? first_ : last_->next) = std::move(made);
    last_ = &chunk;
    return chunk;
}

void Outbox::drop_front()
{
    first_ = std::move(first_->next);
    consumed_ = 0;
    if (!first_) last_ = nullptr;
}

}  // namespace postern::net
