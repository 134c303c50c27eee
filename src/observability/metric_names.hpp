// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace postern::observability {

enum class MetricType { Counter, Gauge, Histogram };

/// What is known of a metric beside its values. The unit is in the name, as Prometheus has it.
struct Metric {
    std::string_view name;
    MetricType type = MetricType::Counter;
    std::array<std::string_view, 4> labels;  ///< "" where there are fewer
    std::string_view help;
    std::string_view concern;  ///< when the operator should look; "" when never

    constexpr std::size_t label_count() const
    {
        std::size_t count = 0;
        while (count < labels.size() && !labels[count].empty()) ++count;
        return count;
    }
};

/// Every metric, once; docs/metrics.md is made from this table by tools/metrics_page.py. No label has a value
/// that a client chooses: nobody outside can make series.
inline constexpr Metric kMetrics[] = {
    {"postern_connect_count_total",
     MetricType::Counter,
     {"api", "stage", "route"},
     "Handshakes sent to the $connect integration (AWS: ConnectCount).",
     "It rises much faster than postern_connections: clients come back in a loop."},
    {"postern_message_count_total",
     MetricType::Counter,
     {"api", "stage", "route", "direction"},
     "Events sent to the API (in) and messages sent to clients (out); posts and broadcasts have no route "
     "(AWS: "
     "MessageCount, which adds both).",
     ""},
    {"postern_integration_error_total",
     MetricType::Counter,
     {"api", "stage", "route"},
     "Answers of integrations with a status of 400 or more (AWS: IntegrationError).",
     "It rises: the route's handler refuses or fails."},
    {"postern_client_error_total",
     MetricType::Counter,
     {"api", "stage", "route"},
     "Events answered with 4xx before any integration: no route, throttled (AWS: ClientError).",
     "It rises: clients send what no route takes, or more than they may."},
    {"postern_execution_error_total",
     MetricType::Counter,
     {"api", "stage", "route"},
     "Integrations that could not be called, failed without an answer or took too long, and handshakes that "
     "waited for $connect in vain (503) (AWS: ExecutionError).",
     "Any: the handler throws, hangs, or the worker queue is full; $connect is too slow."},
    {"postern_integration_latency_seconds",
     MetricType::Histogram,
     {"api", "stage", "route"},
     "Time from calling an integration to its answer; of plugin handlers that is the handler's own time "
     "(AWS: "
     "IntegrationLatency). Measured with the shard's clock, which ticks every 1 to 4 ms.",
     "A quantile comes near the route's timeout."},
    {"postern_connections",
     MetricType::Gauge,
     {"api", "stage"},
     "Clients that are connected.",
     "It falls or jumps without a reason that you know."},
    {"postern_connections_opened_total",
     MetricType::Counter,
     {"api", "stage"},
     "Connections that were admitted.",
     ""},
    {"postern_connections_closed_total",
     MetricType::Counter,
     {"api", "stage", "code"},
     "Connections that ended, by close code; 3xxx and 4xxx stand for all of theirs.",
     "1006 rises: networks or clients break off. 1008 rises: clients read too slowly."},
    {"postern_sockets",
     MetricType::Gauge,
     {},
     "Open sockets of the listeners: clients, handshakes and callers of @connections.",
     "It comes near postern_sockets_max: then nobody is let in."},
    {"postern_sockets_max",
     MetricType::Gauge,
     {},
     "Sockets that may be open at once.",
     "It is lower than you configured: the limit on open files is too low."},
    {"postern_received_bytes_total",
     MetricType::Counter,
     {"shard"},
     "Bytes from sockets of the listeners, as on the wire.",
     ""},
    {"postern_sent_bytes_total",
     MetricType::Counter,
     {"shard"},
     "Bytes to sockets of the listeners, as on the wire.",
     ""},
    {"postern_outbox_bytes",
     MetricType::Gauge,
     {"shard"},
     "Bytes that wait because their clients read too slowly.",
     "It keeps growing: memory follows. gateway.limits.outboxBytes bounds it for each client."},
    {"postern_shard_loop_lag_seconds",
     MetricType::Histogram,
     {"shard"},
     "How late the shard's timer was, four times a second while the shard has clients.",
     "The 99th percentile passes 0.1: an inline handler blocks the shard, or the machine has too little "
     "CPU."},
    {"postern_calls_open",
     MetricType::Gauge,
     {"shard"},
     "Events whose integration has not answered yet.",
     "It grows while the message rate does not: an integration has become slow."},
    {"postern_connects_queued",
     MetricType::Gauge,
     {"shard"},
     "Handshakes that wait until $connect can be asked.",
     "It stays above 0: $connect is too slow for the clients that come. They get 503 when they wait too "
     "long."},
    {"postern_disconnects_queued",
     MetricType::Gauge,
     {"shard"},
     "Ended connections whose $disconnect waits for its turn.",
     "It does not fall back to 0: $disconnect is too slow."},
    {"postern_tls_handshakes_total",
     MetricType::Counter,
     {"result"},
     "TLS handshakes that were completed (ok) or failed.",
     "Failures rise: clients do not trust the certificate, or speak an older TLS."},
    {"postern_limit_hits_total",
     MetricType::Counter,
     {"limit"},
     "Times that a limit closed, refused or slowed a client.",
     "connect_rate, connect_queue or sockets rise: a storm of connects, or limits too low for your load. "
     "outbox_bytes or memory rise: slow readers are being closed."},
    {"postern_connections_api_requests_total",
     MetricType::Counter,
     {"method", "status"},
     "Calls of @connections that were answered.",
     "403: a caller's key or policy is wrong. 410 in numbers: a backend keeps ids of clients that left."},
    {"postern_workers_queued",
     MetricType::Gauge,
     {},
     "Events of blocking handlers that wait for a worker thread.",
     "It does not fall to 0 between bursts: raise gateway.workerThreads."},
    {"postern_workers_running", MetricType::Gauge, {}, "Worker threads that run a handler.", ""},
    {"postern_workers_refused_total",
     MetricType::Counter,
     {},
     "Events of blocking handlers that failed because the queue was full.",
     "Any."},
    {"postern_function_invocations_total",
     MetricType::Counter,
     {"function"},
     "Invocations of a Lambda function that were begun, whoever asked (AWS: Invocations).",
     ""},
    {"postern_function_errors_total",
     MetricType::Counter,
     {"function"},
     "Invocations that ended in an error: thrown, crashed, timed out, failed to start (AWS: Errors).",
     "Any: the function's log group has the stack."},
    {"postern_function_timeouts_total",
     MetricType::Counter,
     {"function"},
     "Of these, invocations that took longer than the function's timeout.",
     "Any: it waits for something that does not answer, or its timeout is too short."},
    {"postern_function_throttles_total",
     MetricType::Counter,
     {"function"},
     "Invocations that found no instance, and no room to wait or nobody who waited long enough (AWS: "
     "Throttles).",
     "Any: raise gateway.functions.concurrency or reservedConcurrentExecutions."},
    {"postern_function_cold_starts_total",
     MetricType::Counter,
     {"function"},
     "Processes that were started for a function.",
     "It rises with the invocations: the function crashes, or gateway.functions.idleTime is too short."},
    {"postern_function_instances",
     MetricType::Gauge,
     {"function", "state"},
     "Processes of a function that are busy (starting or with an event) or idle (AWS: ConcurrentExecutions).",
     "busy stays at the limit: invocations wait."},
    {"postern_function_queued",
     MetricType::Gauge,
     {"function"},
     "Invocations that wait for an instance.",
     "It does not fall to 0 between bursts."},
    {"postern_function_duration_seconds",
     MetricType::Histogram,
     {"function"},
     "Time from the event to the function's answer (AWS: Duration).",
     "A quantile comes near the function's timeout."},
    {"postern_log_lines_dropped_total",
     MetricType::Counter,
     {},
     "Lines of access logs, execution logs and the server's own log that were lost.",
     "Any: a disk is full or slow, or nobody reads the pipe. The server's log names the destination."},
    {"postern_config_reloads_total",
     MetricType::Counter,
     {"result"},
     "Configurations that were read again and taken (ok) or refused (failed).",
     "Failed rises: the file is bad, and the former configuration still serves. The log has the reasons."},
    {"postern_config_last_success_timestamp_seconds",
     MetricType::Gauge,
     {},
     "When the configuration in force was taken, in seconds since 1970.",
     ""},
    {"postern_config_generation",
     MetricType::Gauge,
     {},
     "Number of the configuration in force: 1 at start, one more for each reload that was taken.",
     ""},
    {"postern_draining", MetricType::Gauge, {}, "1 while the gateway drains, else 0.", ""},
    {"postern_build_info", MetricType::Gauge, {"version"}, "Always 1: which version runs.", ""},
    {"process_cpu_seconds_total",
     MetricType::Counter,
     {},
     "Processor time of the process, user and system.",
     "Its rate stays near gateway.shards: every shard is busy all the time."},
    {"process_resident_memory_bytes",
     MetricType::Gauge,
     {},
     "Memory of the process that is in RAM.",
     "It grows while connections and outboxes do not."},
    {"process_open_fds", MetricType::Gauge, {}, "Open file descriptors.", "It comes near process_max_fds."},
    {"process_max_fds", MetricType::Gauge, {}, "File descriptors that the process may open.", ""},
    {"process_start_time_seconds",
     MetricType::Gauge,
     {},
     "When the process started, in seconds since 1970.",
     ""},
};

/// The row of the table; a name that is not in it does not compile.
consteval const Metric& metric(std::string_view name)
{
    for (const Metric& row : kMetrics) {
        if (row.name == name) return row;
    }
    throw "no such metric";
}

}  // namespace postern::observability
