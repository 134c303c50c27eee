// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config::templates {

/// How CDK ends the names of templates.
inline constexpr std::string_view kTemplateEnd = ".template.json";

/// The asset manifest that CDK writes beside Stack.template.json: Stack.assets.json. It says from which
/// directory of cdk.out each object in S3 was made.
class Assets {
public:
    /// Reads the manifest beside the template, if there is one.
    Assets(const std::string& template_file, Findings& findings);

    /// The directory or file of an object, relative to the template's directory.
    std::optional<std::string> path_of(const std::string& s3_key) const;

    /// Whether an object is made of this file or directory.
    bool has_source(const std::string& path) const;

    /// The manifest, when there is one.
    const std::vector<std::string>& files() const { return files_; }

private:
    void read(const Node& root);

    std::map<std::string, std::string> paths_;
    std::vector<std::string> files_;
};

}  // namespace postern::config::templates
