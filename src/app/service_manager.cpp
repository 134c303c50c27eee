// SPDX-License-Identifier: Apache-2.0
#include "app/service_manager.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <systemd/sd-daemon.h>
#include <utility>

namespace postern::app {

namespace {

using std::chrono::microseconds;

constexpr microseconds kStatusInterval = std::chrono::seconds(10);
constexpr microseconds kDrainInterval = std::chrono::seconds(1);

/// How often the manager hears from us; `has_watchdog` becomes true when it insists.
microseconds find_interval(bool is_present, bool& has_watchdog)
{
    std::uint64_t watchdog_us = 0;
    has_watchdog = is_present && sd_watchdog_enabled(0, &watchdog_us) > 0;
    const auto half = microseconds(static_cast<std::int64_t>(watchdog_us / 2));
    return has_watchdog ? std::min(kStatusInterval, half) : kStatusInterval;
}

std::int64_t monotonic_us()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceManager::ServiceManager(boost::asio::io_context& io, ServiceHooks hooks)
    : hooks_(std::move(hooks)),
      timer_(io.get_executor()),
      is_present_(std::getenv("NOTIFY_SOCKET") != nullptr),
      has_watchdog_(false)
{
    interval_ = find_interval(is_present_, has_watchdog_);
}

void ServiceManager::on_ready()
{
    if (!is_present_) return;
    told_ = status();
    sd_notify(0, ("READY=1\nSTATUS=" + told_).c_str());
    tick();
}

void ServiceManager::on_reload_begin()
{
    if (!is_present_) return;
    const std::string message = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us());
    sd_notify(0, message.c_str());
}

void ServiceManager::on_reload_end(const std::vector<std::string>& refusals)
{
    if (!is_present_) return;
    refusal_ = refusals.empty() ? "" : refusals.front();
    std::replace(refusal_.begin(), refusal_.end(), '\n', ' ');  // a line is an assignment of its own
    told_ = status();
    sd_notify(0, ("READY=1\nSTATUS=" + told_).c_str());
}

void ServiceManager::on_stopping(std::chrono::seconds patience)
{
    if (!is_present_) return;
    patience_ = patience;
    interval_ = std::min(interval_, kDrainInterval);
    sd_notify(0, "STOPPING=1");
    tick();
}

std::string ServiceManager::status() const
{
    std::string line = hooks_.status();
    if (!refusal_.empty()) line += "; the last reload was refused: " + refusal_;
    return line;
}

void ServiceManager::tick()
{
    std::string message;
    if (has_watchdog_ && hooks_.do_shards_answer()) message += "WATCHDOG=1\n";
    if (patience_.count() > 0) {
        message += "EXTEND_TIMEOUT_USEC=" + std::to_string((2 * interval_ + patience_).count()) + "\n";
    }
    std::string now = status();
    if (now != told_) {
        message += "STATUS=" + now + "\n";
        told_ = std::move(now);
    }
    if (!message.empty()) sd_notify(0, message.c_str());

    timer_.expires_after(interval_);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) tick();
    });
}

}  // namespace postern::app
