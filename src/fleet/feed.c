/*
 * A list of devices, newest change first: a change moves its device to the front and gives it the
 * next number.
 *
 *     newest ─► 7 (number 41) ─► 3 (40) ─► 12 (33) ─► ...        reader with 33: 7, 3
 *
 * A number is taken under the lock of the feed that gets it. So whoever first reads the newest
 * number and then takes that lock finds every change up to that number in the list.
 *
 * A device that left stays in the list, so that readers hear of it. Where too many have left, the
 * oldest of them is forgotten, and readers who may not have heard of it begin anew.
 */
#include "fleet/feed.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory_private.h"
#include "fleet/feed_private.h"

struct feed_entry {
    int64_t device;
    uint64_t number;
    uint64_t renamed; /* number of the last change that was more than the live state */
    struct feed_entry *newer;
    struct feed_entry *older;
    bool is_gone;
};

struct feed {
    int64_t enterprise_id;
    pthread_mutex_t lock;
    uint64_t since;      /* readers of lower numbers begin anew */
    uint64_t number;     /* of the newest change */
    GHashTable *entries; /* struct feed_entry by device, owned */
    struct feed_entry *newest;
    GQueue gone; /* struct feed_entry, the longest gone first */
    uint64_t groups;
    uint64_t fences;
    struct feed_alarm *alarms; /* a ring */
    uint64_t alarm_count;      /* that were ever put there */
};

struct feed_user {
    int64_t user_id;
    uint64_t focus;
    uint64_t rights;
};

static void lock(pthread_mutex_t *mutex)
{
    check(pthread_mutex_lock(mutex) == 0);
}

static void unlock(pthread_mutex_t *mutex)
{
    check(pthread_mutex_unlock(mutex) == 0);
}

/* ---- feeds ---- */

static void feed_free(void *value)
{
    struct feed *feed = value;
    g_hash_table_destroy(feed->entries);
    g_queue_clear(&feed->gone);
    check(pthread_mutex_destroy(&feed->lock) == 0);
    free(feed->alarms);
    free(feed);
}

static struct feed *feed_new(int64_t enterprise_id, uint64_t since)
{
    struct feed *feed = mem_new(sizeof(*feed));
    feed->enterprise_id = enterprise_id;
    feed->since = since;
    feed->number = since;
    feed->fences = since;
    feed->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
    g_queue_init(&feed->gone);
    check(pthread_mutex_init(&feed->lock, NULL) == 0);
    return feed;
}

void feeds_init(struct feeds *f)
{
    check(pthread_mutex_init(&f->lock, NULL) == 0);
    f->by_enterprise = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, feed_free);
    f->by_tree = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, feed_free);
    f->parents = g_hash_table_new_full(g_int64_hash, g_int64_equal, free, free);
    f->users = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
}

void feeds_clear(struct feeds *f)
{
    g_hash_table_destroy(f->parents);
    g_hash_table_destroy(f->by_tree);
    g_hash_table_destroy(f->by_enterprise);
    g_hash_table_destroy(f->users);
    check(pthread_mutex_destroy(&f->lock) == 0);
}

/* The feed of a table; made where there is none. */
static struct feed *feed_in(struct feeds *f, GHashTable *table, int64_t enterprise_id)
{
    lock(&f->lock);
    struct feed *feed = g_hash_table_lookup(table, &enterprise_id);
    if (feed == NULL) {
        atomic_store(&f->has_any, true); /* from the next number on nothing is missed */
        feed = feed_new(enterprise_id, atomic_fetch_add(&f->number, 1) + 1);
        g_hash_table_insert(table, &feed->enterprise_id, feed);
    }
    unlock(&f->lock);
    return feed;
}

struct feed *feed_of(struct directory *dir, int64_t enterprise_id)
{
    return feed_in(&dir->feeds, dir->feeds.by_enterprise, enterprise_id);
}

struct feed *feed_of_tree(struct directory *dir, int64_t enterprise_id)
{
    return feed_in(&dir->feeds, dir->feeds.by_tree, enterprise_id);
}

