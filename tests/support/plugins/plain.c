/* SPDX-License-Identifier: Apache-2.0 */
#include <postern/plugin.h>

#include <stdlib.h>

/* A plugin in C99: what <postern/plugin.hpp> does, by hand. */

typedef struct plain {
    const postern_host* host;
} plain;

static postern_text text(const char* data, size_t size)
{
    postern_text out;
    out.data = data;
    out.size = size;
    return out;
}

static int32_t on_shout(void* handler, const postern_event* event, postern_token token)
{
    plain* self = handler;
    char* loud;
    size_t i;
    postern_reply reply = {0};

    if (event->body.size == 0) return 1; /* the integration has failed */
    loud = malloc(event->body.size);
    if (loud == NULL) return 1;
    for (i = 0; i < event->body.size; ++i) {
        const char c = event->body.data[i];
        loud[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    reply.size = sizeof reply;
    reply.status_code = 200;
    reply.body = text(loud, event->body.size);
    self->host->reply(self->host->context, token, &reply);
    free(loud);
    return 0;
}

static int32_t create(const postern_host* host, postern_text settings, void** state, postern_text* error)
{
    plain* self = calloc(1, sizeof *self);
    (void)settings;
    if (self == NULL) return 1;
    self->host = host;
    if (host->register_handler(host->plugin, text("shout", 5), 0, on_shout, self) != 0) {
        static const char why[] = "shout is taken";
        *error = text(why, sizeof why - 1);
        free(self);
        return 1;
    }
    *state = self;
    return 0;
}

static void destroy(void* state)
{
    free(state);
}

const postern_plugin* postern_plugin_query(uint32_t abi_major, uint32_t abi_minor)
{
    static const postern_plugin plugin = {
        POSTERN_PLUGIN_MAGIC,
        POSTERN_ABI_MAJOR,
        POSTERN_ABI_MINOR,
        sizeof(postern_plugin),
        "plain",
        "0.9",
        create,
        destroy,
    };
    (void)abi_major;
    (void)abi_minor;
    return &plugin;
}
