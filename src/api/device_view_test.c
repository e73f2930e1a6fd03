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
    assert_int_equal(directory_find(p->shard.directory, DEVICE, &ref), ERR_OK);
    tracked_publish_clock(p->shard.directory, ref.tracked, zone);
    device_ref_release(p->shard.directory, &ref);
}

static struct clock_zone known(struct platform *p)
{
    struct device_ref ref;
    struct clock_zone zone;
    assert_int_equal(directory_find(p->shard.directory, DEVICE, &ref), ERR_OK);
    (void)tracked_clock(p->shard.directory, ref.tracked, &zone);
    device_ref_release(p->shard.directory, &ref);
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

/* What is shown of a note after that call. */
static void assert_note(struct platform *p, const char *note)
{
    char *member = g_strdup_printf("\"Note\":\"%s\",\"Version\"", note);
    assert_listed(p, member);
    g_free(member);
}

static void test_a_note_is_kept(void **state)
{
    struct platform *p = *state;
    GString *note = g_string_new("");
    make_fleet(p);
    for (size_t i = 0; i < NOTE_MAX_CHARS; i++) {
        g_string_append(note, "ä"); /* characters are counted, not bytes */
    }
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"7\"}", DONE);
    assert_note(p, "");
    char *longest = g_strdup_printf("{\"DeviceID\":7,\"Note\":\" %s \"}", note->str);
    char *too_long = g_strdup_printf("{\"DeviceID\":7,\"Note\":\"%sx\"}", note->str);
    expect(p, "manage/ModifyDevice", longest, DONE);
    assert_note(p, note->str);
    expect(p, "manage/ModifyDevice", too_long,
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"Note: too long\"}");
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"Model\":\"x\"}", DONE);
    assert_note(p, note->str);
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":7,\"Note\":\"\"}", DONE);
    assert_note(p, "");
    expect(p, "manage/DeleteDevice", "{\"DeviceID\":7}", DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"8\",\"Note\":\"one\"}", DONE);
    assert_note(p, "one");
    expect(p, "manage/DeleteDevice", "{\"DeviceID\":8}", DONE);
    (void)call(p, "manage/AddDevices", "{\"Devices\":[{\"DeviceID\":\"9\",\"Note\":\"many\"}]}");
    assert_note(p, "many");
    g_free(longest);
    g_free(too_long);
    (void)g_string_free(note, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_a_hint_is_told_until_it_is_taken),
        SERVER_TEST(test_the_zone_before_is_remembered),
        SERVER_TEST(test_a_note_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
