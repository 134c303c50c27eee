// SPDX-License-Identifier: Apache-2.0
#include "load/options.hpp"

#include "load/payload.hpp"

#include <array>
#include <charconv>
#include <getopt.h>
#include <stdexcept>
#include <string_view>

namespace postern::bench {
namespace {

constexpr const char* kUsage = R"(usage: load_generator MODE --port PORT [OPTION...]

  echo      a closed loop of messages on open connections; every echo is compared byte for byte
  connect   open, upgrade, close, again and again
  idle      open connections, one echo on each, then read the server's memory
  fanout    one message to all connections, again and again, each time until the last one has it

  --host ADDRESS      IPv4 address of the server (127.0.0.1)
  --path PATH         request target of the upgrade (/)
  --tls, --resume     over TLS; --resume: with session tickets
  --pid PID           the server's process, for CPU time and memory
  --connections N     (64)
  --depth N           messages of a connection in flight (1)
  --bytes N           length of a message (64)
  --warm-up MS        before the measured time (1000)
  --duration MS       the measured time (3000)
  --settle MS         idle: rest before memory is read (500)
  --via HOW           fanout: socket (one client says it), group (one POST to @groups/all), posts (one POST each)
  --core N            processor to stay on

The result is one JSON object on standard output; any wrong byte ends the run with status 1.)";

[[noreturn]] void usage_error(const std::string& what)
{
    throw std::invalid_argument(what + "\n" + kUsage);
}

template <class Number>
Number parse_number(std::string_view name, std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        usage_error("--" + std::string(name) + " wants a number, not '" + std::string(text) + "'");
    }
    return value;
}

Mode parse_mode(std::string_view text)
{
    if (text == "echo") return Mode::Echo;
    if (text == "connect") return Mode::Connect;
    if (text == "idle") return Mode::Idle;
    if (text == "fanout") return Mode::Fanout;
    usage_error("no such mode: " + std::string(text));
}

Via parse_via(std::string_view text)
{
    if (text == "socket") return Via::Socket;
    if (text == "group") return Via::Group;
    if (text == "posts") return Via::Posts;
    usage_error("--via wants socket, group or posts");
}

constexpr std::array<option, 15> kLongOptions{{
    {"host", required_argument, nullptr, 'h'},
    {"port", required_argument, nullptr, 'p'},
    {"path", required_argument, nullptr, 'P'},
    {"tls", no_argument, nullptr, 't'},
    {"resume", no_argument, nullptr, 'r'},
    {"pid", required_argument, nullptr, 'i'},
    {"connections", required_argument, nullptr, 'c'},
    {"depth", required_argument, nullptr, 'd'},
    {"bytes", required_argument, nullptr, 'b'},
    {"warm-up", required_argument, nullptr, 'w'},
    {"duration", required_argument, nullptr, 'D'},
    {"settle", required_argument, nullptr, 's'},
    {"core", required_argument, nullptr, 'C'},
    {"via", required_argument, nullptr, 'v'},
    {nullptr, 0, nullptr, 0},
}};

void apply(Options& options, int letter, std::string_view name)
{
    using std::chrono::milliseconds;
    const std::string_view text = optarg == nullptr ? "" : optarg;
    const auto number = [&] { return parse_number<std::size_t>(name, text); };
    const auto duration = [&] { return milliseconds(parse_number<std::uint32_t>(name, text)); };
    switch (letter) {
        case 'h':
            options.host = text;
            break;
        case 'p':
            options.port = parse_number<std::uint16_t>(name, text);
            break;
        case 'P':
            options.path = text;
            break;
        case 't':
            options.transport = Transport::Tls;
            break;
        case 'r':
            options.transport = Transport::TlsResumed;
            break;
        case 'i':
            options.server_pid = parse_number<pid_t>(name, text);
            break;
        case 'c':
            options.connections = number();
            break;
        case 'd':
            options.depth = number();
            break;
        case 'b':
            options.message_bytes = number();
            break;
        case 'w':
            options.warm_up = duration();
            break;
        case 'D':
            options.duration = duration();
            break;
        case 's':
            options.settle = duration();
            break;
        case 'v':
            options.via = parse_via(text);
            break;
        case 'C':
            options.core = parse_number<int>(name, text);
            break;
        default:
            usage_error("bad option");
    }
}

}  // namespace

Options parse_options(int argc, char** argv)
{
    Options options;
    opterr = 0;
    int index = 0;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", kLongOptions.data(), &index)) != -1;) {
        if (letter == '?') usage_error(std::string("bad option: ") + argv[optind - 1]);
        apply(options, letter, kLongOptions[static_cast<std::size_t>(index)].name);
    }
    if (optind + 1 != argc) usage_error("one mode is wanted");
    options.mode = parse_mode(argv[optind]);
    if (options.port == 0) usage_error("--port is wanted");
    if (options.connections == 0 || options.depth == 0)
        usage_error("--connections and --depth are at least 1");
    if (options.message_bytes < Payload::kBytesMin || options.message_bytes > Payload::kBytesMax) {
        usage_error("--bytes is from " + std::to_string(Payload::kBytesMin) + " to " +
                    std::to_string(Payload::kBytesMax));
    }
    return options;
}

}  // namespace postern::bench
