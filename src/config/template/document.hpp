// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/node.hpp"
#include "config/note.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace postern::config::templates {

inline constexpr std::string_view kLanguageExtensions = "AWS::LanguageExtensions";  ///< a Transform

/// What a logical id is made of.
inline constexpr std::string_view kLettersAndDigits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What is said about a template while it is read, each thing once. Paths are filled in at the end, by
/// position (places.hpp).
struct Findings {
    std::vector<Diagnostic> problems;
    std::vector<Note> notes;

    void problem(const Position& where, std::string message);
    void understood(const Position& where, std::string message);
    void ignored(const Position& where, std::string message);

    /// did_you_mean() while mistakes are few: many are a hostile file, and each hint is a search.
    std::string hint(const std::string& word,
                     const std::function<std::vector<std::string>()>& candidates) const;

private:
    /// False when the same was said of the same place: Globals stand in every function, and a name is
    /// evaluated for itself and as a property.
    bool is_new(const Position& where, const std::string& message);

    std::set<std::tuple<std::string, int, int, std::string>> said_;
};

/// The keys of a map; none of nothing.
std::vector<std::string> keys_of(const Node* map);

/// One entry of Resources, or one that SAM makes.
struct Resource {
    std::string id;  ///< the logical id
    Position where;  ///< of the logical id; of what it was made for when SAM makes it
    std::string type;
    Node properties;                      ///< as written: with intrinsic functions
    Node ignore_globals;                  ///< SAM: "*" or a list of names; Null for none
    std::string condition;                ///< "" for one that always exists
    std::vector<std::string> depends_on;  ///< logical ids
    std::string asset_path;      ///< Metadata aws:asset:path, which CDK writes; relative to the template
    std::string asset_property;  ///< Metadata aws:asset:property: the property that the asset is for
    std::string build_method;    ///< Metadata BuildMethod: `sam build` makes the code
    bool is_generated = false;   ///< by SAM, so it stands in no file
};

/// The sections of a CloudFormation template, taken apart but not evaluated.
class Template {
public:
    /// `root` outlives the template.
    Template(const Node& root, std::string file, Findings& findings);

    /// A section such as Mappings; null when there is none.
    const Node* section(std::string_view name) const;

    const Resource* find(std::string_view id) const;
    std::vector<std::string> resource_ids() const;

    /// Adds what SAM makes. Something of that name that is there already stays.
    void add(Resource made);

    /// Makes `name` (SAM's "Api.Stage") another word for a resource.
    void add_alias(std::string name, std::string id);

    std::deque<Resource> resources;  ///< in the order of the file, then what SAM makes
    std::string file;
    bool is_sam = false;  ///< Transform: AWS::Serverless-2016-10-31

private:
    void read_transform(const Node& transform, Findings& findings);
    void read_resource(const Node::Entry& entry, Findings& findings);

    const Node& root_;
    std::map<std::string, const Resource*, std::less<>> by_id_;
};

/// Whether the section Transform names the macro.
bool has_transform(const Node& root, std::string_view name);

/// True for a text that is a template: by its sections, as nothing else has them at the top.
bool is_template(const Node& root);

}  // namespace postern::config::templates
