// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/instance_names.hpp"

#include "api/ids.hpp"
#include "core/time_text.hpp"

#include <algorithm>

namespace postern::integrations::lambda {

InstanceMark make_mark(Random& random)
{
    InstanceMark mark{};
    const std::string digits = random.hex(mark.size() / 2);
    std::copy_n(digits.begin(), mark.size(), mark.begin());
    return mark;
}

std::string log_stream_name(EpochMillis now, const InstanceMark& mark)
{
    std::string day = time_text::iso8601(now).substr(0, 10);
    for (char& c : day) c = c == '-' ? '/' : c;
    return day + "/[$LATEST]" + std::string(mark.data(), mark.size());
}

std::string complete_trace_id(std::string said, EpochMillis now, Random& random)
{
    if (said.empty()) said = api::new_trace_id(now, random);
    if (said.find("Parent=") == std::string::npos) said += ";Parent=" + random.hex(8);
    if (said.find("Sampled=") == std::string::npos) said += ";Sampled=0";
    return said;
}

}  // namespace postern::integrations::lambda
