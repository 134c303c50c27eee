// SPDX-License-Identifier: Apache-2.0
// Line one is an expression, the rest a message: the answer depends on no other and agrees with a tree.
#include "api/selection_expression.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

namespace {

/// The member that counts: of duplicates the last.
const rapidjson::Value* last_action(const rapidjson::Value& root)
{
    const rapidjson::Value* found = nullptr;
    if (!root.IsObject()) return found;
    for (const auto& member : root.GetObject()) {
        if (json::as_string(member.name) == "action") found = &member.value;
    }
    return found;
}

/// What `$request.body.action` must give for it; of numbers and arrays only that it gives something.
bool is_right(const rapidjson::Value* member, std::string_view key)
{
    if (member == nullptr || member->IsNull() || member->IsObject()) return key.empty();
    if (member->IsNumber()) return !key.empty();
    if (member->IsArray()) return key.starts_with('[') && key.ends_with(']');
    return key == (member->IsString() ? std::string(json::as_string(*member)) : json::dump(*member));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto action = api::SelectionExpression::parse("$request.body.action").value();
    static api::SelectionScratch used;
    fuzz::Input input(data, size);
    const auto expression = api::SelectionExpression::parse(input.line());
    POSTERN_CHECK(expression || !expression.error().detail.empty());
    const std::string_view message = input.rest();
    if (!text::is_utf8(message)) return 0;  // frames are checked before

    const auto document = json::parse(message);
    if (expression) {
        api::SelectionScratch fresh;
        const auto first = expression->evaluate(message, fresh);
        // The two differ by design: a tree is not too deep, has no lone surrogates and no infinite numbers.
        const std::string why = document ? "" : document.error().detail;
        const bool is_by_design = why.starts_with("nested too deep") || why.starts_with("a lone surrogate") ||
                                  why.starts_with("a number too big");
        POSTERN_CHECK(first.has_value() == document.has_value() || is_by_design);
        POSTERN_CHECK(first == expression->evaluate(message, used));
    }
    if (!document) return 0;
    const auto key = action.evaluate(message, used);
    POSTERN_CHECK(key && is_right(last_action(*document), *key));
    return 0;
}
