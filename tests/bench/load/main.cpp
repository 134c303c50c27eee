// SPDX-License-Identifier: Apache-2.0
// Loads a WebSocket server from one thread and prints what it saw as JSON. tests/bench/README.md tells how it
// is used.
#include "load/modes.hpp"
#include "load/options.hpp"
#include "load/process_use.hpp"
#include "load/tls_client.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>

namespace postern::bench {
namespace {

sockaddr_in address_of(const Options& options)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1) {
        throw std::invalid_argument("--host wants an IPv4 address");
    }
    return address;
}

std::string run(const Options& options)
{
    raise_descriptor_limit();
    if (options.core >= 0) stay_on_core(options.core);
    std::optional<TlsClient> tls;
    if (options.transport != Transport::Plain) {
        using Resumption = TlsClient::Resumption;
        tls.emplace(options.transport == Transport::TlsResumed ? Resumption::On : Resumption::Off);
    }
    const Target target{address_of(options), options.path, tls ? &*tls : nullptr};
    switch (options.mode) {
        case Mode::Echo:
            return run_echo(options, target);
        case Mode::Connect:
            return run_connect(options, target);
        case Mode::Idle:
            return run_idle(options, target);
        case Mode::Fanout:
            return run_fanout(options, target);
    }
    return {};
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv)
{
    try {
        std::puts(postern::bench::run(postern::bench::parse_options(argc, argv)).c_str());
        return 0;
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "load_generator: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "load_generator: %s\n", error.what());
        return 1;
    }
}
