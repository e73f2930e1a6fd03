/*
 * Addresses of geocoders of each kind: what they are asked, what is read of their answers, that of
 * one place they are asked once, and what is no answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "connect/geocode_rows.h"
#include "connect/geocoder.h"
#include "connect/server_testing.h"

#define NOMINATIM_ANSWER                                                                           \
    "{\"lat\":\"22.54\",\"lon\":\"113.9\",\"display_name\":\"1, Street, Town\","                   \
    "\"licence\":\"Data of somebody\"}"

static const struct point PLACE = {225400000, 1139000000};

/* ---- rows ---- */

static void kinds_are_asked_as_they_want_it(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct connect_request r = {.path = NULL};
    struct street_key key = street_key_of((struct point){-225412345, 9}, "zh");
    geocode_nominatim.ask(&key, &arena, &r);
    assert_string_equal(r.path, "/reverse");
    assert_string_equal(r.query, "format=jsonv2&lat=-22.5412&lon=0.0000&zoom=18&addressdetails=0"
                                 "&accept-language=zh");
    geocode_photon.ask(&key, &arena, &r);
    assert_string_equal(r.path, "/reverse");
    assert_string_equal(r.query, "lat=-22.5412&lon=0.0000");
    key = street_key_of(PLACE, "en");
    geocode_photon.ask(&key, &arena, &r);
    assert_string_equal(r.query, "lat=22.5400&lon=113.9000&lang=en");
    arena_free(&arena);
}

#define PHOTON(properties)                                                                         \
    "{\"features\":[{\"geometry\":{\"coordinates\":[113.9,22.54]},\"properties\":{" properties     \
    "}}]}"

static void answers_are_read(void **state)
{
    (void)state;
    static const struct {
        const struct geocode_row *row;
        const char *body;
        const char *names; /* NULL: it is no answer */
        int status;
    } rows[] = {
        {&geocode_nominatim, NOMINATIM_ANSWER, "1, Street, Town", 200},
        {&geocode_nominatim, "{\"lat\":22.54,\"lon\":113.9,\"display_name\":\"a\\nb\\u0007\"}",
         "a b ", 200},
        {&geocode_nominatim, "{\"error\":\"Unable to geocode\"}", "", 200},
        {&geocode_nominatim, "{\"error\":\"Unable to geocode\"}", "", 404},
        {&geocode_nominatim, "{\"lat\":1,\"lon\":2,\"display_name\":\"a\\u009bb\\u2028\xc3\xa4\"}",
         "a  b   \xc3\xa4", 200},
        {&geocode_nominatim, "{\"error\":\"?\"}", NULL, 500},
        {&geocode_nominatim, "{\"error\":\"Not Found\"}", NULL, 404},
        {&geocode_nominatim, "{\"error\":\"Invalid key\"}", NULL, 200},
        {&geocode_nominatim, "{\"error\":{\"code\":400}}", NULL, 200},
        {&geocode_nominatim, "{}", NULL, 200},
        {&geocode_nominatim, "[]", NULL, 200},
        {&geocode_nominatim, "", NULL, 200},
        {&geocode_nominatim, "<html>", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"x\",\"lon\":\"1\",\"display_name\":\"a\"}", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"91\",\"lon\":\"1\",\"display_name\":\"a\"}", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"\",\"lon\":\"1\",\"display_name\":\"a\"}", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"nan\",\"lon\":\"1\",\"display_name\":\"a\"}", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"1\",\"lon\":\"1\",\"display_name\":\"\"}", NULL, 200},
        {&geocode_nominatim, "{\"lat\":\"1\",\"lon\":\"1\",\"display_name\":7}", NULL, 200},
        {&geocode_photon,
         PHOTON("\"street\":\"High Street\",\"housenumber\":\"12\",\"city\":\"Town\","
                "\"state\":\"Town\",\"country\":\"Land\""),
         "12 High Street, Town, Land", 200},
        {&geocode_photon, PHOTON("\"name\":\"Hall\",\"street\":\"Hall\",\"country\":\"Land\""),
         "Hall, Land", 200},
        {&geocode_photon, "{\"features\":[]}", "", 200},
        {&geocode_photon, PHOTON(""), NULL, 200},
        {&geocode_photon, "{\"features\":[{}]}", NULL, 200},
        {&geocode_photon, "{\"features\":[7]}", NULL, 200},
        {&geocode_photon, "{}", NULL, 200},
        {&geocode_photon, "{\"features\":[]}", NULL, 302},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena arena = {0};
        struct geocode_answer answer = {.street.names = ""};
        const char *why =
            rows[i].row->read(rows[i].status, bytes_of_text(rows[i].body), &arena, &answer);
        assert_int_equal(why == NULL, rows[i].names != NULL);
        if (why == NULL) {
            assert_string_equal(answer.street.names, rows[i].names);
        }
        arena_free(&arena);
    }
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t blanks = 0; blanks < 4; blanks++) {
        GString *name = g_string_new("");
        for (size_t i = 0; i < blanks; i++) {
            g_string_append_c(name, 'x');
        }
        for (size_t i = 0; i < 300; i++) {
            g_string_append(name, "路");
        }
        char *body =
            arena_format(&arena, "{\"lat\":1,\"lon\":1,\"display_name\":\"%s\"}", name->str);
        struct geocode_answer answer = {.street.names = ""};
        assert_null(geocode_nominatim.read(200, bytes_of_text(body), &arena, &answer));
        assert_true(g_utf8_validate(answer.street.names, -1, NULL));
        assert_true(g_str_has_prefix(name->str, answer.street.names));
        assert_in_range(strlen(answer.street.names), STREET_NAMES_SIZE - 4, STREET_NAMES_SIZE - 1);
        (void)g_string_free(name, TRUE);
    }
    arena_free(&arena);
}

