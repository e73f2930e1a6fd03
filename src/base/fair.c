/*
 * Fair queues. An item waits behind those of its own member; members have their turn within their
 * group, groups within their lane, and lanes by their shares:
 *
 *     lane 0 ─┬─ group 7 ─┬─ member 70 ─ a b c d e f     served: a p g q b h c d e f
 *             │           └─ member 71 ─ g h
 *             └─ group 9 ─── member 90 ─ p q
 *     lane 1 ─── ...                                     after shares[0] items of lane 0
 *
 * Whoever was served, or begins to wait, goes to the end of its line. A group stands in its lane
 * while something of it waits or runs, so that what runs can be counted. So lines are no longer
 * than there are groups at work.
 */
#include "base/fair.h"

#include <glib.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

/*
 * Items stand in the line of their member, members in that of their group, groups in that of their
 * lane, each by a link of its own.
 */
struct waiting {
    GList link;
    void *item;
};

struct member {
    GList link;
    int64_t id;
    GQueue items; /* never empty while it stands in its group */
};

struct fair_group {
    GList link;
    int64_t id;
    size_t waiting;
    size_t running;
    GQueue members; /* in turn */
};

struct fair_lane {
    size_t waiting;
    GQueue groups; /* in turn */
};

struct fair {
    struct fair_options options;
    struct fair_lane lanes[FAIR_LANES_MAX];
    size_t lane_count;
    size_t turn;   /* the lane whose share is being used up, ... */
    unsigned left; /* ... and what is left of it */
};

/* ---- the rows ---- */

static struct fair_group *find_group(struct fair_lane *lane, int64_t id)
{
    for (GList *l = lane->groups.head; l != NULL; l = l->next) {
        struct fair_group *g = l->data;
        if (g->id == id) {
            return g;
        }
    }
    return NULL;
}

static struct fair_group *add_group(struct fair_lane *lane, int64_t id)
{
    struct fair_group *g = mem_new(sizeof(*g));
    g->link.data = g;
    g->id = id;
    g_queue_init(&g->members);
    g_queue_push_tail_link(&lane->groups, &g->link);
    return g;
}

static void move_to_end(struct fair_lane *lane, struct fair_group *g)
{
    g_queue_unlink(&lane->groups, &g->link);
    g_queue_push_tail_link(&lane->groups, &g->link);
}

/* A group stands in its lane no longer than it has items. */
static void drop_if_empty(struct fair_lane *lane, struct fair_group *g)
{
    if (g->waiting == 0 && g->running == 0) {
        g_queue_unlink(&lane->groups, &g->link);
        free(g);
    }
}

static struct member *find_member(struct fair_group *g, int64_t id)
{
    for (GList *l = g->members.head; l != NULL; l = l->next) {
        struct member *m = l->data;
        if (m->id == id) {
            return m;
        }
    }
    return NULL;
}

static struct member *add_member(struct fair_group *g, int64_t id)
{
    struct member *m = mem_new(sizeof(*m));
    m->link.data = m;
    m->id = id;
    g_queue_init(&m->items);
    g_queue_push_tail_link(&g->members, &m->link);
    return m;
}

static struct waiting *find_waiting(struct member *m, const void *item)
{
    for (GList *l = m->items.head; l != NULL; l = l->next) {
        struct waiting *w = l->data;
        if (w->item == item) {
            return w;
        }
    }
    return NULL;
}

static void put(struct fair_lane *lane, const struct fair_place *place, void *item, bool goes_on)
{
    struct fair_group *g = find_group(lane, place->group);
    if (g == NULL) {
        g = add_group(lane, place->group);
    } else if (g->waiting == 0) { /* what it has is running */
        move_to_end(lane, g);
    }
    struct member *m = find_member(g, place->member);
    m = m != NULL ? m : add_member(g, place->member);
    struct waiting *w = mem_new(sizeof(*w));
    w->link.data = w;
    w->item = item;
    if (goes_on) {
        g_queue_push_head_link(&m->items, &w->link);
    } else {
        g_queue_push_tail_link(&m->items, &w->link);
    }
    g->waiting++;
    lane->waiting++;
}

/*
 * Takes the first item of the member whose turn it is; the member then goes to the end of its line.
 */
