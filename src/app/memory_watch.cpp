// SPDX-License-Identifier: Apache-2.0
#include "app/memory_watch.hpp"

#include "core/log.hpp"
#include "observability/process_stats.hpp"

#include <malloc.h>

namespace postern::app {

std::size_t MemoryWatch::poll(std::size_t ceiling)
{
    const server::Pressure before = pressure_.get();
    if (ceiling == 0 && before == server::Pressure::None) return 0;
    std::size_t used = observability::resident_bytes();
    server::Pressure now = server::next_pressure(before, used, ceiling);
    if (server::is_trim_due(before, now, ++looks_since_trim_)) {
        looks_since_trim_ = 0;
        ::malloc_trim(0);
        used = observability::resident_bytes();
        now = server::next_pressure(before, used, ceiling);
    }
    if (now != before) {
        pressure_.set(now);
        log::warn("memory.pressure",
                  {{"pressure", server::to_string(now)}, {"resident_bytes", used}, {"limit_bytes", ceiling}});
    }
    return now == server::Pressure::Shedding ? server::bytes_to_shed(used, ceiling) : 0;
}

}  // namespace postern::app
