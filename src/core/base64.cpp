// SPDX-License-Identifier: Apache-2.0
#include "core/base64.hpp"

#include <array>
#include <cstdint>

namespace postern::base64 {

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_with(std::string_view alphabet, std::string_view bytes)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t block = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            block = block << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= n ? alphabet[block >> (18 - 6 * k) & 63U] : '=';
        }
    }
    return out;
}

std::array<std::int8_t, 256> reverse(std::string_view alphabet)
{
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}

std::optional<std::string> decode_with(const std::array<std::int8_t, 256>& table, std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const std::size_t n = i + 4 == text.size() ? 4 - padding : 4;
        std::uint32_t block = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const int value = k < n ? table[static_cast<unsigned char>(text[i + k])] : 0;
            if (value < 0) return std::nullopt;
            block = block << 6 | static_cast<std::uint32_t>(value);
        }
        for (std::size_t k = 0; k + 1 < n; ++k) out += static_cast<char>(block >> (16 - 8 * k));
        if ((n == 3 && (block & 0xFFU) != 0) || (n == 2 && (block & 0xFFFFU) != 0)) return std::nullopt;
    }
    return out;
}

}  // namespace

std::string encode(std::string_view bytes)
{
    return encode_with(kStandard, bytes);
}

std::string encode_url(std::string_view bytes)
{
    return encode_with(kUrl, bytes);
}

std::optional<std::string> decode(std::string_view text)
{
    static const auto table = reverse(kStandard);
    return decode_with(table, text);
}

std::optional<std::string> decode_url(std::string_view text)
{
    static const auto table = reverse(kUrl);
    return decode_with(table, text);
}

}  // namespace postern::base64
