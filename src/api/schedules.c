/*
 * The thread that looks after schedules. One that is not at rest is an errand, of which one thing
 * is under way at a time:
 *
 *     look ─► job: the step that is wanted ─► message ─► job: what came of it ─► look ...
 *
 * One message is under way at a time, the schedules in turn: what waits for its turn waits in the
 * store, where it can be changed or deleted, and a stop loses the outcome of one message alone.
 *
 * Whatever is under way comes back by the inbox. A job that fails is tried again a little later; so
 * is the note of a message, so that what was sent is not forgotten as long as the process lives.
 * Where it dies before, the schedule is found `sending`, and the message is not sent again. The
 * wall clock says what is due, and may be set at any time; how long to wait between two looks the
 * monotonic one.
 */
#include "api/schedules.h"

#include <stdlib.h>
#include <time.h>

#include "api/reports.h"
#include "api/schedules_private.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    LOOK_MS = 250,
    AGAIN_MS = 5000,
    NOTES_MS = 10000, /* what a stop waits for a note that the store does not take */
    MS_PER_S = 1000,
    MINUTE_S = 60,
    NS_PER_MS = 1000000
};

static void lock(struct schedules *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct schedules *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

/* ---- errands ---- */

static struct errand *errand_of(struct schedules *s, const struct shard *shard,
                                struct owned_key key)
{
    struct errand *e = g_hash_table_lookup(s->errands, &key.id);
    if (e != NULL) {
        return e;
    }
    e = mem_new(sizeof(*e));
    *e = (struct errand){.all = s, .shard = shard, .key = key};
    e->link.data = e;
    lock(s);
    (void)g_hash_table_insert(s->errands, &e->key.id, e);
    unlock(s);
    return e;
}

static void forget(struct schedules *s, struct errand *e)
{
    lock(s);
    (void)g_hash_table_remove(s->errands, &e->key.id);
    unlock(s);
}

static void set_fault(struct errand *e, enum err fault)
{
    lock(e->all);
    bool is_new = fault != ERR_OK && e->fault == ERR_OK;
    e->fault = fault;
    unlock(e->all);
    if (is_new) {
        log_line(LOG_WARN, "schedule_waits", "schedule=%lld why=\"%s\"", (long long)e->key.id,
                 err_text(fault));
    }
}

static bool has(struct schedules *s, const bool *flag)
{
    lock(s);
    bool is = *flag;
    unlock(s);
    return is;
}

bool schedules_are_stopping(struct schedules *s)
{
    return has(s, &s->stopping);
}

/* It could not be done: the same again, a little later. */
static void put_off(struct errand *e, enum err fault)
{
    e->again_ms = clock_monotonic_ms() + (schedules_are_stopping(e->all) ? LOOK_MS : AGAIN_MS);
    set_fault(e, fault);
}

/* Has ingest do it; a note that it does not take is kept for later. */
static void submit(struct errand *e, enum schedule_errand doing)
{
    e->doing = doing;
    e->is_out = true; /* it may be back before this returns */
    if (!errand_submit(e)) {
        e->is_out = false;
        e->doing = doing == ERRAND_NOTE ? ERRAND_NOTE : ERRAND_NONE;
        put_off(e, ERR_BUSY);
    }
}

/* ---- looking ---- */

/* What the schedule wants. */
static enum schedule_wish wish_of(struct schedules *s, const struct shard *shard,
                                  struct owned_key key)
{
    struct arena arena = {0};
    struct schedule_found found;
    int64_t due_s = 0;
    enum schedule_wish wish = schedule_find(s, shard, key, &arena, &found)
                                  ? schedule_wish_of(&found.view, &due_s)
                                  : SCHEDULE_RESTS;
    arena_free(&arena);
    return wish;
}

/* A mailer that rests takes no message: its schedule waits, and it counts as no try. */
static bool may_mail(const struct schedules *s)
{
    return s->mailing == NULL && !mailer_rests(s->options.mailer);
}

/* Where nothing of its message is under way, or is still to be noted, it is the next one's turn. */
static void release_turn(const struct errand *e)
{
    if (e->all->mailing == e && e->doing == ERRAND_NONE) {
        e->all->mailing = NULL;
    }
}

static void look(struct schedules *s, const struct shard *shard, struct owned_key key)
{
    struct errand *e = g_hash_table_lookup(s->errands, &key.id);
    if (e != NULL && (e->is_out || clock_monotonic_ms() < e->again_ms)) {
        return;
    }
    if (e != NULL && e->doing == ERRAND_NOTE) {
        submit(e, ERRAND_NOTE);
        return;
    }
    enum schedule_wish wish = wish_of(s, shard, key);
    if (wish == SCHEDULE_RESTS && e != NULL) {
        forget(s, e);
    } else if (wish == SCHEDULE_WAITS || (wish == SCHEDULE_MAILS && !may_mail(s))) {
        (void)errand_of(s, shard, key);
    } else if (wish != SCHEDULE_RESTS) {
        e = errand_of(s, shard, key);
        e->may_mail = wish == SCHEDULE_MAILS;
        if (e->may_mail) {
            s->mailing = e;
            s->mailed_id = key.id;
        }
        submit(e, ERRAND_STEP);
        release_turn(e);
    }
}

static void look_at_all(struct schedules *s)
{
    const struct shards *shards = s->options.shards;
    for (size_t i = 0; i < shards->count; i++) {
        struct arena arena = {0};
        struct report_schedule at = {.id = 0};
        struct owned_key key = {0, 0};
        while (directory_owned_after(shards->at[i].directory, ENTITY_SCHEDULE, key, &arena, &at) ==
               ERR_OK) {
            key = (struct owned_key){at.enterprise_id, at.id};
            look(s, &shards->at[i], key);
            arena_clear(&arena);
        }
        arena_free(&arena);
    }
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    const struct errand *x = a;
    const struct errand *y = b;
    return (x->key.id > y->key.id) - (x->key.id < y->key.id);
}

/* At those from `from` to before `end`. */
static void look_from(struct schedules *s, const GList *from, const GList *end)
{
    for (const GList *l = from; l != NULL && l != end; l = l->next) {
        const struct errand *e = l->data;
        look(s, e->shard, e->key);
    }
}

/* In turn: first those behind the one that had the turn to mail. */
static void look_at_errands(struct schedules *s)
{
    int64_t mailed_id = s->mailed_id;
    GList *all = g_list_sort(g_hash_table_get_values(s->errands), compare_ids);
    GList *from = all;
    while (from != NULL && ((const struct errand *)from->data)->key.id <= mailed_id) {
        from = from->next;
    }
    look_from(s, from, NULL);
    look_from(s, all, from);
    g_list_free(all);
}

static void look_around(struct schedules *s)
{
    int64_t minute = clock_wall_ms() / MS_PER_S / MINUTE_S;
    look_at_errands(s);
    if (minute != s->minute) {
        s->minute = minute;
        look_at_all(s);
    }
}

/* ---- what comes back ---- */

static void take_step(struct errand *e)
{
    e->doing = ERRAND_NONE;
    if (e->result != ERR_OK && e->result != ERR_NOT_FOUND) {
        put_off(e, e->result);
        return;
    }
    set_fault(e, ERR_OK);
    if (e->result == ERR_OK && e->wish == SCHEDULE_RUNS) {
        reports_wake(e->all->options.reports);
    }
    if (e->result == ERR_OK && e->wish == SCHEDULE_MAILS) {
        e->doing = ERRAND_MESSAGE;
        e->is_out = true;
        if (!errand_send(e)) {
            submit(e, ERRAND_NOTE);
        }
    }
}

/* Of a schedule that is gone there is nothing to note. */
static void take_note(struct errand *e)
{
    if (e->result != ERR_OK && e->result != ERR_NOT_FOUND) {
        put_off(e, e->result);
        return;
    }
    e->doing = ERRAND_NONE;
    set_fault(e, ERR_OK);
}

static void take(struct errand *e)
{
    e->is_out = false;
    switch (e->doing) {
    case ERRAND_STEP:
        take_step(e);
        break;
    case ERRAND_MESSAGE:
        submit(e, ERRAND_NOTE);
        break;
    case ERRAND_NOTE:
        take_note(e);
        break;
    case ERRAND_NONE:
        break;
    }
    release_turn(e);
}

void errand_hand_back(struct errand *e)
{
    struct schedules *s = e->all;
    lock(s);
    g_queue_push_tail_link(&s->inbox, &e->link);
    check(pthread_cond_signal(&s->told) == 0);
    unlock(s);
}

static void take_all(struct schedules *s)
{
    for (;;) {
        lock(s);
        GList *first = g_queue_pop_head_link(&s->inbox);
        unlock(s);
        if (first == NULL) {
            return;
        }
        take(first->data);
    }
}

/* ---- the thread ---- */

/* Whether something is still to come back, or to be noted, which is waited for in vain some day. */
static bool has_any_left(struct schedules *s)
{
    GHashTableIter at;
    gpointer value = NULL;
    lock(s);
    bool is_in_vain = s->ending && clock_monotonic_ms() >= s->end_by_ms;
    unlock(s);
    g_hash_table_iter_init(&at, s->errands);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct errand *e = value;
        if (e->is_out || (e->doing == ERRAND_NOTE && !is_in_vain)) {
            return true;
        }
    }
    return false;
}

