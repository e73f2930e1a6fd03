/*
 * GT06 locations.
 *
 *     offset  0                  6           7         11        15     16
 *             YY MM DD hh mm ss  satellites  latitude  longitude speed  flags
 *             1a 0b 17 01 02 03  cc          u32       u32       u8     u16
 *                                 `- length of the block and, in the low half, satellites
 *
 *     latitude, longitude: degrees * 1800000 (minutes * 30000); speed: km/h
 *     flags: 0-9 course, 10 north, 11 west, 12 GPS fix, 14 bit 15 is told, 15 ACC
 *
 * What follows depends on the type and, where several makers use one type, on the length of the
 * content; `layouts` below says so, the first row that fits wins:
 *
 *     before it      8 bytes IMEI (12 of 34 bytes, 61); source, IMEI, device time (NT20 and XT40)
 *     the cell       as it is, or behind a length byte that counts itself (some count without, and
 *                    some leave it out), or behind the type of its network (38, 39), in 38 after a
 *                    mode and a byte that says whether it was sent late
 *     tail_common    3 or 7 bytes left: ACC, mode, sent late; 4 left: odometer u32 m
 *     tail_acc       ACC, reason, sent late, then perhaps the odometer
 *     tail_status    status, battery, signal, alarm, language (status.c), then the common tail
 *
 * A byte that cannot be right costs its own field alone: where the length of a cell says more than
 * there is, a plain cell is read.
 *
 * Source: the Concox GT06 and Jimi protocol documents; the lengths of the variants are
 * those of real frames.
 */
#include "protocols/gt06/gt06.h"

#include "base/units.h"
#include "protocols/fields.h"

enum { FLAG_NORTH = 1 << 10, FLAG_WEST = 1 << 11, FLAG_VALID = 1 << 12 };
enum { FLAG_ACC_TOLD = 1 << 14, FLAG_ACC = 1 << 15, COURSE_MASK = 0x3ff };

void gt06_read_time(struct reader *r, const struct session *s, struct fix *f)
{
    struct civil c;
    if (field_civil_of_bytes(read_bytes(r, FIELD_CIVIL_LEN), &c)) {
        field_set_local_time(f, s, &c);
    }
}

/* Degrees * 1800000 of the wire to degrees * 1e7. */
static int64_t angle_e7(uint32_t wire)
{
    return ((int64_t)wire * 100 + 9) / 18;
}

void gt06_set_position(struct fix *f, uint32_t lat, uint32_t lon, uint16_t flags)
{
    int64_t lat_e7 = (flags & FLAG_NORTH) != 0 ? angle_e7(lat) : -angle_e7(lat);
    int64_t lon_e7 = (flags & FLAG_WEST) != 0 ? -angle_e7(lon) : angle_e7(lon);
    fix_set_position(f, lat_e7, lon_e7, (flags & FLAG_VALID) != 0);
    fix_set_course_cdeg(f, (flags & COURSE_MASK) * UINT64_C(100));
    if ((flags & FLAG_ACC_TOLD) != 0) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (flags & FLAG_ACC) != 0);
    }
}

void gt06_read_gps(struct reader *r, struct fix *f)
{
    uint8_t satellites = read_u8(r);
    uint32_t lat = read_u32be(r);
    uint32_t lon = read_u32be(r);
    uint8_t speed_kmh = read_u8(r);
    uint16_t flags = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_satellites(f, satellites & 0x0fU);
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh(speed_kmh));
    gt06_set_position(f, lat, lon, flags);
}

static void set_late(struct fix *f, uint8_t late)
{
    f->flags |= late > 0 ? FIX_REUPLOAD : 0;
}

/* ACC, a byte of no use to us (reason, mode), sent late. */
static void read_acc(struct reader *r, struct fix *f)
{
    enum { ACC_LEN = 3 };
    if (reader_left(r) < ACC_LEN) {
        return;
    }
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, read_u8(r) > 0);
    read_skip(r, 1);
    set_late(f, read_u8(r));
}

static void read_odometer(struct reader *r, struct fix *f)
{
    uint32_t odometer_m = read_u32be(r);
    if (reader_ok(r)) {
        fix_set_odometer_m(f, odometer_m);
    }
}

