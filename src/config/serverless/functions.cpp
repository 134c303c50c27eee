// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/functions.hpp"

#include "config/reader.hpp"
#include "config/serverless/code.hpp"
#include "config/serverless/function_environment.hpp"
#include "config/serverless/layers.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace postern::config::serverless {

namespace {

/// The Framework's defaults.
constexpr const char* kRuntime = "nodejs20.x";
constexpr const char* kTimeout = "6";
constexpr const char* kMemorySize = "1024";

/// What is read of a function; anything else has no effect here.
constexpr std::array<std::string_view, 11> kRead = {"handler",
                                                    "runtime",
                                                    "name",
                                                    "timeout",
                                                    "memorySize",
                                                    "environment",
                                                    "layers",
                                                    "reservedConcurrency",
                                                    "description",
                                                    "events",
                                                    "<<"};

/// Makes the native node of one function.
class Translator {
public:
    Translator(Variables& file,
               const FunctionEntry& function,
               FunctionEnvironment& environment,
               const Layers& layers,
               Translation& out)
        : file_(file),
          function_(function),
          environment_(environment),
          layers_(layers),
          out_(out),
          path_("functions." + function.key),
          provider_(file.find(file.root(), "provider")),
          native_(map_node(function.where))
    {}

    Node translate(const std::string& directory)
    {
        copy_or("runtime", kRuntime);
        add_code(directory);
        copy_or("timeout", kTimeout);
        copy_or("memorySize", kMemorySize);
        add_environment();
        add_layers();
        copy("reservedConcurrency", "reservedConcurrentExecutions");
        copy("description", "description");
        note();
        return std::move(native_);
    }

private:
    void add(std::string key, Node value)
    {
        const Position where = value.where;
        native_.entries.push_back({std::move(key), where, std::move(value)});
    }

    const Node* own_or_provided(std::string_view key)
    {
        const Node* own = file_.find(*function_.written, key);
        return own != nullptr || provider_ == nullptr ? own : file_.find(*provider_, key);
    }

    void copy(std::string_view key, std::string native_key)
    {
        const Node* own = file_.find(*function_.written, key);
        if (own != nullptr) add(std::move(native_key), file_.resolve(*own));
    }

    /// The function's, else the provider's, else the Framework's.
    void copy_or(const std::string& key, const char* otherwise)
    {
        const Node* found = own_or_provided(key);
        add(key, found != nullptr ? file_.resolve(*found) : scalar_node(otherwise, kFrameworkDefault));
    }

    void add_code(const std::string& directory)
    {
        const Node* image = file_.find(*function_.written, "image");
        if (image != nullptr) {
            out_.problems.push_back(
                {image->where,
                 path_ + ".image",
                 "Postern runs no container images; write handler, for code in the service's directory"});
        }
        copy("handler", "handler");
        const std::string built = file_.text(file_.root(), "custom.postern.codeUri", "");
        const Node* handler = native_.find("handler");
        const Position place = file_.own_place(function_.where);
        const bool is_text = handler != nullptr && handler->type == Node::Type::Scalar;
        if (built.empty() && is_text) {
            const Handler what{handler->text, path_ + ".handler", handler->where};
            add("codeUri", scalar_node(code_directory(what, directory, out_), place));
        } else {
            add("codeUri", scalar_node(built.empty() ? "." : built, place));
        }
    }

    void add_environment()
    {
        Node environment = environment_.of(*function_.written, path_, function_.where);
        if (!environment.entries.empty()) add("environment", std::move(environment));
    }

    void add_layers()
    {
        const Node* written = own_or_provided("layers");
        if (written == nullptr) return;
        Node layers = layers_.native(file_, *written, join(path_, "layers"), out_);
        if (!layers.items.empty()) add("layers", std::move(layers));
    }

    void note()
    {
        out_.notes.push_back(
            {function_.where, path_, Note::Kind::Understood, "the function " + function_.name});
        for (const Variables::Entry& entry : file_.entries(*function_.written)) {
            const std::string& key = entry.written->key;
            if (std::find(kRead.begin(), kRead.end(), key) != kRead.end() || key == "image") continue;
            const std::vector<std::string> known(kRead.begin(), kRead.end());
            out_.notes.push_back({entry.written->where,
                                  join(path_, key),
                                  Note::Kind::Ignored,
                                  "has no effect here" + did_you_mean(key, known)});
        }
    }

    Variables& file_;
    const FunctionEntry& function_;
    FunctionEnvironment& environment_;
    const Layers& layers_;
    Translation& out_;
    std::string path_;
    const Node* provider_;
    Node native_;
};

}  // namespace

std::vector<FunctionEntry> read_functions(Variables& file, const Service& service, Translation& out)
{
    std::vector<FunctionEntry> functions;
    std::map<std::string, Position> names;
    for (const Node* part : parts_of(file, "functions")) {
        if (part->type != Node::Type::Map) {
            out.problems.push_back(
                {part->where, "functions", "expected a map of functions, not " + describe(*part)});
        }
        for (const Variables::Entry& entry : file.entries(*part)) {
            const std::string& key = entry.written->key;
            const std::string path = join("functions", key);
            if (entry.value->type != Node::Type::Map) {
                out.problems.push_back({entry.written->where,
                                        path,
                                        "expected a function with a handler, not " + describe(*entry.value)});
                continue;
            }
            FunctionEntry function{
                key,
                file.text(*entry.value, "name", service.name + '-' + service.stage + '-' + key),
                entry.written->where,
                entry.value};
            const auto [first, is_new] = names.emplace(function.name, function.where);
            if (is_new) {
                functions.push_back(std::move(function));
            } else {
                out.problems.push_back({function.where,
                                        path,
                                        "there is another function named " + function.name + " in line " +
                                            std::to_string(first->second.line)});
            }
        }
    }
    return functions;
}

std::map<std::string, std::string> names_of(const std::vector<FunctionEntry>& functions)
{
    std::map<std::string, std::string> names;
    for (const FunctionEntry& function : functions) names[function.key] = function.name;
    return names;
}

Node native_functions(Variables& file,
                      const std::vector<FunctionEntry>& functions,
                      Intrinsics& intrinsics,
                      const std::string& directory,
                      Translation& out)
{
    FunctionEnvironment environment(file, intrinsics, out);
    const Layers layers(file);
    Node native = map_node({});
    for (const FunctionEntry& function : functions) {
        Translator translator(file, function, environment, layers, out);
        native.entries.push_back({function.name, function.where, translator.translate(directory)});
    }
    return native;
}

}  // namespace postern::config::serverless
