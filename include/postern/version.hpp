// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The release that these headers belong to. What decides whether a plugin fits a gateway is not this but the
/// version of the interface, POSTERN_ABI_MAJOR and POSTERN_ABI_MINOR of <postern/plugin.h>.
#define POSTERN_VERSION_MAJOR 0
#define POSTERN_VERSION_MINOR 1
#define POSTERN_VERSION_PATCH 0
#define POSTERN_VERSION "0.1.0"
