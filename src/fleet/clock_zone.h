#ifndef FLEET_CLOCK_ZONE_H
#define FLEET_CLOCK_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * The zone of a tracker's clock, where its protocol sends local times: who says what it is, and
 * what can be learnt from when fixes come. Pure functions; the essay is in clock_zone.c.
 */

/* How the times of a clock are read. Stored: only add at the end. */
enum clock_mode {
    CLOCK_TOLD,  /* as the login says, or where it says nothing as the protocol's row */
    CLOCK_ROW,   /* as the protocol's row, whatever the login says */
    CLOCK_FIXED, /* in one zone, whatever both say */
    CLOCK_SET,   /* in the zone that a person set; of former rules only */
    CLOCK_MODE_COUNT
};

struct clock_rule {
    enum clock_mode mode;
    int16_t offset_min; /* CLOCK_FIXED, CLOCK_SET; else 0 */
};

/* What each source says of the zone that a fix is read in. */
struct clock_basis {
    bool is_set; /* UtcOffsetMinutes of the device */
    bool is_configured;
    bool is_told; /* by the login */
    int16_t set_min;
    int16_t configured_min;
    int16_t told_min;
    int16_t row_min;
};

/* A locked fix, sent when it was taken as far as its tracker says. */
struct clock_observation {
    int64_t told_s;      /* what the clock showed, read as UTC */
    int64_t arrival_s;   /* by a clock that is right */
    uint32_t connection; /* another one has another number */
};

enum { CLOCK_FORMERS_MAX = 3 };

/* How times were read before a change. */
struct clock_former {
    struct clock_rule rule;
    int64_t until_s;
};

/* Fixes ahead of their arrival that would be in time in the zone. */
struct clock_ahead {
    int16_t offset_min;
    uint8_t count; /* up to 3; 0: none */
    bool is_twice; /* on two connections */
    uint32_t connection;
    int64_t last_told_s; /* these two are not stored */
    int64_t last_arrival_s;
};

/* A stretch of fixes that would be in time in the zone. */
struct clock_spell {
    int16_t offset_min;
    uint16_t count; /* 0: none. Of a whole spell that is kept: 1 */
    uint32_t connection;
    int64_t first_arrival_s; /* of a kept one: 0 */
    int64_t last_arrival_s;
    int64_t last_told_s; /* of a kept one: 0 */
};

/* What is known of one clock; all zero where nothing is. */
struct clock_zone {
    struct clock_rule rule; /* learnt */
    int16_t learnt_min;     /* the zone in which that reads, when it was learnt */
    bool is_stopped;        /* changed too often: nothing more is learnt */
    bool has_least;
    int16_t least_min;                              /* every zone west of it is ruled out */
    int64_t learnt_s;                               /* when it was learnt last; 0: not */
    struct clock_former formers[CLOCK_FORMERS_MAX]; /* the last one first; until_s 0: none */
    struct clock_ahead ahead;
    struct clock_spell spell; /* whole, the first of two */
    bool has_second_spell;
    struct clock_spell running; /* not stored */
};

/* The zone in which `rule` reads a time, in minutes east of UTC. */
int clock_rule_offset_min(const struct clock_rule *rule, const struct clock_basis *b);
/*
 * The zone in which times are read. Whoever knows better comes first: a person, the configuration,
 * what was learnt, the login, the protocol's row.
 */
int clock_zone_offset_min(const struct clock_zone *z, const struct clock_basis *b);

/* Takes an observation in, without changing the rule. */
void clock_zone_observe(struct clock_zone *z, const struct clock_basis *b,
                        const struct clock_observation *o);

/* The change that the observations speak for. */
struct clock_wish {
    bool is_one;
    bool is_sure; /* they prove it */
    int16_t offset_min;
};
struct clock_wish clock_zone_wish(const struct clock_zone *z, const struct clock_basis *b);
/* Whether a wish may be granted: nobody set the zone, and it did not change too often. */
bool clock_zone_may_learn(const struct clock_zone *z, const struct clock_basis *b);
/* Grants it. */
void clock_zone_learn(struct clock_zone *z, const struct clock_basis *b, int16_t offset_min,
                      int64_t now_s);
/*
 * A person set another zone, or took it back; `was_set` and `was_min` tell what held before. All
 * that was learnt is dropped, except which zones are ruled out.
 */
void clock_zone_note_set(struct clock_zone *z, bool was_set, int16_t was_min, int64_t now_s);
/* Drops the former rules that are too old to look for repeats by. */
void clock_zone_prune(struct clock_zone *z, int64_t now_s);
/* Whether nothing is known that had to be stored. */
bool clock_zone_is_blank(const struct clock_zone *z);

/* What the clock seems to be, for a person. */
enum clock_hint_why {
    CLOCK_HINT_NONE,
    CLOCK_HINT_AHEAD,
    CLOCK_HINT_BEHIND,
    CLOCK_HINT_LEARNT,
    CLOCK_HINT_UNSTEADY
};
struct clock_hint {
    enum clock_hint_why why;
    int16_t offset_min;
};
struct clock_hint clock_zone_hint(const struct clock_zone *z);

/* ---- as bytes ---- */

enum { CLOCK_ZONE_PACKED_MAX = 128 };

/* Packs what is stored into `room`, of CLOCK_ZONE_PACKED_MAX bytes. */
struct bytes clock_zone_pack(const struct clock_zone *z, uint8_t *room);
/* The way back. ERR_CORRUPT: these bytes are not what clock_zone_pack() writes. */
MUST_USE enum err clock_zone_unpack(struct bytes packed, struct clock_zone *out);

#endif
