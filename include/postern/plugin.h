/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The C interface between Postern and a plugin. C++ plugins use <postern/plugin.hpp>, which stands on it.
 *
 * A plugin is a shared object that exports one symbol, postern_plugin_query. Nothing but C crosses the
 * border: no C++ type, no exception, no allocator. Tables and structures grow at their end only and carry
 * their size; a reader checks `size` before it touches a member that a later minor version added. A different
 * major version, or a minor version newer than the gateway's, is refused at load.
 *
 * Life: 1. dlopen, postern_plugin_query
 *       2. create(): the plugin registers its handlers
 *       3. invoke() for each event
 *       4. destroy() after its last event: when a reload has replaced the plugin, or at the end of the
 *          process. Its code stays mapped until then.
 *
 * Threads: create and destroy run on the main thread; create also at a reload that changes the plugin's file
 * or settings, while the former instance still serves. An inline handler runs on the shard that owns the
 * connection and must not block; several shards call the same handler at the same time. A blocking handler
 * runs on a worker thread. Every function of postern_host may be called from any thread, at any time between
 * create and the end of destroy.
 */
#ifndef POSTERN_PLUGIN_H
#define POSTERN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NOLINTBEGIN(readability-identifier-naming): these are C names. */

#define POSTERN_PLUGIN_MAGIC 0x4E545350u /* "PSTN" */
#define POSTERN_ABI_MAJOR 1u
#define POSTERN_ABI_MINOR 1u

/** Bytes that belong to somebody else; not terminated. Valid during the call they are handed to. */
typedef struct postern_text {
    const char* data;
    size_t size;
} postern_text;

typedef struct postern_pair {
    postern_text name;
    postern_text value;
} postern_pair;

enum postern_event_type { POSTERN_CONNECT = 0, POSTERN_MESSAGE = 1, POSTERN_DISCONNECT = 2 };

/** Names one invocation; a plain value that may be kept and used later from any thread. Answering twice, or
 * after the integration timeout, has no effect. */
typedef struct postern_token {
    uint64_t home;
    uint64_t call;
} postern_token;

/** What happened. Field names follow AWS's event (requestContext, body, headers). Views, valid during
 * invoke(). */
typedef struct postern_event {
    size_t size;
    uint32_t event_type; /**< enum postern_event_type */
    uint32_t is_binary;  /**< 1: body is a binary message (only where the gateway accepts them) */
    postern_text api_id;
    postern_text stage;
    postern_text route_key;
    postern_text connection_id;
    postern_text domain_name;
    postern_text source_ip;
    postern_text user_agent;     /**< data is NULL when the client sent none */
    postern_text body;           /**< MESSAGE only: the message as it came */
    int64_t connected_at;        /**< milliseconds since 1970 */
    const postern_pair* headers; /**< CONNECT only, as the client sent them */
    size_t header_count;
    const postern_pair* query; /**< CONNECT only, decoded, in the client's order */
    size_t query_count;
    int32_t disconnect_status_code; /**< DISCONNECT only */
    postern_text disconnect_reason; /**< DISCONNECT only */
    const void* internal;           /**< for the host's functions */
} postern_event;

/** What the handler answers: AWS's proxy result. On $connect 2xx admits the client, anything else refuses it
 * with that status, body and headers. On a message the body goes to the client when the route is two-way; the
 * status is for the log. */
typedef struct postern_reply {
    size_t size;
    int32_t status_code; /**< 100 to 599, else the integration has failed */
    uint32_t is_binary;  /**< 1: send the body as a binary frame (only where the gateway accepts binary) */
    postern_text body;
    const postern_pair* headers;
    size_t header_count;
} postern_reply;

enum postern_result {
    POSTERN_DELIVERED = 0,         /**< accepted for delivery */
    POSTERN_GONE = 1,              /**< no such connection (AWS: GoneException) */
    POSTERN_PAYLOAD_TOO_LARGE = 2, /**< larger than `gateway.limits.messageBytes` (128 KiB unless set) */
    /** The client reads too slowly and is being closed; of join: it is in
     * `gateway.limits.groupsPerConnection` groups already. */
    POSTERN_LIMIT_EXCEEDED = 3,
    POSTERN_BAD_CONNECTION_ID = 4, /**< not the shape of a connection id */
    POSTERN_BAD_GROUP = 5          /**< 1.1: not the shape of a group's name */
};

/** Valid during the callback. */
typedef struct postern_connection_info {
    size_t size;
    postern_text source_ip;
    postern_text user_agent; /**< data is NULL when the client sent none */
    int64_t connected_at;    /**< milliseconds since 1970, as the next */
    int64_t last_active_at;
} postern_connection_info;