static void *pull(struct fair_group *g)
{
    struct member *m = g_queue_pop_head_link(&g->members)->data;
    struct waiting *w = g_queue_pop_head_link(&m->items)->data;
    void *item = w->item;
    free(w);
    if (g_queue_is_empty(&m->items)) {
        free(m);
    } else {
        g_queue_push_tail_link(&g->members, &m->link);
    }
    return item;
}

static bool has_place(const struct fair *f, struct fair_lane *lane, const struct fair_place *place)
{
    struct fair_group *g = find_group(lane, place->group);
    struct member *m = g == NULL ? NULL : find_member(g, place->member);
    size_t groups_own = g == NULL ? 0 : g->waiting;
    size_t members_own = m == NULL ? 0 : g_queue_get_length(&m->items);
    size_t capacity = f->options.capacity;
    size_t free_places = lane->waiting < capacity ? capacity - lane->waiting : 0;
    return groups_own < free_places && members_own * 3 < free_places;
}

/* ---- taking ---- */

/* Takes the next item of a lane. False where no group of it has an item that may run now. */
static bool take_from(const struct fair *f, struct fair_lane *lane, struct fair_turn *out)
{
    for (GList *l = lane->groups.head; l != NULL; l = l->next) {
        struct fair_group *g = l->data;
        if (g->waiting == 0 || g->running == f->options.group_running) {
            continue;
        }
        *out = (struct fair_turn){pull(g), lane, g};
        g->waiting--;
        g->running++;
        lane->waiting--;
        move_to_end(lane, g);
        return true;
    }
    return false;
}

/* Gives the turn to a lane. */
static void turn_to(struct fair *f, size_t lane)
{
    f->turn = lane % f->lane_count;
    f->left = f->options.shares[f->turn];
}

bool fair_take(struct fair *f, struct fair_turn *out)
{
    for (size_t i = 0; i < f->lane_count; i++) {
        size_t lane = (f->turn + i) % f->lane_count;
        if (!take_from(f, &f->lanes[lane], out)) {
            continue;
        }
        if (lane != f->turn) {
            turn_to(f, lane);
        }
        if (--f->left == 0) {
            turn_to(f, lane + 1);
        }
        return true;
    }
    return false;
}

bool fair_end(struct fair *f, const struct fair_turn *turn)
{
    (void)f;
    turn->group->running--;
    bool has_more = turn->group->waiting > 0;
    drop_if_empty(turn->lane, turn->group);
    return has_more;
}

/* ---- the whole ---- */

struct fair *fair_new(const struct fair_options *options)
{
    struct fair *f = mem_new(sizeof(*f));
    f->options = *options;
    while (f->lane_count < FAIR_LANES_MAX && options->shares[f->lane_count] > 0) {
        g_queue_init(&f->lanes[f->lane_count++].groups);
    }
    check(f->lane_count > 0 && options->group_running > 0);
    turn_to(f, 0);
    return f;
}

void fair_free(struct fair *f)
{
    for (size_t i = 0; i < f->lane_count; i++) {
        check(g_queue_is_empty(&f->lanes[i].groups));
    }
    free(f);
}

static struct fair_lane *lane_of(struct fair *f, const struct fair_place *place)
{
    check(place->lane < f->lane_count);
    return &f->lanes[place->lane];
}

bool fair_put(struct fair *f, const struct fair_place *place, void *item)
{
    struct fair_lane *lane = lane_of(f, place);
    bool is_taken = has_place(f, lane, place);
    if (is_taken) {
        put(lane, place, item, false);
    }
    return is_taken;
}

void fair_put_again(struct fair *f, const struct fair_place *place, void *item, bool goes_on)
{
    put(lane_of(f, place), place, item, goes_on);
}

void fair_remove(struct fair *f, const struct fair_place *place, void *item)
{
    struct fair_lane *lane = lane_of(f, place);
    struct fair_group *g = find_group(lane, place->group);
    struct member *m = g == NULL ? NULL : find_member(g, place->member);
    struct waiting *w = m == NULL ? NULL : find_waiting(m, item);
    check(w != NULL);
    g_queue_unlink(&m->items, &w->link);
    free(w);
    if (g_queue_is_empty(&m->items)) {
        g_queue_unlink(&g->members, &m->link);
        free(m);
    }
    g->waiting--;
    lane->waiting--;
    drop_if_empty(lane, g);
}

size_t fair_waiting(const struct fair *f)
{
    size_t waiting = 0;
    for (size_t i = 0; i < f->lane_count; i++) {
        waiting += f->lanes[i].waiting;
    }
    return waiting;
}
