/*
 * What Eelink packages say; numbers are big-endian.
 *
 *     old block    time u32 | lat i32, lon i32 / 1800000 deg | speed u8 km/h | course u16 | mcc,
 * mnc, lac u16 | cid u24 | flags u8, bit 0 a fix new block    time u32 | mask u8, then bit 0: lat,
 * lon, altitude i16 m, speed u16, course u16, satellites u8 | 1: mcc, mnc, lac u16, cid u32, signal
 * u8 | 2, 3: lac, cid, signal | 4, 5, 6: MAC, signal | 7: kind u8, count u8 and, of a count, mcc,
 * mnc, lac, tac u16, cid u32, advance u16, then {cell u16, channel u16, signal u8} state u16 pairs
 * of "has it" and its value: 1, 2 ignition; 5, 6 relay; 7, 8 charging; 9 moving; bit 0 a fix
 *
 * That the relay has cut where its bit is 0 was seen with old and new devices; a server takes it
 * the other way for new ones.
 *
 * Source: the vectors' facts, section 7.
 */
#include <string.h>

#include "protocols/alarm_table.h"
#include "protocols/eelink/eelink.h"
#include "protocols/fields.h"

static int64_t angle_e7(struct reader *r)
{
    enum { E7_OF_UNITS = 50, PER = 9 }; /* 1e7 / 1800000 */
    return (int32_t)read_u32be(r) * (int64_t)E7_OF_UNITS / PER;
}

static void read_old_block(struct reader *r, struct fix *f)
{
    fix_set_time(f, read_u32be(r));
    int64_t lat = angle_e7(r);
    int64_t lon = angle_e7(r);
    fix_set_speed_kmh_e2(f, read_u8(r) * UINT64_C(100));
    fix_set_course_cdeg(f, read_u16be(r) * UINT64_C(100));
    struct cell cell = {.mcc = read_u16be(r), .mnc = read_u16be(r), .lac = read_u16be(r)};
    cell.cid = read_u24be(r);
    bool is_valid = (read_u8(r) & 1) != 0;
    if (reader_ok(r)) {
        fix_set_position(f, lat, lon, is_valid);
        if (cell.mcc != 0) {
            fix_set_cell(f, cell);
        }
    }
}

static void read_place(struct reader *r, struct fix *f)
{
    int64_t lat = angle_e7(r);
    int64_t lon = angle_e7(r);
    fix_set_altitude_dm(f, (int16_t)read_u16be(r) * INT64_C(10));
    fix_set_speed_kmh_e2(f, read_u16be(r) * UINT64_C(100));
    fix_set_course_cdeg(f, read_u16be(r) * UINT64_C(100));
    fix_set_satellites(f, read_u8(r));
    if (reader_ok(r)) {
        fix_set_position(f, lat, lon, true);
    }
}

/* The cells around a 4G module, of which the first one told serves. */
static void read_wide_cells(struct reader *r, struct fix *f)
{
    enum { NEIGHBOUR_LEN = 5 };
    read_skip(r, 1);
    size_t count = read_u8(r);
    if (count == 0) {
        return;
    }
    struct cell cell = {.mcc = read_u16be(r), .mnc = read_u16be(r)};
    read_skip(r, 2);
    cell.lac = read_u16be(r);
    cell.cid = read_u32be(r);
    read_skip(r, 2 + count * NEIGHBOUR_LEN);
    if (reader_ok(r)) {
        fix_set_cell(f, cell);
    }
}

static void read_new_block(struct reader *r, struct fix *f)
{
    enum { PLACE = 1, CELL = 2, NEIGHBOUR = 4, NEIGHBOURS = 2, NEIGHBOUR_LEN = 7 };
    enum { WIFI = 0x10, WIFIS = 3, WIDE = 0x80 };
    fix_set_time(f, read_u32be(r));
    unsigned mask = read_u8(r);
    if ((mask & PLACE) != 0) {
        read_place(r, f);
    }
    if ((mask & CELL) != 0) {
        struct cell cell = {.mcc = read_u16be(r), .mnc = read_u16be(r), .lac = read_u16be(r)};
        cell.cid = read_u32be(r);
        read_skip(r, 1);
        fix_set_cell(f, cell);
    }
    for (unsigned i = 0; i < NEIGHBOURS; i++) {
        read_skip(r, (mask & (unsigned)NEIGHBOUR << i) != 0 ? NEIGHBOUR_LEN : 0);
    }
    for (unsigned i = 0; i < WIFIS; i++) {
        struct bytes mac = read_bytes(r, (mask & (unsigned)WIFI << i) != 0 ? FIELD_MAC_LEN : 0);
        int rssi = mac.len > 0 ? (int8_t)read_u8(r) : 0;
        if (mac.len > 0 && reader_ok(r)) {
            fix_add_wifi(f, mac.at, rssi);
        }
    }
    if ((mask & WIDE) != 0) {
        read_wide_cells(r, f);
    }
}