/* ---- through a service ---- */

struct fixture {
    struct service *service;
    struct connect *connect;
    struct geocoder *geocoder;
    char *directory;
    char *path;
};

static void answer_street(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, NOMINATIM_ANSWER);
}

static struct fixture begin(void (*answer)(struct service *, int, const char *))
{
    struct fixture f = {.service = service_start(answer)};
    f.directory = g_dir_make_tmp("geocoder-XXXXXX", NULL);
    f.path = g_build_filename(f.directory, "streets.cache", NULL);
    const struct geocoder_options options = {
        .kind = GEOCODER_NOMINATIM,
        .url = f.service->url,
        .per_s = 1000,
        .cache = {f.path, 1 << 16, 1000},
    };
    assert_int_equal(connect_start(&f.connect), ERR_OK);
    assert_int_equal(geocoder_new(f.connect, &options, &f.geocoder), ERR_OK);
    return f;
}

static void end(struct fixture *f)
{
    connect_stop(f->connect);
    geocoder_free(f->geocoder);
    connect_free(f->connect);
    service_stop(f->service);
    (void)g_unlink(f->path);
    (void)g_rmdir(f->directory);
    g_free(f->path);
    g_free(f->directory);
}

static void wake(void *context)
{
    service_end_take(context, &(struct connect_answer){.e = ERR_OK});
}

/* The names of a place; "" where there are none. The caller frees them. */
static char *names_of(struct fixture *f, struct point at)
{
    struct service_end woken;
    struct geocode *q = geocode_new(f->geocoder, at, "en");
    service_end_init(&woken);
    if (geocode_wait(q, wake, &woken)) {
        service_end_await(&woken, 1);
    }
    const struct street *street = geocode_street(q);
    char *names = g_strdup(street == NULL ? "" : street->names);
    geocode_free(q);
    g_free(woken.body);
    return names;
}

static void expect_names(struct fixture *f, struct point at, const char *names)
{
    char *got = names_of(f, at);
    assert_string_equal(got, names);
    g_free(got);
}

