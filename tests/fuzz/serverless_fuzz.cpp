// SPDX-License-Identifier: Apache-2.0
// Any bytes as a serverless.yml, of a service if they do not say so: every mistake has a place and a text,
// and what has none becomes a native file that reads as the same.
#include "config/load.hpp"
#include "config/serverless/translate.hpp"
#include "config/show.hpp"
#include "config/yaml_reader.hpp"
#include "fuzz/fuzz.hpp"

using namespace postern;

namespace {

/// Of a directory that is not there: no file of this machine has a say.
constexpr const char* kName = "nowhere/serverless.yml";

config::Loaded load(const std::string& text)
{
    config::LoadOptions options;
    options.serverless.opt = {{"a", "1"}, {"stage", "test"}};
    options.serverless.environment = {{"A", "${opt:a}"}};
    return config::load_text(text, kName, options);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string text(reinterpret_cast<const char*>(data), size);
    if (!config::is_serverless(config::read_yaml(text, kName).root)) {
        text = "service: s\nprovider: aws\n" + text;
    }
    const config::Loaded loaded = load(text);
    for (const config::Diagnostic& problem : loaded.problems) {
        POSTERN_CHECK(!problem.message.empty());
        POSTERN_CHECK(problem.where.line >= 0 && problem.where.column >= 0);
        static_cast<void>(config::to_string(problem));
    }
    for (const config::Note& note : loaded.notes) POSTERN_CHECK(!note.message.empty() && note.where.line > 0);
    if (!loaded.problems.empty()) return 0;
    const config::Loaded converted = config::load_text(config::native_text(loaded, kName), kName);
    POSTERN_CHECK(converted.problems.empty());
    POSTERN_CHECK(config::routes_table(converted.settings) == config::routes_table(loaded.settings));
    POSTERN_CHECK(*config::to_json(converted.tree) == *config::to_json(loaded.tree));
    return 0;
}
