/*
 * One request and its answer. The options of its handle are the fence around what we call: the host
 * of the provider alone, and no more bytes than we said.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "connect/mail_private.h"
#include "connect/private.h"

enum {
    HEADERS_COUNT_MAX = 32,
    HEADER_MAX = 4096,
    CONNECT_TIMEOUT_MS = 5000,
    CAPACITY_FIRST = 4096,
    ANSWER_PARTS = 4, /* one of so many of its time is left for the answer */
    RETRY_AFTER_MAX_S = 86400,
    DECIMAL = 10,
};

static const char USER_AGENT[] = "odograph/" ODOGRAPH_VERSION;

/* ---- the request ---- */

/* Whether the text can stand in a URL, behind its host, as it is. */
static bool fits_url(const char *text, const char *not_allowed)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || strchr(not_allowed, *at) != NULL) {
            return false;
        }
    }
    return true;
}

/* Whether a part of the path is "." or "..", which would lead elsewhere on the host. */
static bool has_dots(const char *path)
{
    for (const char *at = strchr(path, '/'); at != NULL; at = strchr(at + 1, '/')) {
        size_t len = strcspn(at + 1, "/");
        if (len >= 1 && len <= 2 && strspn(at + 1, ".") >= len) {
            return true;
        }
    }
    return false;
}

static bool is_target(const struct connect_request *r)
{
    return (r->path[0] == '\0' || r->path[0] == '/') && !has_dots(r->path) &&
           fits_url(r->path, "?#\\") && fits_url(r->query, "#\\");
}

/* A header of one line, with a name of letters, digits and dashes. */
static bool is_header(const struct connect_header *h)
{
    size_t name_len =
        strspn(h->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    if (name_len == 0 || h->name[name_len] != '\0' || name_len + strlen(h->value) > HEADER_MAX) {
        return false;
    }
    for (const char *at = h->value; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return false;
        }
    }
    return true;
}

static enum err judge(const struct connect_request *r)
{
    if (strlen(r->path) > CONNECT_TARGET_MAX || strlen(r->query) > CONNECT_TARGET_MAX ||
        r->body.len > CONNECT_BODY_MAX || r->header_count > HEADERS_COUNT_MAX) {
        return ERR_TOO_LONG;
    }
    for (size_t i = 0; i < r->header_count; i++) {
        if (!is_header(&r->headers[i])) {
            return ERR_INVALID;
        }
    }
    return is_target(r) ? ERR_OK : ERR_INVALID;
}

static void add_header(struct transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    check(longer != NULL);
    t->headers = longer;
}

static void copy_headers(struct transfer *t, const struct connect_request *r)
{
    add_header(t, "Expect:"); /* no round trip before a body */
    for (size_t i = 0; i < r->header_count; i++) {
        char *line = g_strconcat(r->headers[i].name, ": ", r->headers[i].value, NULL);
        add_header(t, line);
        g_free(line);
    }
}

enum err transfer_new(struct provider *p, const struct connect_request *request,
                      struct transfer **out)
{
    enum err e = judge(request);
    if (e != ERR_OK) {
        return e;
    }
    int64_t left_ms = request->deadline_ms - clock_monotonic_ms();
    struct transfer *t = mem_new(sizeof(*t));
    *t = (struct transfer){
        .provider = p,
        .url = target_url(&p->target, request->path, request->query),
        .verb = request->verb,
        .body_len = request->body.len,
        .deadline_ms = request->deadline_ms,
        .begin_by_ms = request->deadline_ms - left_ms / ANSWER_PARTS,
        .done = request->done,
        .context = request->context,
    };
    t->link.data = t;
    if (t->body_len > 0) {
        t->body = mem_new(t->body_len);
        memcpy(t->body, request->body.at, t->body_len);
    }
    copy_headers(t, request);
    *out = t;
    return ERR_OK;
}

struct transfer *transfer_of_letter(struct provider *p, struct letter *letter, int64_t deadline_ms,
                                    connect_done *done)
{
    int64_t left_ms = deadline_ms - clock_monotonic_ms();
    struct transfer *t = mem_new(sizeof(*t));
    *t = (struct transfer){
        .provider = p,
        .letter = letter,
        .url = mem_copy_text(p->target.base),
        .deadline_ms = deadline_ms,
        .begin_by_ms = deadline_ms - left_ms / ANSWER_PARTS,
        .done = done,
        .context = letter,
    };
    t->link.data = t;
    return t;
}

