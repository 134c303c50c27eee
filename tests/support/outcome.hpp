// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace postern::test {

/// A value that one thread waits for. Unlike a promise it may be destroyed as soon as get() has returned.
template <class T>
class Outcome {
public:
    void set(T value)
    {
        const std::lock_guard lock(mutex_);
        value_.emplace(std::move(value));
        changed_.notify_all();
    }
    T get()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return value_.has_value(); });
        return *std::exchange(value_, std::nullopt);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<T> value_;
};

/// Something that happens.
class Signal {
public:
    void raise() { happened_.set(true); }
    void wait() { happened_.get(); }

private:
    Outcome<bool> happened_;
};

}  // namespace postern::test
