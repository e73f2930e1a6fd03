/* What comes again, in zones with all that clocks do. */
#include "base/recurrence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

struct stage {
    struct zone *zone;
    struct zone_clock clock;
    struct recurrence rule;
};

static void begin(struct stage *s, const char *zone, enum recurrence_every every, const char *at)
{
    assert_int_equal(zone_find(zone, &s->zone), ERR_OK);
    s->clock = zone_clock_init(s->zone);
    assert_true(recurrence_read(every, bytes_of_text(at), &s->rule));
}

static int64_t instant(struct stage *s, const char *text)
{
    int64_t time_s = 0;
    assert_int_equal(zone_parse(&s->clock, bytes_of_text(text), ZONE_FIRST_PASS, &time_s), ERR_OK);
    return time_s;
}

static void assert_shows(struct stage *s, int64_t time_s, const char *wanted)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(&s->clock, ZONE_TIME, time_s, text);
    assert_string_equal(text, wanted);
}

struct times {
    const char *zone;
    enum recurrence_every every;
    const char *at;
    const char *start;
    const char *next[3]; /* NULL: none is looked at */
};

/* Each next one, from a local time on. */
static void assert_next(const struct times *want)
{
    struct stage s;
    begin(&s, want->zone, want->every, want->at);
    int64_t at_s = instant(&s, want->start);
    for (size_t i = 0; i < 3 && want->next[i] != NULL; i++) {
        int64_t next_s = recurrence_next_s(&s.rule, &s.clock, at_s);
        assert_true(next_s > at_s);
        assert_shows(&s, next_s, want->next[i]);
        assert_int_equal(recurrence_last_s(&s.rule, &s.clock, next_s), next_s);
        assert_true(recurrence_last_s(&s.rule, &s.clock, next_s - 1) <= at_s);
        at_s = next_s;
    }
    zone_release(s.zone);
}

#define ASSERT_NEXT(zone_name, every_kind, at_text, start_text, ...)                               \
    assert_next(&(struct times){zone_name, every_kind, at_text, start_text, {__VA_ARGS__}})

static void test_next(void **state)
{
    (void)state;
    ASSERT_NEXT("UTC", RECUR_DAY, "07:00", "2026-11-30 06:59:59", "2026-11-30 07:00:00",
                "2026-12-01 07:00:00");
    ASSERT_NEXT("Asia/Shanghai", RECUR_DAY, "0:00", "2026-12-31 12:00:00", "2027-01-01 00:00:00");
    ASSERT_NEXT("UTC", RECUR_WEEK, "1 23:59", "2026-11-30 12:00:00", "2026-11-30 23:59:00",
                "2026-12-07 23:59:00");
    ASSERT_NEXT("UTC", RECUR_WEEK, "7 00:00", "2026-11-30 12:00:00", "2026-12-06 00:00:00");
    ASSERT_NEXT("UTC", RECUR_MONTH, "1 06:00", "2026-11-30 12:00:00", "2026-12-01 06:00:00",
                "2027-01-01 06:00:00", "2027-02-01 06:00:00");
    /* The last day of a shorter month; a leap year. */
    ASSERT_NEXT("UTC", RECUR_MONTH, "31 06:00", "2027-01-31 06:00:00", "2027-02-28 06:00:00",
                "2027-03-31 06:00:00", "2027-04-30 06:00:00");
    ASSERT_NEXT("UTC", RECUR_MONTH, "29 06:00", "2028-01-29 06:00:00", "2028-02-29 06:00:00");
}

static void test_clocks_that_are_set(void **state)
{
    (void)state;
    /* 02:30 never comes on 03-29, and comes twice on 10-25: once each. */
    ASSERT_NEXT("Europe/Berlin", RECUR_DAY, "02:30", "2026-03-28 02:30:00", "2026-03-29 03:30:00",
                "2026-03-30 02:30:00");
    ASSERT_NEXT("Europe/Berlin", RECUR_DAY, "02:30", "2026-10-24 02:30:00", "2026-10-25 02:30:00",
                "2026-10-26 02:30:00");
    /* No midnight, two midnights, and a date that is left out. */
    ASSERT_NEXT("America/Sao_Paulo", RECUR_DAY, "00:30", "2018-11-03 00:30:00",
                "2018-11-04 01:30:00", "2018-11-05 00:30:00");
    ASSERT_NEXT("America/Sao_Paulo", RECUR_DAY, "23:30", "2018-02-16 23:30:00",
                "2018-02-17 23:30:00", "2018-02-18 23:30:00");
    ASSERT_NEXT("Pacific/Apia", RECUR_DAY, "07:00", "2011-12-29 07:00:00", "2011-12-31 07:00:00",
                "2012-01-01 07:00:00");
}

