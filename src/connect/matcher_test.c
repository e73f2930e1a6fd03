/*
 * Tracks through matchers of each kind that are right, wrong, empty, slow, gone: what is right is
 * kept, joined over pieces; what is not leaves the fixes as they were, and the figures say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connect/matcher.h"
#include "connect/polyline_testing.h"
#include "connect/server_testing.h"

enum {
    STREET_LAT_E7 = 225400000,
    FIXES_MAX = 2500,
    STEP_E7 = 10000, /* a hundred metres, about */
    OFF_E7 = 1000,   /* ten metres */
};

/* A street along a parallel, with a corner post between any two fixes; fixes beside it by turns. */
static struct track_fix fix_at(size_t i)
{
    return (struct track_fix){
        .time_s = 1700000000 + (int64_t)i * 10,
        .until_s = 1700000000 + (int64_t)i * 10,
        .at = {STREET_LAT_E7 + (i % 2 == 0 ? OFF_E7 : -OFF_E7), 1139000000 + (int32_t)i * STEP_E7},
        .accuracy_m = 10,
        .speed_ms = -1,
        .course_deg = -1};
}

/* ---- a service that knows the street ---- */

struct asked {
    size_t count;
    int32_t lon_e7[FIXES_MAX];
};

static double number_behind(const char **at, const char *mark)
{
    const char *found = strstr(*at, mark);
    if (found == NULL) {
        return 1000;
    }
    char *end = NULL;
    double number = g_ascii_strtod(found + strlen(mark), &end);
    *at = end;
    return number;
}

static void read_asked(const char *request, struct asked *out)
{
    bool is_get = g_str_has_prefix(request, "GET /match/v1/driving/");
    const char *at = is_get ? request : strstr(request, "\"shape\":");
    out->count = 0;
    if (is_get) {
        char *path = g_strndup(request, strcspn(request, "?"));
        at = path;
        double lon = number_behind(&at, "/driving/");
        while (lon < 1000) {
            out->lon_e7[out->count++] = (int32_t)(lon * 1e7 + 0.5);
            lon = number_behind(&at, ";");
        }
        g_free(path);
        return;
    }
    double lon = number_behind(&at, "\"lon\":");
    while (lon < 1000) {
        out->lon_e7[out->count++] = (int32_t)(lon * 1e7 + 0.5);
        lon = number_behind(&at, "\"lon\":");
    }
}

/* The street from the first to the last of them, with its posts. */
static char *street_of(const struct asked *a)
{
    struct point *at = calloc(2 * a->count + 1, sizeof(*at));
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        at[count++] = (struct point){STREET_LAT_E7, a->lon_e7[i]};
        if (i + 1 < a->count) {
            at[count++] = (struct point){STREET_LAT_E7, a->lon_e7[i] + STEP_E7 / 2};
        }
    }
    char *text = polyline_write(at, count);
    free(at);
    char *escaped = g_strescape(text, "");
    g_free(text);
    return escaped;
}

static void answer_street(struct service *s, int fd, const char *request)
{
    (void)s;
    struct asked *a = calloc(1, sizeof(*a));
    read_asked(request, a);
    bool is_attributes = strstr(request, "POST /trace_attributes") != NULL;
    char *street = street_of(a);
    GString *body = g_string_new(NULL);
    g_string_printf(body,
                    is_attributes ? "{\"shape\":\"%s\",\"matched_points\":["
                                  : "{\"code\":\"Ok\",\"matchings\":[{\"geometry\":\"%s\"}],"
                                    "\"tracepoints\":[",
                    street);
    for (size_t i = 0; i < a->count; i++) {
        g_string_append_printf(body,
                               is_attributes ? "%s{\"type\":\"matched\",\"lon\":%.6f,\"lat\":%.6f}"
                                             : "%s{\"matchings_index\":0,\"location\":[%.6f,%.6f]}",
                               i == 0 ? "" : ",", a->lon_e7[i] / 1e7, STREET_LAT_E7 / 1e7);
    }
    g_string_append(body, "]}");
    service_reply(fd, 200, body->str);
    (void)g_string_free(body, TRUE);
    g_free(street);
    free(a);
}

/* ---- a track through it ---- */

struct fixture {
    struct service *service;
    struct connect *connect;
    struct matcher *matcher;
    struct track_fix fixes[FIXES_MAX];
    struct match *match;
    struct service_end woken;
};

