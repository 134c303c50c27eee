// SPDX-License-Identifier: Apache-2.0
#include "integrations/handler_registry.hpp"

#include <algorithm>
#include <utility>

namespace postern::integrations {
namespace {

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_word(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_name_character);
}

/// "echo", "chat.join" or "lambda:wsEcho".
bool is_handler_name(std::string_view name)
{
    if (name.starts_with(kFunctionPrefix)) return is_word(name.substr(kFunctionPrefix.size()));
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return is_word(name);
    return is_word(name.substr(0, dot)) && is_word(name.substr(dot + 1));
}

}  // namespace

bool HandlerRegistry::add(Handler handler)
{
    if (!is_handler_name(handler.name)) return false;
    std::string name = handler.name;
    return handlers_.try_emplace(std::move(name), std::move(handler)).second;
}

const Handler* HandlerRegistry::find(std::string_view name) const
{
    auto found = handlers_.find(name);
    if (found == handlers_.end() && name.find('.') == std::string_view::npos)
        found = handlers_.find(std::string(name) + ".default");
    return found == handlers_.end() ? nullptr : &found->second;
}

void HandlerRegistry::add_all(const HandlerRegistry& other)
{
    handlers_.insert(other.handlers_.begin(), other.handlers_.end());
}

std::vector<std::string> HandlerRegistry::names() const
{
    std::vector<std::string> names;
    names.reserve(handlers_.size());
    for (const auto& [name, handler] : handlers_) names.push_back(name);
    return names;
}

}  // namespace postern::integrations
