/*
 * Runs of pointers, each of RUN_MAX at most, so that an insertion moves few:
 *
 *     runs ──► [ a b d ]   [ f g ]   [ k m n p ]        e is put behind d: its run is the last one
 *                                                       whose first item is not behind e
 *
 * A full run is halved; where items come in order it stays nearly full. None is empty.
 */
#include "fleet/roll.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { RUN_MAX = 256, RUN_MIN = 4 };

struct run {
    size_t count;
    size_t capacity;
    void **items;
};

struct roll {
    roll_compare *compare;
    GPtrArray *runs; /* struct run, owned */
    size_t count;
};

static struct run *run_new(size_t capacity)
{
    struct run *run = mem_new(sizeof(*run));
    run->capacity = capacity;
    run->items = mem_new_array(capacity, sizeof(*run->items));
    return run;
}

static void run_free(void *value)
{
    struct run *run = value;
    free(run->items);
    free(run);
}

struct roll *roll_new(roll_compare *compare)
{
    struct roll *r = mem_new(sizeof(*r));
    r->compare = compare;
    r->runs = g_ptr_array_new_with_free_func(run_free);
    return r;
}

void roll_free(struct roll *r)
{
    if (r != NULL) {
        (void)g_ptr_array_free(r->runs, TRUE);
        free(r);
    }
}

size_t roll_count(const struct roll *r)
{
    return r->count;
}

static struct run *run_at(const struct roll *r, size_t i)
{
    return g_ptr_array_index(r->runs, i);
}

/* The last run that begins with the item or before it; else the first. */
static size_t run_of(const struct roll *r, const void *item)
{
    size_t low = 0;
    size_t high = r->runs->len;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (r->compare(run_at(r, middle)->items[0], item) <= 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How many items of the run come before the item. */
static size_t place_in(const struct roll *r, const struct run *run, const void *item)
{
    size_t low = 0;
    size_t high = run->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->compare(run->items[middle], item) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether the item stands at that place of the run. */
static bool is_at(const struct roll *r, const struct run *run, size_t at, const void *item)
{
    return at < run->count && r->compare(run->items[at], item) == 0;
}

/* Moves what is behind the first `kept` of a full run into one behind it. */
static void divide(struct roll *r, size_t i, size_t kept)
{
    struct run *run = run_at(r, i);
    struct run *behind = run_new(RUN_MAX);
    behind->count = run->count - kept;
    memcpy(behind->items, run->items + kept, behind->count * sizeof(*behind->items));
    run->count = kept;
    g_ptr_array_insert(r->runs, (gint)i + 1, behind);
}

void roll_insert(struct roll *r, void *item)
{
    if (r->runs->len == 0) {
        g_ptr_array_add(r->runs, run_new(RUN_MIN));
    }
    size_t i = run_of(r, item);
    struct run *run = run_at(r, i);
    size_t at = place_in(r, run, item);
    if (is_at(r, run, at, item)) {
        return;
    }
    if (run->count == run->capacity) {
        run->capacity *= 2;
        run->items = mem_resize(run->items, run->capacity * sizeof(*run->items));
    }
    memmove(run->items + at + 1, run->items + at, (run->count - at) * sizeof(*run->items));
    run->items[at] = item;
    run->count++;
    r->count++;
    if (run->count == RUN_MAX) {
        divide(r, i, at + 1 == run->count ? at : run->count / 2);
    }
}

void roll_remove(struct roll *r, const void *item)
{
    if (r->runs->len == 0) {
        return;
    }
    size_t i = run_of(r, item);
    struct run *run = run_at(r, i);
    size_t at = place_in(r, run, item);
    if (!is_at(r, run, at, item)) {
        return;
    }
    run->count--;
    r->count--;
    memmove(run->items + at, run->items + at + 1, (run->count - at) * sizeof(*run->items));
    if (run->count == 0) {
        (void)g_ptr_array_remove_index(r->runs, (guint)i);
    }
}

struct roll_place roll_first(void)
{
    return (struct roll_place){0};
}

struct roll_place roll_behind(const struct roll *r, const void *before)
{
    struct roll_place place = {0};
    if (r->runs->len > 0) {
        place.run = run_of(r, before);
        const struct run *run = run_at(r, place.run);
        place.at = place_in(r, run, before);
        place.at += is_at(r, run, place.at, before) ? 1 : 0;
    }
    return place;
}

void *roll_next(const struct roll *r, struct roll_place *place)
{
    if (place->run < r->runs->len && place->at == run_at(r, place->run)->count) {
        *place = (struct roll_place){.run = place->run + 1};
    }
    return place->run < r->runs->len ? run_at(r, place->run)->items[place->at++] : NULL;
}
