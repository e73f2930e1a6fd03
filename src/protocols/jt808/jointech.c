/*
 * Jointech locks: 5501, a location, and 5502, one from its memory.
 *
 *     2026 Nov 23 01:12:00   22 deg 30.1234 N   113 deg 50.1234 E, valid
 *     23 11 26  01 12 00     22 30 12 34        11 35 01 23 4|7
 *
 *     date BCD DDMMYY, time hhmmss UTC, lat BCD ddmm.mmmm, lon BCD dddmm.mmmm and four bits: 0
 *     valid, 1 north, 2 east; speed u8 (knots), course u8 * 2, signal u8, satellites u8, odometer
 *     u32 km, battery u8 (%; aa and ab: charging), CID u32, LAC u16, product u8, status u16, alarm
 *     u16; then items {id u8, len u8, value}: 02 altitude i16 m, 0A MCC u16 and MNC u8 or u16 of
 *     the cell, 0B a lock event (lock.c)
 *
 * Alarm bits of products 1 and 2: 0 low supply. Of product 3: 0 overspeed, 1 low supply, 2
 * vibration, 3 low battery, 5 fence entered, 6 fence left; status bit 5: cut off. A low supply is
 * shown as a low battery. The position of 5502 is never taken for valid.
 *
 * Source: the vectors' facts, section 1.
 */
#include "protocols/jt808/jt808.h"

#include "base/units.h"
#include "protocols/fields.h"

enum { FLAG_VALID = 1, FLAG_NORTH = 2, FLAG_EAST = 4 };

static void read_time(struct reader *r, struct fix *f)
{
    struct civil c;
    if (field_civil_of_bcd(read_bytes(r, FIELD_CIVIL_LEN), DATE_DMY, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

static void read_position(struct reader *r, bool is_blind, struct fix *f)
{
    const uint64_t e4_to_e7 = 1000;
    int64_t lat_e7 = field_angle_of_ddmm(read_bcd(r, 4) * e4_to_e7);
    uint64_t lon_head = read_bcd(r, 4);
    uint8_t last = read_u8(r);
    int64_t lon_e7 = field_angle_of_ddmm((lon_head * 10 + (last >> 4)) * e4_to_e7);
    if (!reader_ok(r) || last >> 4 > 9) {
        return;
    }
    fix_set_position(f, (last & FLAG_NORTH) != 0 ? lat_e7 : -lat_e7,
                     (last & FLAG_EAST) != 0 ? lon_e7 : -lon_e7,
                     (last & FLAG_VALID) != 0 && !is_blind);
}

static void set_battery(struct fix *f, uint8_t battery)
{
    bool is_charging = battery == 0xaa || battery == 0xab;
    if (is_charging) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    } else {
        fix_set_battery_percent(f, battery);
    }
}

static void set_alarms(struct fix *f, uint8_t product, uint16_t status, uint16_t alarm)
{
    enum { PADLOCK = 3, CUT_OFF = 1 << 5 };
    static const struct alarm_row rows[] = {
        {0, ALARM_BIT(OVERSPEED)},   {1, ALARM_BIT(LOW_BATTERY)},    {2, ALARM_BIT(VIBRATION)},
        {3, ALARM_BIT(LOW_BATTERY)}, {5, ALARM_BIT(GEOFENCE_ENTER)}, {6, ALARM_BIT(GEOFENCE_LEAVE)},
    };
    static const struct alarm_table alarms = ALARM_TABLE(rows);
    if (product == 1 || product == 2) {
        f->alarms |= (alarm & 1U) != 0 ? ALARM_BIT(LOW_BATTERY) : 0;
        fix_set_alarms_told(f, ALARM_BIT(LOW_BATTERY));
    }
    if (product != PADLOCK) {
        return;
    }
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (status & CUT_OFF) != 0);
    f->alarms |= alarm_table_of_bits(&alarms, alarm);
    fix_set_alarms_told(f, alarm_table_all(&alarms));
}

/* The network of the cell whose LAC and CID the location has told. */
static void read_network(struct reader *r, struct cell cell, struct fix *f)
{
    enum { SHORT_LEN = 3, LONG_LEN = 4 };
    size_t len = r->in.len;
    if ((len == SHORT_LEN || len == LONG_LEN) && cell.cid != 0) {
        cell.mcc = read_u16be(r);
        cell.mnc = len == LONG_LEN ? read_u16be(r) : read_u8(r);
        fix_set_cell(f, cell);
    }
}

static const struct item item_rows[] = {
    {.id = 0x02, .size = 2, .len = 2, .is_signed = true, .scale = 10, .set = item_altitude_dm},
    {.id = 0x0b, .read = jt808_item_lock_event, .read_extra = jt808_extra_lock_event},
    {.id = 0xfc, .size = 1, .len = 1, .extra = EXTRA_FENCE},
};
static const struct item_list list = ITEM_LIST(item_rows);

static void read_items(struct reader *r, struct cell cell, struct fix *f)
{
    enum { NETWORK = 0x0a };
    uint16_t id = 0;
    struct bytes value;
    while (item_next(r, (struct item_form){1, 1}, &id, &value)) {
        struct reader network = reader_init(value);
        if (id == NETWORK) {
            read_network(&network, cell, f);
        } else {
            item_list_read(&list, id, value, f);
        }
    }
}

enum err jt808_decode_jointech(const struct session *s, const struct jt808_message *m,
                               struct decoded *out)
{
    const uint64_t knots_e7 = 10000000;
    (void)s;
    struct fix fix = {0};
    struct reader r = reader_init(m->body);
    bool is_blind = m->id == JT808_JOINTECH_BLIND;
    fix.flags |= is_blind ? FIX_REUPLOAD : 0;
    read_time(&r, &fix);
    read_position(&r, is_blind, &fix);
    fix_set_speed_kmh_e2(&fix, units_kmh_e2_from_knots_e7(read_u8(&r) * knots_e7));
    fix_set_course_cdeg(&fix, read_u8(&r) * UINT64_C(200));
    fix_set_gsm(&fix, read_u8(&r));
    fix_set_satellites(&fix, read_u8(&r));
    fix_set_odometer_m(&fix, read_u32be(&r) * UINT64_C(1000));
    set_battery(&fix, read_u8(&r));
    struct cell cell = {0};
    cell.cid = read_u32be(&r);
    cell.lac = read_u16be(&r);
    uint8_t product = read_u8(&r);
    uint16_t status = read_u16be(&r);
    uint16_t alarm = read_u16be(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    set_alarms(&fix, product, status, alarm);
    struct reader again = r;
    read_items(&r, cell, &fix);
    jt808_set_source(&fix);
    struct extras x;
    extras_init(&x, out->arena);
    items_read_extras(&again, (struct item_form){1, 1}, &list, &x);
    struct message *report = decoded_add(out, MESSAGE_FIX);
    report->fix = fix;
    report->extras = extras_pack(&x);
    return ERR_OK;
}
