/*
 * Fair queues. An item waits behind those of its own member; members have their turn within their
 * group, groups within their lane, and lanes by their shares:
 *
 *     lane 0 ─┬─ group 7 ─┬─ member 70 ─ a b c d e f     served: a p g q b h c d e f
 *             │           └─ member 71 ─ g h
 *             └─ group 9 ─── member 90 ─ p q
 *     lane 1 ─── ...                                     after shares[0] items of lane 0
 *
 * Whoever was served, or begins to wait, goes to the end of its row. A group stands in its lane
 * while something of it waits or runs, so that what runs can be counted; rows are as long as there
 * are groups at work.
 */
#include "api/work.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

/* Each stands in the row of the next by a link of its own. */
struct waiting {
    GList link;
    void *item;
};

struct member {
    GList link;
    int64_t id;
    GQueue items; /* never empty while it stands in its group */
};

struct group {
    GList link;
    int64_t id;
    size_t waiting;
    size_t running;
    GQueue members; /* in turn */
};

struct lane {
    size_t waiting;
    GQueue groups; /* in turn */
};

struct work_pool {
    struct work_options options;
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    bool stopping; /* under lock, as the queues */
    struct lane lanes[WORK_LANES_MAX];
    size_t lane_count;
    size_t turn;   /* the lane whose share is being used up, ... */
    unsigned left; /* ... and what is left of it */
};

/* An item that a thread took, and the group it counts against until it is done. */
struct taken {
    void *item;
    struct lane *lane;
    struct group *group;
    bool stopping;
};

/* ---- the rows ---- */

static struct group *find_group(struct lane *lane, int64_t id)
{
    for (GList *l = lane->groups.head; l != NULL; l = l->next) {
        struct group *g = l->data;
        if (g->id == id) {
            return g;
        }
    }
    return NULL;
}

static struct group *add_group(struct lane *lane, int64_t id)
{
    struct group *g = mem_new(sizeof(*g));
    g->link.data = g;
    g->id = id;
    g_queue_init(&g->members);
    g_queue_push_tail_link(&lane->groups, &g->link);
    return g;
}

static void move_to_end(struct lane *lane, struct group *g)
{
    g_queue_unlink(&lane->groups, &g->link);
    g_queue_push_tail_link(&lane->groups, &g->link);
}

static struct member *find_member(struct group *g, int64_t id)
{
    for (GList *l = g->members.head; l != NULL; l = l->next) {
        struct member *m = l->data;
        if (m->id == id) {
            return m;
        }
    }
    return NULL;
}

static struct member *add_member(struct group *g, int64_t id)
{
    struct member *m = mem_new(sizeof(*m));
    m->link.data = m;
    m->id = id;
    g_queue_init(&m->items);
    g_queue_push_tail_link(&g->members, &m->link);
    return m;
}