static void tail_common(struct reader *r, struct fix *f)
{
    enum { ACC_LEN = 3, ODOMETER_LEN = 4 };
    if (reader_left(r) == ACC_LEN || reader_left(r) == ACC_LEN + ODOMETER_LEN) {
        read_acc(r, f);
    }
    if (reader_left(r) == ODOMETER_LEN) {
        read_odometer(r, f);
    }
}

static void tail_acc(struct reader *r, struct fix *f)
{
    enum { ODOMETER_LEN = 4 };
    read_acc(r, f);
    if (reader_left(r) == ODOMETER_LEN) {
        read_odometer(r, f);
    }
}

/* 31: ACC, reason, late, odometer if there is room for it, altitude i16. */
static void tail_acc_altitude(struct reader *r, struct fix *f)
{
    enum { ALTITUDE_LEN = 2 };
    read_acc(r, f);
    if (reader_left(r) > ALTITUDE_LEN) {
        read_odometer(r, f);
    }
    int16_t altitude_m = (int16_t)read_u16be(r);
    if (reader_ok(r)) {
        fix_set_altitude_dm(f, altitude_m * INT64_C(10));
    }
}

/* 37: items of a type u16, a length and a value behind the flags. */
static void tail_acc_items(struct reader *r, struct fix *f)
{
    read_acc(r, f);
    gt06_read_items(r, f);
}

static void read_status(struct reader *r, struct fix *f, bool alarm_is_wide)
{
    enum { STATUS_LEN = 3 };
    if (reader_left(r) < STATUS_LEN) {
        return;
    }
    gt06_set_status(f, read_u8(r));
    uint8_t battery = read_u8(r);
    uint8_t signal = read_u8(r);
    if (gt06_is_supply(battery, signal)) {
        fix_set_power_mv(f, ((unsigned)battery << 8 | signal) * UINT64_C(10));
        signal = reader_left(r) > 0 ? read_u8(r) : UINT8_MAX;
    } else {
        gt06_set_battery(f, battery);
    }
    gt06_set_signal(f, signal);
    if (reader_left(r) > 0) {
        unsigned alarm = read_u8(r);
        unsigned language = reader_left(r) > 0 ? read_u8(r) : 0;
        gt06_set_alarm(f, alarm_is_wide ? alarm | (language & 0xf0U) << 4 : alarm);
    }
}

static void tail_status(struct reader *r, struct fix *f)
{
    read_status(r, f, false);
    tail_common(r, f);
}

/* 27, A4: the alarm has 12 bits, and a byte with the number of a fence follows. */
static void tail_status_wide(struct reader *r, struct fix *f)
{
    read_status(r, f, true);
}

/*
 * 38: what is left is items where it begins like one, with a type below 256 and a length that fits.
 */
static void tail_common_or_items(struct reader *r, struct fix *f)
{
    enum { ITEM_LEN = 3 };
    const uint8_t *at = r->in.at + r->pos;
    size_t left = reader_left(r);
    bool is_item =
        left > ITEM_LEN && at[0] == 0 && at[1] > 0 && at[2] > 0 && at[2] <= left - ITEM_LEN;
    if (is_item) {
        gt06_read_items(r, f);
    } else {
        tail_common(r, f);
    }
}

/* 39: then items. */
static void tail_status_items(struct reader *r, struct fix *f)
{
    read_status(r, f, true);
    gt06_read_items(r, f);
}

/* 32 of the SL4X: then the altitude. */
static void tail_status_altitude(struct reader *r, struct fix *f)
{
    read_status(r, f, false);
    int16_t altitude_m = (int16_t)read_u16be(r);
    if (reader_ok(r)) {
        fix_set_altitude_dm(f, altitude_m * INT64_C(10));
    }
}

/* Status bits, supply u16/100 V, signal: of the VXT01 and the S5. */
static void read_status_power(struct reader *r, struct fix *f)
{
    enum { STATUS_POWER_LEN = 4 };
    if (reader_left(r) < STATUS_POWER_LEN) {
        return;
    }
    gt06_set_status(f, read_u8(r));
    fix_set_power_mv(f, read_u16be(r) * UINT64_C(10));
    gt06_set_signal(f, read_u8(r));
}

