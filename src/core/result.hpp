// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace postern {

/// What went wrong, in words the caller can branch on. The AWS-visible ones come first and keep AWS's names.
enum class ErrorKind {
    Gone,             ///< 410: the connection has closed (GoneException)
    Forbidden,        ///< 403
    LimitExceeded,    ///< 429: throttled or out of queue space (LimitExceededException)
    PayloadTooLarge,  ///< 413 / close 1009
    BadInput,         ///< malformed JSON, expression or configuration text
    Io,               ///< socket, TLS, file
    Internal,         ///< a broken invariant of ours
};

/// An expected failure, as a value. `detail` is for the log and the operator; it never reaches a client.
struct [[nodiscard]] Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string detail;

    Error() = default;  // boost::system::result<T, E>::error() needs it (Boost 1.81)
    Error(ErrorKind error_kind, std::string what) : kind(error_kind), detail(std::move(what)) {}
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Found by ADL when .value() is called on an error: that is a bug in the caller, or start-up giving up.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace postern
