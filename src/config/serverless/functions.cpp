// SPDX-License-Identifier: Apache-2.0
#include "config/serverless/functions.hpp"

#include "config/obstacles.hpp"
#include "config/reader.hpp"
#include "config/serverless/code.hpp"
#include "config/serverless/function_environment.hpp"
#include "config/serverless/layers.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

namespace postern::config::serverless {

namespace {

/// The Framework's defaults.
constexpr const char* kRuntime = "nodejs20.x";
constexpr const char* kTimeout = "6";
constexpr const char* kMemorySize = "1024";

/// What is read of a function; anything else has no effect here.
constexpr std::array<std::string_view, 12> kRead = {"handler",
                                                    "runtime",
                                                    "name",
                                                    "timeout",
                                                    "memorySize",
                                                    "environment",
                                                    "layers",
                                                    "logs",
                                                    "reservedConcurrency",
                                                    "description",
                                                    "events",
                                                    "<<"};

/// What others make of a function.
struct Use {
    bool is_needed = false;  ///< a route or an authorizer calls it
    bool has_code_elsewhere = false;
};

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

    /// Nothing when the function is left out.
    std::optional<Node> translate(const std::string& directory, const Use& use)
    {
        copy_or("runtime", kRuntime);
        copy("handler", "handler");
        if (!use.has_code_elsewhere && !add_code(directory, use.is_needed)) return std::nullopt;
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

    std::string native_text(std::string_view key) const
    {
        const Node* found = native_.find(key);
        return found != nullptr && found->type == Node::Type::Scalar ? found->text : "";
    }

    /// False when the function cannot run here and nobody needs it.
    bool add_code(const std::string& directory, bool is_needed)
    {
        std::string place = file_.text(file_.root(), "custom.postern.codeUri", "");
        std::optional<Diagnostic> obstacle = obstacle_of_what_it_is();
        if (!obstacle && place.empty()) {
            const CodeDirectory code = code_directory(native_text("runtime"), handler(), directory, out_);
            if (!code.obstacle.empty()) obstacle = of_handler(code.obstacle);
            place = code.path;
        }
        // What a start would miss of a function that is needed is said by check.
        if (!obstacle && !is_needed)
            obstacle = obstacle_of_its_files(std::filesystem::path(directory) / place);
        if (!obstacle) {
            add("codeUri", scalar_node(place, file_.own_place(function_.where)));
            return true;
        }
        obstacle->message = with_name(obstacle->message, function_.name);
        if (is_needed) {
            add("endpoint",
                scalar_node("http://localhost", obstacle->where));  // else its routes were mistakes
            out_.problems.push_back(*std::move(obstacle));
        } else {
            out_.notes.push_back({function_.where, path_, Note::Kind::Ignored, kLeftOut + obstacle->message});
        }
        return is_needed;
    }

    std::optional<Diagnostic> obstacle_of_what_it_is()
    {
        const Node* image = file_.find(*function_.written, "image");
        if (image != nullptr) return Diagnostic{image->where, path_ + ".image", kNoImages};
        const std::string why = obstacle_of_runtime(native_text("runtime"));
        if (why.empty()) return std::nullopt;
        return Diagnostic{native_.find("runtime")->where, path_ + ".runtime", why};
    }

    /// A layer may bring the file.
    std::optional<Diagnostic> obstacle_of_its_files(const std::filesystem::path& directory)
    {
        const std::string runtime = native_text("runtime");
        const std::string handler = native_text("handler");
        std::string why = obstacle_of_handler(runtime, handler, false);
        if (why.empty() && own_or_provided("layers") == nullptr)
            why = obstacle_of_files(runtime, handler, directory.string(), "");
        return why.empty() ? std::nullopt : std::optional(of_handler(std::move(why)));
    }

    Handler handler() const
    {
        const Node* written = native_.find("handler");
        const Position& where = written != nullptr ? written->where : function_.where;
        return {native_text("handler"), path_ + ".handler", where};
    }

    Diagnostic of_handler(std::string why) const
    {
        Handler what = handler();
        return {std::move(what.where), std::move(what.path), std::move(why)};
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

/// What is wrong with a function whose name the one at `first` has.
std::string why_no_second(const FunctionEntry& function, const Position& first)
{
    const Position& here = function.where;
    if (source_of(first) == source_of(here) && first.column == here.column)
        return "it is read twice: " + here.file + " is in the list of functions again";
    return "there is another function named " + function.name + " in " + source_beside(first, here);
}

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
                out.problems.push_back({function.where, path, why_no_second(function, first->second)});
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
                      const FunctionUses& uses,
                      const std::string& directory,
                      Translation& out)
{
    FunctionEnvironment environment(file, intrinsics, out);
    const Layers layers(file);
    Node native = map_node({});
    for (const FunctionEntry& function : functions) {
        Translator translator(file, function, environment, layers, out);
        const Use use{uses.needed.contains(function.name), has_code_elsewhere(uses.overrides, function.name)};
        if (std::optional<Node> made = translator.translate(directory, use))
            native.entries.push_back({function.name, function.where, *std::move(made)});
    }
    return native;
}

}  // namespace postern::config::serverless
