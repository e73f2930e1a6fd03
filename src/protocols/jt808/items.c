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

enum { CELL_MAX_MV = 5000, E6_ENTRY_LEN = 11 };

/* Tenths of a litre, or litres where the uppermost bit is set. */
static void set_fuel(struct fix *f, int64_t fuel)
{
    enum { WHOLE = 0x8000 };
    item_fuel_ml(f, (fuel & WHOLE) != 0 ? (fuel - WHOLE) * 1000 : fuel * 100);
}

/* The direction in which the fence of the tracker itself was crossed. */
static void set_fence(struct fix *f, int64_t direction)
{
    f->alarms |= direction == 0   ? ALARM_BIT(GEOFENCE_ENTER)
                 : direction == 1 ? ALARM_BIT(GEOFENCE_LEAVE)
                                  : 0;
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

static const struct alarm_row harsh_rows[] = {
    {8, ALARM_BIT(HARSH_ACCELERATION)},
    {9, ALARM_BIT(HARSH_BRAKING)},
    {10, ALARM_BIT(HARSH_CORNERING)},
};
static const struct alarm_table harsh = ALARM_TABLE(harsh_rows);

static const struct alarm_row user_rows[] = {{3, ALARM_BIT(VIBRATION)}};
static const struct alarm_table user_status = ALARM_TABLE(user_rows);

static const struct alarm_row e7_rows[] = {
    {0, ALARM_BIT(VIBRATION)}, {1, ALARM_BIT(SOS)}, {2, ALARM_BIT(SOS)}, {3, ALARM_BIT(SOS)}};
static const struct alarm_table e7_alarms = ALARM_TABLE(e7_rows);

static const struct alarm_row fe_rows[] = {
    {0, ALARM_BIT(HARSH_ACCELERATION)}, {1, ALARM_BIT(HARSH_BRAKING)},
    {2, ALARM_BIT(HARSH_CORNERING)},    {3, ALARM_BIT(COLLISION)},
    {4, ALARM_BIT(COVER_OPEN)},
};
static const struct alarm_table fe_alarms = ALARM_TABLE(fe_rows);

alarm_set jt808_item_alarms(void)
{
    return alarm_table_all(&harsh) | alarm_table_all(&fe_alarms) | ALARM_BIT(GEOFENCE_ENTER) |
           ALARM_BIT(GEOFENCE_LEAVE);
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

/* A status and a kind. */
static void set_driving(struct fix *f, int64_t value)
{
    enum { END = 2, BYTE = 0x100 };
    static const struct alarm_row rows[] = {
        {0x01, ALARM_BIT(HARSH_ACCELERATION)},
        {0x02, ALARM_BIT(HARSH_BRAKING)},
        {0x03, ALARM_BIT(HARSH_CORNERING)},
        {0x16, ALARM_BIT(COLLISION)},
    };
    static const struct alarm_table kinds = ALARM_TABLE(rows);
    if (value / BYTE != END) {
        f->alarms |= alarm_table_of_code(&kinds, (unsigned)(value % BYTE));
    }
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

/* A percentage, or that it is charging. */
static void set_charge(struct fix *f, int64_t value)
{
    enum { CHARGING = 0xff };
    if (value == CHARGING) {
        item_charging(f, 1);
    } else {
        item_battery_percent(f, value);
    }
}

void jt808_set_hdop_e1(struct fix *f, unsigned hdop_e1)
{
    if (hdop_e1 > 0) {
        fix_set_hdop_e2(f, hdop_e1 * UINT64_C(10));
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

void jt808_set_obd_text(struct bytes text, struct fix *f)
{
    struct reader r = reader_init(text);
    int64_t volt_e7 = 0;
    (void)read_field(&r, ',');
    if (parse_decimal_e7(read_field(&r, ','), &volt_e7) && volt_e7 >= 0) {
        fix_set_power_mv(f, (uint64_t)volt_e7 / 10000);
    }
}

void jt808_extra_obd_text(struct bytes text, struct extras *x)
{
    enum { RPM = 2, FUEL_USED = 12 };
    struct reader r = reader_init(text);
    for (int i = 0; i <= FUEL_USED && reader_left(&r) > 0; i++) {
        int64_t value_e7 = 0;
        bool is_number = parse_decimal_e7(read_field(&r, ','), &value_e7);
        if (is_number && i == RPM) {
            extras_set(x, EXTRA_RPM, 0, value_e7 / 10000000);
        } else if (is_number && i == FUEL_USED) {
            extras_set(x, EXTRA_FUEL_USED, 0, value_e7 / 10000);
        }
    }
}

/* The number that the first thermometer has among the entries of E6. */
static unsigned first_number(struct bytes entries)
{
    unsigned first = 1;
    for (size_t i = 0; i < entries.len; i += E6_ENTRY_LEN) {
        first = entries.at[i] == 0 ? 0 : first;
    }
    return first;
}

/* A whole part and a fraction u8 / 255 as hundredths, but for the sign of the fraction. */
static int fraction_e2(uint8_t fraction)
{
    enum { FRACTIONS = 255 };
    return (fraction * 100 + FRACTIONS / 2) / FRACTIONS;
}

/*
 * {number, mac 6, temperature i8 and u8 / 255, humidity the same}. Thermometers are numbered from
 * 1; from 0 where one of them has that number.
 */
static void item_e6(struct reader *r, struct fix *f)
{
    if (bytes_begin(r->in, "$OBD-RT,")) {
        jt808_set_obd_text(r->in, f);
        return;
    }
    if (r->in.len % E6_ENTRY_LEN != 0) {
        return;
    }
    unsigned first = first_number(r->in);
    while (reader_left(r) > 0) {
        unsigned number = read_u8(r);
        read_skip(r, FIELD_MAC_LEN);
        int whole_c_e2 = (int8_t)read_u8(r) * 100;
        int part_c_e2 = fraction_e2(read_u8(r));
        read_skip(r, 2);
        fix_set_temperature(f, number - first,
                            whole_c_e2 + (whole_c_e2 < 0 ? -part_c_e2 : part_c_e2));
    }
}

static void extra_e6(struct reader *r, struct extras *x)
{
    enum { TEMPERATURE_LEN = 2 };
    if (bytes_begin(r->in, "$OBD-RT,")) {
        jt808_extra_obd_text(r->in, x);
        return;
    }
    if (r->in.len % E6_ENTRY_LEN != 0) {
        return;
    }
    unsigned first = first_number(r->in);
    while (reader_left(r) > 0) {
        unsigned number = read_u8(r);
        read_skip(r, FIELD_MAC_LEN + TEMPERATURE_LEN);
        int whole_e2 = read_u8(r) * 100;
        extras_set(x, EXTRA_HUMIDITY, number - first, whole_e2 + fraction_e2(read_u8(r)));
    }
}

static void item_f3(struct reader *r, struct fix *f)
{
    static const struct item rows[] = {
        {.id = 0x0004, .size = 2, .len = 2, .set = item_power_mv},
    };
    static const struct item_list list = ITEM_LIST(rows);
    items_read(r, (struct item_form){2, 1}, &list, f);
}

/* FE of more than two bytes: 7c, then sub-items of an id u8, a length u8 and a value. */
static void item_fe(struct reader *r, struct fix *f)
{
    enum { MARK = 0x7c, LEN_MIN = 5 };
    static const struct item rows[] = {
        {.id = 0x01, .size = 4, .len = 4, .bits = &fe_alarms},
    };
    static const struct item_list list = ITEM_LIST(rows);
    if (r->in.len >= LEN_MIN && read_u8(r) == MARK) {
        items_read(r, (struct item_form){1, 1}, &list, f);
    }
}

static const struct item obd_rows[] = {
    {.id = 0x81, .size = 2, .len = 2, .extra = EXTRA_RPM},
    {.id = 0x82, .len = 2, .scale = 100, .set = item_power_mv},
    {.id = 0x84, .size = 1, .len = 1, .base = -40, .extra = EXTRA_COOLANT},
    {.id = 0x8b, .form = ITEM_TEXT, .extra = EXTRA_VIN},
    {.id = 0xcc, .read = item_iccid},
};
static const struct item_list obd_items = ITEM_LIST(obd_rows);

/* 80: the sub-items are items of the same form, their ids from 81 on. */
static void item_obd(struct reader *r, struct fix *f)
{
    read_skip(r, 1);
    items_read(r, (struct item_form){1, 1}, &obd_items, f);
}

static void extra_obd(struct reader *r, struct extras *x)
{
    read_skip(r, 1);
    items_read_extras(r, (struct item_form){1, 1}, &obd_items, x);
}

/* One byte is a charge, two are the supply; a longer value means something else in each item. */
static const struct item charge_parts[] = {
    {.size = 1, .len = 1, .set = set_charge},
    {.size = 2, .len = 2, .scale = 100, .set = item_power_mv},
};
static const struct item e1_parts[] = {
    {.size = 1, .len = 1, .set = set_charge},
    {.size = 2, .len = 2, .scale = 100, .set = item_power_mv},
    {.read = jt808_item_cells_e1},
};
static const struct item fe_parts[] = {
    {.size = 1, .len = 1, .set = set_charge},
    {.size = 2, .len = 2, .scale = 100, .set = item_power_mv},
    {.read = item_fe},
};
static const struct item d5_parts[] = {
    {.size = 2, .len = 2, .scale = 10, .set = item_battery_mv},
    {.read = jt808_item_lock_list, .read_extra = jt808_extra_lock_list},
};
static const struct item e4_parts[] = {
    {.size = 2, .at = 0, .len = 1, .set = item_charging_low},
    {.size = 2, .at = 1, .len = 1, .set = item_battery_percent},
};
static const struct item ee_parts[] = {
    {.size = 6, .at = 0, .len = 1, .set = item_gsm},
    {.size = 6, .at = 1, .len = 2, .set = item_power_mv},
    {.size = 6, .at = 3, .len = 2, .set = item_battery_mv},
    {.size = 6, .at = 5, .len = 1, .set = item_satellites},
};

static const struct item analogue_parts[] = {
    {.at = 0, .len = 2, .scale = 10, .extra = EXTRA_ANALOGUE, .index = 1},
    {.at = 2, .len = 2, .scale = 10, .extra = EXTRA_ANALOGUE, .index = 2},
};

/* {tyre u8, sensor 3, pressure u16: ten bits, 1/40 bar, temperature u8 - 50, status u8}. */
static void extra_tyres(struct reader *r, struct extras *x)
{
    enum { ENTRY_LEN = 8, SENSOR_LEN = 3, PRESSURE_MASK = 0x3ff, MBAR = 25, ZERO_C = 50 };
    if (r->in.len % ENTRY_LEN != 0) {
        return;
    }
    while (reader_left(r) > 0) {
        unsigned tyre = read_u8(r);
        read_skip(r, SENSOR_LEN);
        unsigned pressure = read_u16be(r) & PRESSURE_MASK;
        unsigned temperature = read_u8(r);
        read_skip(r, 1);
        if (pressure > 0 || temperature > 0) { /* else nothing has come from the sensor yet */
            extras_set(x, EXTRA_TYRE_PRESSURE, tyre, (int64_t)pressure * MBAR);
            extras_set(x, EXTRA_TYRE_TEMPERATURE, tyre, (int64_t)temperature - ZERO_C);
        }
    }
}

/* 64, 65: long ones end with the label of a video, 16 bytes. */
static void extra_video(struct reader *r, struct extras *x)
{
    enum { LEN_MIN = 47, LABEL_LEN = 16 };
    if (r->in.len >= LEN_MIN) {
        extras_set_hex(x, EXTRA_VIDEO, 0, bytes_slice(r->in, r->in.len - LABEL_LEN, LABEL_LEN));
    }
}

/* By their ids. */
static const struct item items[UINT8_MAX + 1] = {
    [0x01] = {.len = 4, .scale = 100, .set = item_odometer_m},
    [0x02] = {.len = 2, .set = set_fuel},
    [0x06] = {.len = 1, .set = item_battery_percent},
    [0x0b] = {.read = jt808_item_lock_event, .read_extra = jt808_extra_lock_event},
    [0x12] = {.at = 5, .len = 1, .set = set_fence},
    [0x2b] = {ITEM_PARTS(analogue_parts)},
    [0x30] = {.len = 1, .set = item_gsm},
    [0x31] = {.len = 1, .set = item_satellites},
    [0x33] = {.read = jt808_item_lock_text},
    [0x51] = {.read = item_temperatures},
    [0x53] = {.read = jt808_item_cells_counted},
    [0x56] = {.len = 1, .scale = 10, .set = item_battery_percent},
    [0x57] = {.len = 2, .bits = &harsh},
    [0x5d] = {.read = jt808_item_cells_counted},
    [0x60] = {.read_extra = jt808_extra_lock_report},
    [0x63] = {.read = jt808_item_sublocks, .read_extra = jt808_extra_sublocks},
    [0x64] = {.read_extra = extra_video},
    [0x65] = {.read_extra = extra_video},
    [0x68] = {.read = item_percent_e2},
    [0x69] = {.read = item_battery_e2},
    [0x70] = {.at = 4, .len = 2, .set = set_driving},
    [0x71] = {.read = item_iccid},
    [0x77] = {.read_extra = extra_tyres},
    [0x80] = {.read = item_obd, .read_extra = extra_obd},
    [0x82] = {.len = 2, .scale = 100, .set = item_power_mv},
    [0xa7] = {ITEM_PARTS(analogue_parts)},
    [0xac] = {.len = 4, .set = item_odometer_m},
    [0xbc] = {.form = ITEM_TEXT, .extra = EXTRA_DRIVER_NAME},
    [0xbd] = {.form = ITEM_TEXT, .extra = EXTRA_DRIVER},
    [0xcc] = {.read = item_iccid},
    [0xd0] = {.len = 4, .bits = &user_status},
    [0xd3] = {.len = 2, .scale = 100, .set = item_power_mv},
    [0xd4] = {ITEM_PARTS(charge_parts)},
    [0xd5] = {ITEM_PARTS(d5_parts)},
    [0xd6] = {.read = item_iccid},
    [0xda] = {.read = jt808_item_lock_rope},
    [0xe1] = {ITEM_PARTS(e1_parts)},
    [0xe3] = {.read = item_e3},
    [0xe4] = {ITEM_PARTS(e4_parts)},
    [0xe5] = {.size = 1, .len = 1, .set = item_motion},
    [0xe6] = {.read = item_e6, .read_extra = extra_e6},
    [0xe7] = {.size = 8, .len = 2, .bits = &e7_alarms},
    [0xe8] = {.read = jt808_item_jimi},
    [0xe9] = {ITEM_PARTS(charge_parts)},
    [0xeb] = {.read = jt808_item_eb, .read_extra = jt808_extra_eb},
    [0xec] = {.read = jt808_item_wifi},
    [0xed] = {.form = ITEM_TEXT, .extra = EXTRA_CARD},
    [0xee] = {ITEM_PARTS(ee_parts)},
    [0xf0] = {.read = jt808_item_cells_f0},
    [0xf1] = {.size = 4, .len = 4, .set = item_power_mv},
    [0xf3] = {.read = item_f3},
    [0xf4] = {.read = jt808_item_wifi},
    [0xf6] = {.read = jt808_item_f6, .read_extra = jt808_extra_f6},
    [0xf7] = {ITEM_PARTS(jt808_f7_parts)},
    [0xf8] = {.read = jt808_item_f8},
    [0xf9] = {.read = jt808_item_f9},
    [0xfc] = {.size = 1, .len = 1, .extra = EXTRA_FENCE},
    [0xfd] = {.read = jt808_item_cell_fd},
    [0xfe] = {ITEM_PARTS(fe_parts)},
    [0xff] = {.read = jt808_item_cell_ff},
};

void jt808_read_items(struct reader *r, struct fix *f, struct extras *x)
{
    items_read_table(r, items, f, x);
}
