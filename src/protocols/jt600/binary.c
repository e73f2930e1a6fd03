/*
 * JT600 binary frames: a location and what stands behind it. A long frame has a length below 256,
 * so that its byte 8 is 0; the length of a short one counts records of 27 bytes.
 *
 *     24 | device 5 BCD | version u8 | kinds u8 | length u16 | one record .. serial u8
 *     24 | device 5 BCD | version, kind: 4 bits each | length u16 | records | serial u8
 *
 *     kind, the low four bits: 1 live, 2 alarm, 3 from memory, 4 the second newest
 *
 * Length counts what follows it, of a short frame without the serial: both have length + 10 bytes.
 *
 *     26 11 23 01 12 00   22 30 12 34   11 35 01 23 4|7   12   2d
 *     DDMMYY  hhmmss      22 30.1234'   113 50.1234'  |   18 kn, 90 deg (course / 2)
 *                                                     flags: 1 fix, 2 north, 4 east
 *
 * A long record goes on: odometer u32 km, satellites u8, vehicle u32, status u16, battery u8 %
 * (ff: charging), CID u16, LAC u16, signal u8 (0 .. 31). Locks, from version 17 on, add: their
 * fence u8, cause u8 (low 4 bits), MNC high u8 (0f: none), 9 reserved, and, where there are 52
 * bytes, CID high u16, MCC u16, MNC u8.
 *
 * Status: 0 the position is from cells, 1 and 2 fence entered and left, 3 rope cut, 4 vibration, 5
 * wants an answer, 8 open for long, 9 wrong passwords, 10 unknown card, 11 low battery, 12 cover
 * opened, 14 motor stuck. Of a lock 6, the rope is in, and 7, the motor has locked, are its state;
 * in JT/T 808 frames of the same maker a set bit says that it is open.
 *
 * A short record of version 1 goes on: satellites u8, power u8, flags u8, altitude u16 m, CID u16,
 * LAC u16, signal u8. Version 2: fuel u8, status 4, odometer u32 km, fuel u8. Version 3: fuel 36
 * bits, odometer 20 bits km, status u24, of which bit 0 is the ignition.
 *
 * Source: the vectors' facts of locks, section 1, and of JT600, section 7.
 */
#include "protocols/jt600/jt600.h"

#include "base/hex.h"
#include "base/units.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"

enum {
    HEAD_SHORT = 9,
    HEAD_LONG = 10,
    UNCOUNTED = 10,
    RECORD_SHORT = 27,
    RECORD_LONG_MIN = 35,
    RECORD_WITH_NETWORK = 52,
    KIND_FROM_MEMORY = 3
};

static bool is_bcd(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] >> 4 > 9 || (in.at[i] & 0x0f) > 9) {
            return false;
        }
    }
    return true;
}

static bool is_long(struct bytes in)
{
    return in.at[HEAD_SHORT - 1] == 0;
}

enum err jt600_binary_len(struct bytes in, size_t *len)
{
    enum { VERSION_MAX = 3 };
    if (!is_bcd(bytes_slice(in, 1, JT600_ID_LEN))) {
        return ERR_MALFORMED;
    }
    if (in.len < HEAD_LONG) {
        return ERR_MORE;
    }
    size_t at = is_long(in) ? HEAD_LONG - 2 : HEAD_SHORT - 2;
    size_t length = (size_t)in.at[at] << 8 | in.at[at + 1];
    unsigned version = in.at[1 + JT600_ID_LEN] >> 4;
    bool is_short =
        length > 0 && length % RECORD_SHORT == 0 && version >= 1 && version <= VERSION_MAX;
    if (is_long(in) ? length < RECORD_LONG_MIN : !is_short) {
        return ERR_MALFORMED;
    }
    *len = length + UNCOUNTED;
    if (*len > JT600_FRAME_MAX) {
        return ERR_TOO_LONG;
    }
    return *len <= in.len ? ERR_OK : ERR_MORE;
}

bool jt600_is_binary(struct bytes in)
{
    return in.len >= HEAD_LONG + FIELD_CIVIL_LEN &&
           is_bcd(bytes_slice(in, is_long(in) ? HEAD_LONG : HEAD_SHORT, FIELD_CIVIL_LEN));
}

static void set_time(struct fix *f, const struct session *s, struct bytes bcd)
{
    struct civil c;
    if (!field_civil_of_bcd(bcd, DATE_DMY, &c)) {
        return;
    }
    if (s == NULL) {
        fix_set_time(f, civil_to_s(&c));
    } else {
        field_set_local_time(f, s, &c);
    }
}

