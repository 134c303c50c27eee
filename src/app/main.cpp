// SPDX-License-Identifier: Apache-2.0
#include "app/cli.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        return postern::app::run_command(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "postern: %s\n", failure.what());
        return 1;
    }
}
