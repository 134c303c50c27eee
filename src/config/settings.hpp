// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/limits.hpp"
#include "api/model.hpp"
#include "core/log.hpp"
#include "integrations/lambda/function_options.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::config {

/// How a listener speaks TLS.
enum class TlsKind {
    None,
    Development,
    Optional,  ///< with the development certificate for those who begin with TLS, without for the others
    Files,
};

struct ListenerSettings {
    std::string address;        ///< "" listens on IPv4 and IPv6; else one address
    std::uint16_t port = 8080;  ///< 0: the kernel chooses; the chosen port is reported
    TlsKind tls = TlsKind::None;
    std::string certificate_file;  ///< PEM chain; TlsKind::Files only, read again when it changes
    std::string private_key_file;  ///< PEM
};

/// The admin listener: health, metrics, the operator's commands.
struct AdminSettings {
    static constexpr std::uint16_t kUsualPort = 8081;

    bool is_on = true;
    std::string address = "127.0.0.1";
    std::optional<std::uint16_t> port;  ///< unset: the usual one if it is free, else any; 0: any

    bool operator==(const AdminSettings&) const = default;
};

struct PluginSettings {
    std::string library;          ///< path of the shared object; relative to the configuration file
    std::string settings = "{}";  ///< JSON, handed to the plugin as it is
};

/// Whether @connections asks who calls.
enum class ManagementAuthorization { Required, None };

/// Who may sign @connections requests.
struct AccessKeySettings {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  ///< for a temporary key
    std::string user_arn;       ///< how refusals name the caller
    std::string policy;         ///< IAM policy as JSON; "" allows everything
};

/// Everything a run of the gateway is told, after defaults, file, environment and flags.
struct Settings {
    api::Model model;
    std::map<std::string, PluginSettings> plugins;  ///< by name
    std::vector<ListenerSettings> listeners;        ///< empty in the file: place_default_listeners()
    AdminSettings admin;
    api::Limits limits;
    std::vector<AccessKeySettings> access_keys;
    ManagementAuthorization management_authorization = ManagementAuthorization::Required;
    bool extensions = false;                      ///< beyond AWS: groups, lists and more beside @connections
    unsigned shards = 0;                          ///< 0: one per core
    unsigned worker_threads = 4;                  ///< for handlers that block
    std::chrono::milliseconds drain_time{5'000};  ///< closes at the end are spread over it; 0: all at once
    std::string data_directory;  ///< development certificates; "" picks the user's data directory
    log::Level log_level = log::Level::Info;
    log::Format log_format = log::Format::Auto;
    integrations::lambda::FunctionOptions functions;
    std::string log_group_directory;  ///< log groups are files in it; "" sends them to stdout
};

}  // namespace postern::config
