// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/remote_function.hpp"

#include "api/sigv4_signer.hpp"
#include "core/base64.hpp"
#include "core/text.hpp"
#include "integrations/lambda/remote_answer.hpp"
#include "net/http_client.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace postern::integrations::lambda {

namespace {

constexpr std::string_view kApi = "/2015-03-31/functions/";

/// What the invocations of a function have in common; outlives it for as long as one is going on.
struct Remote {
    RemoteTarget target;
    std::string authority;
    std::string path;
    api::sigv4::SigningScope scope;
    std::optional<api::sigv4::AccessKey> key;
    const Clock& clock;
    std::chrono::milliseconds timeout;
    bool has_logs = true;  ///< until the server says that it has none to give
};

net::HttpCall call_of(const Invocation& invocation, std::string payload, const Remote& remote)
{
    net::HttpCall call;
    call.target = remote.path;
    call.timeout = remote.timeout;
    call.is_wanted = [&clock = remote.clock, until = invocation.wanted_until] {
        return clock.steady() < until;
    };
    call.body = std::move(payload);
    call.headers = {{"Content-Type", "application/json"}};
    if (invocation.wants_log_tail && remote.has_logs) call.headers.push_back({"X-Amz-Log-Type", "Tail"});
    if (!invocation.client_context.empty())
        call.headers.push_back({"X-Amz-Client-Context", base64::encode(invocation.client_context)});
    if (!invocation.trace_id.empty()) call.headers.push_back({"X-Amzn-Trace-Id", invocation.trace_id});
    if (!remote.key) return call;
    api::Headers signed_ones = call.headers;
    signed_ones.push_back({"Host", remote.authority});
    const api::Headers added = api::sigv4::sign({call.method, call.target, {}, signed_ones, call.body},
                                                *remote.key,
                                                remote.scope,
                                                remote.clock.wall());
    call.headers.insert(call.headers.end(), added.begin(), added.end());
    return call;
}

class RemoteFunction final : public Invoker {
public:
    RemoteFunction(boost::asio::io_context& io,
                   std::shared_ptr<Remote> remote,
                   std::shared_ptr<net::HttpClient> client)
        : io_(io), remote_(std::move(remote)), client_(std::move(client))
    {}

    void invoke(Invocation invocation, Done done) override
    {
        if (client_ != nullptr) return ask(client_, remote_, std::move(invocation), std::move(done));
        boost::asio::post(io_, [remote = remote_, done = std::move(done)] {
            done(InvocationResult::refused(
                Outcome::Throttled,
                remote->target.str() + " may not be invoked: its reservedConcurrentExecutions is 0"));
        });
    }

private:
    static void ask(const std::shared_ptr<net::HttpClient>& client,
                    const std::shared_ptr<Remote>& remote,
                    Invocation invocation,
                    Done done)
    {
        const bool asks_for_log = invocation.wants_log_tail && remote->has_logs;
        std::string payload = asks_for_log ? invocation.payload : std::move(invocation.payload);
        const net::HttpCall call = call_of(invocation, std::move(payload), *remote);
        client->call(
            call,
            [weak = std::weak_ptr(client),
             remote,
             asks_for_log,
             invocation = std::move(invocation),
             done = std::move(done)](net::HttpOutcome outcome) mutable {
                const auto* response = std::get_if<net::HttpResponse>(&outcome);
                const auto alive = weak.lock();
                constexpr int kNotImplemented = 501;  // sam local; nothing has run
                if (asks_for_log && alive && response != nullptr && response->status == kNotImplemented) {
                    remote->has_logs = false;
                    return ask(alive, remote, std::move(invocation), std::move(done));
                }
                done(std::visit([&](auto& ended) { return result_of(std::move(ended), remote->target); },
                                outcome));
            });
    }

    boost::asio::io_context& io_;
    std::shared_ptr<Remote> remote_;
    std::shared_ptr<net::HttpClient> client_;  ///< null when nobody may invoke
};

Error wrong_endpoint(const FunctionSpec& spec, const std::string& why)
{
    return {ErrorKind::BadInput, "function " + spec.function.function_name + ": endpoint: " + why};
}

std::int64_t concurrency_of(const FunctionSpec& spec, const RemoteTarget& target)
{
    const std::int64_t usual = target.is_emulator() ? 1 : spec.options.concurrency;
    return spec.function.reserved_concurrent_executions.value_or(usual);
}

}  // namespace

std::string signing_region(const std::string& host, const std::string& otherwise)
{
    if (host.find(".amazonaws.com") == std::string::npos) return otherwise;
    const std::vector<std::string_view> labels = text::split(host, '.');
    const auto service = std::find_if(labels.begin(), labels.end(), [](std::string_view label) {
        return label == "lambda" || label == "lambda-fips";
    });
    return service == labels.end() || service + 1 == labels.end() ? otherwise : std::string(service[1]);
}

Result<std::unique_ptr<Invoker>> make_remote_function(boost::asio::io_context& io,
                                                      const FunctionSpec& spec,
                                                      const RemoteOptions& options)
{
    const auto url = net::HttpUrl::parse(spec.function.endpoint);
    if (!url) return wrong_endpoint(spec, url.error().detail);
    std::string base = url->path;
    if (base.find_first_of("?#") != std::string::npos || base.find(kApi) != std::string::npos)
        return wrong_endpoint(spec,
                              "only what stands before " + std::string(kApi) + "... is expected, such as " +
                                  url->origin() + "; the function's name there is its remoteName");
    while (base.ends_with('/')) base.pop_back();

    const std::string& name =
        spec.function.remote_name.empty() ? spec.function.function_name : spec.function.remote_name;
    const std::string path = base + std::string(kApi) + text::percent_encode(name) + "/invocations";
    auto remote = std::make_shared<Remote>(
        Remote{{spec.function.function_name, name, url->origin(), options.key.has_value()},
               url->authority,
               path,
               {signing_region(url->host, spec.region), "lambda"},
               options.key,
               options.clock,
               spec.function.timeout + spec.options.init_timeout});

    const std::int64_t concurrency = concurrency_of(spec, remote->target);
    std::shared_ptr<net::HttpClient> client;
    if (concurrency > 0) {
        net::HttpClientOptions http;
        http.connections_max = static_cast<std::size_t>(concurrency);
        http.waiting_max = static_cast<std::size_t>(spec.options.queue);
        http.body_bytes_max = api::kResultBytesMax;
        http.ca_file = options.ca_file;
        auto made = net::HttpClient::make(io, *url, http);
        if (!made) return wrong_endpoint(spec, made.error().detail);
        client = *std::move(made);
    }
    return std::make_unique<RemoteFunction>(io, std::move(remote), std::move(client));
}

}  // namespace postern::integrations::lambda
