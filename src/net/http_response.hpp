// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/header.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace postern::net {

struct HttpResponse {
    int status = 0;
    Headers headers;  ///< in the server's order and casing
    std::string body;

    /// The first header of that name, or empty.
    std::string_view header(std::string_view name) const;
};

/// Reads the answer to one request off a byte stream: by its length, in chunks, or up to the stream's end.
/// Interim answers (1xx) are passed over.
class ResponseReader {
public:
    ResponseReader(std::size_t header_bytes_max, std::size_t body_bytes_max);
    ~ResponseReader();
    ResponseReader(const ResponseReader&) = delete;
    ResponseReader& operator=(const ResponseReader&) = delete;

    enum class Status { NeedMore, Done, Malformed, BodyTooLarge };

    /// Takes bytes from the front of `input`, which keeps what belongs to nobody.
    Status read(std::string& input);

    /// The stream has ended: Done when the answer ends with it, else Malformed.
    Status end();

    /// Once, when Done.
    HttpResponse take();

    /// When Done: whether another request may follow on the connection.
    bool keeps_alive() const { return keeps_alive_; }

private:
    void restart();

    struct Parser;
    const std::size_t header_bytes_max_;
    const std::size_t body_bytes_max_;
    std::unique_ptr<Parser> parser_;
    bool keeps_alive_ = false;
};

}  // namespace postern::net
