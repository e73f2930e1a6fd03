/*
 * What is checked while a request comes in, in the contract's order:
 *
 *     framing   400, and the connection ends: nobody knows where the next request begins
 *     path      404
 *     verb      405; OPTIONS is answered here, without a token: browsers ask so
 *     size      413: 1 MiB, or 4 KiB where no token is needed, or as the method says
 *     token     as the method words it
 *     budget    503: the bodies of all requests together (bodies.h)
 *
 * A refused body is swallowed, so that the client gets to read the answer. It is not where the
 * client asked first (Expect: 100-continue), where the body is out of all proportion, or where
 * nobody knows its end.
 */
#include "api/incoming.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "api/dispatch.h"
#include "api/form.h"
#include "api/map_files.h"
#include "api/peer.h"
#include "api/resume.h"
#include "api/share.h"
#include "api/sms_hook.h"
#include "api/token_use.h"
#include "base/clock.h"
#include "base/percent.h"

enum { ARENA_FREE_BYTES = 32768 /* what a short request may make of its body without counting */ };

static const char *header(const struct exchange *ex, const char *name)
{
    return MHD_lookup_connection_value(ex->connection, MHD_HEADER_KIND, name);
}

/* What is answered whatever the body says. */
static void refuse(struct exchange *ex, int status, const char *message)
{
    ex->refused = true;
    call_fail_http(ex->call, status, message, 0);
}

static bool verb_fits(struct exchange *ex, const char *verb)
{
    ex->is_get = strcmp(verb, MHD_HTTP_METHOD_GET) == 0;
    if (ex->route.kind == ROUTE_METHOD) {
        const struct api_method *m = ex->route.method;
        if (ex->download[0] != '\0') {
            return ex->is_get; /* once: what only looks at it must not use it up */
        }
        return strcmp(verb, MHD_HTTP_METHOD_POST) == 0 || (ex->is_get && m->takes_get) ||
               (m->takes_patch && strcmp(verb, MHD_HTTP_METHOD_PATCH) == 0);
    }
    return strcmp(verb, MHD_HTTP_METHOD_GET) == 0 || strcmp(verb, MHD_HTTP_METHOD_HEAD) == 0;
}

/* How long a body of the route may be. */
static size_t body_max(const struct exchange *ex)
{
    if (ex->route.kind == ROUTE_METHOD && ex->route.method->body_max != 0) {
        return ex->route.method->body_max;
    }
    bool needs_token = ex->route.kind == ROUTE_METHOD && !ex->route.method->is_open;
    return needs_token ? EXCHANGE_BODY_MAX : EXCHANGE_OPEN_BODY_MAX;
}

static void refuse_length(struct exchange *ex)
{
    enum { KIB = 1024 };
    char text[CALL_MESSAGE_SIZE];
    size_t max = body_max(ex);
    (void)snprintf(text, sizeof(text),
                   max < EXCHANGE_BODY_MAX ? "Body over %zu KiB" : "Body over %zu MiB",
                   max < EXCHANGE_BODY_MAX ? max / KIB : max / EXCHANGE_BODY_MAX);
    refuse(ex, MHD_HTTP_CONTENT_TOO_LARGE, text);
}

/* Gives the body and its tree up where the budget of all bodies has no room for it. */
static void refuse_body(struct exchange *ex)
{
    ex->refused = true;
    body_clear(&ex->body, ex->server->bodies);
    arena_clear(&ex->call->arena);
    call_fail_unavailable(ex->call, "Too many requests under way");
}

/* Takes the download up: its fields, and whose it is. What its token may is found anew. */
static bool redeem(struct exchange *ex)
{
    struct call *c = ex->call;
    struct bytes form = {0};
    if (!downloads_take(c->api->downloads, ex->download, c->token_hash, &c->arena, &form)) {
        c->shard = shards_first(c->api->shards);
        call_fail_http(c, MHD_HTTP_NOT_FOUND, "This link was used, or is too old", 0);
        return false;
    }
    c->token[0] = '\0'; /* the hash is of another token than the connection's last header */
    if (!dispatch_check_hash(c)) {
        return false;
    }
    if (!body_append(&ex->body, ex->server->bodies, form)) {
        refuse_body(ex);
        return false;
    }
    ex->is_redeemed = true;
    return true;
}

