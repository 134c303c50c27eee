// SPDX-License-Identifier: Apache-2.0
#include "core/replace_file.hpp"

#include "catch.hpp"
#include "support/temporary_directory.hpp"

using namespace postern;
using test::TemporaryDirectory;

TEST_CASE("a file is replaced as a whole, with its mode, and nothing is left beside it")
{
    const TemporaryDirectory root;
    root.write("file", "old and longer");
    REQUIRE(replace_file(root.path("file"), 0640, "new").has_value());
    CHECK(root.read("file") == "new");
    CHECK(std::filesystem::status(root.path("file")).permissions() == std::filesystem::perms(0640));
    REQUIRE(replace_file(root.path("empty"), 0600, "").has_value());
    CHECK(root.read("empty").empty());
    CHECK(root.names() == std::vector<std::string>{"empty", "file"});
}

TEST_CASE("a file that cannot be replaced is an error that names it, and nothing is left beside it")
{
    const TemporaryDirectory root;
    CHECK(replace_file(root.path("none/file"), 0600, "x").error().detail ==
          root.path("none/file") + ": No such file or directory");
    root.write("directory/file", "");
    CHECK(replace_file(root.path("directory"), 0600, "x").error().detail ==
          root.path("directory") + ": Is a directory");
    CHECK(root.names() == std::vector<std::string>{"directory"});
}
