// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/counter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern {

/// What one or more histograms say together. A snapshot is not atomic, but its total is the sum of its
/// buckets, so that no quantile of it is nonsense.
struct HistogramSnapshot {
    static constexpr std::size_t kBuckets = 13;
    /// Upper bounds in milliseconds, inclusive; above the last one there is one more bucket. The clock of the
    /// shards ticks every 4 ms at worst, so nothing finer is asked.
    static constexpr std::array<std::int64_t, kBuckets - 1> kBoundsMs{
        5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10'000, 30'000};

    std::array<std::uint64_t, kBuckets> buckets{};
    std::uint64_t sum_ms = 0;
};

/// Durations in fixed buckets. One thread records; any thread reads.
class Histogram {
public:
    void record(std::int64_t ms)
    {
        if (ms <= 0) return buckets_[0].add();
        std::size_t bucket = 0;
        while (bucket < HistogramSnapshot::kBoundsMs.size() && ms > HistogramSnapshot::kBoundsMs[bucket])
            ++bucket;
        buckets_[bucket].add();
        sum_ms_.add(static_cast<std::uint64_t>(ms));
    }

    void add_to(HistogramSnapshot& sum) const
    {
        for (std::size_t i = 0; i < buckets_.size(); ++i) sum.buckets[i] += buckets_[i].value();
        sum.sum_ms += sum_ms_.value();
    }

private:
    std::array<Counter, HistogramSnapshot::kBuckets> buckets_;
    Counter sum_ms_;
};

}  // namespace postern
