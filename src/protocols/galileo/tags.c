/*
 * Galileosky tags: a byte that names it, and a value whose length the tag tells. Several records
 * stand in a packet, the oldest first; in a record tags rise, so that one that does not begins the
 * next. Tag fe stands apart.
 *
 *     03  IMEI           20  time u32          30  satellites and quality u8, lat i32, lon i32 1e-6
 *     33  speed u16 0.1 km/h, course u16 0.1   34  altitude i16 m    35  HDOP u8, 0.1
 *     40  state u16      41, 42  supply and battery mV     50..57  inputs mV
 *     70..77  thermometers     80..87  with humidity       e0, e1  number and text of an answer
 *
 * Inputs may be set to count pulses; that is not told, and they are taken for millivolts. Raw
 * levels of fuel sensors have no unit and are left out.
 *
 * Source: the vectors' facts, section 2.
 */
#include <string.h>

#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/galileo/galileo.h"

enum { TAG_IMEI = 0x03, TAG_NUMBER = 0x04, TAG_EXTENDED = 0xfe, TAG_REFRIGERATOR = 0x5b };

/* The lengths of values; 1 + n: a byte tells it. */
static const struct {
    uint8_t first;
    uint8_t last;
    uint8_t len;
} lengths[] = {
    {0x01, 0x02, 1}, {0x03, 0x03, 15}, {0x04, 0x04, 2}, {0x10, 0x10, 2},  {0x20, 0x20, 4},
    {0x21, 0x21, 2}, {0x30, 0x30, 9},  {0x33, 0x33, 4}, {0x34, 0x34, 2},  {0x35, 0x35, 1},
    {0x40, 0x42, 2}, {0x43, 0x43, 1},  {0x44, 0x44, 4}, {0x45, 0x46, 2},  {0x47, 0x47, 4},
    {0x48, 0x48, 2}, {0x50, 0x59, 2},  {0x5a, 0x5a, 4}, {0x5c, 0x5c, 68}, {0x5d, 0x5d, 3},
    {0x60, 0x62, 2}, {0x63, 0x6f, 3},  {0x70, 0x7d, 2}, {0x80, 0x87, 3},  {0x88, 0x8c, 1},
    {0x90, 0x90, 4}, {0xa0, 0xaf, 1},  {0xb0, 0xb9, 2}, {0xc0, 0xc3, 4},  {0xc4, 0xd2, 1},
    {0xd3, 0xd4, 4}, {0xd5, 0xd5, 1},  {0xd6, 0xda, 2}, {0xdb, 0xe0, 4},  {0xe2, 0xe9, 4},
    {0xf0, 0xf9, 4}, {0xfa, 0xfa, 3},  {0xfd, 0xfd, 8},
};

/* A record while it is read. */
struct record {
    struct fix fix;
    struct extras extras;
    bool has_report; /* a tag beside those that name the tracker */
    bool is_gps;     /* the place comes from satellites */
    uint32_t number; /* of the command that a text answers */
    struct bytes text;
    bool has_text;
};

/* Type u8, flags u16, inputs u8, then by the flags. */
static size_t refrigerator_len(struct reader r)
{
    static const uint8_t by_bit[] = {0, 10, 10, 10, 2, 2, 2, 2, 2, 2, 32, 20, 12, 2, 2};
    size_t len = 4;
    read_skip(&r, 1);
    unsigned flags = read_u16le(&r);
    for (size_t bit = 0; bit < sizeof(by_bit); bit++) {
        len += (flags >> bit & 1) != 0 ? by_bit[bit] : 0;
    }
    return len;
}

/* The length of the value of `tag`, which `r` holds; 0: not known. */
static size_t length_of(unsigned tag, struct reader r)
{
    enum { TEXT = 0xe1, ARRAY = 0xea, BINARY = 0xeb };
    if (tag == TEXT || tag == ARRAY || tag == BINARY) {
        return read_u8(&r) + (size_t)1;
    }
    if (tag == TAG_EXTENDED) {
        return read_u16le(&r) + (size_t)2;
    }
    if (tag == TAG_REFRIGERATOR) {
        return refrigerator_len(r);
    }
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (tag >= lengths[i].first && tag <= lengths[i].last) {
            return lengths[i].len;
        }
    }
    return 0;
}

/* ---- values ---- */

