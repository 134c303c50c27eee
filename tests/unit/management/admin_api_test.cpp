// SPDX-License-Identifier: Apache-2.0
#include "management/admin_api.hpp"

#include "api/sigv4_signer.hpp"
#include "catch.hpp"
#include "core/text.hpp"
#include "support/directory_node.hpp"
#include "support/manual_clock.hpp"
#include "support/outcome.hpp"

#include <memory>
#include <string>

using namespace postern;
using management::AdminReply;
using management::CallerKey;

namespace {

const std::string kBuildInfo = "postern_build_info{version=\"1\"} 1\n";

CallerKey key(const std::string& id, const std::string& policy = {})
{
    CallerKey made;
    made.key = {id, "secret of " + id, "", "arn:aws:iam::123456789012:user/" + id};
    if (!policy.empty()) made.policy = api::Policy::parse(policy).value();
    return made;
}

std::string allowing(const std::string& action, const std::string& resource)
{
    return R"({"Statement":{"Effect":"Allow","Action":")" + action + R"(","Resource":")" + resource +
           R"("}})";
}

/// One call of the admin listener, to be changed before it is made.
struct Call {
    std::string method = "GET";
    std::string target = "/status";
    api::Headers headers{{"Host", "127.0.0.1:8081"}};
    std::string body{};
    std::string source_ip = "127.0.0.1";
};

/// The API over two running shards.
class Admin {
public:
    explicit Admin(std::vector<CallerKey> keys = {}, bool admits_anybody = false)
        : callers_(std::make_shared<const management::Callers>(
              management::CallerOptions{std::move(keys), admits_anybody, "eu-west-1", "123456789012"}))
    {}

    AdminReply ask(const Call& call)
    {
        test::Outcome<AdminReply> outcome;
        api_.handle({call.method, call.target, call.headers, call.body, call.source_ip},
                    [&](AdminReply reply) { outcome.set(std::move(reply)); });
        return outcome.get();
    }

    AdminReply ask(const std::string& method, const std::string& target, const std::string& body = {})
    {
        Call call;
        call.method = method;
        call.target = target;
        call.body = body;
        return ask(call);
    }

    /// "STATUS BODY"
    std::string said(const std::string& method, const std::string& target, const std::string& body = {})
    {
        const AdminReply reply = ask(method, target, body);
        return std::to_string(reply.status) + ' ' + reply.body;
    }

    /// The call, signed.
    AdminReply ask_signed(const CallerKey& signer, Call call)
    {
        const std::size_t mark = call.target.find('?');
        const std::string query = mark == std::string::npos ? "" : call.target.substr(mark + 1);
        const std::string path = call.target.substr(0, mark);
        const api::Headers added = api::sigv4::sign({call.method, path, query, call.headers, call.body},
                                                    signer.key,
                                                    {"eu-west-1", "execute-api"},
                                                    clock_.wall());
        call.headers.insert(call.headers.end(), added.begin(), added.end());
        return ask(call);
    }

    test::DirectoryNode node{2};
    management::HealthAnswer live{true, "alive"};
    management::HealthAnswer ready{true, "ready"};
    management::ReloadOutcome reload{true, {}};
    int reloads = 0;
    int drains = 0;

private:
    management::AdminHooks hooks()
    {
        management::AdminHooks hooks;
        hooks.live = [this] { return live; };
        hooks.ready = [this] { return ready; };
        hooks.metrics_text = [] { return kBuildInfo; };
        hooks.status = [] {
            management::AdminStatus status;
            status.version = "1";
            return status;
        };
        hooks.callers = [this] { return callers_; };
        hooks.reload = [this](const std::function<void(management::ReloadOutcome)>& done) {
            ++reloads;
            done(reload);
        };
        hooks.drain = [this] { ++drains; };
        return hooks;
    }

    test::ManualClock clock_;
    std::shared_ptr<const management::Callers> callers_;
    management::AdminApi api_{hooks(), node.directory, clock_};
};

std::string without_first_letter(const std::string& id)
{
    return "_" + id.substr(1);
}

}  // namespace

