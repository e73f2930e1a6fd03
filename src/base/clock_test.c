#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"

static void test_clocks_run(void **state)
{
    (void)state;
    int64_t wall_ms = clock_wall_ms();
    int64_t monotonic_us = clock_monotonic_us();
    int64_t monotonic_ms = clock_monotonic_ms();
    assert_true(wall_ms / 1000 - (int64_t)time(NULL) <= 1);
    assert_true((int64_t)time(NULL) - wall_ms / 1000 <= 1);
    assert_true(monotonic_ms >= monotonic_us / 1000);
    assert_true(clock_monotonic_us() >= monotonic_us);
    assert_true(clock_monotonic_ms() >= monotonic_ms);
}

/* Without modes adjtimex() only reads; what it says here is the machine's own affair. */
static void test_the_kernel_tells_whether_it_is_synchronised(void **state)
{
    (void)state;
    struct timex asked = {0};
    int answer = adjtimex(&asked);
    bool is_synchronised = clock_is_synchronised();
    assert_false(is_synchronised && (answer < 0 || (asked.status & STA_UNSYNC) != 0));
    assert_false(!is_synchronised && answer >= TIME_OK && answer < TIME_ERROR &&
                 (asked.status & STA_UNSYNC) == 0);
}

static void test_known_days(void **state)
{
    (void)state;
    static const struct {
        struct civil c;
        int64_t time_s;
    } rows[] = {
        {{1970, 1, 1, 0, 0, 0}, 0},
        {{1969, 12, 31, 23, 59, 59}, -1},
        {{2000, 2, 29, 12, 0, 0}, 951825600},
        {{2000, 3, 1, 0, 0, 0}, 951868800},
        {{2026, 11, 23, 1, 12, 0}, 1795396320},
        {{2038, 1, 19, 3, 14, 8}, INT64_C(2147483648)},
        {{1, 1, 1, 0, 0, 0}, -INT64_C(62135596800)},
        {{9999, 12, 31, 23, 59, 59}, INT64_C(253402300799)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct civil back = civil_from_s(rows[i].time_s);
        assert_int_equal(civil_to_s(&rows[i].c), rows[i].time_s);
        assert_memory_equal(&back, &rows[i].c, sizeof(back));
    }
}

static void test_every_day_agrees_with_the_system(void **state)
{
    (void)state;
    for (int64_t day = -719162; day < 2932896; day += 7) {
        time_t t = (time_t)(day * 86400 + 86399);
        struct tm tm;
        assert_non_null(gmtime_r(&t, &tm));
        struct civil c = civil_from_s((int64_t)t);
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_true(civil_is_valid(&c));
        assert_int_equal(civil_to_s(&c), t);
    }
}

static void test_both_ends_of_every_member(void **state)
{
    (void)state;
    static const struct civil good[] = {
        {1, 1, 1, 0, 0, 0},     {9999, 12, 31, 23, 59, 59}, {2024, 2, 29, 0, 0, 0},
        {2000, 2, 29, 0, 0, 0}, {2026, 4, 30, 0, 0, 0},     {2026, 1, 31, 0, 0, 0},
    };
    static const struct civil bad[] = {
        {0, 1, 1, 0, 0, 0},     {10000, 1, 1, 0, 0, 0}, {2026, 0, 1, 0, 0, 0},
        {2026, 13, 1, 0, 0, 0}, {2026, 1, 0, 0, 0, 0},  {2026, 1, 32, 0, 0, 0},
        {2026, 4, 31, 0, 0, 0}, {2026, 2, 29, 0, 0, 0}, {1900, 2, 29, 0, 0, 0},
        {2024, 2, 30, 0, 0, 0}, {2026, 1, 1, -1, 0, 0}, {2026, 1, 1, 24, 0, 0},
        {2026, 1, 1, 0, -1, 0}, {2026, 1, 1, 0, 60, 0}, {2026, 1, 1, 0, 0, -1},
        {2026, 1, 1, 0, 0, 60},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(civil_is_valid(&good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(civil_is_valid(&bad[i]));
    }
}

static void test_format_iso(void **state)
{
    (void)state;
    char out[CLOCK_ISO_SIZE];
    clock_format_iso(1795396320, out);
    assert_string_equal(out, "2026-11-23T01:12:00Z");
    clock_format_iso(-INT64_C(62135596800), out);
    assert_string_equal(out, "0001-01-01T00:00:00Z");
    clock_format_iso(INT64_C(253402300799), out);
    assert_string_equal(out, "9999-12-31T23:59:59Z");
}

static void test_parse_iso(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:01z", 1},
        {"1970-01-01 00:00Z", 0},
        {"2026-11-23T01:12:00Z", 1795396320},
        {"2026-11-23T01:12:00.999Z", 1795396320},
        {"2026-11-23T01:12:00,5Z", 1795396320},
        {"2026-11-23T09:12:00+08:00", 1795396320},
        {"2026-11-23T09:12:00+0800", 1795396320},
        {"2026-11-23T09:12:00+08", 1795396320},
        {"2026-11-22T21:42:00-03:30", 1795396320},
        {"2026-11-23T01:12:00-00:00", 1795396320},
        {"1970-01-01T15:59:00+15:59", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time_s = 7;
        assert_true(clock_parse_iso(bytes_of_text(rows[i].text), &time_s));
        assert_int_equal(time_s, rows[i].time_s);
    }
}

static void test_what_is_no_iso_time(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-23",
        "2026-11-23T01:12:00",
        "2026-11-23T01:12:00ZZ",
        "2026-11-23T01:12:00.Z",
        "2026-11-23T01Z",
        "2026-11-23X01:12:00Z",
        "2026-02-30T01:12:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T01:12:60Z",
        "2026-1-23T01:12:00Z",
        "+026-11-23T01:12:00Z",
        "2026/11/23T01:12:00Z",
        "0000-11-23T01:12:00Z",
        "2026-11-23T01:12:00+16:00",
        "2026-11-23T01:12:00+08:60",
        "2026-11-23T01:12:00+8",
        "2026-11-23T01:12:00+08:",
        "2026-11-23T01:12:00+08:0",
        "2026-11-23T01:12:00*08:00",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t time_s = 0;
        print_message("# %s\n", bad[i]);
        assert_false(clock_parse_iso(bytes_of_text(bad[i]), &time_s));
    }
}

static void test_every_prefix_of_a_time_is_none(void **state)
{
    (void)state;
    static const char text[] = "2026-11-23T01:12:00.5+08:00";
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        uint8_t *copy = malloc(len == 0 ? 1 : len);
        int64_t time_s = 0;
        assert_non_null(copy);
        memcpy(copy, text, len);
        bool is_hours_only = len == sizeof(text) - 1 - 3;
        assert_int_equal(clock_parse_iso((struct bytes){copy, len}, &time_s), is_hours_only);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks_run),
        cmocka_unit_test(test_the_kernel_tells_whether_it_is_synchronised),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_every_day_agrees_with_the_system),
        cmocka_unit_test(test_both_ends_of_every_member),
        cmocka_unit_test(test_format_iso),
        cmocka_unit_test(test_parse_iso),
        cmocka_unit_test(test_what_is_no_iso_time),
        cmocka_unit_test(test_every_prefix_of_a_time_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
