// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/runtime_api.hpp"

#include "function_fixture.hpp"

using namespace postern;
using namespace postern::test;
using lambda::parse_runtime_request;
using lambda::RuntimeAnswer;
using lambda::RuntimeCall;
using lambda::RuntimeProtocol;
using Verdict = lambda::RuntimeProtocol::Verdict;

namespace {

const std::string kBase = "/2018-06-01/runtime/";

lambda::RuntimeRequest get(const std::string& path)
{
    static std::string held;
    held = kBase + path;
    return parse_runtime_request("GET", held);
}

lambda::RuntimeRequest post(const std::string& path)
{
    static std::string held;
    held = kBase + path;
    return parse_runtime_request("POST", held);
}

}  // namespace

TEST_CASE("the calls of the Runtime API are told apart by method and path")
{
    CHECK(get("invocation/next").call == RuntimeCall::Next);
    CHECK(post("invocation/1-2/response").call == RuntimeCall::Response);
    CHECK(post("invocation/1-2/response").request_id == "1-2");
    CHECK(post("invocation/1-2/error").call == RuntimeCall::Error);
    CHECK(post("init/error").call == RuntimeCall::InitError);
    CHECK(post("invocation/next").call == RuntimeCall::WrongMethod);
    CHECK(get("init/error").call == RuntimeCall::WrongMethod);
    CHECK(get("restore/next").call == RuntimeCall::Unknown);
    CHECK(post("invocation/1-2/other").call == RuntimeCall::Unknown);
    CHECK(post("invocation/1-2").call == RuntimeCall::Unknown);
    CHECK(parse_runtime_request("POST", "/2020-01-01/extension/register").call == RuntimeCall::Unknown);
    CHECK(parse_runtime_request("PUT", "/2022-07-01/telemetry").call == RuntimeCall::Unknown);
    CHECK(parse_runtime_request("GET", "/").call == RuntimeCall::Unknown);
}

TEST_CASE("an event is asked for, answered once, and the next one asked for")
{
    RuntimeProtocol protocol;
    RuntimeAnswer refusal;
    for (const char* const id : {"a", "b"}) {
        CHECK(protocol.on_request(get("invocation/next"), refusal) == Verdict::Wait);
        protocol.on_event(id);
        CHECK(protocol.on_request(get("invocation/next"), refusal) == Verdict::Refuse);
        CHECK(refusal.status == 403);
        const std::string path = std::string("invocation/") + id + "/response";
        CHECK(protocol.on_request(post("invocation/z/response"), refusal) == Verdict::Refuse);
        CHECK(refusal.status == 400);
        CHECK(refusal.body == R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})");
        CHECK(protocol.on_request(post(path), refusal) == Verdict::Result);
        CHECK(protocol.on_request(post(path), refusal) == Verdict::Refuse);
        CHECK(refusal.status == 403);
        CHECK(refusal.body.find(R"("errorType":"InvalidStateTransition"})") != std::string::npos);
    }
}

TEST_CASE("a runtime that asks twice at once is refused, and may ask again when its connection has gone")
{
    RuntimeProtocol protocol;
    RuntimeAnswer refusal;
    CHECK(protocol.on_request(get("invocation/next"), refusal) == Verdict::Wait);
    CHECK(protocol.on_request(get("invocation/next"), refusal) == Verdict::Refuse);
    CHECK(refusal.status == 403);
    protocol.on_waiting_lost();
    CHECK(protocol.on_request(get("invocation/next"), refusal) == Verdict::Wait);
}

TEST_CASE("only a runtime that has not begun can fail to begin")
{
    RuntimeAnswer refusal;
    RuntimeProtocol fresh;
    CHECK(fresh.on_request(post("invocation/x/response"), refusal) == Verdict::Refuse);
    CHECK(refusal.status == 400);
    CHECK(fresh.on_request(post("init/error"), refusal) == Verdict::InitFailure);
    CHECK(fresh.on_request(get("invocation/next"), refusal) == Verdict::Refuse);
    RuntimeProtocol begun;
    CHECK(begun.on_request(get("invocation/next"), refusal) == Verdict::Wait);
    CHECK(begun.on_request(post("init/error"), refusal) == Verdict::Refuse);
    CHECK(refusal.status == 403);
}

