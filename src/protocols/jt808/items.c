/*
 * JT/T 808 items: what a location carries behind its 28 bytes.
 *
 *     30 01 1d   31 01 0c   01 04 00 00 02 3c   ...
 *     id len value
 *
 * The standard gives 01 to 31, makers the rest, and several makers use one id for different things;
 * an item is told by its id and its length, and every reader gets no more than its own value. An
 * item too short for its reader says nothing.
 *
 *     01 odometer u32, 100 m               57 alarms u16: 8 acceleration, 9 braking, 10 cornering
 *     02 fuel u16, 0.1 l; bit 15: litres   68, 69 u16 / 100: battery %, battery V
 *     06, F5.. see below                   70 serial u32, status, kind: 1 to 3 as 57, 16 accident
 *     12 kind u8, fence u32, direction u8  71, D6, CC ICCID as text, or BCD of 10 bytes
 *     30 signal u8, 31 satellites u8       80 a content byte, then OBD sub-items as items
 *     51 temperatures u16, sign and 0.1 C  82, D3 supply u16, 0.1 V; AC odometer u32, m
 *     56 battery in tenths                 D0 user status u32: bit 3 vibration
 *     D4, E1, E9: 1 byte battery %, ff charging; 2 bytes supply 0.1 V; 12 and more cells (E1)
 *     D5 2 bytes battery 0.01 V, else locks; E3 6 bytes: skip 1, battery %, u16 0.01 V
 *     E4 charging when 0, battery %; E5 moving; E6 "$OBD-RT,V,...", or Bluetooth thermometers
 *     E7 8 bytes: u16 bit 0 vibration, 1 to 3 SOS
 *     EE 6 bytes: signal, supply mV u16, battery mV u16, satellites; F1 supply mV u32
 *     F3 OBD {id u16, len u8, value}: 0004 is the supply, mV
 *     FE 1 byte battery %, 2 bytes supply 0.1 V; 7c and sub-items: 01 is alarms u32
 *
 * Locks are in lock.c, cells and Wi-Fi in radio.c, EB in eb.c, E8 in
 * jimi.c, F2 and F6 to F9 in aovx.c.
 *
 * Not read, as no frame shows what they mean: E2 of 4 bytes, which is fuel for some models and
 * something else for others; FE of 4 bytes, the mileage of a Jointech lock in a unit that is
 * nowhere told; F8 of 2 bytes, steps or a temperature by the model.
 *
 * Source: JT/T 808-2019 table 27; the vectors' facts, section 1; what is not there (12, 71, CC, D6,
 * 53, 5D, FF) was read from the standard or from frames that leave no doubt.
 */
#include "protocols/jt808/jt808.h"

#include "protocols/fields.h"

enum { CELL_MAX_MV = 5000 };

static void item_odometer(struct reader *r, struct fix *f)
{
    uint64_t odometer_m = read_u32be(r) * UINT64_C(100);
    if (reader_ok(r)) {
        fix_set_odometer_m(f, odometer_m);
    }
}

static void item_odometer_m(struct reader *r, struct fix *f)
{
    uint64_t odometer_m = read_u32be(r);
    if (reader_ok(r)) {
        fix_set_odometer_m(f, odometer_m);
    }
}

static void item_fuel(struct reader *r, struct fix *f)
{
    enum { WHOLE = 0x8000 };
    unsigned fuel = read_u16be(r);
    if (reader_ok(r)) {
        fix_set_fuel_ml(f, (fuel & WHOLE) != 0 ? (fuel & ~(unsigned)WHOLE) * UINT64_C(1000)
                                               : fuel * UINT64_C(100));
    }
}

static void item_percent(struct reader *r, struct fix *f)
{
    unsigned percent = read_u8(r);
    if (reader_ok(r)) {
        fix_set_battery_percent(f, percent);
    }
}

/* The direction in which the fence of the tracker itself was crossed. */
static void item_fence(struct reader *r, struct fix *f)
{
    read_skip(r, 1 + 4);
    uint8_t direction = read_u8(r);
    if (reader_ok(r) && direction <= 1) {
        f->alarms |= direction == 0 ? ALARM_BIT(GEOFENCE_ENTER) : ALARM_BIT(GEOFENCE_LEAVE);
    }
}

static void item_gsm(struct reader *r, struct fix *f)
{
    unsigned csq = read_u8(r);
    if (reader_ok(r)) {
        fix_set_gsm(f, csq);
    }
}

static void item_satellites(struct reader *r, struct fix *f)
{
    unsigned satellites = read_u8(r);
    if (reader_ok(r)) {
        fix_set_satellites(f, satellites);
    }
}

