// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/reader.hpp"

#include <set>
#include <string>
#include <vector>

namespace postern::config {

/// Where checks that need several places of the file put their mistakes: each at the line that it is about,
/// and none about what the reader has refused already.
class CheckReport {
public:
    explicit CheckReport(Reader& reader);

    /// The reader has said something about one of these paths.
    template <class... Paths>
    bool has_problem(const Paths&... paths) const
    {
        return (known_bad_.contains(paths) || ...);
    }

    bool is_in_the_file(const std::string& path) const { return reader_.positions.contains(path); }

    /// At the nearest place that was read: what is missing has none of its own.
    void add(const std::string& path, std::string message);

    /// The same at another place than that of `path`, which was read.
    void add_at(const std::string& place, const std::string& path, std::string message);

    /// ", did you mean X?" or ""; few mistakes are worth a hint, many are a hostile file, and each hint is a
    /// search.
    std::string hint(const std::string& word, const std::vector<std::string>& candidates) const;

private:
    Reader& reader_;
    std::set<std::string> known_bad_;
};

template <class Map>
std::vector<std::string> keys_of(const Map& map)
{
    std::vector<std::string> keys;
    keys.reserve(map.size());
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

}  // namespace postern::config
