// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/template/evaluator.hpp"
#include "config/template/property_rules.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::config::templates {

/// A resource that exists, with properties that hold no functions any more.
struct Item {
    const Resource* resource = nullptr;
    Node properties;
    std::string ref;  ///< what Ref gives

    const std::string& id() const { return resource->id; }
    const Position& where() const { return resource->where; }
    const Node* find(std::string_view property) const { return properties.find(property); }

    /// The scalar that a property is; "" for anything else.
    std::string text(std::string_view property) const;
    /// Where a property stands, or the resource when it has none.
    const Position& where_of(std::string_view property) const;
};

/// Every resource of a template, evaluated once.
class Stack {
public:
    /// Reports every mistake in the properties, what is ignored, and resources that need each other.
    Stack(const Template& source, Evaluator& evaluator, Findings& findings);

    std::vector<const Item*> all(std::string_view type) const;

    /// The resource of that type whose Ref is `ref`; null when the template has none.
    const Item* find(std::string_view type, std::string_view ref) const;

    /// The properties that the table marks as copied, under their native names.
    static Node copied(const Item& item);

private:
    void evaluate(const Resource& resource);
    void say_ignored(const Resource& resource, const Node::Entry& entry, const PropertyRule* rule);

    Evaluator& evaluator_;
    Findings& findings_;
    std::deque<Item> items_;
    std::map<std::string, std::vector<const Item*>, std::less<>> by_type_;
    std::map<std::pair<std::string, std::string>, const Item*> by_ref_;  // type and Ref
};

}  // namespace postern::config::templates
