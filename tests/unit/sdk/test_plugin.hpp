// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <postern/testing.hpp>

/// A setup function as the query function of a plugin.
template <void (*setup)(postern::Setup&)>
const postern_plugin* query_of(std::uint32_t, std::uint32_t)
{
    return postern::describe_plugin<setup>("test", "1.2.3");
}
