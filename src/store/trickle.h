#ifndef STORE_TRICKLE_H
#define STORE_TRICKLE_H

#include "store/store_private.h"

/* When what is sealed: see trickle.c. Writer only. */

/* Nothing to seal yet. */
void trickle_init(struct store *s, const struct store_options *options);
/* Gives the memory back. */
void trickle_clear(struct store *s);
/* Notes a row of the journal that is there; in order. */
void trickle_note_row(struct store *s, uint64_t seq, uint64_t bytes);
/* A tail was published: it may be full, or late. */
void trickle_note_tail(struct store *s, struct tail *tail);
/* The device is gone. */
void trickle_forget(struct store *s, struct tail *tail);

/*
 * The share of a commit that adds about `added_bytes` to the tails: seals some, and deletes some
 * of the journal. Within the transaction, before anything is staged.
 */
MUST_USE enum err trickle_work(struct store *s, size_t added_bytes);
/* After the transaction: what it did counts, or not. */
void trickle_conclude(struct store *s, enum err e);
/* Whether there is work that no commit should be waited for. */
bool trickle_has_work(struct store *s);
/* Milliseconds until there is, at most `limit_ms`. */
unsigned trickle_wait_ms(const struct store *s, unsigned limit_ms);
/* For how many milliseconds nothing but commits is to be tried, as one failed; 0: for none. */
int64_t trickle_held_ms(const struct store *s);
/* The tails have more memory than they should. */
bool trickle_is_over(const struct store *s);

#endif
