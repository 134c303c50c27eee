// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: what is read is written as JSON and UTF-8 again, and any text survives quoting.
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/text.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto document = json::parse(bytes)) {
        const std::string dumped = json::dump(*document);
        const auto again = json::parse(dumped);
        // The largest doubles are read roughly: written in full they may be beyond what can be read.
        const bool is_too_big = !again && again.error().detail.find("umber too big") != std::string::npos;
        POSTERN_CHECK(text::is_utf8(dumped));
        POSTERN_CHECK(is_too_big || (again && again->GetType() == document->GetType()));
        static_cast<void>(json::find(*document, "action"));
    }
    const std::string lossy = text::to_utf8_lossy(bytes);
    POSTERN_CHECK(text::is_utf8(lossy) && (lossy == bytes) == text::is_utf8(bytes));
    const auto quoted = json::parse(json::quoted(lossy));
    POSTERN_CHECK(quoted && json::as_string(*quoted) == lossy);
    return 0;
}
