#include "api/map_source.h"

#include <glib.h>
#include <string.h>

#include "api/cors.h"
#include "base/mem.h"
#include "base/reader.h"

enum { URL_MAX = 2048, ORIGIN_MAX = 300, BOUNDS_COUNT = 4, E7_DIGITS = 7 };

static const char OWN_STYLE[] = "/map/style-{theme}.json";
static const char WANTS[] = "wants a URL as https://maps.example.com/style.json";
static const char WANTS_TEMPLATE[] =
    "wants a URL with {z}, {x} and {y}, as https://maps.example.com/{z}/{x}/{y}.png";

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* "https://maps.example.com:81" of a URL; false where it does not begin so. */
static bool origin_of(const char *url, char out[ORIGIN_MAX])
{
    const char *host = strstr(url, "://");
    if (host == NULL) {
        return false;
    }
    size_t len = (size_t)(host - url) + strlen("://");
    len += strcspn(url + len, "/?#");
    if (len >= ORIGIN_MAX) {
        return false;
    }
    bytes_to_text((struct bytes){(const uint8_t *)url, len}, out, ORIGIN_MAX);
    return cors_fault(out) == NULL;
}

static bool is_url(const char *url)
{
    char origin[ORIGIN_MAX];
    for (const char *c = url; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || strchr("\"\\<>^`|", *c) != NULL) {
            return false;
        }
    }
    return strlen(url) <= URL_MAX && origin_of(url, origin);
}

const char *map_style_fault(const char *url)
{
    return is_url(url) ? NULL : WANTS;
}

const char *map_raster_fault(const char *url)
{
    bool is_template =
        strstr(url, "{z}") != NULL && strstr(url, "{x}") != NULL && strstr(url, "{y}") != NULL;
    return is_template && is_url(url) ? NULL : WANTS_TEMPLATE;
}

bool map_bounds_read(const char *text, struct map_bounds *out)
{
    struct reader r = reader_init(bytes_of_text(text));
    int64_t e7[BOUNDS_COUNT] = {0};
    for (size_t i = 0; i < BOUNDS_COUNT; i++) {
        if (!parse_decimal_e7(read_field(&r, ' '), &e7[i])) {
            return false;
        }
        int64_t limit_e7 = i % 2 == 0 ? TURN_E7 / 2 : POLE_E7;
        if (e7[i] < -limit_e7 || e7[i] > limit_e7) {
            return false;
        }
    }
    if (reader_left(&r) > 0 || e7[1] >= e7[3] || e7[0] == e7[2]) {
        return false;
    }
    *out = (struct map_bounds){(int32_t)e7[0], (int32_t)e7[1], (int32_t)e7[2], (int32_t)e7[3]};
    return true;
}

static void add_origin(GString *list, const char *url)
{
    char origin[ORIGIN_MAX];
    if (is_set(url) && origin_of(url, origin)) {
        g_string_append_printf(list, " %s", origin);
    }
}

char *map_source_origins(const struct map_source *m)
{
    GString *list = g_string_new(NULL);
    add_origin(list, m->style);
    add_origin(list, m->raster);
    if (is_set(m->origins)) {
        g_string_append_printf(list, " %s", m->origins);
    }
    char *text = mem_copy_text(list->str);
    g_string_free(list, TRUE);
    return text;
}

static void write_bounds(const char *text, struct json_out *out)
{
    struct map_bounds b;
    if (!is_set(text) || !map_bounds_read(text, &b)) {
        json_write_null(out);
        return;
    }
    json_array_begin(out);
    json_decimal(out, b.west_e7, E7_DIGITS);
    json_decimal(out, b.south_e7, E7_DIGITS);
    json_decimal(out, b.east_e7, E7_DIGITS);
    json_decimal(out, b.north_e7, E7_DIGITS);
    json_array_end(out);
}

void map_source_write(const struct map_source *m, struct json_out *out)
{
    json_name(out, "Style");
    json_write_string(out, is_set(m->style) ? m->style : OWN_STYLE);
    json_name(out, "Raster");
    json_write_string(out, is_set(m->raster) ? m->raster : NULL);
    json_name(out, "Coordsys");
    json_write_string(out, m->is_gcj02 ? "gcj02" : "wgs84");
    json_name(out, "Bounds");
    write_bounds(m->bounds, out);
}