TEST_CASE("Health and metrics are for whoever reaches the listener")
{
    Admin admin({key("AKIDONE")});
    Call call;
    call.source_ip = "203.0.113.7";
    call.headers = {
        {"Host", "postern.example"}, {"Origin", "http://evil.example"}, {"X-Forwarded-For", "::2"}};
    for (const auto& [path, body] : {std::pair("/healthz", std::string("alive\n")),
                                     std::pair("/readyz", std::string("ready\n")),
                                     std::pair("/metrics", kBuildInfo)}) {
        call.target = path;
        call.method = "GET";
        const AdminReply reply = admin.ask(call);
        CHECK(reply.status == 200);
        CHECK(reply.body == body);
        CHECK(reply.content_type.starts_with("text/plain"));
        call.method = "HEAD";
        CHECK(admin.ask(call).status == 200);
        for (const char* method : {"POST", "DELETE", "PUT", "OPTIONS"}) {
            call.method = method;
            CHECK(admin.ask(call).status == 405);
            CHECK(admin.ask(call).allow == "GET, HEAD");
        }
    }
    call.method = "GET";
    call.target = "/status";
    CHECK(admin.ask(call).status == 403);
}

TEST_CASE("What is not well is 503")
{
    Admin admin;
    admin.live = {false, "stuck"};
    admin.ready = {false, "draining"};
    CHECK(admin.said("GET", "/healthz") == "503 stuck\n");
    CHECK(admin.said("GET", "/readyz?verbose") == "503 draining\n");
}

TEST_CASE("Unknown paths and methods are answered with what there is")
{
    Admin admin;
    for (const char* path :
         {"/", "/stat", "/status/", "/connection", "/connectionsx", "/reload/x", "//status", "/%73tatus"})
        CHECK(admin.ask("GET", path).status == 404);
    CHECK(admin.ask("POST", "/status").allow == "GET, HEAD");
    CHECK(admin.ask("GET", "/reload").allow == "POST");
    CHECK(admin.ask("GET", "/drain").allow == "POST");
    CHECK(admin.ask("POST", "/connections").allow == "GET, HEAD");
    CHECK(admin.ask("PUT", "/connections/" + admin.node.connect(0)).allow == "GET, HEAD, POST, DELETE");
    CHECK(admin.said("GET", "/reload") == R"(405 {"message":"The methods here are POST"})");
    CHECK(admin.reloads == 0);
    CHECK(admin.drains == 0);
}

TEST_CASE("A request without exactly one Host is refused")
{
    Admin admin;
    Call call;
    call.headers = {};
    CHECK(admin.ask(call).status == 400);
    call.headers = {{"Host", "127.0.0.1"}, {"host", "127.0.0.1"}};
    CHECK(admin.ask(call).status == 400);
}

TEST_CASE("Reload tells the reasons when the new configuration was refused")
{
    Admin admin;
    CHECK(admin.said("POST", "/reload") == R"(200 {"reloaded":true})");
    admin.reload = {false, {"a.yaml:3:1: \"x\"", "b"}};
    CHECK(admin.said("POST", "/reload") ==
          R"(422 {"message":"The new configuration was refused; the old one is in force",)"
          R"("reasons":["a.yaml:3:1: \"x\"","b"]})");
    CHECK(admin.reloads == 2);
}

TEST_CASE("Drain is begun and said to be")
{
    Admin admin;
    CHECK(admin.said("POST", "/drain") == R"(202 {"draining":true})");
    CHECK(admin.drains == 1);
}

TEST_CASE("Connections are listed page by page")
{
    Admin admin;
    CHECK(admin.said("GET", "/connections") == R"(200 {"connections":[]})");
    const std::string one = admin.node.connect(0, "chat", "dev");
    admin.node.connect(1, "chat", "prod");
    admin.node.connect(1, "other", "dev");
    const std::string only = admin.ask("GET", "/connections?api=chat&stage=dev").body;
    CHECK(only ==
          R"({"connections":[{"connectionId":")" + one +
              R"(","apiId":"chat","stage":"dev","sourceIp":"203.0.113.250","userAgent":"probe",)"
              R"("connectedAt":"2026-09-25T00:01:13.687Z","lastActiveAt":"2026-09-25T00:01:13.692Z"}]})");

    std::string target = "/connections?limit=2";
    std::size_t seen = 0;
    for (int pages = 0; pages < 3 && !target.empty(); ++pages) {
        const std::string body = admin.ask("GET", target).body;
        for (std::size_t at = body.find("connectionId"); at != std::string::npos;
             at = body.find("connectionId", at + 1))
            ++seen;
        const std::size_t next = body.find("\"next\":\"");
        target = next == std::string::npos
                     ? ""
                     : "/connections?limit=2&next=" + body.substr(next + 8, body.rfind('"') - next - 8);
    }
    CHECK(seen == 3);
    CHECK(target.empty());
}

