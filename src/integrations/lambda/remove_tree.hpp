// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace postern::integrations::lambda {

/// Removes the directory with all that is in it, as far as that is possible; links are removed, not followed.
/// Neither allocates nor locks: for a process that was forked by one with threads.
void remove_tree(const char* path);

}  // namespace postern::integrations::lambda
