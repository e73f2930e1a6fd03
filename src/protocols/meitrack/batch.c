/*
 * Meitrack reports in binary, little-endian.
 *
 *     CCC  version u16 | record size u16 | records left u32 | records of 52 bytes or more:
 *          event u8 | lat i32 e6 | lon i32 e6 | s since 2000 u32 | valid | satellites | GSM |
 *          km/h u16 | degrees u16 | HDOP u16 e1 | altitude i16 | odometer m u32 | run time s u32 |
 *          MCC MNC LAC CID u16 each | status u16 | input u16 | battery u16 e2 | supply u16 |
 *          fences u32
 *     CCE  records left u32 | count u16 | {length u16 | parameters u16 | four groups}
 *          group: count u8 | {id | value}; an id is one byte, or two where the first is fe; values
 *          have 1, 2 and 4 bytes, in the last group a length u8 and that many
 *
 * Ids that are not known are passed over by their size. More than no records left: what comes is
 * from the device's memory. The supply of CCC is of no known unit, as that of texts.
 *
 * Source: the vectors' facts of Meitrack, section 4.
 */
#include "base/reader.h"
#include "base/units.h"
#include "model/extra.h"
#include "protocols/items.h"
#include "protocols/meitrack/meitrack.h"

/* 2000-01-01T00:00:00Z */
#define EPOCH_S INT64_C(946684800)

enum { E6_TO_E7 = 10, E2_TO_MILLI = 10, E1_TO_E2 = 10, CENTI = 100 };

/* A record on its way. */
struct record {
    struct fix fix;
    struct extras extras;
    int32_t lat_e6;
    int32_t lon_e6;
    bool has_place;
    bool is_valid;
    uint64_t event;
};

static void add(struct record *r, bool is_stored, struct decoded *out)
{
    meitrack_set_event(&r->fix, &r->extras, r->event);
    if (r->has_place) {
        fix_set_position(&r->fix, r->lat_e6 * (int64_t)E6_TO_E7, r->lon_e6 * (int64_t)E6_TO_E7,
                         r->is_valid);
    }
    r->fix.flags |= is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = r->fix;
    m->extras = extras_pack(&r->extras);
}

static void set_cell(struct fix *f, uint16_t mcc, uint16_t mnc, uint16_t lac, uint32_t cid)
{
    if (mcc > 0 && mcc < 1000) {
        fix_set_cell(f, (struct cell){mcc, mnc, lac, cid});
    }
}

/* ---- CCC ---- */

static void read_ccc_record(struct reader *r, struct record *out)
{
    struct fix *f = &out->fix;
    out->event = read_u8(r);
    out->lat_e6 = (int32_t)read_u32le(r);
    out->lon_e6 = (int32_t)read_u32le(r);
    out->has_place = true;
    fix_set_time(f, EPOCH_S + read_u32le(r));
    out->is_valid = read_u8(r) == 1;
    fix_set_satellites(f, read_u8(r));
    fix_set_gsm(f, read_u8(r));
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh(read_u16le(r)));
    fix_set_course_cdeg(f, read_u16le(r) * (uint64_t)CENTI);
    fix_set_hdop_e2(f, read_u16le(r) * (uint64_t)E1_TO_E2);
    fix_set_altitude_dm(f, (int16_t)read_u16le(r) * INT64_C(10));
    fix_set_odometer_m(f, read_u32le(r));
    (void)read_u32le(r);
    uint16_t mcc = read_u16le(r);
    uint16_t mnc = read_u16le(r);
    uint16_t lac = read_u16le(r);
    set_cell(f, mcc, mnc, lac, read_u16le(r));
    read_skip(r, 4);
    fix_set_battery_mv(f, read_u16le(r) * (uint64_t)E2_TO_MILLI);
}

enum err meitrack_read_ccc(struct bytes body, struct decoded *out)
{
    enum { SIZE_MIN = 52 };
    struct reader r = reader_init(body);
    read_skip(&r, 2);
    size_t size = read_u16le(&r);
    bool is_stored = read_u32le(&r) > 0;
    if (!reader_ok(&r) || size < SIZE_MIN) {
        return ERR_MALFORMED;
    }
    while (reader_left(&r) >= size) {
        struct reader one = reader_init(read_bytes(&r, size));
        struct record record = {0};
        extras_init(&record.extras, out->arena);
        read_ccc_record(&one, &record);
        add(&record, is_stored, out);
    }
    return out->len > 0 ? ERR_OK : ERR_MALFORMED;
}

