/*
 * JT/T 808 item EB, which has three shapes.
 *
 *     (a) the first u16 is an MCC (above 200), the length 3 + 5n: cells (radio.c)
 *     (b) printable text: the name of a time zone, "UTC+08:00"
 *     (c) {len u16, type u16, value}, the length counting the type:
 *
 *     0001 fuel of tank 1, u16 0.1 l        00B9 Wi-Fi as text
 *     0023 fuel of tank 2, text "001.47"    00C5 status, active low: bit 6 vibration; 23-24: 0
 *     002D 4 bytes supply u32 mV,                moving, 1 still
 *          2 bytes battery u16 mV           00C6 battery alarm: 3, 4 low
 *     0089 alarms, active low: bit 0 power  00CE supply u16 0.01 V
 *          off, 12 removal                  00D8 a cell
 *     00A8, 00E1 battery %                  00B2 ICCID, BCD 10
 *
 * The clock of the device stays in the zone of the session: trackers that tell another zone here
 * have been seen to send GMT+8 all the same.
 *
 * Source: the vectors' facts, section 1.
 */
#include "protocols/fields.h"
#include "protocols/jt808/jt808.h"

enum { MCC_MIN = 200, CELLS_HEAD_LEN = 3, CELLS_ENTRY_LEN = 5 };

static void sub_fuel_1(struct reader *r, struct fix *f)
{
    uint64_t fuel_ml = read_u16be(r) * UINT64_C(100);
    if (reader_ok(r)) {
        fix_set_fuel_ml(f, f->fuel_ml + fuel_ml);
    }
}

static void sub_fuel_2(struct reader *r, struct fix *f)
{
    int64_t fuel_l_e7 = 0;
    if (parse_decimal_e7(r->in, &fuel_l_e7) && fuel_l_e7 >= 0) {
        fix_set_fuel_ml(f, f->fuel_ml + (uint64_t)fuel_l_e7 / 10000);
    }
}

static void sub_voltage(struct reader *r, struct fix *f)
{
    if (r->in.len == 4) {
        fix_set_power_mv(f, read_u32be(r));
    } else if (r->in.len == 2) {
        fix_set_battery_mv(f, read_u16be(r));
    }
}

static void sub_alarms(struct reader *r, struct fix *f)
{
    uint32_t bits = read_u32be(r);
    if (reader_ok(r)) {
        f->alarms |= (bits & 1U) == 0 ? ALARM_BIT(POWER_OFF) : 0;
        f->alarms |= (bits & 1U << 12) == 0 ? ALARM_BIT(REMOVAL) : 0;
    }
}

static void sub_percent(struct reader *r, struct fix *f)
{
    unsigned percent = read_u8(r);
    if (reader_ok(r)) {
        fix_set_battery_percent(f, percent);
    }
}

static void sub_iccid(struct reader *r, struct fix *f)
{
    jt808_set_iccid_bcd(r->in, f);
}

static void sub_status(struct reader *r, struct fix *f)
{
    enum { MOVING = 0, STILL = 1 };
    uint32_t bits = read_u32be(r);
    if (!reader_ok(r)) {
        return;
    }
    f->alarms |= (bits & 1U << 6) == 0 ? ALARM_BIT(VIBRATION) : 0;
    unsigned motion = bits >> 23 & 3U;
    if (motion == MOVING || motion == STILL) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, motion == MOVING);
    }
}

static void sub_battery_alarm(struct reader *r, struct fix *f)
{
    uint8_t alarm = read_u8(r);
    f->alarms |= alarm == 3 || alarm == 4 ? ALARM_BIT(LOW_BATTERY) : 0;
}

static void sub_supply(struct reader *r, struct fix *f)
{
    uint64_t power_mv = read_u16be(r) * UINT64_C(10);
    if (reader_ok(r)) {
        fix_set_power_mv(f, power_mv);
    }
}

static const struct {
    uint16_t type;
    jt808_item *read;
} sub_items[] = {
    {0x0001, sub_fuel_1},           {0x0023, sub_fuel_2},         {0x002d, sub_voltage},
    {0x0089, sub_alarms},           {0x00a8, sub_percent},        {0x00b2, sub_iccid},
    {0x00b9, jt808_item_wifi_text}, {0x00c5, sub_status},         {0x00c6, sub_battery_alarm},
    {0x00ce, sub_supply},           {0x00d8, jt808_item_cell_d8}, {0x00e1, sub_percent},
};

static void read_sub_item(uint16_t type, struct bytes value, struct fix *f)
{
    for (size_t i = 0; i < sizeof(sub_items) / sizeof(sub_items[0]); i++) {
        if (sub_items[i].type == type) {
            struct reader r = reader_init(value);
            sub_items[i].read(&r, f);
            return;
        }
    }
}

void jt808_item_eb(struct reader *r, struct fix *f)
{
    enum { TYPE_LEN = 2 };
    struct bytes in = r->in;
    bool has_mcc = in.len >= CELLS_HEAD_LEN && (in.at[0] << 8 | in.at[1]) > MCC_MIN;
    if (field_is_printable(in)) {
        return;
    }
    if (has_mcc && (in.len - CELLS_HEAD_LEN) % CELLS_ENTRY_LEN == 0) {
        jt808_item_cells_eb(r, f);
        return;
    }
    while (reader_left(r) > 0) {
        uint16_t len = read_u16be(r);
        uint16_t type = read_u16be(r);
        struct bytes value = read_bytes(r, len < TYPE_LEN ? 0 : len - TYPE_LEN);
        if (!reader_ok(r) || len < TYPE_LEN) {
            return;
        }
        read_sub_item(type, value, f);
    }
}