uint64_t feed_number(struct directory *dir)
{
    return atomic_load(&dir->feeds.number);
}

/* ---- noting ---- */

/* The feeds that hear of an enterprise: its own, and that of each tree which it is in. */
struct hearing {
    struct feed *at[1 + ENTERPRISE_DEPTH_MAX];
    size_t count;
};

static void add_hearing(struct hearing *h, GHashTable *table, int64_t enterprise_id)
{
    struct feed *feed = g_hash_table_lookup(table, &enterprise_id);
    if (feed != NULL && h->count < sizeof(h->at) / sizeof(h->at[0])) {
        h->at[h->count++] = feed;
    }
}

/* Those of the trees that an enterprise is in. Under the lock. */
static void add_trees(struct feeds *f, int64_t enterprise_id, struct hearing *h)
{
    const int64_t *id = g_hash_table_size(f->by_tree) == 0 ? NULL : &enterprise_id;
    for (int i = 0; i < ENTERPRISE_DEPTH_MAX && id != NULL; i++) {
        add_hearing(h, f->by_tree, *id);
        id = g_hash_table_lookup(f->parents, id);
    }
}

static struct hearing hearing_of(struct feeds *f, int64_t enterprise_id)
{
    struct hearing h = {.count = 0};
    if (atomic_load(&f->has_any)) {
        lock(&f->lock);
        add_hearing(&h, f->by_enterprise, enterprise_id);
        add_trees(f, enterprise_id, &h);
        unlock(&f->lock);
    }
    return h;
}

/* Takes a note of `what` in a feed, under its lock; the number of the note is feed->number. */
typedef void take_note(struct feed *feed, const void *what);

static void note_in(struct feeds *f, struct feed *feed, take_note *take, const void *what)
{
    lock(&feed->lock);
    feed->number = atomic_fetch_add(&f->number, 1) + 1;
    take(feed, what);
    unlock(&feed->lock);
}

static void note(struct feeds *f, int64_t enterprise_id, take_note *take, const void *what)
{
    const struct hearing h = hearing_of(f, enterprise_id);
    for (size_t i = 0; i < h.count; i++) {
        note_in(f, h.at[i], take, what);
    }
}

static void take_out(struct feed *feed, struct feed_entry *e)
{
    if (e->newer != NULL) {
        e->newer->older = e->older;
    } else if (feed->newest == e) {
        feed->newest = e->older;
    }
    if (e->older != NULL) {
        e->older->newer = e->newer;
    }
    e->newer = NULL;
    e->older = NULL;
}

/* The device's entry, in front. */
static struct feed_entry *move_to_front(struct feed *feed, int64_t device_id)
{
    struct feed_entry *e = g_hash_table_lookup(feed->entries, &device_id);
    if (e == NULL) {
        e = mem_new(sizeof(*e));
        e->device = device_id;
        g_hash_table_insert(feed->entries, &e->device, e);
    } else {
        take_out(feed, e);
    }
    e->number = feed->number;
    e->older = feed->newest;
    if (feed->newest != NULL) {
        feed->newest->newer = e;
    }
    feed->newest = e;
    return e;
}

static void take_live(struct feed *feed, const void *device_id)
{
    const struct feed_entry *e = g_hash_table_lookup(feed->entries, device_id);
    if (e == NULL || !e->is_gone) {
        (void)move_to_front(feed, *(const int64_t *)device_id);
    }
}

void feeds_note_live(struct feeds *f, int64_t enterprise_id, int64_t device_id)
{
    note(f, enterprise_id, take_live, &device_id);
}

static void take_put(struct feed *feed, const void *device_id)
{
    struct feed_entry *e = move_to_front(feed, *(const int64_t *)device_id);
    if (e->is_gone) {
        (void)g_queue_remove(&feed->gone, e);
    }
    e->is_gone = false;
    e->renamed = e->number;
}

void feeds_note_put(struct feeds *f, int64_t enterprise_id, int64_t device_id)
{
    note(f, enterprise_id, take_put, &device_id);
}

