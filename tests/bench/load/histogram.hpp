// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace postern::bench {

/// Counts durations in buckets whose width grows with the value: each is within 1/64 (1.6 %) of what was
/// recorded, from nanoseconds to hours, in 30 KiB.
class Histogram {
public:
    void record(std::uint64_t nanoseconds, std::uint64_t count = 1)
    {
        counts_[bucket_of(nanoseconds)] += count;
        total_ += count;
    }

    void clear() { *this = Histogram(); }

    std::uint64_t total() const { return total_; }

    /// The duration that `fraction` of all recorded ones do not exceed; 0 when there are none.
    std::uint64_t quantile(double fraction) const
    {
        const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            seen += counts_[bucket];
            if (seen > 0 && seen >= wanted) return upper_end(bucket);
        }
        return 0;
    }

private:
    static constexpr unsigned kPrecisionBits = 6;
    static constexpr std::size_t kSteps = std::size_t{1} << kPrecisionBits;  // buckets per doubling

    /// Values below kSteps have a bucket each; above, the leading kPrecisionBits + 1 bits name it.
    static std::size_t bucket_of(std::uint64_t value)
    {
        if (value < kSteps) return value;
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kPrecisionBits - 1;
        return shift * kSteps + (value >> shift);
    }

    static std::uint64_t upper_end(std::size_t bucket)
    {
        if (bucket < 2 * kSteps) return bucket;
        const std::size_t shift = bucket / kSteps - 1;
        return ((bucket - shift * kSteps + 1) << shift) - 1;
    }

    std::array<std::uint64_t, (64 - kPrecisionBits + 1) * kSteps> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace postern::bench