TEST_CASE("an event's headers are Lambda's, and none of them can end its line")
{
    lambda::RuntimeEvent event;
    event.request_id = "id";
    event.deadline_ms = 1234;
    event.function_arn = "arn";
    event.trace_id = "Root=1\r\nEvil: yes";
    event.payload_bytes = 2;
    CHECK(lambda::runtime_event_head(event) ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: id\r\n"
          "Lambda-Runtime-Deadline-Ms: 1234\r\nLambda-Runtime-Invoked-Function-Arn: arn\r\n"
          "Lambda-Runtime-Trace-Id: Root=1  Evil: yes\r\nContent-Length: 2\r\n\r\n");
    event.client_context = "{\n}";
    CHECK(lambda::runtime_event_head(event).find("Lambda-Runtime-Client-Context: { }\r\n") !=
          std::string::npos);
}

TEST_CASE("an instance's own mistakes are answered, and cost nobody else anything")
{
    FunctionFixture lab;
    lab.load({lab.function("wrong", std::string(kRuntimePrelude) + R"(
seen = [call('GET', 'nothing')[0], call('POST', 'invocation/next')[0], call('POST', 'invocation/x/error', '{}')[0]]
api.request('GET', '/2020-01-01/extension/register'); seen.append(api.getresponse().status)
api.close()
raw = socket.create_connection(os.environ['AWS_LAMBDA_RUNTIME_API'].split(':'))
raw.sendall(b'NONSENSE\r\n\r\n')
seen.append('hung up' if raw.recv(1) == b'' else 'answered')
while True:
    id, event = next_event()
    seen.append(call('POST', 'init/error', '{}')[0])
    answer(id, seen)
    seen = [answer(id, 'again')[0]]
)")});
    CHECK(lab.invoke("wrong").payload == R"([404, 405, 400, 404, "hung up", 403])");
    CHECK(lab.invoke("wrong").payload == "[403, 403]");
}

TEST_CASE("a runtime may take a new connection for every call, and send its body in chunks")
{
    FunctionFixture lab;
    lab.load({lab.function("fresh", std::string(kRuntimePrelude) + R"(
while True:
    id, event = next_event()
    api.close()
    api.request('POST', f'/2018-06-01/runtime/invocation/{id}/response', iter([b'"chu', b'nks"']),
                {'Connection': 'close'}, encode_chunked=True)
    assert api.getresponse().read() == b'{"status":"OK"}'
    api.close()
)")});
    for (int i = 0; i < 40; ++i) REQUIRE(lab.invoke("fresh").payload == "\"chunks\"");
    CHECK(lab.stats("fresh").cold_starts.value() == 1);
}

TEST_CASE("the event is told with its headers")
{
    FunctionFixture lab;
    lab.load({lab.function("told", std::string(kRuntimePrelude) + R"(
while True:
    status, body, headers = call('GET', 'invocation/next')
    id = headers['Lambda-Runtime-Aws-Request-Id']
    left = int(headers['Lambda-Runtime-Deadline-Ms']) / 1000 - time.time()
    answer(id, [body, headers['Lambda-Runtime-Invoked-Function-Arn'], headers['Lambda-Runtime-Trace-Id'][:7],
                headers['Lambda-Runtime-Client-Context'], headers['Content-Type'], 0 < left <= 60.1])
)")});
    Answer answer;
    lambda::Invocation invocation;
    invocation.payload = "{ }";
    invocation.client_context = R"({"custom":1})";
    lab.set->invoke("told", invocation, answer.done());
    CHECK(answer.get().payload ==
          R"(["{ }", "arn:aws:lambda:us-east-1:000000000000:function:told", "Root=1-", "{\"custom\":1}", )"
          R"("application/json", true])");
}
