/*
 * Protocols against real frames, where they are at hand: ../shared/vectors/NAME.jsonl beside the
 * source, or in the directory that ODOGRAPH_SHARED names. Each line holds a frame, of a session,
 * and perhaps the time, the place or one value that it tells. Protocols that have a test of their
 * own for that (NAME/shared_test.c) are not asked here. Without the files the test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/extras_testing.h"
#include "protocols/protocol.h"

enum { LINE_SIZE = 65536, PATH_SIZE = 1024, FRAME_SIZE = 32768 };

/* What a frame of theirs is not held to, and why. `n` is its number; -1: an encoder's. */
struct exception {
    const char *protocol;
    int n;
    const char *why;
};

static const struct exception exceptions[] = {
    {"teltonika", 4, "a tag of Bluetooth has no member"},
    {"teltonika", 28, "length and checksum are made up"},
    {"teltonika", 33, "length and checksum are made up"},
    {"teltonika", 36, "length and checksum are made up"},
    {"teltonika", 40, "cut off"},
    {"teltonika", 49, "its checksum is wrong"},
    {"suntech", 6, "what it is is configured in the device"},
    {"suntech", 15, "a running number has no member"},
    {"suntech", 16, "the bits of inputs have no member"},
    {"suntech", 24, "fuel of no known unit"},
    {"suntech", 75, "nothing tells that it is a speed"},
    {"suntech", 77, "zeros are no driver"},
    {"watch", 2, "0, 0 is no place"},
    {"watch", 13, "0, 0 is no place"},
    {"watch", 14, "0, 0 is no place"},
    {"watch", 15, "0, 0 is no place"},
    {"watch", 45, "0, 0 is no place"},
    {"watch", 46, "0, 0 is no place"},
    {"watch", 47, "0, 0 is no place"},
    {"meitrack", 19, "cut off"},
    {"meitrack", 34, "its length is made up"},
    {"meitrack", 37, "its length is made up"},
    {"t55", 4, "the same as the RMC beside it"},
    {"t55", 5, "the same as the RMC beside it"},
    {"t55", 30, "0, 0 is no place"},
    {"watch", 49, "a voice is not kept"},
    {"meitrack", 2, "a tag of Bluetooth has no member"},
    {"meitrack", 4, "a tag of Bluetooth has no member"},
    {"meitrack", 5, "a second battery has no member"},
    {"meitrack", 17, "the bits of inputs have no member"},
    {"wialon", 2, "a parameter of a maker has no member"},
    {"tk103", 50, "0, 0 is no place"},
    {"gps103", 34, "two frames: a heartbeat, and a report right behind it"},
    {"gl200text", 17, "AdBlue has no member"},
    {"gl200text", 41, "the battery of a Bluetooth sensor has no member"},
    {"gl200text", 42, "the battery of a Bluetooth sensor has no member"},
    {"gl200text", 45, "the raw number of a fuel sensor has no unit"},
    {"ruptela", 8, "its length is wrong"},
    {"eelink", 18, "0,0 without a fix is no place"},
    {"eelink", 20, "0,0 without a fix is no place"},
    {"castel", 26, "two frames of the same report"},
    {"totem", 0, "its length is made up"},
    {"totem", 7, "its length is made up"},
    {"totem", 25, "its length is wrong"},
    {"totem", 26, "its length is wrong"},
    {"galileo", -1, "ours has a number, which the answer returns"},
};

/* A row of theirs, and what ends a frame that is written without its end. */
struct row {
    const char *protocol;
    const char *end;
};

static const struct row rows[] = {
    {"teltonika", ""},  {"h02", ""},         {"gps103", ";"},      {"tk103", ""},
    {"wialon", "\r\n"}, {"watch", ""},       {"meitrack", "\r\n"}, {"t55", "\r\n"},
    {"suntech", "\r"},  {"teltonika", ""},   {"gl200text", "$"},   {"ruptela", ""},
    {"owntracks", ""},  {"gt02", ""},        {"anytrek", ""},      {"topin", ""},
    {"xexun2", ""},     {"xexun3", ""},      {"castel", ""},       {"totem", ""},
    {"galileo", ""},    {"gl200binary", ""}, {"eelink", ""},       {"xexun", "\n"},
};