/* The VXT01 means overspeed by 7 in the three alarm bits. */
static void fix_vxt01_alarm(struct fix *f)
{
    alarm_set *const sets[] = {&f->alarms, &f->alarms_told};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        bool has_code = (*sets[i] & ALARM_BIT(REMOVAL)) != 0;
        *sets[i] &= ~ALARM_BIT(REMOVAL);
        *sets[i] |= has_code ? ALARM_BIT(OVERSPEED) : 0;
    }
}

static void tail_vxt01(struct reader *r, struct fix *f)
{
    read_status_power(r, f);
    fix_vxt01_alarm(f);
}

/*
 * 16 of the VXT01: no length before the cell, no alarm byte of the usual codes. A level and bars
 * with a language behind them are no supply.
 */
static void tail_vxt01_status(struct reader *r, struct fix *f)
{
    enum { STATUS_LEN = 5, LEVEL_MAX = 6, BARS_MAX = 4 };
    if (reader_left(r) < STATUS_LEN) {
        return;
    }
    const uint8_t *at = r->in.at + r->pos;
    if (at[1] > LEVEL_MAX || at[2] > BARS_MAX || at[4] == 0) {
        read_status_power(r, f);
    } else {
        gt06_set_status(f, read_u8(r));
        gt06_set_battery(f, read_u8(r));
        gt06_set_signal(f, read_u8(r));
    }
    fix_vxt01_alarm(f);
}

/* S5: alarm, oil u16, temperature with a sign bit, odometer in tens of metres. */
static void tail_s5(struct reader *r, struct fix *f)
{
    read_status_power(r, f);
    uint8_t alarm = read_u8(r);
    read_skip(r, 2);
    uint8_t temperature = read_u8(r);
    uint32_t odometer_dam = read_u32be(r);
    if (!reader_ok(r)) {
        return;
    }
    int64_t magnitude_c_e2 = (int64_t)(temperature & 0x7fU) * 100;
    gt06_set_alarm(f, alarm);
    fix_set_temperature(f, 0, (temperature & 0x80U) != 0 ? -magnitude_c_e2 : magnitude_c_e2);
    fix_set_odometer_m(f, odometer_dam * UINT64_C(10));
}

/* Benway: bit 15 ACC, bit 12 a temperature in bits 0-8 with its sign in bit 9. */
static void tail_benway(struct reader *r, struct fix *f)
{
    unsigned mask = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (mask & 0x8000U) != 0);
    if ((mask & 0x1000U) != 0) {
        int64_t magnitude_c_e2 = (int64_t)(mask & 0x1ffU) * 100;
        fix_set_temperature(f, 0, (mask & 0x200U) != 0 ? -magnitude_c_e2 : magnitude_c_e2);
    }
}

/* Wetrust and the card readers: odometer, then a card (extras.c). */
static void tail_odometer(struct reader *r, struct fix *f)
{
    read_odometer(r, f);
}

static void tail_none(struct reader *r, struct fix *f)
{
    (void)r;
    (void)f;
}

/* Seeworld: ACC, mode, late, odometer, travel time u32, temperature with a sign bit, humidity. */
static void tail_seeworld(struct reader *r, struct fix *f)
{
    read_acc(r, f);
    read_odometer(r, f);
    read_skip(r, 4);
    unsigned temperature = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    int64_t magnitude_c_e2 = (int64_t)(temperature & 0x7fffU);
    fix_set_temperature(f, 0, (temperature & 0x8000U) != 0 ? -magnitude_c_e2 : magnitude_c_e2);
}

/* SR411: ACC, supply, battery. */
static void tail_sr411(struct reader *r, struct fix *f)
{
    uint8_t acc = read_u8(r);
    unsigned power_cv = read_u16be(r);
    unsigned battery_cv = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, acc > 0);
    fix_set_power_mv(f, power_cv * UINT64_C(10));
    fix_set_battery_mv(f, battery_cv * UINT64_C(10));
}

