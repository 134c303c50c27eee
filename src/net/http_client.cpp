// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/http_connection.hpp"
#include "net/tls_client.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace postern::net {

namespace {

std::string text_of(const HttpUrl& url, const HttpCall& call)
{
    std::string out = call.method + ' ' + call.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
    for (const Header& header : call.headers) out += header.name + ": " + header.value + "\r\n";
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH")
        out += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    return out.append("\r\n").append(call.body);
}

}  // namespace

/// Connections know it weakly: it ends with its client.
class HttpClient::Pool : public std::enable_shared_from_this<Pool> {
public:
    Pool(boost::asio::io_context& io,
         HttpUrl url,
         HttpClientOptions options,
         std::shared_ptr<TlsClientContext> tls)
        : io_(io), url_(std::move(url)), options_(std::move(options)), tls_(std::move(tls))
    {}

    void call(const HttpCall& call, Done done)
    {
        Job job{text_of(url_, call), call.timeout, call.is_wanted, std::move(done)};
        if (busy_.size() < options_.connections_max) return start(std::move(job), take_kept());
        drop_unwanted();
        if (waiting_.size() < options_.waiting_max) return waiting_.push_back(std::move(job));
        refuse(std::move(job.done), HttpFailure::Kind::Busy, "has as many requests waiting as there may be");
    }

    void stop()
    {
        for (const Connection& kept : kept_) kept->close();
        kept_.clear();
        for (Job& job : std::exchange(waiting_, {}))
            refuse(std::move(job.done), HttpFailure::Kind::Broken, kStopped);
        for (Busy& busy : busy_) {
            busy.connection->close();
            refuse(std::move(busy.job.done), HttpFailure::Kind::Broken, kStopped);
        }
        busy_.clear();
    }

private:
    using Connection = std::shared_ptr<HttpConnection>;
    struct Job {
        std::string request;
        std::chrono::milliseconds timeout;
        std::function<bool()> is_wanted;
        Done done;
    };
    struct Busy {
        Connection connection;
        Job job;
    };

    static constexpr const char* kStopped = "is not asked any more: the configuration has changed";

    /// The one used last: the others may then grow old. Null when there is none.
    Connection take_kept()
    {
        while (!kept_.empty()) {
            Connection kept = std::move(kept_.back());
            kept_.pop_back();
            if (kept->is_usable()) return kept;
            kept->close();
        }
        return nullptr;
    }

    void start(Job job, const Connection& kept)
    {
        const Connection connection =
            kept ? kept
                 : std::make_shared<HttpConnection>(
                       io_, tls_, options_.header_bytes_max, options_.body_bytes_max);
        std::string request = job.request;
        // Only what goes over a kept connection may have to be sent again.
        if (!kept) std::string().swap(job.request);
        const std::chrono::milliseconds timeout = job.timeout;
        busy_.push_back({connection, std::move(job)});
        connection->exchange(
            url_,
            std::move(request),
            timeout,
            [weak = weak_from_this(), ended = connection.get()](HttpConnection::Exchange exchange) {
                if (const auto pool = weak.lock()) pool->finish(ended, std::move(exchange));
            });
    }

    void finish(const HttpConnection* ended, HttpConnection::Exchange exchange)
    {
        const auto found = std::find_if(
            busy_.begin(), busy_.end(), [&](const Busy& busy) { return busy.connection.get() == ended; });
        Busy busy = std::move(*found);
        busy_.erase(found);
        const auto* failure = std::get_if<HttpFailure>(&exchange.outcome);
        if (failure != nullptr && failure->kind == HttpFailure::Kind::Broken && !exchange.was_sent &&
            !busy.job.request.empty())
            return start(std::move(busy.job), nullptr);
        if (exchange.is_reusable) keep(busy.connection);
        drop_unwanted();
        if (!waiting_.empty()) {
            Job next = std::move(waiting_.front());
            waiting_.pop_front();
            start(std::move(next), take_kept());
        }
        busy.job.done(std::move(exchange.outcome));
    }

    void drop_unwanted()
    {
        while (!waiting_.empty() && waiting_.front().is_wanted && !waiting_.front().is_wanted()) {
            refuse(std::move(waiting_.front().done),
                   HttpFailure::Kind::Unwanted,
                   "was busy for as long as an answer was waited for");
            waiting_.pop_front();
        }
    }

    void keep(const Connection& connection)
    {
        kept_.push_back(connection);
        connection->expire(options_.idle_time, [weak = weak_from_this(), gone = connection.get()] {
            if (const auto pool = weak.lock())
                std::erase_if(pool->kept_, [&](const Connection& kept) { return kept.get() == gone; });
        });
    }

    void refuse(Done done, HttpFailure::Kind kind, std::string why)
    {
        boost::asio::post(
            io_, [done = std::move(done), failure = HttpFailure{kind, std::move(why)}] { done(failure); });
    }

    boost::asio::io_context& io_;
    const HttpUrl url_;
    const HttpClientOptions options_;
    const std::shared_ptr<TlsClientContext> tls_;
    std::vector<Busy> busy_;
    std::vector<Connection> kept_;
    std::deque<Job> waiting_;
};

HttpClient::HttpClient(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}

HttpClient::~HttpClient()
{
    pool_->stop();
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(boost::asio::io_context& io,
                                                     HttpUrl url,
                                                     const HttpClientOptions& options)
{
    std::shared_ptr<TlsClientContext> tls;
    if (url.is_tls) {
        auto trusting = TlsClientContext::trusting(options.ca_file);
        if (!trusting) return trusting.error();
        tls = *std::move(trusting);
    }
    return std::unique_ptr<HttpClient>(
        new HttpClient(std::make_shared<Pool>(io, std::move(url), options, std::move(tls))));
}

void HttpClient::call(const HttpCall& call, Done done)
{
    pool_->call(call, std::move(done));
}

}  // namespace postern::net
