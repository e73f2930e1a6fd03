/*
 * How the pages go out.
 *
 *     /            the shell; shows the login until the browser's session is resumed
 *     /api?key=…   the shell of page `fun`, where `key` is a good token; else that of the login
 *     /s/…         the shell of the map, where that is the token of a share; else that of the
 *                  login, with HTTP status 404, which says why
 *     /docs        the shell of the pages that explain the API, and at /docs/devices the trackers;
 *                  they are for everybody
 *     /assets/…    a file whose name holds a hash of its bytes: kept for ever by who asks
 *
 * A shell is never kept: its address may hold a key. For the same reason no page says to others
 * where it was (Referrer-Policy). HTTP status 200 whatever the key: section 42 knows no other. A
 * share shows no other pages than the map and the history.
 */
#include "api/site_answer.h"

#include <stdio.h>
#include <string.h>

#include "api/dispatch.h"
#include "api/peer.h"
#include "api/share.h"
#include "base/check.h"

enum { TAG_SIZE = 32 };

static const char KEEP_FOR_EVER[] = "public, max-age=31536000, immutable";
static const char ASK_AGAIN[] = "no-cache";

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    check(MHD_add_response_header(response, name, value) == MHD_YES);
}

/* A response of bytes that live as long as the server. */
static struct MHD_Response *respond(struct bytes body, bool is_gzip, const char *policy)
{
    const struct MHD_IoVec piece = {body.at, body.len};
    struct MHD_Response *response =
        body.len > 0 ? MHD_create_response_from_iovec(&piece, 1, NULL, NULL)
                     : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    check(response != NULL);
    if (is_gzip) {
        add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    add(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    add(response, "Content-Security-Policy", policy);
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Referrer-Policy", "no-referrer");
    return response;
}

bool site_client_has(const struct exchange *ex, const char *tag)
{
    const char *known =
        MHD_lookup_connection_value(ex->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return known != NULL && (strcmp(known, "*") == 0 || strstr(known, tag) != NULL);
}

static struct MHD_Response *answer_file(struct exchange *ex, const char **type)
{
    const struct site_file *file = ex->file;
    char tag[TAG_SIZE]; /* weak: plain and as gzip these are one file, and other bytes */
    int len = snprintf(tag, sizeof(tag), "W/\"%s\"", file->tag);
    check(len > 0 && (size_t)len < sizeof(tag));
    bool is_gzip = ex->takes_gzip && file->gzip.len > 0;
    bool is_known = site_client_has(ex, tag + strlen("W/"));
    ex->call->http_status = is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    struct bytes body = is_known ? (struct bytes){0} : is_gzip ? file->gzip : file->plain;
    struct MHD_Response *response =
        respond(body, is_gzip && !is_known, site_policy(ex->server->site, false));
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL,
        site_file_is_lasting(file) ? KEEP_FOR_EVER : ASK_AGAIN);
    add(response, MHD_HTTP_HEADER_ETAG, tag);
    *type = file->type;
    return response;
}

static const char *argument(const struct exchange *ex, const char *name)
{
    return MHD_lookup_connection_value(ex->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* The page that `fun` names, as far as whom the call is of may see it. */
static enum site_page page_for(const struct exchange *ex)
{
    enum site_page page = site_page_of_fun(argument(ex, "fun"));
    bool is_share = ex->call->caller.share.id != 0;
    return is_share && page != SITE_HISTORY ? SITE_MAP : page;
}

static enum site_page page_asked_for(const struct exchange *ex)
{
    struct call *c = ex->call;
    bool is_share = ex->route.kind == ROUTE_SHARE;
    call_set_now(c);
    peer_client_address(ex, c->address);
    unsigned wait_s = is_share ? share_link_wait_s(c) : 0;
    bool is_known =
        wait_s == 0 && dispatch_knows_token(c, is_share ? ex->share_token : argument(ex, "key"));
    if (is_known && (!is_share || c->caller.share.id != 0)) {
        return page_for(ex);
    }
    if (is_share) {
        c->http_status = wait_s > 0 ? MHD_HTTP_TOO_MANY_REQUESTS : MHD_HTTP_NOT_FOUND;
        c->retry_after_s = wait_s;
    }
    return SITE_LOGIN;
}

struct MHD_Response *site_answer(struct exchange *ex, const char **type)
{
    if (ex->route.kind == ROUTE_FILE) {
        return answer_file(ex, type);
    }
    const struct site *site = ex->server->site;
    bool may_be_framed = ex->route.kind == ROUTE_PAGE || ex->route.kind == ROUTE_SHARE;
    enum site_page own = ex->route.kind == ROUTE_DOCS ? SITE_DOCS : SITE_LOGIN;
    enum site_page page = may_be_framed ? page_asked_for(ex) : own;
    struct MHD_Response *response = respond(site_shell(site, page, ex->takes_gzip), ex->takes_gzip,
                                            site_policy(site, may_be_framed));
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    *type = "text/html; charset=utf-8";
    return response;
}
