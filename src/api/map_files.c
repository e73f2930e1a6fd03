/*
 * Tiles and styles. What lies in the program goes out as it lies there; names of places are looked
 * up, written and squeezed for each request, which costs less than keeping them would. The address
 * of a base tile in the style holds the version of all of them (?v=), so that a browser keeps it
 * for ever; labels follow the operator's names, and are asked for again after an hour.
 */
#include "api/map_files.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/site_answer.h"
#include "base/check.h"
#include "base/mem.h"
#include "map/base_tiles.h"
#include "map/label_tiles.h"

enum { TAG_DIGITS = 16, TAG_SIZE = TAG_DIGITS + 5 };

static const char TILE_TYPE[] = "application/vnd.mapbox-vector-tile";
static const char STYLE_TYPE[] = "application/json; charset=utf-8";
static const char KEEP_FOR_EVER[] = "private, max-age=31536000, immutable";
static const char KEEP_AN_HOUR[] = "private, max-age=3600";
static const char ASK_AGAIN[] = "private, no-cache";

/* ---- paths ---- */

static struct map_file find_tile(const char *path, enum map_file_kind kind, unsigned zoom_min,
                                 unsigned zoom_max)
{
    struct map_file file = {.kind = kind};
    bool is_one = tile_read(bytes_of_text(path), &file.tile) && file.tile.zoom >= zoom_min &&
                  file.tile.zoom <= zoom_max;
    return is_one ? file : (struct map_file){0};
}

struct map_file map_file_find(const char *path)
{
    static const char base[] = "/tiles/base/";
    static const char labels[] = "/tiles/labels/";
    if (g_str_has_prefix(path, base)) {
        return find_tile(path + strlen(base), MAP_FILE_BASE, 0, BASE_ZOOM_MAX);
    }
    if (g_str_has_prefix(path, labels)) {
        return find_tile(path + strlen(labels), MAP_FILE_LABELS, LABEL_ZOOM_MIN, LABEL_ZOOM_MAX);
    }
    if (strcmp(path, "/map/style-light.json") == 0) {
        return (struct map_file){.kind = MAP_FILE_STYLE, .theme = MAP_LIGHT};
    }
    if (strcmp(path, "/map/style-dark.json") == 0) {
        return (struct map_file){.kind = MAP_FILE_STYLE, .theme = MAP_DARK};
    }
    return (struct map_file){0};
}

const struct api_method map_file_method = {
    .name = "map",
    .prefix = PREFIX_NONE,
    .where = WHERE_INLINE,
    .role = ROLE_VIEWER,
    .share = SHARE_MAP,
    .doc = "A tile or a style of the map.",
};

/* ---- styles ---- */

struct style {
    struct bytes plain;
    struct bytes gzip;
    uint8_t *squeezed; /* what `gzip` is of */
    char tag[TAG_SIZE];
};

struct map_styles {
    struct arena memory;
    struct style at[MAP_THEME_COUNT][2]; /* by language */
};

/* A weak tag of the bytes, quotes included: plain and as gzip they are one document. */
static void write_tag(struct bytes of, char out[TAG_SIZE])
{
    char *digits = g_compute_checksum_for_data(G_CHECKSUM_SHA256, of.at, of.len);
    (void)snprintf(out, TAG_SIZE, "W/\"%.*s\"", TAG_DIGITS, digits);
    g_free(digits);
}

static void make_style(struct map_styles *s, enum map_theme theme, enum gazetteer_language language,
                       const char *raster)
{
    struct style *style = &s->at[theme][language];
    bool is_raster = raster != NULL && raster[0] != '\0';
    style->plain =
        is_raster ? map_style_of_raster(&s->memory, theme, raster) : map_style(theme, language);
    style->squeezed = answer_squeezed(style->plain, &style->gzip.len);
    style->gzip.at = style->squeezed;
    write_tag(style->plain, style->tag);
}

struct map_styles *map_styles_new(const char *raster)
{
    struct map_styles *s = mem_new(sizeof(*s));
    for (int theme = 0; theme < MAP_THEME_COUNT; theme++) {
        make_style(s, (enum map_theme)theme, GAZETTEER_EN, raster);
        make_style(s, (enum map_theme)theme, GAZETTEER_ZH, raster);
    }
    return s;
}

