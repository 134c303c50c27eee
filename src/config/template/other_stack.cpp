// SPDX-License-Identifier: Apache-2.0
#include "config/template/other_stack.hpp"

#include "config/text_file.hpp"

namespace postern::config::templates {

namespace {

Document read(const std::string& file)
{
    const Result<std::string> text = read_text_file(file);
    Document document = text.has_value() ? read_yaml(*text, file) : Document();
    if (!document.is_complete) document.root = map_node({file, 0, 0});
    return document;
}

Identity identity_of(const AppStack& stack, const Identity& asking)
{
    return {stack.region.empty() ? asking.region : stack.region,
            stack.account.empty() ? asking.account : stack.account,
            stack.name};
}

}  // namespace

OtherStack::OtherStack(const AppStack& stack, const Asking& asking, Findings& findings)
    : document_(read(stack.file)),
      parameters_(document_.root, {}, findings),
      source(document_.root, stack.file, findings),
      evaluator(source, parameters_, identity_of(stack, asking.identity), findings)
{
    evaluator.set_imports(asking.imports);
}

}  // namespace postern::config::templates
