#include "base/zone.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static struct zone *found(const char *name)
{
    struct zone *z = NULL;
    if (zone_find(name, &z) != ERR_OK) {
        fail_msg("no zone %s", name);
    }
    return z;
}

static int64_t utc(const char *iso)
{
    int64_t time_s = 0;
    assert_true(clock_parse_iso(bytes_of_text(iso), &time_s));
    return time_s;
}

static void known_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "UTC",       "Asia/Shanghai", "America/Argentina/Buenos_Aires",
        "Etc/GMT+8", "Europe/Berlin", "America/Port-au-Prince"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = found(names[i]);
        assert_string_equal(zone_name(z), names[i]);
        zone_release(z);
    }
}

static void names_that_cannot_be(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "../../etc/passwd",
        "/etc/localtime",
        "Asia/../UTC",
        "Asia//Shanghai",
        "Asia/",
        "+08:00",
        "-03",
        "Asia Shang",
        "Asia/Sh\nai",
        "\xe4\xb8",
        "EST5EDT,M3.2.0",
        ":UTC",
        "8",
        "A2345678901234567890123456789012345678901234567890123456789012345",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = NULL;
        assert_int_equal(zone_find(names[i], &z), ERR_INVALID);
        assert_null(z);
    }
}

static void names_that_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"Asia/Nowhere", "ABC5",      "Asia",
                                        "zone.tab",     "right/UTC", "Mars/Olympus_Mons",
                                        "asia/shanghai"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = NULL;
        enum err e = zone_find(names[i], &z);
        assert_true(e == ERR_NOT_FOUND || e == ERR_INVALID);
        assert_null(z);
    }
}

static void a_held_zone_outlives_its_finder(void **state)
{
    (void)state;
    struct zone *z = found("Asia/Shanghai");
    assert_ptr_equal(zone_hold(z), z);
    zone_release(z);
    struct zone_clock clock = zone_clock_init(z);
    assert_int_equal(zone_offset_s(&clock, utc("2026-11-23T00:00:00Z")), 8 * 3600);
    zone_release(z);
    zone_release(NULL);
}

static void formats(void **state)
{
    (void)state;
    struct zone *z = found("Asia/Shanghai");
    struct zone_clock clock = zone_clock_init(z);
    char out[ZONE_TEXT_SIZE];
    zone_format(&clock, ZONE_TIME, utc("2026-01-02T19:04:05Z"), out);
    assert_string_equal(out, "2026-01-03 03:04:05");
    zone_format(&clock, ZONE_SLASH, utc("2026-01-02T19:04:05Z"), out);
    assert_string_equal(out, "2026/1/3 03:04:05");
    zone_format(&clock, ZONE_SLASH, utc("2026-11-23T11:04:05Z"), out);
    assert_string_equal(out, "2026/11/23 19:04:05");
    zone_format(&clock, ZONE_DATE, utc("2026-12-31T15:59:59Z"), out);
    assert_string_equal(out, "2026-12-31");
    zone_format(&clock, ZONE_DATE, utc("2026-12-31T16:00:00Z"), out);
    assert_string_equal(out, "2027-01-01");
    zone_release(z);
}

static void the_ends_of_the_calendar(void **state)
{
    (void)state;
    static const char *const names[] = {"UTC", "Pacific/Kiritimati", "America/New_York"};
    char out[ZONE_TEXT_SIZE];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = found(names[i]);
        struct zone_clock clock = zone_clock_init(z);
        zone_format(&clock, ZONE_TIME, INT64_MIN, out);
        assert_memory_equal(out, "0001-01-01 ", 11);
        zone_format(&clock, ZONE_TIME, INT64_MAX, out);
        assert_memory_equal(out, "9999-12-31 ", 11);
        assert_int_equal(strlen(out), ZONE_TEXT_SIZE - 1);
        zone_release(z);
    }
}

static void daylight_saving_to_the_second(void **state)
{
    (void)state;
    struct zone *z = found("Europe/Berlin");
    struct zone_clock clock = zone_clock_init(z);
    char out[ZONE_TEXT_SIZE];
    zone_format(&clock, ZONE_TIME, utc("2026-03-29T00:59:59Z"), out);
    assert_string_equal(out, "2026-03-29 01:59:59");
    zone_format(&clock, ZONE_TIME, utc("2026-03-29T01:00:00Z"), out);
    assert_string_equal(out, "2026-03-29 03:00:00");
    zone_format(&clock, ZONE_TIME, utc("2026-10-25T00:59:59Z"), out);
    assert_string_equal(out, "2026-10-25 02:59:59");
    zone_format(&clock, ZONE_TIME, utc("2026-10-25T01:00:00Z"), out);
    assert_string_equal(out, "2026-10-25 02:00:00");
    zone_format(&clock, ZONE_TIME, utc("2045-07-01T00:00:00Z"), out);
    assert_string_equal(out, "2045-07-01 02:00:00");
    zone_release(z);
}

