#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/fix.h"

/*
 * The tails. The tail of a device holds its packed fixes that are only in the journal, in order of
 * arrival.
 *
 * Threads: one writer stages, publishes and drops; anyone takes views. What is staged is seen by
 * nobody until it is published.
 */
struct tails;

/* What a stretch of records holds. */
struct tail_span {
    int64_t min_time_s;
    int64_t max_time_s;
    uint32_t len;   /* bytes */
    uint32_t count; /* records; 0: the times mean nothing */
    uint32_t last;  /* where the body of the last one begins */
    bool sorted;    /* by fix_order() */
};

/* One device. Everything is the writer's, and readable for it alone, but for the first four. */
struct tail {
    int64_t device;
    struct tail_segment *newest; /* with the next two under the stripe's lock */
    struct tail_span span;
    uint64_t sealed_seq; /* what was committed up to here is in chunks */

    uint64_t first_seq;    /* the oldest commit that is not in chunks; 0: none */
    int64_t max_time_s;    /* of the records; INT64_MIN: none */
    int64_t sealed_last_s; /* newest time in chunks; INT64_MIN: none */
    uint32_t count;        /* records */
    uint32_t bytes;        /* memory */
    uint32_t staging;      /* index of what is staged plus 1; 0: nothing */
    uint16_t state_len;
    uint16_t state_capacity;
    uint8_t *state; /* packed, after the last record; NULL: that of the chunks is the last */

    /* Kept here for settle.c and trickle.c. */
    int64_t dirty_from_s;
    int64_t due_ms;     /* monotonic: when the late fixes are folded in */
    GList *late_link;   /* in the queue of tails with late fixes; data is the tail */
    uint32_t settle_us; /* what its last settling took */
    bool is_dirty;      /* late fixes from dirty_from_s on are not in the state */
    bool is_settling;   /* some of its transactions are done */
    bool has_failed;    /* the store did: not before due_ms */
    bool is_ready;      /* waits in the queue of full tails */
    bool is_inherited;  /* of an earlier program maybe, and nothing of the device is sealed */
};

/* Tails of no device yet. */
struct tails *tails_new(void);
/* Every view must have been released. */
void tails_free(struct tails *t);

/* ---- writer ---- */

/* NULL: the device never committed anything. Valid until tails_forget(). */
struct tail *tails_find(const struct tails *t, int64_t device);
/* The tail of a device; made where it has none yet. Valid until tails_forget(). */
struct tail *tails_find_or_add(struct tails *t, int64_t device);
/* Every device there is, by id. Valid until the next one is added or forgotten. */
struct tail *const *tails_all(struct tails *t, size_t *count);
/* Where among these the devices from `device` on begin. */
size_t tails_from(struct tails *t, int64_t device);
/* Records and memory of all tails that are published. */
size_t tails_fixes(const struct tails *t);
size_t tails_bytes(const struct tails *t);

/* What a commit says of a device beside its fixes. */
struct tail_note {
    uint64_t seq;
    struct bytes state; /* packed; borrowed until it is published */
    bool is_dirty;
    int64_t dirty_from_s;
};

/* Stages one record of pack_report() (its body, and its time) behind those of the device. */
void tails_stage(struct tails *t, struct tail *tail, struct bytes body, int64_t time_s);
/* Stages the rest of a part; its records follow or were staged before. */
void tails_stage_note(struct tails *t, struct tail *tail, const struct tail_note *note);
/*
 * Stages that all published records of the device are in chunks now; the newest one is of `last_s`.
 * To be called before anything else of the device is staged.
 */
void tails_stage_sealed(struct tails *t, int64_t device, uint64_t seq, int64_t last_s);
/* Makes all that is staged visible, and calls `touched` for each tail, unless it is NULL. */
void tails_publish(struct tails *t, void (*touched)(void *context, struct tail *tail),
                   void *context);
/* Forgets all that is staged. */
void tails_drop(struct tails *t);
/* Takes a device away, its records too. Nothing of it may be staged. */
void tails_forget(struct tails *t, int64_t device);

/* ---- views ---- */

/* A device's tail as it was when the view was taken; holds its memory until released. */
struct tail_view {
    struct tail_segment *newest;
    struct tail_span span; /* of the newest segment */
    uint64_t sealed_seq;   /* the records are of later commits */
};

/* Any thread. A device without fixes has an empty view. */
struct tail_view tails_view(struct tails *t, int64_t device);
/* The writer's own look: not counted, not to be released, valid until the next publishing. */
struct tail_view tail_look(const struct tail *tail);
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
