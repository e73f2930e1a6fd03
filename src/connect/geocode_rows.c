/*
 * Nominatim (nominatim.org, "Reverse Geocoding"):
 *
 *     GET /reverse?format=jsonv2&lat=LAT&lon=LON&zoom=18&addressdetails=0&accept-language=en
 *     {"lat": "LAT", "lon": "LON", "display_name": "12, Main Street, Town, Country",
 *      "licence": "Data © ..."}                         or {"error": "Unable to geocode"}
 *
 * Photon (github.com/komoot/photon, "Reverse"):
 *
 *     GET /reverse?lat=LAT&lon=LON&lang=en
 *     {"features": [{"geometry": {"coordinates": [LON, LAT]},
 *                    "properties": {"housenumber": "12", "street": "Main Street", ...}}]}
 */
#include "connect/geocode_rows.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/json_read.h"

enum {
    E4_PER_DEGREE = 10000,
    LAT_MAX_E7 = 900000000,
    LON_MAX_E7 = 1800000000,
    NUMBER_SIZE = 32,
    STATUS_OK = 200,
    STATUS_NOT_FOUND = 404,
};

static const double E7 = 1e7;

static double degrees(int32_t angle_e4)
{
    return (double)angle_e4 / E4_PER_DEGREE;
}

/* ---- reading ---- */

static const struct json_value *read_object(int status, struct bytes body, struct arena *arena)
{
    struct json_value *root = NULL;
    bool is_object = (status == STATUS_OK || status == STATUS_NOT_FOUND) &&
                     json_read(body, arena, &root) == ERR_OK && root->kind == JSON_KIND_OBJECT;
    return is_object ? root : NULL;
}

static struct bytes text_of(const struct json_value *object, const char *name)
{
    const struct json_value *v = json_read_member(object, name);
    return v != NULL && v->kind == JSON_KIND_STRING ? v->text : (struct bytes){0};
}

/* An angle that is told as a number or as a text. */
static bool read_angle(const struct json_value *v, int32_t max_e7, int32_t *out)
{
    bool is_told = v != NULL && (v->kind == JSON_KIND_NUMBER || v->kind == JSON_KIND_STRING) &&
                   v->text.len > 0 && v->text.len < NUMBER_SIZE;
    if (!is_told) {
        return false;
    }
    char text[NUMBER_SIZE];
    char *end = NULL;
    bytes_to_text(v->text, text, sizeof(text));
    double e7 = g_ascii_strtod(text, &end) * E7;
    bool is_angle = *end == '\0' && e7 >= -(double)max_e7 && e7 <= max_e7;
    *out = is_angle ? (int32_t)lround(e7) : 0;
    return is_angle;
}

