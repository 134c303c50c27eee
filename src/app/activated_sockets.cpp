// SPDX-License-Identifier: Apache-2.0
#include "app/activated_sockets.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace postern::app {

namespace {

std::string describe(const std::string& name, const net::BoundAddress& bound)
{
    return name + " (" + (bound.address.empty() ? "*" : bound.address) + ":" + std::to_string(bound.port) +
           ")";
}

}  // namespace

Result<ActivatedSockets> ActivatedSockets::take()
{
    constexpr int kRemoveFromEnvironment = 1;
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(kRemoveFromEnvironment, &names);
    if (count < 0) {
        return Error(ErrorKind::BadInput,
                     std::string("LISTEN_FDS cannot be understood: ") + std::strerror(-count));
    }
    ActivatedSockets taken;
    for (int i = 0; i < count; ++i) {
        Socket& socket = taken.sockets_.emplace_back();
        socket.fd = SD_LISTEN_FDS_START + i;
        socket.name = names[i];
        std::free(names[i]);
    }
    std::free(names);
    for (Socket& socket : taken.sockets_) {
        const auto bound = net::bound_address(socket.fd);
        if (!bound) {
            return Error(ErrorKind::BadInput,
                         "the activated socket " + socket.name +
                             " is not a listening TCP socket (ListenStream= with a port, Accept=no)");
        }
        socket.bound = *bound;
    }
    return taken;
}

ActivatedSockets::~ActivatedSockets()
{
    for (const Socket& socket : sockets_) ::close(socket.fd);
}

Result<std::optional<net::ListeningSockets>> ActivatedSockets::claim(const std::string& address,
                                                                     std::uint16_t port,
                                                                     std::size_t count)
{
    const std::string name = "postern-" + std::to_string(port);
    auto found = std::find_if(
        sockets_.begin(), sockets_.end(), [&](const Socket& socket) { return socket.name == name; });
    if (found == sockets_.end()) {
        found = std::find_if(sockets_.begin(), sockets_.end(), [&](const Socket& socket) {
            return socket.bound.port == port && socket.bound.address == net::canonical_address(address);
        });
    }
    if (found == sockets_.end()) return std::optional<net::ListeningSockets>();
    auto shared = net::share_listening(found->fd, count);
    if (!shared) return shared.error();
    found->is_claimed = true;
    return std::optional<net::ListeningSockets>(*std::move(shared));
}

std::string ActivatedSockets::unclaimed() const
{
    std::string text;
    for (const Socket& socket : sockets_) {
        if (socket.is_claimed) continue;
        if (!text.empty()) text += ", ";
        text += describe(socket.name, socket.bound);
    }
    return text;
}

}  // namespace postern::app
