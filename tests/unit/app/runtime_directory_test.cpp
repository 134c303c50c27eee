// SPDX-License-Identifier: Apache-2.0
#include "app/runtime_directory.hpp"

#include "catch.hpp"

using postern::app::runtime_directory;

TEST_CASE("the bootstraps are beside the program")
{
    CHECK(runtime_directory().ends_with("/share/postern/runtime"));
    CHECK(runtime_directory().find("/tests/") == std::string::npos);  // this program is in BUILD/tests
}
