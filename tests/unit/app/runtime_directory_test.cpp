// SPDX-License-Identifier: Apache-2.0
#include "app/runtime_directory.hpp"

#include "catch.hpp"
#include "support/temporary_directory.hpp"

#include <cstdlib>

using namespace postern;
using app::find_runtime_directory;
using test::TemporaryDirectory;

TEST_CASE("the bootstraps are found beside the executable, through links, or where one says")
{
    const TemporaryDirectory root;
    root.write("usr/bin/postern", "");
    root.write("usr/share/postern/runtime/node/bootstrap.mjs", "");
    root.write("usr/share/postern/runtime/python/bootstrap.py", "");
    root.write("own/node/bootstrap.mjs", "");
    root.write("own/python/bootstrap.py", "");
    std::filesystem::create_symlink(root.path("usr/bin/postern"), root.path("link"));

    CHECK(find_runtime_directory(root.path("usr/bin/postern"), "").value() ==
          root.path("usr/share/postern/runtime"));
    CHECK(find_runtime_directory(root.path("link"), "").value() == root.path("usr/share/postern/runtime"));
    CHECK(find_runtime_directory(root.path("link"), root.path("usr/../own")).value() == root.path("own"));
}

TEST_CASE("bootstraps that are missing are an error that says where they should be, and the remedy")
{
    const TemporaryDirectory root;
    root.write("bin/postern", "");
    const std::string wanted = root.path("share/postern/runtime/node/bootstrap.mjs");
    CHECK(find_runtime_directory(root.path("bin/postern"), "").error().detail ==
          "the bootstraps of Lambda functions are missing: there is no file " + wanted +
              "; install Postern whole, or set POSTERN_RUNTIME_DIRECTORY to where they are");
    root.write("half/node/bootstrap.mjs", "");
    const auto half = find_runtime_directory(root.path("bin/postern"), root.path("half"));
    CHECK(half.error().detail.find(root.path("half/python/bootstrap.py")) != std::string::npos);
    CHECK(find_runtime_directory(root.path("nothing"), "").error().kind == ErrorKind::Io);
}

TEST_CASE("this process's own directory of bootstraps can be chosen in its environment")
{
    const std::string own = std::string(POSTERN_SOURCE_DIR) + "/src/integrations/lambda/runtime";
    REQUIRE(::setenv("POSTERN_RUNTIME_DIRECTORY", own.c_str(), 1) == 0);
    CHECK(app::runtime_directory().value() == own);
    REQUIRE(::unsetenv("POSTERN_RUNTIME_DIRECTORY") == 0);
}