/* VL103: ACC, mode, late, odometer, supply u16/100 V, battery u8/10 V, hours, driver. */
static void tail_vl103(struct reader *r, struct fix *f)
{
    read_acc(r, f);
    read_odometer(r, f);
    unsigned power_cv = read_u16be(r);
    unsigned battery_dv = read_u8(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_power_mv(f, power_cv * UINT64_C(10));
    fix_set_battery_mv(f, battery_dv * UINT64_C(100));
}

/* LW4G: network, status, supply, battery, signal, alarm, language, odometer, hours, terminal. */
static void tail_lw4g(struct reader *r, struct fix *f)
{
    read_skip(r, 1);
    uint8_t status = read_u8(r);
    unsigned power_cv = read_u16be(r);
    uint8_t battery = read_u8(r);
    uint8_t signal = read_u8(r);
    uint8_t alarm = read_u8(r);
    read_skip(r, 1);
    uint32_t odometer_m = read_u32be(r);
    if (!reader_ok(r)) {
        return;
    }
    gt06_set_status(f, status);
    fix_set_power_mv(f, power_cv * UINT64_C(10));
    gt06_set_battery(f, battery);
    gt06_set_signal(f, signal);
    gt06_set_alarm(f, alarm);
    fix_set_odometer_m(f, odometer_m);
}

/*
 * NT20, XT40 and kin: a length that counts itself, the cell, the network where the length counts
 * it, status, supply, battery u8/10 V, signal, alarm, language, odometer u24, hours u24.
 */
static void tail_xt40(struct reader *r, struct fix *f)
{
    enum { PLAIN_LEN = 9, NETWORK_LEN = 1 };
    bool has_network = read_u8(r) == PLAIN_LEN + NETWORK_LEN;
    gt06_read_cell(r, f, has_network ? GT06_CELL_3G : GT06_CELL_2G);
    read_skip(r, has_network ? NETWORK_LEN : 0);
    uint8_t status = read_u8(r);
    unsigned power_cv = read_u16be(r);
    unsigned battery_dv = read_u8(r);
    uint8_t signal = read_u8(r);
    uint8_t alarm = read_u8(r);
    read_skip(r, 1);
    if (!reader_ok(r)) {
        return;
    }
    gt06_set_status(f, status);
    fix_set_power_mv(f, power_cv * UINT64_C(10));
    fix_set_battery_mv(f, battery_dv * UINT64_C(100));
    gt06_set_signal(f, signal);
    gt06_set_alarm(f, alarm);
    uint32_t odometer = read_u24be(r);
    if (reader_ok(r)) {
        fix_set_odometer_m(f, odometer);
    }
}

/*
 * X1: terminal u16, odometer, cell, driver u32, supply and battery u16/100 V. Its cell has a CID of
 * four bytes.
 */
static void tail_x1(struct reader *r, struct fix *f)
{
    read_skip(r, 2);
    read_odometer(r, f);
    gt06_read_cell(r, f, GT06_CELL_3G);
    read_skip(r, 4);
    unsigned power_cv = read_u16be(r);
    unsigned battery_cv = read_u16be(r);
    if (reader_ok(r)) {
        fix_set_power_mv(f, power_cv * UINT64_C(10));
        fix_set_battery_mv(f, battery_cv * UINT64_C(10));
    }
}

/* Beside enum gt06_cell: forms that the frame itself tells. */
enum { SIZED = 100, TYPED = 101, UNSIZED = 102 /* where the length byte of others is left out */ };

struct layout {
    uint8_t type;
    uint8_t len_min; /* of the content */
    uint8_t len_max;
    uint8_t before;     /* bytes before the time */
    uint8_t cell;       /* enum gt06_cell or one of the above */
    uint8_t fixed_cell; /* the cell of SIZED where the length misleads, else NONE; of UNSIZED */
    void (*tail)(struct reader *r, struct fix *f);
};

enum { GPS_LEN = 18, ANY = 255, IMEI_LEN = 8 };

static const struct layout layouts[] = {
    {0x10, GPS_LEN, ANY, 0, GT06_CELL_NONE, 0, tail_common},
    {0x11, GPS_LEN, ANY, 0, GT06_CELL_3G_WIDE, 0, tail_common},
    {0x12, 28, 28, 0, GT06_CELL_2G, 0, tail_benway},
    {0x12, 31, 31, 0, GT06_CELL_2G, 0, tail_vxt01},
    {0x12, 34, 34, IMEI_LEN, GT06_CELL_2G, 0, tail_none}, /* QH302R */
    {0x12, 36, 36, 0, GT06_CELL_2G, 0, tail_odometer},    /* Wetrust */
    {0x12, 38, 38, 0, GT06_CELL_2G, 0, tail_s5},
    {0x12, 108, ANY, 0, GT06_CELL_2G, 0, tail_odometer}, /* card reader */
    {0x12, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_common},
    {0x16, 31, 31, 0, GT06_CELL_2G, 0, tail_vxt01_status},
    {0x16, 33, 33, 0, SIZED, GT06_CELL_3G, tail_status}, /* Seeworld */
    {0x16, GPS_LEN, ANY, 0, SIZED, 0, tail_status},
    {0x17, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_none}, /* and the number of a card */
    {0x1a, GPS_LEN, ANY, 0, GT06_CELL_NONE, 0, tail_none},
    {0x1e, GPS_LEN, ANY, 0, GT06_CELL_NONE, 0, tail_none},
    {0x22, 42, 42, 0, GT06_CELL_3G, 0, tail_seeworld},
    {0x22, 55, ANY, 1 + IMEI_LEN + 6, GT06_CELL_NONE, 0, tail_xt40},
    {0x22, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_acc},
    {0x24, 41, 41, 0, GT06_CELL_2G, 0, tail_sr411},
    {0x25, 55, ANY, 1 + IMEI_LEN + 6, GT06_CELL_NONE, 0, tail_xt40},
    {0x25, GPS_LEN, ANY, 0, GT06_CELL_3G, 0, tail_common},
    {0x26, GPS_LEN, ANY, 0, SIZED, 0, tail_status},
    {0x27, GPS_LEN, ANY, 0, SIZED, 0, tail_status_wide},
    {0x2d, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_acc},
    {0x31, 37, 37, 0, GT06_CELL_3G_WIDE, 0, tail_acc_altitude}, /* SL4X */
    {0x31, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_acc},
    {0x32, 34, 36, 0, SIZED, GT06_CELL_3G_WIDE, tail_status_altitude}, /* SL4X */
    {0x32, 39, ANY, 0, UNSIZED, GT06_CELL_2G, tail_vl103},
    {0x32, GPS_LEN, ANY, 0, SIZED, 0, tail_status},
    {0x34, GPS_LEN, ANY, 4, GT06_CELL_NONE, 0, tail_x1},
    {0x36, 48, 48, 0, GT06_CELL_3G, 0, tail_vl103},
    {0x37, GPS_LEN, ANY, 0, GT06_CELL_2G, 0, tail_acc_items},
    {0x38, GPS_LEN, ANY, 0, TYPED, 0, tail_common_or_items},
    {0x39, GPS_LEN, ANY, 0, TYPED, 0, tail_status_items},
    {0x61, GPS_LEN, ANY, IMEI_LEN, GT06_CELL_3G, 0, tail_none}, /* and the number of an iButton */
    {0xa0, GPS_LEN, ANY, 0, GT06_CELL_4G, 0, tail_common},
    {0xa2, 59, 59, 0, GT06_CELL_4G, 0, tail_lw4g},
    {0xa3, GPS_LEN, ANY, 0, SIZED, 0, tail_status},
    {0xa4, GPS_LEN, ANY, 0, SIZED, 0, tail_status_wide},
};

static const struct layout *layout_find(const struct gt06_frame *f)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        const struct layout *row = &layouts[i];
        if (row->type == f->type && f->content.len >= row->len_min &&
            (row->len_max == ANY || f->content.len <= row->len_max) &&
            (row->cell != UNSIZED || gt06_is_network(f->content, GPS_LEN))) {
            return row;
        }
    }
    return NULL;
}