/** Called once with the outcome: inside the call when it is known at once (a bad id or group, a message that
 * is too large, a connection of the calling shard), else on a shard's thread. Do not hold a lock that it
 * takes. `info` is NULL unless the result is POSTERN_DELIVERED. */
typedef void (*postern_done_fn)(void* user, int32_t result);
typedef void (*postern_info_fn)(void* user, int32_t result, const postern_connection_info* info);

/** 1.1: likewise, with how many connections a message has been accepted for; `count` is 0 unless the result
 * is POSTERN_DELIVERED. */
typedef void (*postern_count_fn)(void* user, int32_t result, uint64_t count);

enum postern_log_level {
    POSTERN_LOG_DEBUG = 0,
    POSTERN_LOG_INFO = 1,
    POSTERN_LOG_WARN = 2,
    POSTERN_LOG_ERROR = 3
};

/** Handles one event. Returns 0, or anything else for "failed" (AWS: the function threw). With 0 the reply
 * may have been given already, or comes later. */
typedef int32_t (*postern_invoke_fn)(void* handler, const postern_event* event, postern_token token);

/** What the gateway offers a plugin; each plugin has a table of its own, valid and unchanged until its
 * destroy() has returned. The first argument of each function is `plugin` or `context`, as its parameter is
 * named. */
typedef struct postern_host {
    size_t size;
    uint32_t abi_major;
    uint32_t abi_minor;
    void* plugin;  /**< this plugin, as the gateway knows it */
    void* context; /**< the running gateway */

    /** During create() only. `blocking` 1: the handler runs on a worker thread. 0 on success, else the name
     * is taken or bad. */
    int32_t (*register_handler)(
        void* plugin, postern_text name, uint32_t blocking, postern_invoke_fn invoke, void* handler);
    /** One line of the gateway's log, marked with the plugin's name. `level` is an enum postern_log_level. */
    void (*log)(void* plugin, int32_t level, postern_text message);

    /** Completes the invocation; everything is copied before it returns. */
    void (*reply)(void* context, postern_token token, const postern_reply* reply);
    /** The integration has failed; `why` is for the log. */
    void (*fail)(void* context, postern_token token, postern_text why);

    /** During invoke() only, built when asked for: AWS's event JSON, requestId, messageId (of a
     * MESSAGE; else meaningless), a stage variable (NULL data: none). */
    postern_text (*event_json)(void* context, const postern_event* event);
    postern_text (*request_id)(void* context, const postern_event* event);
    postern_text (*message_id)(void* context, const postern_event* event);
    postern_text (*stage_variable)(void* context, const postern_event* event, postern_text name);

    /** @connections for code inside the process. `done` may be NULL. */
    void (*post)(
        void* context, postern_text connection_id, postern_text data, postern_done_fn done, void* user);
    void (*get)(void* context, postern_text connection_id, postern_info_fn done, void* user);
    void (*remove)(void* context, postern_text connection_id, postern_done_fn done, void* user);

    /* Since 1.1. */

    /** Groups of connections, each by its name within an API: 1 to 128 printable ASCII characters without
     * '/'. A connection joins groups of its own API, also inside its $connect; POSTERN_LIMIT_EXCEEDED: it is
     * in too many. It leaves all of them when it ends. `done` may be NULL. */
    void (*join)(
        void* context, postern_text connection_id, postern_text group, postern_done_fn done, void* user);
    void (*leave)(
        void* context, postern_text connection_id, postern_text group, postern_done_fn done, void* user);
    /** post() to all who are in the group, except the given connections. */
    void (*broadcast)(void* context,
                      postern_text api_id,
                      postern_text group,
                      postern_text data,
                      const postern_text* except,
                      size_t except_count,
                      postern_count_fn done,
                      void* user);
} postern_host;

typedef struct postern_plugin {
    uint32_t magic; /**< POSTERN_PLUGIN_MAGIC */
    uint32_t abi_major;
    uint32_t abi_minor;
    size_t size;
    const char* name;
    const char* version;

    /** Registers handlers. `settings` is JSON from the configuration file. 0 on success; else *error says why
     * (it stays valid until the next call into the plugin), and the start, or the reload, is refused. */
    int32_t (*create)(const postern_host* host, postern_text settings, void** state, postern_text* error);
    void (*destroy)(void* state);
} postern_plugin;

/** The exported symbol: "postern_plugin_query". The arguments tell the plugin which gateway asks. Static
 * storage; never NULL. */
typedef const postern_plugin* (*postern_plugin_query_fn)(uint32_t abi_major, uint32_t abi_minor);

#define POSTERN_EXPORT __attribute__((visibility("default")))

/** What a plugin defines; POSTERN_PLUGIN of <postern/plugin.hpp> does. */
POSTERN_EXPORT const postern_plugin* postern_plugin_query(uint32_t abi_major, uint32_t abi_minor);

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif

#endif
