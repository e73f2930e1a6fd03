/*
 * The threads that make reports. Which one comes next is found in the directory: the oldest one of
 * the next enterprise that has any waiting and none under way.
 */
#include "api/reports.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/reports_private.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    SWEEP_S = 60,
    COMMIT_PAUSE_S = 5,
    MS_PER_S = 1000,
    NICENESS = 10, /* behind everything that somebody waits for */
};

/* ---- waiting ---- */

/* Waits until something was committed since `seen`, the end, or so many seconds. Under the lock. */
static void wait(struct reports *r, uint64_t seen, time_t seconds)
{
    struct timespec end;
    int waited = 0;
    check(clock_gettime(CLOCK_MONOTONIC, &end) == 0);
    end.tv_sec += seconds;
    while (!r->stopping && r->wakes == seen && waited == 0) {
        waited = pthread_cond_timedwait(&r->changed, &r->lock, &end);
    }
}

static void lock(struct reports *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
}

static void unlock(struct reports *r)
{
    check(pthread_mutex_unlock(&r->lock) == 0);
}

void reports_wake(struct reports *r)
{
    lock(r);
    r->wakes++;
    check(pthread_cond_broadcast(&r->changed) == 0);
    unlock(r);
}

/* ---- which is next ---- */

static bool is_same(struct owned_key a, struct owned_key b)
{
    return a.enterprise_id == b.enterprise_id && a.id == b.id;
}

/* Whether the enterprise has one under way. Under the lock. */
static bool is_busy(const struct reports *r, int64_t enterprise_id)
{
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        const struct report_slot *slot = &r->slots[i];
        if (slot->is_taken && slot->key.enterprise_id == enterprise_id) {
            return true;
        }
    }
    return false;
}

/* The first one behind `after` that waits, of an enterprise that is not busy. Under the lock. */
static bool find_waiting(struct reports *r, struct owned_key after, struct arena *arena,
                         struct report_job *out)
{
    for (size_t i = 0; i < r->api->shards->count; i++) {
        struct owned_key at = after;
        struct directory *dir = r->api->shards->at[i].directory;
        while (directory_owned_after(dir, ENTITY_REPORT, at, arena, out) == ERR_OK) {
            if (out->state == REPORT_WAITING && !is_busy(r, out->enterprise_id)) {
                return true;
            }
            at = (struct owned_key){out->enterprise_id, out->id};
        }
    }
    return false;
}

/* Takes the next one; false: none waits. Under the lock. */
static bool take_next(struct report_slot *slot, struct arena *arena, struct report_job *out)
{
    struct reports *r = slot->reports;
    const struct owned_key behind_last = {r->last_enterprise, INT64_MAX};
    if (!find_waiting(r, behind_last, arena, out) &&
        !find_waiting(r, (struct owned_key){0}, arena, out)) {
        return false;
    }
    slot->is_taken = true;
    slot->key = (struct owned_key){out->enterprise_id, out->id};
    slot->made = (struct report_made){0};
    r->last_enterprise = out->enterprise_id;
    return true;
}

bool reports_progress(struct reports *r, struct owned_key key, struct report_made *out)
{
    bool found = false;
    lock(r);
    for (size_t i = 0; i < REPORT_THREADS && !found; i++) {
        found = r->slots[i].is_taken && is_same(r->slots[i].key, key);
        *out = found ? r->slots[i].made : (struct report_made){0};
    }
    unlock(r);
    return found;
}

/* ---- making it ---- */

const char *reports_path(const struct reports *r, const struct report_job *job, struct arena *arena)
{
    return arena_format(arena, "%s/%" PRId64 ".%s", r->directory, job->id,
                        report_format_name(job->format));
}

/* Whether it still waits, which it does no more once it is cancelled or deleted. */
static bool still_waits(const struct reports *r, struct owned_key key)
{
    struct arena arena = {0};
    struct report_job job;
    const struct shard *shard = shards_of_enterprise(r->api->shards, key.enterprise_id);
    bool waits = directory_owned(shard->directory, ENTITY_REPORT, key, &arena, &job) == ERR_OK &&
                 job.state == REPORT_WAITING;
    arena_free(&arena);
    return waits;
}