void map_styles_free(struct map_styles *s)
{
    for (int theme = 0; theme < MAP_THEME_COUNT; theme++) {
        free(s->at[theme][GAZETTEER_EN].squeezed);
        free(s->at[theme][GAZETTEER_ZH].squeezed);
    }
    arena_free(&s->memory);
    free(s);
}

/* ---- answers ---- */

/* What goes out: bytes that live as long as the server, or as the call. */
struct map_body {
    struct bytes body;
    bool is_gzip;
    bool is_kept; /* as long as the server */
    char tag[TAG_SIZE];
    const char *keep; /* Cache-Control */
};

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    check(MHD_add_response_header(response, name, value) == MHD_YES);
}

static const char *argument(const struct exchange *ex, const char *name)
{
    return MHD_lookup_connection_value(ex->connection, MHD_GET_ARGUMENT_KIND, name);
}

static struct map_body base_body(struct exchange *ex)
{
    const char *version = argument(ex, "v");
    bool is_named = version != NULL && strcmp(version, base_tiles_version()) == 0;
    struct map_body b = {.keep = is_named ? KEEP_FOR_EVER : ASK_AGAIN};
    b.is_gzip = ex->takes_gzip;
    b.is_kept = b.is_gzip;
    b.body = b.is_gzip ? base_tile(ex->map.tile) : base_tile_plain(&ex->call->arena, ex->map.tile);
    (void)snprintf(b.tag, sizeof(b.tag), "W/\"%s\"", base_tiles_version());
    return b;
}

static struct map_body label_body(struct exchange *ex)
{
    struct call *c = ex->call;
    struct map_body b = {.keep = KEEP_AN_HOUR};
    b.body = label_tile(&c->arena, c->api->place_names, ex->map.tile);
    write_tag(b.body, b.tag);
    if (ex->takes_gzip && b.body.len >= ANSWER_GZIP_MIN) {
        size_t len = 0;
        uint8_t *squeezed = answer_squeezed(b.body, &len);
        b.body = arena_copy(&c->arena, (struct bytes){squeezed, len});
        b.is_gzip = true;
        free(squeezed);
    }
    return b;
}

static struct map_body style_body(struct exchange *ex)
{
    const char *asked = argument(ex, "lang");
    enum gazetteer_language language = ex->call->api->gazetteer_language;
    if (asked != NULL) {
        (void)gazetteer_language_of(bytes_of_text(asked), &language);
    }
    const struct style *style = &ex->server->map_styles->at[ex->map.theme][language];
    struct map_body b = {.is_gzip = ex->takes_gzip, .is_kept = true, .keep = ASK_AGAIN};
    b.body = b.is_gzip ? style->gzip : style->plain;
    memcpy(b.tag, style->tag, sizeof(b.tag));
    return b;
}

static struct MHD_Response *respond(struct bytes body, bool is_kept)
{
    const struct MHD_IoVec piece = {body.at, body.len};
    if (body.len > 0 && is_kept) {
        return MHD_create_response_from_iovec(&piece, 1, NULL, NULL);
    }
    void *at = NULL;
    memcpy(&at, &body.at, sizeof(at)); /* not const to the library, which copies it at once */
    return MHD_create_response_from_buffer(body.len, at, MHD_RESPMEM_MUST_COPY);
}

struct MHD_Response *map_file_answer(struct exchange *ex, const char **type)
{
    bool is_style = ex->map.kind == MAP_FILE_STYLE;
    struct map_body b = is_style                          ? style_body(ex)
                        : ex->map.kind == MAP_FILE_LABELS ? label_body(ex)
                                                          : base_body(ex);
    bool is_known = site_client_has(ex, b.tag + strlen("W/"));
    ex->call->http_status = is_known          ? MHD_HTTP_NOT_MODIFIED
                            : b.body.len == 0 ? MHD_HTTP_NO_CONTENT
                                              : MHD_HTTP_OK;
    struct bytes body = is_known ? (struct bytes){0} : b.body;
    struct MHD_Response *response = respond(body, b.is_kept);
    check(response != NULL);
    if (body.len > 0 && b.is_gzip) {
        add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    add(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, b.keep);
    add(response, MHD_HTTP_HEADER_ETAG, b.tag);
    add(response, "X-Content-Type-Options", "nosniff");
    *type = is_style ? STYLE_TYPE : TILE_TYPE;
    return response;
}
