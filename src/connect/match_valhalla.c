/*
 * Valhalla's map matching (valhalla.github.io, "Map Matching service API reference"), two rows:
 *
 *     POST /trace_attributes {"shape": [{"lat", "lon", "time"}], "costing": "auto", ...}
 *     {"shape": "POLYLINE", "matched_points": [{"lat", "lon", "type": "matched"}]}
 *
 *     POST /trace_route      the same, "format": "osrm"
 *     what OSRM answers (match_osrm.c)
 *
 * The second is for services that offer no attributes. What cannot be matched is answered 400 with
 * one of a few error codes.
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "connect/match_rows.h"

/*
 * A service takes 16,000 points and 200 km; smaller requests are answered sooner, and less of a
 * track is left uncorrected where one fails.
 */
enum {
    POINTS_MAX = 1000,
    LAT_MAX_E7 = 900000000,
    LON_MAX_E7 = 1800000000,
    E7_DIGITS = 7,
    STATUS_OK = 200,
    STATUS_NO_MATCH = 400,
};

static const double LENGTH_MAX_M = 150000;
static const double ACCURACY_MIN_M = 5;
static const double ACCURACY_MAX_M = 50;
static const double RADIUS_MIN_M = 40;
static const double RADIUS_MAX_M = 100;
static const double RADIUS_DEVIATIONS = 4;

static double mean_accuracy_m(const struct track_fix *fixes, size_t count)
{
    double sum_m = 0;
    for (size_t i = 0; i < count; i++) {
        sum_m += fixes[i].accuracy_m;
    }
    return fmin(fmax(sum_m / (double)count, ACCURACY_MIN_M), ACCURACY_MAX_M);
}

static void write_shape(struct json_out *j, const struct track_fix *fixes, size_t count)
{
    json_name(j, "shape");
    json_array_begin(j);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(j);
        json_name(j, "lat");
        json_decimal(j, fixes[i].at.lat_e7, E7_DIGITS);
        json_name(j, "lon");
        json_decimal(j, fixes[i].at.lon_e7, E7_DIGITS);
        json_name(j, "time");
        json_int(j, fixes[i].time_s);
        json_object_end(j);
    }
    json_array_end(j);
}

static void write_options(struct json_out *j, double accuracy_m)
{
    double radius_m = fmin(fmax(RADIUS_DEVIATIONS * accuracy_m, RADIUS_MIN_M), RADIUS_MAX_M);
    json_name(j, "costing");
    json_write_string(j, "auto");
    json_name(j, "shape_match");
    json_write_string(j, "map_snap");
    json_name(j, "trace_options");
    json_object_begin(j);
    json_name(j, "gps_accuracy");
    json_int(j, lround(accuracy_m));
    json_name(j, "search_radius");
    json_int(j, lround(radius_m));
    json_object_end(j);
}

/* The body so far is a request of either kind, still open. */
static void finish(struct json_out *j, const char *path, struct arena *arena,
                   struct connect_request *out)
{
    static const struct connect_header headers[] = {{"Content-Type", "application/json"}};
    json_object_end(j);
    out->verb = CONNECT_POST;
    out->path = path;
    out->query = "";
    out->headers = headers;
    out->header_count = 1;
    out->body = arena_copy(arena, json_text(j));
    json_free(j);
}

static void ask_attributes(const struct track_fix *fixes, size_t count, struct arena *arena,
                           struct connect_request *out)
{
    static const char *const attributes[] = {"shape", "matched.point", "matched.type",
                                             "matched.begin_route_discontinuity",
                                             "matched.end_route_discontinuity"};
    struct json_out j = {0};
    json_object_begin(&j);
    write_shape(&j, fixes, count);
    write_options(&j, mean_accuracy_m(fixes, count));
    json_name(&j, "filters");
    json_object_begin(&j);
    json_name(&j, "action");
    json_write_string(&j, "include");
    json_name(&j, "attributes");
    json_array_begin(&j);
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        json_write_string(&j, attributes[i]);
    }
    json_array_end(&j);
    json_object_end(&j);
    finish(&j, "/trace_attributes", arena, out);
}

