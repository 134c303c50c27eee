// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace postern {

/// Prints what and where, and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace postern

/// An invariant of ours. A client can never reach a failing one: that is what the fuzz targets are for.
#define POSTERN_CHECK(condition) \
    (static_cast<bool>(condition) ? void() : ::postern::check_failed(#condition, __FILE__, __LINE__))