/* A clock that jumps about answers like a fresh one. */
static void the_remembered_offset_is_never_stale(void **state)
{
    (void)state;
    struct zone *z = found("Europe/Berlin");
    struct zone_clock kept = zone_clock_init(z);
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        int64_t time_s = utc("1990-01-01T00:00:00Z") + random % (50U * 365 * 86400);
        struct zone_clock fresh = zone_clock_init(z);
        assert_int_equal(zone_offset_s(&kept, time_s), zone_offset_s(&fresh, time_s));
    }
    zone_release(z);
}

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } rows[] = {
        {"2026-11-23 01:12:09", "2026-11-22T17:12:09Z"},
        {"2026-11-23", "2026-11-22T16:00:00Z"},
        {"2026/1/3 3:04:05", "2026-01-02T19:04:05Z"},
        {"2026/11/23 03:04:05", "2026-11-22T19:04:05Z"},
        {"2026/01/03 03:04:05", "2026-01-02T19:04:05Z"},
        {"2026-11-23T01:12:09Z", "2026-11-23T01:12:09Z"},
        {"2026-11-23T01:12:09.123Z", "2026-11-23T01:12:09Z"},
        {"2026-11-23T01:12:09+02:00", "2026-11-22T23:12:09Z"},
        {"2026-11-23 01:12:09-0330", "2026-11-23T04:42:09Z"},
        {"2024-02-29", "2024-02-28T16:00:00Z"},
    };
    struct zone *z = found("Asia/Shanghai");
    struct zone_clock clock = zone_clock_init(z);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time_s = 0;
        assert_int_equal(zone_parse(&clock, bytes_of_text(rows[i].text), ZONE_FIRST_PASS, &time_s),
                         ERR_OK);
        assert_int_equal(time_s, utc(rows[i].wanted));
    }
    zone_release(z);
}

static const char *const refused[] = {
    "",
    " ",
    "2026",
    "2026-11",
    "2026-11-",
    "2026-1-3 03:04:05",
    "2026-11-23 1:12:09",
    "2026-11-23 01:12",
    "2026-11-23 01:12:9",
    "2026-11-23 01:12:09 ",
    "2026-11-23 24:00:00",
    "2026-11-23 23:60:00",
    "2026-11-23 23:59:60",
    "2026-00-23",
    "2026-13-23",
    "2026-02-29",
    "2026-11-00",
    "2026-11-31",
    "0000-01-01",
    "10000-01-01",
    "2026/11/23",
    "2026/11-23 01:12:09",
    "2026/11/23 1:2:09",
    "2026/111/23 01:12:09",
    "2026-11-23T01:12:09ZZ",
    "2026-11-23T01:12:09+25:00",
    "-026-11-23",
    "x026-11-23",
    "2026-11-23 01:12:0x",
};

static void refuses(void **state)
{
    (void)state;
    struct zone *z = found("Asia/Shanghai");
    struct zone_clock clock = zone_clock_init(z);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t time_s = 0;
        assert_int_equal(zone_parse(&clock, bytes_of_text(refused[i]), ZONE_FIRST_PASS, &time_s),
                         ERR_INVALID);
    }
    assert_int_equal(zone_parse(&clock, (struct bytes){(const uint8_t *)"2026-11-23\0", 11},
                                ZONE_FIRST_PASS, &(int64_t){0}),
                     ERR_INVALID);
    zone_release(z);
}

static void iso_without_an_offset_is_local(void **state)
{
    (void)state;
    struct zone *z = found("Asia/Shanghai");
    struct zone_clock clock = zone_clock_init(z);
    static const char *const texts[] = {"2026-11-23T09:12:09", "2026-11-23T09:12:09.000",
                                        "2026-11-23T09:12:09+08:00", "2026-11-23T01:12:09Z"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t time_s = 0;
        assert_int_equal(zone_parse(&clock, bytes_of_text(texts[i]), ZONE_FIRST_PASS, &time_s),
                         ERR_OK);
        assert_int_equal(time_s, utc("2026-11-23T01:12:09Z"));
    }
    zone_release(z);
}

static void every_prefix_is_refused_or_a_date(void **state)
{
    (void)state;
    struct zone *z = found("UTC");
    struct zone_clock clock = zone_clock_init(z);
    struct bytes whole = bytes_of_text("2026-11-23 01:12:09");
    for (size_t len = 0; len <= whole.len; len++) {
        int64_t time_s = 0;
        enum err e = zone_parse(&clock, bytes_slice(whole, 0, len), ZONE_FIRST_PASS, &time_s);
        assert_int_equal(e, len == 10 || len == whole.len ? ERR_OK : ERR_INVALID);
    }
    zone_release(z);
}

