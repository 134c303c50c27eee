// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/property.hpp"

/// The tables: every object that a configuration file may hold.
namespace postern::config {

const Section& root_section();

// api_sections.cpp
const Section& api_section();
const Section& stage_section();
const Section& domain_name_section();

// route_sections.cpp
const Section& route_section();

// function_sections.cpp
const Section& function_section();
const Section& functions_section();

// limits_section.cpp
const Section& limits_section();

// gateway_sections.cpp
const Section& gateway_section();

}  // namespace postern::config
