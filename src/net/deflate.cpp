// SPDX-License-Identifier: Apache-2.0
#include "net/deflate.hpp"

#include "core/check.hpp"
#include "core/text.hpp"

#include <zlib.h>

namespace postern::net::deflate {

namespace {

constexpr int kRawWindow = -15;                           // a negative size means "no zlib header"
constexpr std::string_view kTail{"\x00\x00\xFF\xFF", 4};  // RFC 7692 section 7.2.1

struct Engines {
    z_stream deflater{};
    z_stream inflater{};
    std::string output;
    std::string message;

    Engines()
    {
        POSTERN_CHECK(deflateInit2(&deflater, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) ==
                      Z_OK);
        POSTERN_CHECK(inflateInit2(&inflater, kRawWindow) == Z_OK);
    }
    ~Engines()
    {
        deflateEnd(&deflater);
        inflateEnd(&inflater);
    }
    Engines(const Engines&) = delete;
    Engines& operator=(const Engines&) = delete;
};

Engines& engines()
{
    thread_local Engines made;
    return made;
}

Bytef* bytes(const char* s)
{
    return reinterpret_cast<Bytef*>(const_cast<char*>(s));
}

struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;  ///< without quotes
};

Parameter parse_parameter(std::string_view text)
{
    const std::size_t equals = text.find('=');
    Parameter parameter{text::trim(text.substr(0, equals)), std::nullopt};
    if (equals == std::string_view::npos) return parameter;
    std::string_view value = text::trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
    parameter.value = value;
    return parameter;
}

/// 8 to 15 without leading zeros (RFC 7692 section 7.1.2).
bool is_window_bits(std::string_view value)
{
    if (value.size() == 1) return value == "8" || value == "9";
    return value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5';
}

/// A client that insists on a smaller server window than ours cannot be met.
bool is_acceptable(const Parameter& parameter)
{
    const auto& [name, value] = parameter;
    if (text::iequals(name, "server_max_window_bits")) return value == "15";
    if (text::iequals(name, "client_max_window_bits")) return !value || is_window_bits(*value);
    return !value && (text::iequals(name, "server_no_context_takeover") ||
                      text::iequals(name, "client_no_context_takeover"));
}

/// One offer: every parameter is known, valid and there once (RFC 7692 section 7.1).
bool is_acceptable(std::string_view offer)
{
    const auto pieces = text::split(offer, ';');
    if (!text::iequals(text::trim(pieces.front()), "permessage-deflate")) return false;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const Parameter parameter = parse_parameter(pieces[i]);
        if (!is_acceptable(parameter)) return false;
        for (std::size_t earlier = 1; earlier < i; ++earlier) {
            if (text::iequals(parse_parameter(pieces[earlier]).name, parameter.name)) return false;
        }
    }
    return true;
}

}  // namespace

std::optional<std::string> negotiate(std::string_view offers)
{
    for (const std::string_view offer : text::split(offers, ',')) {
        if (is_acceptable(offer)) {
            return "permessage-deflate;server_no_context_takeover;client_no_context_takeover";
        }
    }
    return std::nullopt;
}

std::string_view compress(std::string_view message)
{
    Engines& e = engines();
    deflateReset(&e.deflater);
    e.output.resize(deflateBound(&e.deflater, static_cast<uLong>(message.size())) + 16);
    e.deflater.next_in = bytes(message.data());
    e.deflater.avail_in = static_cast<uInt>(message.size());
    e.deflater.next_out = bytes(e.output.data());
    e.deflater.avail_out = static_cast<uInt>(e.output.size());
    POSTERN_CHECK(::deflate(&e.deflater, Z_SYNC_FLUSH) == Z_OK && e.deflater.avail_in == 0);
    const std::size_t size = e.output.size() - e.deflater.avail_out;
    return std::string_view(e.output).substr(0, size - kTail.size());
}

Inflated inflate(std::string_view payload, std::size_t bytes_max)
{
    Engines& e = engines();
    inflateReset(&e.inflater);
    e.message.clear();
    bool is_whole = false;  // the data so far ends with a block
    for (const std::string_view part : {payload, kTail}) {
        e.inflater.next_in = bytes(part.data());
        e.inflater.avail_in = static_cast<uInt>(part.size());
        int result = Z_OK;
        do {
            char block[16 * 1024];
            e.inflater.next_out = bytes(block);
            e.inflater.avail_out = sizeof(block);
            result = ::inflate(&e.inflater, Z_SYNC_FLUSH);
            if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
                return {InflateStatus::Malformed, nullptr};
            }
            e.message.append(block, sizeof(block) - e.inflater.avail_out);
            if (e.message.size() > bytes_max) return {InflateStatus::TooLarge, nullptr};
            // Behind a final block there may be others (RFC 7692 section 7.2.3.4).
            if (result == Z_STREAM_END) inflateReset(&e.inflater);
        } while (e.inflater.avail_in > 0 || (e.inflater.avail_out == 0 && result == Z_OK));
        is_whole =
            result == Z_STREAM_END || (e.inflater.data_type & 128) != 0;  // zlib.h, inflate(): between blocks
        if (result == Z_STREAM_END) break;
    }
    if (!is_whole) return {InflateStatus::Malformed, nullptr};
    return {InflateStatus::Ok, &e.message};
}

}  // namespace postern::net::deflate
