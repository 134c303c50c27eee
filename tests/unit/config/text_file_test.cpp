// SPDX-License-Identifier: Apache-2.0
#include "config/text_file.hpp"

#include "../../support/temporary_directory.hpp"
#include "catch.hpp"
#include "config/yaml_reader.hpp"

#include <fcntl.h>
#include <future>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

using namespace postern;
using config::read_text_file;

TEST_CASE("A file is read as it is, and one that cannot be read says why")
{
    const test::TemporaryDirectory files;
    files.write("empty", "");
    files.write("some", std::string("a\0b", 3));
    CHECK(read_text_file(files.path("empty")).value().empty());
    CHECK(read_text_file(files.path("some")).value() == std::string("a\0b", 3));
    CHECK(read_text_file(files.path("none")).error().detail == "cannot be read: No such file or directory");
    CHECK(read_text_file(files.path("")).error().detail == "expected a file, not a directory");
}

TEST_CASE("Of an endless file as much is read as shows that it is too large")
{
    CHECK(read_text_file("/dev/zero").value().size() == config::kFileBytesMax + 1);
}

TEST_CASE("A pipe is read until its writer has ended, and not waited for without end")
{
    const test::TemporaryDirectory files;
    const std::string pipe = files.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(read_text_file(pipe, std::chrono::milliseconds(1)).error().detail.find("nobody writes") !=
          std::string::npos);

    auto reader =
        std::async(std::launch::async, [&] { return read_text_file(pipe, std::chrono::minutes(1)); });
    const int writer = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(writer >= 0);
    for (const std::string_view part : {"one ", "two"})
        CHECK(::write(writer, part.data(), part.size()) == static_cast<ssize_t>(part.size()));
    ::close(writer);
    CHECK(reader.get().value() == "one two");
}
