/* The threads that make reports: waiting, making, telling what became of it. */
#include "api/reports.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/report_devices.h"
#include "api/reports_private.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/owner.h"

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

void reports_wake(struct reports *r)
{
    reports_lock(r);
    r->wakes++;
    check(pthread_cond_broadcast(&r->changed) == 0);
    reports_unlock(r);
}

void reports_note_left(struct reports *r)
{
    reports_lock(r);
    r->has_left = true;
    r->wakes++;
    check(pthread_cond_broadcast(&r->changed) == 0);
    reports_unlock(r);
}

/* ---- how far one is ---- */

static bool is_same(struct owned_key a, struct owned_key b)
{
    return a.enterprise_id == b.enterprise_id && a.id == b.id;
}

bool reports_progress(struct reports *r, struct owned_key key, struct report_made *out)
{
    bool found = false;
    reports_lock(r);
    for (size_t i = 0; i < REPORT_THREADS && !found; i++) {
        found = r->slots[i].is_taken && is_same(r->slots[i].key, key);
        *out = found ? r->slots[i].made : (struct report_made){0};
    }
    reports_unlock(r);
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
    reports_lock(slot->reports);
    slot->made = *made;
    bool stops = slot->reports->stopping;
    reports_unlock(slot->reports);
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
        reports_lock(r);
        wait(r, r->wakes, COMMIT_PAUSE_S);
        bool stops = r->stopping;
        reports_unlock(r);
        if (stops) {
            return;
        }
    }
}

/* Has the names in the directory reach the disk. A system error, or 0. */
static int settle(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    int number = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return number;
}

/* Has a file that is whole found, with the list of its devices. A system error, or 0. */
static int publish(const struct reports *r, const struct report_making *making, const char *path,
                   int64_t *size)
{
    struct stat file;
    int number = owner_give_file(r->data_directory, making->devices_path);
    if (number == 0) {
        number = owner_give_file(r->data_directory, making->path);
    }
    if (number == 0 && (stat(making->path, &file) != 0 || rename(making->path, path) != 0)) {
        number = errno;
    }
    if (number == 0) {
        *size = (int64_t)file.st_size;
        number = settle(r->directory);
    }
    return number;
}

static void make(struct report_slot *slot, struct report_job *job, struct arena *arena)
{
    struct reports *r = slot->reports;
    struct report_made made;
    const char *path = reports_path(r, job, arena);
    const char *half = arena_format(arena, "%s.part", path);
    const char *devices = report_devices_path(path, arena);
    const struct report_making making = {
        .api = r->api,
        .job = job,
        .directory = r->directory,
        .path = half,
        .devices_path = devices,
        .goes_on = goes_on,
        .context = slot,
    };
    enum err e = report_make(&making, &made);
    int64_t size = 0;
    int number = e == ERR_OK ? publish(r, &making, path, &size) : 0;
    if (number != 0) {
        made.system_error = number;
        (void)snprintf(made.why, sizeof(made.why), "System error");
        e = ERR_IO;
    }
    if (e == ERR_END || !still_waits(r, slot->key)) {
        reports_note_left(r); /* what there is of a file */
        return;
    }
    if (e != ERR_OK) {
        bool is_of_file = made.system_error != 0;
        log_line(LOG_WARN, "report_failed", "report=%" PRId64 " why=\"%s%s%s\"", job->id, made.why,
                 is_of_file ? ": " : "", is_of_file ? g_strerror(made.system_error) : "");
    }
    job->state = e == ERR_OK ? REPORT_DONE : REPORT_FAILED;
    job->finished_s = clock_wall_ms() / MS_PER_S;
    job->expires_s = job->finished_s + REPORT_KEPT_S;
    job->done = made.done;
    job->of = made.of;
    job->rows = e == ERR_OK ? made.rows : 0;
    job->size = e == ERR_OK ? size : 0;
    job->error = e == ERR_OK ? "" : arena_copy_text(arena, made.why);
    conclude(slot, job);
    if (e != ERR_OK) {
        reports_note_left(r);
    }
}

/* ---- the threads ---- */

/* Takes one and makes it, or waits. */
static void turn(struct report_slot *slot)
{
    struct arena arena = {0};
    struct report_job job;
    struct reports *r = slot->reports;
    reports_lock(r);
    uint64_t seen = r->wakes;
    reports_unlock(r);
    if (reports_take(slot, &arena, &job)) {
        make(slot, &job, &arena);
        reports_lock(r);
        slot->is_taken = false;
        reports_unlock(r);
        reports_wake(r);
    } else {
        reports_lock(r);
        wait(r, seen, SWEEP_S);
        reports_unlock(r);
    }
    arena_free(&arena);
}

static void *run(void *arg)
{
    struct report_slot *slot = arg;
    struct reports *r = slot->reports;
    bool stops = false;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread, on Linux */
    while (!stops) {
        turn(slot);
        reports_lock(r);
        stops = r->stopping;
        reports_unlock(r);
    }
    return NULL;
}

/* Sweeps at the start, then each SWEEP_S, and when something is left; whatever is being made. */
static void *sweep(void *arg)
{
    struct reports *r = arg;
    int64_t due_ms = 0;
    bool stops = false;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    while (!stops) {
        reports_lock(r);
        bool is_due = r->has_left || clock_monotonic_ms() >= due_ms;
        r->has_left = false;
        reports_unlock(r);
        if (is_due) {
            reports_sweep(r);
            due_ms = clock_monotonic_ms() + (int64_t)SWEEP_S * MS_PER_S;
        }
        reports_lock(r);
        if (!r->has_left) {
            wait(r, r->wakes, (due_ms - clock_monotonic_ms()) / MS_PER_S + 1);
        }
        stops = r->stopping;
        reports_unlock(r);
    }
    return NULL;
}

/* Makes the directory, or sees whether files can be made in the one that is there. A system error,
   or 0. */
static int make_folder(const char *data_directory, const char *directory)
{
    struct stat is;
    if (mkdir(directory, S_IRWXU) == 0) {
        return owner_give_folder(data_directory, directory);
    }
    if (errno != EEXIST || stat(directory, &is) != 0) {
        return errno;
    }
    if (!S_ISDIR(is.st_mode)) {
        return ENOTDIR;
    }
    return access(directory, R_OK | W_OK | X_OK) == 0 ? 0 : errno;
}

struct reports *reports_start(const struct api *api, const char *directory)
{
    char *data_directory = g_path_get_dirname(directory);
    int number = make_folder(data_directory, directory);
    if (number != 0) {
        log_line(LOG_ERROR, "reports_off", "directory=\"%s\" why=\"%s\"", directory,
                 g_strerror(number));
        g_free(data_directory);
        return NULL;
    }
    struct reports *r = mem_new(sizeof(*r));
    pthread_condattr_t attributes;
    r->api = api;
    r->directory = mem_copy_text(directory);
    r->data_directory = data_directory;
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&r->changed, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_mutex_init(&r->lock, NULL) == 0);
    check(pthread_create(&r->sweeper, NULL, sweep, r) == 0);
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
    reports_lock(r);
    r->stopping = true;
    check(pthread_cond_broadcast(&r->changed) == 0);
    reports_unlock(r);
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        check(pthread_join(r->slots[i].thread, NULL) == 0);
    }
    check(pthread_join(r->sweeper, NULL) == 0);
}

void reports_free(struct reports *r)
{
    if (r == NULL) {
        return;
    }
    check(pthread_cond_destroy(&r->changed) == 0);
    check(pthread_mutex_destroy(&r->lock) == 0);
    free(r->directory);
    g_free(r->data_directory);
    free(r);
}