static bool goes_on(void *context, const struct report_made *made)
{
    struct report_slot *slot = context;
    lock(slot->reports);
    slot->made = *made;
    bool stops = slot->reports->stopping;
    unlock(slot->reports);
    return !stops && still_waits(slot->reports, slot->key);
}

struct commit {
    enum change_kind kind;
    struct report_job job;
};

/* Nothing where it was cancelled or deleted meanwhile. */
static enum err run_commit(struct job_context *job, void *arg)
{
    const struct commit *c = arg;
    struct report_job held;
    const struct owned_key key = {c->job.enterprise_id, c->job.id};
    enum err e = directory_owned(job->directory, ENTITY_REPORT, key, job->changes.arena, &held);
    bool is_late = e == ERR_OK && !change_is_deletion(c->kind) && held.state == REPORT_CANCELLED;
    if (e != ERR_OK || is_late) {
        return ERR_NOT_FOUND;
    }
    change_add(&job->changes, c->kind)->report = c->job;
    return ERR_OK;
}

enum err reports_commit(struct reports *r, enum change_kind kind, const struct report_job *job)
{
    const struct shard *shard = shards_of_enterprise(r->api->shards, job->enterprise_id);
    struct commit *c = mem_new(sizeof(*c) + entity_borrowed(ENTITY_REPORT, job));
    c->kind = kind;
    entity_copy(ENTITY_REPORT, job, &c->job, c + 1);
    enum err e = ingest_call(shard->ingest, run_commit, c, free, REPORT_COMMIT_MS);
    if (e != ERR_TIMEOUT) {
        free(c);
    }
    return e;
}

/* What became of it is told in the end, however full the store is. */
static void conclude(struct report_slot *slot, const struct report_job *job)
{
    struct reports *r = slot->reports;
    for (;;) {
        enum err e = reports_commit(r, CHANGE_PUT_REPORT, job);
        if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_STOPPING) {
            return;
        }
        log_line(LOG_WARN, "report_not_told", "report=%" PRId64 " why=\"%s\"", job->id,
                 err_text(e));
        lock(r);
        wait(r, r->wakes, COMMIT_PAUSE_S);
        bool stops = r->stopping;
        unlock(r);
        if (stops) {
            return;
        }
    }
}

static void make(struct report_slot *slot, struct report_job *job, struct arena *arena)
{
    struct reports *r = slot->reports;
    struct report_made made;
    const char *path = reports_path(r, job, arena);
    const char *half = arena_format(arena, "%s.part", path);
    const struct report_making making = {
        .api = r->api,
        .job = job,
        .directory = r->directory,
        .path = half,
        .goes_on = goes_on,
        .context = slot,
    };
    enum err e = report_make(&making, &made);
    struct stat file;
    if (e == ERR_OK && (stat(half, &file) != 0 || rename(half, path) != 0)) {
        (void)snprintf(made.why, sizeof(made.why), "System error");
        e = ERR_IO;
    }
    if (e == ERR_END) {
        return;
    }
    if (e != ERR_OK) {
        log_line(LOG_WARN, "report_failed", "report=%" PRId64 " why=\"%s\"", job->id, made.why);
    }
    job->state = e == ERR_OK ? REPORT_DONE : REPORT_FAILED;
    job->finished_s = clock_wall_ms() / MS_PER_S;
    job->expires_s = job->finished_s + REPORT_KEPT_S;
    job->done = made.done;
    job->of = made.of;
    job->rows = e == ERR_OK ? made.rows : 0;
    job->size = e == ERR_OK ? (int64_t)file.st_size : 0;
    job->error = e == ERR_OK ? "" : made.why;
    conclude(slot, job);
}

/* ---- the threads ---- */

