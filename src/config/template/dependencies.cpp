// SPDX-License-Identifier: Apache-2.0
#include "config/template/dependencies.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace postern::config::templates {

namespace {

using Graph = std::map<std::string, std::set<std::string>>;

constexpr std::size_t kRingsMax = 20;  // reported; more are the same mistake again

/// Depth first, without recursion: a chain is as long as there are resources.
class RingSearch {
public:
    RingSearch(const Graph& graph, const Template& source, Findings& findings)
        : graph_(graph), template_(source), findings_(findings)
    {}

    void run()
    {
        for (const Resource& resource : template_.resources) visit(resource.id);
    }

private:
    struct Step {
        const std::set<std::string>* needs;
        std::set<std::string>::const_iterator next;
    };

    void open(const std::string& id)
    {
        static const std::set<std::string> none;
        const auto found = graph_.find(id);
        const std::set<std::string>& needs = found == graph_.end() ? none : found->second;
        seen_.insert(id);
        open_.push_back(id);
        is_open_.insert(id);
        steps_.push_back({&needs, needs.begin()});
    }

    void visit(const std::string& start)
    {
        if (seen_.contains(start)) return;
        open(start);
        while (!steps_.empty()) {
            Step& step = steps_.back();
            if (step.next == step.needs->end()) {
                steps_.pop_back();
                is_open_.erase(open_.back());
                open_.pop_back();
                continue;
            }
            const std::string& id = *step.next++;
            if (is_open_.contains(id)) {
                report(id);
            } else if (!seen_.contains(id)) {
                open(id);
            }
        }
    }

    void report(const std::string& id)
    {
        if (++rings_ > kRingsMax) return;
        findings_.problem(template_.find(id)->where,
                          "the resources need each other: " + ring_of(open_, id) +
                              " (CloudFormation refuses such a template)");
    }

    const Graph& graph_;
    const Template& template_;
    Findings& findings_;
    std::set<std::string> seen_;
    std::vector<std::string> open_;  // the way from the start to here
    std::set<std::string> is_open_;
    std::vector<Step> steps_;
    std::size_t rings_ = 0;
};

}  // namespace

void check_dependencies(const Template& source, const Evaluator& evaluator, Findings& findings)
{
    Graph graph = evaluator.needs();
    for (const Resource& resource : source.resources) {
        for (const std::string& id : resource.depends_on) {
            if (source.find(id) != nullptr) {
                graph[resource.id].insert(id);
                continue;
            }
            findings.problem(resource.where,
                             "DependsOn: there is no resource named " + describe(scalar_node(id, {})) +
                                 findings.hint(id, [&] { return source.resource_ids(); }));
        }
    }
    RingSearch(graph, source, findings).run();
}

}  // namespace postern::config::templates
