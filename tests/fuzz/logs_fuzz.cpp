// SPDX-License-Identifier: Apache-2.0
// Line one is a format of an access log, the rest what clients bring: whatever they bring is one line of the
// log.
#include "api/access_log_format.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>

using namespace postern;

namespace {

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 && c != '\t';
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::string_view text = input.line();
    const auto format = api::AccessLogFormat::parse(text);
    if (!format) {
        POSTERN_CHECK(!format.error().detail.empty());
        return 0;
    }
    api::AccessLogRecord record;
    record.request_id = "EP5yqFByIAMElXw=";
    record.user_agent = input.line();
    record.domain_name = input.line();
    record.error_message = input.line();
    record.connection_id = input.rest();

    std::string line = "before\n";
    format->append(line, record);
    POSTERN_CHECK(line.starts_with("before\n") && line.ends_with('\n'));
    const std::string_view made = std::string_view(line).substr(7, line.size() - 8);
    const bool is_clean_format = std::none_of(text.begin(), text.end(), is_control);
    POSTERN_CHECK(!is_clean_format || std::none_of(made.begin(), made.end(), is_control));
    return 0;
}
