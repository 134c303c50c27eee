// SPDX-License-Identifier: Apache-2.0
#include "config/template/code.hpp"

#include "config/obstacles.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace postern::config::templates {

namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr const char* kUnpack =
    " is an archive: unpack it, and name the directory, in the template or with --set "
    "functions.NAME.codeUri=DIR";
constexpr const char* kNotOfSynth =
    "; the template is to stay where cdk synth writes it: cdk.out/STACK.template.json";
constexpr const char* kInS3 =
    "the code is in S3, which is not asked: name its directory, in the template or with --set "
    "functions.NAME.codeUri=DIR";

std::filesystem::path beside(const std::string& template_file, const std::string& path)
{
    return std::filesystem::path(template_file).parent_path() / path;
}

bool is_archive(std::string_view path)
{
    return path.ends_with(".zip") || path.ends_with(".jar");
}

std::string scalar_below(const Node& map, std::string_view key)
{
    const Node* found = map.find(key);
    return found != nullptr && found->type == Node::Type::Scalar ? found->text : "";
}

constexpr const char* kBuild = ": after \"sam build\", use .aws-sam/build/template.yaml";

class Search {
public:
    Search(const Item& item, const Assets& assets, const std::string& template_file, Findings& findings)
        : item_(item), assets_(assets), template_file_(template_file), findings_(findings)
    {}

    Code run()
    {
        out_.where = item_.where();
        if (item_.text("PackageType") == "Image" || item_.find("ImageUri") != nullptr) {
            out_.where = item_.where_of(item_.find("ImageUri") != nullptr ? "ImageUri" : "PackageType");
            out_.obstacle = kNoImages;
            return std::move(out_);
        }
        if (const Node* text = item_.find("InlineCode")) {
            out_.where = text->where;
            out_.inline_text = *text;
            return std::move(out_);
        }
        for (const char* name : {"CodeUri", "ContentUri", "Code", "Content"}) {
            const Node* place = item_.find(name);
            if (place == nullptr) continue;
            out_.where = place->where;
            place->type == Node::Type::Map ? read_map(*place) : read_path(*place);
            return std::move(out_);
        }
        if (item_.resource->properties.find("CodeUri") == nullptr &&
            item_.resource->properties.find("Code") == nullptr) {
            findings_.problem(item_.where(), "it says nowhere where its code is: CodeUri: DIRECTORY");
        }
        return std::move(out_);
    }

private:
    /// {ZipFile}, {ImageUri}, {S3Bucket, S3Key}; SAM has {Bucket, Key}.
    void read_map(const Node& place)
    {
        if (const Node* text = place.find("ZipFile")) {
            out_.inline_text = *text;
            out_.where = text->where;
            return;
        }
        if (place.find("ImageUri") != nullptr) {
            out_.obstacle = kNoImages;
            return;
        }
        const std::string key = scalar_below(place, place.find("S3Key") != nullptr ? "S3Key" : "Key");
        auto path = assets_.path_of(key);
        if (!path && !item_.resource->asset_path.empty()) path = item_.resource->asset_path;
        if (path) return use(*path, place.where);
        if (item_.find("Code") != nullptr && is_of_serverless()) return use("..", place.where);
        out_.obstacle = kInS3;
    }

    /// `serverless package` writes its template into .serverless; what it packs is the directory above.
    bool is_of_serverless() const
    {
        std::error_code error;
        return std::filesystem::absolute(template_file_, error).parent_path().filename() == ".serverless";
    }

    void read_path(const Node& place)
    {
        if (place.type != Node::Type::Scalar || place.text.empty()) {
            return findings_.problem(place.where,
                                     "expected the directory of the code, not " + describe(place));
        }
        if (place.text.starts_with("s3://")) {
            out_.obstacle = kInS3;
            return;
        }
        const bool is_url = place.text.starts_with(kFileScheme);
        use(is_url ? place.text.substr(kFileScheme.size()) : place.text, place.where);
    }

    void use(const std::string& path, const Position& where)
    {
        const std::filesystem::path found = beside(template_file_, path);
        std::error_code error;
        if (std::filesystem::is_directory(found, error)) {
            out_.directory = scalar_node(path, where);
        } else if (is_archive(path)) {
            out_.obstacle = path + kUnpack;
        } else {
            const bool is_file = std::filesystem::exists(found, error);
            const bool is_away = !is_file && path == item_.resource->asset_path;
            out_.is_missing = true;
            out_.obstacle = (is_file ? "it is a file, where the directory of the code is needed: "
                                     : "there is no directory ") +
                            found.lexically_normal().string() + (is_away ? kNotOfSynth : "");
        }
    }

    const Item& item_;
    const Assets& assets_;
    const std::string& template_file_;
    Findings& findings_;
    Code out_;
};

}  // namespace

Code find_code(const Item& item, const Assets& assets, const std::string& template_file, Findings& findings)
{
    return Search(item, assets, template_file, findings).run();
}

void find_handler(const Item& function, const std::string& template_file, Code& code)
{
    const std::string runtime = function.text("Runtime");
    const std::string handler = function.text("Handler");
    std::string obstacle = obstacle_of_handler(runtime, handler, code.inline_text.has_value());
    // A layer may bring the file.
    if (obstacle.empty() && code.directory && function.find("Layers") == nullptr) {
        const std::string directory = beside(template_file, code.directory->text).string();
        obstacle = obstacle_of_files(runtime, handler, directory, kBuild);
    }
    if (obstacle.empty()) return;
    code.obstacle = std::move(obstacle);
    code.where = function.where_of("Handler");
}

}  // namespace postern::config::templates