/* Whether the method may be called at all: the server goes on, and the token is good. */
static bool admit_call(struct exchange *ex)
{
    struct call *c = ex->call;
    const struct dispatch_headers headers = {
        .authorization = header(ex, MHD_HTTP_HEADER_AUTHORIZATION),
        .token = header(ex, "Token"),
    };
    c->method = ex->route.method;
    c->is_form = form_is_type(header(ex, MHD_HTTP_HEADER_CONTENT_TYPE));
    call_set_now(c);
    resume_note_origin(c, header(ex, MHD_HTTP_HEADER_ORIGIN), header(ex, MHD_HTTP_HEADER_HOST));
    if (c->method->reads_cookie) {
        resume_note_cookie(
            c, MHD_lookup_connection_value(ex->connection, MHD_COOKIE_KIND, RESUME_COOKIE));
    }
    if (atomic_load_explicit(&ex->server->draining, memory_order_relaxed)) {
        call_fail_unavailable(c, "Stopping");
        return false;
    }
    peer_client_address(ex, c->address);
    bool may = ex->download[0] != '\0' ? redeem(ex) : dispatch_check_token(c, &headers);
    explicit_bzero(ex->download, sizeof(ex->download));
    if (may && !c->method->is_open) {
        token_use_note(c->shard, c->token_hash, c->address, call_now_s(c));
        ex->body.group = c->caller.enterprise_id;
        if (!ex->is_known && c->caller.share.id == 0) {
            connections_vouch(ex->server->connections, ex->entry);
            ex->is_known = true;
        }
    }
    return may;
}

/* Takes up one header of the request. The parameters are libmicrohttpd's. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result note_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    struct exchange *ex = context;
    (void)kind;
    framing_note(&ex->framing, (struct bytes){(const uint8_t *)name, name_len},
                 (struct bytes){(const uint8_t *)value, value_len});
    return MHD_YES;
}

/* Whether it is certain where the request ends; else it is the connection's last. */
static bool is_framed(struct exchange *ex, const char *version)
{
    ex->framing = (struct framing){0};
    (void)MHD_get_connection_values_n(ex->connection, MHD_HEADER_KIND, note_header, ex);
    ex->is_last = !framing_is_clear(&ex->framing, version);
    if (ex->is_last) {
        refuse(ex, MHD_HTTP_BAD_REQUEST, "Ambiguous Content-Length or Transfer-Encoding");
        counter_add(ex->server->api.counters, requests_ambiguous, 1);
    }
    return !ex->is_last;
}

/* The body gets a time that goes by its length. A body in chunks does not tell its length. */
static void await_body(struct exchange *ex)
{
    uint64_t most = body_max(ex);
    bool is_told = !framing_is_chunked(&ex->framing) && ex->framing.length < most;
    int64_t wait_ms = connection_body_ms(is_told ? ex->framing.length : most);
    if (ex->refused && wait_ms > REFUSED_MS) {
        wait_ms = REFUSED_MS;
    }
    connection_expect(ex->entry, clock_monotonic_ms() + wait_ms);
}

/* What reads a tile looks at HTTP's status alone. */
static void admit_map(struct exchange *ex)
{
    ex->refused = !admit_call(ex);
    if (ex->refused && ex->call->http_status == MHD_HTTP_OK) {
        ex->call->http_status = MHD_HTTP_UNAUTHORIZED;
    }
}

/* Path, verb, size and token, in this order. */
static void check_head(struct exchange *ex, const char *verb)
{
    if (ex->route.kind == ROUTE_NONE) {
        refuse(ex, MHD_HTTP_NOT_FOUND, "There is no such method");
    } else if (strcmp(verb, MHD_HTTP_METHOD_OPTIONS) == 0) {
        ex->is_options = true;
        ex->refused = true; /* there is no more to say than the empty envelope */
    } else if (!verb_fits(ex, verb)) {
        refuse(ex, MHD_HTTP_METHOD_NOT_ALLOWED, "Wrong HTTP verb");
    } else if (ex->framing.length > body_max(ex)) {
        refuse_length(ex);
    } else if (ex->route.kind == ROUTE_METHOD) {
        ex->refused = !admit_call(ex);
    } else if (ex->route.kind == ROUTE_MAP) {
        admit_map(ex);
    }
}

