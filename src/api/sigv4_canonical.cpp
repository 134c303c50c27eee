// SPDX-License-Identifier: Apache-2.0
#include "api/sigv4_canonical.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace postern::api::sigv4 {

namespace {

/// What may stand in a path segment as it is, besides the unreserved characters (RFC 3986 section 3.3).
constexpr std::string_view kSegmentPunctuation = "!$&'()*+,;=:@";

std::string decode(std::string_view text)
{
    return text::percent_decode(text).value_or(std::string(text));
}

/// Empty and dot segments resolved; a final slash stays.
std::string normalise(std::string_view path)
{
    std::vector<std::string_view> kept;
    for (const std::string_view segment : text::split(path, '/')) {
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string out;
    for (const std::string_view segment : kept) out.append(1, '/').append(segment);
    if (out.empty() || path.ends_with('/')) out += '/';
    return out;
}

/// How one segment of the wire path may have been written by the signer.
using SegmentForm = std::string (*)(std::string_view segment);

constexpr SegmentForm kSegmentForms[] = {
    // AWS's: as sent, encoded once more
    [](std::string_view s) { return text::percent_encode(s); },
    // encoded once, however it was sent
    [](std::string_view s) { return text::percent_encode(decode(s)); },
    // encoded twice, sent with '@' or '=' as they are
    [](std::string_view s) { return text::percent_encode(text::percent_encode(decode(s))); },
    // '@' as it is and the rest encoded, then encoded once more; sent with %40
    [](std::string_view s) { return text::percent_encode(text::percent_encode(decode(s), "@")); },
    // as sent
    [](std::string_view s) { return text::percent_encode(s, std::string("%").append(kSegmentPunctuation)); },
    // '@' and '=' as they are; sent encoded
    [](std::string_view s) { return text::percent_encode(decode(s), kSegmentPunctuation); },
};

std::string write_path(std::string_view path, SegmentForm form)
{
    std::string out;
    bool is_first = true;
    for (const std::string_view segment : text::split(path, '/')) {
        if (!is_first) out += '/';
        is_first = false;
        out += form(segment);
    }
    return out;
}

}  // namespace

Parameters parse_parameters(std::string_view raw_query)
{
    Parameters parameters;
    for (const std::string_view piece : text::split(raw_query, '&')) {
        if (piece.empty()) continue;
        const std::size_t equals = piece.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1);
        parameters.emplace_back(decode(piece.substr(0, equals)), decode(value));
    }
    return parameters;
}

std::string canonical_query(const Parameters& parameters, bool is_presigned)
{
    Parameters encoded;
    for (const auto& [name, value] : parameters) {
        if (is_presigned && name == "X-Amz-Signature") continue;
        encoded.emplace_back(text::percent_encode(name), text::percent_encode(value));
    }
    std::sort(encoded.begin(), encoded.end());
    std::string out;
    for (const auto& [name, value] : encoded) {
        if (!out.empty()) out += '&';
        out.append(name).append(1, '=').append(value);
    }
    return out;
}

std::string canonical_value(const Headers& headers, std::string_view name)
{
    std::string out;
    bool is_first = true;
    for (const Header& header : headers) {
        if (!text::iequals(header.name, name)) continue;
        if (!is_first) out += ',';
        is_first = false;
        bool is_after_space = false;
        for (const char c : text::trim(header.value)) {
            const bool is_space = c == ' ' || c == '\t';
            if (!is_space) {
                out += c;
            } else if (!is_after_space) {
                out += ' ';
            }
            is_after_space = is_space;
        }
    }
    return out;
}

std::string canonical_path(std::string_view wire_path)
{
    return write_path(normalise(wire_path), kSegmentForms[0]);
}

std::vector<std::string> canonical_paths(std::string_view wire_path)
{
    std::vector<std::string> forms;
    for (const std::string& path : {normalise(wire_path), std::string(wire_path)}) {
        for (const SegmentForm form : kSegmentForms) {
            std::string written = write_path(path, form);
            if (std::find(forms.begin(), forms.end(), written) == forms.end()) {
                forms.push_back(std::move(written));
            }
        }
    }
    return forms;
}

CanonicalRequest::CanonicalRequest(const Request& request,
                                   const std::vector<std::string>& signed_headers,
                                   std::string_view query)
    : method_(request.method)
{
    middle_.append(1, '\n').append(query).append(1, '\n');
    std::string names;
    for (const std::string& name : signed_headers) {
        middle_.append(name).append(1, ':').append(canonical_value(request.headers, name)).append(1, '\n');
        if (!names.empty()) names += ';';
        names += name;
    }
    middle_.append(1, '\n').append(names).append(1, '\n');
}

std::string CanonicalRequest::text(std::string_view path, std::string_view payload_hash) const
{
    std::string out;
    out.reserve(method_.size() + 1 + path.size() + middle_.size() + payload_hash.size());
    return out.append(method_).append(1, '\n').append(path).append(middle_).append(payload_hash);
}

}  // namespace postern::api::sigv4
