// SPDX-License-Identifier: Apache-2.0
#include "app/function_runtime.hpp"

#include "api/sigv4.hpp"
#include "app/runtime_directory.hpp"
#include "integrations/lambda/remote_function.hpp"
#include "observability/stage_logs.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace postern::app {

namespace {

/// Shared with others: a directory of a known name in it could be somebody else's.
std::string scratch_directory()
{
    std::error_code ignored;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(ignored);
    return temporary.empty() ? "/tmp" : temporary.string();
}

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// The credentials of whoever started the gateway: what functions elsewhere are invoked with.
std::optional<api::sigv4::AccessKey> environment_key()
{
    api::sigv4::AccessKey key;
    key.id = variable("AWS_ACCESS_KEY_ID");
    key.secret = variable("AWS_SECRET_ACCESS_KEY");
    key.session_token = variable("AWS_SESSION_TOKEN");
    if (key.id.empty() || key.secret.empty()) return std::nullopt;
    return key;
}

}  // namespace

std::unique_ptr<integrations::lambda::FunctionHost> make_function_host(LineWriter& lines, const Clock& clock)
{
    using integrations::lambda::FunctionSpec;
    using integrations::lambda::LogGroup;
    integrations::lambda::FunctionHostOptions options;
    options.runtime_directory = runtime_directory();
    options.scratch_directory = scratch_directory();
    options.open_log = [&lines](const std::string& group, const std::string& directory) -> Result<LogGroup> {
        auto destination = observability::open_log_group(lines, directory, group);
        if (!destination) return destination.error();
        return LogGroup{*std::move(destination), directory.empty()};
    };
    options.make_remote = [&clock](boost::asio::io_context& io, const FunctionSpec& spec) {
        return integrations::lambda::make_remote_function(io, spec, {clock, environment_key(), ""});
    };
    options.own_files = [&lines] {
        std::vector<std::string> files = lines.files();
        for (const char* output : {"/proc/self/fd/1", "/proc/self/fd/2"}) files.emplace_back(output);
        return files;
    };
    return std::make_unique<integrations::lambda::FunctionHost>(std::move(options), clock);
}

}  // namespace postern::app
