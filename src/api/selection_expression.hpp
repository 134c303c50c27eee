// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Route selection expressions (spec data-plane 3.2): text with variables over the message's JSON.
namespace postern::api {

/// One step of a JSON path: a member's name or an array index.
using PathStep = std::variant<std::string, std::uint32_t>;
using Path = std::vector<PathStep>;

/// The memory one evaluation needs, kept between evaluations so that none allocates after warm-up. One per
/// thread.
class SelectionScratch {
public:
    SelectionScratch();
    ~SelectionScratch();
    SelectionScratch(SelectionScratch&&) noexcept;
    SelectionScratch& operator=(SelectionScratch&&) noexcept;

    struct State;
    State& state() { return *state_; }

private:
    std::unique_ptr<State> state_;
};

/// A compiled expression; immutable.
class SelectionExpression {
public:
    /// BadInput says what is wrong and where. Only `$request.body.PATH`, `${request.body.PATH}`, `\$` and
    /// plain text:
    /// `..`, wildcards and filters are refused.
    static Result<SelectionExpression> parse(std::string_view expression);

    /// The route key that `message` asks for; empty when the path is missing. Nothing when the message is not
    /// JSON. Strings as they are, numbers and booleans as text, arrays as "[a, b]", null and objects as ""
    /// (spec 3.2; null and objects UNCONFIRMED). Of duplicate members the last counts. The view is valid
    /// until the next call.
    std::optional<std::string_view> evaluate(std::string_view message, SelectionScratch& scratch) const;

    const std::string& text() const { return text_; }

private:
    struct Piece {
        std::string literal;              ///< used when `path` is absent
        std::optional<std::size_t> path;  ///< index into paths_
    };
    std::string text_;
    std::vector<Piece> pieces_;
    std::vector<Path> paths_;
};

}  // namespace postern::api