static void read_place(struct reader *r, struct record *out)
{
    enum { LOW = 0x0f, NIBBLE = 4, BY_CELLS = 2, E6_TO_E7 = 10 };
    unsigned first = read_u8(r);
    int64_t lat_e6 = (int32_t)read_u32le(r);
    int64_t lon_e6 = (int32_t)read_u32le(r);
    out->is_gps = first >> NIBBLE == 0;
    fix_set_position(&out->fix, lat_e6 * E6_TO_E7, lon_e6 * E6_TO_E7, out->is_gps);
    if (first >> NIBBLE == BY_CELLS) {
        out->fix.source = FIX_LBS;
    } else {
        fix_set_satellites(&out->fix, first & LOW);
    }
}

static void read_state(struct reader *r, struct record *out)
{
    static const struct alarm_row rows[] = {
        {5, ALARM_BIT(LOW_BATTERY)},
        {6, ALARM_BIT(GPS_ANTENNA)},
        {10, ALARM_BIT(COLLISION)},
    };
    static const struct alarm_table table = ALARM_TABLE(rows);
    enum { ENGINE = 9, SIGNAL = 12, SIGNAL_MASK = 3 };
    unsigned state = read_u16le(r);
    fix_set_switch(&out->fix, FIX_HAS_MOTION, FIX_MOVING, (state & 1) != 0);
    fix_set_switch(&out->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, (state >> ENGINE & 1) != 0);
    fix_set_gsm_bars(&out->fix, state >> SIGNAL & SIGNAL_MASK);
    out->fix.alarms |= alarm_table_of_bits(&table, state);
    fix_set_alarms_told(&out->fix, alarm_table_all(&table));
}

/* Fuel, coolant and engine speed of a vehicle's bus. */
static void read_engine(struct reader *r, struct record *out)
{
    enum { COLDEST = -40, NONE = 0xff, RPM_NONE = 0xffff, PER_RPM = 8 };
    read_skip(r, 1);
    unsigned coolant = read_u8(r);
    unsigned rpm = read_u16le(r);
    if (coolant != NONE) {
        extras_set(&out->extras, EXTRA_COOLANT, 0, (int64_t)coolant + COLDEST);
    }
    if (rpm != RPM_NONE) {
        extras_set(&out->extras, EXTRA_RPM, 0, rpm / PER_RPM);
    }
}

static void read_thermometer(unsigned index, struct bytes value, struct record *out)
{
    enum { WITH_HUMIDITY = 3, BROKEN = -128, HUMIDITY_MAX = 255 };
    int8_t degrees = (int8_t)value.at[1];
    if (degrees != BROKEN) {
        fix_set_temperature(&out->fix, index, degrees * INT64_C(100));
    }
    if (value.len == WITH_HUMIDITY) {
        extras_set(&out->extras, EXTRA_HUMIDITY, index,
                   value.at[2] * INT64_C(10000) / HUMIDITY_MAX);
    }
}

/* The key of an iButton, of which the last byte comes first. */
static void read_button(unsigned index, struct bytes value, struct record *out)
{
    uint8_t turned[sizeof(uint32_t)];
    for (size_t i = 0; i < sizeof(turned); i++) {
        turned[i] = value.at[sizeof(turned) - 1 - i];
    }
    extras_set_hex(&out->extras, EXTRA_CARD, index, (struct bytes){turned, sizeof(turned)});
}

/* A text in the Russian code page 1251, of which letters are taken and other signs are '?'. */
static struct bytes text_of(struct arena *arena, struct bytes in)
{
    enum { LETTERS_FROM = 0xc0, CYRILLIC = 0x410, LEAD = 0xc0, TAIL = 0x80, MASK = 0x3f, BITS = 6 };
    uint8_t *out = arena_new(arena, 2 * in.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        unsigned c = in.at[i];
        if (c >= LETTERS_FROM) {
            unsigned code = CYRILLIC + c - LETTERS_FROM;
            out[len++] = (uint8_t)(LEAD | code >> BITS);
            out[len++] = (uint8_t)(TAIL | (code & MASK));
        } else {
            out[len++] = (uint8_t)(c >= ' ' && c < 0x7f ? c : '?');
        }
    }
    return (struct bytes){out, len};
}

static void read_motion(struct reader *r, struct record *out)
{
    fix_set_speed_kmh_e2(&out->fix, read_u16le(r) * UINT64_C(10));
    fix_set_course_cdeg(&out->fix, read_u16le(r) * UINT64_C(10));
}

