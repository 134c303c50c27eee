// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace postern::config {

namespace {

constexpr std::size_t kWordMax = 64;
constexpr std::size_t kCandidatesMax = 1000;

/// The candidate that differs by two neighbouring letters in the wrong order: two edits, but one slip of the
/// finger.
std::optional<std::string> with_two_swapped(std::string word, const std::vector<std::string>& candidates)
{
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        std::swap(word[i], word[i + 1]);
        const auto found = std::find(candidates.begin(), candidates.end(), word);
        if (found != candidates.end()) return *found;
        std::swap(word[i], word[i + 1]);
    }
    return std::nullopt;
}

}  // namespace

std::string source_of(const Position& where)
{
    return where.line == 0 ? where.file : where.file + ':' + std::to_string(where.line);
}

std::string source_beside(const Position& where, const Position& here)
{
    return where.file == here.file ? "line " + std::to_string(where.line) : source_of(where);
}

std::string to_string(const Diagnostic& problem)
{
    std::string out = source_of(problem.where);
    if (problem.where.line > 0) out += ':' + std::to_string(problem.where.column);
    if (!out.empty()) out += ": ";
    if (!problem.path.empty()) out += problem.path + ": ";
    return out + problem.message;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates)
{
    // The search costs length times length for each candidate; no name or list of ours is that long.
    if (word.size() > kWordMax || candidates.size() > kCandidatesMax) return "";
    std::optional<std::string> near = text::nearest(word, candidates);
    if (!near) near = with_two_swapped(word, candidates);
    return near ? " (did you mean \"" + *near + "\"?)" : "";
}

bool stands_before(const Position& a, const Position& b)
{
    return std::make_tuple(a.line == 0, a.line, a.column) < std::make_tuple(b.line == 0, b.line, b.column);
}

void sort_by_position(std::vector<Diagnostic>& problems)
{
    std::stable_sort(problems.begin(), problems.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return stands_before(a.where, b.where);
    });
}

void drop_repeated(std::vector<Diagnostic>& problems)
{
    std::set<std::string> told;
    const auto is_repeated = [&told](const Diagnostic& problem) {
        return !told.insert(to_string(problem)).second;
    };
    problems.erase(std::remove_if(problems.begin(), problems.end(), is_repeated), problems.end());
}

}  // namespace postern::config