static void place_is_asked_for_once(void **state)
{
    (void)state;
    struct fixture f = begin(answer_street);
    expect_names(&f, PLACE, "1, Street, Town");
    expect_names(&f, (struct point){PLACE.lat_e7 + 400, PLACE.lon_e7 - 400}, "1, Street, Town");
    assert_int_equal(atomic_load(&f.service->requests), 1);
    expect_names(&f, (struct point){PLACE.lat_e7 + 2000, PLACE.lon_e7}, "1, Street, Town");
    assert_int_equal(atomic_load(&f.service->requests), 2);
    struct json_out out = {0};
    connect_write(f.connect, &out);
    assert_non_null(g_strstr_len(out.at, (gssize)out.len, "\"attribution\":\"Data of somebody\""));
    json_free(&out);
    end(&f);
}

static void far_address_is_none(void **state)
{
    (void)state;
    struct fixture f = begin(answer_street);
    expect_names(&f, (struct point){PLACE.lat_e7 + 500000, PLACE.lon_e7}, "");
    end(&f);
}

static void answer_when_told(struct service *s, int fd, const char *request)
{
    pthread_mutex_t *gate = s->context;
    assert_int_equal(pthread_mutex_lock(gate), 0);
    assert_int_equal(pthread_mutex_unlock(gate), 0);
    answer_street(s, fd, request);
}

static void those_who_wait_share_an_answer(void **state)
{
    (void)state;
    enum { ASKED = 20 };
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    struct fixture f = begin(answer_when_told);
    struct geocode *asked[ASKED];
    struct service_end woken;
    f.service->context = &gate;
    service_end_init(&woken);
    assert_int_equal(pthread_mutex_lock(&gate), 0);
    for (size_t i = 0; i < ASKED; i++) {
        asked[i] = geocode_new(f.geocoder, PLACE, "en");
        assert_true(geocode_wait(asked[i], wake, &woken));
    }
    geocode_free(asked[0]); /* one does not care any more */
    assert_int_equal(pthread_mutex_unlock(&gate), 0);
    service_end_await(&woken, ASKED - 1);
    for (size_t i = 1; i < ASKED; i++) {
        assert_false(geocode_wait(asked[i], wake, &woken));
        assert_string_equal(geocode_street(asked[i])->names, "1, Street, Town");
        geocode_free(asked[i]);
    }
    assert_int_equal(woken.count, ASKED - 1);
    assert_int_equal(atomic_load(&f.service->requests), 1);
    g_free(woken.body);
    end(&f);
}

static void answer_badly(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, "{}");
}

static void failure_is_not_kept(void **state)
{
    (void)state;
    struct fixture f = begin(answer_badly);
    for (unsigned i = 1; i <= 8; i++) {
        expect_names(&f, PLACE, "");
        assert_int_equal(atomic_load(&f.service->requests), i < 5 ? i : 5); /* then it rests */
    }
    assert_true(connect_is_failing(f.connect));
    end(&f);
}

static void answer_nothing(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, "{\"error\":\"Unable to geocode\"}");
}

static void place_without_an_address_is_remembered(void **state)
{
    (void)state;
    struct fixture f = begin(answer_nothing);
    expect_names(&f, PLACE, "");
    expect_names(&f, PLACE, "");
    assert_int_equal(atomic_load(&f.service->requests), 1);
    assert_false(connect_is_failing(f.connect));
    end(&f);
}

static void answer_never(struct service *s, int fd, const char *request)
{
    (void)request;
    service_hang(s, fd);
}

static void slow_one_has_two_seconds(void **state)
{
    (void)state;
    struct fixture f = begin(answer_never);
    int64_t began_ms = clock_monotonic_ms();
    expect_names(&f, PLACE, "");
    assert_true(clock_monotonic_ms() - began_ms >= GEOCODE_TIMEOUT_MS);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_asked_as_they_want_it),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(place_is_asked_for_once),
        cmocka_unit_test(far_address_is_none),
        cmocka_unit_test(those_who_wait_share_an_answer),
        cmocka_unit_test(failure_is_not_kept),
        cmocka_unit_test(place_without_an_address_is_remembered),
        cmocka_unit_test(slow_one_has_two_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