static void take_gone(struct feed *feed, const void *device_id)
{
    struct feed_entry *e = move_to_front(feed, *(const int64_t *)device_id);
    if (!e->is_gone) {
        g_queue_push_tail(&feed->gone, e);
    }
    e->is_gone = true;
    if (feed->gone.length > FEED_GONE_KEPT) {
        struct feed_entry *forgotten = g_queue_pop_head(&feed->gone);
        feed->since = forgotten->number;
        take_out(feed, forgotten);
        g_hash_table_remove(feed->entries, &forgotten->device);
    }
}

void feeds_note_gone(struct feeds *f, int64_t enterprise_id, int64_t device_id)
{
    note(f, enterprise_id, take_gone, &device_id);
}

static void take_groups(struct feed *feed, const void *unused)
{
    (void)unused;
    feed->groups = feed->number;
}

void feeds_note_groups(struct feeds *f, int64_t enterprise_id)
{
    note(f, enterprise_id, take_groups, NULL);
}

static void take_fences(struct feed *feed, const void *unused)
{
    (void)unused;
    feed->fences = feed->number;
}

void feeds_note_fences(struct feeds *f, int64_t enterprise_id)
{
    note(f, enterprise_id, take_fences, NULL);
}

static void take_tree(struct feed *feed, const void *unused)
{
    (void)unused;
    feed->since = feed->number;
}

/* Sets or forgets the parent of an enterprise. Under the lock. */
static void set_parent(struct feeds *f, int64_t enterprise_id, int64_t parent_id)
{
    if (parent_id == 0) {
        g_hash_table_remove(f->parents, &enterprise_id);
        return;
    }
    int64_t *key = mem_new(sizeof(*key));
    int64_t *value = mem_new(sizeof(*value));
    *key = enterprise_id;
    *value = parent_id;
    g_hash_table_replace(f->parents, key, value);
}

void feeds_note_parent(struct feeds *f, int64_t enterprise_id, int64_t parent_id)
{
    struct hearing before = {.count = 0};
    struct hearing after = {.count = 0};
    lock(&f->lock);
    add_trees(f, enterprise_id, &before);
    set_parent(f, enterprise_id, parent_id);
    add_trees(f, enterprise_id, &after);
    unlock(&f->lock);
    for (size_t i = 0; i < before.count; i++) {
        note_in(f, before.at[i], take_tree, NULL);
    }
    for (size_t i = 0; i < after.count; i++) {
        note_in(f, after.at[i], take_tree, NULL);
    }
}

/* Whether a record says something else to who watches alarms. */
static bool is_news(const struct event *old, const struct event *now)
{
    bool is_over = now->ended_s != 0 || now->withdrawn;
    bool is_acknowledged = now->acknowledged_by != 0;
    return now->is_alarm && now->kind < ALARM_COUNT &&
           (old == NULL || is_over || is_acknowledged != (old->acknowledged_by != 0));
}

static void take_alarm(struct feed *feed, const void *what)
{
    const struct event *now = what;
    if (feed->alarms == NULL) {
        feed->alarms = mem_new_array(FEED_ALARMS_KEPT, sizeof(*feed->alarms));
    }
    int64_t off_s = now->withdrawn && now->ended_s == 0 ? now->gps_time_s : now->ended_s;
    feed->alarms[feed->alarm_count++ % FEED_ALARMS_KEPT] =
        (struct feed_alarm){.number = feed->number,
                            .device_id = now->device_id,
                            .id = now->id,
                            .kind = now->kind,
                            .is_acknowledged = now->acknowledged_by != 0,
                            .on_s = now->gps_time_s,
                            .off_s = off_s};
}

void feeds_note_alarm(struct feeds *f, int64_t enterprise_id, const struct event *old,
                      const struct event *now)
{
    if (is_news(old, now)) {
        note(f, enterprise_id, take_alarm, now);
    }
}

