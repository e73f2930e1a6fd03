/*
 * OSRM's match service (project-osrm.org, "HTTP API", match service, v1):
 *
 *     GET /match/v1/driving/LON,LAT;LON,LAT?timestamps=T;T&radiuses=R;R&...
 *     {"code": "Ok", "matchings": [{"geometry": "POLYLINE"}],
 *      "tracepoints": [{"matchings_index": 0, "location": [LON, LAT]}, null]}
 *
 * A tracepoint is null where the fix is taken for a stray. What cannot be matched at all is
 * answered 400 with the code NoMatch or NoSegment.
 */
#include "connect/match_rows.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    POINTS_MAX = 100,
    COORDINATE_SIZE = 32,
    NUMBER_SIZE = 24,
    LAT_MAX_E7 = 900000000,
    LON_MAX_E7 = 1800000000,
    STATUS_OK = 200,
    STATUS_NO_MATCH = 400,
    ROUTES_MAX = 16384,
};

static const double DEGREES_PER_E7 = 1e-7;
static const double LENGTH_MAX_M = 200000;
static const double RADIUS_MIN_M = 5;
static const double RADIUS_MAX_M = 50;

static void append_list(GString *out, const struct track_fix *fixes, size_t count, bool is_times)
{
    for (size_t i = 0; i < count; i++) {
        const char *separator = i == 0 ? "" : ";";
        if (is_times) {
            g_string_append_printf(out, "%s%lld", separator, (long long)fixes[i].time_s);
        } else {
            double radius_m = fmin(fmax(fixes[i].accuracy_m, RADIUS_MIN_M), RADIUS_MAX_M);
            g_string_append_printf(out, "%s%d", separator, (int)lround(radius_m));
        }
    }
}

/* Takes the text over into the arena. */
static const char *keep(GString *text, struct arena *arena)
{
    const char *kept = arena_copy_text(arena, text->str);
    (void)g_string_free(text, TRUE);
    return kept;
}

static void ask(const struct track_fix *fixes, size_t count, struct arena *arena,
                struct connect_request *out)
{
    GString *path = g_string_new("/match/v1/driving/");
    GString *query = g_string_new("geometries=polyline6&overview=full&gaps=ignore&timestamps=");
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(path, "%s%.7f,%.7f", i == 0 ? "" : ";",
                               fixes[i].at.lon_e7 * DEGREES_PER_E7,
                               fixes[i].at.lat_e7 * DEGREES_PER_E7);
    }
    append_list(query, fixes, count, true);
    g_string_append(query, "&radiuses=");
    append_list(query, fixes, count, false);
    out->verb = CONNECT_GET;
    out->path = keep(path, arena);
    out->query = keep(query, arena);
}

const struct json_value *match_json(struct bytes body, struct arena *arena)
{
    struct json_value *root = NULL;
    bool is_object = json_read(body, arena, &root) == ERR_OK && root->kind == JSON_KIND_OBJECT;
    return is_object ? root : NULL;
}

bool match_degrees(const struct json_value *number, int32_t max_e7, int32_t *out)
{
    char text[NUMBER_SIZE + 1];
    if (number == NULL || number->kind != JSON_KIND_NUMBER || number->text.len > NUMBER_SIZE) {
        return false;
    }
    bytes_to_text(number->text, text, sizeof(text));
    double e7 = g_ascii_strtod(text, NULL) / DEGREES_PER_E7;
    bool is_in_range = e7 >= -(double)max_e7 && e7 <= max_e7;
    *out = is_in_range ? (int32_t)lround(e7) : 0;
    return is_in_range;
}

static bool is_text(const struct json_value *v, const char *text)
{
    return v != NULL && v->kind == JSON_KIND_STRING && bytes_eq(v->text, text);
}

static const char *read_routes(const struct json_value *matchings, struct arena *arena,
                               struct match_answer *out)
{
    if (matchings == NULL || matchings->kind != JSON_KIND_ARRAY || matchings->count > ROUTES_MAX) {
        return "answered without matchings";
    }
    out->routes = arena_new_array(arena, matchings->count + 1, sizeof(*out->routes));
    for (const struct json_value *m = matchings->first; m != NULL; m = m->next) {
        const struct json_value *line = json_read_member(m, "geometry");
        if (line == NULL || line->kind != JSON_KIND_STRING ||
            polyline_read(line->text, arena, &out->routes[out->route_count]) != ERR_OK) {
            return "answered a geometry that is none";
        }
        out->route_count++;
    }
    return NULL;
}

/* One that cannot be read is one that was not matched. */
static struct match_place read_place(const struct json_value *v, size_t route_count)
{
    struct match_place p = {.joins = true};
    const struct json_value *index = json_read_member(v, "matchings_index");
    const struct json_value *location = json_read_member(v, "location");
    if (index == NULL || index->kind != JSON_KIND_NUMBER || index->text.len > NUMBER_SIZE ||
        location == NULL || location->kind != JSON_KIND_ARRAY || location->count != 2) {
        return p;
    }
    char digits[NUMBER_SIZE + 1];
    bytes_to_text(index->text, digits, sizeof(digits));
    p.route = (size_t)strtoul(digits, NULL, 10);
    p.is_matched = p.route < route_count &&
                   match_degrees(location->first, LON_MAX_E7, &p.at.lon_e7) &&
                   match_degrees(location->first->next, LAT_MAX_E7, &p.at.lat_e7);
    return p;
}

const char *match_read_osrm(const struct json_value *root, struct arena *arena,
                            struct match_answer *out)
{
    const struct json_value *points = json_read_member(root, "tracepoints");
    const char *why = read_routes(json_read_member(root, "matchings"), arena, out);
    if (why != NULL) {
        return why;
    }
    if (points == NULL || points->kind != JSON_KIND_ARRAY || points->count != out->count) {
        return "answered another number of places";
    }
    size_t i = 0;
    for (const struct json_value *p = points->first; p != NULL; p = p->next) {
        out->places[i++] = read_place(p, out->route_count);
    }
    return NULL;
}

static const char *read_answer(int status, struct bytes body, struct arena *arena,
                               struct match_answer *out)
{
    const struct json_value *root = match_json(body, arena);
    const struct json_value *code = json_read_member(root, "code");
    if (status == STATUS_NO_MATCH && (is_text(code, "NoMatch") || is_text(code, "NoSegment"))) {
        return NULL;
    }
    if (status != STATUS_OK || !is_text(code, "Ok")) {
        return "answered that it failed";
    }
    return match_read_osrm(root, arena, out);
}

const struct match_row match_osrm = {
    .name = "osrm",
    .points_max = POINTS_MAX,
    .length_max_m = LENGTH_MAX_M,
    .ask = ask,
    .read = read_answer,
};
