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
#include "protocols/figures.h"
#include "protocols/galileo/galileo.h"

enum {
    TAG_IMEI = 0x03,
    TAG_NUMBER = 0x04,
    TAG_PLACE = 0x30,
    TAG_HDOP = 0x35,
    TAG_REFRIGERATOR = 0x5b,
    TAG_ANSWER = 0xe0,
    TAG_TEXT = 0xe1,
    TAG_ARRAY = 0xea,
    TAG_BINARY = 0xeb,
    TAG_EXTENDED = 0xfe
};

static const struct alarm_row state_rows[] = {
    {5, ALARM_BIT(LOW_BATTERY)},
    {6, ALARM_BIT(GPS_ANTENNA)},
    {10, ALARM_BIT(COLLISION)},
};
static const struct alarm_table state_alarms = ALARM_TABLE(state_rows);

/* The lengths of values; of others a byte or their flags tell it. */
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

/* What a value says. */
static const struct figure rows[] = {
    {.id = 0x20, .set = item_time_s},
    {.id = 0x33, .len = 2, .times = 10, .set = item_speed_kmh_e2},
    {.id = 0x33, .at = 2, .times = 10, .set = item_course_cdeg},
    {.id = 0x34, .is_signed = true, .times = 10, .set = item_altitude_dm},
    {.id = TAG_HDOP, .times = 10, .set = item_hdop_e2},
    {.id = 0x40, .bits = 1, .set = item_motion},
    {.id = 0x40, .bit = 9, .bits = 1, .set = item_ignition},
    {.id = 0x40, .bit = 12, .bits = 2, .set = item_gsm_bars},
    {.id = 0x40, .table = &state_alarms},
    {.id = 0x41, .set = item_power_mv},
    {.id = 0x42, .set = item_battery_mv},
    {.id = 0x50, .last = 0x57, .extra = EXTRA_ANALOGUE, .index = 1},
    {.id = 0x70, .last = 0x77, .at = 1, .len = 1, .none = FIGURE_LEAST, .set_at = figure_celsius},
    {.id = 0x80, .last = 0x87, .at = 1, .len = 1, .none = FIGURE_LEAST, .set_at = figure_celsius},
    {.id = 0x80, .last = 0x87, .at = 2, .times = 10000, .per = 255, .extra = EXTRA_HUMIDITY},
    {.id = 0x90, .extra = EXTRA_CARD, .form = FIGURE_HEX},
    {.id = 0xc0, .times = 500, .extra = EXTRA_FUEL_USED},
    {.id = 0xc1, .at = 1, .len = 1, .none = FIGURE_ONES, .plus = -40, .extra = EXTRA_COOLANT},
    {.id = 0xc1, .at = 2, .none = FIGURE_ONES, .per = 8, .extra = EXTRA_RPM},
    {.id = 0xc2, .times = 5, .set = item_odometer_m},
    {.id = 0xd3, .extra = EXTRA_CARD, .form = FIGURE_HEX, .index = 1},
    {.id = 0xd4, .set = item_odometer_m},
};
static const struct figures list = {FIGURES(rows), .is_little = true};

/* A record while it is read. */
struct record {
    struct report report;
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
    switch (tag) {
    case TAG_TEXT:
    case TAG_ARRAY:
    case TAG_BINARY:
        return read_u8(&r) + (size_t)1;
    case TAG_EXTENDED:
        return read_u16le(&r) + (size_t)2;
    case TAG_REFRIGERATOR:
        return refrigerator_len(r);
    default:
        break;
    }
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (tag >= lengths[i].first && tag <= lengths[i].last) {
            return lengths[i].len;
        }
    }
    return 0;
}

/* ---- values ---- */

static void read_place(struct reader r, struct record *out)
{
    enum { LOW = 0x0f, NIBBLE = 4, BY_CELLS = 2, E6_TO_E7 = 10 };
    struct fix *f = &out->report.fix;
    unsigned first = read_u8(&r);
    int64_t lat_e6 = (int32_t)read_u32le(&r);
    int64_t lon_e6 = (int32_t)read_u32le(&r);
    out->is_gps = first >> NIBBLE == 0;
    fix_set_position(f, lat_e6 * E6_TO_E7, lon_e6 * E6_TO_E7, out->is_gps);
    if (first >> NIBBLE == BY_CELLS) {
        f->source = FIX_LBS;
    } else {
        fix_set_satellites(f, first & LOW);
    }
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

static void read_value(unsigned tag, struct bytes value, struct record *out)
{
    struct reader r = reader_init(value);
    if (tag == TAG_PLACE) {
        read_place(r, out);
    } else if (tag == TAG_ANSWER) {
        out->number = read_u32le(&r);
    } else if (tag == TAG_TEXT) {
        out->text = text_of(out->report.extras.arena, bytes_slice(value, 1, SIZE_MAX));
        out->has_text = true;
    } else if (tag != TAG_HDOP || out->is_gps) {
        figure_read(&list, tag, value, &out->report);
    }
}

/* ---- records ---- */

static void begin(struct record *record, const struct decoded *out)
{
    *record = (struct record){0};
    report_begin(&record->report, out);
}

static void finish(const struct record *from, struct decoded *out)
{
    if (from->has_text) {
        struct message *m = decoded_add(out, MESSAGE_RESPONSE);
        m->answer.tie = from->number;
        m->text = from->text;
    }
    if (from->has_report) {
        report_add(&from->report, MESSAGE_FIX, out);
    }
}

void galileo_read_tags(struct bytes tags, struct decoded *out)
{
    struct reader r = reader_init(tags);
    struct record *record = arena_new(out->arena, sizeof(*record));
    unsigned before = 0;
    begin(record, out);
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
            begin(record, out);
        }
        before = tag == TAG_EXTENDED ? before : tag;
        if (tag == TAG_IMEI) {
            bytes_to_text(value, out->device_id, sizeof(out->device_id));
        }
        record->has_report =
            record->has_report || (tag > TAG_NUMBER && tag != TAG_ANSWER && tag != TAG_TEXT);
        read_value(tag, value, record);
    }
    finish(record, out);
    if (out->len == 0) {
        decoded_add(out, MESSAGE_LOGIN);
    }
}
