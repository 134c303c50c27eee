// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

extern "C" {
int answers_fuzz(const std::uint8_t* data, std::size_t size);
int configuration_fuzz(const std::uint8_t* data, std::size_t size);
int events_fuzz(const std::uint8_t* data, std::size_t size);
int frames_fuzz(const std::uint8_t* data, std::size_t size);
int handshake_fuzz(const std::uint8_t* data, std::size_t size);
int json_fuzz(const std::uint8_t* data, std::size_t size);
int logs_fuzz(const std::uint8_t* data, std::size_t size);
int management_fuzz(const std::uint8_t* data, std::size_t size);
int selection_fuzz(const std::uint8_t* data, std::size_t size);
int serverless_fuzz(const std::uint8_t* data, std::size_t size);
int template_fuzz(const std::uint8_t* data, std::size_t size);
}

namespace {

const std::map<std::string, int (*)(const std::uint8_t*, std::size_t)> kTargets{
    {"answers", answers_fuzz},
    {"configuration", configuration_fuzz},
    {"events", events_fuzz},
    {"frames", frames_fuzz},
    {"handshake", handshake_fuzz},
    {"json", json_fuzz},
    {"logs", logs_fuzz},
    {"management", management_fuzz},
    {"selection", selection_fuzz},
    {"serverless", serverless_fuzz},
    {"template", template_fuzz},
};

}  // namespace

TEST_CASE("every file of the fuzz corpora passes its target")
{
    std::map<std::string, int> replayed;
    for (const auto& directory : std::filesystem::directory_iterator(POSTERN_FUZZ_CORPUS)) {
        const std::string name = directory.path().filename().string();
        const auto target = kTargets.find(name);
        if (target == kTargets.end()) FAIL("no target for the corpus " << name);
        for (const auto& file : std::filesystem::directory_iterator(directory)) {
            std::ifstream in(file.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            INFO(file.path());
            CHECK(target->second(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
            ++replayed[name];
        }
    }
    for (const auto& [name, target] : kTargets) {
        INFO(name);
        CHECK(replayed[name] > 0);
    }
}

TEST_CASE("every fuzz target takes the empty input")
{
    for (const auto& [name, target] : kTargets) CHECK(target(nullptr, 0) == 0);
}
