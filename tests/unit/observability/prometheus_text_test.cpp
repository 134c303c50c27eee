// SPDX-License-Identifier: Apache-2.0
#include "observability/prometheus_text.hpp"

#include "catch.hpp"

using namespace postern;
using namespace postern::observability;

namespace {

constexpr Metric kPlain{"plain_total", MetricType::Counter, {}, "Things that\nhappened \\ \"once\".", ""};
constexpr Metric kLabelled{"labelled", MetricType::Gauge, {"api", "route"}, "Labelled.", ""};
constexpr Metric kLatency{"latency_seconds", MetricType::Histogram, {"route"}, "Latency.", ""};

}  // namespace

TEST_CASE("a metric has its help and type once, before its samples")
{
    PrometheusText text;
    text.begin(kLabelled);
    text.sample({"a", "x"}, std::uint64_t{1});
    text.sample({"a", "y"}, std::int64_t{-2});
    text.sample({"b", "x"}, 0.25);
    CHECK(text.take() ==
          "# HELP labelled Labelled.\n"
          "# TYPE labelled gauge\n"
          "labelled{api=\"a\",route=\"x\"} 1\n"
          "labelled{api=\"a\",route=\"y\"} -2\n"
          "labelled{api=\"b\",route=\"x\"} 0.25\n");
}

TEST_CASE("help escapes backslashes and line feeds; quotes stay")
{
    PrometheusText text;
    text.single(kPlain, std::uint64_t{18'446'744'073'709'551'615U});
    CHECK(text.take() ==
          "# HELP plain_total Things that\\nhappened \\\\ \"once\".\n"
          "# TYPE plain_total counter\n"
          "plain_total 18446744073709551615\n");
}

TEST_CASE("label values escape backslashes, quotes and line feeds, and nothing else")
{
    PrometheusText text;
    text.begin(kLabelled);
    text.sample({"a\\b\"c\nd", "{$request.body.action},\xc3\xa9"}, std::uint64_t{0});
    const std::string all = text.take();
    CHECK(all.substr(all.rfind("labelled{")) ==
          "labelled{api=\"a\\\\b\\\"c\\nd\",route=\"{$request.body.action},\xc3\xa9\"} 0\n");
}

TEST_CASE("a histogram's buckets are cumulative, end with +Inf, and agree with its count")
{
    Histogram histogram;
    for (const std::int64_t ms : {-3, 0, 5, 6, 1000, 30'000, 30'001}) histogram.record(ms);
    HistogramSnapshot sum;
    histogram.add_to(sum);
    PrometheusText text;
    text.begin(kLatency);
    text.sample({"r"}, sum);
    CHECK(text.take() ==
          "# HELP latency_seconds Latency.\n"
          "# TYPE latency_seconds histogram\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.005\"} 3\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.01\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.025\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.05\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.1\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.25\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"0.5\"} 4\n"
          "latency_seconds_bucket{route=\"r\",le=\"1\"} 5\n"
          "latency_seconds_bucket{route=\"r\",le=\"2.5\"} 5\n"
          "latency_seconds_bucket{route=\"r\",le=\"5\"} 5\n"
          "latency_seconds_bucket{route=\"r\",le=\"10\"} 5\n"
          "latency_seconds_bucket{route=\"r\",le=\"30\"} 6\n"
          "latency_seconds_bucket{route=\"r\",le=\"+Inf\"} 7\n"
          "latency_seconds_sum{route=\"r\"} 61.012\n"
          "latency_seconds_count{route=\"r\"} 7\n");
}
