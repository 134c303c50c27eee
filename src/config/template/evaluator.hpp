// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/document.hpp"
#include "config/template/names.hpp"
#include "config/template/parameters.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::config::templates {

/// Bounds that a hostile template meets; a real one is far below each.
inline constexpr std::size_t kWorkMax = std::size_t{128} * 1024 * 1024;  ///< bytes of all values together
inline constexpr std::size_t kNodeBytes = 256;                           ///< about what a node takes
inline constexpr int kChainMax = 100;  ///< references that lead to references, and nesting, together

/// Resolves intrinsic functions, the pseudo parameters and conditions. An answer without a value is
/// AWS::NoValue, or a mistake that has been reported; what asked leaves the property out in both cases.
class Evaluator {
public:
    Evaluator(const Template& source, const Parameters& parameters, Identity identity, Findings& findings)
        : template_(source), parameters_(parameters), identity_(std::move(identity)), findings_(findings)
    {}

    using Value = std::optional<Node>;

    /// What another stack exports under a name; nullopt when none does.
    using Imports = std::function<std::optional<std::string>(const std::string& name)>;
    void set_imports(Imports imports) { imports_ = std::move(imports); }

    /// The tree without functions. Positions are those of what was written; texts that functions made stand
    /// where the function stands.
    Value evaluate(const Node& node);

    /// As evaluate(), for what Postern does not use: only references to what does not exist are mistakes.
    Value evaluate_unused(const Node& node);

    /// Everything that is referred to from now on is needed by this resource. nullptr: by nobody.
    void set_current(const Resource* resource) { current_ = resource; }

    /// Whether the resource's condition holds.
    bool exists(const Resource& resource);

    std::string ref(const Resource& resource);
    const Identity& identity() const { return identity_; }

    /// Which logical ids each resource refers to.
    const std::map<std::string, std::set<std::string>>& needs() const { return needs_; }

    bool is_exhausted() const { return is_exhausted_; }

private:
    /// A function's call: `!Sub text`, or `Fn::Sub: text` as the only entry of a map.
    struct Call {
        std::string name;  ///< Ref, Condition or Fn::...
        const Node* argument = nullptr;
        Position where;
        bool is_tag = false;  ///< then the argument still has the tag
    };
    static std::optional<Call> call_of(const Node& node);
    static std::optional<Call> long_form_of(const Node& node);

    // evaluator.cpp: the walk
    Value walk(const Node& node);
    Value walk_plain(const Node& node);
    Value walk_argument(const Call& call);
    Value apply(const Call& call);
    bool charge(std::size_t work, const Position& where);
    std::nullopt_t fail(const Position& where, std::string message);
    Value made(std::string text, const Position& where);
    std::optional<std::string> text(const Node& node, const char* what);

    // references.cpp
    Value ref(const Call& call);
    Value get_att(const Call& call);
    Value sub(const Call& call);
    Value ref_named(const std::string& name, const Position& where);
    std::optional<std::string> pseudo_parameter(const std::string& name) const;
    Value parameter_value(const Parameter& parameter, const Position& where);
    Value attribute(const std::string& id, const std::string& attribute, const Position& where);
    std::optional<std::string> substituted(std::string_view text,
                                           const std::map<std::string, std::string>& variables,
                                           const Position& where);
    std::optional<std::string> variable(const std::string& name,
                                        const std::map<std::string, std::string>& variables,
                                        const Position& where);
    const Resource* referred(const std::string& id, const Position& where);
    std::string own_name(const Resource& resource);
    std::string evaluated_name(const Resource& resource);
    std::string property_text(const Resource& resource, std::string_view property);

    // functions.cpp
    Value join(const Call& call);
    Value select(const Call& call);
    Value split(const Call& call);
    Value find_in_map(const Call& call);
    Value base64(const Call& call);
    Value get_azs(const Call& call);
    Value import_value(const Call& call);
    Value length(const Call& call);
    Value to_json_string(const Call& call);

    // conditions.cpp
    Value choose(const Call& call);
    bool condition(const std::string& name, const Position& where);
    bool is_true(const Node& node);
    bool all_true(const Call& call, bool wanted);
    bool equals(const Call& call);

    const Template& template_;
    const Parameters& parameters_;
    Identity identity_;
    Findings& findings_;
    Imports imports_;

    const Resource* current_ = nullptr;
    bool is_lenient_ = false;
    bool is_exhausted_ = false;
    std::size_t work_ = 0;
    int depth_ = 0;
    std::map<std::string, std::string> names_;  // own_name() by logical id
    std::vector<std::string> naming_;           // resources whose names are being made
    std::map<std::string, bool> conditions_;    // values by name
    std::vector<std::string> conditions_open_;  // being evaluated
    std::map<std::string, std::set<std::string>> needs_;
};

/// Changes a value for the time of its own life.
template <class T>
class Restore {
public:
    Restore(T& target, T value) : target_(target), before_(std::exchange(target, std::move(value))) {}
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;
    ~Restore() { target_ = std::move(before_); }

private:
    T& target_;
    T before_;
};

/// "A -> B -> A": the names from the second occurrence back to the first, and the first again.
std::string ring_of(const std::vector<std::string>& open, const std::string& again);

}  // namespace postern::config::templates
