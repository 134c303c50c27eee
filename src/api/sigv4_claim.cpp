// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_claim.hpp"

#include "core/base64.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace postern::api::sigv4 {

namespace {

/// A week, the longest that AWS lets a presigned request live.
constexpr EpochSeconds kLifetimeMax = 604'800;

Outcome incomplete(std::string message)
{
    return {Verdict::IncompleteSignature, nullptr, std::move(message)};
}

/// Empty when there is none. Of a repeated parameter the first counts; the signature covers all of them.
std::string_view find_parameter(const Parameters& parameters, std::string_view name)
{
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.first == name; });
    return found == parameters.end() ? std::string_view() : found->second;
}

std::vector<std::string> split_names(std::string_view signed_headers)
{
    std::vector<std::string> names;
    for (const std::string_view name : text::split(signed_headers, ';')) names.push_back(text::lower(name));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::optional<Outcome> read_date(std::string_view date, EpochSeconds& out)
{
    const auto at = parse_time(date);
    if (!at) {
        return incomplete("Date must be in ISO-8601 'basic format'. Got '" + std::string(date) +
                          "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    out = *at;
    return std::nullopt;
}

std::variant<Claim, Outcome> read_header_form(const Request& request, std::string_view authorization)
{
    // AWS names a header that may be another service's credential by its hash only.
    const auto fingerprint = [&] { return base64::encode(hash::bytes_of(hash::sha256(authorization))); };
    Claim claim;
    const std::size_t space = authorization.find(' ');
    claim.algorithm = authorization.substr(0, space);
    std::string names;
    const std::string_view pairs =
        space == std::string_view::npos ? std::string_view() : authorization.substr(space + 1);
    for (const std::string_view piece : text::split(pairs, ',')) {
        const std::string_view pair = text::trim(piece);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) {
            return incomplete(
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 "
                "and encoded with Base64): '" +
                fingerprint() + "'.");
        }
        const std::string_view name = pair.substr(0, equals);
        if (name == "Credential") claim.credential = pair.substr(equals + 1);
        if (name == "SignedHeaders") names = pair.substr(equals + 1);
        if (name == "Signature") claim.signature = pair.substr(equals + 1);
    }
    const Header* date = find_header(request.headers, "X-Amz-Date");
    if (date == nullptr) date = find_header(request.headers, "Date");

    std::string missing;
    const auto require = [&](std::string_view name, bool is_there) {
        if (is_there) return;
        missing.append("Authorization header requires '").append(name).append("' parameter. ");
    };
    require("Credential", !claim.credential.empty());
    require("Signature", !claim.signature.empty());
    require("SignedHeaders", !names.empty());
    if (date == nullptr) {
        missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if (!missing.empty()) {
        return incomplete(missing +
                          "(Hashed with SHA-256 and encoded with Base64) Authorization=" + fingerprint());
    }
    if (auto refusal = read_date(text::trim(date->value), claim.signed_at)) return *refusal;
    claim.signed_headers = split_names(names);
    if (const Header* token = find_header(request.headers, "X-Amz-Security-Token")) {
        claim.security_token = text::trim(token->value);
    }
    return claim;
}

std::variant<Claim, Outcome> read_presigned_form(const Parameters& parameters)
{
    std::string missing;
    const auto require = [&](std::string_view name) {
        const std::string_view value = find_parameter(parameters, name);
        if (value.empty()) {
            missing.append("AWS query-string parameters must include '").append(name).append("'. ");
        }
        return std::string(value);
    };
    Claim claim;
    claim.is_presigned = true;
    claim.algorithm = require("X-Amz-Algorithm");
    claim.credential = require("X-Amz-Credential");
    claim.signature = require("X-Amz-Signature");
    claim.signed_headers = split_names(require("X-Amz-SignedHeaders"));
    const std::string date = require("X-Amz-Date");
    if (!missing.empty()) return incomplete(missing + "Re-examine the query-string parameters.");
    if (auto refusal = read_date(date, claim.signed_at)) return *refusal;
    claim.security_token = find_parameter(parameters, "X-Amz-Security-Token");

    // Not every signer names a lifetime for this service. The text is S3's; here UNCONFIRMED.
    const std::string_view expires = find_parameter(parameters, "X-Amz-Expires");
    if (expires.empty()) return claim;
    const char* end = expires.data() + expires.size();
    const auto [stopped, error] = std::from_chars(expires.data(), end, claim.lifetime);
    if (error != std::errc() || stopped != end || claim.lifetime < 1 || claim.lifetime > kLifetimeMax) {
        return incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800.");
    }
    return claim;
}

/// `digits` decimal digits at `at`; -1 when there are others.
int number_at(std::string_view text, std::size_t at, std::size_t digits)
{
    int out = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return -1;
        out = out * 10 + (c - '0');
    }
    return out;
}

std::optional<EpochSeconds> to_epoch(int year, int month, int day, int hour, int minute, int second)
{
    using namespace std::chrono;
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
    const year_month_day date{std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_seconds(sys_days(date)).time_since_epoch().count() + hour * 3600 + minute * 60 + second;
}

}  // namespace

std::variant<Claim, Outcome> read_claim(const Request& request, const Parameters& parameters)
{
    // Two Authorization headers are broken HTTP already to the front (spec captures 3.3).
    const Header* authorization = find_header(request.headers, "Authorization");
    if (authorization != nullptr && !text::trim(authorization->value).empty()) {
        return read_header_form(request, text::trim(authorization->value));
    }
    const bool is_presigned = !find_parameter(parameters, "X-Amz-Algorithm").empty() ||
                              !find_parameter(parameters, "X-Amz-Credential").empty() ||
                              !find_parameter(parameters, "X-Amz-Signature").empty();
    if (is_presigned) return read_presigned_form(parameters);
    return Outcome{Verdict::MissingAuthenticationToken, nullptr, "Missing Authentication Token"};
}

std::string basic_time(EpochSeconds at)
{
    using namespace std::chrono;
    const sys_seconds time{seconds(at)};
    const sys_days days = floor<std::chrono::days>(time);
    const year_month_day date{days};
    const hh_mm_ss clock{time - days};
    char out[64];
    const int size = std::snprintf(out,
                                   sizeof(out),
                                   "%04d%02u%02uT%02d%02d%02dZ",
                                   static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()),
                                   static_cast<int>(clock.hours().count()),
                                   static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()));
    return std::string(out, static_cast<std::size_t>(size));
}

std::optional<EpochSeconds> parse_time(std::string_view text)
{
    constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto number = [&](std::size_t at, std::size_t digits) { return number_at(text, at, digits); };
    if (text.size() == 16 && text[8] == 'T' && text[15] == 'Z') {
        return to_epoch(number(0, 4), number(4, 2), number(6, 2), number(9, 2), number(11, 2), number(13, 2));
    }
    if (text.size() == 29 && text.ends_with(" GMT") && text[3] == ',' && text[19] == ':' && text[22] == ':') {
        const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
        if (month == kMonths.end()) return std::nullopt;
        return to_epoch(number(12, 4),
                        static_cast<int>(month - kMonths.begin()) + 1,
                        number(5, 2),
                        number(17, 2),
                        number(20, 2),
                        number(23, 2));
    }
    return std::nullopt;
}

}  // namespace postern::api::sigv4
