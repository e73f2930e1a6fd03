/*
 * Items by rows. A number too short for its row, or of another size than the row wants, says
 * nothing: several makers use one id for different things, and the length tells them apart.
 */
#include "protocols/items.h"

#include "protocols/fields.h"

/* The number of a row; false where the value has none, or another size. */
static inline bool number_of(const struct item *row, struct bytes value, uint32_t *number)
{
    if (value.len < (size_t)row->at + row->len || (row->size != 0 && value.len != row->size)) {
        return false;
    }
    *number = 0;
    for (size_t i = row->at; i < (size_t)row->at + row->len; i++) {
        *number = *number << 8 | value.at[i];
    }
    return true;
}

/* The number as the row means it: signed or not, and scaled. */
static inline int64_t scaled(const struct item *row, uint32_t number)
{
    enum { BYTE_BITS = 8 };
    int64_t sign = row->is_signed ? INT64_C(1) << (BYTE_BITS * row->len - 1) : 0;
    int64_t whole = (number ^ sign) - sign;
    return row->scale == 0 ? whole : whole * row->scale;
}

static inline void read_number(const struct item *row, struct bytes value, struct fix *f)
{
    uint32_t number = 0;
    if (!number_of(row, value, &number)) {
        return;
    }
    if (row->bits != NULL) {
        f->alarms |= alarm_table_of_bits(row->bits, number);
        fix_set_alarms_told(f, alarm_table_all(row->bits));
    } else {
        row->set(f, scaled(row, number));
    }
}

/* One that has no parts. */
static inline void read_part(const struct item *row, struct bytes value, struct fix *f)
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

/* ---- extra values ---- */

/* Sets an extra value that is a text of the value's bytes. */
static void set_bytes(const struct item *row, struct bytes value, struct extras *x)
{
    struct bytes part = bytes_slice(value, row->at, row->len == 0 ? SIZE_MAX : row->len);
    if (part.len < row->len || (row->size != 0 && value.len != row->size)) {
        return;
    }
    if (row->form == ITEM_TEXT) {
        extras_set_text(x, (enum extra_key)row->extra, row->index, field_trimmed(part));
    } else {
        extras_set_hex(x, (enum extra_key)row->extra, row->index, part);
    }
}

/* Sets an extra value that is a number, or its digits. */
static void set_number(const struct item *row, struct bytes value, struct extras *x)
{
    uint32_t number = 0;
    if (!number_of(row, value, &number)) {
        return;
    }
    if (row->form == ITEM_DIGITS) {
        extras_set_digits(x, (enum extra_key)row->extra, row->index, number);
    } else {
        extras_set(x, (enum extra_key)row->extra, row->index, scaled(row, number) + row->base);
    }
}

static void read_extra(const struct item *row, struct bytes value, struct extras *x)
{
    if (row->read_extra != NULL) {
        struct reader r = reader_init(value);
        row->read_extra(&r, x);
    } else if (row->extra != 0 && (row->form == ITEM_TEXT || row->form == ITEM_HEX)) {
        set_bytes(row, value, x);
    } else if (row->extra != 0) {
        set_number(row, value, x);
    }
}

void item_read_extras(const struct item *row, struct bytes value, struct extras *x)
{
    read_extra(row, value, x);
    for (size_t i = 0; i < row->part_count; i++) {
        read_extra(&row->parts[i], value, x);
    }
}

void item_list_read_extras(const struct item_list *list, uint16_t id, struct bytes value,
                           struct extras *x)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->rows[i].id == id) {
            item_read_extras(&list->rows[i], value, x);
        }
    }
}

void items_read_extras(struct reader *r, struct item_form form, const struct item_list *list,
                       struct extras *x)
{
    uint16_t id = 0;
    struct bytes value;
    while (item_next(r, form, &id, &value)) {
        item_list_read_extras(list, id, value, x);
    }
}

void items_read_table(struct reader *r, const struct item table[UINT8_MAX + 1], struct fix *f,
                      struct extras *x)
{
    while (reader_left(r) > 0) {
        const struct item *row = &table[read_u8(r)];
        struct bytes value = read_bytes(r, read_u8(r));
        if (!reader_ok(r)) {
            return;
        }
        read_part(row, value, f);
        for (size_t i = 0; i < row->part_count; i++) {
            read_part(&row->parts[i], value, f);
        }
        if (row->extra != 0 || row->read_extra != NULL || row->part_count > 0) {
            item_read_extras(row, value, x);
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

void item_speed_kmh_e2(struct fix *f, int64_t value)
{
    fix_set_speed_kmh_e2(f, (uint64_t)value);
}

void item_course_cdeg(struct fix *f, int64_t value)
{
    fix_set_course_cdeg(f, (uint64_t)value);
}

void item_hdop_e2(struct fix *f, int64_t value)
{
    fix_set_hdop_e2(f, (uint64_t)value);
}

void item_time_s(struct fix *f, int64_t value)
{
    fix_set_time(f, value);
}

void item_gsm_bars(struct fix *f, int64_t value)
{
    fix_set_gsm_bars(f, (unsigned)value);
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

void item_cut_off(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, value != 0);
}

void item_door_open(struct fix *f, int64_t value)
{
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, value != 0);
}