/* The first pass of an hour that comes twice, and then no more that day. */
static void test_is_due_once_in_a_repeated_hour(void **state)
{
    struct stage s;
    int64_t due_s = 0;
    (void)state;
    begin(&s, "Europe/Berlin", RECUR_DAY, "02:30");
    int64_t first_s = instant(&s, "2026-10-25 02:30:00");
    assert_false(recurrence_is_due(&s.rule, &s.clock, first_s - DAY_S, first_s - 1, &due_s));
    assert_true(recurrence_is_due(&s.rule, &s.clock, first_s - DAY_S, first_s, &due_s));
    assert_int_equal(due_s, first_s);
    assert_false(recurrence_is_due(&s.rule, &s.clock, first_s, first_s + HOUR_S, &due_s));
    assert_int_equal(recurrence_awaited_s(&s.rule, &s.clock, first_s, first_s + HOUR_S),
                     first_s + DAY_S + HOUR_S);
    zone_release(s.zone);
}

static void test_missed_ones_are_made_once(void **state)
{
    struct stage s;
    int64_t due_s = 0;
    (void)state;
    begin(&s, "UTC", RECUR_DAY, "07:00");
    int64_t done_s = instant(&s, "2026-11-01 07:00:00");
    int64_t back_s = instant(&s, "2026-11-30 06:00:00");
    assert_true(recurrence_is_due(&s.rule, &s.clock, done_s, back_s, &due_s));
    assert_shows(&s, due_s, "2026-11-29 07:00:00");
    assert_int_equal(recurrence_awaited_s(&s.rule, &s.clock, done_s, back_s), due_s);
    assert_false(recurrence_is_due(&s.rule, &s.clock, due_s, back_s, &done_s));
    assert_shows(&s, recurrence_awaited_s(&s.rule, &s.clock, due_s, back_s), "2026-11-30 07:00:00");
    zone_release(s.zone);
}

static void test_system_clock_that_is_set(void **state)
{
    struct stage s;
    int64_t due_s = 0;
    (void)state;
    begin(&s, "UTC", RECUR_DAY, "07:00");
    int64_t done_s = instant(&s, "2026-11-30 07:00:00");
    /* An hour back: what was done is not done again. */
    assert_false(recurrence_is_due(&s.rule, &s.clock, done_s, done_s - HOUR_S, &due_s));
    assert_int_equal(recurrence_awaited_s(&s.rule, &s.clock, done_s, done_s - HOUR_S),
                     done_s + DAY_S);
    /* A year back, to where it belongs: the next one is tomorrow's, not that of next year. */
    int64_t now_s = instant(&s, "2025-11-30 08:00:00");
    assert_false(recurrence_is_due(&s.rule, &s.clock, done_s, now_s, &due_s));
    assert_shows(&s, recurrence_awaited_s(&s.rule, &s.clock, done_s, now_s), "2025-12-01 07:00:00");
    zone_release(s.zone);
}

#define ASSERT_PERIOD(zone_name, every_kind, at_text, due, first, last)                            \
    do {                                                                                           \
        struct stage s;                                                                            \
        int64_t from_s = 0;                                                                        \
        int64_t to_s = 0;                                                                          \
        begin(&s, zone_name, every_kind, at_text);                                                 \
        recurrence_period(&s.rule, &s.clock, instant(&s, due), &from_s, &to_s);                    \
        assert_shows(&s, from_s, first);                                                           \
        assert_shows(&s, to_s, last);                                                              \
        zone_release(s.zone);                                                                      \
    } while (0)

