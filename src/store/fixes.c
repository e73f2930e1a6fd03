/*
 * Fixes in memory and, once one has any, their extra values: two arrays that grow together. The
 * memory is used again and again, and given back where it became much.
 */
#include "store/fixes.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/fix_order.h"

enum { ROOM_MIN = 512, FIXES_KEPT = 8192 };

bool fix_run_has_extras(const struct fix_run *run)
{
    for (size_t i = 0; run->extras != NULL && i < run->count; i++) {
        if (run->extras[i].len > 0) {
            return true;
        }
    }
    return false;
}

struct bytes fix_run_extras(const struct fix_run *run, size_t i)
{
    return run->extras == NULL ? (struct bytes){0} : run->extras[i];
}

struct fix_run fix_run_slice(const struct fix_run *run, size_t from, size_t count)
{
    return (struct fix_run){
        .at = run->at + from,
        .extras = run->extras == NULL ? NULL : run->extras + from,
        .count = count,
    };
}

/* As many extra values as there is room for fixes; what is new is empty. */
static void grow_extras(struct fixes *f, size_t capacity_before)
{
    f->extras = mem_resize(f->extras, f->capacity * sizeof(*f->extras));
    memset(f->extras + capacity_before, 0, (f->capacity - capacity_before) * sizeof(*f->extras));
}

void fixes_reserve(struct fixes *f, size_t more)
{
    if (f->capacity - f->count < more) {
        size_t before = f->capacity;
        f->capacity = (f->count + more) * 5 / 4 + ROOM_MIN;
        f->at = mem_resize(f->at, f->capacity * sizeof(*f->at));
        if (f->extras != NULL) {
            grow_extras(f, before);
        }
    }
}

struct bytes *fixes_extras(struct fixes *f)
{
    if (f->extras == NULL && f->capacity > 0) {
        grow_extras(f, 0);
    }
    return f->extras;
}

void fixes_append(struct fixes *f, const struct fix *fix, struct bytes extras)
{
    fixes_reserve(f, 1);
    if (extras.len > 0) {
        fixes_extras(f)[f->count] = extras;
    }
    f->at[f->count++] = *fix;
}

void fixes_cut(struct fixes *f, size_t count)
{
    f->count = count;
    if (f->extras != NULL) {
        memset(f->extras + count, 0, (f->capacity - count) * sizeof(*f->extras));
    }
}

static int compare_fixes(const void *a, const void *b, void *context)
{
    (void)context;
    return fix_order(a, (struct bytes){0}, b, (struct bytes){0});
}

static int compare_places(const void *a, const void *b, void *context)
{
    const struct fix_run *run = context;
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;
    return fix_order(&run->at[x], run->extras[x], &run->at[y], run->extras[y]);
}

/* Both arrays: the places are sorted first, and what stands there is brought into their order. */
static void sort_both(struct fix *at, struct bytes *extras, size_t count)
{
    size_t *places = mem_new_array(count, sizeof(*places));
    struct fix *fixes = mem_new_array(count, sizeof(*fixes));
    struct bytes *beside = mem_new_array(count, sizeof(*beside));
    for (size_t i = 0; i < count; i++) {
        places[i] = i;
    }
    struct fix_run run = {at, extras, count};
    g_qsort_with_data(places, (gint)count, sizeof(*places), compare_places, &run);
    for (size_t i = 0; i < count; i++) {
        fixes[i] = at[places[i]];
        beside[i] = extras[places[i]];
    }
    memcpy(at, fixes, count * sizeof(*at));
    memcpy(extras, beside, count * sizeof(*extras));
    free(places);
    free(fixes);
    free(beside);
}

void fixes_sort(struct fixes *f, size_t from)
{
    struct fix_run run = fixes_run(f);
    for (size_t i = from + 1; i < f->count; i++) {
        if (fix_order(&run.at[i - 1], fix_run_extras(&run, i - 1), &run.at[i],
                      fix_run_extras(&run, i)) <= 0) {
            continue;
        }
        size_t count = f->count - from;
        if (f->extras != NULL) {
            sort_both(f->at + from, f->extras + from, count);
        } else { /* a stable sort, as its documentation promises */
            g_qsort_with_data(f->at + from, (gint)count, sizeof(*f->at), compare_fixes, NULL);
        }
        return;
    }
}

void fixes_reset(struct fixes *f)
{
    if (f->capacity > FIXES_KEPT) {
        fixes_clear(f);
        return;
    }
    f->count = 0;
    if (f->extras != NULL) {
        free(f->extras);
        f->extras = NULL;
        arena_free(&f->arena);
    }
}

void fixes_clear(struct fixes *f)
{
    free(f->at);
    free(f->extras);
    arena_free(&f->arena);
    *f = (struct fixes){0};
}

struct fix_run fixes_run(const struct fixes *f)
{
    return (struct fix_run){f->at, f->extras, f->count};
}
