#ifndef API_SLOTS_H
#define API_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Places for answers that are being streamed: each holds memory until a client has taken it all. A
 * group (an enterprise) may take another one as long as it holds fewer than are free, so that no
 * group can take them all. One alone gets half of them, two get a third each, and somebody who
 * comes first always finds one, until there are as many groups as slots. Any thread.
 */
struct slots;

enum { SLOTS_MAX = 128 };

/* All free. */
struct slots *slots_new(void);
/* Every slot has been given back. */
void slots_free(struct slots *s);
/* Takes one for `group`; false where it may not have another. */
bool slots_take(struct slots *s, int64_t group);
/* How many are taken, by whomever. */
size_t slots_taken(struct slots *s);
/* Gives one of the group's back. */
void slots_give(struct slots *s, int64_t group);

#endif
