// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catch.hpp"

#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace postern::test {

/// Two connected sockets, non-blocking. `ours` belongs to whoever takes it, `theirs` plays the client.
class SocketPair {
public:
    SocketPair()
    {
        int fds[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
        ours_ = fds[0];
        theirs = fds[1];
    }
    ~SocketPair()
    {
        if (ours_ >= 0) ::close(ours_);
        hang_up();
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;

    int take() { return std::exchange(ours_, -1); }
    void hang_up()
    {
        if (theirs >= 0) ::close(std::exchange(theirs, -1));
    }

    /// All that has arrived at the client.
    std::string receive() const
    {
        std::string out;
        char block[64 * 1024];
        for (ssize_t got = 0; (got = ::recv(theirs, block, sizeof(block), 0)) > 0;) {
            out.append(block, static_cast<std::size_t>(got));
        }
        return out;
    }
    void send(std::string_view bytes) const
    {
        REQUIRE(::send(theirs, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }
    /// True once the other side has ended its output and everything was received.
    bool has_ended() const
    {
        char c = 0;
        return ::recv(theirs, &c, 1, MSG_PEEK) == 0;
    }
    void shrink_buffers(int ours) const
    {
        constexpr int kBytes = 4096;
        ::setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &kBytes, sizeof(kBytes));
        ::setsockopt(theirs, SOL_SOCKET, SO_RCVBUF, &kBytes, sizeof(kBytes));
    }

    int theirs = -1;

private:
    int ours_ = -1;
};

}  // namespace postern::test
