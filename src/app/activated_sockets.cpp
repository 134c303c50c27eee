// SPDX-License-Identifier: Apache-2.0
#include "app/activated_sockets.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <systemd/sd-daemon.h>

namespace postern::app {

namespace {

constexpr std::string_view kNamePrefix = "postern-";

bool names_a_port(std::string_view name)
{
    return name.starts_with(kNamePrefix) && name.size() > kNamePrefix.size() &&
           name.find_first_not_of("0123456789", kNamePrefix.size()) == std::string_view::npos;
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
        taken.sockets_.push_back({net::UniqueFd(SD_LISTEN_FDS_START + i), names[i], {}});
        std::free(names[i]);
    }
    std::free(names);
    for (Socket& socket : taken.sockets_) {
        const auto bound = net::bound_address(socket.fd.get());
        if (!bound) {
            return Error(ErrorKind::BadInput,
                         "the activated socket " + socket.name +
                             " is not a listening TCP socket (ListenStream= with a port, Accept=no)");
        }
        socket.bound = *bound;
    }
    return taken;
}

bool ActivatedSockets::Socket::is_for(const config::ListenerSettings& listener) const
{
    if (names_a_port(name)) return name.substr(kNamePrefix.size()) == std::to_string(listener.port);
    return bound.port == listener.port && bound.address == net::canonical_address(listener.address);
}

const ActivatedSockets::Socket* ActivatedSockets::find(const config::ListenerSettings& listener) const
{
    const auto found = std::find_if(
        sockets_.begin(), sockets_.end(), [&](const Socket& socket) { return socket.is_for(listener); });
    return found == sockets_.end() ? nullptr : &*found;
}

Result<net::ListeningSockets> ActivatedSockets::share(const config::ListenerSettings& listener,
                                                      std::size_t count) const
{
    const Socket* socket = find(listener);
    POSTERN_CHECK(socket != nullptr);
    return net::share_listening(socket->fd.get(), count);
}

std::string ActivatedSockets::unclaimed(const std::vector<config::ListenerSettings>& listeners) const
{
    std::string text;
    for (const Socket& socket : sockets_) {
        const auto is_its = [&](const auto& listener) { return find(listener) == &socket; };
        if (std::any_of(listeners.begin(), listeners.end(), is_its)) continue;
        const std::string address = socket.bound.address.empty() ? "*" : socket.bound.address;
        text += (text.empty() ? "" : ", ") + socket.name + " (" + address + ":" +
                std::to_string(socket.bound.port) + ")";
    }
    return text;
}

}  // namespace postern::app
