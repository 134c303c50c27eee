// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/application.hpp"
#include "config/load.hpp"
#include "core/file_stamp.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::app {

/// Reads the configuration again and puts it into force, all of it or nothing. Main thread.
class Reloader {
public:
    /// Reads file, environment and flags as at the start.
    using Load = std::function<config::Loaded()>;

    /// `file` is the configuration file, "" when there is none; `others` were read with it.
    /// Files are only looked at when somebody `watches`.
    Reloader(
        Application& application, Load load, std::string file, std::vector<std::string> others, bool watches);

    /// Empty when the configuration is in force; otherwise the reasons, and the former one goes on. Either
    /// way the log tells it. `why`: who asked.
    std::vector<std::string> reload(std::string_view why);

    /// Whether a file that the configuration consists of (itself, others that it reads, the plugins'
    /// libraries, the functions' code) is another one than at the last reload, and has been left alone since
    /// the last call: half-written files are not read.
    bool has_changed();

private:
    struct Stamps {
        std::map<std::string, FileStamp> files;
        std::map<std::string, integrations::lambda::CodeStamp> code;  ///< by function

        bool operator==(const Stamps&) const = default;
    };

    std::vector<std::string> try_reload();
    Stamps stamps() const;

    Application& application_;
    Load load_;
    std::string file_;
    std::vector<std::string> others_;  ///< that the configuration read or names
    bool watches_;
    Stamps loaded_;  ///< as of the last reload, successful or not
    Stamps seen_;    ///< as of the last has_changed()
};

}  // namespace postern::app
