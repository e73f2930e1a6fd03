/*
 * What the adapters of Castel report. Most types begin with 34 bytes of the trip:
 *
 *     ignition on u32 | now u32, UTC | odometer u32 m | trip u32 | fuel u32, u16 | state u32:
 *     4 acceleration, 5 braking, 6 idle, 18 ignition | 8 bytes
 *
 *     1001, 1002  login and logout: trip, count u8, positions      4001  kept u8, the same
 *     4007  number u32, trip, count, positions, count, alarms      4008  trip, a cell, no country
 *     4009  time u32, position                                     400e  as 1002, fuel
 *     4006, 400b  trip, kept u8, count u8, trouble codes: u16, or u16 and two bytes
 *     4002  trip, rate u16, count u8, u16 of each, groups u8, size u8, values    4005  trip, kept
 * u8, count, u16 of each, values: what the engine measures 401f  kept u8, number u32, trip, count,
 * positions, {tag u16, length u16, ..} a002  number u16, u8, u8, failures u8 {u16}, successes u8
 * {tag u16, length u16, text} b001  u16, trip, count, positions          5101  a position
 *
 * An alarm: new u8, 0 where it ended, kind u8, two numbers u16. A trouble code: two bits P C B U,
 * 14 bits. Of what the engine measures, the speed of it alone is known to be in its unit; units of
 * fuel are not known.
 */
#include <string.h>

#include "protocols/alarm_table.h"
#include "protocols/castel/castel.h"
#include "protocols/fields.h"

enum { BIT_IGNITION = 18 };

static const struct alarm_row state_rows[] = {{4, ALARM_BIT(HARSH_ACCELERATION)},
                                              {5, ALARM_BIT(HARSH_BRAKING)}};
static const struct alarm_table state_alarms = ALARM_TABLE(state_rows);

static const struct alarm_row kind_rows[] = {
    {0x01, ALARM_BIT(OVERSPEED)},       {0x02, ALARM_BIT(LOW_BATTERY)},
    {0x03, ALARM_BIT(TEMPERATURE)},     {0x04, ALARM_BIT(HARSH_ACCELERATION)},
    {0x05, ALARM_BIT(HARSH_BRAKING)},   {0x07, ALARM_BIT(DISPLACEMENT)},
    {0x0c, ALARM_BIT(HARSH_CORNERING)}, {0x0d, ALARM_BIT(FATIGUE)},
    {0x0e, ALARM_BIT(POWER_OFF)},       {0x11, ALARM_BIT(COLLISION)},
    {0x12, ALARM_BIT(COVER_OPEN)},      {0x1c, ALARM_BIT(VIBRATION)},
};
static const struct alarm_table kinds = ALARM_TABLE(kind_rows);

static void read_trip(struct reader *r, struct castel_report *out)
{
    enum { TRIP_LEN = 10, TAIL_LEN = 8 };
    read_skip(r, 4);
    uint32_t now_s = read_u32le(r);
    uint32_t odometer_m = read_u32le(r);
    read_skip(r, TRIP_LEN);
    uint32_t state = read_u32le(r);
    read_skip(r, TAIL_LEN);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_time(&out->fix, now_s);
    fix_set_odometer_m(&out->fix, odometer_m);
    fix_set_switch(&out->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, (state >> BIT_IGNITION & 1) != 0);
    out->fix.alarms |= alarm_table_of_bits(&state_alarms, state);
    fix_set_alarms_told(&out->fix, alarm_table_all(&state_alarms));
}

static void add_report(const struct castel_report *report, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = report->fix;
    m->extras = extras_pack(&report->extras);
}

/*
 * Reads positions, of which all but the last are added as reports; the last goes into `report`,
 * where what follows adds to it.
 */
static void read_positions(struct reader *r, struct castel_report *report, struct decoded *out)
{
    struct fix trip = report->fix;
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        struct fix f = trip;
        castel_read_position(r, &f);
        if (!reader_ok(r)) {
            return;
        }
        if (i > 0) {
            decoded_add(out, MESSAGE_FIX)->fix = report->fix;
        }
        report->fix = f;
    }
}

/* Reads `count` alarms. */
static void read_alarms(struct reader *r, unsigned count, struct fix *f)
{
    enum { ON = 0x16, OFF = 0x17, NUMBERS_LEN = 4 };
    for (unsigned i = 0; i < count; i++) {
        bool is_new = read_u8(r) != 0;
        unsigned kind = read_u8(r);
        read_skip(r, NUMBERS_LEN);
        if (!reader_ok(r)) {
            return;
        }
        alarm_set alarm = alarm_table_of_code(&kinds, kind);
        f->alarms = is_new ? f->alarms | alarm : f->alarms & ~alarm;
        fix_set_alarms_told(f, alarm);
        if (is_new && (kind == ON || kind == OFF)) {
            fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, kind == ON);
        }
    }
}

static void add_code(unsigned code, unsigned index, struct castel_report *report)
{
    enum { LETTER_AT = 14, DIGITS = 0x3fff };
    const char *text =
        arena_format(report->arena, "%c%04X", "PCBU"[code >> LETTER_AT & 3U], code & DIGITS);
    extras_set_text(&report->extras, EXTRA_TROUBLE_CODE, index, bytes_of_text(text));
}

