// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>

namespace postern::net {

/// Bytes on their way to one peer, in order: its own, and such as many peers get, which are kept once.
/// Empty it owns no memory, and what has been sent is given back piece by piece. Shard-local.
class Outbox {
public:
    using Shared = std::shared_ptr<const std::string>;

    Outbox() = default;
    ~Outbox() { clear(); }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    bool empty() const { return bytes_ == 0; }
    std::size_t bytes() const { return bytes_; }

    /// Behind everything that is there; the bytes are copied.
    void push(std::string_view own);

    /// `write(std::string&)` appends to what is there: for whoever makes the bytes.
    template <class Write>
    void push_with(Write write)
    {
        std::string& own = own_end().own;
        const std::size_t before = own.size();
        write(own);
        bytes_ += own.size() - before;
    }

    /// The same without a copy, unless copying is the smaller effort.
    void push(const Shared& shared);

    /// All of `other`, which is empty afterwards.
    void splice(Outbox& other);

    /// The first of the bytes that lie together; empty when nothing is there.
    std::string_view front() const;

    /// The first pieces, for one sendmsg; returns how many were filled in.
    std::size_t gather(std::span<iovec> into) const;

    /// Forgets the first `count` bytes; not more than there are.
    void consume(std::size_t count);

    /// Appends everything to `out` and is empty afterwards.
    void move_to(std::string& out);

    void clear();

private:
    /// One of the two has the bytes.
    struct Chunk {
        Shared shared;
        std::string own;
        std::unique_ptr<Chunk> next;

        std::string_view bytes() const { return shared ? std::string_view(*shared) : own; }
    };

    Chunk& own_end();
    Chunk& append_chunk();
    void drop_front();

    std::unique_ptr<Chunk> first_;
    Chunk* last_ = nullptr;
    std::size_t consumed_ = 0;  ///< of the first chunk
    std::size_t bytes_ = 0;
};

static_assert(sizeof(Outbox) <= 48);

}  // namespace postern::net
