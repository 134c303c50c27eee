// SPDX-License-Identifier: Apache-2.0
#include "observability/log_group.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace postern::observability {

namespace {

constexpr std::size_t kNameMax = 512;
constexpr std::string_view kKind = "log-group";

bool is_group_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-/.#").find(c) != std::string_view::npos;
}

Error bad_name(std::string_view group)
{
    return {
        ErrorKind::BadInput,
        "\"" + std::string(group.substr(0, 64)) +
            "\" is no log group's name: 1 to 512 of A-Z, a-z, 0-9 and _-/.# without . or .. as a segment"};
}

}  // namespace

std::string execution_log_group(std::string_view api_id, std::string_view stage)
{
    return "/aws/apigateway/" + std::string(api_id) + "/" + std::string(stage);
}

Result<std::string> log_group_of_arn(std::string_view arn)
{
    const std::vector<std::string_view> parts = text::split(arn, ':');
    const bool is_group = (parts.size() == 7 || (parts.size() == 8 && parts[7] == "*")) &&
                          parts[0] == "arn" && parts[2] == "logs" && parts[5] == kKind && !parts[6].empty();
    if (is_group) return std::string(parts[6]);
    const bool is_firehose = parts.size() > 2 && parts[2] == "firehose";
    return Error(ErrorKind::BadInput,
                 is_firehose ? "Firehose delivery streams are not supported; name a log group"
                             : "expected the ARN of a log group: arn:aws:logs:REGION:ACCOUNT:log-group:NAME");
}

Result<std::string> log_group_file(std::string_view directory, std::string_view group)
{
    if (group.empty() || group.size() > kNameMax || !std::all_of(group.begin(), group.end(), is_group_char)) {
        return bad_name(group);
    }
    std::string file(directory);
    for (const std::string_view segment : text::split(group, '/')) {
        if (segment == "." || segment == "..") return bad_name(group);
        if (segment.empty()) continue;
        file += '/';
        file += segment;
    }
    if (file.size() == directory.size()) return bad_name(group);
    return file + ".log";
}

}  // namespace postern::observability
