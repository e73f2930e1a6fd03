#ifndef API_SITE_H
#define API_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The pages (section 42) as they go out: the files that tools/build_site.py made of web/, and one
 * shell, index.html, which is the same application on every page. What the application has to know
 * before it runs, the shell's <body> tells:
 *
 *     data-page         "online", "map", "history", "reports", "login" or "docs"
 *     data-device-port  the port that trackers report to; absent where there is none
 *     data-demo         present where the login demo/demo works
 *
 * Policies are those of Content Security Policy Level 3 (W3C).
 */

/* One built file. Its bytes never change. */
struct site_file {
    const char *path; /* as a request names it: "/assets/index-Ab12.js" */
    const char *type; /* Content-Type */
    const char *tag;  /* digits of a hash of its bytes, for ETag */
    struct bytes plain;
    struct bytes gzip; /* empty where that is no shorter */
};

/* What a build made; all of it lives for ever. */
struct site_files {
    const struct site_file *at;
    size_t count;
    struct bytes shell;        /* holds data-page="login" once; empty: there are no pages */
    const char *style_sources; /* 'sha256-…' of the styles in it, blanks between */
};

/* Those that are linked into the program, and into it alone. */
extern const struct site_files site_linked;

enum site_page {
    SITE_ONLINE,
    SITE_MAP,
    SITE_HISTORY,
    SITE_REPORTS,
    SITE_LOGIN,
    SITE_DOCS,
    SITE_PAGE_COUNT
};

struct site_options {
    const struct site_files *files; /* NULL as good as empty */
    const char *frame_ancestors;    /* origins whose pages may frame /api, as cors.h has them */
    const char *map_origins;        /* by map_source_origins(); NULL as good as "" */
    uint16_t device_port;           /* 0: unknown */
    bool demo;
};

/* Immutable once made; any thread. */
struct site;

/* Without files every shell is page_text(), which says that there are no pages. */
struct site *site_new(const struct site_options *options);
void site_free(struct site *s); /* NULL does nothing */

/* The file at a path, with regard to case; NULL: none. */
const struct site_file *site_find(const struct site *s, const char *path);
/* Whether the name of a file holds a hash of its bytes, so that it never changes. */
bool site_file_is_lasting(const struct site_file *file);

/* The page that `fun` names; NULL and what is unknown: the map. */
enum site_page site_page_of_fun(const char *fun);
/* The shell of a page, as gzip or not; lives as long as the site. */
struct bytes site_shell(const struct site *s, enum site_page page, bool gzip);
/* The Content-Security-Policy of /api, which may be framed, or of all else. */
const char *site_policy(const struct site *s, bool may_be_framed);

#endif
