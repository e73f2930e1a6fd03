/*
 * Ruptela elements: an id and a number. A row says what an id means; what has no row is passed
 * over. Some texts come in two elements of eight bytes. Which input is the ignition depends on the
 * wiring, so that only those that are set to be it are taken.
 *
 * Source: the vectors' facts, section 1. That 27 is the GSM signal is not proven there.
 */
#include <string.h>

#include "protocols/figures.h"
#include "protocols/ruptela/ruptela.h"

enum { HALF = 8, TEXTS = 3 };

/* What an element means. */
static const struct figure rows[] = {
    {.id = 13, .set = item_motion},
    {.id = 20, .last = 21, .extra = EXTRA_ANALOGUE, .index = 3},
    {.id = 22, .last = 23, .extra = EXTRA_ANALOGUE, .index = 1},
    {.id = 27, .set = item_gsm},
    {.id = 29, .set = item_power_mv},
    {.id = 30, .set = item_battery_mv},
    {.id = 34, .extra = EXTRA_CARD, .form = FIGURE_HEX},
    {.id = 65, .set = item_odometer_m},
    {.id = 74, .is_signed = true, .set_at = figure_celsius_e1, .index = 3},
    {.id = 78, .last = 80, .is_signed = true, .set_at = figure_celsius_e1},
    {.id = 94, .extra = EXTRA_RPM, .per = 4},
    {.id = 134, .alarms = ALARM_BIT(HARSH_BRAKING)},
    {.id = 136, .alarms = ALARM_BIT(HARSH_ACCELERATION)},
    {.id = 163, .set = item_odometer_m, .times = 5},
    {.id = 166, .extra = EXTRA_RPM, .per = 8},
    {.id = 170, .set = item_charging},
    {.id = 173, .set = item_motion},
    {.id = 197, .extra = EXTRA_RPM, .per = 8},
    {.id = 208, .extra = EXTRA_FUEL_USED, .times = 500},
    {.id = 251, .set = item_ignition},
    {.id = 409, .set = item_ignition},
    {.id = 410, .alarms = ALARM_BIT(DISPLACEMENT)},
    {.id = 411, .alarms = ALARM_BIT(COLLISION)},
    {.id = 415, .alarms = ALARM_BIT(GPS_ANTENNA), .is_alarm_at_0 = true},
    {.id = 645, .set = item_odometer_m, .times = 1000},
    {.id = 758, .alarms = ALARM_BIT(COVER_OPEN)},
};
static const struct figures list = {FIGURES(rows)};

/* Texts of two halves, and the element of the first; the second follows it. */
static const struct {
    uint16_t id;
    uint8_t extra;
    bool is_hex;
} texts[TEXTS] = {{126, EXTRA_DRIVER, false}, {155, EXTRA_DRIVER, false}, {760, EXTRA_CARD, true}};

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
    if (!read_half(id, value, out)) {
        figure_read(&list, id, value, &out->report);
    }
}

void ruptela_finish_io(struct ruptela_record *out)
{
    struct extras *x = &out->report.extras;
    for (size_t i = 0; i < TEXTS; i++) {
        struct bytes all = arena_copy(x->arena, (struct bytes){out->texts[i], 2 * (size_t)HALF});
        if (texts[i].is_hex) {
            extras_set_hex(x, texts[i].extra, 0, all);
        } else {
            extras_set_text(x, texts[i].extra, 0, bytes_slice(all, 0, bytes_find(all, 0)));
        }
    }
}
