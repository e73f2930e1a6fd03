#ifndef PROTOCOLS_ITEMS_H
#define PROTOCOLS_ITEMS_H

#include "base/reader.h"
#include "model/extra.h"
#include "model/fix.h"
#include "protocols/alarm_table.h"

/*
 * Items: what many protocols append to a location as an id, a length and a value. What an item says
 * is a row. Numbers are big-endian.
 *
 *     {.id = 0x0018, .len = 2, .scale = 10, .set = item_battery_mv}   01 9a: 410, 4100 mV
 */

/* Stores a number in a fix; one that is out of range is not stored. */
typedef void item_setter(struct fix *f, int64_t value);
/* Reads a value, which is all that `r` holds. Sets nothing where it is too short. */
typedef void item_reader(struct reader *r, struct fix *f);

/* Reads a value, which is all that `r` holds, into extra values. */
typedef void item_extra_reader(struct reader *r, struct extras *x);

/* What an extra value is made of. */
enum item_extra { ITEM_NUMBER, ITEM_DIGITS, ITEM_TEXT, ITEM_HEX };

/* One of `set`, `bits`, `read` and `parts` says what the value is; a row without any says nothing.
 */
struct item {
    uint16_t id;    /* in a list; in a table of all ids the place of the row is its id */
    uint8_t size;   /* the length of the whole value; 0: any that holds the number */
    uint8_t at;     /* where in the value the number begins */
    uint8_t len;    /* of the number: 1 to 4 bytes */
    bool is_signed; /* the number is in two's complement */
    uint16_t scale; /* what 1 means in the unit of `set`; 0: one */
    item_setter *set;
    const struct alarm_table
        *bits;         /* the number is a word of alarms, which tells each of its rows */
    item_reader *read; /* all else */
    uint8_t extra;     /* enum extra_key: what it says beside the fix; 0: nothing */
    uint8_t index;     /* of the extra value */
    uint8_t form;      /* of it: a number, times `scale` and `base` added; its digits;
                          or the `len` bytes from `at` on (0: all) as text or in
                          hexadecimal, where zeros alone are none */
    int16_t base;
    item_extra_reader *read_extra; /* all else */
    const struct item *parts;      /* several numbers, or forms by size: each that fits is read */
    size_t part_count;
};

/* The members `parts` and `part_count` of a row, from the array `rows`. */
#define ITEM_PARTS(rows) .parts = (rows), .part_count = sizeof(rows) / sizeof((rows)[0])

/* A list of the array `rows`. Several rows may have the same id; each that fits is read. */
struct item_list {
    const struct item *rows;
    size_t count;
};

/* A list of the array `rows`. */
#define ITEM_LIST(rows)                                                                            \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0])                                                   \
    }

/* How the items of a list are written: the widths of id and length in bytes, 1 or 2. */
struct item_form {
    uint8_t id_len;
    uint8_t length_len;
};

/* Reads `value` by its row. */
void item_read(const struct item *row, struct bytes value, struct fix *f);
/* Reads `value` by the rows that `list` has for `id`. */
void item_list_read(const struct item_list *list, uint16_t id, struct bytes value, struct fix *f);
/*
 * Takes the next item; its value is borrowed. False at the end, or where it is cut off: then the
 * reader has failed.
 */
bool item_next(struct reader *r, struct item_form form, uint16_t *id, struct bytes *value);
/* Reads the items up to the end, or up to one that is cut off. */
void items_read(struct reader *r, struct item_form form, const struct item_list *list,
                struct fix *f);
/*
 * Reads items with an id u8 and a length u8 by a table of all 256 ids, and their extra values with
 * them. There is no search, as such items come with every location.
 */
void items_read_table(struct reader *r, const struct item table[UINT8_MAX + 1], struct fix *f,
                      struct extras *x);

/* As item_read(), item_list_read() and items_read(), for the extra values. */
void item_read_extras(const struct item *row, struct bytes value, struct extras *x);
void item_list_read_extras(const struct item_list *list, uint16_t id, struct bytes value,
                           struct extras *x);
void items_read_extras(struct reader *r, struct item_form form, const struct item_list *list,
                       struct extras *x);

/* The numbers of a fix: millivolts, per cent, metres, millilitres, tenths of a metre, hundredths of
 * km/h and of a degree, seconds since 1970. */
item_setter item_power_mv;
item_setter item_battery_mv;
item_setter item_battery_percent;
item_setter item_odometer_m;
item_setter item_fuel_ml;
item_setter item_altitude_dm;
item_setter item_speed_kmh_e2;
item_setter item_course_cdeg; /* from 0 up */
item_setter item_hdop_e2;
item_setter item_time_s;
item_setter item_gsm;      /* 0 .. 31 */
item_setter item_gsm_bars; /* 0 .. 4 */
item_setter item_satellites;
/* Switches, on where the number is not 0. */
item_setter item_ignition;
item_setter item_charging;
item_setter item_charging_low; /* on where it is 0 */
item_setter item_motion;
item_setter item_cut_off;
item_setter item_door_open;

#endif
