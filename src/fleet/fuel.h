#ifndef FLEET_FUEL_H
#define FLEET_FUEL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the readings of a tank's level mean (the contract's part 3): the settled level, and what was
 * put in. Pure, and part of the fold's state.
 */

enum {
    FUEL_SETTLES_S = 180, /* a settled level is the median of so long */
    FUEL_SLOT_S = 20,     /* of which one reading is kept, the newest */
    FUEL_READINGS_MAX = FUEL_SETTLES_S / FUEL_SLOT_S + 1,
    FUEL_TANK_UNKNOWN_ML = 60000,
};

struct fuel_reading {
    int64_t time_s; /* GPS time */
    uint32_t level_ml;
};

/* All of it is 0 until the first reading. */
struct fuel {
    uint64_t refuelled_ml; /* all that was ever put in */
    int64_t risen_s;       /* while rising: when the settled level last rose */
    uint32_t settled_ml;   /* of the readings: fuel_settle() */
    uint32_t turn_ml;      /* the lowest settled level since the last refuel; rising: the highest */
    uint8_t count;         /* of readings; 0: the device tells no level */
    bool is_rising;        /* a refuel is under way */
    struct fuel_reading readings[FUEL_READINGS_MAX]; /* of the last minutes, the newest last */
};

/* The next reading, not older than the newest; a level of 0 is none. tank_ml 0: unknown. */
void fuel_read(struct fuel *f, const struct fuel_reading *reading, uint32_t tank_ml);

/* So much is a refuel, or a drain: 5 % of the tank. tank_ml 0: unknown. */
uint32_t fuel_refuel_ml(uint32_t tank_ml);
/* The settled level; 0 before the first reading. */
static inline uint32_t fuel_settled_ml(const struct fuel *f)
{
    return f->settled_ml;
}
/* Finds the settled level of readings that were put there by hand. */
void fuel_settle(struct fuel *f);

/* What has to be known of a state to say later what was used since then. */
struct fuel_mark {
    uint64_t refuelled_ml;
    uint32_t settled_ml;
    bool is_known; /* there was a reading */
};

static inline struct fuel_mark fuel_mark(const struct fuel *f)
{
    return (struct fuel_mark){f->refuelled_ml, f->settled_ml, f->count > 0};
}

/*
 * What was used from one state to a later one: the settled level before, less the one after, and
 * what was put in. Below 0 where noise says so; 0 where either has no reading.
 */
static inline int64_t fuel_used_ml(const struct fuel_mark *before, const struct fuel *after)
{
    bool is_known = before->is_known && after->count > 0;
    return is_known ? (int64_t)before->settled_ml - (int64_t)after->settled_ml +
                          (int64_t)(after->refuelled_ml - before->refuelled_ml)
                    : 0;
}

#endif
