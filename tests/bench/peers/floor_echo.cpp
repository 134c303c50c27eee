// SPDX-License-Identifier: Apache-2.0
// A peer to measure against: the least that answers as a WebSocket echo, and that sends what has "tell" in it
// to everybody. One epoll set, one recv and one send
// per readiness, bytes unmasked where they lie. It examines nothing: no UTF-8, no limits, no opcode but
// Close. What it costs is what the kernel costs. Plain only. usage: floor_echo PORT
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

static_assert(std::endian::native == std::endian::little, "masks are turned as numbers");
constexpr std::size_t kScratchBytes = 256 * 1024;
constexpr std::size_t kTellWithin = 32;

struct Connection {
    int fd = -1;
    bool is_upgraded = false;
    bool is_closing = false;
    std::size_t place = 0;         ///< in the server's list
    std::uint8_t header_size = 0;  ///< bytes of the frame header under way
    std::array<unsigned char, 14> header{};
    std::uint64_t payload_left = 0;
    std::uint64_t key = 0;  ///< the mask, twice, turned to where the payload goes on
    std::string kept;       ///< a partial upgrade request, or what the kernel would not take
};

std::string accept_value(std::string_view key)
{
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> value{};
    const int size = EVP_EncodeBlock(value.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {reinterpret_cast<const char*>(value.data()), static_cast<std::size_t>(size)};
}

/// The 101 once the whole request is in `connection.kept`; empty while it is not.
std::string upgrade_answer(Connection& connection)
{
    constexpr std::string_view kField = "Sec-WebSocket-Key: ";
    const std::size_t field = connection.kept.find(kField);
    if (field == std::string::npos || !connection.kept.ends_with("\r\n\r\n")) return {};
    const std::size_t start = field + kField.size();
    const std::size_t end = connection.kept.find("\r\n", start);
    const std::string key = connection.kept.substr(start, end - start);
    std::string().swap(connection.kept);
    connection.is_upgraded = true;
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
           "Upgrade\r\nSec-WebSocket-Accept: " +
           accept_value(key) + "\r\n\r\n";
}

std::size_t header_length(const Connection& connection)
{
    if (connection.header_size < 2) return 2;
    const unsigned length = connection.header[1] & 0x7f;
    return length == 127 ? 14 : length == 126 ? 8 : 6;
}

/// Puts the server's form of the header at `out` and prepares for the payload. Returns the end.
unsigned char* begin_frame(Connection& connection, unsigned char* out)
{
    auto& header = connection.header;
    const std::size_t size = header_length(connection) - 4;
    connection.payload_left = header[1] & 0x7f;
    if (size > 2) {
        connection.payload_left = 0;
        for (std::size_t i = 2; i < size; ++i)
            connection.payload_left = connection.payload_left << 8 | header[i];
    }
    if ((header[0] & 0x0f) == 8) connection.is_closing = true;
    std::uint32_t mask = 0;
    std::memcpy(&mask, header.data() + size, 4);
    connection.key = static_cast<std::uint64_t>(mask) << 32 | mask;
    header[1] &= 0x7f;
    std::memmove(out, header.data(), size);
    return out + size;
}

/// Unmasks `size` bytes from `in` to `out`, which is not after it.
void unmask(Connection& connection, unsigned char* out, const unsigned char* in, std::size_t size)
{
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, in + i, 8);
        word ^= connection.key;
        std::memcpy(out + i, &word, 8);
    }
    const std::uint64_t key = connection.key;
    for (; i < size; ++i) out[i] = static_cast<unsigned char>(in[i] ^ (key >> (8 * (i & 7))));
    connection.key = std::rotr(key, static_cast<int>(8 * (size & 3)));
}