/* Whether a character would do something instead of being shown. */
static bool is_control(gunichar character)
{
    GUnicodeType type = g_unichar_type(character);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Adds a name, cut where it is too long, with blanks for each control character. */
static void add_name(struct street *s, struct bytes name)
{
    size_t len = strlen(s->names);
    size_t room = STREET_NAMES_SIZE - 1 - len;
    const char *separator = len == 0 ? "" : ", ";
    size_t begin = len + strlen(separator);
    if (name.len == 0 || room <= strlen(separator)) {
        return;
    }
    memcpy(s->names + len, separator, strlen(separator) + 1);
    bytes_to_text(name, s->names + begin, STREET_NAMES_SIZE - begin);
    const char *end = NULL;
    if (!g_utf8_validate(s->names, -1, &end)) { /* cut within a character */
        s->names[end - s->names] = '\0';
    }
    for (char *at = s->names + begin; *at != '\0';) {
        char *next = g_utf8_next_char(at);
        if (is_control(g_utf8_get_char(at))) {
            memset(at, ' ', (size_t)(next - at));
        }
        at = next;
    }
}

/* ---- Nominatim ---- */

static void ask_nominatim(const struct street_key *key, struct arena *arena,
                          struct connect_request *out)
{
    out->verb = CONNECT_GET;
    out->path = "/reverse";
    out->query = arena_format(arena,
                              "format=jsonv2&lat=%.4f&lon=%.4f&zoom=18&addressdetails=0"
                              "&accept-language=%s",
                              degrees(key->lat_e4), degrees(key->lon_e4), key->language);
}

static const char *read_nominatim(int status, struct bytes body, struct arena *arena,
                                  struct geocode_answer *out)
{
    const struct json_value *root = read_object(status, body, arena);
    if (root == NULL) {
        return "answered that it failed";
    }
    if (bytes_eq(text_of(root, "error"), "Unable to geocode")) {
        return NULL; /* at sea, or beyond its map; all other errors are of the service */
    }
    struct bytes names = text_of(root, "display_name");
    bool is_place = names.len > 0 &&
                    read_angle(json_read_member(root, "lat"), LAT_MAX_E7, &out->street.at.lat_e7) &&
                    read_angle(json_read_member(root, "lon"), LON_MAX_E7, &out->street.at.lon_e7);
    if (!is_place) {
        return "answered no address";
    }
    add_name(&out->street, names);
    out->attribution = text_of(root, "licence");
    return NULL;
}

const struct geocode_row geocode_nominatim = {
    .name = "nominatim", .ask = ask_nominatim, .read = read_nominatim};

/* ---- Photon ---- */

/* It knows few languages; without one it tells the names of the country. */
static void ask_photon(const struct street_key *key, struct arena *arena,
                       struct connect_request *out)
{
    bool is_english = strcmp(key->language, "en") == 0;
    out->verb = CONNECT_GET;
    out->path = "/reverse";
    out->query = arena_format(arena, "lat=%.4f&lon=%.4f%s", degrees(key->lat_e4),
                              degrees(key->lon_e4), is_english ? "&lang=en" : "");
}

/* House and street are one name; of names that follow each other and are equal one is told. */
static void add_properties(struct street *s, const struct json_value *properties,
                           struct arena *arena)
{
    static const char *const levels[] = {"locality", "district", "city",
                                         "county",   "state",    "country"};
    struct bytes street = text_of(properties, "street");
    struct bytes house = text_of(properties, "housenumber");
    struct bytes last = text_of(properties, "name");
    add_name(s, last);
    if (street.len > 0 && !bytes_same(street, last)) {
        char *both =
            arena_format(arena, "%.*s%s%.*s", (int)house.len, (const char *)house.at,
                         house.len > 0 ? " " : "", (int)street.len, (const char *)street.at);
        add_name(s, bytes_of_text(both));
    }
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        struct bytes name = text_of(properties, levels[i]);
        if (!bytes_same(name, last)) {
            add_name(s, name);
        }
        last = name.len > 0 ? name : last;
    }
}

static const char *read_photon(int status, struct bytes body, struct arena *arena,
                               struct geocode_answer *out)
{
    const struct json_value *root = read_object(status, body, arena);
    const struct json_value *features = json_read_member(root, "features");
    if (features == NULL || features->kind != JSON_KIND_ARRAY) {
        return "answered that it failed";
    }
    if (features->count == 0) {
        return NULL;
    }
    const struct json_value *place = features->first;
    const struct json_value *at =
        json_read_member(json_read_member(place, "geometry"), "coordinates");
    bool is_place = at != NULL && at->kind == JSON_KIND_ARRAY && at->count == 2 &&
                    read_angle(at->first, LON_MAX_E7, &out->street.at.lon_e7) &&
                    read_angle(at->first->next, LAT_MAX_E7, &out->street.at.lat_e7);
    add_properties(&out->street, json_read_member(place, "properties"), arena);
    return is_place && out->street.names[0] != '\0' ? NULL : "answered no address";
}

const struct geocode_row geocode_photon = {
    .name = "photon", .ask = ask_photon, .read = read_photon};
