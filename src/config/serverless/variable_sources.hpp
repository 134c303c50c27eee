// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "config/serverless/files.hpp"
#include "config/serverless/options.hpp"
#include "config/serverless/variable_syntax.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config::serverless {

class Variables;

/// The place of a value that nobody has written.
inline const Position kFrameworkDefault{"default of the Serverless Framework", 0, 0};

/// Where variables get their values from.
class Sources {
public:
    /// `tree` answers for what stands in the file itself; it and the options outlive this.
    Sources(Variables& tree, const std::string& directory, const Options& options, Translation& out);

    /// What a source says: a value, or one that still has to be kept, or why there is none.
    struct Answer {
        const Node* found = nullptr;
        std::optional<Node> made{};
        std::string missing{};
    };
    Answer ask(const Source& source, const Node& asker);

    const std::string& account_id() const { return options_.account_id; }
    /// The option, else provider.stage, else "dev": a text, and where it was said.
    Node stage();
    /// The option, else provider.region, else "us-east-1".
    Node region();

private:
    Answer option(const Source& source, const Node& asker);
    Answer self(const Source& source, const Node& asker);
    Answer variable_of_environment(const Source& source, const Node& asker);
    Answer file(const Source& source, const Node& asker);
    Answer parameter(const Source& source, const Node& asker);
    Answer sls(const Source& source, const Node& asker);
    Answer aws(const Source& source, const Node& asker);
    const std::map<std::string, std::string>& dotenv(const Node& asker);
    Answer boolean(const Source& source, const Node& asker);
    Answer inside(const Node& tree, const Source& source, const std::string& name);
    Node option_or(const std::string& name, std::string_view path, std::string otherwise);
    Files& files();

    Variables& tree_;
    std::string directory_;
    const Options& options_;
    Translation& out_;
    std::optional<Files> files_;  ///< made when the first is needed: projectDir is in the tree
    std::optional<std::map<std::string, std::string>> dotenv_;  ///< read when the first is needed
};

}  // namespace postern::config::serverless
