// SPDX-License-Identifier: Apache-2.0
#include "observability/stage_logs.hpp"

#include "catch.hpp"

#include <filesystem>
#include <fstream>

using namespace postern;
using namespace std::chrono_literals;
using observability::StageLogsFactory;

namespace {

class Folder {
public:
    Folder()
    {
        char pattern[] = "/tmp/postern-groups-XXXXXX";
        REQUIRE(::mkdtemp(pattern) != nullptr);
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

api::Api api_with(const std::vector<std::string>& routes)
{
    api::Api api;
    api.api_id = "chat";
    for (const std::string& key : routes) api.routes[key].route_key = key;
    return api;
}

api::Stage stage_named(const std::string& name)
{
    api::Stage stage;
    stage.stage_name = name;
    return stage;
}

std::shared_ptr<const observability::StageLogs> open(const StageLogsFactory& factory, const api::Stage& stage)
{
    auto logs = factory.open(api_with({"say", "quiet"}), stage);
    if (!logs) FAIL(logs.error().detail);
    return *std::move(logs);
}

}  // namespace

TEST_CASE("a stage that sets nothing has no logs")
{
    LineWriter writer;
    const StageLogsFactory factory(writer, "");
    api::Stage stage = stage_named("dev");
    CHECK(open(factory, stage) == nullptr);
    stage.default_route_settings.logging_level = api::LoggingLevel::Off;
    stage.default_route_settings.data_trace_enabled = true;
    CHECK(open(factory, stage) == nullptr);
}

TEST_CASE("what a route sets replaces the stage's defaults, property by property")
{
    api::Stage stage = stage_named("dev");
    stage.default_route_settings.logging_level = api::LoggingLevel::Info;
    stage.default_route_settings.data_trace_enabled = true;
    stage.route_settings["quiet"].data_trace_enabled = false;
    stage.route_settings["say"].logging_level = api::LoggingLevel::Error;
    const auto of = [&](const char* key) { return observability::execution_log_options(stage, key); };
    CHECK(of("other").is_traced());
    CHECK(of("quiet").is_info());
    CHECK_FALSE(of("quiet").is_traced());
    CHECK(of("say").is_on());
    CHECK_FALSE(of("say").is_info());
    CHECK_FALSE(of("say").is_traced());  // data trace is of INFO
}

TEST_CASE("one route that logs is enough for the group, and stages have groups of their own")
{
    const Folder folder;
    LineWriter writer;
    const StageLogsFactory factory(writer, folder.path);
    api::Stage dev = stage_named("dev");
    dev.route_settings["quiet"].logging_level = api::LoggingLevel::Error;
    api::Stage prod = stage_named("prod");
    prod.default_route_settings.logging_level = api::LoggingLevel::Info;
    const auto dev_logs = open(factory, dev);
    const auto prod_logs = open(factory, prod);
    CHECK(dev_logs->execution->name() == folder.path + "/aws/apigateway/chat/dev.log");
    CHECK(prod_logs->execution->name() == folder.path + "/aws/apigateway/chat/prod.log");
    CHECK(std::filesystem::exists(prod_logs->execution->name()));
    CHECK_FALSE(dev_logs->access_format.has_value());
    CHECK(open(factory, dev)->execution == dev_logs->execution);  // a reload
}

TEST_CASE("an access log goes to stdout, to its file, or to its group's file")
{
    const Folder folder;
    LineWriter writer;
    const StageLogsFactory factory(writer, folder.path);
    api::Stage stage = stage_named("dev");
    api::AccessLogSettings& settings = stage.access_log_settings.emplace();
    settings.format = "csv";
    CHECK(open(factory, stage)->access->name() == "stdout");
    settings.destination = "stdout";
    CHECK(open(factory, stage)->access == open(factory, stage)->access);
    settings.destination = folder.path + "/access.log";
    CHECK(open(factory, stage)->access->name() == folder.path + "/access.log");
    settings.destination.clear();
    settings.destination_arn = "arn:aws:logs:us-east-1:123456789012:log-group:/my/group:*";
    CHECK(open(factory, stage)->access->name() == folder.path + "/my/group.log");
    CHECK(open(factory, stage)->execution == nullptr);
    CHECK(open(StageLogsFactory(writer, ""), stage)->access->name() == "stdout");
}

TEST_CASE("what cannot be had is said with the stage")
{
    const Folder folder;
    std::ofstream(folder.path + "/file") << "";
    LineWriter writer;
    const StageLogsFactory factory(writer, folder.path);
    api::Stage stage = stage_named("dev");
    api::AccessLogSettings& settings = stage.access_log_settings.emplace();
    const auto complaint = [&] {
        const auto logs = factory.open(api_with({"say"}), stage);
        return logs ? std::string() : logs.error().detail;
    };
    settings.format = "no id";
    CHECK(complaint() ==
          "api chat, stage dev: Access Log format must include either $context.requestId or "
          "$context.extendedRequestId");
    settings.format = "csv";
    settings.destination = folder.path + "/file/below";
    CHECK(complaint().starts_with("api chat, stage dev: cannot open the log file " + folder.path +
                                  "/file/below: "));
    settings = {};
    settings.format = "csv";
    settings.destination_arn = "arn:aws:firehose:us-east-1:1:deliverystream/amazon-apigateway-x";
    CHECK(complaint() ==
          "api chat, stage dev: Firehose delivery streams are not supported; name a log group");
}
