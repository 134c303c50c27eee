// SPDX-License-Identifier: Apache-2.0
#include "app/health_check.hpp"

#include "app/admin_client.hpp"
#include "app/cli.hpp"

#include <chrono>
#include <cstdio>

namespace postern::app {

namespace {

constexpr std::chrono::seconds kPatience{2};

Result<HttpAnswer> get(const std::string& url)
{
    const Result<HttpUrl> target = parse_plain_url(url);
    return target ? http_call(*target, "GET", {}, {}, kPatience) : target.error();
}

int tell(const std::string& url, const Result<HttpAnswer>& answer)
{
    if (answer && answer->status == 200) return 0;
    const std::string why = answer ? "status " + std::to_string(answer->status) : answer.error().detail;
    std::fprintf(stderr, "%s: %s\n", url.c_str(), why.c_str());
    return kExitFailed;
}

}  // namespace

int check_health(const std::string& url)
{
    return tell(url, get(url));
}

int check_usual_health(std::string admin_url)
{
    while (admin_url.ends_with('/')) admin_url.pop_back();
    const std::string health_url = admin_url + "/healthz";
    const Result<HttpAnswer> answer = get(health_url);
    const bool is_ours = answer && (answer->status == 200 || answer->status == 503);
    return is_ours ? tell(health_url, answer) : check_health(std::string(kUsualPing));
}

}  // namespace postern::app
