/*
 * JT/T 808 item E8: what the cameras of Jimi add (JC181, JC182, JC371, JC450, JC451).
 *
 *     0c 01  10  31 31 .. 00     20 05  0e  20 01 02 00 8c  00 06 01 04  00 07 02 00 06
 *     SOS    len label           status len supply 14.0 V   ?            HDOP 0.6
 *
 * {id u16, len u8, value}, to the end of the item or where one is cut off. An alarm that is not
 * among them is none.
 *
 *     04xx, 0Cxx  an alarm, its value the label of its pictures: `alarm_rows` below
 *     040C a door is open; 0C03, 0C04 ignition on, off
 *     2002 mode u8, from memory u8 (1)
 *     2003 charging u8 (1), battery in sixths u8, battery u16 0.01 V, signal u8, supply u16 0.01 V
 *     2005 {id u16, len u8, value}: 0001 battery u16 0.01 V; 0003 battery %; 0004 charging when 0;
 *          0005 ICCID BCD 10; 0007 HDOP u16 0.1; 2001 supply u16 0.1 V
 *
 * Not carried: 0001 a fault, 0415 a change of lane, 0C05 an alarm without a name; the signal of
 * 2003, whose scale is not told; of 2005 0002, the data used.
 *
 * Source: the vectors' facts, section 1, and real frames.
 */
#include "protocols/jt808/jt808.h"

/* An id u16, a length u8. */
static const struct item_form form = {2, 1};

static const struct alarm_row alarm_rows[] = {
    {0x0400, ALARM_BIT(HARSH_ACCELERATION)}, {0x0401, ALARM_BIT(HARSH_BRAKING)},
    {0x0402, ALARM_BIT(HARSH_CORNERING)},    {0x0403, ALARM_BIT(OVERSPEED)},
    {0x0405, ALARM_BIT(COLLISION)},          {0x0406, ALARM_BIT(VIBRATION)},
    {0x0407, ALARM_BIT(DISPLACEMENT)}, /* towed */
    {0x0408, ALARM_BIT(GEOFENCE_ENTER)},     {0x0409, ALARM_BIT(GEOFENCE_LEAVE)},
    {0x0412, ALARM_BIT(HARSH_ACCELERATION)}, {0x0413, ALARM_BIT(HARSH_BRAKING)},
    {0x0414, ALARM_BIT(HARSH_CORNERING)},    {0x0416, ALARM_BIT(COLLISION)},
    {0x0417, ALARM_BIT(COLLISION)},          {0x0c01, ALARM_BIT(SOS)},
    {0x0c02, ALARM_BIT(LOW_BATTERY)}, /* of the supply */
    {0x0c0e, ALARM_BIT(POWER_OFF)},          {0x0c0f, ALARM_BIT(LOW_BATTERY)},
    {0x0c10, ALARM_BIT(POWER_OFF)},  /* switched off */
    {0x0c12, ALARM_BIT(COVER_OPEN)}, /* tampering */
};

static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

static void read_mode(struct reader *r, struct fix *f)
{
    enum { FROM_MEMORY = 1 };
    read_skip(r, 1);
    f->flags |= read_u8(r) == FROM_MEMORY ? FIX_REUPLOAD : 0;
}

static void read_power(struct reader *r, struct fix *f)
{
    enum { CHARGING = 1, SIXTHS = 6 };
    uint8_t charging = read_u8(r);
    unsigned sixths = read_u8(r);
    uint64_t battery_mv = read_u16be(r) * UINT64_C(10);
    read_skip(r, 1);
    uint64_t power_mv = read_u16be(r) * UINT64_C(10);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, charging == CHARGING);
    if (sixths >= 1 && sixths <= SIXTHS) {
        fix_set_battery_percent(f, sixths * 100 / SIXTHS);
    }
    fix_set_battery_mv(f, battery_mv);
    fix_set_power_mv(f, power_mv);
}

static void read_iccid(struct reader *r, struct fix *f)
{
    jt808_set_iccid_bcd(r->in, f);
}

static void set_hdop_e1(struct fix *f, int64_t hdop_e1)
{
    jt808_set_hdop_e1(f, (unsigned)hdop_e1);
}

static void read_statuses(struct reader *r, struct fix *f)
{
    static const struct item rows[] = {
        {.id = 0x0001, .size = 2, .len = 2, .scale = 10, .set = item_battery_mv},
        {.id = 0x0003, .size = 1, .len = 1, .set = item_battery_percent},
        {.id = 0x0004, .size = 1, .len = 1, .set = item_charging_low},
        {.id = 0x0005, .read = read_iccid},
        {.id = 0x0007, .size = 2, .len = 2, .set = set_hdop_e1},
        {.id = 0x2001, .size = 2, .len = 2, .scale = 100, .set = item_power_mv},
    };
    static const struct item_list list = ITEM_LIST(rows);
    items_read(r, form, &list, f);
}

/* What the entry itself says, whatever its value. */
static void read_door_open(struct reader *r, struct fix *f)
{
    (void)r;
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
}

static void read_ignition_on(struct reader *r, struct fix *f)
{
    (void)r;
    item_ignition(f, 1);
}

static void read_ignition_off(struct reader *r, struct fix *f)
{
    (void)r;
    item_ignition(f, 0);
}

void jt808_item_jimi(struct reader *r, struct fix *f)
{
    static const struct item rows[] = {
        {.id = 0x040c, .read = read_door_open},    {.id = 0x0c03, .read = read_ignition_on},
        {.id = 0x0c04, .read = read_ignition_off}, {.id = 0x2002, .read = read_mode},
        {.id = 0x2003, .read = read_power},        {.id = 0x2005, .read = read_statuses},
    };
    static const struct item_list list = ITEM_LIST(rows);
    uint16_t id = 0;
    struct bytes value;
    fix_set_alarms_told(f, alarm_table_all(&alarms));
    while (item_next(r, form, &id, &value)) {
        f->alarms |= alarm_table_of_code(&alarms, id);
        item_list_read(&list, id, value, f);
    }
}
