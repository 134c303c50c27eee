// SPDX-License-Identifier: Apache-2.0
#include "net/development_certificate.hpp"

#include "catch.hpp"
#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace postern;

namespace {

constexpr EpochMillis kNow = 1'790'000'000'000;  // in 2026
constexpr EpochMillis kDay = 86'400'000;

/// An empty directory of its own, gone at the end; `path` is inside and does not exist yet.
struct Scratch {
    std::string root = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
    std::string path;

    Scratch()
    {
        REQUIRE(::mkdtemp(root.data()) != nullptr);
        path = root + "/data/tls";
    }
    ~Scratch() { std::filesystem::remove_all(root); }

    std::string file(const std::string& name) const { return path + "/" + name; }
};

std::string read(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& file, const std::string& bytes)
{
    std::ofstream(file, std::ios::binary) << bytes;
}

unsigned mode(const std::string& file)
{
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    return found.st_mode & 0777U;
}

net::DevelopmentCertificate ensure(const Scratch& scratch,
                                   EpochMillis now = kNow,
                                   const std::vector<std::string>& regions = {"us-east-1"})
{
    ERR_clear_error();
    auto made = net::ensure_development_certificate(scratch.path, now, regions);
    if (!made) FAIL(made.error().detail);
    CHECK(ERR_peek_error() == 0);  // a leftover would look like the thread's next TLS failure
    return *made;
}

std::string error_of(const Scratch& scratch, EpochMillis now = kNow)
{
    const auto made = net::ensure_development_certificate(scratch.path, now, {"us-east-1"});
    REQUIRE_FALSE(made.has_value());
    return made.error().detail;
}

net::Certificate server_certificate(const net::DevelopmentCertificate& files)
{
    auto chain = net::read_certificates(files.certificate_file);
    REQUIRE(chain.has_value());
    REQUIRE(chain->size() == 2);
    return std::move(chain->front());
}

bool names_host(const net::DevelopmentCertificate& files, const std::string& host)
{
    return X509_check_host(server_certificate(files).get(), host.data(), host.size(), 0, nullptr) == 1;
}

bool is_signed_by_ca(const net::DevelopmentCertificate& files)
{
    const auto ca = net::read_certificates(files.ca_certificate_file);
    REQUIRE(ca.has_value());
    return X509_verify(server_certificate(files).get(), X509_get0_pubkey(ca->front().get())) == 1;
}

}  // namespace

TEST_CASE("a development CA and certificate are made on first use")
{
    const Scratch scratch;
    const auto made = ensure(scratch);

    CHECK(made.created);
    CHECK(made.ca_certificate_file == scratch.file("ca.pem"));
    CHECK(made.certificate_file == scratch.file("server.pem"));
    CHECK(made.private_key_file == scratch.file("server.key"));
    CHECK(mode(scratch.path) == 0700);
    CHECK(mode(scratch.file("ca.key")) == 0600);
    CHECK(mode(made.private_key_file) == 0600);
    CHECK(is_signed_by_ca(made));

    const auto server = server_certificate(made);
    CHECK(net::not_before(*server) < kNow);
    CHECK(net::not_after(*server) == kNow + 800 * kDay);
    const auto ca = net::read_certificates(made.ca_certificate_file);
    REQUIRE(ca.has_value());
    CHECK(net::not_after(*ca->front()) == kNow + 3650 * kDay);
    CHECK(X509_check_ca(ca->front().get()) == 1);
    CHECK(X509_get_pathlen(ca->front().get()) == 0);
    CHECK(X509_get_key_usage(ca->front().get()) == KU_KEY_CERT_SIGN);

    std::set<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path))
        left.insert(entry.path().filename());
    CHECK(left == std::set<std::string>{"ca.key", "ca.pem", "lock", "server.key", "server.pem"});
}

TEST_CASE("what was made is used again, also without the CA's key and with a slash at the end")
{
    const Scratch scratch;
    const auto made = ensure(scratch);
    const std::string before = read(made.certificate_file);

    CHECK_FALSE(ensure(scratch, kNow + 700 * kDay).created);
    CHECK_FALSE(ensure(scratch, 0).created);  // a clock that starts at 1970 costs nobody their CA
    std::filesystem::remove(scratch.file("ca.key"));
    CHECK_FALSE(ensure(scratch).created);
    const auto slashed = net::ensure_development_certificate(scratch.path + "/", kNow, {});
    REQUIRE(slashed.has_value());
    CHECK(slashed->certificate_file == made.certificate_file);
    CHECK(read(made.certificate_file) == before);
}

TEST_CASE("the server's certificate is renewed before it expires, with its key and by the same CA")
{
    const Scratch scratch;
    const auto made = ensure(scratch);
    const std::string ca = read(made.ca_certificate_file);
    const std::string key = read(made.private_key_file);
    const std::string certificate = read(made.certificate_file);

    CHECK_FALSE(ensure(scratch, kNow + 770 * kDay).created);
    CHECK(read(made.certificate_file) == certificate);

    const EpochMillis later = kNow + 770 * kDay + 1000;
    CHECK_FALSE(ensure(scratch, later).created);
    CHECK(read(made.certificate_file) != certificate);
    CHECK(read(made.ca_certificate_file) == ca);
    CHECK(read(made.private_key_file) == key);
    CHECK(net::not_after(*server_certificate(made)) == later + 800 * kDay);
    CHECK(is_signed_by_ca(made));
}