static void ask_route(const struct track_fix *fixes, size_t count, struct arena *arena,
                      struct connect_request *out)
{
    struct json_out j = {0};
    json_object_begin(&j);
    write_shape(&j, fixes, count);
    write_options(&j, mean_accuracy_m(fixes, count));
    json_name(&j, "format");
    json_write_string(&j, "osrm");
    json_name(&j, "shape_format");
    json_write_string(&j, "polyline6");
    json_name(&j, "directions_type"); /* steps would nest deeper than we read */
    json_write_string(&j, "none");
    finish(&j, "/trace_route", arena, out);
}

static bool is_true(const struct json_value *object, const char *name)
{
    const struct json_value *v = json_read_member(object, name);
    return v != NULL && v->kind == JSON_KIND_TRUE;
}

static struct match_place read_place(const struct json_value *v)
{
    const struct json_value *type = json_read_member(v, "type");
    struct match_place p = {.joins = !is_true(v, "end_route_discontinuity")};
    bool is_unmatched =
        type == NULL || type->kind != JSON_KIND_STRING || bytes_eq(type->text, "unmatched");
    p.is_matched = !is_unmatched &&
                   match_degrees(json_read_member(v, "lat"), LAT_MAX_E7, &p.at.lat_e7) &&
                   match_degrees(json_read_member(v, "lon"), LON_MAX_E7, &p.at.lon_e7);
    return p;
}

static const char *read_attributes_of(const struct json_value *root, struct arena *arena,
                                      struct match_answer *out)
{
    const struct json_value *points = json_read_member(root, "matched_points");
    const struct json_value *shape = json_read_member(root, "shape");
    if (points == NULL || points->kind != JSON_KIND_ARRAY || points->count != out->count) {
        return "answered another number of places";
    }
    out->routes = arena_new_array(arena, 1, sizeof(*out->routes));
    if (shape == NULL || shape->kind != JSON_KIND_STRING ||
        polyline_read(shape->text, arena, &out->routes[0]) != ERR_OK) {
        return "answered a shape that is none";
    }
    out->route_count = 1;
    size_t i = 0;
    for (const struct json_value *p = points->first; p != NULL; p = p->next) {
        out->places[i++] = read_place(p);
    }
    return NULL;
}

/*
 * "No suitable edges near location", "Exact route match algorithm failed to find path", "Map Match
 * algorithm failed to find path", "... failed to snap the shape points to the correct shape".
 */
static bool is_no_match(const struct json_value *root)
{
    static const char *const codes[] = {"171", "442", "443", "444", "445"};
    const struct json_value *code = json_read_member(root, "error_code");
    bool is_one = false;
    for (size_t i = 0; code != NULL && i < sizeof(codes) / sizeof(codes[0]); i++) {
        is_one = is_one || (code->kind == JSON_KIND_NUMBER && bytes_eq(code->text, codes[i]));
    }
    return is_one;
}

static const char *read_attributes(int status, struct bytes body, struct arena *arena,
                                   struct match_answer *out)
{
    const struct json_value *root = match_json(body, arena);
    if (status == STATUS_NO_MATCH && is_no_match(root)) {
        return NULL;
    }
    return status == STATUS_OK && root != NULL ? read_attributes_of(root, arena, out)
                                               : "answered that it failed";
}

static const char *read_route(int status, struct bytes body, struct arena *arena,
                              struct match_answer *out)
{
    const struct json_value *root = match_json(body, arena);
    if (status == STATUS_NO_MATCH && is_no_match(root)) {
        return NULL;
    }
    return status == STATUS_OK && root != NULL ? match_read_osrm(root, arena, out)
                                               : "answered that it failed";
}

const struct match_row match_valhalla = {
    .name = "valhalla",
    .points_max = POINTS_MAX,
    .length_max_m = LENGTH_MAX_M,
    .ask = ask_attributes,
    .read = read_attributes,
};

const struct match_row match_valhalla_route = {
    .name = "valhalla_route",
    .points_max = POINTS_MAX,
    .length_max_m = LENGTH_MAX_M,
    .ask = ask_route,
    .read = read_route,
};