TEST_CASE("What is wrong with a listing is said")
{
    Admin admin;
    for (const char* limit : {"0", "1001", "-1", "x", "", "1x", "99999999999999999999999"}) {
        CHECK(admin.said("GET", std::string("/connections?limit=") + limit) ==
              R"(400 {"message":"limit must be from 1 to 1000"})");
    }
    CHECK(admin.ask("GET", "/connections?next=nonsense").status == 400);
    CHECK(admin.said("GET", "/connections?limt=1") ==
          R"(400 {"message":"There is no parameter \"limt\", but api, stage, limit, next"})");
}

TEST_CASE("One connection is described, posted to and closed")
{
    Admin admin;
    const std::string id = admin.node.connect(1, "chat", "prod");
    const std::string path = "/connections/" + text::percent_encode(id);
    CHECK(admin.ask("GET", path).body.find(R"("apiId":"chat","stage":"prod")") != std::string::npos);
    CHECK(admin.said("POST", path, "hello") == "200 {}");
    CHECK(admin.node.sent(id) == std::vector<std::string>{"hello"});
    CHECK(admin.said("POST", path, std::string(65, 'x')) ==
          R"(413 {"message":"The message is larger than gateway.limits.messageBytes"})");
    CHECK(admin.said("DELETE", path) == "204 ");
    CHECK(admin.said("DELETE", path + "?code=4401&reason=no%20more") == "204 ");

    admin.node.disconnect(id);
    for (const char* method : {"GET", "POST", "DELETE"}) {
        CHECK(admin.said(method, path) == R"(410 {"message":"There is no such connection, or no more"})");
    }
}

TEST_CASE("What is no connection id is said so")
{
    Admin admin;
    const std::string id = admin.node.connect(0);
    for (const std::string& wrong :
         {std::string("x"), id + "x", std::string(), std::string("%zz"), id + "/x"}) {
        CHECK(admin.said("GET", "/connections/" + wrong) == R"(400 {"message":"This is no connection id"})");
    }
    CHECK(admin.ask("GET", "/connections/" + without_first_letter(id)).status >= 400);
}

TEST_CASE("A connection is closed with a code that a caller may use and a reason that fits")
{
    Admin admin;
    const std::string path = "/connections/" + admin.node.connect(0) + "?";
    for (const char* code : {"999", "1001", "1005", "2999", "5000", "65536", "x", "", "4401x", "-4401"}) {
        CHECK(admin.said("DELETE", path + "code=" + code) ==
              R"(400 {"message":"code must be 1000 or from 3000 to 4999"})");
    }
    for (const char* code : {"1000", "3000", "4999"}) {
        CHECK(admin.ask("DELETE", path + "code=" + code).status == 204);
    }
    CHECK(admin.ask("DELETE", path + "reason=" + std::string(123, 'r')).status == 204);
    CHECK(admin.ask("DELETE", path + "reason=" + std::string(124, 'r')).status == 400);
    CHECK(admin.ask("DELETE", path + "reason=%FF").status == 400);
    CHECK(admin.ask("DELETE", path + "cod=4401").status == 400);
}

TEST_CASE("Without keys, only callers on this machine administer")
{
    Admin admin;
    Call call;
    CHECK(admin.ask(call).status == 200);
    call.source_ip = "::1";
    CHECK(admin.ask(call).status == 200);
    call.source_ip = "203.0.113.7";
    const AdminReply refused = admin.ask(call);
    CHECK(refused.status == 403);
    CHECK(refused.body.find("Only callers on this machine") != std::string::npos);
    for (const char* header : {"X-Forwarded-For", "forwarded", "Via", "X-Real-IP"}) {
        Call passed_on;
        passed_on.headers.push_back({header, "127.0.0.1"});
        CHECK(admin.ask(passed_on).status == 403);
    }
}

TEST_CASE("An unsigned request must not come from a browser's page")
{
    for (const bool admits_anybody : {false, true}) {
        Admin admin({}, admits_anybody);
        Call call;
        call.headers.push_back({"Origin", "http://127.0.0.1:8081"});
        CHECK(admin.ask(call).status == 403);
        for (const char* host : {"127.0.0.1",
                                 "127.0.0.1:8081",
                                 "localhost",
                                 "LOCALHOST:1",
                                 "[::1]",
                                 "[::1]:8081",
                                 "10.0.0.1:80"}) {
            call.headers = {{"Host", host}};
            CHECK(admin.ask(call).status == 200);
        }
        for (const char* host : {"evil.example",
                                 "evil.example:8081",
                                 "localhost.evil.example",
                                 "127.0.0.1.evil.example:8081",
                                 "",
                                 "[::1",
                                 "[::1].evil.example",
                                 "::1",
                                 "127.0.0.1:8081:1"}) {
            call.headers = {{"Host", host}};
            CHECK(admin.ask(call).status == 403);
        }
    }
}