static void local_times_that_came_twice_or_never(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *first;
        const char *last;
    } rows[] = {
        {"2026-10-25 01:59:59", "2026-10-24T23:59:59Z", "2026-10-24T23:59:59Z"},
        {"2026-10-25 02:00:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"}, /* twice */
        {"2026-10-25 02:59:59", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"},
        {"2026-10-25 03:00:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
        {"2026-03-29 01:59:59", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
        /* Never was: shows as 03:30. */
        {"2026-03-29 02:30:00", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
        {"2026-03-29 03:00:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    };
    struct zone *z = found("Europe/Berlin");
    struct zone_clock clock = zone_clock_init(z);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time_s = 0;
        struct bytes text = bytes_of_text(rows[i].text);
        assert_int_equal(zone_parse(&clock, text, ZONE_FIRST_PASS, &time_s), ERR_OK);
        assert_int_equal(time_s, utc(rows[i].first));
        assert_int_equal(zone_parse(&clock, text, ZONE_LAST_PASS, &time_s), ERR_OK);
        assert_int_equal(time_s, utc(rows[i].last));
    }
    zone_release(z);
}

static void what_lies_ahead_comes_once(void **state)
{
    static const struct {
        const char *text;
        const char *now;
        enum err e;
        const char *time;
    } rows[] = {
        {"2026-07-01 12:00:00", "2026-06-01T00:00:00Z", ERR_OK, "2026-07-01T10:00:00Z"},
        {"2026-07-01 12:00:00", "2026-08-01T00:00:00Z", ERR_OK, "2026-07-01T10:00:00Z"},
        {"2026-10-25 02:30:00", "2026-10-25T00:29:59Z", ERR_OK, "2026-10-25T00:30:00Z"},
        {"2026-10-25 02:30:00", "2026-10-25T00:30:00Z", ERR_OK, "2026-10-25T01:30:00Z"},
        {"2026-10-25 02:30:00", "2026-10-25T02:00:00Z", ERR_OK, "2026-10-25T01:30:00Z"},
        {"2026-03-29 02:00:00", "2026-03-01T00:00:00Z", ERR_NOT_FOUND, NULL},
        {"2026-03-29T02:59:59", "2026-03-01T00:00:00Z", ERR_NOT_FOUND, NULL},
        {"2026-03-29 03:00:00", "2026-03-01T00:00:00Z", ERR_OK, "2026-03-29T01:00:00Z"},
        {"2026-03-29T02:30:00Z", "2026-03-01T00:00:00Z", ERR_OK, "2026-03-29T02:30:00Z"},
        {"2026-03-29T02:30:00+01:00", "2026-03-01T00:00:00Z", ERR_OK, "2026-03-29T01:30:00Z"},
        {"tomorrow", "2026-03-01T00:00:00Z", ERR_INVALID, NULL},
    };
    (void)state;
    struct zone *z = found("Europe/Berlin");
    struct zone_clock clock = zone_clock_init(z);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time_s = 0;
        struct bytes text = bytes_of_text(rows[i].text);
        assert_int_equal(zone_parse_ahead(&clock, text, utc(rows[i].now), &time_s), rows[i].e);
        assert_true(rows[i].time == NULL || time_s == utc(rows[i].time));
    }
    zone_release(z);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct zone *z = found("America/St_Johns");
    struct zone_clock clock = zone_clock_init(z);
    char out[ZONE_TEXT_SIZE];
    for (int64_t t = utc("2026-01-01T00:00:00Z"); t < utc("2026-10-01T00:00:00Z"); t += 40961) {
        int64_t back_s = 0;
        zone_format(&clock, t % 2 == 0 ? ZONE_TIME : ZONE_SLASH, t, out);
        assert_int_equal(zone_parse(&clock, bytes_of_text(out), ZONE_FIRST_PASS, &back_s), ERR_OK);
        assert_int_equal(back_s, t);
    }
    zone_release(z);
}

static void *use_zone(void *zone)
{
    struct zone_clock clock = zone_clock_init(zone);
    char out[ZONE_TEXT_SIZE];
    for (int64_t t = 0; t < 2000; t++) {
        zone_format(&clock, ZONE_TIME, t * 1000003, out);
    }
    zone_release(zone);
    return NULL;
}

static void threads_share_a_zone(void **state)
{
    (void)state;
    struct zone *z = found("Europe/Berlin");
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_zone, zone_hold(z)), 0);
    }
    zone_release(z);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_names),
        cmocka_unit_test(names_that_cannot_be),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(a_held_zone_outlives_its_finder),
        cmocka_unit_test(formats),
        cmocka_unit_test(the_ends_of_the_calendar),
        cmocka_unit_test(daylight_saving_to_the_second),
        cmocka_unit_test(the_remembered_offset_is_never_stale),
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(iso_without_an_offset_is_local),
        cmocka_unit_test(every_prefix_is_refused_or_a_date),
        cmocka_unit_test(local_times_that_came_twice_or_never),
        cmocka_unit_test(what_lies_ahead_comes_once),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(threads_share_a_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
