/*
 * What is known of a provider: where it is, how it does. One that failed FAILED_IN_ROW times rests
 * for REST_MS: its callers hear so at once and fall back, instead of each waiting for a deadline.
 * After a rest a single failure sends it back to rest, an answer ends it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "connect/private.h"

enum { FAILED_IN_ROW = 5, REST_MS = 10000, LOG_EVERY_MS = 60000, URL_MAX = 2048 };

/* ---- where it is ---- */

static bool is_printable(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~') {
            return false;
        }
    }
    return true;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static bool is_http(CURLU *url)
{
    char *scheme = NULL;
    bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    return is;
}

static const char *parts_fault(CURLU *url, const char *text)
{
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK || !is_http(url)) {
        return "wants http://HOST or https://HOST, with a port and a path where needed";
    }
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD)) {
        return "wants no user and no password in the URL";
    }
    return has_part(url, CURLUPART_FRAGMENT) ? "wants no # in the URL" : NULL;
}

const char *provider_url_fault(const char *url)
{
    if (strlen(url) > URL_MAX || !is_printable(url)) {
        return "wants a URL of at most 2048 printable characters without blanks";
    }
    CURLU *parts = curl_url();
    check(parts != NULL);
    const char *why = parts_fault(parts, url);
    curl_url_cleanup(parts);
    return why;
}

/* A part as text of our own; "" where it is not there. */
static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    char *copy = mem_copy_text(curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : "");
    curl_free(text);
    return copy;
}

struct target target_of(const char *url)
{
    CURLU *parts = curl_url();
    check(parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK);
    struct target t = {.query = part_of(parts, CURLUPART_QUERY)};
    check(curl_url_set(parts, CURLUPART_QUERY, NULL, 0) == CURLUE_OK);
    t.base = part_of(parts, CURLUPART_URL);
    curl_url_cleanup(parts);
    size_t len = strlen(t.base);
    while (len > 0 && t.base[len - 1] == '/') {
        t.base[--len] = '\0';
    }
    return t;
}

void target_clear(struct target *t)
{
    free(t->base);
    free(t->query);
}

char *target_url(const struct target *t, const char *path, const char *query)
{
    bool has_query = t->query[0] != '\0' || query[0] != '\0';
    bool has_both = t->query[0] != '\0' && query[0] != '\0';
    char *joined = g_strconcat(t->base, path, has_query ? "?" : "", t->query, has_both ? "&" : "",
                               query, NULL);
    char *url = mem_copy_text(joined);
    g_free(joined);
    return url;
}

/* ---- how it does ---- */

bool provider_rests(const struct provider *p, int64_t now_ms)
{
    return now_ms < p->rests_until_ms;
}

/*
 * One that comes and goes shall not fill the log; what it last says there is true some time later.
 */
static void log_change(struct provider *p, int64_t now_ms)
{
    bool fails = p->figures.fault != NULL;
    if (fails == p->is_told_failing || now_ms < p->silent_until_ms) {
        return;
    }
    p->is_told_failing = fails;
    p->silent_until_ms = now_ms + LOG_EVERY_MS;
    if (p->figures.fault == NULL) {
        log_line(LOG_INFO, "provider_answers", "provider=%s", p->name);
    } else {
        log_line(LOG_WARN, "provider_fails", "provider=%s why=\"%s\"", p->name, p->figures.fault);
    }
}

void provider_note(struct provider *p, const char *fault, int64_t now_ms)
{
    p->figures.fault = fault;
    log_change(p, now_ms);
    if (fault == NULL) {
        p->failed_in_row = 0;
        p->rests_until_ms = 0;
        return;
    }
    p->figures.failed++;
    if (++p->failed_in_row >= FAILED_IN_ROW) {
        p->rests_until_ms = now_ms + REST_MS;
    }
}

static void write_number(struct json_out *out, const char *name, uint64_t number)
{
    json_name(out, name);
    json_int(out, (int64_t)number);
}

void provider_write(const struct provider *p, struct json_out *out)
{
    const struct figures *f = &p->figures;
    json_object_begin(out);
    json_name(out, "name");
    json_write_string(out, p->name);
    write_number(out, "requests", f->requests);
    write_number(out, "answered", f->answered);
    write_number(out, "failed", f->failed);
    write_number(out, "timed_out", f->timed_out);
    write_number(out, "refused", f->refused);
    write_number(out, "in_flight", p->in_flight);
    write_number(out, "waiting", p->waiting.length);
    write_number(out, "mean_ms", f->answered == 0 ? 0 : f->answer_ms / f->answered);
    json_name(out, "rests");
    json_bool(out, provider_rests(p, clock_monotonic_ms()));
    json_name(out, "fault");
    json_write_string(out, f->fault);
    json_name(out, "attribution");
    json_write_string(out, p->attribution);
    json_object_end(out);
}
