/*
 * One request from its first byte to its last.
 *
 *     first call ─► path, verb, announced size ─► body ─► checks ─┬─ inline ──────────────► answer
 *                        │ refused: the body is                   └─ suspend ─► ... ─ resume ──┘
 *                        └─ swallowed, so that the client reads the answer
 *
 * libmicrohttpd calls exchange_access() for each arrow, and read_stream() for what is to be sent.
 * Its threads never wait and never work for long: whatever reads the store, commits, works through
 * a password, or is made piece by piece, happens in a pool or in ingest while the connection is
 * suspended. The quick pieces of a lone stream are the exception (turns.c).
 */
#include "api/exchange.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cors.h"
#include "api/dispatch.h"
#include "api/incoming.h"
#include "api/pages.h"
#include "api/turns.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reader.h"

enum {
    BLOCK_BYTES = 32768, /* asked of a stream at a time */
};

static const char *header(const struct exchange *ex, const char *name)
{
    return MHD_lookup_connection_value(ex->connection, MHD_HEADER_KIND, name);
}

/* ---- handing the answer over ---- */

/* Gives what is there of a stream; 0 while the connection is suspended. */
static ssize_t read_stream(void *context, uint64_t position, char *out, size_t size)
{
    struct exchange *ex = context;
    (void)position;
    size_t len = answer_take(&ex->answer, out, size);
    if (len == 0 && ex->answer.more) {
        if (ex->is_cut || answer_is_late(&ex->answer)) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        if (!turns_next_piece(ex)) {
            return 0;
        }
        len = answer_take(&ex->answer, out, size);
    }
    return len > 0 ? (ssize_t)len : MHD_CONTENT_READER_END_OF_STREAM;
}

static struct MHD_Response *make_response(struct exchange *ex)
{
    struct MHD_Response *response =
        ex->answer.more
            ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, ex,
                                                NULL)
            : MHD_create_response_from_buffer(ex->answer.piece.len, answer_body(&ex->answer),
                                              MHD_RESPMEM_PERSISTENT);
    check(response != NULL);
    return response;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    check(MHD_add_response_header(response, name, value) == MHD_YES);
}

/* Whether one item of Accept-Encoding names gzip without refusing it ("gzip;q=0"). */
static bool allows_gzip(char *item)
{
    char *q = strchr(item, ';');
    if (q != NULL) {
        *q++ = '\0';
        g_strstrip(q);
    }
    bool is_refused = q != NULL && (q[0] == 'q' || q[0] == 'Q') && strchr(q, '=') != NULL &&
                      g_ascii_strtod(strchr(q, '=') + 1, NULL) <= 0;
    return g_ascii_strcasecmp(g_strstrip(item), "gzip") == 0 && !is_refused;
}

static bool accepts_gzip(const struct exchange *ex)
{
    const char *accept = header(ex, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (accept == NULL) {
        return false;
    }
    bool allows = false;
    char **items = g_strsplit(accept, ",", 16);
    for (size_t i = 0; items[i] != NULL; i++) {
        allows = allows || allows_gzip(items[i]);
    }
    g_strfreev(items);
    return allows;
}

/* The verbs of the path, as Allow has them. */
static const char *verbs_of(const struct exchange *ex)
{
    return ex->route.kind == ROUTE_METHOD ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

/* Tells the browser whether a page of another origin may read this, or ask at all. */
static void add_cors(const struct exchange *ex, struct MHD_Response *response)
{
    const char *origins = ex->server->cors_origins;
    const char *origin = header(ex, MHD_HTTP_HEADER_ORIGIN);
    add_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ORIGIN);
    if (origin == NULL || !cors_allows(origins, origin)) {
        return;
    }
    add_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    add_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_EXPOSE_HEADERS,
               MHD_HTTP_HEADER_RETRY_AFTER);
    if (ex->is_options) {
        add_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_METHODS, verbs_of(ex));
        add_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_HEADERS,
                   "Authorization, Content-Type, Token");
        add_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_MAX_AGE, "600");
    }
}