static void test_period(void **state)
{
    (void)state;
    ASSERT_PERIOD("UTC", RECUR_DAY, "07:00", "2026-03-01 07:00:00", "2026-02-28 00:00:00",
                  "2026-02-28 23:59:59");
    ASSERT_PERIOD("Asia/Shanghai", RECUR_WEEK, "3 07:00", "2026-12-02 07:00:00",
                  "2026-11-23 00:00:00", "2026-11-29 23:59:59");
    ASSERT_PERIOD("Asia/Shanghai", RECUR_WEEK, "7 07:00", "2026-12-06 07:00:00",
                  "2026-11-23 00:00:00", "2026-11-29 23:59:59");
    ASSERT_PERIOD("UTC", RECUR_MONTH, "31 07:00", "2027-01-31 07:00:00", "2026-12-01 00:00:00",
                  "2026-12-31 23:59:59");
    ASSERT_PERIOD("America/Sao_Paulo", RECUR_DAY, "07:00", "2018-11-05 07:00:00",
                  "2018-11-04 01:00:00", "2018-11-04 23:59:59");
}

/* A day of 23 hours, and one of 25. */
static void test_period_of_days_with_a_change(void **state)
{
    struct stage s;
    int64_t from_s = 0;
    int64_t to_s = 0;
    (void)state;
    begin(&s, "Europe/Berlin", RECUR_DAY, "07:00");
    recurrence_period(&s.rule, &s.clock, instant(&s, "2026-03-30 07:00:00"), &from_s, &to_s);
    assert_int_equal(to_s + 1 - from_s, 23 * HOUR_S);
    recurrence_period(&s.rule, &s.clock, instant(&s, "2026-10-26 07:00:00"), &from_s, &to_s);
    assert_int_equal(to_s + 1 - from_s, 25 * HOUR_S);
    zone_release(s.zone);
}

static void assert_reads(enum recurrence_every every, const char *at, const char *wanted)
{
    struct recurrence r = {RECUR_MONTH, 1, 1};
    const struct recurrence before = r;
    char text[RECURRENCE_TEXT_SIZE];
    bool is = recurrence_read(every, bytes_of_text(at), &r);
    assert_int_equal(is, wanted != NULL);
    if (wanted != NULL) {
        recurrence_write(&r, text);
        assert_string_equal(text, wanted);
    } else {
        assert_memory_equal(&r, &before, sizeof(r));
    }
}

static void test_text(void **state)
{
    (void)state;
    assert_reads(RECUR_DAY, "00:00", "00:00");
    assert_reads(RECUR_DAY, "7:05", "07:05");
    assert_reads(RECUR_DAY, "23:59", "23:59");
    assert_reads(RECUR_WEEK, "1 07:00", "1 07:00");
    assert_reads(RECUR_WEEK, "7 07:00", "7 07:00");
    assert_reads(RECUR_MONTH, "01 07:00", "1 07:00");
    assert_reads(RECUR_MONTH, "31 23:59", "31 23:59");
    static const char *const no_days[] = {"",      "24:00", "07:60",  "7:5",    "07:00:00",
                                          "07",    ":00",   "-1:00",  "07:",    "1 07:00",
                                          " 7:00", "7:00 ", "007:00", "07:000", "0x:00"};
    for (size_t i = 0; i < sizeof(no_days) / sizeof(no_days[0]); i++) {
        assert_reads(RECUR_DAY, no_days[i], NULL);
    }
    assert_reads(RECUR_WEEK, "0 07:00", NULL);
    assert_reads(RECUR_WEEK, "8 07:00", NULL);
    assert_reads(RECUR_WEEK, "07:00", NULL);
    assert_reads(RECUR_WEEK, "1  07:00", NULL);
    assert_reads(RECUR_MONTH, "0 07:00", NULL);
    assert_reads(RECUR_MONTH, "32 07:00", NULL);
    assert_reads(RECUR_MONTH, "100 07:00", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_clocks_that_are_set),
        cmocka_unit_test(test_is_due_once_in_a_repeated_hour),
        cmocka_unit_test(test_missed_ones_are_made_once),
        cmocka_unit_test(test_system_clock_that_is_set),
        cmocka_unit_test(test_period),
        cmocka_unit_test(test_period_of_days_with_a_change),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