/* What answers at the path: a method, a hook, at last the files of the pages. */
static struct route find_route(struct exchange *ex, const char *url)
{
    if (download_find(url, ex->download)) {
        return (struct route){ROUTE_METHOD, &export_methods.rows[0]};
    }
    struct route route = routes_find(ex->server->routes, url);
    ex->call->hook = route.kind == ROUTE_NONE ? sms_hook_find(ex->server->api.sims, url) : NULL;
    if (ex->call->hook != NULL) {
        return (struct route){ROUTE_METHOD, &sms_hook_method};
    }
    if (route.kind == ROUTE_NONE && g_str_has_prefix(url, SHARE_PATH)) {
        (void)g_strlcpy(ex->share_token, url + strlen(SHARE_PATH), sizeof(ex->share_token));
        return (struct route){.kind = ROUTE_SHARE};
    }
    ex->map = map_file_find(url);
    if (route.kind == ROUTE_NONE && ex->map.kind != MAP_FILE_NONE) {
        return (struct route){ROUTE_MAP, &map_file_method};
    }
    ex->file = route.kind == ROUTE_NONE ? site_find(ex->server->site, url) : NULL;
    return ex->file == NULL ? route : (struct route){.kind = ROUTE_FILE};
}

bool incoming_begin(struct exchange *ex, const char *url, const char *verb, const char *version)
{
    ex->state = EXCHANGE_READING;
    ex->is_redeemed = false;
    ex->download[0] = '\0';
    ex->route = find_route(ex, url);
    ex->is_active = true;
    atomic_fetch_add_explicit(&ex->server->active, 1, memory_order_relaxed);
    if (!is_framed(ex, version)) {
        return false;
    }
    check_head(ex, verb);
    await_body(ex);
    uint64_t length = ex->framing.length;
    bool asks = ex->refused && header(ex, MHD_HTTP_HEADER_EXPECT) != NULL;
    return !ex->refused || (length <= EXCHANGE_SWALLOW_MAX && !(asks && length > 0));
}

bool incoming_body(struct exchange *ex, struct bytes piece)
{
    ex->swallowed += piece.len;
    if (ex->swallowed > body_max(ex) && ex->call->http_status == MHD_HTTP_OK) {
        refuse_length(ex); /* which goes before a bad token */
        body_clear(&ex->body, ex->server->bodies);
    }
    if (!ex->refused && !ex->is_redeemed && !body_append(&ex->body, ex->server->bodies, piece)) {
        refuse_body(ex);
    }
    return ex->swallowed <= EXCHANGE_SWALLOW_MAX;
}

/* Adds one field of the query to the body, as a form has it. The parameters are libmicrohttpd's. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result add_field(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    struct exchange *ex = context;
    (void)kind;
    struct writer w = writer_init(arena_new(&ex->call->arena, 3 * (name_len + value_len) + 2),
                                  3 * (name_len + value_len) + 2);
    percent_encode(&w, (struct bytes){(const uint8_t *)name, name_len});
    write_text(&w, "=");
    percent_encode(&w, (struct bytes){(const uint8_t *)value, value_len});
    write_text(&w, "&");
    if (!ex->refused && !body_append(&ex->body, ex->server->bodies, writer_bytes(&w))) {
        refuse_body(ex);
    }
    return ex->refused ? MHD_NO : MHD_YES;
}

void incoming_query(struct exchange *ex)
{
    if (ex->is_redeemed) { /* its body is the form of the download already */
        ex->call->is_form = true;
        return;
    }
    body_clear(&ex->body, ex->server->bodies); /* a GET has none that counts */
    (void)MHD_get_connection_values_n(ex->connection, MHD_GET_ARGUMENT_KIND, add_field, ex);
    if (ex->body.len > 0) {
        ex->body.len--; /* the last & */
    }
    ex->call->is_form = true;
}

bool incoming_charge(struct exchange *ex)
{
    size_t bytes = arena_bytes(&ex->call->arena);
    if (bytes > ARENA_FREE_BYTES && !body_charge(&ex->body, ex->server->bodies, bytes)) {
        refuse_body(ex);
        return false;
    }
    return true;
}