TEST_CASE("another region is added to those the certificate has")
{
    const Scratch scratch;
    const auto made = ensure(scratch, kNow, {"us-east-1"});
    const std::string ca = read(made.ca_certificate_file);
    CHECK(names_host(made, "a1.execute-api.us-east-1.amazonaws.com"));
    CHECK_FALSE(names_host(made, "a1.execute-api.eu-west-1.amazonaws.com"));

    CHECK_FALSE(ensure(scratch, kNow, {"eu-west-1"}).created);
    CHECK(names_host(made, "a1.execute-api.us-east-1.amazonaws.com"));
    CHECK(names_host(made, "a1.execute-api.eu-west-1.amazonaws.com"));
    CHECK(read(made.ca_certificate_file) == ca);

    const std::string both = read(made.certificate_file);
    ensure(scratch, kNow, {"us-east-1", "eu-west-1"});
    CHECK(read(made.certificate_file) == both);
}

TEST_CASE("a CA that cannot sign what is needed is replaced")
{
    const Scratch scratch;
    const auto made = ensure(scratch);
    const std::string ca = read(made.ca_certificate_file);

    SECTION("it does not permit the region")
    {
        CHECK(ensure(scratch, kNow, {"moon-base-1"}).created);
        CHECK(names_host(made, "a1.execute-api.moon-base-1.amazonaws.com"));
        CHECK_FALSE(ensure(scratch, kNow, {"us-east-1", "moon-base-1"}).created);
    }
    SECTION("it expires")
    {
        const EpochMillis later = kNow + 3640 * kDay;
        CHECK(ensure(scratch, later).created);
        CHECK_FALSE(ensure(scratch, later).created);
    }
    SECTION("its key is lost when a certificate is needed")
    {
        std::filesystem::remove(scratch.file("ca.key"));
        CHECK(ensure(scratch, kNow, {"eu-west-1"}).created);
    }
    SECTION("its key belongs to another certificate, as after a crash between two files")
    {
        const Scratch other;
        ensure(other);
        write(scratch.file("ca.key"), read(other.file("ca.key")));
        CHECK(ensure(scratch, kNow, {"eu-west-1"}).created);
    }
    CHECK(read(made.ca_certificate_file) != ca);
    CHECK(is_signed_by_ca(made));
}

TEST_CASE("a server certificate or key that is missing or does not fit is made anew by the same CA")
{
    const Scratch scratch;
    const auto made = ensure(scratch);
    const std::string ca = read(made.ca_certificate_file);
    SECTION("no certificate")
    {
        std::filesystem::remove(made.certificate_file);
    }
    SECTION("no key")
    {
        std::filesystem::remove(made.private_key_file);
    }
    SECTION("another directory's certificate")
    {
        const Scratch other;
        write(made.certificate_file, read(ensure(other).certificate_file));
    }
    CHECK_FALSE(ensure(scratch).created);
    CHECK(read(made.ca_certificate_file) == ca);
    CHECK(is_signed_by_ca(made));
    CHECK(net::TlsContext::load(made.certificate_file, made.private_key_file, kNow).has_value());
}

TEST_CASE("a file that cannot be read is an error that names it, and nothing is replaced")
{
    const Scratch scratch;
    ensure(scratch);
    const auto name = GENERATE(as<std::string>(), "ca.pem", "server.pem", "server.key");
    const auto bytes = GENERATE(as<std::string>(),
                                "",
                                "not PEM",
                                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    write(scratch.file(name), bytes);
    const std::string error = error_of(scratch);
    CAPTURE(error);
    CHECK(error.find(scratch.file(name) + ": ") == 0);
    CHECK(read(scratch.file(name)) == bytes);
}

TEST_CASE("a corrupt CA key is an error only when it is needed")
{
    const Scratch scratch;
    ensure(scratch);
    SECTION("no key at all")
    {
        write(scratch.file("ca.key"), "not PEM");
    }
    SECTION("a key of another kind")
    {
        write(scratch.file("ca.key"),  // the private key of RFC 8410 section 10.3
              "-----BEGIN PRIVATE KEY-----\n"
              "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
              "-----END PRIVATE KEY-----\n");
    }
    CHECK_FALSE(ensure(scratch).created);
    CHECK(error_of(scratch, kNow + 790 * kDay).find(scratch.file("ca.key") + ": ") == 0);
}

TEST_CASE("a directory that cannot be made is an error that names it")
{
    const Scratch scratch;
    write(scratch.root + "/data", "a file");
    CHECK(error_of(scratch).find(scratch.root) == 0);
}

TEST_CASE("a region that is no DNS label is refused")
{
    const Scratch scratch;
    for (const std::string region : {"", "US-EAST-1", "a.b", "a,DNS:example.com", "-a", "a-", "*"}) {
        CAPTURE(region);
        const auto made = net::ensure_development_certificate(scratch.path, kNow, {region});
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().kind == ErrorKind::BadInput);
    }
    CHECK_FALSE(std::filesystem::exists(scratch.path));
}

TEST_CASE("starts at the same time agree on one CA")
{
    const Scratch scratch;
    const std::vector<std::string> regions = {"us-east-1", "eu-west-1", "ap-south-1", "sa-east-1"};
    std::vector<std::future<Result<net::DevelopmentCertificate>>> starts;
    starts.reserve(regions.size());
    for (const std::string& region : regions)
        starts.push_back(std::async(std::launch::async, [&scratch, region] {
            return net::ensure_development_certificate(scratch.path, kNow, {region});
        }));
    int created = 0;
    net::DevelopmentCertificate made;
    for (auto& start : starts) {
        const auto result = start.get();
        if (!result) FAIL(result.error().detail);
        made = *result;
        created += made.created ? 1 : 0;
    }
    CHECK(created == 1);
    CHECK(is_signed_by_ca(made));
    CHECK(net::TlsContext::load(made.certificate_file, made.private_key_file, kNow).has_value());
    for (const std::string& region : regions)
        CHECK(names_host(made, "a1.execute-api." + region + ".amazonaws.com"));
}