/// Turns a client's frames into a server's, in place. Returns how many bytes to send: never more than came,
/// but for a header whose first bytes came earlier, so `bytes` has room for one header in front.
std::string_view echo(Connection& connection, unsigned char* bytes, std::size_t size)
{
    unsigned char* const start = bytes - connection.header_size;
    unsigned char* out = start;
    const unsigned char* in = bytes;
    const unsigned char* const end = bytes + size;
    while (in < end) {
        if (connection.payload_left > 0) {
            const auto piece =
                std::min<std::uint64_t>(connection.payload_left, static_cast<std::uint64_t>(end - in));
            unmask(connection, out, in, piece);
            in += piece;
            out += piece;
            connection.payload_left -= piece;
            continue;
        }
        connection.header[connection.header_size++] = *in++;
        if (connection.header_size < 6 || connection.header_size < header_length(connection)) continue;
        out = begin_frame(connection, out);
        connection.header_size = 0;
    }
    return {reinterpret_cast<const char*>(start), static_cast<std::size_t>(out - start)};
}

class Server {
public:
    explicit Server(std::uint16_t port)
        : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), epoll_(epoll_create1(0))
    {
        const int on = 1;
        setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            listen(listener_, SOMAXCONN) != 0) {
            std::perror("floor_echo");
            std::exit(1);
        }
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
    }

    [[noreturn]] void run()
    {
        std::array<epoll_event, 256> events{};
        for (;;) {
            const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                if (event.data.ptr == nullptr) {
                    accept();
                } else if (auto& connection = *static_cast<Connection*>(event.data.ptr); !serve(connection)) {
                    end(connection);
                }
            }
        }
    }

private:
    void watch(int operation, int fd, std::uint32_t wanted, Connection* connection)
    {
        epoll_event event{};
        event.events = wanted;
        event.data.ptr = connection;
        epoll_ctl(epoll_, operation, fd, &event);
    }

    void accept()
    {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0) return;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto* connection = new Connection;  // end() deletes it
        connection->fd = fd;
        connection->place = all_.size();
        all_.push_back(connection);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }

    void end(Connection& connection)
    {
        all_.back()->place = connection.place;
        all_[connection.place] = all_.back();
        all_.pop_back();
        ::close(connection.fd);
        delete &connection;
    }

    /// False when the connection is over.
    bool serve(Connection& connection)
    {
        if (connection.is_upgraded && !connection.kept.empty()) {
            const std::string rest = std::move(connection.kept);
            connection.kept.clear();
            if (!send(connection, rest)) return false;
            if (connection.kept.empty()) watch(EPOLL_CTL_MOD, connection.fd, EPOLLIN, &connection);
            return true;
        }
        unsigned char* const bytes = scratch_ + sizeof connection.header;
        const ssize_t size = recv(connection.fd, bytes, kScratchBytes, 0);
        if (size < 0) return errno == EAGAIN;
        if (size == 0) return false;
        if (connection.is_upgraded) {
            const std::string_view frames = echo(connection, bytes, static_cast<std::size_t>(size));
            // Looked for in the head of a small message only: for the others it costs nothing.
            if (frames.substr(0, kTellWithin).find("\"tell\"") != std::string_view::npos)
                return tell_all(frames);
            return send(connection, frames) && !connection.is_closing;
        }
        connection.kept.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
        return send(connection, upgrade_answer(connection));
    }

    /// The bare loop of send.
    bool tell_all(std::string_view frames)
    {
        for (Connection* connection : all_) {
            if (!send(*connection, frames)) return false;
        }
        return true;
    }

    bool send(Connection& connection, std::string_view bytes)
    {
        if (bytes.empty()) return true;
        const ssize_t size = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN) return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        if (bytes.empty()) return true;
        connection.kept.assign(bytes);
        watch(EPOLL_CTL_MOD, connection.fd, EPOLLOUT, &connection);
        return true;
    }

    int listener_;
    int epoll_;
    std::vector<Connection*> all_;
    unsigned char scratch_[sizeof(Connection::header) + kScratchBytes];
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: floor_echo PORT\n", stderr);
        return 2;
    }
    static Server server(static_cast<std::uint16_t>(std::atoi(argv[1])));
    server.run();
}