static void item_temperatures(struct reader *r, struct fix *f)
{
    enum { ABSENT = 0xffff, NEGATIVE = 0x8000, ONE_LEN = 2, ALL_LEN = 16 };
    if (r->in.len != ONE_LEN && r->in.len != ALL_LEN) {
        return;
    }
    for (unsigned i = 0; reader_left(r) > 0; i++) {
        unsigned raw = read_u16be(r);
        int magnitude_c_e2 = (int)(raw & (NEGATIVE - 1)) * 10;
        if (raw != ABSENT) {
            fix_set_temperature(f, i, (raw & NEGATIVE) != 0 ? -magnitude_c_e2 : magnitude_c_e2);
        }
    }
}

static void item_tenths(struct reader *r, struct fix *f)
{
    unsigned tenths = read_u8(r);
    if (reader_ok(r)) {
        fix_set_battery_percent(f, tenths * 10);
    }
}

static void item_harsh(struct reader *r, struct fix *f)
{
    unsigned bits = read_u16be(r);
    f->alarms |= (bits & 1U << 8) != 0 ? ALARM_BIT(HARSH_ACCELERATION) : 0;
    f->alarms |= (bits & 1U << 9) != 0 ? ALARM_BIT(HARSH_BRAKING) : 0;
    f->alarms |= (bits & 1U << 10) != 0 ? ALARM_BIT(HARSH_CORNERING) : 0;
}

/* The whole value as a number of hundredths. */
static uint32_t hundredths(struct reader *r)
{
    return r->in.len == 4 ? read_u32be(r) : read_u16be(r);
}

static void item_percent_e2(struct reader *r, struct fix *f)
{
    uint32_t percent = hundredths(r) / 100;
    if (reader_ok(r)) {
        fix_set_battery_percent(f, percent);
    }
}

static void item_battery_e2(struct reader *r, struct fix *f)
{
    uint64_t battery_mv = hundredths(r) * UINT64_C(10);
    if (reader_ok(r)) {
        fix_set_battery_mv(f, battery_mv);
    }
}

static void item_driving(struct reader *r, struct fix *f)
{
    enum { END = 2, ACCELERATION = 1, BRAKING = 2, CORNERING = 3, ACCIDENT = 0x16 };
    read_skip(r, 4);
    uint8_t status = read_u8(r);
    uint8_t kind = read_u8(r);
    if (!reader_ok(r) || status == END) {
        return;
    }
    f->alarms |= kind == ACCELERATION ? ALARM_BIT(HARSH_ACCELERATION)
                 : kind == BRAKING    ? ALARM_BIT(HARSH_BRAKING)
                 : kind == CORNERING  ? ALARM_BIT(HARSH_CORNERING)
                 : kind == ACCIDENT   ? ALARM_BIT(COLLISION)
                                      : 0;
}

void jt808_set_iccid_bcd(struct bytes bcd, struct fix *f)
{
    bool is_known = false;
    for (size_t i = 0; i < bcd.len; i++) {
        is_known = is_known || bcd.at[i] != 0;
    }
    if (is_known) {
        field_set_iccid_bcd(f, bcd);
    }
}

static void set_iccid_text(struct bytes text, struct fix *f)
{
    if (text.len < FIX_ICCID_SIZE && bytes_begin(text, "89")) {
        field_set_iccid_text(f, text);
    }
}

static void item_iccid(struct reader *r, struct fix *f)
{
    enum { BCD_LEN = 10 };
    struct bytes value = read_rest(r);
    if (value.len == BCD_LEN) {
        jt808_set_iccid_bcd(value, f);
    } else {
        set_iccid_text(value, f);
    }
}

static void item_supply_e1(struct reader *r, struct fix *f)
{
    uint64_t power_mv = read_u16be(r) * UINT64_C(100);
    if (reader_ok(r)) {
        fix_set_power_mv(f, power_mv);
    }
}

static void item_user_status(struct reader *r, struct fix *f)
{
    f->alarms |= (read_u32be(r) & 1U << 3) != 0 ? ALARM_BIT(VIBRATION) : 0;
}

/* D4, E1 and E9 of one or two bytes. */
static void item_charge(struct reader *r, struct fix *f)
{
    enum { CHARGING = 0xff };
    if (r->in.len == 2) {
        item_supply_e1(r, f);
        return;
    }
    if (r->in.len != 1) {
        return;
    }
    uint8_t percent = read_u8(r);
    if (percent == CHARGING) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    } else {
        fix_set_battery_percent(f, percent);
    }
}

