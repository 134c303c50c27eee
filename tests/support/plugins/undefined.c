/* SPDX-License-Identifier: Apache-2.0 */
#include <postern/plugin.h>

/* Needs a function that nobody has: the loader finds out at once. */
extern const postern_plugin* postern_test_nobody_defines_this(void);

const postern_plugin* postern_plugin_query(uint32_t abi_major, uint32_t abi_minor)
{
    (void)abi_major;
    (void)abi_minor;
    return postern_test_nobody_defines_this();
}
