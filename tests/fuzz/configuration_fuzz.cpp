// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration: every mistake has a place and a text, and what has none can be used.
#include "api/selection_expression.hpp"
#include "config/load.hpp"
#include "config/show.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

namespace {

std::optional<std::string> check_expression(std::string_view expression)
{
    const auto parsed = api::SelectionExpression::parse(expression);
    if (parsed) return std::nullopt;
    return parsed.error().detail;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    config::LoadOptions options;
    options.check_expression = check_expression;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const config::Loaded loaded = config::load_text(text, "fuzz.yaml", options);
    for (const config::Diagnostic& problem : loaded.problems) {
        POSTERN_CHECK(!problem.message.empty());
        POSTERN_CHECK(problem.where.line >= 0 && problem.where.column >= 0);
        static_cast<void>(config::to_string(problem));
    }
    if (!loaded.problems.empty()) return 0;
    POSTERN_CHECK(!loaded.settings.listeners.empty() && !loaded.settings.model.apis.empty());
    for (const auto& [id, api] : loaded.settings.model.apis) {
        POSTERN_CHECK(id == api.api_id && !check_expression(api.route_selection_expression));
    }
    static_cast<void>(config::print_effective(loaded));
    static_cast<void>(config::routes_table(loaded.settings));
    return 0;
}
