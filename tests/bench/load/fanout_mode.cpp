// SPDX-License-Identifier: Apache-2.0
#include "load/http_caller.hpp"
#include "load/measurement.hpp"
#include "load/modes.hpp"

#include <deque>
#include <stdexcept>
#include <vector>

namespace postern::bench {
namespace {

constexpr std::string_view kJoin = R"({"action":"join"})";
constexpr std::string_view kTellBegin = R"({"action":"tell","data":")";
constexpr std::string_view kTellEnd = R"("})";
constexpr std::string_view kGroupTarget = "/@groups/all";
constexpr std::size_t kCallers = 64;  // connections of the backend that posts to each client by itself

/// One message to all clients, again and again; a round ends when everybody has it.
class FanoutRun {
public:
    FanoutRun(const Options& options, const Target& target)
        : options_(options), target_(target), measurement_(options)
    {
        const std::size_t callers = options.via == Via::Posts ? kCallers : options.via == Via::Group ? 1 : 0;
        for (std::size_t i = 0; i < callers; ++i) callers_.emplace_back(target.address);
    }

    std::string run()
    {
        open_all();
        measurement_.start();
        while (measurement_.advance(std::chrono::steady_clock::now())) {
            const auto start = std::chrono::steady_clock::now();
            run_round();
            measurement_.record(std::chrono::steady_clock::now() - start, options_.connections);
        }
        JsonObject json;
        json.text("mode", "fanout").number("connections", options_.connections);
        json.number("message_bytes", options_.message_bytes);
        measurement_.report(json, "recipient");
        return json.str();
    }

private:
    static constexpr std::size_t kOpeningMax = 64;

    struct Recipient {
        Recipient(const Target& target, std::size_t index) : client(target, index) {}
        Client client;
        bool has_asked = false;
        std::string id;  ///< the answer to its first message
        std::uint64_t rounds = 0;
    };

    void open_all()
    {
        while (joined_ < options_.connections) {
            while (recipients_.size() < options_.connections && recipients_.size() - joined_ < kOpeningMax) {
                loop_.add(recipients_.emplace_back(target_, recipients_.size()).client);
            }
            turn(Loop::kWaitMs);
        }
    }

    void run_round()
    {
        ++round_;
        reached_ = posted_ = 0;
        const std::string number = std::to_string(round_);
        message_ = kTellBegin;
        message_.append(options_.message_bytes - kTellBegin.size() - kTellEnd.size() - number.size(), 'x');
        message_.append(number).append(kTellEnd);
        if (options_.via == Via::Socket) {
            std::string frame;
            append_frame(frame, Opcode::Text, message_, 0x37fa213d);
            recipients_.front().client.send(frame);
            loop_.update(recipients_.front().client);
        }
        if (options_.via == Via::Group)
            callers_.front().post(options_.path + std::string(kGroupTarget), message_);
        if (options_.via == Via::Posts) {
            for (HttpCaller& caller : callers_) post_next(caller);
        }
        while (reached_ < options_.connections || is_answer_missing()) {
            for (HttpCaller& caller : callers_) {
                if (caller.is_waiting() && caller.poll()) post_next(caller);
            }
            turn(is_answer_missing() ? 0 : Loop::kWaitMs);
        }
    }

    void post_next(HttpCaller& caller)
    {
        if (options_.via != Via::Posts || posted_ == recipients_.size()) return;
        caller.post(options_.path + "/@connections/" + recipients_[posted_++].id, message_);
    }

    bool is_answer_missing() const
    {
        return std::any_of(
            callers_.begin(), callers_.end(), [](const HttpCaller& caller) { return caller.is_waiting(); });
    }

    void turn(int wait_ms)
    {
        const auto on_ready = [this](Client& client, std::uint32_t events) {
            this->on_ready(recipients_[client.index()], events);
        };
        loop_.turn(on_ready, wait_ms);
    }

    void on_ready(Recipient& recipient, std::uint32_t events)
    {
        recipient.client.on_ready(events, scratch_, [&](std::string_view piece, bool is_end) {
            if (round_ == 0) return take_id(recipient, piece, is_end);
            // Small messages come in one piece; one in two is told from a wrong one by its end.
            if (!is_end) return;
            if (!message_.ends_with(piece))
                throw std::runtime_error("a wrong message came: " + std::string(piece));
            if (++recipient.rounds != round_) throw std::runtime_error("a message came twice or not at all");
            ++reached_;
        });
        if (recipient.client.state() == Client::State::Open && !recipient.has_asked) {
            recipient.has_asked = true;
            std::string frame;
            append_frame(frame, Opcode::Text, kJoin, 0x37fa213d);
            recipient.client.send(frame);
        }
        loop_.update(recipient.client);
    }

    void take_id(Recipient& recipient, std::string_view piece, bool is_end)
    {
        recipient.id.append(piece);
        joined_ += is_end ? 1 : 0;
    }

    const Options& options_;
    const Target& target_;
    Measurement measurement_;
    Scratch scratch_;
    Loop loop_;
    std::deque<Recipient> recipients_;  // addresses are the loop's
    std::deque<HttpCaller> callers_;
    std::string message_;
    std::uint64_t round_ = 0;
    std::size_t joined_ = 0;
    std::size_t reached_ = 0;
    std::size_t posted_ = 0;
};

}  // namespace

std::string run_fanout(const Options& options, const Target& target)
{
    return FanoutRun(options, target).run();
}

}  // namespace postern::bench