static struct fixture *begin(enum matcher_kind kind,
                             void (*answer)(struct service *, int, const char *))
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->service = service_start(answer);
    assert_int_equal(connect_start(&f->connect), ERR_OK);
    assert_int_equal(matcher_new(f->connect, kind, f->service->url, &f->matcher), ERR_OK);
    for (size_t i = 0; i < FIXES_MAX; i++) {
        f->fixes[i] = fix_at(i);
    }
    return f;
}

static void end(struct fixture *f)
{
    if (f->match != NULL) {
        match_free(f->match);
    }
    connect_stop(f->connect);
    connect_free(f->connect);
    matcher_free(f->matcher);
    service_stop(f->service);
    g_free(f->woken.body);
    free(f);
}

static void wake(void *context)
{
    service_end_take(context, &(struct connect_answer){.e = ERR_OK});
}

static int64_t soon_ms(void)
{
    return clock_monotonic_ms() + 60000;
}

static void match_all(struct fixture *f, size_t count)
{
    enum match_step step = MATCH_WORKS;
    f->match = match_new(f->matcher, f->fixes, count, soon_ms());
    while (step != MATCH_DONE) {
        step = match_step(f->match);
        service_end_init(&f->woken);
        if (step == MATCH_WAITS && match_wait(f->match, wake, &f->woken)) {
            service_end_await(&f->woken, 1);
        }
        g_free(f->woken.body);
        f->woken.body = NULL;
    }
}

static void expect_street(const struct fixture *f, size_t count)
{
    const struct matched *places = match_places(f->match);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(places[i].kind, MATCHED_AT);
        assert_int_equal(places[i].at.lat_e7, STREET_LAT_E7);
        assert_int_equal(places[i].at.lon_e7, f->fixes[i].at.lon_e7);
        assert_int_equal(places[i].joins, i > 0);
        if (i > 0) { /* over the post, and perhaps the end itself */
            assert_in_range(places[i].way_count, 1, 3);
        }
    }
}

static void tracks_are_put_on_the_street(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        enum matcher_kind kind;
        unsigned requests;
    } rows[] = {
        {2, MATCHER_OSRM, 1},
        {100, MATCHER_OSRM, 1},
        {101, MATCHER_OSRM, 2},
        {370, MATCHER_OSRM, 4},
        {900, MATCHER_VALHALLA, 1},
        {2300, MATCHER_VALHALLA, 3},
        {50, MATCHER_VALHALLA_ROUTE, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture *f = begin(rows[i].kind, answer_street);
        match_all(f, rows[i].count);
        expect_street(f, rows[i].count);
        assert_int_equal(atomic_load(&f->service->requests), rows[i].requests);
        assert_false(connect_is_failing(f->connect));
        end(f);
    }
}

static void silences_are_not_bridged(void **state)
{
    (void)state;
    struct fixture *f = begin(MATCHER_OSRM, answer_street);
    for (size_t i = 20; i < 40; i++) {
        f->fixes[i].time_s += 3600;
        f->fixes[i].until_s += 3600;
    }
    f->fixes[40].time_s = f->fixes[40].until_s = f->fixes[39].time_s + 3600; /* alone */
    match_all(f, 41);
    const struct matched *places = match_places(f->match);
    assert_int_equal(atomic_load(&f->service->requests), 2);
    assert_int_equal(places[19].kind, MATCHED_AT);
    assert_true(places[19].joins);
    assert_int_equal(places[20].kind, MATCHED_AT);
    assert_false(places[20].joins);
    assert_int_equal(places[40].kind, MATCHED_NOT);
    end(f);
}

/* ---- services that are not as they should be ---- */

static void expect_nothing(struct fixture *f, size_t count, bool fails)
{
    match_all(f, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(match_places(f->match)[i].kind, MATCHED_NOT);
    }
    assert_int_equal(connect_is_failing(f->connect), fails);
}

/* What the next service answers: status and body. */
struct said {
    int status;
    const char *body;
};

static void answer_said(struct service *s, int fd, const char *request)
{
    (void)request;
    const struct said *said = s->context;
    service_reply(fd, said->status, said->body);
}

