#ifndef FILES_VALUES_H
#define FILES_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/json.h"
#include "model/extra.h"
#include "model/fix.h"

/*
 * The numbers and switches of a fix by name, as files tell them: those of FIX_MAP and
 * FIX_SWITCH_MAP, then its temperatures (temperature_1_c and on, for sensor 0 and on). Names are
 * those of `odograph decode`, which end in their unit.
 */

/* How many there are. */
size_t values_count(void);
/* The name of value `i`, which is below values_count(). */
const char *value_name(size_t i);
/* The value of that name; values_count(): there is none. */
size_t value_find(struct bytes name);
/* Whether the fix tells it. */
bool value_is_told(const struct fix *f, size_t i);
/* Whether it is a switch, which is told as 0 or 1. */
bool value_is_switch(size_t i);
/* Whether it is a text, the event of a lock. */
bool value_is_text(size_t i);
/* Writes one that is told: 13.7. A text is not escaped. */
void value_write(struct json_out *out, const struct fix *f, size_t i);
/*
 * Sets it from text, "13.7"; of a switch from 0, 1, true, false, t, f, yes or no. False where the
 * text is no such value; one that is out of range is ignored, as fix_set_...() do.
 */
bool value_read(struct fix *f, size_t i, struct bytes text);

/* Where a place in a file is from. */
enum place_kind {
    PLACE_GPS,
    PLACE_NO_LOCK, /* told by a receiver without a lock */
    PLACE_LBS,
    PLACE_WIFI,
    PLACE_LAST, /* the report told none: it is the last one known */
    PLACE_KINDS
};
const char *place_word(enum place_kind kind);
/* Of a report, and the fix whose place is shown with it. */
enum place_kind place_of(const struct fix *report, const struct fix *shown);
/* Whether there is a kind of that word; then it is in *out. */
bool place_find(struct bytes word, enum place_kind *out);

/* Makes the place of a fix, which has one, one of that kind, but PLACE_LAST. */
void place_apply(struct fix *f, enum place_kind kind);

/* Whether the decimal text is a number, and what it is times 10^decimals, the rest rounded off. */
bool value_decimal(struct bytes text, unsigned decimals, int64_t *out);

/* ---- extra values ---- */

/* Packed extra values as an object of JSON, {"rpm":820,"tyre_pressure[1]":2.3}. */
void extras_write(struct json_out *out, struct bytes packed);
/* "rpm", "tyre_pressure[1]", of at most EXTRA_NAME_SIZE - 1 characters. */
enum { EXTRA_NAME_SIZE = 48 };
void extra_name(const struct extra *e, char out[EXTRA_NAME_SIZE]);
/* Writes its value: 820, or a text as it is, without escaping. */
void extra_write_value(struct json_out *out, const struct extra *e);
/*
 * Adds a value by such a name; the text is borrowed. False: there is no extra value of that name,
 * or the text is none of its kind.
 */
bool extra_read(struct extras *x, struct bytes name, struct bytes text);

#endif
