// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// The Lambda Runtime API, version 2018-06-01, as one instance of a function speaks it (spec
/// config-plane 7.1). Pure: no sockets.
namespace postern::integrations::lambda {

enum class RuntimeCall { Next, Response, Error, InitError, Unknown, WrongMethod };

struct RuntimeRequest {
    RuntimeCall call = RuntimeCall::Unknown;
    std::string_view request_id;  ///< of Response and Error: a view into the path
};

/// Extensions and telemetry, which Postern does not have, are Unknown.
RuntimeRequest parse_runtime_request(std::string_view method, std::string_view path);

/// What a runtime is answered: JSON.
struct RuntimeAnswer {
    int status = 202;
    std::string body;
};

RuntimeAnswer runtime_accepted();
RuntimeAnswer runtime_result_too_large();

/// The invocation as the headers of `next` tell it. Views.
struct RuntimeEvent {
    std::string_view request_id;
    EpochMillis deadline_ms = 0;
    std::string_view function_arn;
    std::string_view trace_id;
    std::string_view client_context;  ///< "" none
    std::size_t payload_bytes = 0;
};

/// The head of a response, with the empty line; the payload follows.
std::string runtime_event_head(const RuntimeEvent& event);
/// A whole response. `closes`: the connection is not used again.
std::string runtime_answer_text(const RuntimeAnswer& answer, bool closes);

/// Which calls an instance may make, and when: it asks for an event, answers it once, and asks again.
class RuntimeProtocol {
public:
    enum class State {
        Starting,  ///< has not asked for its first event
        Waiting,   ///< has asked
        Invoked,   ///< has an event to answer
        Answered,  ///< has answered and not asked again
        Failed,    ///< has said that it cannot start
    };
    enum class Verdict {
        Wait,         ///< `next`: to be answered with an event
        Result,       ///< the body is what the function returned
        Failure,      ///< the body is the function's error
        InitFailure,  ///< the body is why it cannot start
        Refuse,       ///< `refusal` is the answer
    };

    /// What a request means now. Everything but Refuse has changed the state.
    Verdict on_request(const RuntimeRequest& request, RuntimeAnswer& refusal);

    /// The event is on its way to the instance, which is Waiting.
    void on_event(std::string request_id);
    /// A result was refused for its size: the event counts as answered. False when there was none to answer.
    bool on_result_refused();
    /// The connection that waited has gone: it may ask again.
    void on_waiting_lost();

    State state() const { return state_; }
    const std::string& request_id() const { return request_id_; }  ///< of the last event

private:
    State state_ = State::Starting;
    State state_before_waiting_ = State::Starting;
    std::string request_id_;
};

}  // namespace postern::integrations::lambda
