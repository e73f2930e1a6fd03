#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/fix.h"

/*
 * The tails: of each device the packed fixes that are only in the journal, in order of arrival.
 *
 * Threads: one writer stages, publishes and drops; anyone takes views. What is staged is seen by
 * nobody, tails_has_repeat() included, until it is published.
 */
struct tails;

/* Tails of no device yet. */
struct tails *tails_new(void);
/* Every view must have been released. */
void tails_free(struct tails *t);

/* Stages one record of pack_fix() (its body, and its time) behind those of the device. Writer. */
void tails_stage(struct tails *t, int64_t device, struct bytes body, int64_t time_s);
/* Makes all that is staged visible / forgets it. Writer. */
void tails_publish(struct tails *t);
void tails_drop(struct tails *t);
/* Whether a published fix of the device is one that `fix` repeats. Writer. */
bool tails_has_repeat(const struct tails *t, int64_t device, const struct fix *fix);

/* What a stretch of records holds. */
struct tail_span {
    size_t len;   /* bytes */
    size_t count; /* records; 0: the times mean nothing */
    int64_t min_time_s;
    int64_t max_time_s;
    bool sorted; /* by time, equal ones allowed */
};

/* A device's tail as it was when the view was taken; holds its memory until released. */
struct tail_view {
    struct tail_segment *newest;
    struct tail_span span; /* of the newest segment */
};

/* Any thread. A device without fixes has an empty view. */
struct tail_view tails_view(struct tails *t, int64_t device);
void tail_view_release(struct tail_view *v);

/* One segment: records one behind the other, for pack_next(). */
struct tail_piece {
    struct bytes records;
    struct tail_span span;
};

/* How many segments the view has. */
size_t tail_view_pieces(const struct tail_view *v);
/* Writes them to `out`, which has room for tail_view_pieces(), the oldest first. */
void tail_view_copy(const struct tail_view *v, struct tail_piece *out);

#endif
