/*
 * All terms in an array by id and time, the times of changes in another, and a tree over the boxes
 * of the shapes.
 *
 * The tree takes milliseconds to make where there are thousands. So geofences that change later
 * stand beside it in a short list, which a search goes through from end to end, and what the tree
 * finds of them is passed over:
 *
 *     made       1  2  3  4  5  6 ...    with the tree
 *     renewed       2        5       9
 *     late          2'       -       9
 *     answers    1  2' 3  4  .  6 ... 9
 *
 * Terms of the tree that were passed over may point at what is gone: only their ids are read.
 */
#include "fleet/fences.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "geo/fence_index.h"

/* When a geofence began or ended. */
struct fence_moment {
    int64_t time_s;
    uint32_t id;
};

struct term_list {
    struct fence_term *terms; /* by id, then by time */
    size_t count;
    struct fence_moment *changes; /* by time */
    size_t change_count;
};

struct fences {
    struct term_list made;
    struct fence_index *index; /* over the terms of `made` */
    struct term_list late;
    GArray *renewed; /* ids (uint32_t), in order: `late` tells of them, and `made` does not */
    GArray *hits;    /* of a search: const struct fence_term * */
};

static int compare_terms(const void *a, const void *b)
{
    const struct fence_term *x = a;
    const struct fence_term *y = b;
    int by_id = (x->id > y->id) - (x->id < y->id);
    return by_id != 0 ? by_id : (x->from_s > y->from_s) - (x->from_s < y->from_s);
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    return (*x > *y) - (*x < *y);
}

static int compare_moments(const void *a, const void *b)
{
    const struct fence_moment *x = a;
    const struct fence_moment *y = b;
    return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

static void sort(void *at, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1) {
        qsort(at, count, size, compare);
    }
}

static void note_changes(struct term_list *l)
{
    l->changes = mem_new(2 * l->count * sizeof(*l->changes) + 1);
    for (size_t i = 0; i < l->count; i++) {
        const struct fence_term *t = &l->terms[i];
        l->changes[l->change_count++] = (struct fence_moment){t->from_s, t->id};
        if (t->until_s != INT64_MAX) {
            l->changes[l->change_count++] = (struct fence_moment){t->until_s, t->id};
        }
    }
    sort(l->changes, l->change_count, sizeof(*l->changes), compare_moments);
}

/* The terms of both; one of the two may be empty. */
static struct term_list list_new(const struct fence_term *a, size_t a_count,
                                 const struct fence_term *b, size_t b_count)
{
    struct term_list l = {.count = a_count + b_count};
    l.terms = mem_new(l.count * sizeof(*l.terms) + 1);
    if (a_count > 0) {
        memcpy(l.terms, a, a_count * sizeof(*a));
    }
    if (b_count > 0) {
        memcpy(l.terms + a_count, b, b_count * sizeof(*b));
    }
    sort(l.terms, l.count, sizeof(*l.terms), compare_terms);
    note_changes(&l);
    return l;
}

static void list_clear(struct term_list *l)
{
    free(l->changes);
    free(l->terms);
}

struct fences *fences_new(const struct fence_term *terms, size_t count)
{
    struct fences *f = mem_new(sizeof(*f));
    f->made = list_new(terms, count, NULL, 0);
    f->hits = g_array_new(FALSE, FALSE, sizeof(const struct fence_term *));
    f->renewed = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const struct fence_geometry **shapes = mem_new_array(count + 1, sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        shapes[i] = f->made.terms[i].geometry;
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
    (void)g_array_free(f->renewed, TRUE);
    list_clear(&f->made);
    list_clear(&f->late);
    free(f);
}

static bool is_renewed(const struct fences *f, uint32_t id)
{
    return f->renewed->len > 0 &&
           bsearch(&id, f->renewed->data, f->renewed->len, sizeof(id), compare_ids) != NULL;
}

void fences_renew(struct fences *f, uint32_t id, const struct fence_term *terms, size_t count)
{
    struct term_list old = f->late;
    size_t kept = 0;
    for (size_t i = 0; i < old.count; i++) {
        if (old.terms[i].id != id) {
            old.terms[kept++] = old.terms[i];
        }
    }
    f->late = list_new(old.terms, kept, terms, count);
    list_clear(&old);
    if (!is_renewed(f, id)) {
        g_array_append_val(f->renewed, id);
        g_array_sort(f->renewed, compare_ids);
    }
}

size_t fences_renewed(const struct fences *f)
{
    return f->renewed->len;
}

static bool holds(const int64_t *ids, size_t count, int64_t id)
{
    return count > 0 && bsearch(&id, ids, count, sizeof(*ids), order_int64) != NULL;
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

static const struct fence_term *find_term(const struct term_list *l, uint32_t id, int64_t time_s)
{
    const struct fence_term wanted = {.id = id, .from_s = time_s};
    size_t low = 0;
    size_t high = l->count;
    while (low < high) { /* to the first term behind the wanted one */
        size_t middle = low + (high - low) / 2;
        if (compare_terms(&l->terms[middle], &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct fence_term *t = low > 0 ? &l->terms[low - 1] : NULL;
    return t != NULL && t->id == id && is_valid(t, time_s) ? t : NULL;
}

const struct fence_term *fences_find(const struct fences *f, uint32_t id, int64_t time_s)
{
    return find_term(is_renewed(f, id) ? &f->late : &f->made, id, time_s);
}

/* The place of the first change behind `after_s`. */
static size_t change_after(const struct term_list *l, int64_t after_s)
{
    size_t low = 0;
    size_t high = l->change_count;
    if (high == 0 || l->changes[high - 1].time_s <= after_s) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->changes[middle].time_s <= after_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t fences_next_change_s(const struct fences *f, int64_t after_s)
{
    size_t made = change_after(&f->made, after_s);
    size_t late = change_after(&f->late, after_s);
    while (made < f->made.change_count && is_renewed(f, f->made.changes[made].id)) {
        made++;
    }
    int64_t made_s = made < f->made.change_count ? f->made.changes[made].time_s : INT64_MAX;
    int64_t late_s = late < f->late.change_count ? f->late.changes[late].time_s : INT64_MAX;
    return made_s < late_s ? made_s : late_s;
}

static void take_hit(void *context, size_t i)
{
    struct fences *f = context;
    const struct fence_term *t = &f->made.terms[i];
    if (!is_renewed(f, t->id)) {
        g_array_append_val(f->hits, t);
    }
}

static void take_late(struct fences *f, const struct box *box)
{
    for (size_t i = 0; i < f->late.count; i++) {
        const struct fence_term *t = &f->late.terms[i];
        struct box around = fence_box(t->geometry);
        if (box_overlaps(&around, box)) {
            g_array_append_val(f->hits, t);
        }
    }
}

static int compare_hits(const void *a, const void *b)
{
    const struct fence_term *const *x = a;
    const struct fence_term *const *y = b;
    return compare_terms(*x, *y);
}

void fences_search(struct fences *f, int64_t time_s, const struct box *box,
                   void (*found)(void *context, const struct fence_term *t), void *context)
{
    (void)g_array_set_size(f->hits, 0);
    fence_index_find(f->index, box, 0, take_hit, f);
    take_late(f, box);
    sort(f->hits->data, f->hits->len, sizeof(const struct fence_term *), compare_hits);
    for (size_t i = 0; i < f->hits->len; i++) {
        const struct fence_term *t = g_array_index(f->hits, const struct fence_term *, i);
        if (is_valid(t, time_s)) {
            found(context, t);
        }
    }
}
