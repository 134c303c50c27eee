// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostics.hpp"
#include "config/environment.hpp"
#include "config/node.hpp"
#include "config/note.hpp"
#include "config/overlay.hpp"
#include "config/reader.hpp"
#include "config/serverless/options.hpp"
#include "config/settings.hpp"
#include "config/template/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The native file or a template: YAML or JSON text, environment and flags into settings. A template is
/// translated to the native file's tree first, so that both have the same rules. Everything is read before
/// the answer, so that all mistakes are told at once. Thread: any; nothing is shared.
namespace postern::config {

struct LoadOptions {
    Overrides overrides;
    std::vector<std::string> builtin_handlers = {"echo"};  ///< what plugin:NAME finds without a plugin
    std::optional<std::uint16_t> only_port;       ///< of the only listener, whatever else says; `--port`
    CheckExpression check_expression;             ///< for routeSelectionExpression; unset: anything but ""
    serverless::Options serverless;               ///< what a serverless.yml may ask for
    templates::TemplateOptions template_options;  ///< what a SAM or CloudFormation template may ask for
};

struct Loaded {
    Settings settings;                 ///< usable only when there are no problems
    std::vector<Diagnostic> problems;  ///< in the order of the file
    std::vector<Origin> origins;       ///< every effective value, in the order of the documentation
    std::vector<Note> notes;           ///< what was made of a template, in its order; none for a native file
    std::vector<std::string> files;    ///< read beside the file itself, such as CDK's asset manifest
    Node tree;                         ///< of the native file, overrides included; as convert writes it
};

/// `path` is also the name in positions; relative paths in the file start at its directory.
Loaded load_file(const std::string& path, const LoadOptions& options = {});

Loaded load_text(std::string_view text, const std::string& name, const LoadOptions& options = {});

/// What the gateway serves without a file: an API that echoes.
Loaded load_builtin(const LoadOptions& options = {});

}  // namespace postern::config
