/* SPDX-License-Identifier: Apache-2.0 */
#include <postern/plugin.h>

#include <string.h>

/* A plugin without handlers whose description is wrong where the build says so. */
#ifndef MAGIC
#define MAGIC POSTERN_PLUGIN_MAGIC
#endif
#ifndef MAJOR
#define MAJOR POSTERN_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR POSTERN_ABI_MINOR
#endif
#ifndef SIZE
#define SIZE sizeof(postern_plugin)
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef CREATE_RESULT
#define CREATE_RESULT 0
#endif
#ifndef RETURNS
#define RETURNS &plugin
#endif

extern int32_t create(const postern_host* host, postern_text settings, void** state, postern_text* error);
int32_t create(const postern_host* host, postern_text settings, void** state, postern_text* error)
{
    static const char why[] = "the lobby is closed";
    (void)host;
    (void)settings;
    *state = NULL;
#ifndef SILENT
    error->data = why;
    error->size = strlen(why);
#else
    (void)why;
    (void)error;
#endif
    return CREATE_RESULT;
}

static void destroy(void* state)
{
    (void)state;
}

extern const postern_plugin plugin;
const postern_plugin plugin = {MAGIC, MAJOR, MINOR, SIZE, "description", "0.0.1", CREATE, destroy};

const postern_plugin* postern_plugin_query(uint32_t abi_major, uint32_t abi_minor)
{
    (void)abi_major;
    (void)abi_minor;
    return RETURNS;
}
