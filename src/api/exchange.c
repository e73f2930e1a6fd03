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
#include "api/live_stream.h"
#include "api/map_files.h"
#include "api/pages.h"
#include "api/site_answer.h"
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

/* The answer cannot go on: whoever reads it shall not take what there is for all of it. */
static ssize_t break_off(struct exchange *ex)
{
    connection_break(ex->entry);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Gives what is there of a stream; 0 while the connection is suspended. */
static ssize_t read_stream(void *context, uint64_t position, char *out, size_t size)
{
    struct exchange *ex = context;
    (void)position;
    size_t len = answer_take(&ex->answer, out, size);
    if (len == 0 && ex->answer.more) {
        if (ex->is_cut || ex->answer.is_broken || answer_is_late(&ex->answer)) {
            return break_off(ex);
        }
        if (!turns_next_piece(ex)) {
            return 0;
        }
        if (ex->call->file_type != NULL) {
            connection_stream(ex->entry, ex->answer.deadline_ms);
        }
        len = answer_take(&ex->answer, out, size);
    }
    if (len == 0 && ex->answer.is_broken) {
        return break_off(ex);
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
    if (ex->download[0] != '\0') {
        return "GET, OPTIONS";
    }
    if (ex->route.kind == ROUTE_METHOD && ex->route.method->takes_get) {
        return "GET, POST, OPTIONS";
    }
    if (ex->route.kind == ROUTE_METHOD && ex->route.method->takes_patch) {
        return "POST, PATCH, OPTIONS";
    }
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

/* Queues a response with the headers that all have; `type` is its Content-Type. */
static enum MHD_Result queue_response(struct exchange *ex, struct MHD_Response *response,
                                      const char *type)
{
    const struct call *c = ex->call;
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
    if (c->set_cookie[0] != '\0') {
        add_header(response, MHD_HTTP_HEADER_SET_COOKIE, c->set_cookie);
        add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
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
    if (ex->answer.more) {
        connection_stream(ex->entry, ex->answer.deadline_ms);
    } else {
        connection_answer(ex->entry, clock_monotonic_ms() + ANSWER_MS);
    }
    enum MHD_Result queued = MHD_queue_response(ex->connection, (unsigned)c->http_status, response);
    MHD_destroy_response(response);
    ex->queued = true;
    counter_add(ex->server->api.counters, requests, 1);
    return queued;
}

/* A file: a browser saves it by its name, and nobody between keeps it. */
static enum MHD_Result send_file(struct exchange *ex)
{
    struct MHD_Response *response = make_response(ex);
    const struct call *c = ex->call;
    char disposition[CALL_MESSAGE_SIZE];
    (void)snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"", c->file_name);
    add_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, disposition);
    add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return queue_response(ex, response, c->file_type);
}

/* The answer is JSON, in an envelope or not; or the file that was asked for. */
static enum MHD_Result send_answer(struct exchange *ex)
{
    if (ex->call->file_type != NULL && ex->call->code == MHD_HTTP_OK) {
        return send_file(ex);
    }
    return queue_response(ex, make_response(ex), "application/json; charset=utf-8");
}

/* ---- the request ---- */

/* Ends the call with a failure that was noted in it. */
static enum MHD_Result send_failure(struct exchange *ex)
{
    turns_fail(ex);
    return send_answer(ex);
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
    return send_answer(ex);
}

static enum MHD_Result answer_health(struct exchange *ex)
{
    struct json_out *out = &ex->call->out;
    *out = (struct json_out){.at = out->at, .capacity = out->capacity};
    ex->call->http_status = health_write(&ex->server->api, out);
    turns_make_whole(ex);
    return send_answer(ex);
}

/* A page, a file of one, or of the map. */
static enum MHD_Result answer_file(struct exchange *ex)
{
    const char *type = NULL;
    struct MHD_Response *response =
        ex->route.kind == ROUTE_MAP ? map_file_answer(ex, &type) : site_answer(ex, &type);
    ex->state = EXCHANGE_DONE;
    return queue_response(ex, response, type);
}

/* It is no more a request that a stop waits for. */
static void end_activity(struct exchange *ex)
{
    struct api_server *server = ex->server;
    if (ex->is_active && atomic_fetch_sub(&server->active, 1) == 1 &&
        atomic_load(&server->draining)) {
        check(pthread_mutex_lock(&server->idle_lock) == 0);
        check(pthread_cond_signal(&server->idle) == 0);
        check(pthread_mutex_unlock(&server->idle_lock) == 0);
    }
    ex->is_active = false;
}

/* Begins a live stream, or says why not. */
static enum MHD_Result answer_live(struct exchange *ex)
{
    struct MHD_Response *response = live_stream_begin(ex);
    if (response == NULL) {
        return send_failure(ex);
    }
    add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add_header(response, "X-Accel-Buffering", "no");
    ex->state = EXCHANGE_DONE;
    end_activity(ex);
    return queue_response(ex, response, "text/event-stream");
}

static enum MHD_Result answer_request(struct exchange *ex)
{
    ex->takes_gzip = accepts_gzip(ex);
    if (!ex->refused && ex->is_get && ex->route.kind == ROUTE_METHOD) {
        incoming_query(ex);
    }
    if (ex->refused) {
        return send_failure(ex);
    }
    if (ex->route.kind == ROUTE_METHOD && ex->route.method->is_stream) {
        return answer_live(ex);
    }
    if (ex->route.kind == ROUTE_OPENAPI) {
        return answer_openapi(ex);
    }
    if (ex->route.kind == ROUTE_HEALTH) {
        return answer_health(ex);
    }
    if (ex->route.kind != ROUTE_METHOD) {
        return answer_file(ex);
    }
    return turns_begin(ex) ? send_answer(ex) : MHD_YES;
}

/*
 * Takes a piece of the body, and wipes it where it stood: libmicrohttpd frees that memory as it is
 * when a request is cut off, and a password may stand in it.
 */
static bool take_piece(struct exchange *ex, const char *upload, size_t size)
{
    const struct bytes piece = {(const uint8_t *)upload, size};
    bool goes_on = ex->queued || incoming_body(ex, piece);
    void *its_own = NULL;
    memcpy(&its_own, &upload,
           sizeof(its_own)); /* not const to the library, which is done with it */
    explicit_bzero(its_own, size);
    return goes_on;
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
        return take_piece(ex, upload, size) ? MHD_YES : MHD_NO;
    }
    if (ex->state == EXCHANGE_CONCLUDING) {
        return turns_conclude(ex) ? send_answer(ex) : MHD_YES;
    }
    if (ex->state == EXCHANGE_DONE) {
        return ex->queued ? MHD_YES : send_answer(ex);
    }
    return answer_request(ex);
}

/* ---- ends ---- */

static void clear_request(struct exchange *ex)
{
    struct api_server *server = ex->server;
    live_stream_end(ex);
    answer_clear(&ex->answer);
    call_clear(ex->call);
    body_clear(&ex->body, server->bodies);
    if (ex->is_streaming) {
        slots_give(server->streams, ex->stream_group);
    }
    end_activity(ex);
    ex->is_get = false;
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