TEST_CASE("Anybody administers when the operator says so")
{
    Admin admin({}, true);
    Call call;
    call.source_ip = "203.0.113.7";
    CHECK(admin.ask(call).status == 200);
}

TEST_CASE("With keys, whoever signs administers, from anywhere and by any name")
{
    const CallerKey one = key("AKIDONE");
    Admin admin({one, key("AKIDTWO")});
    Call call;
    CHECK(admin.ask(call).body == R"({"message":"Missing Authentication Token"})");
    call.source_ip = "203.0.113.7";
    call.headers = {{"Host", "postern.example"}};
    CHECK(admin.ask_signed(one, call).status == 200);
    call.target = "/connections?limit=1&api=a%2Fb";
    CHECK(admin.ask_signed(one, call).status == 200);

    CallerKey forged = one;
    forged.key.secret = "another";
    const AdminReply refused = admin.ask_signed(forged, call);
    CHECK(refused.status == 403);
    CHECK(refused.body.find("The request signature we calculated does not match") != std::string::npos);
    CHECK(refused.body.find(one.key.secret) == std::string::npos);
    CHECK(admin.ask_signed(key("AKIDTHREE"), call).status == 403);
}

TEST_CASE("A key with a policy administers what it allows")
{
    const CallerKey poster = key("AKIDPOSTER", allowing("execute-api:ManageConnections", "*"));
    const CallerKey reader = key("AKIDREADER", allowing("postern:Administer", "arn:postern:admin:*:GET/*"));
    const CallerKey lister =
        key("AKIDLISTER",
            allowing("postern:Administer", "arn:postern:admin:eu-west-1:123456789012:GET/connections"));
    const CallerKey owner = key("AKIDOWNER", allowing("*", "*"));
    Admin admin({poster, reader, lister, owner});
    const auto status = [&](const CallerKey& signer, const std::string& method, const std::string& target) {
        Call call;
        call.method = method;
        call.target = target;
        return admin.ask_signed(signer, call).status;
    };
    CHECK(status(poster, "GET", "/status") == 403);
    CHECK(status(reader, "GET", "/status") == 200);
    CHECK(status(reader, "POST", "/drain") == 403);
    CHECK(status(lister, "GET", "/connections?limit=1") == 200);
    CHECK(status(lister, "GET", "/connections/gbgA_S5PGQAYKEilZA%3D%3D") == 410);
    CHECK(status(lister, "GET", "/status") == 403);
    CHECK(admin.drains == 0);
    CHECK(status(owner, "POST", "/drain") == 202);

    Call call;
    CHECK(admin.ask_signed(poster, call).body ==
          R"({"message":"The policy of access key AKIDPOSTER does not allow postern:Administer on )"
          R"(arn:postern:admin:eu-west-1:123456789012:GET/status"})");
}

TEST_CASE("The status is complete JSON")
{
    management::AdminStatus status;
    status.version = "1.2.3";
    status.pid = 42;
    status.started_at = 1'790'294'473'687;
    status.configuration = "a \"file\".yaml";
    status.generation = 3;
    status.apis = {{"chat", {"dev", "prod"}}};
    status.listeners = {{"", 8080, false}, {"::1", 8443, true}};
    status.connections = {2, 3};
    status.connections_max = 100;
    CHECK(management::to_json(status, status.started_at + 61'500) ==
          R"({"version":"1.2.3","pid":42,"startedAt":"2026-09-25T00:01:13.687Z","uptimeSeconds":61,)"
          R"("draining":false,"configuration":"a \"file\".yaml","generation":3,"lastReload":null,)"
          R"("apis":[{"apiId":"chat","stages":["dev","prod"]}],)"
          R"("listeners":[{"address":"","port":8080,"tls":false},{"address":"::1","port":8443,"tls":true}],)"
          R"("connections":5,"connectionsMax":100,"connectionsByShard":[2,3]})");
    status.last_reload = management::LastReload{status.started_at, {false, {"bad \xFF"}}};
    CHECK(management::to_json(status, status.started_at)
              .find(R"("lastReload":{"at":"2026-09-25T00:01:13.687Z","ok":false,"reasons":["bad )"
                    "\xEF\xBF\xBD"
                    R"("]})") != std::string::npos);
}