/*
 * Whether a cell begins where its length byte should be: no cell is as short as the first byte of a
 * network would say, or as long. Country codes below 256 begin with a 0, which is a length.
 */
static bool is_unsized_cell(const struct reader *r)
{
    enum { CELL_LEN = 8 };
    return reader_left(r) >= CELL_LEN && r->in.at[r->pos] != 0 && gt06_is_network(r->in, r->pos);
}

/*
 * A cell behind a length byte, which counts itself and whose value tells the widths of LAC and CID;
 * some devices do not count it, so it is at least one plain cell. Length 0: 45 zeros may follow
 * where a list of cells would be, so the status is what the last five bytes hold.
 */
static void read_sized_cell(struct reader *r, struct fix *f, enum gt06_cell fixed)
{
    enum { PLAIN_LEN = 8, STATUS_LEN = 5, LIST_LEN = 45, LAC_CID_3G = 6, LAC_CID_4G = 12 };
    if (is_unsized_cell(r)) {
        gt06_read_cell(r, f, GT06_CELL_2G);
        return;
    }
    size_t len = read_u8(r);
    if (len == 0) {
        size_t left = reader_left(r);
        read_skip(r, left >= LIST_LEN + STATUS_LEN ? left - STATUS_LEN : 0);
        return;
    }
    if (fixed != GT06_CELL_NONE) {
        gt06_read_cell(r, f, fixed);
        return;
    }
    bool is_longer = len - 1 > PLAIN_LEN && len - 1 <= reader_left(r);
    size_t cell_len = is_longer ? len - 1 : PLAIN_LEN;
    struct reader cell = reader_init(read_bytes(r, cell_len));
    if (!reader_ok(r)) {
        return;
    }
    size_t lac_cid_len = cell_len - ((cell.in.at[0] & 0x80U) != 0 ? 4 : 3);
    enum gt06_cell form = GT06_CELL_2G;
    if (lac_cid_len >= LAC_CID_4G) {
        form = GT06_CELL_4G;
    } else if (lac_cid_len >= LAC_CID_3G) {
        form = GT06_CELL_3G;
    }
    gt06_read_cell(&cell, f, form);
}

