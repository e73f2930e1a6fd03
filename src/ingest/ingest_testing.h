#ifndef INGEST_INGEST_TESTING_H
#define INGEST_INGEST_TESTING_H

/*
 * Ingest over a real store in a directory of its own, for its tests. Included after <cmocka.h>.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/vault_testing.h"
#include "ingest/ingest.h"
#include "store/fault_vfs.h"
#include "store/store_testing.h"

#define RIG_VFS "ingest-faults"

enum { RIG_ENTERPRISE = 1, RIG_DEVICE = 1, RIG_VERDICTS_MAX = 4096, RIG_WAIT_S = 120 };
/* The first device that comes after a start: what was left of the range is skipped. */
enum { RIG_NEWCOMER = IDS_AT_ONCE + 1 };
enum { RIG_CALL_MS = 120000, RIG_QUEUE_BYTES = 1024 * 1024 };

static const char rig_id[] = "013912345678";

struct rig {
    char path[KIT_PATH_SIZE];
    struct fault_vfs vfs;
    struct store *store;
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct counters counters;
    struct ingest_options options;
    struct ingest *ingest;
    pthread_mutex_t lock;
    pthread_cond_t delivered;
    struct verdict verdicts[RIG_VERDICTS_MAX]; /* the following four under `lock` */
    size_t verdict_count;
    size_t deliveries;
    enum err fatal;
    uint32_t sent;
};

static inline void rig_deliver(void *context, const struct verdict *verdicts, size_t count)
{
    struct rig *r = context;
    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < count && r->verdict_count < RIG_VERDICTS_MAX; i++) {
        r->verdicts[r->verdict_count++] = verdicts[i];
    }
    r->deliveries++;
    (void)pthread_cond_broadcast(&r->delivered);
    (void)pthread_mutex_unlock(&r->lock);
}

static inline void rig_fatal(void *context, enum err e)
{
    struct rig *r = context;
    (void)pthread_mutex_lock(&r->lock);
    r->fatal = e;
    (void)pthread_cond_broadcast(&r->delivered);
    (void)pthread_mutex_unlock(&r->lock);
}

/* Opens the store and starts, as the server does. Where that fails, rig_stop() takes it down. */
static inline enum err rig_try_start(struct rig *r)
{
    const struct store_options o = {
        .directory = r->path, .vfs = RIG_VFS, .cache_kib = KIT_CACHE_KIB, .counters = &r->counters};
    assert_int_equal(store_open(&o, &r->store), ERR_OK);
    r->directory = directory_new();
    r->unknown = r->unknown != NULL ? r->unknown : unknown_new();
    r->options.store = r->store;
    r->options.directory = r->directory;
    r->options.unknown = r->unknown;
    r->ingest = NULL;
    return ingest_start(&r->options, &r->ingest);
}

static inline void rig_start(struct rig *r)
{
    assert_int_equal(rig_try_start(r), ERR_OK);
}

static inline void rig_stop(struct rig *r)
{
    ingest_stop(r->ingest);
    store_close(r->store);
    directory_free(r->directory);
    unknown_free(r->unknown);
    r->unknown = NULL;
}

static inline void rig_restart(struct rig *r)
{
    rig_stop(r);
    rig_start(r);
}

/* ---- jobs ---- */

static inline enum err rig_add_changes(struct job_context *job, void *arg)
{
    const struct change_list *list = arg;
    for (size_t i = 0; i < list->len; i++) {
        *change_add(&job->changes, list->at[i].kind) = list->at[i];
    }
    return ERR_OK;
}

static inline enum err rig_change(struct rig *r, struct change c)
{
    struct change_list list = {.at = &c, .len = 1};
    return ingest_call(r->ingest, rig_add_changes, &list, NULL, RIG_CALL_MS);
}

static inline enum err rig_put_device(struct rig *r, int64_t id, const char *device_id,
                                      bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = id,
                               .enterprise_id = RIG_ENTERPRISE,
                               .device_id = device_id,
                               .plate = device_id,
                               .object_code = device_id,
                               .deleted = deleted};
    device_init(&c.device);
    return rig_change(r, c);
}

/* Sets the model of RIG_DEVICE. */
static inline enum err rig_put_model(struct rig *r, const char *model)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    device_init(&c.device);
    c.device.id = RIG_DEVICE;
    c.device.enterprise_id = RIG_ENTERPRISE;
    c.device.device_id = rig_id;
    c.device.plate = rig_id;
    c.device.object_code = rig_id;
    c.device.model = model;
    return rig_change(r, c);
}

/* A rig that is not started. */
static inline struct rig *rig_new(void)
{
    struct rig *r = mem_new(sizeof(*r));
    kit_directory_new(r->path);
    fault_vfs_register(&r->vfs, RIG_VFS, NULL);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->delivered, NULL);
    r->options = (struct ingest_options){
        .counters = &r->counters,
        .vault = vault_testing(),
        .queue_bytes = RIG_QUEUE_BYTES,
        .deliver = rig_deliver,
        .deliver_context = r,
        .fatal = rig_fatal,
        .fatal_context = r,
        .open_enterprise = RIG_ENTERPRISE,
    };
    return r;
}

