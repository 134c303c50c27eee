// SPDX-License-Identifier: Apache-2.0
#include "api/selection_expression.hpp"

#include "api/json_path_capture.hpp"

#include <charconv>
#include <cstring>

namespace postern::api {

namespace {

constexpr std::string_view kRoot = "request.body";

Error bad(std::string_view expression, std::size_t at, std::string_view what)
{
    return {ErrorKind::BadInput,
            "selection expression \"" + std::string(expression) + "\", character " + std::to_string(at + 1) +
                ": " + std::string(what)};
}

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Reads the variables of an expression; stands at `at_`.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ == text_.size(); }
    bool looking_at(std::string_view s) const { return text_.substr(at_).starts_with(s); }
    void skip(std::size_t n) { at_ += n; }
    char take() { return text_[at_++]; }
    std::size_t at() const { return at_; }

    /// `request.body` and its path; stops at the first character that cannot belong to it.
    Result<Path> variable()
    {
        if (!looking_at(kRoot)) return bad(text_, at_, "only request.body.PATH may stand behind '$'");
        skip(kRoot.size());
        Path path;
        for (;;) {
            if (looking_at("..")) return bad(text_, at_, "'..' is not supported in a path");
            if (looking_at(".") && at_ + 1 < text_.size() && is_name_character(text_[at_ + 1])) {
                skip(1);
                const std::size_t from = at_;
                while (!at_end() && is_name_character(text_[at_])) ++at_;
                path.emplace_back(std::string(text_.substr(from, at_ - from)));
            } else if (looking_at("[")) {
                const Result<PathStep> step = bracket();
                if (!step) return step.error();
                path.push_back(*step);
            } else {
                break;
            }
        }
        if (path.empty()) return bad(text_, at_, "a path such as .action is needed behind request.body");
        return path;
    }

private:
    /// ['name'], ["name"] or [3]
    Result<PathStep> bracket()
    {
        const std::size_t open = at_;
        skip(1);
        if (looking_at("'") || looking_at("\"")) {
            const char quote = take();
            const std::size_t end = text_.find(std::string{quote, ']'}, at_);
            if (end == std::string_view::npos) return bad(text_, open, "this bracket is not closed");
            PathStep step{std::in_place_type<std::string>, text_.substr(at_, end - at_)};
            at_ = end + 2;
            return step;
        }
        const std::size_t end = text_.find(']', at_);
        if (end == std::string_view::npos) return bad(text_, open, "this bracket is not closed");
        const std::string_view digits = text_.substr(at_, end - at_);
        std::uint32_t index = 0;
        const auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (failure != std::errc() || stop != digits.data() + digits.size()) {
            return bad(text_,
                       open,
                       "a bracket holds an index or a quoted name; wildcards and filters are not supported");
        }
        at_ = end + 1;
        return PathStep{index};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

namespace {

/// Raw control characters are no part of any JSON text, but with SSE2 RapidJSON 1.1.0 lets these six into
/// strings.
bool has_missed_control(std::string_view message)
{
    // Written without a branch and in bytes only: the compiler makes it sixteen bytes a step.
    std::uint8_t found = 0;
    for (const char c : message) {
        const auto above = static_cast<std::uint8_t>(c - 0x1A);
        found = static_cast<std::uint8_t>(found | static_cast<std::uint8_t>(above < 6 ? 1 : 0));
    }
    return found != 0;
}

}  // namespace

struct SelectionScratch::State {
    using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator>;
    std::vector<char> text;  ///< the message, zero-terminated: RapidJSON decodes it in place
    std::vector<PathCapture> captures;
    std::string joined;
    Reader reader;
};

SelectionScratch::SelectionScratch() : state_(std::make_unique<State>()) {}
SelectionScratch::~SelectionScratch() = default;
SelectionScratch::SelectionScratch(SelectionScratch&&) noexcept = default;
SelectionScratch& SelectionScratch::operator=(SelectionScratch&&) noexcept = default;

Result<SelectionExpression> SelectionExpression::parse(std::string_view expression)
{
    SelectionExpression result;
    result.text_ = expression;
    if (expression.empty()) return bad(expression, 0, "it must not be empty");

    std::string literal;
    const auto end_literal = [&] {
        if (!literal.empty()) result.pieces_.push_back({std::exchange(literal, {}), std::nullopt});
    };
    Parser parser(expression);
    while (!parser.at_end()) {
        if (parser.looking_at("\\$")) {
            parser.skip(2);
            literal += '$';
        } else if (parser.looking_at("$")) {
            end_literal();
            const bool is_wrapped = parser.looking_at("${");
            parser.skip(is_wrapped ? 2 : 1);
            Result<Path> path = parser.variable();
            if (!path) return path.error();
            if (is_wrapped && !parser.looking_at("}")) return bad(expression, parser.at(), "'}' expected");
            if (is_wrapped) parser.skip(1);
            result.pieces_.push_back({{}, result.paths_.size()});
            result.paths_.push_back(*std::move(path));
        } else {
            literal += parser.take();
        }
    }
    end_literal();
    return result;
}

std::optional<std::string_view> SelectionExpression::evaluate(std::string_view message,
                                                              SelectionScratch& scratch) const
{
    SelectionScratch::State& state = scratch.state();
    // RapidJSON scans in aligned blocks of 16 bytes, the last of which holds the terminator.
    const std::size_t bytes = (message.size() / 16 + 1) * 16;
    if (state.text.size() < bytes) state.text.resize(bytes);
    std::memcpy(state.text.data(), message.data(), message.size());
    state.text[message.size()] = '\0';
    if (state.captures.size() < paths_.size()) state.captures.resize(paths_.size());
    for (std::size_t i = 0; i < paths_.size(); ++i) state.captures[i].reset(paths_[i]);

    // Iterative: a message of brackets must not overrun the stack. Without the encoding flag: the frame's
    // UTF-8 is checked.
    constexpr unsigned kFlags =
        rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::InsituStringStream stream(state.text.data());
    CaptureHandler handler{{state.captures.data(), paths_.size()}};
    const bool is_json = !state.reader.Parse<kFlags>(stream, handler).IsError();
    // A NUL byte ends the text for RapidJSON; what lies behind it was not looked at.
    if (!is_json || stream.Tell() != message.size() || has_missed_control(message)) return std::nullopt;

    if (pieces_.size() == 1 && pieces_.front().path) return state.captures[*pieces_.front().path].value();
    state.joined.clear();
    for (const Piece& piece : pieces_) {
        state.joined += piece.path ? state.captures[*piece.path].value() : piece.literal;
    }
    return state.joined;
}

}  // namespace postern::api
