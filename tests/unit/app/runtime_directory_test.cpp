// SPDX-License-Identifier: Apache-2.0
#include "app/runtime_directory.hpp"

#include "catch.hpp"

#include <cstdlib>

using postern::app::runtime_directory;

TEST_CASE("the bootstraps are where the variable says, else beside the program")
{
    ::setenv("POSTERN_RUNTIME_DIRECTORY", "/elsewhere", 1);
    CHECK(runtime_directory() == "/elsewhere");
    ::unsetenv("POSTERN_RUNTIME_DIRECTORY");
    CHECK(runtime_directory().ends_with("/share/postern/runtime"));
    CHECK(runtime_directory().find("/tests/") == std::string::npos);  // this program is in BUILD/tests
}
