/* What ListDevices says of a tracker's clock, and what a changed zone leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

enum { DEVICE = 1 };

/* As if ingest had learnt it. */
static void publish(struct platform *p, const struct clock_zone *zone)
{
    struct device_ref ref;
    assert_int_equal(directory_find(p->dir, DEVICE, &ref), ERR_OK);
    tracked_publish_clock(p->dir, ref.tracked, zone);
    device_ref_release(p->dir, &ref);
}

static struct clock_zone known(struct platform *p)
{
    struct device_ref ref;
    struct clock_zone zone;
    assert_int_equal(directory_find(p->dir, DEVICE, &ref), ERR_OK);
    (void)tracked_clock(p->dir, ref.tracked, &zone);
    device_ref_release(p->dir, &ref);
    return zone;
}

static void assert_listed(struct platform *p, const char *hint)
{
    const char *answer = call(p, "manage/ListDevices", "{}");
    if (strstr(answer, hint) == NULL) {
        fail_msg("%s", answer);
    }
}

static void test_a_hint_is_told_until_it_is_taken(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"7\"}", DONE);
    assert_listed(p, "\"ClockHint\":null}");
    publish(p, &(struct clock_zone){
                   .ahead = {.offset_min = 480, .count = 3, .is_twice = true, .connection = 1}});
    assert_listed(p, "\"ClockHint\":{\"UtcOffsetMinutes\":480,\"Why\":\"As its times are read, its "
                     "fixes come from the future; read so, in time\"}}");
    publish(p, &(struct clock_zone){.spell = {.offset_min = 0, .count = 1}});
    assert_listed(p, "\"ClockHint\":{\"UtcOffsetMinutes\":0,\"Why\":\"As its times are read, its "
                     "fixes are all late");
    publish(p,
            &(struct clock_zone){.rule = {CLOCK_FIXED, -210}, .learnt_min = -210, .learnt_s = 1});
    assert_listed(p, "\"ClockHint\":{\"UtcOffsetMinutes\":-210,\"Why\":\"Learnt from");
    publish(p, &(struct clock_zone){.is_stopped = true, .learnt_min = 60, .learnt_s = 1});
    assert_listed(p, "\"ClockHint\":{\"UtcOffsetMinutes\":60,\"Why\":\"In use, but its clock");
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"UtcOffsetMinutes\":60}", DONE);
    assert_listed(p, "\"ClockHint\":null}");
    publish(p, &(struct clock_zone){.spell = {.offset_min = 60, .count = 1}});
    assert_listed(p, "\"ClockHint\":null}");
    publish(p, &(struct clock_zone){.spell = {.offset_min = 0, .count = 1}});
    assert_listed(p, "\"ClockHint\":{\"UtcOffsetMinutes\":0,");
}

static void test_the_zone_before_is_remembered(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"7\",\"UtcOffsetMinutes\":120}", DONE);
    struct clock_zone zone = known(p);
    assert_true(clock_zone_is_blank(&zone));
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"UtcOffsetMinutes\":120,\"Model\":\"x\"}",
           DONE);
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"VehiclePlate\":\"y\"}", DONE);
    zone = known(p);
    assert_true(clock_zone_is_blank(&zone));
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"UtcOffsetMinutes\":0}", DONE);
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"UtcOffsetMinutes\":null}", DONE);
    zone = known(p);
    assert_int_equal(zone.formers[0].rule.mode, CLOCK_SET);
    assert_int_equal(zone.formers[0].rule.offset_min, 0);
    assert_true(zone.formers[0].until_s >= zone.formers[1].until_s);
    assert_int_equal(zone.formers[1].rule.mode, CLOCK_SET);
    assert_int_equal(zone.formers[1].rule.offset_min, 120);
    assert_int_equal(zone.formers[2].until_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_a_hint_is_told_until_it_is_taken),
        SERVER_TEST(test_the_zone_before_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
