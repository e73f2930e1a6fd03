#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fold.h"

enum { T0 = 1700000000 };

static void assert_text(const struct fold_state *s, const char *wanted)
{
    char out[FOLD_STATUS_SIZE];
    fold_status_text(s, &s->current, NULL, out, sizeof(out));
    assert_string_equal(out, wanted);
}

static struct fold_state in_motion(enum motion motion, int64_t for_s)
{
    return (struct fold_state){
        .motion = motion,
        .motion_since_s = T0 - for_s,
        .current = {.gps_time_s = T0},
    };
}

static void nothing_known_is_empty(void **state)
{
    (void)state;
    struct fold_state s = {0};
    assert_text(&s, "");
    s = in_motion(MOTION_STILL, 10);
    assert_text(&s, "");
}

static void motion_words(void **state)
{
    (void)state;
    struct fold_state s = in_motion(MOTION_MOVING, 5);
    assert_text(&s, "Moving [5 seconds]");
    s = in_motion(MOTION_IDLE, 5);
    assert_text(&s, "ACC idle [5 seconds]");
    s = in_motion(MOTION_OFF, 5);
    assert_text(&s, "ACC off [5 seconds]");
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        int64_t duration_s;
        const char *wanted;
    } rows[] = {
        {0, "Moving [0 seconds]"},
        {-1, "Moving [0 seconds]"},
        {1, "Moving [1 seconds]"},
        {59, "Moving [59 seconds]"},
        {60, "Moving [1 mins 0 seconds]"},
        {494, "Moving [8 mins 14 seconds]"},
        {3600, "Moving [1 hours 0 mins 0 seconds]"},
        {86399, "Moving [23 hours 59 mins 59 seconds]"},
        {86400, "Moving [1 days 0 hours 0 mins 0 seconds]"},
        {94094, "Moving [1 days 2 hours 8 mins 14 seconds]"},
        {INT64_C(86400) * 400, "Moving [400 days 0 hours 0 mins 0 seconds]"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fold_state s = in_motion(MOTION_MOVING, rows[i].duration_s);
        assert_text(&s, rows[i].wanted);
    }
}

