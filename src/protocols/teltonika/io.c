/*
 * Teltonika IO elements: an id and a number, or in codec 8 Extended an id and bytes. A row says
 * what an id means. The ids are those of the FMB family, which its relatives share; what has no row
 * is passed over.
 *
 * Source: the maker's "AVL IDs" of the FMB120 and FMC130, and the vectors' facts, section 3.
 */
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/items.h"
#include "protocols/teltonika/teltonika.h"

/* What an element means: `set` or `extra` takes its number; or that tells `alarms`, unless 0. */
struct io {
    uint16_t id;
    bool is_signed;
    uint8_t index;
    uint8_t extra; /* enum extra_key; 0: none */
    item_setter *set;
    alarm_set alarms;
};

static void set_bars(struct fix *f, int64_t value)
{
    enum { BARS_MAX = 4 };
    fix_set_gsm_bars(f, value > BARS_MAX ? BARS_MAX : (unsigned)value);
}

static void set_hdop(struct fix *f, int64_t tenths)
{
    fix_set_hdop_e2(f, (uint64_t)tenths * 10);
}

static void set_engine_cut(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, value != 0);
}

static void set_fuel_dl(struct fix *f, int64_t value)
{
    fix_set_fuel_ml(f, (uint64_t)value * 100);
}

static void set_door(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, value != 0);
}

static const struct io rows[] = {
    {.id = 9, .extra = EXTRA_ANALOGUE, .index = 1},
    {.id = 10, .extra = EXTRA_ANALOGUE, .index = 2},
    {.id = 16, .set = item_odometer_m},
    {.id = 21, .set = set_bars},
    {.id = 36, .extra = EXTRA_RPM},
    {.id = 32, .is_signed = true, .extra = EXTRA_COOLANT},
    {.id = 66, .set = item_power_mv},
    {.id = 67, .set = item_battery_mv},
    {.id = 84, .set = set_fuel_dl},
    {.id = 85, .extra = EXTRA_RPM},
    {.id = 87, .set = item_odometer_m},
    {.id = 90, .set = set_door},
    {.id = 113, .set = item_battery_percent},
    {.id = 175, .alarms = ALARM_BIT(GEOFENCE_ENTER)},
    {.id = 182, .set = set_hdop},
    {.id = 236, .alarms = ALARM_BIT(SOS)},
    {.id = 239, .set = item_ignition},
    {.id = 240, .set = item_motion},
    {.id = 246, .alarms = ALARM_BIT(DISPLACEMENT)},
    {.id = 247, .alarms = ALARM_BIT(COLLISION)},
    {.id = 252, .alarms = ALARM_BIT(POWER_OFF)},
    {.id = 255, .alarms = ALARM_BIT(OVERSPEED)},
    {.id = 380, .set = set_engine_cut},
    {.id = 662, .set = set_door},
};

static const struct io *row_of(unsigned id)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].id == id) {
            return &rows[i];
        }
    }
    return NULL;
}

/* The element tells of these alarms alone: of `set` they are the case. */
static void tell(struct fix *f, alarm_set told, alarm_set set)
{
    f->alarms |= set;
    fix_set_alarms_told(f, told);
}

static void read_driving(struct fix *f, uint64_t kind)
{
    static const struct alarm_row kinds[] = {
        {1, ALARM_BIT(HARSH_ACCELERATION)},
        {2, ALARM_BIT(HARSH_BRAKING)},
        {3, ALARM_BIT(HARSH_CORNERING)},
    };
    static const struct alarm_table table = ALARM_TABLE(kinds);
    tell(f, alarm_table_all(&table), alarm_table_of_code(&table, (unsigned)(kind & UINT8_MAX)));
}

/* Sensors 72 to 75 count tenths of a degree; some numbers are faults of the sensor. */
static void read_temperature(struct fix *f, unsigned sensor, struct bytes value)
{
    enum { NOT_READY = 850, FAULTS_FROM = 2000 };
    int64_t tenths = field_signed(value);
    if (tenths != NOT_READY && tenths < FAULTS_FROM) {
        fix_set_temperature(f, sensor, tenths * 10);
    }
}

/* An iButton: eight bytes, of which the last one sent is the first of its number. */
static void read_button(struct extras *x, struct bytes value)
{
    uint8_t *turned = arena_new(x->arena, value.len);
    for (size_t i = 0; i < value.len; i++) {
        turned[i] = value.at[value.len - 1 - i];
    }
    extras_set_hex(x, EXTRA_CARD, 0, (struct bytes){turned, value.len});
}

/* The serving cell comes in three elements. */
static void read_cell(struct cell *cell, unsigned id, uint64_t number)
{
    enum { OPERATOR = 241, CID = 205, LAC = 206, CID_LONG = 636, MNC_SHORT = 100, MNC_LONG = 1000 };
    const uint64_t long_from = 100000; /* three digits of each */
    if (id == OPERATOR && number < long_from * 10) {
        uint64_t by = number >= long_from ? MNC_LONG : MNC_SHORT;
        cell->mcc = (uint16_t)(number / by);
        cell->mnc = (uint16_t)(number % by);
    } else if (id == LAC && number <= UINT32_MAX) {
        cell->lac = (uint32_t)number;
    } else if (id == CID || id == CID_LONG) {
        cell->cid = number;
    }
}

static void read_row(const struct io *row, struct bytes value, struct teltonika_record *out)
{
    uint64_t number = field_number(value);
    int64_t scaled = row->is_signed ? field_signed(value) : (int64_t)(number & INT64_MAX);
    if (row->alarms != 0) {
        tell(&out->fix, row->alarms, number != 0 ? row->alarms : 0);
    } else if (row->set != NULL) {
        row->set(&out->fix, scaled);
    } else {
        extras_set(&out->extras, row->extra, row->index, scaled);
    }
}

void teltonika_read_io(unsigned id, struct bytes value, struct teltonika_record *out)
{
    enum { GREEN_DRIVING = 253, TEMPERATURE_FIRST = 72, TEMPERATURE_LAST = 75, BUTTON = 78 };
    enum { NUMBER_MAX = 8, VIN = 256, VIN_OBD = 325 };
    const struct io *row = row_of(id);
    bool is_number = value.len > 0 && value.len <= NUMBER_MAX;
    if (id == VIN || id == VIN_OBD) {
        extras_set_text(&out->extras, EXTRA_VIN, 0, value);
    } else if (!is_number) {
        return;
    } else if (row != NULL) {
        read_row(row, value, out);
    } else if (id == BUTTON) {
        read_button(&out->extras, value);
    } else if (id == GREEN_DRIVING) {
        read_driving(&out->fix, field_number(value));
    } else if (id >= TEMPERATURE_FIRST && id <= TEMPERATURE_LAST) {
        read_temperature(&out->fix, id - TEMPERATURE_FIRST, value);
    } else {
        read_cell(&out->cell, id, field_number(value));
    }
}