static const char *exception_of(const char *protocol, int n)
{
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        if (strcmp(exceptions[i].protocol, protocol) == 0 && exceptions[i].n == n) {
            return exceptions[i].why;
        }
    }
    return NULL;
}

/* ---- what a frame says, and what is expected ---- */

static double decimal(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

/* Their names of alarms. */
static const struct {
    const char *name;
    alarm_set alarms;
} alarm_names[] = {
    {"sos", ALARM_BIT(SOS)},
    {"overspeed", ALARM_BIT(OVERSPEED)},
    {"lowBattery", ALARM_BIT(LOW_BATTERY)},
    {"lowPower", ALARM_BIT(LOW_BATTERY)},
    {"powerCut", ALARM_BIT(POWER_OFF)},
    {"powerOff", ALARM_BIT(POWER_OFF)},
    {"vibration", ALARM_BIT(VIBRATION)},
    {"movement", ALARM_BIT(DISPLACEMENT)},
    {"tow", ALARM_BIT(DISPLACEMENT)},
    {"geofenceEnter", ALARM_BIT(GEOFENCE_ENTER)},
    {"geofenceExit", ALARM_BIT(GEOFENCE_LEAVE)},
    {"hardAcceleration", ALARM_BIT(HARSH_ACCELERATION)},
    {"hardBraking", ALARM_BIT(HARSH_BRAKING)},
    {"hardCornering", ALARM_BIT(HARSH_CORNERING)},
    {"accident", ALARM_BIT(COLLISION)},
    {"removing", ALARM_BIT(REMOVAL)},
    {"tampering", ALARM_BIT(COVER_OPEN)},
    {"fallDown", ALARM_BIT(ROLLOVER)},
    {"fuelLeak", ALARM_BIT(FUEL_DRAIN)},
    {"temperature", ALARM_BIT(TEMPERATURE)},
    {"fatigueDriving", ALARM_BIT(FATIGUE)},
    {"gpsAntennaCut", ALARM_BIT(GPS_ANTENNA)},
};

static bool has_alarm(const struct fix *f, const char *name)
{
    for (size_t i = 0; i < sizeof(alarm_names) / sizeof(alarm_names[0]); i++) {
        if (strcmp(alarm_names[i].name, name) == 0) {
            return (f->alarms & alarm_names[i].alarms) != 0;
        }
    }
    return false;
}

/* Their names of numbers, in their units. NAN: the fix has none of that name. */
static double number_of(const struct fix *f, const char *key)
{
    static const struct {
        const char *key;
        enum fix_has has;
    } known[] = {{"batteryLevel", FIX_HAS_BATTERY_PERCENT},
                 {"power", FIX_HAS_POWER},
                 {"battery", FIX_HAS_BATTERY},
                 {"altitude", FIX_HAS_ALTITUDE},
                 {"fuel", FIX_HAS_FUEL},
                 {"fuel1", FIX_HAS_FUEL},
                 {"odometer", FIX_HAS_ODOMETER}};
    const double values[] = {f->battery_percent,   f->power_mv / 1e3, f->battery_mv / 1e3,
                             f->altitude_dm / 1e1, f->fuel_ml / 1e3,  f->fuel_ml / 1e3,
                             (double)f->odometer_m};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].key, key) == 0) {
            return (f->has & known[i].has) != 0 ? values[i] : NAN;
        }
    }
    bool is_numbered = strncmp(key, "temp", 4) == 0 && isdigit((unsigned char)key[4]);
    bool is_temperature = is_numbered || strcmp(key, "deviceTemp") == 0;
    unsigned sensor = is_numbered ? (unsigned)key[4] - '1' : 0;
    return is_temperature && sensor < f->temperature_count ? f->temperature_c_e2[sensor] / 1e2
                                                           : NAN;
}

static bool has_switch(const struct fix *f, const char *key, bool want)
{
    static const struct {
        const char *key;
        enum fix_has has;
        enum fix_flag flag;
    } known[] = {{"ignition", FIX_HAS_IGNITION, FIX_IGNITION_ON},
                 {"charge", FIX_HAS_CHARGING, FIX_CHARGING},
                 {"motion", FIX_HAS_MOTION, FIX_MOVING},
                 {"door", FIX_HAS_DOOR, FIX_DOOR_OPEN}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].key, key) == 0) {
            return (f->has & (uint32_t)known[i].has) != 0 &&
                   ((f->flags & (uint32_t)known[i].flag) != 0) == want;
        }
    }
    return false;
}

