/* The corrected path: what it is made of, with and without a matcher, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "api/correction.h"
#include "base/clock.h"
#include "connect/polyline_testing.h"
#include "connect/server_testing.h"
#include "geo/gcj.h"

enum { LAT_E7 = 472000000, LON_E7 = 95000000, STEP_E7 = 10000, E7 = 10000000, PATIENCE_MS = 60000 };

/* Eastwards, some 75 m every 10 s, in Liechtenstein: GCJ-02 is WGS-84 there. */
static struct fix fix_at(int64_t step)
{
    struct fix f = {.gps_time_s = 1767261600 + step * 10};
    fix_set_position(&f, LAT_E7, LON_E7 + step * STEP_E7, true);
    f.source = FIX_GPS;
    return f;
}

struct fixture {
    struct api api;
    struct call *call;
    struct correction *path;
    struct service_end woken;
    int64_t left_ms; /* of the call; 0: PATIENCE_MS */
};

static void begin(struct fixture *f)
{
    f->call = call_new(&f->api);
    f->call->deadline_ms = clock_monotonic_ms() + (f->left_ms == 0 ? PATIENCE_MS : f->left_ms);
    f->path = correction_new(f->call);
}

static void end(struct fixture *f)
{
    correction_free(f->path);
    call_free(f->call);
    g_free(f->woken.body);
}

static void wake(void *context)
{
    service_end_take(context, &(struct connect_answer){.e = ERR_OK});
}

/* The path as JSON; json_decref(). */
static json_t *finish(struct fixture *f)
{
    struct json_out out = {0};
    enum call_step step = STEP_AGAIN;
    GString *text = g_string_new("");
    while (step != STEP_END) {
        step = correction_next(f->path, &out);
        if (step == STEP_PIECE || step == STEP_END) {
            g_string_append_len(text, out.at, (gssize)out.len);
            json_drop(&out);
        }
        service_end_init(&f->woken);
        if (step == STEP_WAIT && correction_wait(f->path, (struct call_waker){wake, &f->woken})) {
            service_end_await(&f->woken, 1);
        }
        g_free(f->woken.body);
        f->woken.body = NULL;
    }
    json_t *root = json_loadb(text->str, text->len, JSON_DECODE_ANY, NULL);
    assert_non_null(root);
    json_free(&out);
    (void)g_string_free(text, TRUE);
    return root;
}

static double degrees_at(json_t *path, size_t i, const char *name)
{
    const char *text = json_string_value(json_object_get(json_array_get(path, i), name));
    assert_non_null(text);
    return g_ascii_strtod(text, NULL);
}

static void expect_place(json_t *path, size_t i, double lon_deg, double lat_deg)
{
    assert_true(fabs(degrees_at(path, i, "x") - lon_deg) < 2e-5);
    assert_true(fabs(degrees_at(path, i, "y") - lat_deg) < 2e-5);
}

static void fewer_than_two_places_are_no_path(void **state)
{
    (void)state;
    struct fix none[4] = {fix_at(0), fix_at(1), fix_at(2), fix_at(3)};
    struct fixture f = {.call = NULL};
    none[0].source = FIX_LBS;
    none[1].flags &= ~(uint32_t)FIX_VALID;
    none[2].has &= ~(uint32_t)FIX_HAS_POSITION;
    begin(&f);
    for (size_t i = 0; i < 4; i++) {
        correction_add(f.path, &none[i], false);
    }
    json_t *path = finish(&f);
    assert_true(json_is_null(path));
    json_decref(path);
    end(&f);
}

static void two_that_contradict_each_other_are_no_path(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    struct fix a = fix_at(0);
    struct fix b = fix_at(1);
    fix_set_position(&b, LAT_E7 + E7, LON_E7, true);
    begin(&f);
    correction_add(f.path, &a, false);
    correction_add(f.path, &b, false);
    json_t *path = finish(&f);
    assert_true(json_is_null(path));
    json_decref(path);
    end(&f);
}

static void standstill_is_one_place(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    begin(&f);
    for (int64_t i = 0; i < 100; i++) {
        struct fix fix = fix_at(0);
        fix.gps_time_s += i * 10;
        correction_add(f.path, &fix, true);
    }
    json_t *path = finish(&f);
    assert_int_equal(json_array_size(path), 1);
    expect_place(path, 0, LON_E7 / 1e7, LAT_E7 / 1e7);
    json_decref(path);
    end(&f);
}

/* Months at one place, a fix a minute: what was driven behind that is shown still. */
static void long_standstill_takes_no_room(void **state)
{
    (void)state;
    enum { STOOD_MIN = CORRECTION_FIXES_MAX + 10 };
    struct fixture f = {.call = NULL};
    struct fix fix = fix_at(0);
    begin(&f);
    for (int64_t i = 0; i < STOOD_MIN; i++) {
        correction_add(f.path, &fix, true);
        fix.gps_time_s += 60;
    }
    for (int64_t i = 1; i <= 20; i++) {
        struct fix moved = fix_at(i);
        moved.gps_time_s += INT64_C(60) * STOOD_MIN;
        correction_add(f.path, &moved, false);
    }
    json_t *path = finish(&f);
    assert_int_equal(json_array_size(path), 21);
    expect_place(path, 0, LON_E7 / 1e7, LAT_E7 / 1e7);
    expect_place(path, 20, (LON_E7 + 20.0 * STEP_E7) / 1e7, LAT_E7 / 1e7);
    json_decref(path);
    end(&f);
}