static void item_e1(struct reader *r, struct fix *f)
{
    enum { CELLS_MIN = 12 };
    if (r->in.len >= CELLS_MIN) {
        jt808_item_cells_e1(r, f);
    } else {
        item_charge(r, f);
    }
}

static void item_d5(struct reader *r, struct fix *f)
{
    if (r->in.len == 2) {
        item_battery_e2(r, f);
    } else {
        jt808_item_lock_list(r, f);
    }
}

void jt808_set_hdop_e1(struct fix *f, unsigned hdop_e1)
{
    enum { SCALE = 10 };
    if (hdop_e1 > 0 && hdop_e1 <= UINT16_MAX / SCALE) {
        f->hdop_e2 = (uint16_t)(hdop_e1 * SCALE);
        f->has |= FIX_HAS_HDOP;
    }
}

void jt808_set_voltage(struct fix *f, uint32_t voltage_mv)
{
    if (voltage_mv > CELL_MAX_MV) {
        fix_set_power_mv(f, voltage_mv);
    } else {
        fix_set_battery_mv(f, voltage_mv);
    }
}

static void item_e3(struct reader *r, struct fix *f)
{
    enum { LEN = 6 };
    if (r->in.len != LEN) {
        return;
    }
    read_skip(r, 1);
    unsigned percent = read_u8(r);
    uint32_t voltage_mv = read_u16be(r) * UINT32_C(10);
    jt808_set_voltage(f, voltage_mv);
    if (voltage_mv <= CELL_MAX_MV) {
        fix_set_battery_percent(f, percent);
    }
}

static void item_e4(struct reader *r, struct fix *f)
{
    enum { LEN = 2 };
    if (r->in.len == LEN) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, read_u8(r) == 0);
        fix_set_battery_percent(f, read_u8(r));
    }
}

static void item_motion(struct reader *r, struct fix *f)
{
    if (r->in.len == 1) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, read_u8(r) != 0);
    }
}

void jt808_set_obd_text(struct bytes text, struct fix *f)
{
    struct reader r = reader_init(text);
    int64_t volt_e7 = 0;
    (void)read_field(&r, ',');
    if (parse_decimal_e7(read_field(&r, ','), &volt_e7) && volt_e7 >= 0) {
        fix_set_power_mv(f, (uint64_t)volt_e7 / 10000);
    }
}

/*
 * {number, mac 6, temperature i8 and u8 / 255, humidity the same}. Thermometers are numbered from
 * 1; from 0 where one of them has that number.
 */
static void item_e6(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = 11, MAC_LEN = 6, FRACTIONS = 255 };
    if (bytes_begin(r->in, "$OBD-RT,")) {
        jt808_set_obd_text(r->in, f);
        return;
    }
    if (r->in.len % ENTRY_LEN != 0) {
        return;
    }
    unsigned first = 1;
    for (size_t i = 0; i < r->in.len; i += ENTRY_LEN) {
        first = r->in.at[i] == 0 ? 0 : first;
    }
    while (reader_left(r) > 0) {
        unsigned number = read_u8(r);
        read_skip(r, MAC_LEN);
        int whole_c_e2 = (int8_t)read_u8(r) * 100;
        int part_c_e2 = (read_u8(r) * 100 + FRACTIONS / 2) / FRACTIONS;
        read_skip(r, 2);
        fix_set_temperature(f, number - first,
                            whole_c_e2 + (whole_c_e2 < 0 ? -part_c_e2 : part_c_e2));
    }
}

static void item_e7(struct reader *r, struct fix *f)
{
    enum { LEN = 8, VIBRATION = 1, SOS = 7 << 1 };
    if (r->in.len == LEN) {
        unsigned bits = read_u16be(r);
        f->alarms |= (bits & VIBRATION) != 0 ? ALARM_BIT(VIBRATION) : 0;
        f->alarms |= (bits & SOS) != 0 ? ALARM_BIT(SOS) : 0;
    }
}

static void item_ee(struct reader *r, struct fix *f)
{
    enum { LEN = 6 };
    if (r->in.len == LEN) {
        fix_set_gsm(f, read_u8(r));
        fix_set_power_mv(f, read_u16be(r));
        fix_set_battery_mv(f, read_u16be(r));
        fix_set_satellites(f, read_u8(r));
    }
}

static void item_f1(struct reader *r, struct fix *f)
{
    enum { LEN = 4 };
    if (r->in.len == LEN) {
        fix_set_power_mv(f, read_u32be(r));
    }
}