static void set_pair(struct fix *f, unsigned bits, enum fix_has has, enum fix_flag flag)
{
    if ((bits & 1) != 0) {
        fix_set_switch(f, has, flag, (bits & 2) != 0);
    }
}

/* A state may be missing at the end of a package. */
static void read_state(struct reader *r, struct fix *f)
{
    enum { CAR = 1, SENSOR = 3, RELAY = 5, CHARGER = 7, MOVES = 9 };
    if (reader_left(r) < 2) {
        return;
    }
    unsigned state = read_u16be(r);
    set_pair(f, state >> CAR, FIX_HAS_IGNITION, FIX_IGNITION_ON);
    set_pair(f, state >> CHARGER, FIX_HAS_CHARGING, FIX_CHARGING);
    if ((state >> RELAY & 1) != 0) {
        fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (state >> (RELAY + 1) & 1) == 0);
    }
    if ((state >> SENSOR & 1) != 0) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, (state >> MOVES & 1) != 0);
    }
}

static void read_alarm(struct reader *r, struct fix *f)
{
    static const struct alarm_row rows[] = {
        {0x01, ALARM_BIT(POWER_OFF)},      {0x02, ALARM_BIT(SOS)},
        {0x03, ALARM_BIT(LOW_BATTERY)},    {0x04, ALARM_BIT(VIBRATION)},
        {0x08, ALARM_BIT(GPS_ANTENNA)},    {0x09, ALARM_BIT(GPS_ANTENNA)},
        {0x25, ALARM_BIT(REMOVAL)},        {0x82, ALARM_BIT(OVERSPEED)},
        {0x83, ALARM_BIT(GEOFENCE_ENTER)}, {0x84, ALARM_BIT(GEOFENCE_LEAVE)},
        {0x85, ALARM_BIT(COLLISION)},      {0x86, ALARM_BIT(ROLLOVER)},
    };
    static const struct alarm_table table = ALARM_TABLE(rows);
    alarm_set alarms = alarm_table_of_code(&table, read_u8(r));
    f->alarms |= alarms;
    fix_set_alarms_told(f, alarms);
}

/* Groups of sensors; each is there only where its bytes are. */
static void read_sensors(struct reader *r, struct fix *f, struct extras *x)
{
    enum { PAIR = 4, CLIMATE = 12, PER_DEGREE = 256, PER_DEGREE_2 = 16 };
    const uint32_t light_per = 256;
    if (reader_left(r) >= 2) {
        fix_set_battery_mv(f, read_u16be(r));
    }
    for (unsigned i = 1; i <= 2 && reader_left(r) >= 2; i++) {
        extras_set(x, EXTRA_ANALOGUE, i, read_u16be(r));
    }
    if (reader_left(r) >= PAIR) {
        fix_set_odometer_m(f, read_u32be(r));
    }
    read_skip(r, reader_left(r) >= PAIR ? PAIR : reader_left(r));
    if (reader_left(r) >= PAIR) {
        extras_set(x, EXTRA_STEPS, 0, read_u16be(r));
        read_skip(r, 2);
    }
    if (reader_left(r) >= CLIMATE) {
        fix_set_temperature(f, 0, (int16_t)read_u16be(r) * INT64_C(100) / PER_DEGREE);
        extras_set(x, EXTRA_HUMIDITY, 0, read_u16be(r) * INT64_C(10));
        extras_set(x, EXTRA_LIGHT, 0, read_u32be(r) / light_per);
        read_skip(r, sizeof(uint32_t));
    }
    if (reader_left(r) >= 2) {
        fix_set_temperature(f, 1, (int16_t)read_u16be(r) * INT64_C(100) / PER_DEGREE_2);
    }
}

/* Behind the old block of 02: all or none. */
static void read_old_sensors(struct reader *r, struct fix *f, struct extras *x)
{
    enum { ALL = 8 };
    if (reader_left(r) < ALL) {
        return;
    }
    fix_set_battery_mv(f, read_u16be(r));
    read_skip(r, 2);
    extras_set(x, EXTRA_ANALOGUE, 1, read_u16be(r));
    extras_set(x, EXTRA_ANALOGUE, 2, read_u16be(r));
}

static void read_old_state(struct reader *r, struct fix *f)
{
    enum { ON = 1, OFF = 2, WITH_TIME = 3 };
    unsigned kind = read_u8(r);
    if (kind == ON || kind == OFF) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, kind == ON);
    }
    read_skip(r, kind >= ON && kind <= WITH_TIME && reader_left(r) >= 4 ? 4 : 0);
    read_state(r, f);
}

/* Either a state, or what a vehicle tells. */
static void read_old_obd(struct reader *r, struct fix *f)
{
    enum { STATE_LEN = 4, ODOMETER = 0x8a, ITEM_LEN = 5 };
    if (reader_left(r) == STATE_LEN) {
        read_state(r, f);
        return;
    }
    fix_set_time(f, read_u32be(r));
    while (reader_left(r) >= ITEM_LEN) {
        unsigned id = read_u8(r);
        int64_t value = (int32_t)read_u32be(r);
        if (id == ODOMETER && value >= 0) {
            fix_set_odometer_m(f, (uint64_t)value * 1000);
        }
    }
}

