// SPDX-License-Identifier: Apache-2.0
#include "observability/counts.hpp"

#include <algorithm>
#include <string>

namespace postern::observability {

CloseClass close_class(std::uint16_t code)
{
    switch (code) {
        case 1000:
            return CloseClass::Normal;
        case 1001:
            return CloseClass::GoingAway;
        case 1002:
            return CloseClass::Protocol;
        case 1003:
            return CloseClass::Unsupported;
        case 1005:
            return CloseClass::NoStatus;
        case 1006:
            return CloseClass::Abnormal;
        case 1007:
            return CloseClass::InvalidUtf8;
        case 1008:
            return CloseClass::Policy;
        case 1009:
            return CloseClass::TooBig;
        case 1011:
            return CloseClass::Internal;
        default:
            if (code >= 3000 && code < 4000) return CloseClass::Library;
            return code >= 4000 && code < 5000 ? CloseClass::Application : CloseClass::Other;
    }
}

std::string_view to_string(CloseClass close)
{
    static constexpr std::array<std::string_view, kCloseClasses> kNames{"1000",
                                                                        "1001",
                                                                        "1002",
                                                                        "1003",
                                                                        "1005",
                                                                        "1006",
                                                                        "1007",
                                                                        "1008",
                                                                        "1009",
                                                                        "1011",
                                                                        "3xxx",
                                                                        "4xxx",
                                                                        "other"};
    return kNames[static_cast<std::size_t>(close)];
}

std::string_view to_string(Limit limit)
{
    static constexpr std::array<std::string_view, kLimits> kNames{"frame_bytes",
                                                                  "message_bytes",
                                                                  "outbox_bytes",
                                                                  "idle_timeout",
                                                                  "max_duration",
                                                                  "ping_timeout",
                                                                  "handshake_timeout",
                                                                  "connect_rate",
                                                                  "connect_queue",
                                                                  "connect_queue_timeout",
                                                                  "disconnect_queue",
                                                                  "address_connections",
                                                                  "address_connect_rate",
                                                                  "message_rate",
                                                                  "memory",
                                                                  "sockets"};
    return kNames[static_cast<std::size_t>(limit)];
}

void ApiRequestCounts::add(std::string_view method, int status)
{
    const auto place = [](const auto& names, std::string_view name) {
        return static_cast<std::size_t>(std::find(names.begin(), names.end() - 1, name) - names.begin());
    };
    counts_[place(kMethods, method) * kStatuses.size() + place(kStatuses, std::to_string(status))].add();
}

}  // namespace postern::observability
