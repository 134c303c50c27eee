// SPDX-License-Identifier: Apache-2.0
#include "management/parameters.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace postern::management {

namespace {

constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMax = 1000;
constexpr std::size_t kReasonBytesMax = 123;  // RFC 6455 section 5.5

std::optional<std::uint32_t> number_of(const std::string& digits)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace

Query query_of(std::string_view target)
{
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return {};
    return api::parse_query(target.substr(mark + 1));
}

std::optional<std::string> last_of(const Query& query, std::string_view name)
{
    std::optional<std::string> found;
    for (const api::QueryParameter& parameter : query) {
        if (parameter.name == name) found = parameter.value;
    }
    return found;
}

std::optional<std::string> stranger(const Query& query, std::initializer_list<std::string_view> known)
{
    constexpr std::string_view kOfSignatures = "X-Amz-";
    for (const api::QueryParameter& parameter : query) {
        if (parameter.name.starts_with(kOfSignatures)) continue;
        if (std::find(known.begin(), known.end(), parameter.name) != known.end()) continue;
        std::string names;
        for (const std::string_view name : known) names.append(names.empty() ? ", but " : ", ").append(name);
        return "There is no parameter \"" + parameter.name + '"' + names;
    }
    return std::nullopt;
}

Result<std::size_t> parse_limit(const Query& query)
{
    const auto limit = number_of(last_of(query, "limit").value_or(std::to_string(kPageDefault)));
    if (!limit || *limit < 1 || *limit > kPageMax) {
        return Error(ErrorKind::BadInput, "limit must be from 1 to 1000");
    }
    return std::size_t{*limit};
}

Result<Closing> parse_closing(const Query& query)
{
    const auto code = last_of(query, "code");
    auto reason = last_of(query, "reason");
    Closing closing;
    if (code) {
        const auto number = number_of(*code);
        const bool is_ok = number && (*number == 1000 || (*number >= 3000 && *number <= 4999));
        if (!is_ok) return Error(ErrorKind::BadInput, "code must be 1000 or from 3000 to 4999");
        closing.code = static_cast<std::uint16_t>(*number);
        closing.reason.clear();
    }
    if (reason) closing.reason = *std::move(reason);
    if (closing.reason.size() > kReasonBytesMax || !text::is_utf8(closing.reason)) {
        return Error(ErrorKind::BadInput, "reason must be UTF-8 of at most 123 bytes");
    }
    return closing;
}

}  // namespace postern::management
