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

/* The tanks together. */
static void add_fuel_ml(struct fix *f, int64_t fuel_ml)
{
    fix_set_fuel_ml(f, f->fuel_ml + (uint64_t)fuel_ml);
}

static void sub_fuel_2(struct reader *r, struct fix *f)
{
    int64_t fuel_l_e7 = 0;
    if (parse_decimal_e7(r->in, &fuel_l_e7) && fuel_l_e7 >= 0) {
        add_fuel_ml(f, fuel_l_e7 / 10000);
    }
}

static const struct alarm_row low_rows[] = {
    {0, ALARM_BIT(POWER_OFF)},
    {12, ALARM_BIT(REMOVAL)},
};
static const struct alarm_table low_alarms = {low_rows, sizeof(low_rows) / sizeof(low_rows[0]),
                                              .is_active_low = true};

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
    fix_set_alarms_told(f, ALARM_BIT(VIBRATION));
    unsigned motion = bits >> 23 & 3U;
    if (motion == MOVING || motion == STILL) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, motion == MOVING);
    }
}

static void set_battery_alarm(struct fix *f, int64_t alarm)
{
    f->alarms |= alarm == 3 || alarm == 4 ? ALARM_BIT(LOW_BATTERY) : 0;
    fix_set_alarms_told(f, ALARM_BIT(LOW_BATTERY));
}

static const struct item sub_items[] = {
    {.id = 0x0001, .len = 2, .scale = 100, .set = add_fuel_ml},
    {.id = 0x0023, .read = sub_fuel_2},
    {.id = 0x002d, .size = 4, .len = 4, .set = item_power_mv},
    {.id = 0x002d, .size = 2, .len = 2, .set = item_battery_mv},
    {.id = 0x0089, .len = 4, .bits = &low_alarms},
    {.id = 0x00a8, .len = 1, .set = item_battery_percent},
    {.id = 0x00b2, .read = sub_iccid},
    {.id = 0x00b9, .read = jt808_item_wifi_text},
    {.id = 0x00c5, .read = sub_status},
    {.id = 0x00c6, .len = 1, .set = set_battery_alarm},
    {.id = 0x00ce, .len = 2, .scale = 10, .set = item_power_mv},
    {.id = 0x00d8, .read = jt808_item_cell_d8},
    {.id = 0x00e1, .len = 1, .set = item_battery_percent},
};
static const struct item_list sub_list = ITEM_LIST(sub_items);

void jt808_extra_eb(struct reader *r, struct extras *x)
{
    if (field_is_printable(r->in)) {
        extras_set_text(x, EXTRA_TIME_ZONE, 0, r->in);
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
        item_list_read(&sub_list, type, value, f);
    }
}
