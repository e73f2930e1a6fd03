#ifndef MODEL_EXTRA_H
#define MODEL_EXTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/*
 * Extra values: what a tracker reports that is no member of struct fix, as the fold has no use for
 * it. They stand beside their fix, packed (extra.c), from the decoder to the history; a fix without
 * any has empty bytes, and costs nothing more.
 *
 *   X(KEY, number, "name", "unit", decimals, kind)
 *     number    Stored: take the next one
 *     "name"    as `odograph decode` and the API tell it
 *     "unit"    of which the value counts the 10^decimals-th part; "" where there is none
 *     kind      NUMBER, SWITCH (a number that is 0 or not) or TEXT
 *
 * What a vehicle has several of (tyres, doors) is told apart by an index; of what it has once the
 * index is 0.
 */
#define EXTRA_MAP(X)                                                                               \
    X(ANALOGUE, 1, "analogue", "V", 3, NUMBER) /* input 1 .. */                                    \
    X(HUMIDITY, 2, "humidity", "%", 2, NUMBER) /* of sensor 0 .., as the temperatures */           \
    X(RPM, 3, "rpm", "1/min", 0, NUMBER)       /* engine speed */                                  \
    X(ENGINE_HOURS, 4, "engine_hours", "h", 2, NUMBER)                                             \
    X(DRIVER, 5, "driver", "", 0, TEXT) /* identity */                                             \
    X(CARD, 6, "card", "", 0, TEXT)     /* number of a card, key or RFID tag */                    \
    X(DOOR, 7, "door", "", 0, SWITCH) /* open; door 2 .. of those that are one in FIX_DOOR_OPEN */ \
    X(STEPS, 8, "steps", "", 0, NUMBER)                                                            \
    X(TYRE_PRESSURE, 9, "tyre_pressure", "bar", 3, NUMBER) /* of tyre 1 .. */                      \
    X(TYRE_TEMPERATURE, 10, "tyre_temperature", "°C", 0, NUMBER)                                   \
    X(COOLANT, 11, "coolant", "°C", 0, NUMBER)                                                     \
    X(FUEL_USED, 12, "fuel_used", "l", 3, NUMBER) /* the adapter's counter */                      \
    X(DRIVER_NAME, 13, "driver_name", "", 0, TEXT)                                                 \
    X(EVENT, 14, "event", "", 0, NUMBER)                 /* the maker's code */                    \
    X(UNLOCK_RESULT, 15, "unlock_result", "", 0, NUMBER) /* the maker's code */                    \
    X(LOCK_ID, 16, "lock_id", "", 0, TEXT)               /* of lock 1 .. */                        \
    X(LOCK_EVENT, 17, "lock_event", "", 0, TEXT)         /* fix_lock_text() */                     \
    X(LOCK_BATTERY, 18, "lock_battery", "V", 3, NUMBER)                                            \
    X(LOCK_PERCENT, 19, "lock_battery_percent", "%", 0, NUMBER)                                    \
    X(FENCE, 20, "fence", "", 0, NUMBER)   /* the tracker's own */                                 \
    X(NETWORK, 21, "network", "", 0, TEXT) /* 2G, 4G */                                            \
    X(LIGHT, 22, "light", "lx", 0, NUMBER)                                                         \
    X(VIN, 23, "vin", "", 0, TEXT)                                                                 \
    X(TROUBLE_CODE, 24, "trouble_code", "", 0, TEXT) /* 0 .. */                                    \
    X(VIDEO, 25, "video", "", 0, TEXT)               /* label of the video of an alarm */          \
    X(TIME_ZONE, 26, "time_zone", "", 0, TEXT) /* that the tracker tells and does not keep to */   \
    X(SOURCE, 27, "source", "", 0, TEXT)       /* SMS, or its protocol elsewhere; else a link */   \
    X(HEART_RATE, 28, "heart_rate", "1/min", 0, NUMBER)                                            \
    X(BLOOD_PRESSURE, 29, "blood_pressure", "mmHg", 0, NUMBER) /* 0 systolic, 1 diastolic */       \
    X(BLOOD_OXYGEN, 30, "blood_oxygen", "%", 0, NUMBER)                                            \
    X(FUEL_PERCENT, 31, "fuel_percent", "%", 2, NUMBER) /* share of tank 0 .. that is full */