/* Takes one and makes it, or waits. */
static void turn(struct report_slot *slot, int64_t *swept_ms)
{
    struct arena arena = {0};
    struct report_job job;
    struct reports *r = slot->reports;
    lock(r);
    uint64_t seen = r->wakes;
    unlock(r);
    bool sweeps = slot == &r->slots[0];
    if (sweeps && clock_monotonic_ms() >= *swept_ms) {
        reports_sweep(r);
        *swept_ms = clock_monotonic_ms() + (int64_t)SWEEP_S * MS_PER_S;
    }
    lock(r);
    bool takes = !r->stopping && take_next(slot, &arena, &job);
    if (!takes) {
        wait(r, seen, SWEEP_S);
        *swept_ms = 0; /* files of what was deleted go at once */
    }
    unlock(r);
    if (takes) {
        make(slot, &job, &arena);
        lock(r);
        slot->is_taken = false;
        unlock(r);
        reports_wake(r);
    }
    arena_free(&arena);
}

static void *run(void *arg)
{
    struct report_slot *slot = arg;
    struct reports *r = slot->reports;
    int64_t swept_ms = 0;
    bool stops = false;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread, on Linux */
    while (!stops) {
        turn(slot, &swept_ms);
        lock(r);
        stops = r->stopping;
        unlock(r);
    }
    return NULL;
}

struct reports *reports_start(const struct api *api, const char *directory)
{
    if (mkdir(directory, S_IRWXU) != 0 && errno != EEXIST) {
        log_line(LOG_ERROR, "reports_off", "directory=\"%s\" why=\"%s\"", directory,
                 g_strerror(errno));
        return NULL;
    }
    struct reports *r = mem_new(sizeof(*r));
    pthread_condattr_t attributes;
    r->api = api;
    r->directory = mem_copy_text(directory);
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&r->changed, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_mutex_init(&r->lock, NULL) == 0);
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        r->slots[i].reports = r;
        check(pthread_create(&r->slots[i].thread, NULL, run, &r->slots[i]) == 0);
    }
    return r;
}

void reports_stop(struct reports *r)
{
    if (r == NULL) {
        return;
    }
    lock(r);
    r->stopping = true;
    check(pthread_cond_broadcast(&r->changed) == 0);
    unlock(r);
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        check(pthread_join(r->slots[i].thread, NULL) == 0);
    }
}

void reports_free(struct reports *r)
{
    if (r == NULL) {
        return;
    }
    check(pthread_cond_destroy(&r->changed) == 0);
    check(pthread_mutex_destroy(&r->lock) == 0);
    free(r->directory);
    free(r);
}

/* ---- bounds ---- */

struct reports_count reports_count(struct directory *dir, int64_t enterprise_id, int64_t user_id,
                                   struct arena *arena)
{
    size_t count = 0;
    struct reports_count n = {0};
    const struct report_job *all =
        directory_list_owned(dir, ENTITY_REPORT, enterprise_id, arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool waits = all[i].state == REPORT_WAITING;
        bool is_own = all[i].user_id == user_id;
        n.under_way += waits && is_own ? 1 : 0;
        n.kept += is_own ? 1 : 0;
        n.waiting_of_enterprise += waits ? 1 : 0;
        n.bytes_of_enterprise += all[i].size;
    }
    n.kept_of_enterprise = count;
    return n;
}

const char *reports_refusal(const struct reports_count *count)
{
    if (count->under_way >= REPORTS_UNDER_WAY_MAX) {
        return REPORTS_TEXT_UNDER_WAY;
    }
    if (count->kept >= REPORTS_KEPT_MAX) {
        return REPORTS_TEXT_KEPT;
    }
    if (count->waiting_of_enterprise >= REPORTS_WAITING_MAX) {
        return REPORTS_TEXT_WAITING;
    }
    bool is_full = count->kept_of_enterprise >= REPORTS_OF_ENTERPRISE_MAX ||
                   count->bytes_of_enterprise >= REPORTS_BYTES_MAX;
    return is_full ? REPORTS_TEXT_ROOM : NULL;
}
