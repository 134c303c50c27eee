// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/histogram.hpp"
#include "observability/metric_names.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace postern::observability {

/// Prometheus' text exposition format 0.0.4, one metric after the other.
class PrometheusText {
public:
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

    using LabelValues = std::initializer_list<std::string_view>;  ///< in the order of the metric's labels

    /// Begins a metric: all of its samples follow before the next begins.
    void begin(const Metric& metric);

    void sample(LabelValues labels, std::uint64_t value);
    void sample(LabelValues labels, std::int64_t value);
    void sample(LabelValues labels, double value);
    void sample(LabelValues labels, const HistogramSnapshot& histogram);

    /// A metric without labels.
    template <class Value>
    void single(const Metric& metric, Value value)
    {
        begin(metric);
        sample({}, value);
    }

    std::string take() { return std::move(text_); }

private:
    void series(std::string_view suffix, LabelValues labels, std::string_view le = {});
    void line(LabelValues labels, std::string_view value);

    const Metric* metric_ = nullptr;
    std::string text_;
};

}  // namespace postern::observability
