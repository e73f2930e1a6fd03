/*
 * JT/T 808 against real frames, where they are at hand: ../shared/vectors/jt808.jsonl beside the
 * source, or in the directory that ODOGRAPH_SHARED names. Each line holds a frame, unescaped unless
 * it says otherwise, whether its checksum is right, and perhaps one value that it tells. Otherwise
 * the test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "protocols/extras_testing.h"
#include "protocols/jt808/testing.h"

enum { LINE_SIZE = 16384, PATH_SIZE = 1024 };

/* What the frames tell that we do not keep, and why. */
static const struct {
    const char *key;
    const char *reason;
} not_carried[] = {
    {"imei", "the frame's own terminal is the device"},
    {"steps", "a temperature to other models"},
    {"tag1Mac", "the form of Bluetooth tags differs from tracker to tracker"},
};

/* Frames, by their number, of which we say something else, and why. */
static const struct {
    int number;
    const char *reason;
} differences[] = {
    {35, "the first byte of the driver is no character"},
    {71, "fuel of the second tank: we tell all tanks together"},
    {67, "the password is masked"},
    {103, "an open door is a state, no alarm, in the contract"},
};

static const struct {
    const char *name;
    enum alarm_type type;
} alarm_names[] = {
    {"sos", ALARM_SOS},
    {"lowBattery", ALARM_LOW_BATTERY},
    {"removing", ALARM_REMOVAL},
    {"tampering", ALARM_COVER_OPEN},
    {"vibration", ALARM_VIBRATION},
    {"hardAcceleration", ALARM_HARSH_ACCELERATION},
};

static const char *difference_of(int number, const char *key)
{
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        if (differences[i].number == number) {
            return differences[i].reason;
        }
    }
    for (size_t i = 0; i < sizeof(not_carried) / sizeof(not_carried[0]); i++) {
        if (strcmp(not_carried[i].key, key) == 0) {
            return not_carried[i].reason;
        }
    }
    return NULL;
}

static void assert_near(double got, double want)
{
    assert_true(fabs(got - want) <= 0.5);
}

/* All alarms of a list of names, and no other. */
static void assert_alarms(const struct fix *f, const char *names)
{
    alarm_set want = 0;
    struct reader r = reader_init(bytes_of_text(names));
    while (reader_left(&r) > 0) {
        struct bytes name = read_field(&r, ',');
        alarm_set known = want;
        for (size_t i = 0; i < sizeof(alarm_names) / sizeof(alarm_names[0]); i++) {
            want |= bytes_eq(name, alarm_names[i].name) ? UINT32_C(1) << alarm_names[i].type : 0;
        }
        assert_int_not_equal(want, known);
    }
    assert_int_equal(f->alarms, want);
}

static void assert_switch(const struct fix *f, enum fix_has has, enum fix_flag flag, bool want)
{
    assert_int_equal(f->has & (uint32_t)has, has);
    assert_int_equal((f->flags & (uint32_t)flag) != 0, want);
}

/* Whether `key` is one of the yes-or-no members; then it is checked. */
static bool check_switch(const struct fix *f, const char *key, const json_t *value)
{
    static const struct {
        const char *key;
        enum fix_has has;
        enum fix_flag flag;
    } rows[] = {
        {"charge", FIX_HAS_CHARGING, FIX_CHARGING},
        {"motion", FIX_HAS_MOTION, FIX_MOVING},
        {"door", FIX_HAS_DOOR, FIX_DOOR_OPEN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].key, key) == 0) {
            assert_switch(f, rows[i].has, rows[i].flag, json_is_true(value));
            return true;
        }
    }
    return false;
}

/* Whether `key` is one of the numbers; then it is checked. */
static bool check_number(const struct fix *f, const char *key, const json_t *value)
{
    const struct {
        const char *key;
        enum fix_has has;
        double got;
    } rows[] = {
        {"power", FIX_HAS_POWER, f->power_mv},
        {"battery", FIX_HAS_BATTERY, f->battery_mv},
        {"batteryLevel", FIX_HAS_BATTERY_PERCENT, f->battery_percent * 1000.0},
        {"temp1", 0, f->temperature_c_e2[0] * 10.0},
        {"deviceTemp", 0, f->temperature_c_e2[0] * 10.0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].key, key) == 0) {
            assert_int_equal(f->has & (uint32_t)rows[i].has, rows[i].has);
            assert_near(rows[i].got, json_number_value(value) * 1000);
            return true;
        }
    }
    return false;
}

/* Whether `key` is an extra value; then it is checked. */
static bool check_extra(const struct message *m, const char *key, const json_t *value)
{
    static const struct {
        const char *key;
        enum extra_key extra;
        unsigned index;
        double scale;
    } rows[] = {
        {"cardCode", EXTRA_CARD, 0, 0},
        {"driverUniqueId", EXTRA_DRIVER, 0, 0},
        {"timezone", EXTRA_TIME_ZONE, 0, 0},
        {"dtcs", EXTRA_TROUBLE_CODE, 0, 0},
        {"alarmLabel", EXTRA_VIDEO, 0, 0},
        {"rpm", EXTRA_RPM, 0, 1},
        {"tire1Pressure", EXTRA_TYRE_PRESSURE, 1, 1000},
        {"fuelUsed", EXTRA_FUEL_USED, 0, 1000},
        {"unlockResult", EXTRA_UNLOCK_RESULT, 0, 1},
        {"event", EXTRA_EVENT, 0, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].key, key) != 0) {
            continue;
        }
        struct extra e = extra_of(m, rows[i].extra, rows[i].index);
        assert_int_not_equal(e.id, 0);
        if (e.is_text) {
            assert_true(bytes_eq(e.text, json_string_value(value)));
        } else {
            assert_near((double)e.number, json_number_value(value) * rows[i].scale);
        }
        return true;
    }
    return false;
}