static void read_ranges(unsigned tag, struct bytes value, struct record *out)
{
    enum { INPUT = 0x50, INPUTS = 8, WIRE = 0x70, HUMID = 0x80 };
    struct reader r = reader_init(value);
    if (tag >= INPUT && tag < INPUT + INPUTS) {
        extras_set(&out->extras, EXTRA_ANALOGUE, tag - INPUT + 1, read_u16le(&r));
    } else if ((tag >= WIRE && tag < WIRE + INPUTS) || (tag >= HUMID && tag < HUMID + INPUTS)) {
        read_thermometer(tag & (INPUTS - 1), value, out);
    }
}

/* The tags of an engine and of answers. */
static void read_rest_of_tags(unsigned tag, struct bytes value, struct record *out)
{
    enum { USED_ML = 500, CAN_M = 5 };
    struct reader r = reader_init(value);
    switch (tag) {
    case 0x90:
        read_button(0, value, out);
        break;
    case 0xd3:
        read_button(1, value, out);
        break;
    case 0xc0:
        extras_set(&out->extras, EXTRA_FUEL_USED, 0, (int64_t)read_u32le(&r) * USED_ML);
        break;
    case 0xc1:
        read_engine(&r, out);
        break;
    case 0xc2:
        fix_set_odometer_m(&out->fix, (uint64_t)read_u32le(&r) * CAN_M);
        break;
    case 0xd4:
        fix_set_odometer_m(&out->fix, read_u32le(&r));
        break;
    case 0xe0:
        out->number = read_u32le(&r);
        break;
    case 0xe1:
        out->text = text_of(out->extras.arena, bytes_slice(value, 1, SIZE_MAX));
        out->has_text = true;
        break;
    default:
        read_ranges(tag, value, out);
        break;
    }
}

static void read_value(unsigned tag, struct bytes value, struct record *out)
{
    struct reader r = reader_init(value);
    switch (tag) {
    case 0x20:
        fix_set_time(&out->fix, read_u32le(&r));
        break;
    case 0x30:
        read_place(&r, out);
        break;
    case 0x33:
        read_motion(&r, out);
        break;
    case 0x34:
        fix_set_altitude_dm(&out->fix, (int16_t)read_u16le(&r) * INT64_C(10));
        break;
    case 0x35:
        if (out->is_gps) {
            fix_set_hdop_e2(&out->fix, read_u8(&r) * UINT64_C(10));
        }
        break;
    case 0x40:
        read_state(&r, out);
        break;
    case 0x41:
        fix_set_power_mv(&out->fix, read_u16le(&r));
        break;
    case 0x42:
        fix_set_battery_mv(&out->fix, read_u16le(&r));
        break;
    default:
        read_rest_of_tags(tag, value, out);
        break;
    }
}

/* ---- records ---- */

static struct record record_new(struct arena *arena)
{
    struct record record = {0};
    extras_init(&record.extras, arena);
    fix_set_alarms_told(&record.fix, 0);
    return record;
}

static void finish(const struct record *from, struct decoded *out)
{
    if (from->has_text) {
        struct message *m = decoded_add(out, MESSAGE_RESPONSE);
        m->answer.tie = from->number;
        m->text = from->text;
    }
    if (from->has_report) {
        struct message *m = decoded_add(out, MESSAGE_FIX);
        m->fix = from->fix;
        m->extras = extras_pack(&from->extras);
    }
}

void galileo_read_tags(struct bytes tags, struct decoded *out)
{
    enum { NAMES_MAX = TAG_NUMBER, TAG_ANSWER = 0xe0, TAG_TEXT = 0xe1 };
    struct reader r = reader_init(tags);
    struct record *record = arena_new(out->arena, sizeof(*record));
    unsigned before = 0;
    *record = record_new(out->arena);
    while (reader_left(&r) > 0) {
        unsigned tag = read_u8(&r);
        size_t len = length_of(tag, r);
        struct bytes value = read_bytes(&r, len);
        if (len == 0 || !reader_ok(&r)) {
            out->unreadable++;
            break;
        }
        if (tag != TAG_EXTENDED && tag <= before) {
            finish(record, out);
            *record = record_new(out->arena);
        }
        before = tag == TAG_EXTENDED ? before : tag;
        if (tag == TAG_IMEI) {
            bytes_to_text(value, out->device_id, sizeof(out->device_id));
        }
        record->has_report =
            record->has_report || (tag > NAMES_MAX && tag != TAG_ANSWER && tag != TAG_TEXT);
        read_value(tag, value, record);
    }
    finish(record, out);
    if (out->len == 0) {
        decoded_add(out, MESSAGE_LOGIN);
    }
}
