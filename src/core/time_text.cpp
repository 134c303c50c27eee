// SPDX-License-Identifier: Apache-2.0
#include "core/time_text.hpp"

#include <cstdio>
#include <ctime>

namespace postern::time_text {

namespace {

constexpr const char* kMonths[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::tm utc(EpochMillis at)
{
    const std::time_t seconds = static_cast<std::time_t>(at / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

template <class... Parts>
std::string format(const char* pattern, Parts... parts)
{
    char out[64];
    const int n = std::snprintf(out, sizeof(out), pattern, parts...);
    return std::string(out, static_cast<std::size_t>(n));
}

}  // namespace

std::string request_time(EpochMillis at)
{
    const std::tm t = utc(at);
    return format("%02d/%s/%04d:%02d:%02d:%02d +0000",
                  t.tm_mday,
                  kMonths[t.tm_mon],
                  t.tm_year + 1900,
                  t.tm_hour,
                  t.tm_min,
                  t.tm_sec);
}

std::string http_date(EpochMillis at)
{
    const std::tm t = utc(at);
    return format("%s, %02d %s %04d %02d:%02d:%02d GMT",
                  kDays[t.tm_wday],
                  t.tm_mday,
                  kMonths[t.tm_mon],
                  t.tm_year + 1900,
                  t.tm_hour,
                  t.tm_min,
                  t.tm_sec);
}

std::string iso8601(EpochMillis at)
{
    const std::tm t = utc(at);
    return format("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                  t.tm_year + 1900,
                  t.tm_mon + 1,
                  t.tm_mday,
                  t.tm_hour,
                  t.tm_min,
                  t.tm_sec,
                  static_cast<int>(at % 1000));
}

}  // namespace postern::time_text
