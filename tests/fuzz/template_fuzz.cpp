// SPDX-License-Identifier: Apache-2.0
// Any bytes behind the first line of a template: every mistake has a place and a text, the work is bounded,
// and what has no mistakes can be used.
#include "config/load.hpp"
#include "config/show.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string text =
        "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n" + std::string(bytes);
    config::LoadOptions options;
    options.template_options.parameter_overrides = {"AWS::StackName=fuzz"};
    const config::Loaded loaded = config::load_text(text, "fuzz.yaml", options);
    for (const config::Diagnostic& problem : loaded.problems) {
        POSTERN_CHECK(!problem.message.empty());
        POSTERN_CHECK(problem.where.line >= 0 && problem.where.column >= 0);
        static_cast<void>(config::to_string(problem));
    }
    for (const config::Note& note : loaded.notes) {
        POSTERN_CHECK(!note.message.empty() && note.where.line > 0);
        static_cast<void>(config::to_string(note));
    }
    if (!loaded.problems.empty()) return 0;
    POSTERN_CHECK(!loaded.settings.model.apis.empty());
    static_cast<void>(config::print_effective(loaded));
    static_cast<void>(config::routes_table(loaded.settings));
    return 0;
}
