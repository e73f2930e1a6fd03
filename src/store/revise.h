#ifndef STORE_REVISE_H
#define STORE_REVISE_H

#include "store/store_private.h"

/*
 * What late fixes change of the events of a device, while its fixes are folded again: see revise.c.
 * Where the store has no struct store_fold, events stay as they are. Writer only, within a
 * transaction.
 */

/* A record that the fold made anew, or that was made before and goes on. */
struct revised {
    struct event event;
    bool is_carried;
};

/* One device. */
struct revision {
    struct store *s;
    int64_t device;
    const struct fold_rules *rules;
    bool is_listening;  /* what the fold tells is wanted, ... */
    int64_t from_s;     /* ... of fixes from this time on ... */
    bool has_begun;     /* ... of which there was one */
    struct revised *at; /* in s->scratch */
    size_t count;
    size_t capacity;
};

/* Up to where fixes were folded. */
struct revision_end {
    int64_t to_s; /* before the fixes of this time; INT64_MAX: all of them */
    bool has_met; /* the state there is the one that was stored, but for its odometer */
};

/* The rules of a device. */
const struct fold_rules *store_rules_of(const struct store *s, int64_t device);

/* Begins to listen for what is decided from `from_s` on; before that all is right. */
void revision_begin(struct revision *r, struct store *s, int64_t device, int64_t from_s);
/* Folds what is not older than the state's newest, by the rules of the device. */
void revision_fold(struct revision *r, struct fold_state *state, const struct fix *fixes,
                   size_t count);
/*
 * Writes what is different now, and stops listening. `state` is the one at the end. What was
 * written is in s->revised. Errors of tables.h.
 */
MUST_USE enum err revision_conclude(struct revision *r, const struct revision_end *end,
                                    const struct fold_state *state);

#endif