/* ---- CCE ---- */

enum { GROUP_1, GROUP_2, GROUP_4, GROUP_ANY, GROUPS };

static void set_speed(struct fix *f, int64_t kmh)
{
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh((uint32_t)kmh));
}

static void set_course(struct fix *f, int64_t degrees)
{
    fix_set_course_cdeg(f, (uint64_t)degrees * CENTI);
}

static void set_hdop(struct fix *f, int64_t e1)
{
    fix_set_hdop_e2(f, (uint64_t)e1 * E1_TO_E2);
}

static void set_altitude(struct fix *f, int64_t metres)
{
    fix_set_altitude_dm(f, (int16_t)metres * INT64_C(10));
}

static void set_cut(struct fix *f, int64_t outputs)
{
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (outputs & 1) != 0);
}

static void set_time(struct fix *f, int64_t seconds)
{
    fix_set_time(f, EPOCH_S + seconds);
}

/* What a number is. Place, event and fix bit are read by hand. */
static const struct {
    item_setter *set;
    uint16_t id;
    uint16_t scale;
    uint8_t group;
    uint8_t extra; /* enum extra_key */
} rows[] = {
    {item_satellites, 0x06, 1, GROUP_1, 0},
    {item_gsm, 0x07, 1, GROUP_1, 0},
    {set_cut, 0x14, 1, GROUP_1, 0},
    {NULL, 0x9d, 100, GROUP_1, EXTRA_FUEL_PERCENT},
    {item_battery_percent, 0xfe69, 1, GROUP_1, 0},
    {set_speed, 0x08, 1, GROUP_2, 0},
    {set_course, 0x09, 1, GROUP_2, 0},
    {set_hdop, 0x0a, 1, GROUP_2, 0},
    {set_altitude, 0x0b, 1, GROUP_2, 0},
    {item_battery_mv, 0x19, E2_TO_MILLI, GROUP_2, 0},
    {item_power_mv, 0x1a, E2_TO_MILLI, GROUP_2, 0},
    {NULL, 0x29, 1, GROUP_2, EXTRA_FUEL_PERCENT},
    {NULL, 0x99, 1, GROUP_2, EXTRA_RPM},
    {NULL, 0x9c, 1, GROUP_2, EXTRA_COOLANT},
    {set_time, 0x04, 1, GROUP_4, 0},
    {item_odometer_m, 0x0c, 1, GROUP_4, 0},
    {NULL, 0xa0, 1, GROUP_4, EXTRA_FUEL_USED},
};

static void read_row(struct record *out, unsigned group, uint16_t id, uint32_t number)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = (int64_t)number * rows[i].scale;
        if (rows[i].id != id || rows[i].group != group) {
            continue;
        }
        if (rows[i].set != NULL) {
            rows[i].set(&out->fix, value);
        } else {
            extras_set(&out->extras, (enum extra_key)rows[i].extra, 0, value);
        }
    }
}

static void read_number(struct record *out, unsigned group, uint16_t id, uint32_t number)
{
    enum { EVENT = 0x01, VALID = 0x05, EVENT_2 = 0x40, LAT = 0x02, LON = 0x03, DRIVER = 0x25 };
    if ((group == GROUP_1 && id == EVENT) || (group == GROUP_2 && id == EVENT_2)) {
        out->event = number;
    } else if (group == GROUP_1 && id == VALID) {
        out->is_valid = number == 1;
    } else if (group == GROUP_4 && id == LAT) {
        out->lat_e6 = (int32_t)number;
        out->has_place = true;
    } else if (group == GROUP_4 && id == LON) {
        out->lon_e6 = (int32_t)number;
    } else if (group == GROUP_4 && id == DRIVER) {
        extras_set_digits(&out->extras, EXTRA_DRIVER, 0, number);
    }
    read_row(out, group, id, number);
}

