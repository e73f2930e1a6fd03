/*
 * All terms in an array by id and time, the times of changes in another, and a tree over the boxes
 * of the shapes.
 */
#include "fleet/fences.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "geo/fence_index.h"

struct fences {
    struct fence_term *terms; /* by id, then by time */
    size_t count;
    int64_t *changes_s; /* in order */
    size_t change_count;
    struct fence_index *index; /* over the terms */
    GArray *hits;              /* of a search */
};

static int compare_terms(const void *a, const void *b)
{
    const struct fence_term *x = a;
    const struct fence_term *y = b;
    int by_id = (x->id > y->id) - (x->id < y->id);
    return by_id != 0 ? by_id : (x->from_s > y->from_s) - (x->from_s < y->from_s);
}

static int compare_numbers(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

static void note_changes(struct fences *f)
{
    f->changes_s = mem_new(2 * f->count * sizeof(*f->changes_s) + 1);
    for (size_t i = 0; i < f->count; i++) {
        f->changes_s[f->change_count++] = f->terms[i].from_s;
        if (f->terms[i].until_s != INT64_MAX) {
            f->changes_s[f->change_count++] = f->terms[i].until_s;
        }
    }
    qsort(f->changes_s, f->change_count, sizeof(*f->changes_s), compare_numbers);
}

struct fences *fences_new(const struct fence_term *terms, size_t count)
{
    struct fences *f = mem_new(sizeof(*f));
    f->terms = mem_new(count * sizeof(*terms) + 1);
    f->count = count;
    f->hits = g_array_new(FALSE, FALSE, sizeof(size_t));
    if (count > 0) {
        memcpy(f->terms, terms, count * sizeof(*terms));
        qsort(f->terms, count, sizeof(*f->terms), compare_terms);
    }
    note_changes(f);
    const struct fence_geometry **shapes = mem_new_array(count + 1, sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        shapes[i] = f->terms[i].geometry;
    }
    f->index = fence_index_new(shapes, count);
    free(shapes);
    return f;
}

void fences_free(struct fences *f)
{
    if (f == NULL) {
        return;
    }
    fence_index_free(f->index);
    (void)g_array_free(f->hits, TRUE);
    free(f->changes_s);
    free(f->terms);
    free(f);
}

static bool holds(const int64_t *ids, size_t count, int64_t id)
{
    return count > 0 && bsearch(&id, ids, count, sizeof(*ids), compare_numbers) != NULL;
}

bool fence_term_applies(const struct fence_term *t, int64_t device, int64_t group_id)
{
    bool is_for_all = t->device_count == 0 && t->group_count == 0;
    return is_for_all || holds(t->device_ids, t->device_count, device) ||
           (group_id != 0 && holds(t->group_ids, t->group_count, group_id));
}

static bool is_valid(const struct fence_term *t, int64_t time_s)
{
    return t->from_s <= time_s && time_s < t->until_s;
}

const struct fence_term *fences_find(const struct fences *f, uint32_t id, int64_t time_s)
{
    const struct fence_term wanted = {.id = id, .from_s = time_s};
    size_t low = 0;
    size_t high = f->count;
    while (low < high) { /* to the first term behind the wanted one */
        size_t middle = low + (high - low) / 2;
        if (compare_terms(&f->terms[middle], &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct fence_term *t = low > 0 ? &f->terms[low - 1] : NULL;
    return t != NULL && t->id == id && is_valid(t, time_s) ? t : NULL;
}

int64_t fences_next_change_s(const struct fences *f, int64_t after_s)
{
    size_t low = 0;
    size_t high = f->change_count;
    if (high == 0 || f->changes_s[high - 1] <= after_s) {
        return INT64_MAX;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->changes_s[middle] <= after_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return f->changes_s[low];
}

static void take_hit(void *context, size_t i)
{
    struct fences *f = context;
    g_array_append_val(f->hits, i);
}

static int compare_hits(const void *a, const void *b)
{
    const size_t *x = a;
    const size_t *y = b;
    return (*x > *y) - (*x < *y);
}

void fences_search(struct fences *f, int64_t time_s, const struct box *box,
                   void (*found)(void *context, const struct fence_term *t), void *context)
{
    (void)g_array_set_size(f->hits, 0);
    fence_index_find(f->index, box, 0, take_hit, f);
    if (f->hits->len > 1) {
        qsort(f->hits->data, f->hits->len, sizeof(size_t), compare_hits);
    }
    for (size_t i = 0; i < f->hits->len; i++) {
        const struct fence_term *t = &f->terms[g_array_index(f->hits, size_t, i)];
        if (is_valid(t, time_s)) {
            found(context, t);
        }
    }
}
