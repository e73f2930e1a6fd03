/* Ids over commits and starts of a real store; ids_test.c has the counters themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"
#include "store/database.h"

/* A device with the next id, which is answered. */
struct numbered {
    const char *device_id;
    int64_t id;
};

static enum err add_numbered(struct job_context *job, void *arg)
{
    struct numbered *n = arg;
    n->id = ids_next(job->ids, ID_OF_DEVICE);
    struct change *c = change_add(&job->changes, CHANGE_PUT_DEVICE);
    c->device = (struct device){.id = n->id,
                                .enterprise_id = RIG_ENTERPRISE,
                                .device_id = n->device_id,
                                .plate = n->device_id,
                                .object_code = n->device_id};
    device_init(&c->device);
    return ERR_OK;
}

static int64_t add_device(struct rig *r, const char *device_id)
{
    struct numbered n = {.device_id = device_id};
    assert_int_equal(ingest_call(r->ingest, add_numbered, &n, NULL, RIG_CALL_MS), ERR_OK);
    return n.id;
}

/* A start goes on behind what was reserved, with the number of its shard. */
static void ids_are_of_the_shard(void **state)
{
    struct rig *r = *state;
    const int64_t third = INT64_C(3) << ID_BITS;
    assert_int_equal(add_device(r, "77"), RIG_DEVICE + 1);
    assert_int_equal(add_device(r, "78"), RIG_DEVICE + 2);
    r->options.shard = 3;
    rig_restart(r);
    assert_int_equal(add_device(r, "79"), third + RIG_NEWCOMER);
    rig_restart(r);
    assert_int_equal(add_device(r, "80"), third + RIG_NEWCOMER + IDS_AT_ONCE);
    assert_int_equal(directory_device_count(r->directory), 5);
}

static enum err draw_id(struct job_context *job, void *arg)
{
    ((struct numbered *)arg)->id = ids_next(job->ids, ID_OF_DEVICE);
    return ERR_OK;
}

/* A commit that fails reserves nothing; the next one does, for all that was given meanwhile. */
static void a_failed_commit_reserves_nothing(void **state)
{
    struct rig *r = *state;
    struct numbered n = {.device_id = "77"};
    while (n.id < IDS_AT_ONCE) {
        assert_int_equal(ingest_call(r->ingest, draw_id, &n, NULL, RIG_CALL_MS), ERR_OK);
    }
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(ingest_call(r->ingest, add_numbered, &n, NULL, RIG_CALL_MS), ERR_FULL);
    assert_int_equal(n.id, IDS_AT_ONCE + 1);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(add_device(r, "77"), IDS_AT_ONCE + 2);
    rig_restart(r);
    assert_int_equal(add_device(r, "78"), 2 * IDS_AT_ONCE + 2);
}

static void forget_texts(struct rig *r)
{
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/odograph.db", r->path);
    const struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_run(db, "DELETE FROM device_text"), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The newest text is gone before the next one comes: its number is not given again. */
static void ids_of_texts_outlive_the_texts(void **state)
{
    struct rig *r = *state;
    const struct message m = {.kind = MESSAGE_RESPONSE, .text = bytes_of_text("RELAY,1,OK")};
    struct store_texts texts;
    struct arena arena = {0};
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    assert_int_equal(store_read_texts(r->store, RIG_DEVICE, 9, &arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 2);
    assert_int_equal(texts.at[0].id, 2);
    assert_int_equal(texts.at[1].id, 1);
    rig_stop(r);
    forget_texts(r);
    rig_start(r);
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    assert_int_equal(store_read_texts(r->store, RIG_DEVICE, 9, &arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 1);
    assert_int_equal(texts.at[0].id, IDS_AT_ONCE + 1);
    arena_free(&arena);
}

/* Clients read them as 32-bit numbers: what would get a larger one stays with its tracker. */
static void texts_without_a_number_are_refused(void **state)
{
    struct rig *r = *state;
    const struct message m[2] = {{.kind = MESSAGE_RESPONSE, .text = bytes_of_text("RELAY,1,OK")},
                                 {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)}};
    struct store_texts texts;
    struct arena arena = {0};
    struct change c = {.kind = CHANGE_PUT_IDS, .ids = {ID_OF_TEXT, INT32_MAX - 1}};
    assert_int_equal(rig_change(r, c), ERR_OK);
    rig_restart(r);
    assert_int_equal(rig_send(r, rig_arrival(m, 2)).outcome, OUTCOME_STORED);
    assert_int_equal(rig_send(r, rig_arrival(m, 2)).outcome, OUTCOME_REFUSED);
    rig_restart(r);
    assert_int_equal(rig_send(r, rig_arrival(m, 2)).outcome, OUTCOME_REFUSED);
    assert_int_equal(rig_send(r, rig_arrival(&m[1], 1)).outcome, OUTCOME_STORED);
    assert_int_equal(store_read_texts(r->store, RIG_DEVICE, 9, &arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 1);
    assert_int_equal(texts.at[0].id, INT32_MAX);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(ids_are_of_the_shard),
        WITH_RIG(a_failed_commit_reserves_nothing),
        WITH_RIG(ids_of_texts_outlive_the_texts),
        WITH_RIG(texts_without_a_number_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