static void strays_are_not_shown(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    begin(&f);
    for (int64_t i = 0; i < 9000; i++) { /* cleaned, smoothed and written in several steps */
        struct fix fix = fix_at(i);
        if (i == 5 || i == 4095 || i == 4096 || i == 8000) {
            fix_set_position(&fix, LAT_E7 + E7, LON_E7, true);
        }
        correction_add(f.path, &fix, false);
    }
    json_t *path = finish(&f);
    assert_int_equal(json_array_size(path), 8996);
    for (size_t i = 0; i < 8996; i++) {
        assert_true(fabs(degrees_at(path, i, "y") - LAT_E7 / 1e7) < 1e-5);
    }
    expect_place(path, 8995, (LON_E7 + 8999.0 * STEP_E7) / 1e7, LAT_E7 / 1e7);
    json_decref(path);
    end(&f);
}

static void path_is_told_in_gcj(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    begin(&f);
    for (int64_t i = 0; i < 2; i++) {
        struct fix fix = fix_at(i);
        fix_set_position(&fix, 233448900, 1133532870 + i * STEP_E7, true);
        correction_add(f.path, &fix, false);
    }
    json_t *path = finish(&f);
    expect_place(path, 0, 113.358781, 23.342420);
    json_decref(path);
    end(&f);
}

/* ---- with a matcher ---- */

/* Two roads: fixes 0 to 2 on one, over a corner; fix 3 unknown; nothing else. */
static void answer_roads(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    const struct point road[] = {
        {LAT_E7 + 1000, LON_E7},
        {LAT_E7 + 1000, LON_E7 + STEP_E7},
        {LAT_E7 + 2000, LON_E7 + STEP_E7},
        {LAT_E7 + 2000, LON_E7 + 2 * STEP_E7},
    };
    char *line = polyline_write(road, 4);
    char *escaped = g_strescape(line, "");
    char *body =
        g_strdup_printf("{\"code\":\"Ok\",\"matchings\":[{\"geometry\":\"%s\"}],\"tracepoints\":["
                        "{\"matchings_index\":0,\"location\":[9.5,47.2001]},"
                        "{\"matchings_index\":0,\"location\":[9.501,47.2001]},"
                        "{\"matchings_index\":0,\"location\":[9.502,47.2002]},null]}",
                        escaped);
    service_reply(fd, 200, body);
    g_free(line);
    g_free(escaped);
    g_free(body);
}

static void answer_badly(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, "{}");
}

static json_t *match_four(struct fixture *f, void (*answer)(struct service *, int, const char *),
                          int64_t left_ms)
{
    struct service *service = service_start(answer);
    assert_int_equal(connect_start(&f->api.connect), ERR_OK);
    assert_int_equal(matcher_new(f->api.connect, MATCHER_OSRM, service->url, &f->api.matcher),
                     ERR_OK);
    f->left_ms = left_ms;
    begin(f);
    for (int64_t i = 0; i < 4; i++) {
        struct fix fix = fix_at(i);
        correction_add(f->path, &fix, false);
    }
    if (left_ms < 0) {
        correction_forget_deadline(f->path);
    }
    json_t *path = finish(f);
    end(f);
    connect_stop(f->api.connect);
    connect_free(f->api.connect);
    matcher_free(f->api.matcher);
    service_stop(service);
    return path;
}

static void path_follows_the_roads_of_the_matcher(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    json_t *path = match_four(&f, answer_roads, PATIENCE_MS);
    assert_int_equal(json_array_size(path), 5);
    expect_place(path, 0, 9.5, 47.2001);
    expect_place(path, 1, 9.501, 47.2001);
    expect_place(path, 2, 9.501, 47.2002); /* the corner */
    expect_place(path, 3, 9.502, 47.2002);
    expect_place(path, 4, 9.503, 47.2); /* by the smoother */
    json_decref(path);
}

/* As behind 50,000 rows that took long to send. */
static void path_of_an_answer_under_way_is_matched_too(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    json_t *path = match_four(&f, answer_roads, -1);
    assert_int_equal(json_array_size(path), 5);
    json_decref(path);
}

static void path_without_an_answer_is_smoothed(void **state)
{
    (void)state;
    struct fixture f = {.call = NULL};
    json_t *path = match_four(&f, answer_badly, PATIENCE_MS);
    assert_int_equal(json_array_size(path), 4);
    for (size_t i = 0; i < 4; i++) {
        expect_place(path, i, 9.5 + 0.001 * (double)i, 47.2);
    }
    json_decref(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_than_two_places_are_no_path),
        cmocka_unit_test(two_that_contradict_each_other_are_no_path),
        cmocka_unit_test(standstill_is_one_place),
        cmocka_unit_test(long_standstill_takes_no_room),
        cmocka_unit_test(strays_are_not_shown),
        cmocka_unit_test(path_is_told_in_gcj),
        cmocka_unit_test(path_follows_the_roads_of_the_matcher),
        cmocka_unit_test(path_of_an_answer_under_way_is_matched_too),
        cmocka_unit_test(path_without_an_answer_is_smoothed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
