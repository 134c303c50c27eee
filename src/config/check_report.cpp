// SPDX-License-Identifier: Apache-2.0
#include "config/check_report.hpp"

#include <utility>

namespace postern::config {

namespace {

constexpr std::size_t kHintsMax = 200;

}  // namespace

CheckReport::CheckReport(Reader& reader) : reader_(reader)
{
    for (const Diagnostic& problem : reader.problems) known_bad_.insert(problem.path);
}

void CheckReport::add(const std::string& path, std::string message)
{
    std::string at = path;
    while (!is_in_the_file(at) && !at.empty()) {
        const std::size_t end = at.find_last_of(".[");
        at.resize(end == std::string::npos ? 0 : end);
    }
    add_at(at, path, std::move(message));
}

void CheckReport::add_at(const std::string& place, const std::string& path, std::string message)
{
    reader_.report(reader_.positions[place], path, std::move(message));
}

std::string CheckReport::hint(const std::string& word, const std::vector<std::string>& candidates) const
{
    return reader_.problems.size() < kHintsMax ? did_you_mean(word, candidates) : "";
}

}  // namespace postern::config