bool jt600_read_location(struct reader *r, const struct session *s, struct fix *f)
{
    enum { FLAG_VALID = 1, FLAG_NORTH = 2, FLAG_EAST = 4, COURSE_CDEG = 200 };
    const uint64_t e4_to_e7 = 1000;
    const uint64_t knots_e7 = 10000000;
    struct bytes time = read_bytes(r, FIELD_CIVIL_LEN);
    int64_t lat_e7 = field_angle_of_ddmm(read_bcd(r, 4) * e4_to_e7);
    uint64_t lon_head = read_bcd(r, 4);
    uint8_t last = read_u8(r);
    int64_t lon_e7 = field_angle_of_ddmm((lon_head * 10 + (last >> 4)) * e4_to_e7);
    uint64_t speed_knots = read_u8(r);
    uint64_t course = read_u8(r);
    if (!reader_ok(r) || last >> 4 > 9 || !is_bcd(time)) {
        return false;
    }
    set_time(f, s, time);
    fix_set_position(f, (last & FLAG_NORTH) != 0 ? lat_e7 : -lat_e7,
                     (last & FLAG_EAST) != 0 ? lon_e7 : -lon_e7, (last & FLAG_VALID) != 0);
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_knots_e7(speed_knots * knots_e7));
    fix_set_course_cdeg(f, course * COURSE_CDEG);
    return true;
}

/* ---- long records ---- */

enum { STATUS_CELLS = 1 << 0, STATUS_CUT = 1 << 3, STATUS_ASKS = 1 << 5 };
enum { STATUS_ROPE_IN = 1 << 6, STATUS_LOCKED = 1 << 7 };

static const struct alarm_row status_rows[] = {
    {1, ALARM_BIT(GEOFENCE_ENTER)}, {2, ALARM_BIT(GEOFENCE_LEAVE)}, {3, ALARM_BIT(ILLEGAL_UNLOCK)},
    {4, ALARM_BIT(VIBRATION)},      {9, ALARM_BIT(ILLEGAL_UNLOCK)}, {10, ALARM_BIT(ILLEGAL_UNLOCK)},
    {11, ALARM_BIT(LOW_BATTERY)},   {12, ALARM_BIT(COVER_OPEN)},
};
static const struct alarm_table status_alarms = ALARM_TABLE(status_rows);

static enum fix_lock lock_of(uint16_t status)
{
    bool is_in = (status & STATUS_ROPE_IN) != 0;
    if ((status & STATUS_LOCKED) != 0) {
        return is_in ? FIX_LOCK_LOCKED_IN : FIX_LOCK_LOCKED_OUT;
    }
    return is_in ? FIX_LOCK_UNLOCKED_IN : FIX_LOCK_UNLOCKED_OUT;
}

/* A cut is what happened, the state of the lock goes beside it. */
static void set_lock(struct fix *f, struct extras *x, uint16_t status)
{
    enum fix_lock state = lock_of(status);
    bool is_cut = (status & STATUS_CUT) != 0;
    fix_set_lock(f, is_cut ? FIX_LOCK_CUT : state);
    if (is_cut) {
        extras_set_text(x, EXTRA_LOCK_EVENT, 0, bytes_of_text(fix_lock_text(state)));
    }
}

static void set_battery(struct fix *f, uint8_t battery)
{
    enum { CHARGING = 0xff };
    if (battery == CHARGING) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    } else {
        fix_set_battery_percent(f, battery);
    }
}

/* What locks add behind the signal, as far as it is there. */
static void read_lock_tail(struct reader *r, struct cell cell, struct fix *f, struct extras *x)
{
    enum { CAUSE_MASK = 0x0f, MNC_HIGH_NONE = 0x0f, RESERVED = 9 };
    struct reader peek = *r;
    uint8_t fence = read_u8(&peek);
    uint8_t cause = read_u8(&peek) & CAUSE_MASK;
    if (!reader_ok(&peek)) {
        return;
    }
    if (fence != 0) {
        extras_set(x, EXTRA_FENCE, 0, fence);
    }
    extras_set(x, EXTRA_EVENT, 0, cause);
    unsigned mnc_high = read_u8(&peek);
    read_skip(&peek, RESERVED);
    cell.cid |= (uint64_t)read_u16be(&peek) << 16;
    cell.mcc = read_u16be(&peek);
    unsigned mnc_low = read_u8(&peek);
    if (reader_ok(&peek) && cell.cid != 0) {
        cell.mnc = (uint16_t)(mnc_high == MNC_HIGH_NONE ? mnc_low : mnc_high << 8 | mnc_low);
        fix_set_cell(f, cell);
    }
}

static void set_source(struct fix *f, uint16_t status)
{
    if ((status & STATUS_CELLS) != 0) {
        f->source = FIX_LBS;
        f->flags &= ~(uint32_t)FIX_VALID;
    }
}

