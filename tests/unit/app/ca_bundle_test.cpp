// SPDX-License-Identifier: Apache-2.0
#include "app/ca_bundle.hpp"

#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace postern::app;

namespace {

/// A directory with a development CA and a system's roots; goes with the test.
struct Files {
    Files()
    {
        char name[] = "/tmp/postern-bundle-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        directory = name;
        write("ca.pem", "development CA\n");
        write("roots.pem", "roots");
    }
    ~Files() { std::filesystem::remove_all(directory); }

    std::string path(const std::string& name) const { return directory + '/' + name; }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
    std::string read(const std::string& name) const
    {
        std::ifstream file(path(name));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string directory;
};

}  // namespace

TEST_CASE("the bundle is the system's roots and the development CA")
{
    const Files files;
    const auto made =
        ensure_ca_bundle(files.path("ca.pem"), {files.path("none.pem"), files.path("roots.pem")});
    CHECK(made.value() == files.path("ca-bundle.pem"));
    CHECK(files.read("ca-bundle.pem") == "roots\ndevelopment CA\n");
}

TEST_CASE("the bundle is written anew only when it would be another one")
{
    const Files files;
    const std::vector<std::string> roots{files.path("roots.pem")};
    REQUIRE(ensure_ca_bundle(files.path("ca.pem"), roots).has_value());
    const auto before = std::filesystem::directory_entry(files.path("ca-bundle.pem")).last_write_time();
    std::filesystem::last_write_time(files.path("ca-bundle.pem"), before - std::chrono::hours(1));
    REQUIRE(ensure_ca_bundle(files.path("ca.pem"), roots).has_value());
    CHECK(std::filesystem::last_write_time(files.path("ca-bundle.pem")) == before - std::chrono::hours(1));

    files.write("ca.pem", "another CA\n");
    REQUIRE(ensure_ca_bundle(files.path("ca.pem"), roots).has_value());
    CHECK(files.read("ca-bundle.pem") == "roots\nanother CA\n");
}

TEST_CASE("without a system's roots the development CA is all there is, without a CA there is no bundle")
{
    const Files files;
    REQUIRE(ensure_ca_bundle(files.path("ca.pem"), {}).has_value());
    CHECK(files.read("ca-bundle.pem") == "development CA\n");
    CHECK(ensure_ca_bundle(files.path("none.pem"), {}).error().detail ==
          "the development CA cannot be read: " + files.path("none.pem"));
}