/* ---- answers ---- */

/* What stands behind `name` in a text, up to a comma or a line end. */
static struct bytes part_of(struct bytes text, const char *name)
{
    while (text.len > 0 && !bytes_begin(text, name)) {
        text = bytes_slice(text, 1, SIZE_MAX);
    }
    struct bytes part = bytes_slice(text, strlen(name), SIZE_MAX);
    part = bytes_slice(part, 0, bytes_find(part, ','));
    return bytes_slice(part, 0, bytes_find(part, '\n'));
}

/* "N52.500000": the letter first. */
static bool read_degrees(struct bytes part, char negative, int64_t *value_e7)
{
    bool is_read = part.len > 1 && parse_decimal_e7(bytes_slice(part, 1, SIZE_MAX), value_e7);
    *value_e7 = is_read && part.at[0] == (uint8_t)negative ? -*value_e7 : *value_e7;
    return is_read;
}

/* Where an answer is a place. */
static bool read_place_text(struct bytes text, struct fix *f)
{
    const int64_t e7_per_e2 = 100000;
    int64_t lat = 0;
    int64_t lon = 0;
    int64_t value = 0;
    struct civil c;
    struct bytes time = part_of(text, "DateTime:");
    struct bytes speed = part_of(text, "Speed:");
    time = time.len > 0 ? time : part_of(text, "Date Time:");
    if (!read_degrees(part_of(text, "Lat:"), 'S', &lat) ||
        !read_degrees(part_of(text, "Lon:"), 'W', &lon) || !field_civil_of_text(time, &c)) {
        return false;
    }
    fix_set_position(f, lat, lon, true);
    fix_set_time(f, civil_to_s(&c));
    if (parse_decimal_e7(part_of(text, "Course:"), &value) && value >= 0) {
        fix_set_course_cdeg(f, (uint64_t)(value / e7_per_e2));
    }
    size_t unit =
        bytes_find(speed, 'K') < speed.len ? bytes_find(speed, 'K') : bytes_find(speed, 'k');
    if (parse_decimal_e7(bytes_slice(speed, 0, unit), &value) && value >= 0) {
        fix_set_speed_kmh_e2(f, (uint64_t)(value / e7_per_e2));
    }
    fix_set_alarms_told(f, 0);
    return true;
}

static void read_answer(struct reader *r, struct decoded *out)
{
    struct fix f = {0};
    read_skip(r, 1);
    uint32_t tie = read_u32be(r);
    struct bytes text = field_trimmed(bytes_slice(read_rest(r), 0, MESSAGE_TEXT_MAX));
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->answer.tie = tie;
    m->text = text;
    if (read_place_text(text, &f)) {
        decoded_add(out, MESSAGE_FIX)->fix = f;
    }
}

/* ---- all of them ---- */

/* What stands behind the block of a report. */
static void read_behind(unsigned type, struct reader *r, struct fix *f, struct extras *x)
{
    switch (type) {
    case EELINK_OLD_GPS:
        read_state(r, f);
        read_old_sensors(r, f, x);
        break;
    case EELINK_OLD_ALARM:
        read_alarm(r, f);
        break;
    case EELINK_OLD_STATE:
        read_old_state(r, f);
        break;
    case EELINK_LOCATION:
        read_state(r, f);
        read_sensors(r, f, x);
        break;
    case EELINK_WARNING:
        read_alarm(r, f);
        read_state(r, f);
        break;
    case EELINK_REPORT:
        read_skip(r, 1);
        read_state(r, f);
        break;
    default:
        break;
    }
}

static void read_report(unsigned type, struct reader *r, struct decoded *out)
{
    struct fix f = {0};
    struct extras x;
    extras_init(&x, out->arena);
    fix_set_alarms_told(&f, 0);
    if (type == EELINK_OLD_OBD) {
        read_old_obd(r, &f);
    } else if (type <= EELINK_OLD_SMS) {
        read_old_block(r, &f);
    } else {
        read_new_block(r, &f);
    }
    if (reader_ok(r)) {
        read_behind(type, r, &f, &x);
    }
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = f;
    m->extras = extras_pack(&x);
}

enum err eelink_read(unsigned type, struct reader *r, struct decoded *out)
{
    bool is_old = type == EELINK_OLD_GPS || (type >= EELINK_OLD_ALARM && type <= EELINK_OLD_OBD);
    bool is_new =
        type >= EELINK_LOCATION && type <= EELINK_OBD_FAULT && type != EELINK_LOCATION + 1;
    if (type == EELINK_HEARTBEAT) {
        read_state(r, &decoded_add(out, MESSAGE_HEARTBEAT)->fix);
    } else if (type == EELINK_ANSWER) {
        read_answer(r, out);
    } else if (is_old || is_new) {
        read_report(type, r, out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}