void transfer_free(struct transfer *t)
{
    if (t->easy != NULL) {
        curl_easy_cleanup(t->easy);
    }
    if (t->letter != NULL) {
        letter_free(t->letter); /* behind its handle, which reads of it */
    }
    curl_slist_free_all(t->headers);
    free(t->url);
    free(t->body);
    free(t->answer);
    free(t);
}

/* ---- its answer ---- */

/* The signature is libcurl's. Fewer bytes than it gave end the transfer. */
static size_t take_body(char *at, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    if (len > t->provider->answer_max - t->answer_len) {
        t->is_too_long = true;
        return 0;
    }
    if (t->answer_len + len > t->answer_capacity) {
        size_t capacity = t->answer_capacity == 0 ? CAPACITY_FIRST : t->answer_capacity;
        while (capacity < t->answer_len + len) {
            capacity *= 2;
        }
        t->answer = mem_resize(t->answer, capacity);
        t->answer_capacity = capacity;
    }
    memcpy(t->answer + t->answer_len, at, len);
    t->answer_len += len;
    return len;
}

/* Retry-After in seconds (RFC 9110, section 10.2.3); its other form, a date, is passed over. */
static void note_header(struct transfer *t, const char *at, size_t len)
{
    static const char name[] = "Retry-After:";
    size_t i = strlen(name);
    unsigned seconds = 0;
    if (len < i || g_ascii_strncasecmp(at, name, i) != 0) {
        return;
    }
    while (i < len && (at[i] == ' ' || at[i] == '\t')) {
        i++;
    }
    for (; i < len && g_ascii_isdigit(at[i]) && seconds < RETRY_AFTER_MAX_S; i++) {
        seconds = seconds * DECIMAL + (unsigned)(at[i] - '0');
    }
    t->retry_after_s = seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S;
}

static size_t take_header(const char *at, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    note_header(t, at, len);
    if (len > CONNECT_HEADERS_MAX - t->headers_len) {
        t->is_too_long = true;
        return 0;
    }
    t->headers_len += len;
    return len;
}

struct connect_answer transfer_answer(const struct transfer *t, CURLcode code)
{
    if (t->letter != NULL) {
        return letter_answer(t->letter, code);
    }
    struct connect_answer a = {.e = ERR_IO};
    if (code == CURLE_OK) {
        long status = 0;
        (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        a = (struct connect_answer){
            .e = ERR_OK,
            .status = (int)status,
            .body = {t->answer, t->answer_len},
            .retry_after_s = t->retry_after_s,
        };
    } else if (t->is_too_long || code == CURLE_FILESIZE_EXCEEDED) {
        a.e = ERR_TOO_LONG;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        a.e = ERR_TIMEOUT;
    }
    return a;
}

/* ---- its handle ---- */

/* Nowhere but there: whatever the environment or a file says. */
static bool fence(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           /* a name that is being looked up when it ends is not waited for */
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
}

/* Nor where the answer says. */
static bool set_http(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
}

static bool set_verb(struct transfer *t)
{
    static const char *const names[] = {[CONNECT_GET] = "GET",
                                        [CONNECT_POST] = "POST",
                                        [CONNECT_PUT] = "PUT",
                                        [CONNECT_PATCH] = "PATCH"};
    if (t->verb == CONNECT_GET) {
        return curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    }
    const char *body = t->body == NULL ? "" : (const char *)t->body;
    return curl_easy_setopt(t->easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len) ==
               CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, names[t->verb]) == CURLE_OK;
}

static bool set_answer(struct transfer *t)
{
    return curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_MAXFILESIZE_LARGE,
                            (curl_off_t)t->provider->answer_max) == CURLE_OK;
}

static bool set_request(struct transfer *t)
{
    return set_http(t->easy) && set_verb(t) && set_answer(t) &&
           curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_USERAGENT, USER_AGENT) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) ==
               CURLE_OK;
}

bool transfer_prepare(struct transfer *t, int64_t now_ms)
{
    long left_ms = (long)(t->deadline_ms - now_ms);
    t->began_ms = now_ms;
    t->easy = curl_easy_init();
    return t->easy != NULL && fence(t->easy) &&
           (t->letter != NULL ? letter_prepare(t->letter, t->easy) : set_request(t)) &&
           curl_easy_setopt(t->easy, CURLOPT_URL, t->url) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, left_ms) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t) == CURLE_OK;
}
