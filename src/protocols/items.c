/*
 * Items by rows. A number too short for its row, or of another size than the row wants, says
 * nothing: several makers use one id for different things, and the length tells them apart.
 */
#include "protocols/items.h"

static void read_number(const struct item *row, struct bytes value, struct fix *f)
{
    enum { BYTE_BITS = 8 };
    uint32_t number = 0;
    if (value.len < (size_t)row->at + row->len || (row->size != 0 && value.len != row->size)) {
        return;
    }
    for (size_t i = row->at; i < (size_t)row->at + row->len; i++) {
        number = number << 8 | value.at[i];
    }
    if (row->bits != NULL) {
        f->alarms |= alarm_table_of_bits(row->bits, number);
        return;
    }
    int64_t sign = row->is_signed ? INT64_C(1) << (BYTE_BITS * row->len - 1) : 0;
    int64_t whole = (number ^ sign) - sign;
    row->set(f, row->scale == 0 ? whole : whole * row->scale);
}

/* One that has no parts. */
static void read_part(const struct item *row, struct bytes value, struct fix *f)
{
    if (row->read != NULL) {
        struct reader r = reader_init(value);
        row->read(&r, f);
    } else if (row->set != NULL || row->bits != NULL) {
        read_number(row, value, f);
    }
}

void item_read(const struct item *row, struct bytes value, struct fix *f)
{
    read_part(row, value, f);
    for (size_t i = 0; i < row->part_count; i++) {
        read_part(&row->parts[i], value, f);
    }
}

void item_list_read(const struct item_list *list, uint16_t id, struct bytes value, struct fix *f)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->rows[i].id == id) {
            item_read(&list->rows[i], value, f);
        }
    }
}

bool item_next(struct reader *r, struct item_form form, uint16_t *id, struct bytes *value)
{
    if (reader_left(r) == 0) {
        return false;
    }
    *id = form.id_len == 1 ? read_u8(r) : read_u16be(r);
    *value = read_bytes(r, form.length_len == 1 ? read_u8(r) : read_u16be(r));
    return reader_ok(r);
}

void items_read(struct reader *r, struct item_form form, const struct item_list *list,
                struct fix *f)
{
    uint16_t id = 0;
    struct bytes value;
    while (item_next(r, form, &id, &value)) {
        item_list_read(list, id, value, f);
    }
}

void items_read_table(struct reader *r, const struct item table[UINT8_MAX + 1], struct fix *f)
{
    while (reader_left(r) > 0) {
        uint8_t id = read_u8(r);
        struct bytes value = read_bytes(r, read_u8(r));
        if (reader_ok(r)) {
            item_read(&table[id], value, f);
        }
    }
}

/* ---- setters ---- */

void item_power_mv(struct fix *f, int64_t value)
{
    fix_set_power_mv(f, (uint64_t)value);
}

void item_battery_mv(struct fix *f, int64_t value)
{
    fix_set_battery_mv(f, (uint64_t)value);
}

void item_battery_percent(struct fix *f, int64_t value)
{
    fix_set_battery_percent(f, (unsigned)value);
}

void item_odometer_m(struct fix *f, int64_t value)
{
    fix_set_odometer_m(f, (uint64_t)value);
}

void item_fuel_ml(struct fix *f, int64_t value)
{
    fix_set_fuel_ml(f, (uint64_t)value);
}

void item_altitude_dm(struct fix *f, int64_t value)
{
    fix_set_altitude_dm(f, value);
}

void item_gsm(struct fix *f, int64_t value)
{
    fix_set_gsm(f, (unsigned)value);
}

void item_satellites(struct fix *f, int64_t value)
{
    fix_set_satellites(f, (unsigned)value);
}

void item_ignition(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, value != 0);
}

void item_charging(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, value != 0);
}

void item_charging_low(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, value == 0);
}

void item_motion(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, value != 0);
}
