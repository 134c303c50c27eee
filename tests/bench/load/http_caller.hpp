// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <string>
#include <string_view>

namespace postern::bench {

/// A backend on a keep-alive connection, with one request at a time. Everything throws std::runtime_error
/// when the server does not do what it should.
class HttpCaller {
public:
    explicit HttpCaller(const sockaddr_in& server);
    ~HttpCaller();
    HttpCaller(const HttpCaller&) = delete;
    HttpCaller& operator=(const HttpCaller&) = delete;

    /// A POST as an SDK sends it, but for the signature.
    void post(std::string_view target, std::string_view body);

    bool is_waiting() const { return is_waiting_; }

    /// Reads what is there; true when a 200 has come with all of its body.
    bool poll();

private:
    int fd_ = -1;
    bool is_waiting_ = false;
    std::string answer_;
};

}  // namespace postern::bench
