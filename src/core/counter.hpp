// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace postern {

/// How often something has happened. One thread adds, by a plain load and store; any thread reads.
class Counter {
public:
    void add(std::uint64_t n = 1)
    {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// How much there is of something. One thread changes it; any thread reads.
class Gauge {
public:
    void add(std::int64_t n) { set(value_.load(std::memory_order_relaxed) + n); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

}  // namespace postern
