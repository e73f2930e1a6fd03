/* Days of zones with all that clocks do: 23 and 25 hours, no midnight, two, and a date left out. */
#include "api/midnights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { HOUR_S = 3600, DAYS_MAX = 8 };

/* The hours of the days of a range of local times; 0 behind the last. */
static void hours_of(const char *name, const char *from, const char *to, int64_t hours[DAYS_MAX])
{
    struct zone *zone = NULL;
    struct arena arena = {0};
    int64_t from_s = 0;
    int64_t to_s = 0;
    size_t days = 0;
    assert_int_equal(zone_find(name, &zone), ERR_OK);
    struct zone_clock clock = zone_clock_init(zone);
    assert_int_equal(zone_parse(&clock, bytes_of_text(from), ZONE_FIRST_PASS, &from_s), ERR_OK);
    assert_int_equal(zone_parse(&clock, bytes_of_text(to), ZONE_LAST_PASS, &to_s), ERR_OK);
    int64_t *midnights = midnights_make(&clock, from_s, to_s, &arena, &days);
    assert_in_range(days, 1, DAYS_MAX);
    assert_true(midnights[0] <= from_s && midnights[1] > from_s);
    assert_true(midnights[days - 1] <= to_s && midnights[days] > to_s);
    for (size_t i = 0; i < DAYS_MAX; i++) {
        hours[i] = i < days ? (midnights[i + 1] - midnights[i]) / HOUR_S : 0;
    }
    arena_free(&arena);
    zone_release(zone);
}

#define ASSERT_HOURS(zone, from, to, ...)                                                          \
    do {                                                                                           \
        const int64_t wanted[DAYS_MAX] = {__VA_ARGS__};                                            \
        int64_t hours[DAYS_MAX];                                                                   \
        hours_of(zone, from, to, hours);                                                           \
        assert_memory_equal(hours, wanted, sizeof(wanted));                                        \
    } while (0)

static void test_days_of_usual_zones(void **state)
{
    (void)state;
    ASSERT_HOURS("UTC", "2026-01-01", "2026-01-01", 24);
    ASSERT_HOURS("UTC", "2026-01-01 23:59:59", "2026-01-02", 24, 24);
    ASSERT_HOURS("Asia/Shanghai", "2026-02-27 12:00:00", "2026-03-01 23:59:59", 24, 24, 24);
    ASSERT_HOURS("Europe/Berlin", "2026-03-28 10:00:00", "2026-03-30", 24, 23, 24);
    ASSERT_HOURS("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-26", 25, 24);
}

static void test_days_of_odd_zones(void **state)
{
    (void)state;
    /* The clock goes from 24:00 to 01:00. */
    ASSERT_HOURS("America/Sao_Paulo", "2018-11-03", "2018-11-05", 24, 23, 24);
    /* From 24:00 back to 23:00, and from 01:00 back to 00:00. */
    ASSERT_HOURS("America/Sao_Paulo", "2018-02-17 12:00:00", "2018-02-18", 25, 24);
    ASSERT_HOURS("America/Havana", "2025-11-01 12:00:00", "2025-11-03", 24, 25, 24);
    /* The 30th never was. */
    ASSERT_HOURS("Pacific/Apia", "2011-12-29", "2011-12-31", 24, 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_of_usual_zones),
        cmocka_unit_test(test_days_of_odd_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
