/*
 * GT06 against real frames, where they are at hand: ../shared/vectors/gt06.jsonl beside the source,
 * or in the directory that ODOGRAPH_SHARED names. Each line tells a frame, whether its checksum is
 * right, and perhaps one value that it holds. Otherwise the test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "protocols/extras_testing.h"
#include "protocols/gt06/testing.h"

enum { LINE_SIZE = 16384, PATH_SIZE = 1024 };

/* What the frames tell that we do not keep, and why. */
static const struct {
    const char *key;
    const char *reason;
} not_carried[] = {
    {"eventFiles", "longer than a value may be; the files are fetched by other means"},
    {"drivingTime", "the fold counts driving itself"},
};

/* Frames, by their number, of which we say something else, and why. */
static const struct {
    long number;
    const char *reason;
} differences[] = {
    {20, "the altitude told is the CRC; ours is the field before the serial"},
    {32, "the signal that a battery level would leave is none: a supply, below"},
    {69, "a general alarm has no counterpart in the contract"},
    {176, "an XT40 ends with a driver behind members that are nowhere told"},
    {186, "a VL103 sends a driver where others send an alarm"},
    {170, "model LW4G: 19 is acceleration there, a low battery elsewhere"},
    {177, "model G18: 30 is braking there, jamming elsewhere"},
};

/* What the frames hold beside, as we read them; 0 where it is not there. */
static const struct {
    long number;
    unsigned power_mv;
    unsigned battery_percent;
    int rssi_dbm; /* of the first access point */
} also[] = {
    {.number = 9, .battery_percent = 83}, {.number = 32, .power_mv = 12580},
    {.number = 91, .rssi_dbm = -90},      {.number = 95, .rssi_dbm = -41},
    {.number = 172, .power_mv = 28340},
};

static const struct {
    const char *name;
    enum alarm_type type;
} alarm_names[] = {
    {"sos", ALARM_SOS},
    {"lowBattery", ALARM_LOW_BATTERY},
    {"removing", ALARM_REMOVAL},
    {"tampering", ALARM_COVER_OPEN},
    {"hardBraking", ALARM_HARSH_BRAKING},
    {"hardAcceleration", ALARM_HARSH_ACCELERATION},
};

struct line {
    const char *text;
    long number;
    bool is_sound; /* its checksum is right */
    bool is_position;
    char frame[LINE_SIZE];
    char key[64];
    char value[1024]; /* as written, without quotes */
};

/* The value of `name` in `text`, up to the quote, comma or brace that ends it. */
static bool find_value(const char *text, const char *name, char *out, size_t size)
{
    char mark[64];
    (void)snprintf(mark, sizeof(mark), "\"%s\": ", name);
    const char *at = strstr(text, mark);
    if (at == NULL) {
        return false;
    }
    at += strlen(mark);
    bool is_quoted = *at == '"';
    at += is_quoted ? 1 : 0;
    bytes_to_text((struct bytes){(const uint8_t *)at, strcspn(at, is_quoted ? "\"" : ",}")}, out,
                  size);
    return true;
}

static void line_read(struct line *line, const char *text)
{
    char word[64] = "";
    *line = (struct line){.text = text};
    assert_true(find_value(text, "n", word, sizeof(word)));
    line->number = strtol(word, NULL, 10);
    assert_true(find_value(text, "frame", line->frame, sizeof(line->frame)));
    assert_true(find_value(text, "sum_ok", word, sizeof(word)));
    line->is_sound = strcmp(word, "true") == 0;
    assert_true(find_value(text, "check", word, sizeof(word)));
    line->is_position = strcmp(word, "position") == 0;
    if (find_value(text, "key", line->key, sizeof(line->key))) {
        assert_true(find_value(text, "value", line->value, sizeof(line->value)));
    }
}

