// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::integrations::lambda {

/// Cuts a stream of bytes into lines. Lines beyond kLineBytesMax become several.
class OutputLines {
public:
    static constexpr std::size_t kLineBytesMax = 64 * 1024;

    /// Calls `each(line)` for every line that `bytes` completes, without its line break.
    template <class Each>
    void feed(std::string_view bytes, const Each& each)
    {
        while (!bytes.empty()) {
            const std::size_t end = bytes.substr(0, kLineBytesMax - part_.size()).find('\n');
            if (end != std::string_view::npos) {
                emit(bytes.substr(0, end), each);
                bytes.remove_prefix(end + 1);
                continue;
            }
            const std::string_view piece = bytes.substr(0, kLineBytesMax - part_.size());
            bytes.remove_prefix(piece.size());
            part_ += piece;
            if (part_.size() == kLineBytesMax) flush(each);
        }
    }

    /// What has come of a line that has not ended is a line.
    template <class Each>
    void flush(const Each& each)
    {
        if (!part_.empty()) emit({}, each);
    }

private:
    template <class Each>
    void emit(std::string_view rest, const Each& each)
    {
        std::string_view line = rest;
        if (!part_.empty()) {
            part_ += rest;
            line = part_;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        each(line);
        part_.clear();
    }

    std::string part_;
};

}  // namespace postern::integrations::lambda
