// SPDX-License-Identifier: Apache-2.0
#include <postern/plugin.hpp>

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Chat rooms. A client chooses a room and a name when it connects (?room=tea&name=ann), says things to
// everybody in its room, and can ask who is there.
namespace {

using postern::Event;
using postern::Reply;

/// Reads one string member of a JSON object. Clients send what they like: everything is checked.
std::optional<std::string> string_member(std::string_view json, const char* name)
{
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(),
                                                                                           json.size());
    if (document.HasParseError() || !document.IsObject()) return std::nullopt;
    const auto found = document.FindMember(name);
    if (found == document.MemberEnd() || !found->value.IsString()) return std::nullopt;
    return std::string(found->value.GetString(), found->value.GetStringLength());
}

/// Names and rooms come from a URL, where any bytes can be written.
bool is_word(std::string_view text)
{
    rapidjson::MemoryStream in(text.data(), text.size());
    rapidjson::StringBuffer out;
    while (in.Tell() < text.size())
        if (!rapidjson::UTF8<>::Validate(in, out)) return false;
    return !text.empty();
}

/// Writes one flat JSON object.
class Object {
public:
    Object() { writer_.StartObject(); }

    Object& add(std::string_view name, std::string_view value)
    {
        key(name);
        string(value);
        return *this;
    }
    Object& add(std::string_view name, const std::vector<std::string>& values)
    {
        key(name);
        writer_.StartArray();
        for (const std::string& value : values) string(value);
        writer_.EndArray();
        return *this;
    }
    std::string text()
    {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

private:
    void key(std::string_view name)
    {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }
    void string(std::string_view s) { writer_.String(s.data(), static_cast<rapidjson::SizeType>(s.size())); }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

/// Who is in which room. Several shards call at the same time, so one mutex guards the maps; nothing is sent
/// while it is held.
class Chat {
public:
    Chat(postern::Connections connections, std::string_view settings)
        : connections_(connections), lobby_(string_member(settings, "lobby").value_or(""))
    {
        if (lobby_.empty()) throw std::invalid_argument("settings.lobby must be the name of a room");
    }

    /// $connect
    void join(const Event& event, Reply reply)
    {
        const std::string id(event.connection_id());
        const Member member{.name = std::string(event.query("name").value_or(id)),
                            .room = std::string(event.query("room").value_or(lobby_))};
        if (!is_word(member.name) || !is_word(member.room)) {
            reply.refuse(400, R"({"message":"room and name must be UTF-8 and not empty"})");
            return;
        }
        const std::vector<std::string> others = add(id, member);
        reply.accept();
        post(others, Object().add("joined", member.name).text());
    }

    /// $disconnect
    void leave(const Event& event, Reply reply)
    {
        if (const auto member = remove(std::string(event.connection_id())))
            post(ids_in(member->room), Object().add("left", member->name).text());
        reply.nothing();
    }

    /// {"action":"say","text":"..."}
    void say(const Event& event, Reply reply)
    {
        const auto text = string_member(event.body(), "text");
        if (!text) return help(event, reply);
        if (const auto member = find(event.connection_id()))
            post(ids_in(member->room), Object().add("from", member->name).add("text", *text).text());
        reply.nothing();
    }

    /// {"action":"who"}: the answer goes back through the route response.
    void who(const Event& event, Reply reply)
    {
        const auto member = find(event.connection_id());
        if (!member) return reply.nothing();
        reply.send(Object().add("room", member->room).add("members", names_in(member->room)).text());
    }

    /// Anything else.
    void help(const Event& event, Reply reply)
    {
        const std::string usage = R"(try {"action":"say","text":"..."} or {"action":"who"})";
        const std::string message = Object().add("message", usage).text();
        if (event.route_key() == "$default") return reply.send(message);
        connections_.post(event.connection_id(), message);  // "say" has no route response
        reply.nothing();
    }

private:
    struct Member {
        std::string name;
        std::string room;
    };

    std::optional<Member> find(std::string_view id) const
    {
        const std::lock_guard lock(mutex_);
        const auto found = members_.find(id);
        return found == members_.end() ? std::nullopt : std::optional(found->second);
    }

    /// Returns who was in the room before.
    std::vector<std::string> add(const std::string& id, const Member& member)
    {
        const std::lock_guard lock(mutex_);
        std::set<std::string>& room = rooms_[member.room];
        std::vector<std::string> others(room.begin(), room.end());
        members_.insert_or_assign(id, member);
        room.insert(id);
        return others;
    }

    std::optional<Member> remove(const std::string& id)
    {
        const std::lock_guard lock(mutex_);
        const auto node = members_.extract(id);
        if (node.empty()) return std::nullopt;
        const auto room = rooms_.find(node.mapped().room);
        room->second.erase(id);
        if (room->second.empty()) rooms_.erase(room);
        return node.mapped();
    }

    std::vector<std::string> ids_in(const std::string& room) const
    {
        const std::lock_guard lock(mutex_);
        const auto found = rooms_.find(room);
        if (found == rooms_.end()) return {};
        return {found->second.begin(), found->second.end()};
    }

    std::vector<std::string> names_in(const std::string& room) const
    {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> names;
        const auto found = rooms_.find(room);
        if (found == rooms_.end()) return names;
        for (const std::string& id : found->second) names.push_back(members_.at(id).name);
        return names;
    }

    void post(const std::vector<std::string>& ids, const std::string& data) const
    {
        for (const std::string& id : ids) connections_.post(id, data);
    }

    const postern::Connections connections_;
    const std::string lobby_;

    mutable std::mutex mutex_;
    std::map<std::string, Member, std::less<>> members_;  // by connection id
    std::map<std::string, std::set<std::string>> rooms_;  // connection ids by room; no empty rooms
};

void setup(postern::Setup& setup)
{
    const auto chat = std::make_shared<Chat>(setup.connections(), setup.settings());
    setup.on("join", [chat](const Event& event, Reply reply) { chat->join(event, reply); });
    setup.on("leave", [chat](const Event& event, Reply reply) { chat->leave(event, reply); });
    setup.on("say", [chat](const Event& event, Reply reply) { chat->say(event, reply); });
    setup.on("who", [chat](const Event& event, Reply reply) { chat->who(event, reply); });
    setup.on("help", [chat](const Event& event, Reply reply) { chat->help(event, reply); });
}

}  // namespace

POSTERN_PLUGIN("chat", "1.0.0", setup)