static const char *difference_of(const struct line *line)
{
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        if (differences[i].number == line->number) {
            return differences[i].reason;
        }
    }
    for (size_t i = 0; i < sizeof(not_carried) / sizeof(not_carried[0]); i++) {
        if (strcmp(not_carried[i].key, line->key) == 0) {
            return not_carried[i].reason;
        }
    }
    return NULL;
}

static void assert_near(double got, double want, double by)
{
    assert_true(fabs(got - want) <= by);
}

static void assert_alarm(const struct fix *f, const char *name)
{
    for (size_t i = 0; i < sizeof(alarm_names) / sizeof(alarm_names[0]); i++) {
        if (strcmp(alarm_names[i].name, name) == 0) {
            assert_int_equal(f->alarms >> alarm_names[i].type & 1U, 1);
            return;
        }
    }
    fail_msg("no counterpart named for the alarm %s", name);
}

/* Whether the line pins an extra value; then it is checked. */
static bool check_extra(const struct line *line, const struct message *m)
{
    static const struct {
        const char *key;
        enum extra_key extra;
        unsigned index;
        double scale;
    } rows[] = {
        {"steps", EXTRA_STEPS, 0, 1},
        {"event", EXTRA_EVENT, 0, 1},
        {"adc1", EXTRA_ANALOGUE, 1, 1000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].key, line->key) == 0) {
            struct extra e = extra_of(m, rows[i].extra, rows[i].index);
            assert_near((double)e.number, strtod(line->value, NULL) * rows[i].scale, 0.5);
            assert_int_not_equal(e.id, 0);
            return true;
        }
    }
    return false;
}

/* Checks an extra value that is a text; who drives may be a driver or a card to us. */
static bool check_extra_text(const struct line *line, const struct message *m)
{
    if (strcmp(line->key, "driverUniqueId") == 0) {
        bool is_card = extra_of(m, EXTRA_CARD, 0).id != 0;
        assert_extra_text(m, is_card ? EXTRA_CARD : EXTRA_DRIVER, 0, line->value);
        return true;
    }
    if (strcmp(line->key, "networkTechnology") == 0) {
        assert_extra_text(m, EXTRA_NETWORK, 0, line->value);
        return true;
    }
    if (strcmp(line->key, "serial") == 0) {
        assert_extra_text(m, EXTRA_CARD, 0, line->value + strlen("RFID:"));
        return true;
    }
    return false;
}

/* The value that the line pins, against the message. */
static void assert_value(const struct line *line, const struct message *m)
{
    const struct fix *f = &m->fix;
    double number = strtod(line->value, NULL);
    if (check_extra(line, m) || check_extra_text(line, m)) {
        return;
    }
    if (strcmp(line->key, "power") == 0) {
        assert_int_equal((f->has & FIX_HAS_POWER) != 0, strcmp(line->value, "null") != 0);
        assert_near(f->power_mv, number * 1000, 0.5);
    } else if (strcmp(line->key, "battery") == 0) {
        assert_near(f->battery_mv, number * 1000, 0.5);
    } else if (strcmp(line->key, "batteryLevel") == 0) {
        assert_near(f->battery_percent, number, 0);
    } else if (strcmp(line->key, "altitude") == 0) {
        assert_near(f->altitude_dm, number * 10, 0);
    } else if (strcmp(line->key, "temp1") == 0) {
        assert_near(f->temperature_c_e2[0], number * 100, 0.5);
    } else if (strcmp(line->key, "ignition") == 0) {
        assert_int_equal(f->has & FIX_HAS_IGNITION, FIX_HAS_IGNITION);
        assert_int_equal((f->flags & FIX_IGNITION_ON) != 0, strcmp(line->value, "true") == 0);
    } else if (strcmp(line->key, "alarm") == 0) {
        assert_alarm(f, line->value);
    } else if (strcmp(line->key, "result") == 0) {
        assert_true(bytes_eq(m->text, line->value));
    } else {
        fail_msg("no counterpart named for %s", line->key);
    }
}