static void put(struct lane *lane, const struct work_place *place, void *item, bool goes_on)
{
    struct group *g = find_group(lane, place->group);
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

/* The first item of a group's next member, which then goes to the end. */
static void *pull(struct group *g)
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

static bool has_place(const struct work_pool *pool, struct lane *lane,
                      const struct work_place *place)
{
    struct group *g = find_group(lane, place->group);
    struct member *m = g == NULL ? NULL : find_member(g, place->member);
    size_t groups_own = g == NULL ? 0 : g->waiting;
    size_t members_own = m == NULL ? 0 : g_queue_get_length(&m->items);
    size_t capacity = pool->options.capacity;
    size_t free_places = lane->waiting < capacity ? capacity - lane->waiting : 0;
    return groups_own < free_places && members_own * 3 < free_places;
}

/* ---- taking ---- */

/* Takes the next item of a lane; false where each of its groups has none, or threads enough. */
static bool take_from(struct work_pool *pool, struct lane *lane, struct taken *out)
{
    for (GList *l = lane->groups.head; l != NULL; l = l->next) {
        struct group *g = l->data;
        if (g->waiting == 0 || g->running == pool->options.group_threads) {
            continue;
        }
        *out = (struct taken){pull(g), lane, g, pool->stopping};
        g->waiting--;
        g->running++;
        lane->waiting--;
        move_to_end(lane, g);
        return true;
    }
    return false;
}

/* Gives the turn to a lane. */
static void turn_to(struct work_pool *pool, size_t lane)
{
    pool->turn = lane % pool->lane_count;
    pool->left = pool->options.shares[pool->turn];
}

static bool take_next(struct work_pool *pool, struct taken *out)
{
    for (size_t i = 0; i < pool->lane_count; i++) {
        size_t lane = (pool->turn + i) % pool->lane_count;
        if (!take_from(pool, &pool->lanes[lane], out)) {
            continue;
        }
        if (lane != pool->turn) {
            turn_to(pool, lane);
        }
        if (--pool->left == 0) {
            turn_to(pool, lane + 1);
        }
        return true;
    }
    return false;
}

static size_t count_waiting(const struct work_pool *pool)
{
    size_t waiting = 0;
    for (size_t i = 0; i < pool->lane_count; i++) {
        waiting += pool->lanes[i].waiting;
    }
    return waiting;
}

/* The next item; false when there is none and the pool is stopping. */
static bool take(struct work_pool *pool, struct taken *out)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool found = take_next(pool, out);
    while (!found && !(pool->stopping && count_waiting(pool) == 0)) {
        check(pthread_cond_wait(&pool->filled, &pool->lock) == 0);
        found = take_next(pool, out);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return found;
}

/* The thread is free again; so is, of its group, what waited for that. */
static void finish(struct work_pool *pool, struct taken *taken)
{
    struct group *g = taken->group;
    check(pthread_mutex_lock(&pool->lock) == 0);
    g->running--;
    if (g->waiting > 0 || pool->stopping) {
        check(pthread_cond_broadcast(&pool->filled) == 0);
    }
    if (g->waiting == 0 && g->running == 0) {
        g_queue_unlink(&taken->lane->groups, &g->link);
        free(g);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
}

static void *work(void *arg)
{
    struct work_pool *pool = arg;
    struct taken taken;
    while (take(pool, &taken)) {
        pool->options.run(taken.item, taken.stopping);
        finish(pool, &taken);
    }
    return NULL;
}

/* ---- the pool ---- */

struct work_pool *work_start(const struct work_options *options)
{
    struct work_pool *pool = mem_new(sizeof(*pool));
    pool->options = *options;
    while (pool->lane_count < WORK_LANES_MAX && options->shares[pool->lane_count] > 0) {
        g_queue_init(&pool->lanes[pool->lane_count++].groups);
    }
    check(pool->lane_count > 0 && options->group_threads > 0);
    turn_to(pool, 0);
    pool->threads = mem_new_array(options->threads, sizeof(*pool->threads));
    check(pthread_mutex_init(&pool->lock, NULL) == 0);
    check(pthread_cond_init(&pool->filled, NULL) == 0);
    for (size_t i = 0; i < options->threads; i++) {
        check(pthread_create(&pool->threads[i], NULL, work, pool) == 0);
    }
    return pool;
}

bool work_push(struct work_pool *pool, const struct work_place *place, void *item)
{
    check(place->lane < pool->lane_count);
    struct lane *lane = &pool->lanes[place->lane];
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool taken = !pool->stopping && has_place(pool, lane, place);
    if (taken) {
        put(lane, place, item, false);
        check(pthread_cond_signal(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return taken;
}

static bool push_again(struct work_pool *pool, const struct work_place *place, void *item,
                       bool goes_on)
{
    check(place->lane < pool->lane_count);
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool taken = !pool->stopping;
    if (taken) {
        put(&pool->lanes[place->lane], place, item, goes_on);
        check(pthread_cond_signal(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return taken;
}

bool work_go_on(struct work_pool *pool, const struct work_place *place, void *item)
{
    return push_again(pool, place, item, true);
}

bool work_again(struct work_pool *pool, const struct work_place *place, void *item)
{
    return push_again(pool, place, item, false);
}

void work_stop(struct work_pool *pool)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    pool->stopping = true;
    check(pthread_cond_broadcast(&pool->filled) == 0);
    check(pthread_mutex_unlock(&pool->lock) == 0);
    for (size_t i = 0; i < pool->options.threads; i++) {
        check(pthread_join(pool->threads[i], NULL) == 0);
    }
}

void work_free(struct work_pool *pool)
{
    check(pthread_cond_destroy(&pool->filled) == 0);
    check(pthread_mutex_destroy(&pool->lock) == 0);
    for (size_t i = 0; i < pool->lane_count; i++) {
        check(g_queue_is_empty(&pool->lanes[i].groups));
    }
    free(pool->threads);
    free(pool);
}