/* Their names of what is an extra value here; a text where `scale` is 0. */
static const struct {
    const char *key;
    enum extra_key extra;
    double scale;
} extra_names[] = {
    {"driverUniqueId", EXTRA_DRIVER, 0}, {"driverUniqueId", EXTRA_CARD, 0},
    {"cardCode", EXTRA_CARD, 0},         {"vin", EXTRA_VIN, 0},
    {"event", EXTRA_EVENT, 1},           {"rpm", EXTRA_RPM, 1},
    {"steps", EXTRA_STEPS, 1},           {"fuelUsed", EXTRA_FUEL_USED, 1e3},
    {"dtcs", EXTRA_TROUBLE_CODE, 0},     {"fuel1", EXTRA_FUEL_PERCENT, 1e2},
    {"adc1", EXTRA_ANALOGUE, 1e3},       {"bloodOxygen", EXTRA_BLOOD_OXYGEN, 1},
};

static bool is_extra(const struct extra *e, double scale, const json_t *value)
{
    const char *text = json_string_value(value);
    if (text != NULL) {
        return e->is_text && bytes_eq(e->text, text);
    }
    return !e->is_text && near((double)e->number, json_number_value(value) * scale, 1e-6);
}

static bool has_extra(const struct message *m, const char *key, const json_t *value)
{
    bool has = false;
    for (size_t i = 0; i < sizeof(extra_names) / sizeof(extra_names[0]); i++) {
        if (strcmp(extra_names[i].key, key) == 0) {
            unsigned index = extra_names[i].extra == EXTRA_ANALOGUE ? 1 : 0;
            struct extra e = extra_of(m, extra_names[i].extra, index);
            has = has || (e.id != 0 && is_extra(&e, extra_names[i].scale, value));
        }
    }
    return has;
}

static bool says_text(const struct message *m, const char *key, const char *text)
{
    if (strcmp(key, "result") == 0 || strcmp(key, "serial") == 0) {
        return m->kind == MESSAGE_RESPONSE && bytes_eq(m->text, text);
    }
    return strcmp(key, "alarm") == 0 ? has_alarm(&m->fix, text)
                                     : strcmp(key, "iccid") == 0 && strcmp(m->fix.iccid, text) == 0;
}

/* The first cell of a network. */
static bool says_network(const struct message *m, const json_t *network)
{
    const json_t *cell = json_array_get(json_object_get(network, "cellTowers"), 0);
    const struct cell *c = &m->fix.cell;
    return (m->fix.has & FIX_HAS_CELL) != 0 && near(c->mcc, decimal(cell, "mcc"), 0) &&
           near(c->mnc, decimal(cell, "mnc"), 0) && near(c->lac, decimal(cell, "lac"), 0) &&
           near((double)c->cid, decimal(cell, "cid"), 0);
}

static bool says(const struct message *m, const char *key, const json_t *value)
{
    const char *text = json_string_value(value);
    if (has_extra(m, key, value) || (text != NULL && says_text(m, key, text))) {
        return true;
    }
    if (json_is_object(value)) {
        return says_network(m, value);
    }
    if (json_is_boolean(value)) {
        return has_switch(&m->fix, key, json_is_true(value));
    }
    return json_is_number(value) && near(number_of(&m->fix, key), json_number_value(value), 0.01);
}

static bool is_place(const struct message *m, const json_t *expect)
{
    const struct fix *f = &m->fix;
    bool is_valid = (f->flags & FIX_VALID) != 0;
    return fix_has_position(f) && near(f->lat_e7 / 1e7, decimal(expect, "lat"), 1e-5) &&
           near(f->lon_e7 / 1e7, decimal(expect, "lon"), 1e-5) &&
           (double)f->gps_time_s == floor(decimal(expect, "time_ms") / 1000) &&
           is_valid == json_is_true(json_object_get(expect, "valid"));
}

