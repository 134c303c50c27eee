// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"

#include "catch.hpp"
#include "unit/gateway/support.hpp"

using namespace postern;
using gateway::Stages;

namespace {

using Domains = std::map<std::string, api::DomainName, std::less<>>;

std::shared_ptr<const gateway::Deployment> deploy(const std::string& api_id,
                                                  const std::string& stage,
                                                  bool is_hidden = false)
{
    api::Api api = test::make_api(api_id, {});
    api.disable_execute_api_endpoint = is_hidden;
    return test::compile(api, stage, {});
}

/// "api/stage" of what a request finds; "-" for nothing.
std::string find(Stages& stages, std::string_view host, std::string_view path)
{
    const gateway::StageSlot* slot = stages.find(host, path);
    return slot == nullptr ? "-" : slot->current->stage().api_id + "/" + slot->current->stage().stage;
}

}  // namespace

TEST_CASE("host names are compared in lower case and without port")
{
    CHECK(gateway::host_name("Example.COM") == "example.com");
    CHECK(gateway::host_name("localhost:8080") == "localhost");
    CHECK(gateway::host_name("127.0.0.1:80") == "127.0.0.1");
    CHECK(gateway::host_name("[::1]:8080") == "[::1]");
    CHECK(gateway::host_name("[::1]") == "[::1]");
    CHECK(gateway::host_name("") == "");
    CHECK(gateway::host_name(":8080") == "");
}

TEST_CASE("a single API is reached by any host, with its stage as the path")
{
    Stages stages({deploy("chat", "dev"), deploy("chat", "prod")}, {});
    CHECK(find(stages, "localhost:8080", "/dev") == "chat/dev");
    CHECK(find(stages, "localhost:8080", "/dev/") == "chat/dev");
    CHECK(find(stages, "10.0.0.1", "/prod") == "chat/prod");
    CHECK(find(stages, "", "/dev") == "chat/dev");
    CHECK(find(stages, "chat.execute-api.us-east-1.amazonaws.com", "/prod") == "chat/prod");
    CHECK(find(stages, "CHAT.localhost:8080", "/prod") == "chat/prod");
    CHECK(find(stages, "other.localhost", "/prod") == "chat/prod");
    for (const char* path : {"", "/", "/test", "/Dev", "/dev/more", "//dev", "/dev//", "/chat/dev"}) {
        INFO(path);
        CHECK(find(stages, "localhost", path) == "-");
    }
}

TEST_CASE("several APIs are told apart by host or by path")
{
    Stages stages({deploy("chat", "dev"), deploy("shop", "dev"), deploy("shop", "prod")}, {});
    CHECK(find(stages, "chat.localhost:8080", "/dev") == "chat/dev");
    CHECK(find(stages, "shop.execute-api.localhost", "/prod") == "shop/prod");
    CHECK(find(stages, "localhost:8080", "/shop/prod") == "shop/prod");
    CHECK(find(stages, "localhost:8080", "/chat/dev/") == "chat/dev");
    CHECK(find(stages, "unknown.localhost", "/chat/dev") == "chat/dev");
    CHECK(find(stages, "chat.localhost", "/prod") == "-");
    CHECK(find(stages, "chat.localhost", "/shop/prod") == "-");
    CHECK(find(stages, "localhost", "/dev") == "-");
    CHECK(find(stages, "localhost", "/shop/prod/more") == "-");
    CHECK(find(stages, "localhost", "/none/dev") == "-");
    CHECK(find(stages, "localhost", "/") == "-");
}

TEST_CASE("a custom domain's mappings choose API and stage, and nothing else does (spec data-plane 1.1)")
{
    api::DomainName domain;
    domain.domain_name = "Live.Example.com";
    domain.api_mappings = {{"", "chat", "prod"}, {"v1/shop", "shop", "prod"}, {"old", "gone", "prod"}};
    Stages stages({deploy("chat", "prod"), deploy("shop", "prod", true)}, {{{domain.domain_name, domain}}});
    CHECK(find(stages, "live.example.com", "/") == "chat/prod");
    CHECK(find(stages, "LIVE.example.com:443", "") == "chat/prod");
    CHECK(find(stages, "live.example.com", "/v1/shop") == "shop/prod");
    CHECK(find(stages, "live.example.com", "/v1/shop/") == "shop/prod");
    CHECK(find(stages, "live.example.com", "/v1") == "-");
    CHECK(find(stages, "live.example.com", "/old") == "-");
    CHECK(find(stages, "live.example.com", "/prod") == "-");
    CHECK(find(stages, "live.example.com", "/chat/prod") == "-");
}