/* Time and place, where the line tells them. */
static void assert_place(const struct line *line, const struct fix *f)
{
    char word[64];
    if (line->is_position) {
        assert_int_equal(f->has & FIX_HAS_POSITION, FIX_HAS_POSITION);
    }
    if (find_value(line->text, "time_ms", word, sizeof(word))) {
        assert_int_equal(f->gps_time_s * 1000, strtoll(word, NULL, 10));
    }
    if (find_value(line->text, "lat", word, sizeof(word))) {
        assert_near(f->lat_e7, strtod(word, NULL) * 1e7, 100);
    }
    if (find_value(line->text, "lon", word, sizeof(word))) {
        assert_near(f->lon_e7, strtod(word, NULL) * 1e7, 100);
    }
    if (find_value(line->text, "valid", word, sizeof(word))) {
        assert_int_equal((f->flags & FIX_VALID) != 0, strcmp(word, "true") == 0);
    }
}

/* What `also` tells of the line, whose access points all have a MAC. */
static void assert_also(const struct line *line, const struct fix *f)
{
    static const uint8_t no_mac[6];
    for (size_t i = 0; i < f->wifi_count; i++) {
        assert_memory_not_equal(f->wifi[i].mac, no_mac, sizeof(no_mac));
    }
    for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++) {
        if (also[i].number == line->number) {
            assert_int_equal(f->power_mv, also[i].power_mv);
            assert_int_equal(f->battery_percent, also[i].battery_percent);
            assert_int_equal(f->wifi[0].rssi_dbm, also[i].rssi_dbm);
        }
    }
}

/* Whether the frame is one of the Wi-Fi reports that have no checksum. */
static bool is_bare(const struct kit *kit)
{
    struct gt06_frame f = {0};
    return gt06_frame_parse(kit->bytes, &f) == ERR_OK && f.is_bare;
}

/* Runs one line; true where its frame was decoded. */
static bool run_line(const struct line *line)
{
    struct kit kit = {.session = {.device_id = "123456789012345"}};
    static uint8_t raw[LINE_SIZE];
    size_t len = 0;
    size_t used = 0;
    assert_int_equal(hex_decode(bytes_of_text(line->frame), raw, sizeof(raw), &len), ERR_OK);
    enum err e = protocol_gt06.split((struct bytes){raw, len}, &kit.bytes, &used);
    if (e == ERR_OK) {
        e = kit_decode(&kit, kit.bytes);
    }
    if (!line->is_sound && !(e == ERR_OK && is_bare(&kit))) {
        kit_clear(&kit);
        return false;
    }
    assert_int_equal(e, ERR_OK);
    assert_int_equal(used, len);
    assert_true(kit.decoded.len > 0);
    assert_place(line, &kit.decoded.at[0].fix);
    assert_also(line, &kit.decoded.at[0].fix);
    const char *difference = difference_of(line);
    if (difference != NULL) {
        print_message("# n=%ld %s: %s\n", line->number, line->key, difference);
    } else if (line->key[0] != '\0') {
        assert_value(line, &kit.decoded.at[0]);
    }
    kit_clear(&kit);
    return true;
}

static FILE *open_frames(void)
{
    char path[PATH_SIZE];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/vectors/gt06.jsonl",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared");
    return fopen(path, "r");
}

static void test_real_frames(void **state)
{
    (void)state;
    static char text[LINE_SIZE];
    static struct line line;
    size_t count = 0;
    size_t decoded = 0;
    FILE *in = open_frames();
    assert_non_null(in);
    while (fgets(text, sizeof(text), in) != NULL) {
        line_read(&line, text);
        print_message("# n=%ld\n", line.number);
        decoded += run_line(&line) ? 1 : 0;
        count++;
    }
    assert_int_equal(fclose(in), 0);
    print_message("# %zu of %zu frames decoded\n", decoded, count);
    assert_true(count > 0 && decoded * 10 > count * 8);
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
    return cmocka_run_group_tests_name("gt06_frames", tests, NULL, NULL);
}
