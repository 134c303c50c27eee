// SPDX-License-Identifier: Apache-2.0
#include <postern/testing.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// The chat plugin without a gateway. Any test framework will do; this one is two lines.
namespace {

using postern::testing::Connection;
using postern::testing::Harness;
using Lines = std::vector<std::string>;

int failures = 0;

#define EXPECT(condition) \
    if (!(condition)) ++failures, std::cerr << __FILE__ << ':' << __LINE__ << ": " #condition "\n"

const char* const kSettings = R"({"lobby":"general"})";

Connection client(const std::string& name, const std::string& room)
{
    return {.id = name + "-id", .query = {{"name", name}, {"room", room}}};
}

void people_in_a_room_hear_each_other()
{
    Harness chat(&postern_plugin_query, kSettings);
    const Connection ann = client("ann", "tea");
    const Connection bob = client("bob", "tea");
    const Connection eve = client("eve", "coffee");
    EXPECT(chat.connect("join", ann).is_accepted());
    EXPECT(chat.connect("join", bob).is_accepted());
    EXPECT(chat.connect("join", eve).is_accepted());
    EXPECT(chat.posts_to("ann-id") == Lines{R"({"joined":"bob"})"});
    chat.clear_posts();

    chat.message("say", R"({"action":"say","text":"more \"milk\"?"})", ann);
    EXPECT(chat.posts_to("ann-id") == Lines{R"({"from":"ann","text":"more \"milk\"?"})"});
    EXPECT(chat.posts_to("bob-id") == chat.posts_to("ann-id"));
    EXPECT(chat.posts_to("eve-id").empty());

    EXPECT(chat.message("who", R"({"action":"who"})", ann).reply()->body ==
           R"({"room":"tea","members":["ann","bob"]})");
    chat.clear_posts();

    chat.disconnect("leave", bob, 1001, "Going away");
    EXPECT(chat.posts_to("ann-id") == Lines{R"({"left":"bob"})"});
    EXPECT(chat.message("who", R"({"action":"who"})", ann).reply()->body ==
           R"({"room":"tea","members":["ann"]})");
}

void a_client_without_wishes_gets_the_lobby_and_its_id_as_a_name()
{
    Harness chat(&postern_plugin_query, kSettings);
    const Connection ann{.id = "ann-id"};
    EXPECT(chat.connect("join", ann).is_accepted());
    EXPECT(chat.message("who", "{}", ann).reply()->body == R"({"room":"general","members":["ann-id"]})");
}

void a_client_with_an_unusable_room_or_name_is_refused()
{
    Harness chat(&postern_plugin_query, kSettings);
    for (const Connection& odd :
         {client("ann", ""), client("", "tea"), client("\xff", "tea"), client("ann", "\xc3")}) {
        const auto outcome = chat.connect("join", odd);
        EXPECT(!outcome.is_accepted());
        EXPECT(outcome.reply()->status_code == 400);
    }
    EXPECT(chat.connect("join", client("\xc3\xa9va", "tea")).is_accepted());
}

void strange_messages_get_help_and_do_no_harm()
{
    Harness chat(&postern_plugin_query, kSettings);
    const Connection ann = client("ann", "tea");
    chat.connect("join", ann);
    const std::string help =
        R"({"message":"try {\"action\":\"say\",\"text\":\"...\"} or {\"action\":\"who\"}"})";
    for (const std::string body : {R"({"action":"say"})",
                                   R"({"action":"say","text":7})",
                                   R"(["say"])",
                                   "not JSON",
                                   "",
                                   "{\"text\":\"\xff\"}"}) {
        chat.clear_posts();
        EXPECT(chat.message("say", body, ann).is_accepted());
        EXPECT(chat.posts_to("ann-id") == Lines{help});
    }
    chat.message("say", std::string(100'000, '['), ann);
    EXPECT(chat.message("help", "hello?", ann, "$default").reply()->body == help);
}

void settings_are_checked_when_the_gateway_starts()
{
    for (const char* const settings : {"{}", R"({"lobby":7})", R"({"lobby":""})", "[]"}) {
        std::string why;
        try {
            Harness chat(&postern_plugin_query, settings);
        } catch (const std::runtime_error& error) {
            why = error.what();
        }
        EXPECT(why == "settings.lobby must be the name of a room");
    }
}

void many_shards_may_call_at_once()
{
    Harness chat(&postern_plugin_query, kSettings);
    std::vector<std::jthread> shards;
    shards.reserve(4);
    for (int shard = 0; shard < 4; ++shard)
        shards.emplace_back([&chat, shard] {
            for (int i = 0; i < 50; ++i) {
                const Connection me = client(std::to_string(shard) + "." + std::to_string(i), "tea");
                chat.connect("join", me);
                chat.message("say", R"({"text":"hi"})", me);
                chat.disconnect("leave", me);
            }
        });
    shards.clear();  // joins
    const Connection last = client("last", "tea");
    chat.connect("join", last);
    EXPECT(chat.message("who", "{}", last).reply()->body == R"({"room":"tea","members":["last"]})");
}

}  // namespace

int main()
{
    people_in_a_room_hear_each_other();
    a_client_without_wishes_gets_the_lobby_and_its_id_as_a_name();
    a_client_with_an_unusable_room_or_name_is_refused();
    strange_messages_get_help_and_do_no_harm();
    settings_are_checked_when_the_gateway_starts();
    many_shards_may_call_at_once();
    std::cout << (failures == 0 ? "chat: all well\n" : "chat: failed\n");
    return failures == 0 ? 0 : 1;
}
