/*
 * The tree is GEOS's STRtree, over boxes in a plane that is unrolled from 180 degrees west on:
 *
 *     -540        -180         180         540        the box that is asked for is looked for where
 *        [ again ]   [ asked ]    [ again ]           it is and a turn to either side, since boxes
 *                 |== stored ==========|              reach beyond 180; what several of the three
 *                                                     meet is told for the first of them alone
 *
 * A context of GEOS belongs to one tree. It has no handler for messages, so nothing is printed.
 */
#include "geo/fence_index.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

enum { CAPACITY = 10, TURNS = 3 }; /* children of a node; where a box is looked for */

/* A box of the unrolled plane, borders included. */
struct span {
    double west_e7;
    double east_e7;
    double south_e7;
    double north_e7;
};

struct fence_index {
    GEOSContextHandle_t geos;
    GEOSSTRtree *tree;
    struct span *spans; /* of the fences, in their order: what the tree points at */
    size_t count;
    struct span all; /* around them */
};

struct question {
    const struct fence_index *index;
    struct span asked[TURNS];
    size_t turn; /* which of them it is about */
    fence_found *found;
    void *context;
};

static struct span span_of(const struct box *b, int turn)
{
    double west_e7 = b->west_e7 + turn * (double)TURN_E7;
    return (struct span){west_e7, west_e7 + b->width_e7, b->south_e7, b->north_e7};
}

static GEOSGeometry *rectangle(GEOSContextHandle_t geos, const struct span *s)
{
    GEOSGeometry *g =
        GEOSGeom_createRectangle_r(geos, s->west_e7, s->south_e7, s->east_e7, s->north_e7);
    check(g != NULL);
    return g;
}

static void pass_over(void *item, void *context)
{
    (void)item;
    (void)context;
}

static void widen(struct span *all, const struct span *by, bool is_first)
{
    *all =
        is_first
            ? *by
            : (struct span){fmin(all->west_e7, by->west_e7), fmax(all->east_e7, by->east_e7),
                            fmin(all->south_e7, by->south_e7), fmax(all->north_e7, by->north_e7)};
}

struct fence_index *fence_index_new(const struct fence_geometry *const *fences, size_t count)
{
    struct fence_index *index = mem_new(sizeof(*index));
    index->geos = GEOS_init_r();
    check(index->geos != NULL);
    index->tree = GEOSSTRtree_create_r(index->geos, CAPACITY);
    check(index->tree != NULL);
    index->spans = mem_new_array(count, sizeof(*index->spans));
    index->count = count;
    for (size_t i = 0; i < count; i++) {
        struct box box = fence_box(fences[i]);
        index->spans[i] = span_of(&box, 0);
        widen(&index->all, &index->spans[i], i == 0);
        /* The tree copies the envelope. */
        GEOSGeometry *envelope = rectangle(index->geos, &index->spans[i]);
        GEOSSTRtree_insert_r(index->geos, index->tree, envelope, &index->spans[i]);
        GEOSGeom_destroy_r(index->geos, envelope);
    }
    /* The tree is built by its first question, which shall not be one that somebody waits for. */
    GEOSGeometry *asked = rectangle(index->geos, &(struct span){0});
    GEOSSTRtree_query_r(index->geos, index->tree, asked, pass_over, NULL);
    GEOSGeom_destroy_r(index->geos, asked);
    return index;
}

void fence_index_free(struct fence_index *index)
{
    if (index != NULL) {
        GEOSSTRtree_destroy_r(index->geos, index->tree);
        GEOS_finish_r(index->geos);
        free(index->spans);
        free(index);
    }
}

static bool do_overlap(const struct span *a, const struct span *b)
{
    return a->west_e7 <= b->east_e7 && b->west_e7 <= a->east_e7 && a->south_e7 <= b->north_e7 &&
           b->south_e7 <= a->north_e7;
}

static void tell(void *item, void *context)
{
    const struct span *span = item;
    const struct question *q = context;
    for (size_t i = 0; i < q->turn; i++) {
        if (do_overlap(&q->asked[i], span)) {
            return;
        }
    }
    q->found(q->context, (size_t)(span - q->index->spans));
}

void fence_index_find(const struct fence_index *index, const struct box *box, double by_m,
                      fence_found *found, void *context)
{
    struct box wide = box_widened(box, by_m);
    struct question q = {.index = index, .found = found, .context = context};
    if (index->count == 0) {
        return;
    }
    for (q.turn = 0; q.turn < TURNS; q.turn++) {
        q.asked[q.turn] = span_of(&wide, (int)q.turn - 1);
        if (!do_overlap(&q.asked[q.turn], &index->all)) {
            continue; /* two of the three for nearly all */
        }
        GEOSGeometry *asked = rectangle(index->geos, &q.asked[q.turn]);
        GEOSSTRtree_query_r(index->geos, index->tree, asked, tell, &q);
        GEOSGeom_destroy_r(index->geos, asked);
    }
}