/* A tag of Bluetooth: version, name, MAC, battery, temperature and humidity in 1/256. */
static void read_tag(struct reader *r, struct record *out)
{
    enum { MAC_LEN = 6, FRACTION = 256, E2 = 100 };
    read_skip(r, 1);
    read_skip(r, read_u8(r));
    read_skip(r, MAC_LEN + 1);
    int64_t temperature = (int16_t)read_u16le(r) * INT64_C(100);
    int64_t humidity = (int16_t)read_u16le(r) * INT64_C(100);
    if (!reader_ok(r)) {
        return;
    }
    unsigned sensor = out->fix.temperature_count; /* behind those that are there */
    fix_set_temperature(&out->fix, sensor, units_rounded(temperature, FRACTION));
    if (humidity > 0) {
        extras_set(&out->extras, EXTRA_HUMIDITY, sensor, units_rounded(humidity, FRACTION));
    }
}

static void read_cell(struct reader *r, struct record *out)
{
    uint16_t mcc = read_u16le(r);
    uint16_t mnc = read_u16le(r);
    uint16_t lac = read_u16le(r);
    uint32_t cid = read_u32le(r);
    if (reader_ok(r)) {
        set_cell(&out->fix, mcc, mnc, lac, cid);
    }
}

static void read_any(struct record *out, uint16_t id, struct bytes value)
{
    enum { CELL = 0x0e, CELL_LAST = 0x13, NO_CELL = 0x11, WIFI = 0x1d, WIFI_LAST = 0x25 };
    enum { TEMPERATURE = 0x2a, TEMPERATURE_LAST = 0x31, NETWORK = 0x4b, TAG = 0xfe73 };
    enum { MAC_LEN = 6 };
    struct reader r = reader_init(value);
    if (id >= CELL && id <= CELL_LAST && id != NO_CELL) {
        read_cell(&r, out);
    } else if (id >= WIFI && id <= WIFI_LAST) {
        struct bytes mac = read_bytes(&r, MAC_LEN);
        int16_t rssi = (int16_t)read_u16le(&r);
        if (reader_ok(&r) && rssi <= 0 && rssi >= INT8_MIN) {
            fix_add_wifi(&out->fix, mac.at, rssi);
        }
    } else if (id >= TEMPERATURE && id <= TEMPERATURE_LAST) {
        read_skip(&r, 1);
        int16_t e2 = (int16_t)read_u16le(&r);
        if (reader_ok(&r)) {
            fix_set_temperature(&out->fix, (unsigned)(id - TEMPERATURE), e2);
        }
    } else if (id == TAG) {
        read_tag(&r, out);
    }
}

static uint16_t read_id(struct reader *r)
{
    enum { LONG = 0xfe, BITS = 8 };
    unsigned id = read_u8(r);
    return (uint16_t)(id == LONG ? id << BITS | read_u8(r) : id);
}

static void read_group(struct reader *r, unsigned group, struct record *out)
{
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        uint16_t id = read_id(r);
        if (group == GROUP_ANY) {
            struct bytes value = read_bytes(r, read_u8(r));
            read_any(out, id, value);
            continue;
        }
        uint32_t number = group == GROUP_1   ? read_u8(r)
                          : group == GROUP_2 ? read_u16le(r)
                                             : read_u32le(r);
        if (reader_ok(r)) {
            read_number(out, group, id, number);
        }
    }
}

enum err meitrack_read_cce(struct bytes body, struct decoded *out)
{
    struct reader r = reader_init(body);
    bool is_stored = read_u32le(&r) > 0;
    unsigned count = read_u16le(&r);
    for (unsigned i = 0; i < count && reader_ok(&r); i++) {
        struct reader one = reader_init(read_bytes(&r, read_u16le(&r)));
        struct record record = {.event = UINT64_MAX};
        if (!reader_ok(&r)) {
            break;
        }
        extras_init(&record.extras, out->arena);
        read_skip(&one, 2);
        for (unsigned group = 0; group < GROUPS; group++) {
            read_group(&one, group, &record);
        }
        add(&record, is_stored, out);
        out->unreadable += !reader_ok(&one);
    }
    return out->len > 0 && reader_ok(&r) ? ERR_OK : ERR_MALFORMED;
}
