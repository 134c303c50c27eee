// SPDX-License-Identifier: Apache-2.0
#include "core/result.hpp"

#include <stdexcept>

namespace postern {

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/)
{
    throw std::runtime_error(error.detail);
}

}  // namespace postern
