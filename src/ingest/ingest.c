/*
 * The loop of the one changer.
 *
 *     wait ──► batch of arrivals ──► commit ──► a slice of jobs ──► a slice of upkeep ──┐
 *      ▲                                                                                │
 *      └────────────────────────────────────────────────────────────────────────────────┘
 *
 * While a commit runs, the next batch gathers in the queue: the slower the disk, the larger the
 * batches. Where the disk is fast, a pause of PAUSE_US does the same, since a commit costs as much
 * for one fix as for a hundred; the first fix after a silence never waits for it.
 */
#include "ingest/ingest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/directory_rules.h"
#include "ingest/commands.h"
#include "ingest/events.h"
#include "ingest/ingest_private.h"
#include "ingest/unique.h"

enum {
    PAUSE_US = 2000,
    WAIT_MS = 1000,
    COMMIT_HANGS_MS = 5000,
    BACKOFF_FIRST_MS = 50,
    BACKOFF_LAST_MS = 2000,
    PATIENCE_MS = 5000,      /* of the first commit that fails */
    PATIENCE_AGAIN_MS = 500, /* of the next ones, until one succeeds */
    WARNING_EVERY_MS = 10000,
    MARK_HEADROOM_BYTES =
        64 * 1024, /* what arrivals leave of the queue for the marks of jobs ... */
    HEADROOM_BYTES = MARK_HEADROOM_BYTES + INGEST_OUTCOMES_BYTES, /* ... and outcomes of orders */
};

/* ---- active devices ---- */

struct active_device *ingest_active_device(struct ingest *in, int64_t device)
{
    struct active_device *active = g_hash_table_lookup(in->active_devices, &device);
    if (active == NULL) {
        active = mem_new(sizeof(*active));
        active->device = device;
        g_queue_init(&active->assemblies);
        g_hash_table_insert(in->active_devices, &active->device, active);
    }
    return active;
}

void ingest_drop_active_device(struct ingest *in, int64_t device)
{
    const struct active_device *active = g_hash_table_lookup(in->active_devices, &device);
    if (active != NULL && active->stage == 0 && active->assemblies.length == 0) {
        g_hash_table_remove(in->active_devices, &device);
    }
}

/* ---- committing ---- */

static void sleep_us(int64_t us)
{
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    while (nanosleep(&time, &time) != 0) {
    }
}

void ingest_lose_store(struct ingest *in, enum err e)
{
    in->is_lost = true;
    atomic_store(&in->health, (int)e);
    log_line(LOG_ERROR, "commit_failed", "why=\"%s\"", err_text(e));
    in->options.fatal(in->options.fatal_context, e);
}

void ingest_warn(struct ingest *in, enum err e)
{
    int64_t now_ms = clock_monotonic_ms();
    if (in->last_warning_ms == 0 || now_ms - in->last_warning_ms >= WARNING_EVERY_MS) {
        in->last_warning_ms = now_ms;
        log_line(LOG_WARN, "commit_delayed", "why=\"%s\"", err_text(e));
    }
}

enum err ingest_commit(struct ingest *in, const struct store_batch *batch)
{
    if (in->is_lost) {
        return (enum err)atomic_load(&in->health);
    }
    bool was_well = atomic_load(&in->health) == ERR_OK;
    int64_t until_ms = clock_monotonic_ms() + (was_well ? PATIENCE_MS : PATIENCE_AGAIN_MS);
    int64_t backoff_ms = BACKOFF_FIRST_MS;
    for (;;) {
        atomic_store(&in->commit_began_ms, clock_monotonic_ms());
        enum err e = store_commit(in->options.store, batch);
        atomic_store(&in->commit_began_ms, 0);
        if (e == ERR_OK) {
            counter_add(in->options.counters, commits, 1);
            atomic_store(&in->health, ERR_OK);
            return ERR_OK;
        }
        counter_add(in->options.counters, commits_failed, 1);
        if (e != ERR_FULL && e != ERR_BUSY) {
            ingest_lose_store(in, e);
            return e;
        }
        atomic_store(&in->health, (int)e);
        ingest_warn(in, e);
        if (clock_monotonic_ms() + backoff_ms > until_ms) {
            return e;
        }
        sleep_us(backoff_ms * 1000);
        backoff_ms = backoff_ms * 2 < BACKOFF_LAST_MS ? backoff_ms * 2 : BACKOFF_LAST_MS;
    }
}

