// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::management {

/// Whether what is beyond AWS is served: the setting gateway.extensions.
enum class Extensions { Off, On };

/// What a request line asks of the management API, decoded.
struct ManagementPath {
    enum class Kind {
        Connection,   ///< /STAGE/@connections/ID, as on AWS
        Connections,  ///< /STAGE/@connections
        Group,        ///< /STAGE/@groups/NAME
        Member,       ///< /STAGE/@groups/NAME/ID
    };
    Kind kind = Kind::Connection;
    std::string stage;  ///< "/STAGE", or what a custom domain has there
    std::string group;
    std::string connection_id;

    std::string str() const;

    /// How policies name it, behind the method: the id is a literal (spec captures 1.4), a group is its name.
    std::string resource(std::string_view method) const;
};

/// Split before it is decoded: whatever an id or a name looks like, it is one segment. Without extensions
/// there is only Connection.
std::optional<ManagementPath> parse_path(std::string_view target, Extensions extensions);

}  // namespace postern::management