static void item_f3(struct reader *r, struct fix *f)
{
    enum { SUPPLY = 0x0004 };
    while (reader_left(r) > 0) {
        uint16_t id = read_u16be(r);
        struct bytes value = read_bytes(r, read_u8(r));
        if (id == SUPPLY && value.len == 2) {
            struct reader v = reader_init(value);
            fix_set_power_mv(f, read_u16be(&v));
        }
    }
}

/* 7c, then sub-items of an id u8, a length u8 and a value. */
static void read_fe_items(struct reader *r, struct fix *f)
{
    enum { ALARMS = 1, ALARMS_LEN = 4 };
    static const alarm_set by_bit[] = {
        ALARM_BIT(HARSH_ACCELERATION), ALARM_BIT(HARSH_BRAKING), ALARM_BIT(HARSH_CORNERING),
        ALARM_BIT(COLLISION),          ALARM_BIT(COVER_OPEN),
    };
    while (reader_left(r) > 0) {
        uint8_t id = read_u8(r);
        struct bytes value = read_bytes(r, read_u8(r));
        if (id != ALARMS || value.len != ALARMS_LEN) {
            continue;
        }
        struct reader v = reader_init(value);
        uint32_t bits = read_u32be(&v);
        for (size_t i = 0; i < sizeof(by_bit) / sizeof(by_bit[0]); i++) {
            f->alarms |= (bits >> i & 1U) != 0 ? by_bit[i] : 0;
        }
    }
}

static void item_fe(struct reader *r, struct fix *f)
{
    enum { MARK = 0x7c, LONG_MIN = 5 };
    if (r->in.len <= 2) {
        item_charge(r, f);
    } else if (r->in.len >= LONG_MIN && read_u8(r) == MARK) {
        read_fe_items(r, f);
    }
}

/* 80: the sub-items are items of the same form, their ids from 81 on. */
static void item_obd(struct reader *r, struct fix *f)
{
    read_skip(r, 1);
    while (reader_left(r) > 0) {
        uint8_t id = read_u8(r);
        struct reader value = reader_init(read_bytes(r, read_u8(r)));
        if (id == 0x82) {
            item_supply_e1(&value, f);
        } else if (id == 0xcc) {
            item_iccid(&value, f);
        }
    }
}

static jt808_item *const items[UINT8_MAX + 1] = {
    [0x01] = item_odometer,
    [0x02] = item_fuel,
    [0x06] = item_percent,
    [0x0b] = jt808_item_lock_event,
    [0x12] = item_fence,
    [0x30] = item_gsm,
    [0x31] = item_satellites,
    [0x33] = jt808_item_lock_text,
    [0x51] = item_temperatures,
    [0x53] = jt808_item_cells_counted,
    [0x56] = item_tenths,
    [0x57] = item_harsh,
    [0x5d] = jt808_item_cells_counted,
    [0x63] = jt808_item_sublocks,
    [0x68] = item_percent_e2,
    [0x69] = item_battery_e2,
    [0x70] = item_driving,
    [0x71] = item_iccid,
    [0x80] = item_obd,
    [0x82] = item_supply_e1,
    [0xac] = item_odometer_m,
    [0xcc] = item_iccid,
    [0xd0] = item_user_status,
    [0xd3] = item_supply_e1,
    [0xd4] = item_charge,
    [0xd5] = item_d5,
    [0xd6] = item_iccid,
    [0xda] = jt808_item_lock_rope,
    [0xe1] = item_e1,
    [0xe3] = item_e3,
    [0xe4] = item_e4,
    [0xe5] = item_motion,
    [0xe6] = item_e6,
    [0xe7] = item_e7,
    [0xe8] = jt808_item_jimi,
    [0xe9] = item_charge,
    [0xeb] = jt808_item_eb,
    [0xec] = jt808_item_wifi,
    [0xee] = item_ee,
    [0xf0] = jt808_item_cells_f0,
    [0xf1] = item_f1,
    [0xf3] = item_f3,
    [0xf4] = jt808_item_wifi,
    [0xf6] = jt808_item_f6,
    [0xf7] = jt808_item_f7,
    [0xf8] = jt808_item_f8,
    [0xf9] = jt808_item_f9,
    [0xfd] = jt808_item_cell_fd,
    [0xfe] = item_fe,
    [0xff] = jt808_item_cell_ff,
};

void jt808_read_items(struct reader *r, struct fix *f)
{
    while (reader_left(r) > 0) {
        uint8_t id = read_u8(r);
        struct reader value = reader_init(read_bytes(r, read_u8(r)));
        if (reader_ok(r) && items[id] != NULL) {
            items[id](&value, f);
        }
    }
}