/* Codes of two bytes with `extra` behind each. */
static void read_codes(struct reader *r, size_t extra, struct castel_report *report)
{
    enum { CODES_MAX = 16 };
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && i < CODES_MAX; i++) {
        unsigned code = read_u16le(r);
        read_skip(r, extra);
        if (reader_ok(r)) {
            add_code(code, i, report);
        }
    }
}

/* ---- what the engine measures ---- */

/* How many bytes the value of a number has; 0: that is not known. */
static size_t size_of_value(unsigned id)
{
    static const struct {
        uint8_t first;
        uint8_t last;
        uint8_t size;
    } rows[] = {
        {0x04, 0x09, 1}, {0x0b, 0x0b, 1}, {0x0d, 0x0f, 1}, {0x11, 0x13, 1}, {0x1c, 0x1e, 1},
        {0x2c, 0x30, 1}, {0x33, 0x33, 1}, {0x43, 0x43, 1}, {0x45, 0x4c, 1}, {0x51, 0x52, 1},
        {0x5a, 0x5a, 1}, {0x02, 0x03, 2}, {0x0a, 0x0a, 2}, {0x0c, 0x0c, 2}, {0x10, 0x10, 2},
        {0x14, 0x1b, 2}, {0x1f, 0x1f, 2}, {0x21, 0x23, 2}, {0x31, 0x32, 2}, {0x3c, 0x3f, 2},
        {0x42, 0x42, 2}, {0x44, 0x44, 2}, {0x4d, 0x4e, 2}, {0x50, 0x50, 2}, {0x53, 0x59, 2},
        {0x9d, 0x9d, 2}, {0x00, 0x01, 4}, {0x20, 0x20, 4}, {0x24, 0x2b, 4}, {0x34, 0x3b, 4},
        {0x40, 0x41, 4}, {0x4f, 0x4f, 4}, {0x67, 0x67, 4}, {0xa6, 0xa6, 4},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (id >= rows[i].first && id <= rows[i].last) {
            return rows[i].size;
        }
    }
    return 0;
}

static void set_value(unsigned id, struct bytes value, struct extras *x)
{
    enum { ENGINE_SPEED = 0x0c };
    struct reader r = reader_init(value);
    if (id == ENGINE_SPEED && value.len == 2) {
        extras_set(x, EXTRA_RPM, 0, read_u16le(&r));
    }
}

/* Values behind their numbers; what follows one of no known size is lost. */
static void read_values(struct reader *r, bool in_groups, struct castel_report *report)
{
    unsigned count = read_u8(r);
    struct reader ids = reader_init(read_bytes(r, 2 * (size_t)count));
    read_skip(r, in_groups ? 2 : 0);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        unsigned id = read_u16le(&ids) & UINT8_MAX;
        size_t size = size_of_value(id);
        if (size == 0) {
            return;
        }
        struct bytes value = read_bytes(r, size);
        if (reader_ok(r)) {
            set_value(id, value, &report->extras);
        }
    }
}

/* ---- all in one ---- */

/* Values that each have a length. */
static void read_tagged_values(struct reader *r, struct extras *x)
{
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        unsigned id = read_u16le(r) & UINT8_MAX;
        struct bytes value = read_bytes(r, read_u16le(r));
        if (reader_ok(r)) {
            set_value(id, value, x);
        }
    }
}

static void read_tag(unsigned tag, struct reader *r, struct castel_report *report)
{
    enum { VALUES = 0x02, CODES = 0x06, ALARMS = 0x07, LONG_CODES = 0x0b, TEMPERATURE = 0x10 };
    enum { TEMPERATURE_LAST = 0x14, POWER = 0x20, BATTERY = 0x21, E1_TO_E2 = 10, E2_TO_MILLI = 10 };
    struct fix *f = &report->fix;
    if (tag == VALUES) {
        read_tagged_values(r, &report->extras);
    } else if (tag == CODES || tag == LONG_CODES) {
        read_skip(r, 1);
        read_codes(r, tag == LONG_CODES ? 2 : 0, report);
    } else if (tag == ALARMS) {
        read_skip(r, 4);
        read_alarms(r, read_u8(r), f);
    } else if (tag > TEMPERATURE && tag <= TEMPERATURE_LAST) {
        int64_t celsius_e1 = (int16_t)read_u16le(r);
        fix_set_temperature(f, tag - TEMPERATURE - 1, celsius_e1 * E1_TO_E2);
    } else if (tag == POWER) {
        fix_set_power_mv(f, (uint64_t)read_u16le(r) * E2_TO_MILLI);
    } else if (tag == BATTERY) {
        fix_set_battery_mv(f, (uint64_t)read_u16le(r) * E2_TO_MILLI);
    }
}

static void read_tags(struct reader *r, struct castel_report *report)
{
    while (reader_left(r) > 0) {
        unsigned tag = read_u16le(r);
        struct bytes value = read_bytes(r, read_u16le(r));
        if (reader_ok(r)) {
            struct reader one = reader_init(value);
            read_tag(tag, &one, report);
        }
    }
}

