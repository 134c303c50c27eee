// SPDX-License-Identifier: Apache-2.0
#include "app/listener_set.hpp"

#include "app/data_directory.hpp"
#include "net/development_certificate.hpp"
#include "net/tcp.hpp"

#include <algorithm>

namespace postern::app {

namespace {

bool has_same_address(const config::ListenerSettings& a, const config::ListenerSettings& b)
{
    return a.address == b.address && a.port == b.port;
}

net::TlsOffer offer_of(const ListenerSet::Listener& listener)
{
    return {listener.certificate ? listener.certificate->context() : nullptr,
            listener.settings.tls == config::TlsKind::Optional};
}

/// A development certificate that cannot be had, with the remedy where the place is the trouble.
Error without_certificate(Error error)
{
    if (error.kind != ErrorKind::Io) return error;
    error.detail = "the development certificate cannot be kept: " + error.detail +
                   "; name a directory that this user may write to as gateway.dataDirectory "
                   "(POSTERN_GATEWAY_DATA_DIRECTORY)";
    return error;
}

}  // namespace

void ListenerChange::apply(server::ShardServer& server)
{
    for (Added& listener : added) {
        server.add_listener(listener.id, listener.fd.release(), listener.port, std::move(listener.tls));
    }
    for (const std::size_t id : removed) server.remove_listener(id);
    for (auto& [id, tls] : offers) server.replace_tls(id, std::move(tls));
}

bool ListenerSet::keeps_certificate(const Listener& listener,
                                    const config::ListenerSettings& wanted,
                                    const config::Settings& settings)
{
    return listener.settings.tls == wanted.tls &&
           listener.settings.certificate_file == wanted.certificate_file &&
           listener.settings.private_key_file == wanted.private_key_file &&
           (listener.development_ca.empty() || listener.development_region == settings.model.region);
}

Result<ListenerSet::Plan> ListenerSet::plan(const config::Settings& settings) const
{
    Plan plan;
    plan.changes.resize(shards_);
    plan.next_id = next_id_;
    std::vector<Listener> former = listeners_;
    for (const config::ListenerSettings& wanted : settings.listeners) {
        Listener listener;
        const auto kept = std::find_if(former.begin(), former.end(), [&](const Listener& candidate) {
            return has_same_address(candidate.settings, wanted);
        });
        const bool is_kept = kept != former.end();
        if (is_kept) {
            listener = std::move(*kept);
            former.erase(kept);
        }
        const bool is_certificate_kept = is_kept && keeps_certificate(listener, wanted, settings);
        listener.settings = wanted;
        if (!is_certificate_kept) {
            const Result<void> opened = open_certificate(listener, settings);
            if (!opened) return opened.error();
        }
        if (!is_kept) {
            const Result<void> bound = bind(listener, plan);
            if (!bound) return bound.error();
        } else if (!is_certificate_kept) {
            for (ListenerChange& change : plan.changes)
                change.offers.emplace_back(listener.id, offer_of(listener));
        }
        plan.listeners.push_back(std::move(listener));
    }
    if (const std::string nobodys = activated_.unclaimed(settings.listeners); !nobodys.empty()) {
        return Error(ErrorKind::BadInput, "no listener is configured for the activated socket " + nobodys);
    }
    for (const Listener& removed : former) {
        for (ListenerChange& change : plan.changes) change.removed.push_back(removed.id);
    }
    return plan;
}

Result<void> ListenerSet::bind(Listener& listener, Plan& plan) const
{
    Result<net::ListeningSockets> sockets =
        activated_.has(listener.settings)
            ? activated_.share(listener.settings, shards_)
            : net::listen_tcp(listener.settings.address, listener.settings.port, shards_);
    if (!sockets) {
        Error why = sockets.error();
        const auto has_port = [&](const Listener& open) { return open.port == listener.settings.port; };
        if (std::any_of(listeners_.begin(), listeners_.end(), has_port)) {
            why.detail +=
                "; a listener of the configuration in force has the port: let one reload take it away "
                "and the next one bring it back, or restart";
        }
        return why;
    }
    listener.id = plan.next_id++;
    listener.port = sockets->port;
    for (std::size_t i = 0; i < shards_; ++i) {
        plan.changes[i].added.push_back(
            {listener.id, std::move(sockets->fds[i]), listener.port, offer_of(listener)});
    }
    return {};
}

Result<void> ListenerSet::open_certificate(Listener& listener, const config::Settings& settings) const
{
    listener.certificate.reset();
    listener.development_ca.clear();
    listener.development_region.clear();
    if (listener.settings.tls == config::TlsKind::None) return {};
    std::string certificate_file = listener.settings.certificate_file;
    std::string private_key_file = listener.settings.private_key_file;
    if (listener.settings.tls != config::TlsKind::Files) {
        const std::string directory = data_directory(settings.data_directory) + "/tls";
        const auto made =
            net::ensure_development_certificate(directory, clock_.wall(), {settings.model.region});
        if (!made) return without_certificate(made.error());
        certificate_file = made->certificate_file;
        private_key_file = made->private_key_file;
        listener.development_ca = made->ca_certificate_file;
        listener.development_region = settings.model.region;
    }
    auto watcher = net::CertificateWatcher::open(certificate_file, private_key_file, clock_.wall());
    if (!watcher) return watcher.error();
    listener.certificate = std::make_shared<net::CertificateWatcher>(*std::move(watcher));
    return {};
}

std::vector<ListenerChange> ListenerSet::adopt(Plan plan)
{
    listeners_ = std::move(plan.listeners);
    next_id_ = plan.next_id;
    return std::move(plan.changes);
}

std::vector<Endpoint> ListenerSet::endpoints_of(const std::vector<Listener>& listeners)
{
    std::vector<Endpoint> endpoints;
    for (const Listener& listener : listeners) {
        const net::TlsOffer tls = offer_of(listener);
        const std::string& address = listener.settings.address;
        if (tls.context == nullptr || tls.is_optional) endpoints.push_back({address, listener.port, false});
        if (tls.context != nullptr)
            endpoints.push_back({address, listener.port, true, listener.development_ca});
    }
    return endpoints;
}

std::string ListenerSet::development_ca() const
{
    for (const Listener& listener : listeners_) {
        if (!listener.development_ca.empty()) return listener.development_ca;
    }
    return {};
}

std::vector<Renewal> ListenerSet::poll_certificates()
{
    std::vector<Renewal> renewals;
    for (const Listener& listener : listeners_) {
        if (!listener.certificate || !listener.certificate->poll(clock_.wall())) continue;
        renewals.push_back({listener.id, listener.port, offer_of(listener)});
    }
    return renewals;
}

}  // namespace postern::app
