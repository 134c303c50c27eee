// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace postern::bench {

enum class Mode { Echo, Connect, Idle, Fanout };

/// How a message to all clients gets into the server.
enum class Via { Socket, Group, Posts };

/// How a connection's bytes travel. Resumed: every TLS handshake but the first reuses a session ticket.
enum class Transport { Plain, Tls, TlsResumed };

struct Options {
    Mode mode = Mode::Echo;
    Transport transport = Transport::Plain;
    Via via = Via::Socket;
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string path = "/";
    pid_t server_pid = 0;          ///< 0: the server's CPU time and memory are not read
    std::size_t connections = 64;  ///< open at the same time; in Connect mode: being opened at the same time
    std::size_t depth = 1;         ///< messages of a connection in flight, sent with one call
    std::size_t message_bytes = 64;
    std::chrono::milliseconds warm_up{1000};
    std::chrono::milliseconds duration{3000};
    std::chrono::milliseconds settle{500};  ///< Idle mode: between the last echo and the reading of memory
    int core = -1;                          ///< the processor to stay on; -1: any
};

/// Throws std::invalid_argument with the usage text in it.
Options parse_options(int argc, char** argv);

}  // namespace postern::bench