/* Queues the answer; `type` is its Content-Type. */
static enum MHD_Result send_answer(struct exchange *ex, const char *type)
{
    const struct call *c = ex->call;
    struct MHD_Response *response = make_response(ex);
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ex->answer.gzip) {
        add_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
        add_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    }
    if (c->retry_after_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%u", c->retry_after_s);
        add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (c->http_status == MHD_HTTP_METHOD_NOT_ALLOWED || ex->is_options) {
        add_header(response, MHD_HTTP_HEADER_ALLOW, verbs_of(ex));
    }
    if (ex->server->cors_origins[0] != '\0') {
        add_cors(ex, response);
    }
    if (ex->is_last || atomic_load_explicit(&ex->server->draining, memory_order_relaxed)) {
        add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    connection_answer(ex->entry, clock_monotonic_ms() + ANSWER_MS);
    enum MHD_Result queued = MHD_queue_response(ex->connection, (unsigned)c->http_status, response);
    MHD_destroy_response(response);
    ex->queued = true;
    counter_add(ex->server->api.counters, requests, 1);
    return queued;
}

static enum MHD_Result send_envelope(struct exchange *ex)
{
    return send_answer(ex, "application/json; charset=utf-8");
}

/* ---- the request ---- */

/* Ends the call with a failure that was noted in it. */
static enum MHD_Result send_failure(struct exchange *ex)
{
    turns_fail(ex);
    return send_envelope(ex);
}

/* The document is made once, and copied for nobody. */
static enum MHD_Result answer_openapi(struct exchange *ex)
{
    struct api_server *s = ex->server;
    if (ex->takes_gzip) {
        answer_borrow(&ex->answer, s->openapi_gzip, s->openapi_gzip_len, true);
    } else {
        answer_borrow(&ex->answer, s->openapi.at, s->openapi.len, false);
    }
    ex->state = EXCHANGE_DONE;
    return send_envelope(ex);
}

/* The other GETs: what health_write() says, or the page. */
static enum MHD_Result answer_get(struct exchange *ex)
{
    struct json_out *out = &ex->call->out;
    const char *type = "application/json; charset=utf-8";
    *out = (struct json_out){.at = out->at, .capacity = out->capacity};
    if (ex->route.kind == ROUTE_HEALTH) {
        ex->call->http_status = health_write(&ex->server->api, out);
    } else {
        json_raw(out, bytes_of_text(page_text(&ex->server->api)));
        type = "text/html; charset=utf-8";
    }
    turns_make_whole(ex);
    return send_answer(ex, type);
}

static enum MHD_Result answer_request(struct exchange *ex)
{
    ex->takes_gzip = accepts_gzip(ex);
    if (ex->refused) {
        return send_failure(ex);
    }
    if (ex->route.kind == ROUTE_OPENAPI) {
        return answer_openapi(ex);
    }
    if (ex->route.kind != ROUTE_METHOD) {
        return answer_get(ex);
    }
    return turns_begin(ex) ? send_envelope(ex) : MHD_YES;
}

/* The parameters are libmicrohttpd's. */
/* NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result exchange_access(void *context, struct MHD_Connection *connection, const char *url,
                                const char *verb, const char *version, const char *upload,
                                size_t *upload_size, void **request)
{
    (void)context;
    if (*request == NULL) {
        struct exchange *ex =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        *request = ex;
        return incoming_begin(ex, url, verb, version) ? MHD_YES : send_failure(ex);
    }
    struct exchange *ex = *request;
    if (*upload_size > 0) {
        size_t size = *upload_size;
        *upload_size = 0;
        return ex->queued || incoming_body(ex, (struct bytes){(const uint8_t *)upload, size})
                   ? MHD_YES
                   : MHD_NO;
    }
    if (ex->state == EXCHANGE_CONCLUDING) {
        return turns_conclude(ex) ? send_envelope(ex) : MHD_YES;
    }
    if (ex->state == EXCHANGE_DONE) {
        return ex->queued ? MHD_YES : send_envelope(ex);
    }
    return answer_request(ex);
}

/* ---- ends ---- */

static void clear_request(struct exchange *ex)
{
    struct api_server *server = ex->server;
    answer_clear(&ex->answer);
    call_clear(ex->call);
    body_clear(&ex->body, server->bodies);
    if (ex->is_streaming) {
        slots_give(server->streams, ex->stream_group);
    }
    if (ex->is_active && atomic_fetch_sub(&server->active, 1) == 1 &&
        atomic_load(&server->draining)) {
        check(pthread_mutex_lock(&server->idle_lock) == 0);
        check(pthread_cond_signal(&server->idle) == 0);
        check(pthread_mutex_unlock(&server->idle_lock) == 0);
    }
    ex->is_active = false;
    ex->is_streaming = false;
    ex->takes_gzip = false;
    ex->is_unread = false;
    ex->is_cut = false;
    ex->pieces_in_pool = 0;
    ex->queued = false;
    ex->refused = false;
    ex->is_options = false;
    ex->is_last = false;
    ex->swallowed = 0;
}

void exchange_completed(void *context, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    struct exchange *ex = *request;
    if (ex != NULL) {
        clear_request(ex);
        connection_rest(ex->entry, clock_monotonic_ms());
        *request = NULL;
    }
}

enum MHD_Result exchange_admit(void *context, const struct sockaddr *address, socklen_t len)
{
    const struct api_server *server = context;
    (void)len;
    return connections_admit(server->connections, address) ? MHD_YES : MHD_NO;
}

static struct exchange *exchange_new(struct api_server *server, struct MHD_Connection *connection)
{
    struct exchange *ex = mem_new(sizeof(*ex));
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    ex->server = server;
    ex->connection = connection;
    ex->call = call_new(&server->api);
    ex->entry = connections_open(
        server->connections, fd,
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
        clock_monotonic_ms());
    return ex;
}

void exchange_connection(void *context, struct MHD_Connection *connection, void **own,
                         enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *own = exchange_new(context, connection);
        return;
    }
    struct exchange *ex = *own;
    connections_close(ex->server->connections, ex->entry);
    clear_request(ex);
    call_free(ex->call);
    body_free(&ex->body);
    free(ex);
    *own = NULL;
}
