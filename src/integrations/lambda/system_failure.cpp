// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/system_failure.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace postern::integrations::lambda {

namespace {

std::string_view remedy_of(int error)
{
    switch (error) {
        case EMFILE:
        case ENFILE:
            return "allow the gateway more of them (ulimit -n), or fewer instances "
                   "(gateway.functions.concurrency)";
        case EAGAIN:
        case ENOMEM:
            return "allow the gateway's user more processes (ulimit -u) and memory, or fewer instances "
                   "(gateway.functions.concurrency)";
        case E2BIG:
            return "its environment is too large: a variable may have 128 KiB, and on AWS all of them "
                   "together "
                   "4 KiB";
        case ENOENT:
            return "if it is there, what its first line or its dynamic loader names is not";
        case ENOEXEC:
            return "build it for this machine's processor; a script begins with #!";
        default:
            return {};
    }
}

}  // namespace

std::string text_of_failure(int error)
{
    std::string out = std::generic_category().message(error);
    const std::string_view remedy = remedy_of(error);
    if (!remedy.empty()) out.append("; ").append(remedy);
    return out;
}

}  // namespace postern::integrations::lambda
