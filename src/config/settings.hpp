// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/limits.hpp"
#include "api/model.hpp"
#include "core/log.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace postern::config {

/// How a listener speaks TLS.
enum class TlsKind { None, Development, Files };

struct ListenerSettings {
    std::string address;        ///< "" listens on IPv4 and IPv6; else one address
    std::uint16_t port = 8080;  ///< 0: the kernel chooses; the chosen port is reported
    TlsKind tls = TlsKind::None;
    std::string certificate_file;  ///< PEM chain; TlsKind::Files only, read again when it changes
    std::string private_key_file;  ///< PEM
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
    std::vector<ListenerSettings> listeners;  ///< empty in the file: 8080 plain and 8443 development TLS
    api::Limits limits;
    std::vector<AccessKeySettings> access_keys;
    ManagementAuthorization management_authorization = ManagementAuthorization::Required;
    bool extensions = false;      ///< beyond AWS: groups, lists and more beside @connections
    unsigned shards = 0;          ///< 0: one per core
    unsigned worker_threads = 4;  ///< for handlers that block
    std::string data_directory;   ///< development certificates; "" picks the user's data directory
    log::Level log_level = log::Level::Info;
    log::Format log_format = log::Format::Auto;
    std::string log_group_directory;  ///< log groups are files in it; "" sends them to stdout
};

}  // namespace postern::config