/* Nothing new is taken up; what came of a message, and is not noted yet, is tried again. */
static void look_at_notes(struct schedules *s)
{
    GHashTableIter at;
    gpointer value = NULL;
    int64_t now_ms = clock_monotonic_ms();
    g_hash_table_iter_init(&at, s->errands);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        struct errand *e = value;
        if (e->doing == ERRAND_NOTE && !e->is_out && now_ms >= e->again_ms) {
            submit(e, ERRAND_NOTE);
        }
    }
}

/* Until something comes back, or it is time to look. */
static void rest(struct schedules *s)
{
    struct timespec until;
    bool is_awaited = has_any_left(s);
    check(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_nsec += (long)LOOK_MS * NS_PER_MS;
    if (until.tv_nsec >= (long)MS_PER_S * NS_PER_MS) {
        until.tv_nsec -= (long)MS_PER_S * NS_PER_MS;
        until.tv_sec++;
    }
    lock(s);
    int waited = 0;
    while (s->inbox.length == 0 && (!s->ending || is_awaited) && waited == 0) {
        waited = pthread_cond_timedwait(&s->told, &s->lock, &until);
    }
    unlock(s);
}

static void *run(void *arg)
{
    struct schedules *s = arg;
    while (!has(s, &s->ending) || has_any_left(s)) {
        if (schedules_are_stopping(s)) {
            look_at_notes(s);
        } else {
            look_around(s);
        }
        rest(s);
        take_all(s);
    }
    return NULL;
}

/* ---- from outside ---- */

struct schedules *schedules_start(const struct schedules_options *options)
{
    struct schedules *s = mem_new(sizeof(*s));
    pthread_condattr_t attributes;
    *s = (struct schedules){
        .options = *options,
        .errands = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free),
    };
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&s->told, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_create(&s->thread, NULL, run, s) == 0);
    return s;
}

void schedules_quit(struct schedules *s)
{
    lock(s);
    s->stopping = true;
    unlock(s);
}

void schedules_stop(struct schedules *s)
{
    lock(s);
    s->stopping = s->ending = true;
    s->end_by_ms = clock_monotonic_ms() + NOTES_MS;
    check(pthread_cond_signal(&s->told) == 0);
    unlock(s);
    check(pthread_join(s->thread, NULL) == 0);
}

void schedules_free(struct schedules *s)
{
    g_hash_table_destroy(s->errands);
    check(pthread_cond_destroy(&s->told) == 0);
    check(pthread_mutex_destroy(&s->lock) == 0);
    free(s);
}

enum err schedules_fault(struct schedules *s, int64_t id)
{
    enum err fault = ERR_OK;
    if (s != NULL) {
        lock(s);
        const struct errand *e = g_hash_table_lookup(s->errands, &id);
        fault = e == NULL ? ERR_OK : e->fault;
        unlock(s);
    }
    return fault;
}

bool schedules_can_mail(const struct schedules *s)
{
    return s != NULL && s->options.mailer != NULL;
}