TEST_CASE("a client's domainName is the Host that it used, as long as that leads to its API")
{
    const Stages one({deploy("chat", "dev")}, {});
    CHECK(one.domain_name("localhost:8080", {"chat", "dev", {}}) == "localhost:8080");

    api::DomainName domain;
    domain.api_mappings = {{"", "chat", "dev"}};
    const Stages two({deploy("chat", "dev"), deploy("shop", "dev")},
                     {{{"live.example.com", domain}}, "eu-west-1"});
    CHECK(two.domain_name("Live.example.com:443", {"chat", "dev", {}}) == "Live.example.com:443");
    CHECK(two.domain_name("shop.localhost:8080", {"shop", "dev", {}}) == "shop.localhost:8080");
    CHECK(two.domain_name("localhost:8080", {"shop", "dev", {}}) ==
          "shop.execute-api.eu-west-1.amazonaws.com");
    CHECK(two.domain_name("", {"chat", "dev", {}}) == "chat.execute-api.eu-west-1.amazonaws.com");
}

TEST_CASE("a Host where functions would find nobody, or a certificate for another name, is no domainName")
{
    const Stages stages({deploy("chat", "dev")}, {{}, "us-east-1", {443, 8080}});
    const auto domain_name = [&](const char* host) { return stages.domain_name(host, {"chat", "dev", {}}); };
    for (const char* host : {"localhost:8080",
                             "LOCALHOST:8080",
                             "127.0.0.1:8080",
                             "[::1]:8080",
                             "localhost",
                             "live.example.com",
                             "chat.execute-api.us-east-1.amazonaws.com"}) {
        CHECK(domain_name(host) == host);
    }
    for (const char* host : {"localhost:9000",
                             "127.0.0.1:80",
                             "192.168.1.5:8080",
                             "192.168.1.5",
                             "[fe80::1]:8080",
                             "[fe80::1]",
                             "postern:8080",
                             "chat.execute-api.us-east-1.amazonaws.com:8080",
                             "localhost:",
                             "localhost:8080:8080"}) {
        CHECK(domain_name(host) == "chat.execute-api.us-east-1.amazonaws.com");
    }
    CHECK(Stages({deploy("chat", "dev")}, {}).domain_name("192.168.1.5:80", {"chat", "dev", {}}) ==
          "192.168.1.5:80");
}

TEST_CASE("disableExecuteApiEndpoint leaves the custom domains only")
{
    api::DomainName domain;
    domain.api_mappings = {{"", "chat", "dev"}};
    Stages stages({deploy("chat", "dev", true)}, {{{"live.example.com", domain}}});
    CHECK(find(stages, "localhost", "/dev") == "-");
    CHECK(find(stages, "chat.localhost", "/dev") == "-");
    CHECK(find(stages, "live.example.com", "/") == "chat/dev");
}

TEST_CASE("a stage that is gone is not found, its slot stays for its connections")
{
    Stages stages({deploy("chat", "dev")}, {});
    gateway::StageSlot* slot = stages.find("localhost", "/dev");
    REQUIRE(slot != nullptr);
    stages.update({deploy("chat", "prod")}, {});
    CHECK(stages.find("localhost", "/dev") == nullptr);
    CHECK(slot->current == nullptr);
    CHECK(find(stages, "localhost", "/prod") == "chat/prod");

    const auto again = deploy("chat", "dev");
    stages.update({again}, {});
    CHECK(stages.find("localhost", "/dev") == slot);
    CHECK(slot->current == again);
    CHECK(find(stages, "localhost", "/prod") == "-");
}

TEST_CASE("an API that is gone does not count: the one that is left needs no host and no path of its own")
{
    Stages stages({deploy("chat", "dev"), deploy("shop", "dev")}, {});
    CHECK(find(stages, "localhost", "/dev") == "-");
    stages.update({deploy("shop", "dev")}, {});
    CHECK(find(stages, "localhost", "/dev") == "shop/dev");
}
