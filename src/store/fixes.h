#ifndef STORE_FIXES_H
#define STORE_FIXES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/fix.h"

/* Fixes with their extra values (model/extra.h), in memory of one thread. */

/* Some in a row, borrowed. */
struct fix_run {
    const struct fix *at;
    const struct bytes *extras; /* of each, packed; NULL: none of them has any */
    size_t count;
};

/* Whether one of them has extra values. */
bool fix_run_has_extras(const struct fix_run *run);
/* Those of the i-th one. */
struct bytes fix_run_extras(const struct fix_run *run, size_t i);
/* `count` of them from `from` on, which are there. */
struct fix_run fix_run_slice(const struct fix_run *run, size_t from, size_t count);

/* Fixes in memory that is used again and again. A zeroed one is empty. */
struct fixes {
    struct fix *at;
    struct bytes *extras; /* as many, zeroed behind `count`; NULL: none has any */
    size_t count;
    size_t capacity;
    struct arena arena; /* of extra values that are kept here */
};

/* Room for `more` behind what is there. */
void fixes_reserve(struct fixes *f, size_t more);
/* The extra values of all there is room for, to be set. */
struct bytes *fixes_extras(struct fixes *f);
/* Appends a fix; its extra values stay where they are. */
void fixes_append(struct fixes *f, const struct fix *fix, struct bytes extras);
/* Forgets those from `count` on, and whatever was begun behind the last one. */
void fixes_cut(struct fixes *f, size_t count);
/* Sorts those from `from` on by fix_order(); repeats stay as they are. */
void fixes_sort(struct fixes *f, size_t from);
/* Empties it, and gives the memory back where it is much. */
void fixes_reset(struct fixes *f);
void fixes_clear(struct fixes *f);
/* All of them; valid until they change. */
struct fix_run fixes_run(const struct fixes *f);

#endif
