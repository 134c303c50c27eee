// SPDX-License-Identifier: Apache-2.0
#include "core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace postern {

void check_failed(const char* condition, std::source_location where)
{
    std::fprintf(stderr, "%s:%u: broken invariant: %s\n", where.file_name(), where.line(), condition);
    std::abort();
}

}  // namespace postern
