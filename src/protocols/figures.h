#ifndef PROTOCOLS_FIGURES_H
#define PROTOCOLS_FIGURES_H

#include "base/reader.h"
#include "protocols/alarm_table.h"
#include "protocols/items.h"
#include "protocols/report.h"

/*
 * Figures: numbers that a report consists of, under an id each or one behind the other. What one
 * says is a row.
 *
 *     {.id = 0x33, .len = 2, .times = 10, .set = item_speed_kmh_e2}     01 02: 258, 25.80 km/h
 *
 * Items (items.h) are read by a table of all ids and for every location of the largest fleets;
 * figures are fewer, and can say more.
 */

/* The values of a number that say that there is none. */
enum figure_none {
    FIGURE_ALL,  /* none: each says something */
    FIGURE_ONES, /* all bits are ones */
    FIGURE_LEAST /* the least, 80 00, of a number that is signed */
};

/* What an extra value is made of. In a little-endian list the last byte of bytes comes first. */
enum figure_form {
    FIGURE_NUMBER,
    FIGURE_DIGITS,
    FIGURE_TEXT, /* all of the value */
    FIGURE_HEX   /* all of the value; zeros alone are none */
};

/* What a number is a part of, where it takes several; set once all of the row came. */
enum figure_part {
    FIGURE_WHOLE, /* of nothing */
    FIGURE_LAT_E7,
    FIGURE_LON_E7,
    FIGURE_VALID, /* of a place: 1, it is; without such a number it is, too */
    FIGURE_MCC,
    FIGURE_MNC,
    FIGURE_LAC,
    FIGURE_CID,
    FIGURE_PARTS
};

/* Sets the number of the thing at an index, from 0; one that is out of range is not set. */
typedef void figure_setter(struct fix *f, unsigned index, int64_t value);

/*
 * One of `set`, `set_at`, `bits`, `alarms`, `extra` and `part` says what the number is; a row
 * without any says nothing.
 */
struct figure {
    item_setter *set;
    figure_setter *set_at;
    const struct alarm_table *table; /* the number is a word of alarms, which tells each row */
    alarm_set alarms;                /* those are there where the number is not 0, and told */
    uint16_t id;    /* in a list, in this order; several rows may have the same, each is read */
    uint16_t last;  /* of a range of ids, each of which counts `index` on; 0: there is none. Ranges
                       do not overlap, but rows may have the same */
    uint16_t times; /* what 1 means in the unit of what it sets: times / per; 0: 1 */
    uint16_t per;
    int16_t plus;   /* added to an extra value */
    uint8_t at;     /* where in the value the number begins */
    uint8_t len;    /* of the number: 1 to 8 bytes; 0: all that is left of the value */
    uint8_t bit;    /* the first of the bits that are meant, and how many; 0: all */
    uint8_t bits;   /* at most 63 */
    bool is_signed; /* the number is in two's complement; not with bits, and always where the least
                       is none */
    bool is_real;   /* it is one of IEEE 754, big-endian, of 4 or 8 bytes; no number says nothing */
    bool is_ddmm;   /* and an angle as ddmm.mmmm, which becomes degrees * 1e7 */
    uint8_t none;   /* enum figure_none; of a real there is none */
    bool is_alarm_at_0; /* `alarms` are there where the number is 0 */
    uint8_t extra;      /* enum extra_key; 0: none */
    uint8_t form;       /* enum figure_form */
    uint8_t index;
    uint8_t part;   /* enum figure_part; only of numbers one behind the other */
    bool is_shared; /* of these: the next one is made of the same bytes, which have its `len` */
};

struct figures {
    const struct figure *rows;
    size_t count;
    bool is_little; /* numbers are little-endian, else big-endian */
};

/* The members `rows` and `count` from the array `table`. */
#define FIGURES(table) .rows = (table), .count = sizeof(table) / sizeof((table)[0])

/* Reads `value` by the rows that the list has for `id`. Parts are not set. */
void figure_read(const struct figures *list, unsigned id, struct bytes value, struct report *out);
/*
 * Reads the rows one behind the other, of each its `len`. Where not all of them are there the
 * reader fails, and nothing is set. Answers whether each number says something.
 */
bool figures_read(const struct figures *row, struct reader *r, struct report *out);

/* Thermometers, in degrees Celsius and in tenths of them. */
figure_setter figure_celsius;
figure_setter figure_celsius_e1;

#endif