/* What is noted of a user; made where there is nothing yet. Under the lock. */
static struct feed_user *user_of(struct feeds *f, int64_t user_id)
{
    struct feed_user *user = g_hash_table_lookup(f->users, &user_id);
    if (user == NULL) {
        user = mem_new(sizeof(*user));
        user->user_id = user_id;
        g_hash_table_insert(f->users, &user->user_id, user);
    }
    return user;
}

void feeds_note_focus(struct feeds *f, int64_t user_id)
{
    if (atomic_load(&f->has_any)) {
        lock(&f->lock);
        user_of(f, user_id)->focus = atomic_fetch_add(&f->number, 1) + 1;
        unlock(&f->lock);
    }
}

void feeds_note_rights(struct feeds *f, int64_t user_id)
{
    if (atomic_load(&f->has_any)) {
        lock(&f->lock);
        user_of(f, user_id)->rights = atomic_fetch_add(&f->number, 1) + 1;
        unlock(&f->lock);
    }
}

/* ---- reading ---- */

static void read_devices(const struct feed *feed, uint64_t since, struct arena *arena,
                         struct feed_news *news)
{
    size_t count = 0;
    for (const struct feed_entry *e = feed->newest; e != NULL && e->number > since; e = e->older) {
        count++;
    }
    struct feed_device *devices = arena_new_array(arena, count, sizeof(*devices));
    const struct feed_entry *e = feed->newest;
    for (size_t i = 0; i < count; i++, e = e->older) {
        devices[i] = (struct feed_device){
            .id = e->device, .is_renamed = e->renamed > since, .is_gone = e->is_gone};
    }
    news->devices = devices;
    news->device_count = count;
}

static void read_alarms(const struct feed *feed, uint64_t since, struct arena *arena,
                        struct feed_news *news)
{
    uint64_t kept = feed->alarm_count < FEED_ALARMS_KEPT ? feed->alarm_count : FEED_ALARMS_KEPT;
    uint64_t first = feed->alarm_count;
    while (first > feed->alarm_count - kept &&
           feed->alarms[(first - 1) % FEED_ALARMS_KEPT].number > since) {
        first--;
    }
    size_t count = (size_t)(feed->alarm_count - first);
    struct feed_alarm *alarms = arena_new_array(arena, count, sizeof(*alarms));
    for (size_t i = 0; i < count; i++) {
        alarms[i] = feed->alarms[(first + i) % FEED_ALARMS_KEPT];
    }
    news->alarms = alarms;
    news->alarm_count = count;
    news->alarms_are_lost = count == FEED_ALARMS_KEPT && feed->alarm_count > FEED_ALARMS_KEPT;
}

struct feed_news feed_read(struct directory *dir, struct feed *feed, uint64_t since,
                           struct arena *arena)
{
    struct feed_news news = {.upto = atomic_load(&dir->feeds.number)};
    lock(&feed->lock);
    news.is_lost = since < feed->since || since > news.upto;
    news.fences = feed->fences;
    if (!news.is_lost) {
        news.has_groups = feed->groups > since;
        news.has_fences = feed->fences > since;
        read_devices(feed, since, arena, &news);
        read_alarms(feed, since, arena, &news);
    }
    unlock(&feed->lock);
    return news;
}

bool feed_has(struct feed *feed, uint64_t since)
{
    lock(&feed->lock);
    bool has = feed->number > since;
    unlock(&feed->lock);
    return has;
}

bool feed_covers(struct feed *feed, uint64_t since)
{
    lock(&feed->lock);
    bool covers = since >= feed->since;
    unlock(&feed->lock);
    return covers;
}

uint64_t feed_fences(struct feed *feed)
{
    lock(&feed->lock);
    uint64_t fences = feed->fences;
    unlock(&feed->lock);
    return fences;
}

struct feed_marks feed_marks(struct directory *dir, int64_t user_id)
{
    struct feeds *f = &dir->feeds;
    lock(&f->lock);
    const struct feed_user *user = g_hash_table_lookup(f->users, &user_id);
    const struct feed_marks marks = {.focus = user == NULL ? 0 : user->focus,
                                     .rights = user == NULL ? 0 : user->rights};
    unlock(&f->lock);
    return marks;
}
