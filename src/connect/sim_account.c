/* Judging accounts, choosing their row, and dividing SMS, which all kinds have in common. */
#include "connect/sim_account.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "connect/sim_rows.h"

enum { LOOPBACK_SHIFT = 24 };

const struct sim_row *sim_row_of(enum sim_kind kind)
{
    return kind == SIM_KIND_1NCE ? &sim_row_1nce : &sim_row_template;
}

/* ---- judging ---- */

static bool is_this_machine(const char *host)
{
    struct in_addr address;
    bool is_loopback = inet_pton(AF_INET, host, &address) == 1 &&
                       ntohl(address.s_addr) >> LOOPBACK_SHIFT == IN_LOOPBACKNET;
    return is_loopback || strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

const char *sim_url_fault(const char *url)
{
    const char *fault = provider_url_fault(url);
    if (fault != NULL) {
        return fault;
    }
    char *scheme = NULL;
    char *host = NULL;
    CURLU *parts = curl_url();
    check(parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK);
    bool is_safe = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                   curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                   (strcmp(scheme, "https") == 0 || is_this_machine(host));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return is_safe ? NULL : "wants https, or a service on this machine: it is sent a password";
}

static bool is_secret(const char *text)
{
    return strlen(text) == SIM_SECRET_CHARS && text[strspn(text, "0123456789abcdef")] == '\0';
}

static struct sim_account_fault fault_of_kind(const struct sim_account_options *o)
{
    const struct sim_template *t = o->templates;
    if (o->kind == SIM_KIND_1NCE) {
        if (o->user[0] == '\0') {
            return (struct sim_account_fault){"user", "is missing"};
        }
        return o->password[0] == '\0' ? (struct sim_account_fault){"password", "is missing"}
                                      : (struct sim_account_fault){0};
    }
    if (o->kind == SIM_KIND_GATEWAY) {
        return t[SIM_ACTION_SEND].target == NULL ? (struct sim_account_fault){"send", "is missing"}
                                                 : (struct sim_account_fault){0};
    }
    if (t[SIM_ACTION_DETAIL].target == NULL) {
        return (struct sim_account_fault){"detail", "is missing"};
    }
    if ((t[SIM_ACTION_ACTIVATE].target == NULL) != (t[SIM_ACTION_DEACTIVATE].target == NULL)) {
        return (struct sim_account_fault){"activate", "wants deactivate, too, and the reverse"};
    }
    if (o->reads.status[0] == '\0' || o->reads.active[0] == '\0') {
        return (struct sim_account_fault){"detail_status", "is missing, or detail_active"};
    }
    return (struct sim_account_fault){0};
}

struct sim_account_fault sim_account_check(const struct sim_account_options *o)
{
    const char *fault = o->url[0] == '\0' ? "is missing" : sim_url_fault(o->url);
    if (fault != NULL) {
        return (struct sim_account_fault){"url", fault};
    }
    if (o->hook_secret[0] != '\0' && !is_secret(o->hook_secret)) {
        return (struct sim_account_fault){
            "hook_secret", "wants 32 hexadecimal digits, as openssl rand -hex 16 makes them"};
    }
    if (o->hook_secret[0] != '\0' && o->kind != SIM_KIND_1NCE &&
        o->templates[SIM_ACTION_MESSAGES].target == NULL) {
        return (struct sim_account_fault){
            "hook_secret", "wants messages, too: what a hook says is asked for before it counts"};
    }
    return fault_of_kind(o);
}

/* ---- SMS in parts ---- */

unsigned sim_parts_of(const char *text, bool *is_wide)
{
    size_t chars = 0;
    *is_wide = false;
    for (const char *at = text; *at != '\0'; at = g_utf8_find_next_char(at, NULL)) {
        *is_wide = *is_wide || (unsigned char)*at >= 0x80U;
        chars += g_utf8_get_char(at) > 0xffffU ? 2 : 1; /* two units of UTF-16 */
    }
    size_t one = *is_wide ? SIM_ONE_WIDE_CHARS : SIM_ONE_CHARS;
    size_t part = *is_wide ? SIM_PART_WIDE_CHARS : SIM_PART_CHARS;
    return chars <= one ? 1 : (unsigned)((chars + part - 1) / part);
}

/* Moves on by as many characters as a part has; those beyond the BMP count twice. */
static const char *skip_part(const char *at, size_t units)
{
    while (*at != '\0' && units > 0) {
        size_t wide = g_utf8_get_char(at) > 0xffffU ? 2 : 1;
        if (wide > units) {
            break;
        }
        units -= wide;
        at = g_utf8_find_next_char(at, NULL);
    }
    return at;
}

const char *sim_part(struct arena *arena, const char *text, unsigned part)
{
    bool is_wide = false;
    unsigned parts = sim_parts_of(text, &is_wide);
    if (parts == 1) {
        return text;
    }
    size_t units = is_wide ? SIM_PART_WIDE_CHARS : SIM_PART_CHARS;
    const char *at = text;
    for (unsigned i = 1; i < part; i++) {
        at = skip_part(at, units);
    }
    size_t len = part == parts ? strlen(at) : (size_t)(skip_part(at, units) - at);
    return (const char *)arena_copy(arena, (struct bytes){(const uint8_t *)at, len}).at;
}
