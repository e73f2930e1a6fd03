#ifndef FLEET_LAPSES_H
#define FLEET_LAPSES_H

#include "fleet/span.h"

/* Spans above a speed, and spans without fixes, of one device, leg by leg. */

struct speeding {
    struct range range;
    uint32_t limit_kmh_e2; /* above it, not at it; 0: nothing is; it may change between legs */
    struct span_sink sink;
    bool is_above; /* a span is at hand */
    struct span span;
};

/* Begins with the state before the first leg; range, limit and sink are set, the rest zeroed. */
void speeding_begin(struct speeding *s, const struct fold_state *start);
/* Takes the next leg. */
void speeding_take(struct speeding *s, const struct leg *leg);
/* After the last leg, which legs_pass() made. */
void speeding_end(struct speeding *s, const struct leg *pass);

struct absence {
    struct range range;
    int64_t limit_s; /* longer than it; 0: silences */
    struct span_sink sink;
};

/* Takes the next leg; it needs no other. The last one, which legs_pass() made, may be open. */
void absence_take(const struct absence *a, const struct leg *leg);

#endif
