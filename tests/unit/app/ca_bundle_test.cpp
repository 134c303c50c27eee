// SPDX-License-Identifier: Apache-2.0
#include "app/ca_bundle.hpp"

#include "catch.hpp"
#include "core/file_stamp.hpp"
#include "support/temporary_directory.hpp"

#include <cstdlib>

using namespace postern;
using app::ensure_ca_bundle;
using test::TemporaryDirectory;

TEST_CASE(
    "the bundle holds the system's authorities and the development CA, and is written when it changes only")
{
    const TemporaryDirectory root;
    root.write("roots.pem", "roots");  // its last line may be unfinished
    root.write("ca.pem", "development\n");
    const std::string bundle =
        ensure_ca_bundle(root.path(""), root.path("ca.pem"), root.path("roots.pem")).value();
    CHECK(bundle == root.path("ca-bundle.pem"));
    CHECK(root.read("ca-bundle.pem") == "roots\ndevelopment\n");
    CHECK(std::filesystem::status(bundle).permissions() == std::filesystem::perms(0644));

    const FileStamp first = FileStamp::of(bundle);
    CHECK(ensure_ca_bundle(root.path(""), root.path("ca.pem"), root.path("roots.pem")).has_value());
    CHECK(FileStamp::of(bundle) == first);

    root.write("ca.pem", "another\n");
    CHECK(ensure_ca_bundle(root.path(""), root.path("ca.pem"), root.path("roots.pem")).has_value());
    CHECK(root.read("ca-bundle.pem") == "roots\nanother\n");
    CHECK(ensure_ca_bundle(root.path(""), root.path("ca.pem"), "").has_value());
    CHECK(root.read("ca-bundle.pem") == "another\n");
    CHECK(root.names() == std::vector<std::string>{"ca-bundle.pem", "ca.pem", "roots.pem"});
}

TEST_CASE("what cannot be read or written is an error that names the file")
{
    const TemporaryDirectory root;
    root.write("ca.pem", "development\n");
    const auto no_roots = ensure_ca_bundle(root.path(""), root.path("ca.pem"), root.path("none.pem"));
    CHECK(no_roots.error().detail == root.path("none.pem") + ": No such file or directory");
    const auto no_directory = ensure_ca_bundle(root.path("none"), root.path("ca.pem"), "");
    CHECK(no_directory.error().detail == root.path("none/ca-bundle.pem") + ": No such file or directory");
}

TEST_CASE("the system's authorities are those of SSL_CERT_FILE, when it is set")
{
    REQUIRE(::setenv("SSL_CERT_FILE", "/own/roots.pem", 1) == 0);
    CHECK(app::system_roots_file() == "/own/roots.pem");
    REQUIRE(::unsetenv("SSL_CERT_FILE") == 0);
    const std::string usual = app::system_roots_file();
    CHECK((usual.empty() || std::filesystem::exists(usual)));
}