static enum err decode_long(const struct session *s, struct bytes frame, struct decoded *out,
                            struct jt600_hint *hint)
{
    const uint64_t km_m = 1000;
    struct fix fix = {0};
    struct extras x;
    extras_init(&x, out->arena);
    struct reader r = reader_init(bytes_slice(frame, HEAD_LONG, frame.len - HEAD_LONG - 1));
    hint->version = frame.at[1 + JT600_ID_LEN];
    bool is_lock = hint->version >= JT600_LOCK_VERSION;
    if (!jt600_read_location(&r, is_lock ? NULL : s, &fix)) {
        return ERR_MALFORMED;
    }
    fix_set_odometer_m(&fix, read_u32be(&r) * km_m);
    fix_set_satellites(&fix, read_u8(&r));
    read_skip(&r, 4); /* the vehicle */
    uint16_t status = read_u16be(&r);
    set_battery(&fix, read_u8(&r));
    struct cell cell = {0};
    cell.cid = read_u16be(&r);
    cell.lac = read_u16be(&r);
    fix_set_gsm(&fix, read_u8(&r));
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    fix.alarms = alarm_table_of_bits(&status_alarms, status);
    fix_set_alarms_told(&fix, alarm_table_all(&status_alarms));
    if (is_lock) {
        set_lock(&fix, &x, status);
        read_lock_tail(&r, cell, &fix, &x);
    }
    set_source(&fix, status);
    unsigned kind = frame.at[2 + JT600_ID_LEN] & 0x0fU;
    fix.flags |= kind == KIND_FROM_MEMORY ? FIX_REUPLOAD : 0;
    bool is_answered = hint->version >= JT600_P69_VERSION || (status & STATUS_ASKS) != 0;
    hint->reply = is_answered ? JT600_REPLY_RECORD : JT600_REPLY_NONE;
    hint->serial = frame.at[frame.len - 1];
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return ERR_OK;
}

/* ---- short records ---- */

static void read_version_1(struct reader *r, struct fix *f)
{
    enum { POWER_AND_FLAGS = 2, CELL = 4 };
    fix_set_satellites(f, read_u8(r));
    read_skip(r, POWER_AND_FLAGS);
    fix_set_altitude_dm(f, read_u16be(r) * INT64_C(10));
    read_skip(r, CELL); /* its network is not told */
    fix_set_gsm(f, read_u8(r));
    fix_set_alarms_told(f, 0);
}

static void read_version_2(struct reader *r, struct fix *f)
{
    enum { IGNITION = 1 << 0, DOOR = 1 << 6, CHARGING = 1 << 0, CUT_OFF = 1 << 1 };
    static const struct alarm_row rows[] = {
        {8 + 2, ALARM_BIT(SOS)},
        {8 + 3, ALARM_BIT(GPS_ANTENNA)},
        {16 + 2, ALARM_BIT(FATIGUE)},
        {16 + 3, ALARM_BIT(DISPLACEMENT)},
    };
    static const struct alarm_table alarms = ALARM_TABLE(rows);
    const uint64_t km_m = 1000;
    read_skip(r, 1);
    uint8_t first = read_u8(r);
    uint8_t second = read_u8(r);
    uint8_t third = read_u8(r);
    read_skip(r, 1);
    fix_set_odometer_m(f, read_u32be(r) * km_m);
    read_skip(r, 1);
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (first & IGNITION) != 0);
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, (first & DOOR) != 0);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (second & CHARGING) != 0);
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (second & CUT_OFF) != 0);
    f->alarms = alarm_table_of_bits(&alarms, (uint32_t)third << 16 | (uint32_t)second << 8);
    fix_set_alarms_told(f, alarm_table_all(&alarms));
}

static void read_version_3(struct reader *r, struct fix *f)
{
    enum { FUEL = 4, ODOMETER_BITS = 0xfffff, IGNITION = 1 };
    const uint64_t km_m = 1000;
    read_skip(r, FUEL);
    fix_set_odometer_m(f, (read_u24be(r) & ODOMETER_BITS) * km_m);
    uint32_t status = read_u24be(r);
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status & IGNITION) != 0);
    fix_set_alarms_told(f, 0);
}

static enum err decode_short(const struct session *s, struct bytes frame, struct decoded *out)
{
    typedef void tail_reader(struct reader * r, struct fix * f);
    static tail_reader *const tails[] = {read_version_1, read_version_2, read_version_3};
    unsigned version = frame.at[1 + JT600_ID_LEN] >> 4;
    unsigned kind = frame.at[1 + JT600_ID_LEN] & 0x0fU;
    struct reader r = reader_init(bytes_slice(frame, HEAD_SHORT, frame.len - HEAD_SHORT - 1));
    while (reader_left(&r) > 0) {
        struct fix fix = {0};
        if (!jt600_read_location(&r, s, &fix)) {
            return ERR_MALFORMED;
        }
        tails[version - 1](&r, &fix);
        if (!reader_ok(&r)) {
            return ERR_MALFORMED;
        }
        fix.flags |= kind == KIND_FROM_MEMORY ? FIX_REUPLOAD : 0;
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    }
    return ERR_OK;
}

enum err jt600_decode_binary(const struct session *s, struct bytes frame, struct decoded *out,
                             struct jt600_hint *hint)
{
    size_t len = 0;
    if (jt600_binary_len(frame, &len) != ERR_OK || len != frame.len || !jt600_is_binary(frame)) {
        return ERR_MALFORMED;
    }
    char id[2 * JT600_ID_LEN + 1];
    hex_encode(bytes_slice(frame, 1, JT600_ID_LEN), id);
    bytes_to_text(bytes_of_text(id), out->device_id, sizeof(out->device_id));
    return is_long(frame) ? decode_long(s, frame, out, hint) : decode_short(s, frame, out);
}
