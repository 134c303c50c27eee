// SPDX-License-Identifier: Apache-2.0
#include "observability/prometheus_text.hpp"

#include "core/check.hpp"

#include <charconv>
#include <string>

namespace postern::observability {

namespace {

std::string_view word(MetricType type)
{
    switch (type) {
        case MetricType::Counter:
            return "counter";
        case MetricType::Gauge:
            return "gauge";
        case MetricType::Histogram:
            return "histogram";
    }
    return "untyped";
}

/// Backslashes and line feeds, and in label values double quotes, are escaped.
void append_escaped(std::string& to, std::string_view text, bool is_label)
{
    for (const char c : text) {
        if (c == '\n') {
            to += "\\n";
        } else if (c == '\\' || (c == '"' && is_label)) {
            to += '\\';
            to += c;
        } else {
            to += c;
        }
    }
}

/// The shortest text that reads back as the same number.
std::string number(double value)
{
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    return {digits, end.ptr};
}

}  // namespace

void PrometheusText::begin(const Metric& metric)
{
    metric_ = &metric;
    text_.append("# HELP ").append(metric.name).append(" ");
    append_escaped(text_, metric.help, false);
    text_.append("\n# TYPE ").append(metric.name).append(" ").append(word(metric.type)).append("\n");
}

void PrometheusText::series(std::string_view suffix, LabelValues labels, std::string_view le)
{
    POSTERN_CHECK(metric_ != nullptr && labels.size() == metric_->label_count());
    text_.append(metric_->name).append(suffix);
    char separator = '{';
    const auto append = [&](std::string_view name, std::string_view value) {
        text_ += separator;
        text_.append(name).append("=\"");
        append_escaped(text_, value, true);
        text_ += '"';
        separator = ',';
    };
    std::size_t index = 0;
    for (const std::string_view value : labels) append(metric_->labels[index++], value);
    if (!le.empty()) append("le", le);
    if (separator == ',') text_ += '}';
    text_ += ' ';
}

void PrometheusText::line(LabelValues labels, std::string_view value)
{
    series({}, labels);
    text_.append(value).append("\n");
}

void PrometheusText::sample(LabelValues labels, std::uint64_t value)
{
    line(labels, std::to_string(value));
}

void PrometheusText::sample(LabelValues labels, std::int64_t value)
{
    line(labels, std::to_string(value));
}

void PrometheusText::sample(LabelValues labels, double value)
{
    line(labels, number(value));
}

void PrometheusText::sample(LabelValues labels, const HistogramSnapshot& histogram)
{
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < HistogramSnapshot::kBuckets; ++i) {
        total += histogram.buckets[i];
        const bool is_last = i == HistogramSnapshot::kBoundsMs.size();
        const std::string bound =
            is_last ? "+Inf" : number(static_cast<double>(HistogramSnapshot::kBoundsMs[i]) / 1000);
        series("_bucket", labels, bound);
        text_.append(std::to_string(total)).append("\n");
    }
    series("_sum", labels);
    text_.append(number(static_cast<double>(histogram.sum_ms) / 1000)).append("\n");
    series("_count", labels);
    text_.append(std::to_string(total)).append("\n");
}

}  // namespace postern::observability
