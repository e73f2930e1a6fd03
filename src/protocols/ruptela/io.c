/*
 * Ruptela elements: an id and a number. A row says what an id means; what has no row is passed
 * over. Some texts come in two elements of eight bytes. Which input is the ignition depends on the
 * wiring, so that only those that are set to be it are taken.
 *
 * Source: the vectors' facts, section 1. That 27 is the GSM signal is not proven there.
 */
#include <string.h>

#include "protocols/fields.h"
#include "protocols/items.h"
#include "protocols/ruptela/ruptela.h"

enum { HALF = 8, TEXTS = 3 };

/* What an element means: `set` or `extra` takes its number, or that tells `alarms`, unless 0. */
struct io {
    item_setter *set;
    alarm_set alarms;
    uint16_t id;
    uint16_t times;
    uint16_t per;
    uint8_t index;
    uint8_t extra; /* enum extra_key; 0: none */
    bool is_alarm_at_0;
};

static const struct io rows[] = {
    {.id = 13, .set = item_motion},
    {.id = 173, .set = item_motion},
    {.id = 20, .extra = EXTRA_ANALOGUE, .index = 3},
    {.id = 21, .extra = EXTRA_ANALOGUE, .index = 4},
    {.id = 22, .extra = EXTRA_ANALOGUE, .index = 1},
    {.id = 23, .extra = EXTRA_ANALOGUE, .index = 2},
    {.id = 27, .set = item_gsm},
    {.id = 29, .set = item_power_mv},
    {.id = 30, .set = item_battery_mv},
    {.id = 65, .set = item_odometer_m},
    {.id = 94, .extra = EXTRA_RPM, .per = 4},
    {.id = 163, .set = item_odometer_m, .times = 5},
    {.id = 166, .extra = EXTRA_RPM, .per = 8},
    {.id = 197, .extra = EXTRA_RPM, .per = 8},
    {.id = 170, .set = item_charging},
    {.id = 208, .extra = EXTRA_FUEL_USED, .times = 500},
    {.id = 251, .set = item_ignition},
    {.id = 409, .set = item_ignition},
    {.id = 645, .set = item_odometer_m, .times = 1000},
    {.id = 134, .alarms = ALARM_BIT(HARSH_BRAKING)},
    {.id = 136, .alarms = ALARM_BIT(HARSH_ACCELERATION)},
    {.id = 410, .alarms = ALARM_BIT(DISPLACEMENT)},
    {.id = 411, .alarms = ALARM_BIT(COLLISION)},
    {.id = 415, .alarms = ALARM_BIT(GPS_ANTENNA), .is_alarm_at_0 = true},
    {.id = 758, .alarms = ALARM_BIT(COVER_OPEN)},
};

/* Texts of two halves, and the element of the first; the second follows it. */
static const struct {
    uint16_t id;
    uint8_t extra;
    bool is_hex;
} texts[TEXTS] = {{126, EXTRA_DRIVER, false}, {155, EXTRA_DRIVER, false}, {760, EXTRA_CARD, true}};

static void read_row(const struct io *row, struct bytes value, struct ruptela_record *out)
{
    const uint64_t number_max = INT64_MAX / 1000;
    uint64_t number = field_number(value);
    int64_t scaled = (int64_t)(number > number_max ? number_max : number);
    scaled = scaled * (row->times == 0 ? 1 : row->times) / (row->per == 0 ? 1 : row->per);
    if (row->alarms != 0) {
        out->fix.alarms |= (number == 0) == row->is_alarm_at_0 ? row->alarms : 0;
        fix_set_alarms_told(&out->fix, row->alarms);
    } else if (row->set != NULL) {
        row->set(&out->fix, scaled);
    } else {
        extras_set(&out->extras, row->extra, row->index, scaled);
    }
}

static bool read_half(unsigned id, struct bytes value, struct ruptela_record *out)
{
    for (size_t i = 0; i < TEXTS; i++) {
        if ((id == texts[i].id || id == texts[i].id + 1U) && value.len == HALF) {
            memcpy(out->texts[i] + (id == texts[i].id ? 0 : HALF), value.at, HALF);
            return true;
        }
    }
    return false;
}

void ruptela_read_io(unsigned id, struct bytes value, struct ruptela_record *out)
{
    enum { BUTTON = 34, SENSOR_FIRST = 78, SENSOR_LAST = 80, SENSOR_3 = 74, SENSORS = 3 };
    if (read_half(id, value, out)) {
        return;
    }
    if (id == BUTTON) {
        extras_set_hex(&out->extras, EXTRA_CARD, 0, value);
    } else if (id == SENSOR_3 || (id >= SENSOR_FIRST && id <= SENSOR_LAST)) {
        fix_set_temperature(&out->fix, id == SENSOR_3 ? SENSORS : id - SENSOR_FIRST,
                            field_signed(bytes_slice(value, 0, sizeof(uint32_t))) * 10);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].id == id) {
            read_row(&rows[i], value, out);
        }
    }
}

void ruptela_finish_io(struct ruptela_record *out)
{
    for (size_t i = 0; i < TEXTS; i++) {
        struct bytes all = {out->texts[i], sizeof(out->texts[i])};
        if (texts[i].is_hex) {
            extras_set_hex(&out->extras, texts[i].extra, 0, all);
            continue;
        }
        all.len = bytes_find(all, 0);
        extras_set_text(&out->extras, texts[i].extra, 0, arena_copy(out->extras.arena, all));
    }
}
