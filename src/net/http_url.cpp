// SPDX-License-Identifier: Apache-2.0
#include "net/http_url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace postern::net {

namespace {

bool is_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && stopped == text.data() + text.size() && port != 0;
}

}  // namespace

std::string authority(std::string_view host, std::string_view port)
{
    const bool is_v6 = host.find(':') != std::string_view::npos;
    std::string out;
    out.append(is_v6 ? "[" : "").append(host).append(is_v6 ? "]:" : ":").append(port);
    return out;
}

Result<HttpUrl> HttpUrl::parse(std::string_view url)
{
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kTls = "https://";
    const Error wrong(ErrorKind::BadInput,
                      "http://HOST:PORT or https://HOST expected, not \"" + std::string(url) + '"');
    HttpUrl out;
    out.is_tls = url.starts_with(kTls);
    if (!out.is_tls && !url.starts_with(kPlain)) return wrong;
    // What would break the request's lines is no URL.
    const auto breaks = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
    if (std::any_of(url.begin(), url.end(), breaks)) return wrong;
    std::string_view rest = url.substr(out.is_tls ? kTls.size() : kPlain.size());
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) out.path = rest.substr(slash);
    rest = rest.substr(0, slash);
    out.authority = rest;
    const std::size_t bracket = rest.find(']');
    const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string_view host = rest.substr(0, colon);
    if (out.is_tls) out.port = "443";
    if (colon != std::string_view::npos) out.port = rest.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    out.host = host;
    // Names and passwords in a URL would end in logs.
    if (out.host.empty() || !is_port(out.port) || rest.find('@') != std::string_view::npos) return wrong;
    return out;
}

}  // namespace postern::net
