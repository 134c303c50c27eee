// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"

#include <string>
#include <vector>

namespace postern::config::templates {

/// One CloudFormation stack of a CDK app.
struct AppStack {
    std::string file;     ///< of its template
    std::string name;     ///< of the stack
    std::string region;   ///< "" when the app leaves it to whoever deploys
    std::string account;  ///< likewise
};

/// What `cdk synth` says in cdk.out/manifest.json about the template beside it, and about the other stacks of
/// the app. A template that CDK did not write has none of it. Source: aws-cdk's cloud-assembly-schema.
class CloudAssembly {
public:
    /// Reads the manifest beside the template. One that cannot be read is told in a note.
    CloudAssembly(const std::string& template_file, Findings& findings);

    /// The stack that the template is, or that it is nested in; null when the manifest has none.
    const AppStack* own() const { return own_; }

    /// All of them, in the manifest's order.
    const std::vector<AppStack>& stacks() const { return stacks_; }

    /// The manifest; "" when there is none.
    const std::string& file() const { return file_; }

private:
    void read(const Node& root);

    std::string file_;
    std::vector<AppStack> stacks_;
    const AppStack* own_ = nullptr;  // in stacks_
};

/// The files in `directory` that are named as CDK names templates, in order; none when it is no directory.
std::vector<std::string> templates_in(const std::string& directory);

}  // namespace postern::config::templates