static void gsm_words(void **state)
{
    (void)state;
    static const struct {
        unsigned gsm;
        bool bars;
        const char *wanted;
    } rows[] = {
        {0, false, "GSM network weak 0"},     {15, false, "GSM network weak 15"},
        {16, false, "GSM network middle 16"}, {24, false, "GSM network middle 24"},
        {25, false, "GSM network strong 25"}, {31, false, "GSM network strong 31"},
        {0, true, "GSM network weak 0"},      {2, true, "GSM network weak 12"},
        {3, true, "GSM network middle 20"},   {4, true, "GSM network strong 28"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fold_state s = {0};
        if (rows[i].bars) {
            fix_set_gsm_bars(&s.current, rows[i].gsm);
        } else {
            fix_set_gsm(&s.current, rows[i].gsm);
        }
        assert_text(&s, rows[i].wanted);
    }
}

static void satellite_words(void **state)
{
    (void)state;
    static const struct {
        unsigned satellites;
        const char *wanted;
    } rows[] = {
        {0, "Satellite weak 0"},   {3, "Satellite weak 3"},     {4, "Satellite middle 4"},
        {9, "Satellite middle 9"}, {10, "Satellite strong 10"}, {255, "Satellite strong 255"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fold_state s = {0};
        fix_set_satellites(&s.current, rows[i].satellites);
        assert_text(&s, rows[i].wanted);
    }
}

static void temperatures(void **state)
{
    (void)state;
    static const struct {
        int64_t c_e2;
        const char *wanted;
    } rows[] = {
        {3210, "1# temperature 32.1℃"},       {0, "1# temperature 0.0℃"},
        {4, "1# temperature 0.0℃"},           {5, "1# temperature 0.1℃"},
        {-4, "1# temperature 0.0℃"},          {-5, "1# temperature -0.1℃"},
        {-1850, "1# temperature -18.5℃"},     {-27315, "1# temperature -273.2℃"},
        {INT16_MAX, "1# temperature 327.7℃"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fold_state s = {0};
        fix_set_temperature(&s.current, 0, rows[i].c_e2);
        assert_text(&s, rows[i].wanted);
    }
    struct fold_state s = {0};
    fix_set_temperature(&s.current, 2, 100);
    fix_set_temperature(&s.current, 0, 2000);
    assert_text(&s, "1# temperature 20.0℃,3# temperature 1.0℃");
}

static void altitude_and_voltage_round(void **state)
{
    (void)state;
    struct fold_state s = {0};
    fix_set_altitude_dm(&s.current, 12004);
    fix_set_power_mv(&s.current, 12149);
    assert_text(&s, "Altitude 1200 Meters,Main voltage 12.1V");
    fix_set_altitude_dm(&s.current, 12005);
    fix_set_power_mv(&s.current, 12150);
    assert_text(&s, "Altitude 1201 Meters,Main voltage 12.2V");
    fix_set_altitude_dm(&s.current, -4);
    fix_set_power_mv(&s.current, 0);
    assert_text(&s, "Altitude 0 Meters,Main voltage 0.0V");
    fix_set_altitude_dm(&s.current, -4305);
    assert_text(&s, "Altitude -431 Meters,Main voltage 0.0V");
}

static struct fold_state everything(void)
{
    struct fold_state s = in_motion(MOTION_IDLE, 494);
    s.gap_count = 1;
    s.gaps_s[0] = 14;
    s.active_alarms = ALARM_BIT(REMOVAL) | ALARM_BIT(INTERRUPTED);
    struct fix *f = &s.current;
    f->flags = FIX_HEARTBEAT | FIX_REUPLOAD | FIX_POWER_SAVE;
    f->source = FIX_LBS;
    fix_set_altitude_dm(f, 12000);
    fix_set_gsm(f, 27);
    fix_set_satellites(f, 0);
    fix_set_temperature(f, 0, 3210);
    fix_set_power_mv(f, 12100);
    fix_set_battery_percent(f, 94);
    fix_set_rest_days(f, 1416);
    fix_set_iccid(f, "89860012345678901234");
    return s;
}

static const char everything_text[] =
    "ACC idle [8 mins 14 seconds],heartbeat,Upload interval [14 seconds],Altitude 1200 Meters,"
    "GSM network strong 27,Satellite weak 0,1# temperature 32.1℃,Reupload,Main voltage 12.1V,"
    "Battery level 94%,rest work time 1416 days,power save mode,SIM card ICCID89860012345678901234,"
    "Removal alarm,Communication interrupted alarm,LBS";

static void all_parts_in_their_order(void **state)
{
    (void)state;
    struct fold_state s = everything();
    assert_text(&s, everything_text);
    s.current.source = FIX_WIFI;
    char out[FOLD_STATUS_SIZE];
    fold_status_text(&s, &s.current, NULL, out, sizeof(out));
    assert_string_equal(out + strlen(out) - 5, ",WiFi");
}

static void what_one_report_says_comes_from_the_fix(void **state)
{
    (void)state;
    struct fold_state s = in_motion(MOTION_MOVING, 60);
    struct fix f = {.gps_time_s = T0 - 20, .flags = FIX_REUPLOAD};
    char out[FOLD_STATUS_SIZE];
    fold_status_text(&s, &f, NULL, out, sizeof(out));
    assert_string_equal(out, "Moving [40 seconds],Reupload");
}

/* Every size gives the longest run of whole parts that fits, and writes nothing beyond it. */
static void cuts_between_parts(void **state)
{
    (void)state;
    struct fold_state s = everything();
    char out[FOLD_STATUS_SIZE];
    for (unsigned size = 1; size <= sizeof(everything_text); size++) {
        memset(out, 'x', sizeof(out));
        fold_status_text(&s, &s.current, NULL, out, size);
        size_t len = strlen(out);
        assert_in_range(len, 0, size - 1);
        assert_memory_equal(out, everything_text, len);
        assert_int_equal(out[size], 'x');
        assert_true(len == 0 || everything_text[len] == ',' || everything_text[len] == '\0');
        size_t next_len = len + (everything_text[len] == ',');
        next_len += strcspn(everything_text + next_len, ",");
        assert_true(next_len == len || next_len > size - 1);
    }
    out[0] = 'x';
    fold_status_text(&s, &s.current, NULL, out, 0);
    assert_int_equal(out[0], 'x');
}

static void the_longest_fits(void **state)
{
    (void)state;
    struct fold_state s = everything();
    s.motion_since_s = -T0;
    s.active_alarms = (1U << ALARM_COUNT) - 1;
    s.gaps_s[0] = UINT32_MAX;
    s.current.power_mv = UINT32_MAX;
    s.current.altitude_dm = -1000000;
    for (unsigned i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        fix_set_temperature(&s.current, i, -27315);
    }
    char out[FOLD_STATUS_SIZE * 2];
    fold_status_text(&s, &s.current, NULL, out, sizeof(out));
    assert_in_range(strlen(out), strlen(everything_text), FOLD_STATUS_SIZE - 1);
    assert_string_equal(out + strlen(out) - 21, ",SIM expiry alarm,LBS");
}

static void assert_shown(const struct shown_alarms *shown, const char *wanted)
{
    const struct fold_state s = {.active_alarms = ALARM_BIT(SOS)};
    char out[FOLD_STATUS_SIZE];
    fold_status_text(&s, &s.current, shown, out, sizeof(out));
    assert_string_equal(out, wanted);
}

static void geofences_are_named(void **state)
{
    (void)state;
    struct shown_alarms shown = {0};
    assert_shown(NULL, "SOS alarm");
    assert_shown(&shown, "");
    shown_alarms_add(&shown, ALARM_INTERRUPTED, "");
    shown_alarms_add(&shown, ALARM_GEOFENCE_ENTER, "");
    assert_shown(&shown, "Enter geofence alarm,Communication interrupted alarm");
    shown_alarms_add(&shown, ALARM_GEOFENCE_LEAVE, "Yard");
    shown_alarms_add(&shown, ALARM_GEOFENCE_ENTER, "Depot \u00fc");
    shown_alarms_add(&shown, ALARM_GEOFENCE_ENTER, "Yard");
    shown_alarms_add(&shown, ALARM_GEOFENCE_ENTER, "Depot \u00fc");
    assert_shown(&shown, "Enter geofence alarm[Depot \u00fc],Enter geofence alarm[Yard],"
                         "Leave geofence alarm[Yard],Communication interrupted alarm");
}

/* Names beyond the bound are not shown, the type is. */
static void no_more_names_than_fit(void **state)
{
    (void)state;
    struct shown_alarms shown = {0};
    char names[SHOWN_NAMED_MAX + 1][16];
    for (unsigned i = 0; i <= SHOWN_NAMED_MAX; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%u", i);
        shown_alarms_add(&shown, ALARM_GEOFENCE_ENTER, names[i]);
    }
    assert_int_equal(shown.named_count, SHOWN_NAMED_MAX);
    assert_string_equal(shown.named[SHOWN_NAMED_MAX - 1].name, "31");
    assert_int_equal(shown.active, ALARM_BIT(GEOFENCE_ENTER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_empty),
        cmocka_unit_test(motion_words),
        cmocka_unit_test(durations),
        cmocka_unit_test(gsm_words),
        cmocka_unit_test(satellite_words),
        cmocka_unit_test(temperatures),
        cmocka_unit_test(altitude_and_voltage_round),
        cmocka_unit_test(all_parts_in_their_order),
        cmocka_unit_test(what_one_report_says_comes_from_the_fix),
        cmocka_unit_test(cuts_between_parts),
        cmocka_unit_test(the_longest_fits),
        cmocka_unit_test(geofences_are_named),
        cmocka_unit_test(no_more_names_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