enum extra_key {
#define X(key, number, ...) EXTRA_##key = (number),
    EXTRA_MAP(X)
#undef X
};

enum extra_kind { EXTRA_IS_NUMBER, EXTRA_IS_SWITCH, EXTRA_IS_TEXT };

/* What the map says of a key. */
struct extra_row {
    const char *name;
    const char *unit;
    unsigned decimals;
    enum extra_kind kind;
};

/* The row of a key; NULL where there is none. */
const struct extra_row *extra_row(unsigned key);

enum {
    EXTRAS_MAX = 32,        /* values of one fix */
    EXTRAS_BYTES_MAX = 255, /* of them all, packed */
    EXTRA_TEXT_MAX = 32,    /* bytes */
    EXTRA_INDEX_MAX = 63,
    EXTRA_ID_MAX = UINT16_MAX, /* of extra.id */
};

/* One value. */
struct extra {
    uint32_t id; /* the key times 64 and the index: extra_key_of(), extra_index_of() */
    bool is_text;
    int64_t number;
    struct bytes text; /* UTF-8 as far as the tracker keeps to it, no NUL; borrowed */
};

static inline unsigned extra_key_of(const struct extra *e)
{
    return e->id / (EXTRA_INDEX_MAX + 1);
}

static inline unsigned extra_index_of(const struct extra *e)
{
    return e->id % (EXTRA_INDEX_MAX + 1);
}

/* ---- collecting: decoders ---- */

/* Values by their ids, each once; texts are borrowed. Begun by extras_init(). */
struct extras {
    struct arena *arena; /* of texts that are made here, and of what is packed */
    size_t count;
    struct extra at[EXTRAS_MAX]; /* set up to `count` */
};

/* None yet. The members behind are not touched: every location begins so. */
static inline void extras_init(struct extras *x, struct arena *arena)
{
    x->arena = arena;
    x->count = 0;
}

/*
 * Adds a value, or takes the place of the one that is there. A value with an index above
 * EXTRA_INDEX_MAX is ignored, and so is one beyond EXTRAS_MAX values. A switch is a number.
 */
void extras_set(struct extras *x, enum extra_key key, unsigned index, int64_t number);
/*
 * Adds a text as extras_set() adds a number. Blanks around it are left out, and what is longer than
 * EXTRA_TEXT_MAX is cut between characters. A text that is empty or has a NUL is ignored.
 */
void extras_set_text(struct extras *x, enum extra_key key, unsigned index, struct bytes text);
/*
 * Adds a text made of bytes, in hexadecimal (zeros alone are ignored), or of a number, in digits.
 */
void extras_set_hex(struct extras *x, enum extra_key key, unsigned index, struct bytes bytes);
void extras_set_digits(struct extras *x, enum extra_key key, unsigned index, uint64_t number);
/*
 * Packs the values, in the arena. Where they exceed EXTRAS_BYTES_MAX those of the highest ids are
 * left out.
 */
struct bytes extras_pack(const struct extras *x);

/* ---- packed ---- */

/* Appends a value behind that of the id `before` (0: it is the first). */
void extra_write(struct writer *w, uint32_t before, const struct extra *e);

struct extras_reader {
    struct reader in;
    uint32_t id;
};

/* A reader of packed values, which it borrows. */
struct extras_reader extras_begin(struct bytes packed);
/* The next value. False at the end, and where the bytes are not packed values (!reader_ok()). */
bool extras_next(struct extras_reader *r, struct extra *out);
/* Whether these bytes are what extras_pack() makes of some values. */
bool extras_are_sound(struct bytes packed);

#endif