static void wrong_answers_leave_fixes_as_they_were(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        enum matcher_kind kind;
        bool fails;
    } rows[] = {
        {{200, ""}, MATCHER_OSRM, true},
        {{200, "[]"}, MATCHER_OSRM, true},
        {{200, "{\"code\":\"Ok\"}"}, MATCHER_OSRM, true},
        {{200, "{\"code\":\"Ok\",\"matchings\":[],\"tracepoints\":[]}"}, MATCHER_OSRM, true},
        {{200, "{\"code\":\"Ok\",\"matchings\":[],\"tracepoints\":[null,null]}"},
         MATCHER_OSRM,
         false},
        {{200, "{\"code\":\"Ok\",\"matchings\":[{\"geometry\":\"~\"}],"
               "\"tracepoints\":[null,null]}"},
         MATCHER_OSRM,
         true},
        {{200, "{\"code\":\"Ok\",\"matchings\":[{\"geometry\":\"????\"}],\"tracepoints\":["
               "{\"matchings_index\":0,\"location\":[0,0]},"
               "{\"matchings_index\":7,\"location\":[113.9,22.54]}]}"},
         MATCHER_OSRM,
         false},
        {{400, "{\"code\":\"NoMatch\"}"}, MATCHER_OSRM, false},
        {{400, "{\"code\":\"InvalidUrl\"}"}, MATCHER_OSRM, true},
        {{500, "{\"code\":\"Ok\"}"}, MATCHER_OSRM, true},
        {{302, ""}, MATCHER_OSRM, true},
        {{200, "{}"}, MATCHER_VALHALLA, true},
        {{200, "{\"matched_points\":[{},{}]}"}, MATCHER_VALHALLA, true},
        {{200, "{\"shape\":\"\",\"matched_points\":[{},{}]}"}, MATCHER_VALHALLA, false},
        {{200, "{\"shape\":\"\",\"matched_points\":[{}]}"}, MATCHER_VALHALLA, true},
        {{400, "{\"error_code\":444}"}, MATCHER_VALHALLA, false},
        {{400, "{\"error_code\":\"444\"}"}, MATCHER_VALHALLA, true},
        {{404, "{\"error_code\":106}"}, MATCHER_VALHALLA, true},
        {{400, "{\"error_code\":442}"}, MATCHER_VALHALLA_ROUTE, false},
        {{200, "{\"trip\":{}}"}, MATCHER_VALHALLA_ROUTE, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct said said = rows[i].said;
        struct fixture *f = begin(rows[i].kind, answer_said);
        f->service->context = &said;
        expect_nothing(f, 2, rows[i].fails);
        end(f);
    }
}

static void answer_half(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\"";
    service_send(fd, text, strlen(text));
}

static void broken_one_is_asked_for_two_pieces_at_most(void **state)
{
    (void)state;
    struct fixture *f = begin(MATCHER_OSRM, answer_half);
    expect_nothing(f, 1000, true);
    assert_in_range(atomic_load(&f->service->requests), 1, 3);
    end(f);
}

static void answer_never(struct service *s, int fd, const char *request)
{
    (void)request;
    service_hang(s, fd);
}

static void match_may_end_while_it_is_asked_for(void **state)
{
    (void)state;
    struct fixture *f = begin(MATCHER_OSRM, answer_never);
    f->match = match_new(f->matcher, f->fixes, 500, soon_ms());
    while (match_step(f->match) == MATCH_WORKS) {
    }
    service_end_init(&f->woken);
    assert_true(match_wait(f->match, wake, &f->woken));
    match_free(f->match);
    f->match = NULL;
    connect_stop(f->connect); /* the answers come now */
    connect_free(f->connect);
    assert_int_equal(f->woken.count, 0);
    matcher_free(f->matcher);
    service_stop(f->service);
    free(f);
}

/* Nobody is blamed for an answer that there was no time for. */
static void shortly_before_the_deadline_nothing_is_asked_for(void **state)
{
    (void)state;
    struct fixture *f = begin(MATCHER_OSRM, answer_street);
    f->match = match_new(f->matcher, f->fixes, 150, clock_monotonic_ms() + 400);
    assert_int_equal(match_step(f->match), MATCH_DONE);
    assert_int_equal(atomic_load(&f->service->requests), 0);
    assert_int_equal(match_places(f->match)[0].kind, MATCHED_NOT);
    end(f);
}

/* ---- what is believed ---- */

