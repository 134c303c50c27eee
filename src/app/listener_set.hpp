// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/activated_sockets.hpp"
#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "net/tls_context.hpp"
#include "net/unique_fd.hpp"
#include "server/shard_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace postern::app {

/// What clients connect to, as it turned out. A listener whose TLS is optional is two: without and with.
struct Endpoint {
    std::string address;  ///< "" is any
    std::uint16_t port = 0;
    bool is_tls = false;
    std::string development_ca{};  ///< of its certificate; "" for one that is the operator's
};

/// What one shard's listeners go through when a configuration comes into force. Movable to that shard.
struct ListenerChange {
    struct Added {
        std::size_t id = 0;
        net::UniqueFd fd;
        std::uint16_t port = 0;
        net::TlsOffer tls;
    };
    std::vector<Added> added;
    std::vector<std::size_t> removed;
    std::vector<std::pair<std::size_t, net::TlsOffer>> offers;

    /// On the shard's thread.
    void apply(server::ShardServer& server);
};

/// A listener whose certificate was replaced on disk, and what every shard offers there from now on.
struct Renewal {
    std::size_t id = 0;
    std::uint16_t port = 0;
    net::TlsOffer tls;
};

/// The listeners of the configuration in force. Main thread.
class ListenerSet {
public:
    ListenerSet(const Clock& clock, std::size_t shards, ActivatedSockets activated)
        : clock_(clock), shards_(shards), activated_(std::move(activated))
    {}

    struct Listener {
        std::size_t id = 0;
        config::ListenerSettings settings;
        std::uint16_t port = 0;  ///< the one that was got
        std::shared_ptr<net::CertificateWatcher> certificate;
        std::string development_ca;
        std::string development_region;  ///< of which the development certificate has API host names
    };
    /// Another set of listeners, opened but not in force: whoever drops it closes what is new in it.
    struct Plan {
        std::vector<Listener> listeners;
        std::vector<ListenerChange> changes;  ///< one for each shard
        std::size_t next_id = 0;
    };

    /// A listener of the same address and port keeps its sockets; for others new ones are bound, unless the
    /// service manager has opened them. An address that cannot be had, a certificate that cannot be read, or
    /// an activated socket that is no listener's is an error.
    Result<Plan> plan(const config::Settings& settings) const;

    /// The plan is what there is from now on. Its changes are the caller's to hand to the shards.
    std::vector<ListenerChange> adopt(Plan plan);

    std::vector<Endpoint> endpoints() const { return endpoints_of(listeners_); }
    static std::vector<Endpoint> endpoints_of(const std::vector<Listener>& listeners);

    /// The development CA that clients may trust; empty without a development listener.
    std::string development_ca() const;

    /// Since the last time.
    std::vector<Renewal> poll_certificates();

private:
    static bool keeps_certificate(const Listener& listener,
                                  const config::ListenerSettings& wanted,
                                  const config::Settings& settings);
    Result<void> bind(Listener& listener, Plan& plan) const;
    Result<void> open_certificate(Listener& listener, const config::Settings& settings) const;

    const Clock& clock_;
    std::size_t shards_;
    ActivatedSockets activated_;
    std::vector<Listener> listeners_;
    std::size_t next_id_ = 0;
};

}  // namespace postern::app
