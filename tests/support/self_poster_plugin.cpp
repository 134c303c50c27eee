// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <arpa/inet.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

// A backend that posts over HTTP to the connection that is being opened, from inside its $connect, and logs
// the status that it gets: "410".
namespace {

using postern::Event;
using postern::Reply;

/// Empty when there is no answer.
std::string ask(std::uint16_t port, const std::string& request)
{
    std::string answer;
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
        char buffer[4096];
        for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
            answer.append(buffer, static_cast<std::size_t>(got));
        }
    }
    ::close(fd);
    return answer;
}

/// ?port=PORT says where the gateway listens.
void connect(const Event& event, const Reply& reply, const postern::Log& log)
{
    const auto port = std::stoi(std::string(event.query("port").value_or("0")));
    std::string request = "POST /dev/@connections/";
    request.append(event.connection_id());
    request += " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    const std::string answer = ask(static_cast<std::uint16_t>(port), request);
    log.info(answer.size() < 12 ? "no answer" : answer.substr(9, 3));
    reply.accept();
}

void setup(postern::Setup& setup)
{
    setup.on_blocking("connect",
                      [log = setup.log()](const Event& event, Reply reply) { connect(event, reply, log); });
}

}  // namespace

POSTERN_PLUGIN("self_poster", "1.0.0", setup)
