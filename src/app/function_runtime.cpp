// SPDX-License-Identifier: Apache-2.0
#include "app/function_runtime.hpp"

#include "app/runtime_directory.hpp"
#include "observability/stage_logs.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace postern::app {

namespace {

std::string scratch_directory()
{
    std::error_code ignored;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(ignored);
    return (temporary.empty() ? "/tmp" : temporary.string()) + "/postern-" + std::to_string(::getuid());
}

}  // namespace

std::unique_ptr<integrations::lambda::FunctionHost> make_function_host(LineWriter& lines, const Clock& clock)
{
    using integrations::lambda::LogGroup;
    integrations::lambda::FunctionHostOptions options;
    options.runtime_directory = runtime_directory();
    options.scratch_directory = scratch_directory();
    options.open_log = [&lines](const std::string& group, const std::string& directory) -> Result<LogGroup> {
        auto destination = observability::open_log_group(lines, directory, group);
        if (!destination) return destination.error();
        return LogGroup{*std::move(destination), directory.empty()};
    };
    return std::make_unique<integrations::lambda::FunctionHost>(std::move(options), clock);
}

}  // namespace postern::app