void ingest_apply(struct ingest *in, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &changes[i];
        binding_note(in, c);
        quota_note(in, c);
        directory_apply(in->options.directory, c);
        if (c->kind == CHANGE_PUT_IDS) {
            ids_note_committed(&in->ids, &c->ids);
        } else if (c->kind == CHANGE_PUT_NAME) {
            unique_note_committed(in->options.unique, &c->name);
        } else if (c->kind == CHANGE_PUT_COMMAND) {
            commands_apply(in, c);
        } else if (c->kind == CHANGE_PUT_DEVICE && c->device.deleted) {
            commands_forget_device(in, c->device.id);
            ingest_drop_active_device(in, c->device.id);
        } else if (c->kind == CHANGE_PUT_DEVICE) {
            newcomer_registered(in, c->device.device_id);
        }
    }
    for (size_t i = 0; i < count; i++) { /* a change may be told by two versions */
        adopt_note(in, &changes[i]);
    }
}

/* ---- the loop ---- */

static void take(struct ingest *in, struct bytes record)
{
    switch (intake_kind_of(record)) {
    case INTAKE_MARK:
        in->jobs.marks_passed++;
        break;
    case INTAKE_OUTCOME:
        commands_take_outcome(in, intake_outcome(record));
        break;
    case INTAKE_ARRIVAL:
        batch_take(in, record);
        break;
    }
}

/* Takes arrivals until the batch is full or the queue is drained. */
static void gather(struct ingest *in)
{
    struct bytes record;
    while (!batch_is_full(&in->batch) && queue_next(in->queue, &record) == ERR_OK) {
        take(in, record);
    }
    if (in->batch.verdict_count == 0) { /* else the room is given back with the verdicts */
        queue_release(in->queue);
    }
}

/* At the end: what orders came to that no batch could save is tried once more. */
static void save_outcomes(struct ingest *in)
{
    if (commands_unsaved(in)) {
        commands_run(in);
        (void)batch_finish(in);
    }
}

/* Nothing comes any more. */
static void finish(struct ingest *in)
{
    if (in->options.hears_nobody) {
        upkeep_settle(in);
    }
    save_outcomes(in);
}

static void *run(void *context)
{
    struct ingest *in = context;
    for (;;) {
        enum err e = queue_take(in->queue, jobs_wait(in) ? 0 : upkeep_wait_ms(in, WAIT_MS));
        if (e == ERR_END && !jobs_wait(in)) {
            finish(in);
            return NULL;
        }
        int64_t begin_us = clock_monotonic_us();
        adopt_run(in);
        commands_run(in);
        gather(in);
        upkeep_resolve_orphans(in);
        upkeep_expire_rules(in);
        if (!in->options.hears_nobody) {
            silence_run(in);
        }
        binding_run(in);
        quota_run(in);
        fragments_expire(in, clock_wall_ms() / 1000);
        (void)batch_finish(in);
        jobs_run(in);
        upkeep_run(in, e == ERR_TIMEOUT && !jobs_wait(in));
        int64_t spent_us = clock_monotonic_us() - begin_us;
        if (e == ERR_OK && spent_us < PAUSE_US) {
            sleep_us(PAUSE_US - spent_us);
        }
    }
}

/* ---- starting and stopping ---- */

struct loading {
    struct ingest *in;
    int64_t heard_s; /* when the newest fix came */
    GArray *foreign; /* internal ids of devices whose password another key made */
};

static void load_change(void *context, const struct change *c)
{
    struct ingest *in = ((struct loading *)context)->in;
    if (c->kind == CHANGE_PUT_COMMAND) {
        commands_apply(in, c);
    } else if (c->kind == CHANGE_PUT_FRAGMENT) {
        fragments_restore(in, &c->fragment);
    } else if (c->kind == CHANGE_PUT_IDS) {
        ids_load(&in->ids, &c->ids);
    } else if (c->kind == CHANGE_PUT_NAME && in->options.unique != NULL) {
        unique_load(in->options.unique, &c->name);
    } else {
        directory_apply(in->options.directory, c);
    }
    if (c->kind == CHANGE_PUT_DEVICE && lost_key_is_foreign(in, &c->device)) {
        g_array_append_val(((struct loading *)context)->foreign, c->device.id);
    }
}