static void far_places_and_long_ways_round_are_not_believed(void **state)
{
    (void)state;
    struct track_fix fixes[4];
    struct match_place places[4];
    struct matched out[4];
    struct ways ways = {0};
    struct point line[5];
    for (size_t i = 0; i < 4; i++) {
        fixes[i] = fix_at(i);
        places[i] = (struct match_place){true, true, 0, {STREET_LAT_E7, fixes[i].at.lon_e7}};
    }
    line[0] = places[0].at;
    line[1] = places[1].at;
    line[2] = (struct point){STREET_LAT_E7 + 500000, places[1].at.lon_e7}; /* 5 km north */
    line[3] = places[2].at;
    line[4] = places[3].at;
    struct polyline route = {line, 5};
    struct match_answer answer = {places, 4, &route, 1};
    ways_lay(&ways, fixes, &answer, out);
    assert_true(out[1].kind == MATCHED_AT && out[1].joins);
    assert_true(out[2].kind == MATCHED_AT && !out[2].joins);
    assert_true(out[3].kind == MATCHED_AT && out[3].joins);
    ways_clear(&ways);

    fixes[1].at.lat_e7 += 20000; /* its place is 200 m away by now: it is passed by */
    line[2] = places[1].at;
    ways_lay(&ways, fixes, &answer, out);
    assert_int_equal(out[1].kind, MATCHED_PASSED);
    assert_true(out[2].kind == MATCHED_AT && out[2].joins);
    ways_clear(&ways);
}

static void road_driven_there_and_back_is_two_ways(void **state)
{
    (void)state;
    struct track_fix fixes[3];
    struct match_place places[3];
    struct matched out[3];
    struct ways ways = {0};
    for (size_t i = 0; i < 3; i++) {
        fixes[i] = fix_at(i == 1 ? 5 : i / 2);
        places[i] = (struct match_place){true, true, 0, {STREET_LAT_E7, fixes[i].at.lon_e7}};
    }
    places[2].at.lon_e7 += STEP_E7 / 2;
    struct point line[3] = {places[0].at, places[1].at, places[0].at};
    struct polyline route = {line, 3};
    struct match_answer answer = {places, 3, &route, 1};
    ways_lay(&ways, fixes, &answer, out);
    assert_true(out[2].kind == MATCHED_AT && out[2].joins);
    assert_int_equal(out[2].way_count, 1);
    assert_int_equal(ways.at[out[2].way].lon_e7, places[1].at.lon_e7);
    ways_clear(&ways);
}

/* Places beside a long line, each looked for along all of it, and a last one that is on it. */
static enum matched_kind last_of(size_t beside)
{
    enum { LINE = 4097 };
    struct point *line = calloc(LINE, sizeof(*line));
    struct track_fix *fixes = calloc(beside + 1, sizeof(*fixes));
    struct match_place *places = calloc(beside + 1, sizeof(*places));
    struct matched *out = calloc(beside + 1, sizeof(*out));
    struct ways ways = {0};
    for (int32_t i = 0; i < LINE; i++) {
        line[i] = (struct point){STREET_LAT_E7, 1139000000 + i};
    }
    for (size_t i = 0; i <= beside; i++) {
        struct point at = {STREET_LAT_E7 + (i < beside ? 1000 : 0), 1139000000};
        fixes[i] = (struct track_fix){.at = at, .accuracy_m = 5};
        places[i] = (struct match_place){true, true, 0, at};
    }
    struct polyline route = {line, LINE};
    struct match_answer answer = {places, beside + 1, &route, 1};
    ways_lay(&ways, fixes, &answer, out);
    enum matched_kind kind = out[beside].kind;
    ways_clear(&ways);
    free(line);
    free(fixes);
    free(places);
    free(out);
    return kind;
}

static void answer_beside_its_own_line_is_left_alone_soon(void **state)
{
    (void)state;
    assert_int_equal(last_of(8), MATCHED_AT);
    assert_int_equal(last_of(900), MATCHED_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracks_are_put_on_the_street),
        cmocka_unit_test(silences_are_not_bridged),
        cmocka_unit_test(wrong_answers_leave_fixes_as_they_were),
        cmocka_unit_test(broken_one_is_asked_for_two_pieces_at_most),
        cmocka_unit_test(match_may_end_while_it_is_asked_for),
        cmocka_unit_test(shortly_before_the_deadline_nothing_is_asked_for),
        cmocka_unit_test(far_places_and_long_ways_round_are_not_believed),
        cmocka_unit_test(answer_beside_its_own_line_is_left_alone_soon),
        cmocka_unit_test(road_driven_there_and_back_is_two_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