/* After it was stopped. */
static inline void rig_free(struct rig *r)
{
    fault_vfs_unregister(&r->vfs);
    kit_directory_remove(r->path);
    (void)pthread_cond_destroy(&r->delivered);
    (void)pthread_mutex_destroy(&r->lock);
    vault_free(r->options.vault);
    free(r);
}

/* Draws the ids that rig_populate() gives away. */
static inline enum err rig_draw_ids(struct job_context *job, void *arg)
{
    (void)arg;
    assert_int_equal(ids_next(job->ids, ID_OF_ENTERPRISE), RIG_ENTERPRISE);
    assert_int_equal(ids_next(job->ids, ID_OF_DEVICE), RIG_DEVICE);
    return ERR_OK;
}

/* One enterprise with one device. */
static inline void rig_populate(struct rig *r)
{
    assert_int_equal(ingest_call(r->ingest, rig_draw_ids, NULL, NULL, RIG_CALL_MS), ERR_OK);
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise = (struct enterprise){.id = RIG_ENTERPRISE, .name = "Acme", .zone = "UTC"};
    assert_int_equal(rig_change(r, c), ERR_OK);
    assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, false), ERR_OK);
}

static inline int rig_set_up(void **state)
{
    struct rig *r = rig_new();
    rig_start(r);
    rig_populate(r);
    *state = r;
    return 0;
}

static inline int rig_tear_down(void **state)
{
    struct rig *r = *state;
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    rig_stop(r);
    rig_free(r);
    return 0;
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

/* ---- arrivals ---- */

/* What a test sends; the rest is filled in. */
static inline struct arrival rig_arrival(const struct message *messages, size_t count)
{
    return (struct arrival){.device_id = rig_id,
                            .protocol = PROTOCOL_jt808,
                            .rcv_time_ms = KIT_TIME_S * 1000,
                            .messages = messages,
                            .count = count};
}

static inline enum err rig_try(struct rig *r, struct arrival a)
{
    uint32_t credit_bytes = 0;
    a.connection = (struct connection_ref){.slot = r->sent, .generation = 7};
    enum err e = ingest_push(r->ingest, &a, &credit_bytes);
    r->sent += e == ERR_OK ? 1 : 0;
    return e;
}

/* Waits until there are `count` verdicts in all, and answers the last of these. */
static inline struct verdict rig_wait(struct rig *r, size_t count)
{
    struct timespec deadline;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += RIG_WAIT_S;
    int waited = 0;
    (void)pthread_mutex_lock(&r->lock);
    while (r->verdict_count < count && waited == 0) {
        waited = pthread_cond_timedwait(&r->delivered, &r->lock, &deadline);
    }
    bool arrived = r->verdict_count >= count;
    struct verdict last = r->verdicts[arrived ? count - 1 : 0];
    (void)pthread_mutex_unlock(&r->lock);
    assert_true(arrived);
    return last;
}

/* Sends one arrival and waits for its verdict. */
static inline struct verdict rig_send(struct rig *r, struct arrival a)
{
    assert_int_equal(rig_try(r, a), ERR_OK);
    struct verdict v = rig_wait(r, r->sent);
    assert_int_equal(v.connection.slot, r->sent - 1);
    assert_int_equal(v.connection.generation, 7);
    return v;
}

/* Sends fixes of the one device in one arrival; it is stored. */
static inline void rig_send_fixes(struct rig *r, const struct fix *fixes, size_t count)
{
    struct message messages[16] = {0};
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        messages[i] = (struct message){.kind = MESSAGE_FIX, .fix = fixes[i]};
    }
    struct verdict v = rig_send(r, rig_arrival(messages, count));
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(v.device, RIG_DEVICE);
}

static inline void rig_send_fix(struct rig *r, struct fix fix)
{
    rig_send_fixes(r, &fix, 1);
}

/* ---- what became of it ---- */

static inline struct live rig_live(struct rig *r, int64_t device)
{
    struct device_ref ref;
    struct live live;
    assert_int_equal(directory_find(r->directory, device, &ref), ERR_OK);
    tracked_live(r->directory, ref.tracked, &live);
    device_ref_release(r->directory, &ref);
    return live;
}

/* The state that folding all stored fixes of a device in order gives. */
static inline struct fold_state rig_fold_all(struct rig *r, int64_t device)
{
    struct fix fixes[256];
    size_t count = kit_read(r->store, device, INT64_MAX, fixes, 256);
    assert_true(count <= 256);
    struct fold_state s = {0};
    for (size_t i = 0; i < count; i++) {
        fold_step(&s, &fixes[i], &fold_default_rules, NULL);
    }
    return s;
}

static inline void assert_same_state(const struct fold_state *a, const struct fold_state *b)
{
    assert_true(kit_same_fix(&a->current, &b->current));
    assert_int_equal(a->odometer_m_e2, b->odometer_m_e2);
    assert_int_equal(a->motion, b->motion);
    assert_int_equal(a->motion_since_s, b->motion_since_s);
    assert_int_equal(a->position_time_s, b->position_time_s);
    assert_int_equal(a->anchor_lat_e7, b->anchor_lat_e7);
    assert_int_equal(a->gap_count, b->gap_count);
}

#define assert_counter(rig, name, want) assert_int_equal(counter_get(&(rig)->counters, name), want)

#endif
