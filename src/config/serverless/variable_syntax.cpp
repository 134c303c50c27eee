// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/variable_syntax.hpp"

#include "core/text.hpp"

namespace postern::config::serverless {

namespace {

constexpr int kNestedMax = 16;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// The length of a source's type at the beginning of the text; 0 when there is none.
std::size_t type_length(std::string_view text)
{
    if (text.empty() || kLetters.find(text.front()) == std::string_view::npos) return 0;
    const std::size_t end = std::min(text.find_first_not_of(kNameCharacters), text.size());
    const std::string_view rest = text.substr(end);
    return rest.starts_with('(') || (rest.starts_with(':') && !rest.starts_with("::")) ? end : 0;
}

/// Whether what follows "${" is the inside of a variable.
bool begins_variable(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    return text.starts_with("${") || type_length(text) > 0;
}

/// Reads the inside of one variable, up to the brace that ends it.
class Scanner {
public:
    Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    Result<Variable> variable(int depth)
    {
        if (depth > kNestedMax) {
            return Error(ErrorKind::BadInput,
                         "more than " + std::to_string(kNestedMax) + " variables inside one another");
        }
        Variable out;
        const std::size_t begin = at_;
        std::size_t source = at_;
        int parentheses = 0;
        char quote = '\0';
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '$' && text_.substr(at_).starts_with('{')) {
                ++at_;
                Result<Variable> nested = variable(depth + 1);
                if (!nested) return nested;
            } else if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if ((c == '\'' || c == '"') && is_blank(source, at_ - 1)) {
                quote = c;
            } else if (c == '(') {
                ++parentheses;
            } else if (c == ')') {
                --parentheses;
            } else if ((c == ',' && parentheses <= 0) || c == '}') {
                out.sources.emplace_back(text::trim(text_.substr(source, at_ - 1 - source)));
                source = at_;
                if (c != '}') continue;
                out.text = "${" + std::string(text_.substr(begin, at_ - begin));
                return out;
            }
        }
        return Error(ErrorKind::BadInput, "a variable without its closing brace");
    }

    std::size_t end() const { return at_; }

private:
    bool is_blank(std::size_t from, std::size_t to) const
    {
        return text::trim(text_.substr(from, to - from)).empty();
    }

    std::string_view text_;
    std::size_t at_;
};

}  // namespace

Result<std::vector<Piece>> parse_pieces(std::string_view text)
{
    std::vector<Piece> pieces;
    std::string literal;
    const auto end_literal = [&] {
        if (!literal.empty()) pieces.push_back({std::move(literal), std::nullopt});
        literal.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("\\${")) {
            literal += "${";
            at += 3;
        } else if (rest.starts_with("${") && begins_variable(rest.substr(2))) {
            Scanner scanner(text, at + 2);
            Result<Variable> variable = scanner.variable(1);
            if (!variable) return std::move(variable).error();
            end_literal();
            pieces.push_back({"", *std::move(variable)});
            at = scanner.end();
        } else {
            literal += text[at++];
        }
    }
    end_literal();
    return pieces;
}

std::optional<Source> parse_source(std::string_view text)
{
    const std::size_t length = type_length(text);
    if (length == 0) return std::nullopt;
    Source out;
    out.type = std::string(text.substr(0, length));
    text.remove_prefix(length);
    if (text.starts_with('(')) {
        const std::size_t close = text.find(')');
        if (close == std::string_view::npos) return std::nullopt;
        out.argument = std::string(text::trim(text.substr(1, close - 1)));
        text.remove_prefix(close + 1);
    }
    if (!text.empty() && !text.starts_with(':')) return std::nullopt;
    if (!text.empty()) out.address = std::string(text::trim(text.substr(1)));
    return out;
}

std::optional<std::string_view> unquoted(std::string_view source)
{
    const bool is_quoted = source.size() >= 2 && source.front() == source.back() &&
                           (source.front() == '\'' || source.front() == '"');
    if (!is_quoted) return std::nullopt;
    return source.substr(1, source.size() - 2);
}

}  // namespace postern::config::serverless