/* ---- the types ---- */

static void read_login(struct reader *r, struct castel_report *report, struct decoded *out)
{
    read_trip(r, report);
    read_positions(r, report, out);
}

static void read_kept(struct reader *r, struct castel_report *report, struct decoded *out)
{
    bool is_kept = read_u8(r) == 1;
    read_trip(r, report);
    report->fix.flags |= is_kept ? (uint32_t)FIX_REUPLOAD : 0;
    read_positions(r, report, out);
}

static void read_alarm_report(struct reader *r, struct castel_report *report, struct decoded *out)
{
    read_skip(r, 4);
    read_login(r, report, out);
    read_alarms(r, read_u8(r), &report->fix);
}

static void read_cell(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_trip(r, report);
}

static void read_sleep(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_skip(r, 4);
    castel_read_position(r, &report->fix);
    fix_set_alarms_told(&report->fix, 0);
}

static void read_bare(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    castel_read_position(r, &report->fix);
    fix_set_alarms_told(&report->fix, 0);
}

static void read_short_codes(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_trip(r, report);
    read_skip(r, 1);
    read_codes(r, 0, report);
}

static void read_long_codes(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_trip(r, report);
    read_skip(r, 1);
    read_codes(r, 2, report);
}

static void read_stream(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_trip(r, report);
    read_skip(r, 2);
    read_values(r, true, report);
}

static void read_snapshot(struct reader *r, struct castel_report *report, struct decoded *out)
{
    (void)out;
    read_trip(r, report);
    read_skip(r, 1);
    read_values(r, false, report);
}

static void read_all_in_one(struct reader *r, struct castel_report *report, struct decoded *out)
{
    bool is_kept = read_u8(r) == 1;
    read_skip(r, 4);
    read_trip(r, report);
    report->fix.flags |= is_kept ? (uint32_t)FIX_REUPLOAD : 0;
    read_positions(r, report, out);
    if (reader_ok(r)) {
        struct reader tags = reader_init(read_rest(r));
        read_tags(&tags, report);
        out->unreadable += reader_ok(&tags) ? 0 : 1;
    }
}

static void read_current(struct reader *r, struct castel_report *report, struct decoded *out)
{
    read_skip(r, 2);
    read_login(r, report, out);
}

static const struct {
    uint16_t type;
    uint16_t answer;
    void (*read)(struct reader *r, struct castel_report *report, struct decoded *out);
} types[] = {
    {0x1001, 0x9001, read_login},
    {0x1002, 0, read_login},
    {0x4001, 0, read_kept},
    {0x4002, 0, read_stream},
    {0x4005, 0, read_snapshot},
    {0x4006, 0, read_short_codes},
    {0x4007, 0xc007, read_alarm_report},
    {0x4008, 0, read_cell},
    {0x4009, 0, read_sleep},
    {0x400b, 0, read_long_codes},
    {0x400e, 0, read_login},
    {0x401f, 0, read_all_in_one},
    {0x5101, 0, read_bare},
    {0xb001, 0, read_current},
};

static enum err read_answers(struct reader *r, struct decoded *out)
{
    enum { FRONT_LEN = 4 };
    read_skip(r, FRONT_LEN);
    read_skip(r, 2 * (size_t)read_u8(r));
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        read_skip(r, 2);
        struct bytes text = field_trimmed(read_bytes(r, read_u16le(r)));
        if (reader_ok(r) && field_is_printable(text)) {
            decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
        }
    }
    if (out->len == 0) {
        decoded_add(out, MESSAGE_OTHER);
    }
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

/* A type without fixes. */
static enum err read_plain(unsigned type, struct reader *r, struct decoded *out,
                           struct castel_answer *answer)
{
    enum { HEARTBEAT = 0x1003, TO_HEARTBEAT = 0x9003, ANSWERS = 0xa002 };
    if (type == ANSWERS) {
        return read_answers(r, out);
    }
    answer->type = type == HEARTBEAT ? TO_HEARTBEAT : 0;
    decoded_add(out, type == HEARTBEAT ? MESSAGE_HEARTBEAT : MESSAGE_OTHER);
    return ERR_OK;
}

enum err castel_read_adapter(const struct castel_frame *f, struct decoded *out,
                             struct castel_answer *answer)
{
    enum { LOGIN = 0x1001, ALARM = 0x4007 };
    struct castel_report report = {.arena = out->arena};
    struct reader r = reader_init(f->content);
    size_t i = 0;
    while (i < sizeof(types) / sizeof(types[0]) && types[i].type != f->type) {
        i++;
    }
    if (i == sizeof(types) / sizeof(types[0])) {
        return read_plain(f->type, &r, out, answer);
    }
    struct reader number = r;
    answer->number = f->type == ALARM ? read_u32le(&number) : 0;
    answer->type = types[i].answer;
    extras_init(&report.extras, out->arena);
    if (f->type == LOGIN) {
        decoded_add(out, MESSAGE_LOGIN);
    }
    types[i].read(&r, &report, out);
    add_report(&report, out);
    return reader_ok(&r) ? ERR_OK : ERR_MALFORMED;
}