/* What does not meet the line; NULL: it all does. */
static const char *fault_of(const struct decoded *d, const json_t *line)
{
    const char *check = json_string_value(json_object_get(line, "check"));
    const json_t *expect = json_object_get(line, "expect");
    const char *key = json_string_value(json_object_get(expect, "key"));
    bool wants_place = strncmp(check, "position", strlen("position")) == 0 &&
                       json_object_get(expect, "check_location") == NULL;
    bool has_position = false;
    bool has_place = json_object_get(expect, "lat") == NULL;
    bool has_value = key == NULL || json_is_null(json_object_get(expect, "value"));
    for (size_t i = 0; i < d->len; i++) {
        has_position = has_position || fix_has_position(&d->at[i].fix);
        has_place = has_place || is_place(&d->at[i], expect);
        has_value = has_value || says(&d->at[i], key, json_object_get(expect, "value"));
    }
    if (wants_place && !has_position) {
        return "has no place";
    }
    if (d->len == 0 && strcmp(check, "null") != 0) {
        return "says nothing";
    }
    return !has_place ? "has another place or time" : !has_value ? "lacks the value" : NULL;
}

/* ---- frames ---- */

static size_t put_http(const json_t *request, char *out)
{
    uint8_t body[FRAME_SIZE / 4];
    size_t len = 0;
    const char *hex = json_string_value(json_object_get(request, "body_hex"));
    if (hex != NULL) {
        assert_int_equal(hex_decode(bytes_of_text(hex), body, sizeof(body), &len), ERR_OK);
    }
    int head = snprintf(out, FRAME_SIZE, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n",
                        json_string_value(json_object_get(request, "method")),
                        json_string_value(json_object_get(request, "url")), len);
    size_t used = (size_t)head;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(request, "headers"), name, value)
    {
        used += (size_t)snprintf(out + used, FRAME_SIZE - used, "%s: %s\r\n", name,
                                 json_string_value(value));
    }
    used += (size_t)snprintf(out + used, FRAME_SIZE - used, "\r\n");
    memcpy(out + used, body, len);
    return used + len;
}

/* The bytes of a line, as a device sends them, but for what ends its frame. */
static size_t put_frame(const json_t *line, uint8_t *out)
{
    const json_t *frame = json_object_get(line, "frame");
    const char *text = json_string_value(frame);
    size_t len = 0;
    if (json_is_object(frame)) {
        return put_http(frame, (char *)out);
    }
    if (strcmp(json_string_value(json_object_get(line, "kind")), "binary") == 0) {
        assert_int_equal(hex_decode(bytes_of_text(text), out, FRAME_SIZE / 2, &len), ERR_OK);
        return len;
    }
    len = strlen(text);
    assert_true(len < FRAME_SIZE / 2);
    memcpy(out, text, len);
    return len;
}

/* Decodes all frames of a line. NULL: it is as expected. */
static const char *run_line(const struct protocol *p, const struct row *row,
                            struct session *session, const json_t *line)
{
    static uint8_t raw[FRAME_SIZE];
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct bytes frame = {0};
    size_t used = 0;
    size_t len = put_frame(line, raw);
    enum err e = protocol_split(p, (struct bytes){raw, len}, &frame, &used);
    if (e == ERR_MORE && row->end[0] != '\0') {
        memcpy(raw + len, row->end, strlen(row->end));
        len += strlen(row->end);
        e = protocol_split(p, (struct bytes){raw, len}, &frame, &used);
    }
    const char *fault = e != ERR_OK ? "is not split" : used != len ? "is split too early" : NULL;
    if (fault == NULL && protocol_decode(p, session, frame, &d) != ERR_OK) {
        fault = "is refused";
    }
    if (fault == NULL) {
        fault = fault_of(&d, line);
    }
    arena_free(&arena);
    return fault;
}

static FILE *open_frames(const char *name)
{
    char path[PATH_SIZE];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/vectors/%s.jsonl",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared", name);
    return fopen(path, "r");
}

/* A session of a device that is known; a frame that names one has its own. */
static struct session known_session(const struct protocol *p)
{
    struct session session = protocol_session(p);
    bytes_to_text(bytes_of_text("123456789012345"), session.device_id, sizeof(session.device_id));
    return session;
}

