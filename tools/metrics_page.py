#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/metrics.md to stdout from the table of src/observability/metric_names.hpp."""
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parent.parent / "src/observability/metric_names.hpp"
ROW = re.compile(r'\{\s*((?:"[^"\\]*"\s*)+),\s*MetricType::(\w+),\s*\{([^}]*)\},\s*((?:"[^"\\]*"\s*)+),\s*((?:"[^"\\]*"\s*)+)\}')

INTRODUCTION = """\
# Metrics

<!-- Made by tools/metrics_page.py from src/observability/metric_names.hpp; edit the table there instead. -->

`GET /metrics` on the [admin listener](configuration.md) answers with Prometheus' text format 0.0.4.
[grafana.json](grafana.json) is a dashboard over these metrics: import it, and choose the Prometheus data source.

    scrape_configs:
      - job_name: postern
        static_configs: [{ targets: ["127.0.0.1:8081"] }]

**What it costs.** A shard counts by plain additions to numbers that no other thread writes; a scrape reads them from its own thread. There is no lock
on the way of a message, and nobody waits for a scrape.

**Labels.** `api`, `stage` and `route` are the names of the configuration; `route` is `-` for what belongs to no route: messages that select none, posts
and broadcasts. No label has a value that a client chooses, and none holds a connection's id. AWS's setting `detailedMetricsEnabled` is accepted and
changes nothing: the route is always there. `limit` is frame_bytes, message_bytes, outbox_bytes, idle_timeout, max_duration, ping_timeout,
handshake_timeout, connect_rate, connect_queue, connect_queue_timeout, address_connections, address_connect_rate, message_rate, memory or sockets
(each [here](limits.md)); `method` is POST, GET, DELETE or other.

**How long.** Everything counts from the start of the process. A route that a reload takes away keeps its series, and goes on counting when it comes
back: a counter never falls while the process lives. So the series are those of all configurations since the start.

**AWS's six** (ConnectCount, MessageCount, IntegrationError, ClientError, ExecutionError, IntegrationLatency) are the first six. An event is counted
when it has ended. As AWS does, MessageCount has `$connect` too; that `$disconnect` counts as well is not confirmed. AWS sends latencies in milliseconds;
here they are seconds, in buckets, so that quantiles can be asked for:

    histogram_quantile(0.99, sum by (route, le) (rate(postern_integration_latency_seconds_bucket[5m])))

**Health.** `/healthz` answers 200 while the process is worth keeping: it fails only when a shard has been silent for a minute. `/readyz` answers 200 while
clients should be sent here: not while the gateway starts or drains, and not when a shard has been silent for two seconds. A reload that was refused
changes neither, for the former configuration serves; `postern_config_reloads_total{result="failed"}` tells of it.
"""


def literal(text):
    return "".join(re.findall(r'"([^"\\]*)"', text))


def rows():
    text = TABLE.read_text()
    table = text[text.index("kMetrics[] = {"):text.index("\n};", text.index("kMetrics[] = {"))]
    found = [(literal(name), kind.lower(), re.findall(r'"(\w+)"', labels), literal(help_text), literal(concern))
             for name, kind, labels, help_text, concern in ROW.findall(table)]
    assert len(found) == table.count("MetricType::"), "a row of the table has another form than this script knows"
    return found


def page():
    lines = [INTRODUCTION, "## All of them", "", "| Metric | Kind | Labels | What it is | When to look |", "|---|---|---|---|---|"]
    for name, kind, labels, help_text, concern in rows():
        lines.append(f"| `{name}` | {kind} | {', '.join(labels)} | {help_text} | {concern} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