static void load_state(void *context, int64_t device, const struct fold_state *state)
{
    struct loading *l = context;
    struct ingest *in = l->in;
    struct device_ref ref;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return; /* deleted */
    }
    int64_t heard_s = state->current.rcv_time_s;
    l->heard_s = heard_s > l->heard_s ? heard_s : l->heard_s;
    upkeep_note_time(in, &state->current);
    struct live live;
    live_init(&live);
    fold_state_copy(&live.state, state);
    live.reported = state->current.gps_time_s > 0;
    adopt_device(in, ref.info, &live.state);
    tracked_publish(in->options.directory, ref.tracked, &live);
    device_ref_release(in->options.directory, &ref);
}

static void free_ingest(struct ingest *in)
{
    jobs_clear(&in->jobs);
    commands_clear(in);
    adopt_clear(in);
    silence_clear(in);
    binding_clear(&in->bindings);
    share_clear(&in->shares);
    quota_clear(in);
    fragments_clear(&in->fragments);
    clocks_clear(&in->clocks);
    batch_free(&in->batch);
    g_hash_table_destroy(in->active_devices);
    queue_free(in->queue);
    arena_free(&in->upkeep_arena);
    arena_free(&in->event_arena);
    store_set_fold(in->options.store, NULL);
    free(in);
}

enum err ingest_start(const struct ingest_options *options, struct ingest **out)
{
    struct ingest *in = mem_new(sizeof(*in));
    in->options = *options;
    ids_init(&in->ids, options->shard);
    in->queue = queue_new(options->queue_bytes + HEADROOM_BYTES);
    commands_init(in);
    jobs_init(&in->jobs);
    in->active_devices = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
    batch_init(&in->batch);
    fragments_init(&in->fragments);
    adopt_init(in);
    silence_init(&in->silences, clock_monotonic_ms());
    binding_init(&in->bindings);
    quota_init(in);
    share_init(&in->shares);
    clocks_init(&in->clocks);
    const struct store_fold fold = events_store_fold(in);
    store_set_fold(options->store, &fold);
    struct loading l = {.in = in, .foreign = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    const struct store_loader loader = {.context = &l, .change = load_change, .state = load_state};
    enum err e = store_load(options->store, &loader);
    e = e == ERR_OK ? lost_key_settle(in, l.foreign) : e;
    (void)g_array_free(l.foreign, TRUE);
    if (e != ERR_OK) {
        free_ingest(in);
        return e;
    }
    directory_prepare_fences(options->directory);
    adopt_recover(in, l.heard_s);
    check(pthread_create(&in->thread, NULL, run, in) == 0);
    *out = in;
    return ERR_OK;
}

void ingest_stop(struct ingest *in)
{
    if (in == NULL) {
        return;
    }
    commands_close(in);
    queue_close(in->queue);
    check(pthread_join(in->thread, NULL) == 0);
    free_ingest(in);
}

enum err ingest_push(struct ingest *in, const struct arrival *a, uint32_t *credit_bytes)
{
    size_t size = intake_size(a);
    uint8_t *at = NULL;
    enum err e = queue_begin(in->queue, size, HEADROOM_BYTES, &at);
    if (e != ERR_OK) {
        return e;
    }
    intake_encode(a, at);
    queue_end(in->queue);
    *credit_bytes = (uint32_t)queue_cost(size);
    return ERR_OK;
}

void ingest_push_outcome(struct ingest *in, const struct order_outcome *outcome)
{
    uint8_t *at = NULL;
    check(queue_begin(in->queue, intake_outcome_size(), 0, &at) == ERR_OK);
    intake_encode_outcome(outcome, at);
    queue_end(in->queue);
}

enum err ingest_push_doubt(struct ingest *in, int64_t command)
{
    const struct order_outcome doubt = {
        .command = command, .is_doubt = true, .time_s = clock_wall_ms() / 1000};
    uint8_t *at = NULL;
    enum err e = queue_begin(in->queue, intake_outcome_size(), INGEST_OUTCOMES_BYTES, &at);
    if (e == ERR_OK) {
        intake_encode_outcome(&doubt, at);
        queue_end(in->queue);
    }
    return e;
}

struct dialect ingest_dialect(struct ingest *in, const char *device_id)
{
    return directory_dialect(in->options.directory, device_id);
}

enum err ingest_health(struct ingest *in)
{
    int64_t began_ms = atomic_load(&in->commit_began_ms);
    if (began_ms != 0 && clock_monotonic_ms() - began_ms > COMMIT_HANGS_MS) {
        return ERR_BUSY; /* a disk that does not answer */
    }
    return (enum err)atomic_load(&in->health);
}
