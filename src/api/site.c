/*
 * The shells of the pages differ in a few attributes of <body> alone, so all are made, and
 * squeezed, at the start. A program without pages has one page of text in place of each shell, and
 * the same policies.
 */
#include "api/site.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/pages.h"
#include "base/check.h"
#include "base/mem.h"

/*
 * What may be loaded: the server's own files alone, and the map where the operator says so.
 * Pictures may also be made by the page.
 */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self' %s; img-src 'self' blob: data:%s; "   \
    "connect-src 'self'%s; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "              \
    "form-action 'self'; frame-ancestors %s"

enum { SHA256_BYTES = 32 };

struct shell {
    char *plain;
    size_t plain_len;
    uint8_t *gzip;
    size_t gzip_len;
};

struct site {
    const struct site_files *files;
    struct shell shells[SITE_PAGE_COUNT];
    char *policy;        /* of what may not be framed */
    char *framed_policy; /* of what may be */
};

static const char *const page_names[SITE_PAGE_COUNT] = {
    [SITE_ONLINE] = "online",   [SITE_MAP] = "map",     [SITE_HISTORY] = "history",
    [SITE_REPORTS] = "reports", [SITE_LOGIN] = "login", [SITE_DOCS] = "docs",
};

static const char MARK[] = "data-page=\"login\"";

/* The attributes of <body>, on the heap. */
static char *attributes_of(const struct site_options *o, enum site_page page)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "data-page=\"%s\"", page_names[page]);
    if (o->device_port != 0) {
        g_string_append_printf(text, " data-device-port=\"%u\"", (unsigned)o->device_port);
    }
    if (o->demo) {
        g_string_append(text, " data-demo");
    }
    return g_string_free(text, FALSE);
}

static bool has_pages(const struct site_options *o)
{
    return o->files != NULL && o->files->shell.len > 0;
}

static GString *text_of(const struct site_options *o, enum site_page page)
{
    if (!has_pages(o)) {
        return g_string_new(page_text(o->demo));
    }
    const struct bytes shell = o->files->shell;
    GString *text = g_string_new_len((const char *)shell.at, (gssize)shell.len);
    char *attributes = attributes_of(o, page);
    check(g_string_replace(text, MARK, attributes, 0) == 1);
    g_free(attributes);
    return text;
}

/* What a policy says of the styles in the shells, on the heap. */
static char *style_sources_of(const struct site_options *o)
{
    if (has_pages(o)) {
        return g_strdup(o->files->style_sources);
    }
    uint8_t digest[SHA256_BYTES];
    gsize len = sizeof(digest);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)page_style(), -1);
    g_checksum_get_digest(sum, digest, &len);
    g_checksum_free(sum);
    char *base64 = g_base64_encode(digest, len);
    char *source = g_strdup_printf("'sha256-%s'", base64);
    g_free(base64);
    return source;
}

static struct shell make_shell(const struct site_options *o, enum site_page page)
{
    GString *text = text_of(o, page);
    struct shell made = {.plain_len = text->len};
    made.plain = g_string_free(text, FALSE);
    made.gzip = answer_squeezed((struct bytes){(const uint8_t *)made.plain, made.plain_len},
                                &made.gzip_len);
    return made;
}

static char *make_policy(const struct site_options *o, const char *ancestors)
{
    const char *map = o->map_origins == NULL ? "" : o->map_origins;
    char *styles = style_sources_of(o);
    char *policy = g_strdup_printf(POLICY, styles, map, map, ancestors);
    g_free(styles);
    return policy;
}

struct site *site_new(const struct site_options *o)
{
    static const struct site_files none = {.style_sources = ""};
    struct site *s = mem_new(sizeof(*s));
    s->files = has_pages(o) ? o->files : &none;
    for (size_t i = 0; i < SITE_PAGE_COUNT; i++) {
        s->shells[i] = make_shell(o, (enum site_page)i);
    }
    bool is_framed = o->frame_ancestors != NULL && o->frame_ancestors[0] != '\0';
    s->policy = make_policy(o, "'none'");
    s->framed_policy = make_policy(o, is_framed ? o->frame_ancestors : "'none'");
    return s;
}

void site_free(struct site *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < SITE_PAGE_COUNT; i++) {
        g_free(s->shells[i].plain);
        free(s->shells[i].gzip);
    }
    g_free(s->policy);
    g_free(s->framed_policy);
    free(s);
}

const struct site_file *site_find(const struct site *s, const char *path)
{
    for (size_t i = 0; i < s->files->count; i++) {
        if (strcmp(s->files->at[i].path, path) == 0) {
            return &s->files->at[i];
        }
    }
    return NULL;
}

bool site_file_is_lasting(const struct site_file *file)
{
    return g_str_has_prefix(file->path, "/assets/");
}

enum site_page site_page_of_fun(const char *fun)
{
    static const enum site_page pages[] = {SITE_ONLINE, SITE_MAP, SITE_HISTORY, SITE_REPORTS,
                                           SITE_LOGIN};
    bool is_known = fun != NULL && fun[0] >= '1' && fun[0] <= '5' && fun[1] == '\0';
    return is_known ? pages[fun[0] - '1'] : SITE_MAP;
}

struct bytes site_shell(const struct site *s, enum site_page page, bool gzip)
{
    const struct shell *shell = &s->shells[page];
    return gzip ? (struct bytes){shell->gzip, shell->gzip_len}
                : (struct bytes){(const uint8_t *)shell->plain, shell->plain_len};
}

const char *site_policy(const struct site *s, bool may_be_framed)
{
    return may_be_framed ? s->framed_policy : s->policy;
}
