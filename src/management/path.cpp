// SPDX-License-Identifier: Apache-2.0
#include "management/path.hpp"

#include "core/text.hpp"

namespace postern::management {

namespace {

constexpr std::string_view kConnections = "/@connections";
constexpr std::string_view kGroups = "/@groups";

/// A path's last segment, decoded, and what is in front of its slash, as it came.
struct Split {
    std::string_view front;
    std::optional<std::string> last;
};

Split split_last(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {{}, std::nullopt};
    return {path.substr(0, slash), text::percent_decode(path.substr(slash + 1))};
}

/// What stands in front of `collection`, when the decoded path ends so.
std::optional<std::string> stage_before(std::string_view path, std::string_view collection)
{
    std::optional<std::string> decoded = text::percent_decode(path);
    if (!decoded || !decoded->ends_with(collection)) return std::nullopt;
    decoded->resize(decoded->size() - collection.size());
    return decoded;
}

std::optional<ManagementPath> parse_extension(std::string_view path, const Split& end)
{
    using Kind = ManagementPath::Kind;
    if (!end.last->empty()) {
        if (auto stage = stage_before(end.front, kGroups)) {
            return ManagementPath{Kind::Group, *std::move(stage), *end.last, {}};
        }
        const Split group = split_last(end.front);
        if (group.last && !group.last->empty()) {
            if (auto stage = stage_before(group.front, kGroups)) {
                return ManagementPath{Kind::Member, *std::move(stage), *group.last, *end.last};
            }
        }
    }
    if (auto stage = stage_before(end.last->empty() ? end.front : path, kConnections)) {
        return ManagementPath{Kind::Connections, *std::move(stage), {}, {}};
    }
    return std::nullopt;
}

}  // namespace

std::optional<ManagementPath> parse_path(std::string_view target, Extensions extensions)
{
    std::string path(target.substr(0, target.find('?')));
    for (std::size_t at = path.find("//"); at != std::string::npos; at = path.find("//", at))
        path.erase(at, 1);
    const Split end = split_last(path);
    if (!end.last) return std::nullopt;
    if (!end.last->empty()) {
        if (auto stage = stage_before(end.front, kConnections)) {
            return ManagementPath{ManagementPath::Kind::Connection, *std::move(stage), {}, *end.last};
        }
    }
    return extensions == Extensions::On ? parse_extension(path, end) : std::nullopt;
}

std::string ManagementPath::str() const
{
    switch (kind) {
        case Kind::Connection:
            return stage + std::string(kConnections) + "/" + connection_id;
        case Kind::Connections:
            return stage + std::string(kConnections);
        case Kind::Group:
            return stage + std::string(kGroups) + "/" + group;
        case Kind::Member:
            return stage + std::string(kGroups) + "/" + group + "/" + connection_id;
    }
    return {};
}

std::string ManagementPath::resource(std::string_view method) const
{
    constexpr std::string_view kLiteralId = "{connectionId}";
    // To post to many is no more than to post to each of them.
    const bool is_single = kind == Kind::Connection || (kind == Kind::Connections && method == "POST");
    if (is_single) return ManagementPath{Kind::Connection, {}, {}, std::string(kLiteralId)}.str().substr(1);
    if (kind == Kind::Member) return ManagementPath{kind, {}, group, std::string(kLiteralId)}.str().substr(1);
    return ManagementPath{kind, {}, group, {}}.str().substr(1);
}

}  // namespace postern::management