/* The value that the line pins, against the messages of its frame. */
static void assert_value(const struct decoded *d, const char *key, const json_t *value)
{
    bool is_sample = strcmp(key, "deviceTemp") == 0; /* in the reports behind the place */
    const struct message *m = &d->at[is_sample ? 1 : 0];
    const struct fix *f = &m->fix;
    if (check_number(f, key, value) || check_switch(f, key, value) || check_extra(m, key, value)) {
        return;
    }
    if (strcmp(key, "alarm") == 0) {
        assert_alarms(f, json_string_value(value));
    } else if (strcmp(key, "iccid") == 0) {
        assert_string_equal(f->iccid, json_string_value(value));
    } else if (strcmp(key, "result") == 0) {
        assert_true(bytes_eq(m->text, json_string_value(value)));
    } else if (strcmp(key, "lock1Locked") == 0) {
        assert_int_equal(f->lock, json_is_true(value) ? FIX_LOCK_ON : FIX_LOCK_OFF);
    } else {
        fail_msg("no counterpart named for %s", key);
    }
}

/* The frame as a device would send it. */
static struct bytes wire_frame(const json_t *line, uint8_t *out, size_t capacity)
{
    const char *frame = json_string_value(json_object_get(line, "frame"));
    static uint8_t raw[LINE_SIZE];
    struct writer w = writer_init(out, capacity);
    if (frame[0] == '(') {
        write_text(&w, frame);
        return writer_bytes(&w);
    }
    struct bytes in = bytes_of_hex(frame, raw, sizeof(raw));
    bool is_escaped =
        in.at[0] == '(' || json_is_true(json_object_get(json_object_get(line, "wire"), "escaped"));
    for (size_t i = 0; i < in.len; i++) {
        bool is_inside = i > 0 && i + 1 < in.len;
        bool is_special = in.at[i] == 0x7d || in.at[i] == 0x7e;
        if (is_inside && is_special && !is_escaped) {
            write_u8(&w, 0x7d);
            write_u8(&w, in.at[i] == 0x7d ? 1 : 2);
        } else {
            write_u8(&w, in.at[i]);
        }
    }
    assert_true(writer_ok(&w));
    return writer_bytes(&w);
}

/* Every frame that pins a position has one, in each of its reports. */
static void assert_place(const struct decoded *d, const char *check)
{
    bool is_many = strcmp(check, "positions") == 0;
    if (strcmp(check, "position") != 0 && !is_many) {
        return;
    }
    assert_true(!is_many || d->len > 1);
    for (size_t i = 0; i < d->len; i++) {
        assert_int_equal(d->at[i].kind, MESSAGE_FIX);
        assert_int_equal(d->at[i].fix.has & FIX_HAS_POSITION, FIX_HAS_POSITION);
        assert_int_equal(d->at[i].fix.has & FIX_HAS_TIME, FIX_HAS_TIME);
    }
}

static void run_line(const json_t *line)
{
    static uint8_t out[2 * LINE_SIZE];
    struct kit kit = kit_new();
    struct bytes frame = {0};
    size_t used = 0;
    int number = (int)json_integer_value(json_object_get(line, "n"));
    const char *check = json_string_value(json_object_get(line, "check"));
    const json_t *expect = json_object_get(line, "expect");
    const char *key = json_string_value(json_object_get(expect, "key"));
    struct bytes in = wire_frame(line, out, sizeof(out));
    assert_int_equal(protocol_jt808.claims(in), CLAIM_YES);
    assert_int_equal(protocol_jt808.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    enum err e = kit_decode(&kit, frame);
    if (json_is_false(json_object_get(json_object_get(line, "wire"), "sum_ok"))) {
        assert_int_equal(e, ERR_CHECKSUM);
        kit_clear(&kit);
        return;
    }
    assert_int_equal(e, ERR_OK);
    assert_true(kit.decoded.len > 0);
    assert_true(kit.decoded.device_id[0] != '\0');
    assert_place(&kit.decoded, check);
    const char *difference = key == NULL ? NULL : difference_of(number, key);
    if (difference != NULL) {
        print_message("# n=%d %s: %s\n", number, key, difference);
    } else if (key != NULL) {
        assert_value(&kit.decoded, key, json_object_get(expect, "value"));
    }
    kit_clear(&kit);
}

static FILE *open_frames(void)
{
    char path[PATH_SIZE];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/vectors/jt808.jsonl",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared");
    return fopen(path, "r");
}

static void test_real_frames(void **state)
{
    (void)state;
    static char text[LINE_SIZE];
    size_t count = 0;
    FILE *in = open_frames();
    assert_non_null(in);
    while (fgets(text, sizeof(text), in) != NULL) {
        json_error_t error;
        json_t *line = json_loads(text, 0, &error);
        assert_non_null(line);
        print_message("# n=%lld\n", (long long)json_integer_value(json_object_get(line, "n")));
        run_line(line);
        json_decref(line);
        count++;
    }
    assert_int_equal(fclose(in), 0);
    print_message("# %zu frames\n", count);
    assert_true(count > 0);
}

int main(void)
{
    FILE *in = open_frames();
    if (in == NULL) {
        (void)puts("1..0 # SKIP no real frames at hand");
        return 0;
    }
    (void)fclose(in);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_real_frames)};
    return cmocka_run_group_tests_name("jt808_shared", tests, NULL, NULL);
}