/*
 * Whether a mode and "sent late" stand before a cell and its type. The number of a country is
 * larger than these.
 */
static bool is_moded_cell(const struct reader *r)
{
    enum { HEAD_LEN = 3, LATE_MAX = 1, TYPE_MAX = 4 };
    const uint8_t *at = r->in.at + r->pos;
    return reader_left(r) > HEAD_LEN && at[1] <= LATE_MAX && at[2] <= TYPE_MAX &&
           gt06_is_network(r->in, r->pos + HEAD_LEN);
}

/* A cell behind the type of its network, its signal behind it. */
static void read_typed_cell(struct reader *r, struct fix *f)
{
    enum { TYPE_4G = 3 };
    if (is_moded_cell(r)) {
        read_skip(r, 1);
        set_late(f, read_u8(r));
    }
    bool is_4g = read_u8(r) >= TYPE_4G;
    gt06_read_cell(r, f, is_4g ? GT06_CELL_4G : GT06_CELL_2G);
    read_skip(r, is_4g ? 2 : 1);
}

static void read_layout_cell(struct reader *r, struct fix *f, const struct layout *layout)
{
    if (layout->cell == SIZED) {
        read_sized_cell(r, f, (enum gt06_cell)layout->fixed_cell);
    } else if (layout->cell == UNSIZED) {
        gt06_read_cell(r, f, (enum gt06_cell)layout->fixed_cell);
    } else if (layout->cell == TYPED) {
        read_typed_cell(r, f);
    } else {
        gt06_read_cell(r, f, (enum gt06_cell)layout->cell);
    }
}

enum err gt06_decode_location(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    const struct layout *layout = layout_find(f);
    if (layout == NULL) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    read_skip(&r, layout->before);
    gt06_read_time(&r, s, &fix);
    gt06_read_gps(&r, &fix);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (reader_left(&r) > 0) {
        read_layout_cell(&r, &fix, layout);
        layout->tail(&r, &fix);
    }
    if ((fix.has & FIX_HAS_POSITION) == 0 && (fix.has & FIX_HAS_CELL) != 0) {
        fix.source = FIX_LBS;
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}