static unsigned check_line(const struct row *row, const json_t *line, struct session *session)
{
    const struct protocol *p = protocol_find(row->protocol);
    int n = (int)json_integer_value(json_object_get(line, "n"));
    const char *why = exception_of(row->protocol, n);
    const char *fault = run_line(p, row, session, line);
    if ((fault == NULL) == (why == NULL)) {
        return 0;
    }
    print_message("# %s n=%d %s: %s\n", row->protocol, n,
                  fault != NULL ? fault : "is fine, but not", fault != NULL ? "" : why);
    return 1;
}

static void test_real_frames(void **state)
{
    static char text[LINE_SIZE];
    const struct row *row = *state;
    const struct protocol *p = protocol_find(row->protocol);
    FILE *in = open_frames(row->protocol);
    int64_t last = -1;
    unsigned faults = 0;
    assert_non_null(in);
    assert_non_null(p);
    struct session session = known_session(p);
    while (fgets(text, sizeof(text), in) != NULL) {
        json_t *line = json_loads(text, 0, NULL);
        assert_non_null(line);
        int64_t number = json_integer_value(json_object_get(line, "session"));
        session = number != last ? known_session(p) : session;
        last = number;
        faults += check_line(row, line, &session);
        json_decref(line);
    }
    assert_int_equal(fclose(in), 0);
    assert_int_equal(faults, 0);
}

/* ---- encoders ---- */

static const char *run_command(const struct protocol *p, const json_t *line)
{
    uint8_t want[FRAME_SIZE];
    uint8_t got[PROTOCOL_COMMAND_MAX];
    struct writer out = writer_init(got, sizeof(got));
    struct session session = known_session(p);
    const struct device_slot slot = {0};
    struct command_note note = {0};
    const char *text =
        json_string_value(json_object_get(json_object_get(line, "attributes"), "data"));
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text(text != NULL ? text : "")};
    size_t len = put_frame(line, want);
    if (p->command == NULL ||
        p->command(&session, &slot, &what, &note, &out) != COMMAND_IS_WRITTEN) {
        return "is not written";
    }
    return out.len == len && memcmp(got, want, len) == 0 ? NULL : "is written otherwise";
}

static void test_commands(void **state)
{
    static char text[LINE_SIZE];
    char name[64];
    const struct row *row = *state;
    (void)snprintf(name, sizeof(name), "%s.encoder", row->protocol);
    FILE *in = open_frames(name);
    unsigned faults = 0;
    assert_non_null(in);
    while (fgets(text, sizeof(text), in) != NULL) {
        json_t *line = json_loads(text, 0, NULL);
        assert_non_null(line);
        const char *fault = run_command(protocol_find(row->protocol), line);
        const char *kind = json_string_value(json_object_get(line, "command"));
        if (fault != NULL && strcmp(kind, "custom") == 0 &&
            exception_of(row->protocol, -1) == NULL) {
            print_message("# %s: %s %s\n", row->protocol, kind, fault);
            faults++;
        }
        json_decref(line);
    }
    assert_int_equal(fclose(in), 0);
    assert_int_equal(faults, 0);
}

static bool has_file(const char *protocol, const char *suffix)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s%s", protocol, suffix);
    FILE *in = open_frames(name);
    if (in != NULL) {
        (void)fclose(in);
    }
    return in != NULL;
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]), KINDS = 2 };

/* The tests that there are files for. */
struct plan {
    char names[ROWS * KINDS][64];
    struct row each[ROWS];
    struct CMUnitTest tests[ROWS * KINDS];
    size_t count;
};

static void add_test(struct plan *p, size_t row, const char *what, CMUnitTestFunction run)
{
    char *name = p->names[p->count];
    (void)snprintf(name, sizeof(p->names[0]), "%s of %s", what, rows[row].protocol);
    p->each[row] = rows[row];
    p->tests[p->count++] = (struct CMUnitTest){name, run, NULL, NULL, &p->each[row]};
}

int main(void)
{
    static struct plan p;
    for (size_t i = 0; i < ROWS; i++) {
        if (has_file(rows[i].protocol, "")) {
            add_test(&p, i, "frames", test_real_frames);
        }
        if (has_file(rows[i].protocol, ".encoder")) {
            add_test(&p, i, "commands", test_commands);
        }
    }
    if (p.count == 0) {
        (void)puts("1..0 # SKIP no real frames at hand");
        return 0;
    }
    return _cmocka_run_group_tests("shared", p.tests, p.count, NULL, NULL);
}
