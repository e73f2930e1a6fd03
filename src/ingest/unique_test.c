#include "ingest/unique.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <semaphore.h>

#include "base/clock.h"
#include "store/database.h"
#include "store/fault_vfs.h"
#include "store/store_testing.h"

#define VFS_NAME "unique-faults"

enum { SHARDS = 2, FIRST = 0, SECOND = 1, CALL_MS = 120000, MANY = 5000, SQL_SIZE = 160 };

/* Two shards, an enterprise in each. The first one's store takes faults. */
struct world {
    char paths[SHARDS][KIT_PATH_SIZE];
    struct fault_vfs vfs;
    struct counters counters;
    struct shard at[SHARDS];
    struct shards shards;
    struct arena arena;
    sem_t delivered;
    struct verdict verdict; /* the last one */
};

static int64_t id_in(uint32_t shard, int64_t n)
{
    return ((int64_t)shard << ID_BITS) + n;
}

static void deliver(void *context, const struct verdict *verdicts, size_t count)
{
    struct world *w = context;
    w->verdict = verdicts[count - 1];
    assert_int_equal(sem_post(&w->delivered), 0);
}

static void on_fatal(void *context, enum err e)
{
    (void)context;
    fail_msg("%s", err_text(e));
}

static void start_shard(struct world *w, uint32_t i)
{
    struct shard *shard = &w->at[i];
    *shard = (struct shard){.id = i, .directory = directory_new(), .unknown = w->at[FIRST].unknown};
    shard->store = kit_open(w->paths[i], i == FIRST ? VFS_NAME : NULL);
    const struct ingest_options options = {
        .shard = i,
        .store = shard->store,
        .directory = shard->directory,
        .unknown = shard->unknown,
        .unique = i == FIRST ? w->shards.unique : NULL,
        .counters = &w->counters,
        .queue_bytes = 1 << 20,
        .registration_open = true,
        .open_enterprise = id_in(i, 1),
        .deliver = deliver,
        .deliver_context = w,
        .fatal = on_fatal,
    };
    assert_int_equal(ingest_start(&options, &shard->ingest), ERR_OK);
}

/* Starts as one process does; without a table: as two platforms of one shard each. */
static void start(struct world *w, bool has_table)
{
    w->at[FIRST].unknown = unknown_new();
    w->shards =
        (struct shards){.at = w->at, .count = SHARDS, .unique = has_table ? unique_new() : NULL};
    for (uint32_t i = 0; i < SHARDS; i++) {
        start_shard(w, i);
    }
    if (has_table) {
        assert_int_equal(unique_start(w->shards.unique, &w->shards), ERR_OK);
    }
}

/* What is committed is there; all else is lost, as where the process is killed. */
static void stop(struct world *w)
{
    for (size_t i = 0; i < SHARDS; i++) {
        ingest_stop(w->at[i].ingest);
        store_close(w->at[i].store);
        directory_free(w->at[i].directory);
    }
    unknown_free(w->at[FIRST].unknown);
    unique_free(w->shards.unique);
    w->shards.unique = NULL;
}

static void restart(struct world *w)
{
    stop(w);
    start(w, true);
}

/* ---- objects ---- */

static enum err put(struct job_context *job, void *arg)
{
    const struct change *c = arg;
    *change_add(&job->changes, c->kind) = *c;
    return ERR_OK;
}

static void save(struct world *w, uint32_t shard, struct change c)
{
    assert_int_equal(ingest_call(w->at[shard].ingest, put, &c, NULL, CALL_MS), ERR_OK);
}

static void put_enterprise(struct world *w, uint32_t shard)
{
    save(w, shard,
         (struct change){.kind = CHANGE_PUT_ENTERPRISE,
                         .enterprise = {.id = id_in(shard, 1), .name = "E", .zone = "UTC"}});
}

#define SIM_ICCID "8937010000000000018"

static void put_sim(struct world *w, uint32_t shard, enum change_kind kind)
{
    struct change c = {.kind = kind};
    c.sim = (struct sim_card){
        .enterprise_id = id_in(shard, 1), .id = id_in(shard, 1), .iccid = SIM_ICCID};
    entity_init(ENTITY_SIM, &c.sim);
    save(w, shard, c);
}

static void put_device(struct world *w, uint32_t shard, const char *device_id, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = id_in(shard, 1),
                               .enterprise_id = id_in(shard, 1),
                               .device_id = device_id,
                               .plate = device_id,
                               .object_code = device_id,
                               .deleted = deleted};
    device_init(&c.device);
    save(w, shard, c);
}

static void put_user(struct world *w, uint32_t shard, const char *login_name, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_USER};
    c.user = (struct user){.id = id_in(shard, 1),
                           .enterprise_id = id_in(shard, 1),
                           .login_name = login_name,
                           .deleted = deleted};
    entity_init(ENTITY_USER, &c.user);
    save(w, shard, c);
}

static int set_up(void **state)
{
    struct world *w = mem_new(sizeof(*w));
    fault_vfs_register(&w->vfs, VFS_NAME, NULL);
    assert_int_equal(sem_init(&w->delivered, 0, 0), 0);
    for (size_t i = 0; i < SHARDS; i++) {
        kit_directory_new(w->paths[i]);
    }
    start(w, true);
    for (uint32_t i = 0; i < SHARDS; i++) {
        put_enterprise(w, i);
    }
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    stop(w);
    for (size_t i = 0; i < SHARDS; i++) {
        kit_directory_remove(w->paths[i]);
    }
    fault_vfs_unregister(&w->vfs);
    assert_int_equal(sem_destroy(&w->delivered), 0);
    arena_free(&w->arena);
    free(w);
    return 0;
}

/* ---- reservations ---- */

/* How many rows the table has of a shard. */
static int64_t rows_of(struct world *w, uint32_t shard)
{
    char path[KIT_PATH_SIZE + 16];
    char sql[SQL_SIZE];
    sqlite3 *db = NULL;
    int64_t count = -1;
    (void)snprintf(path, sizeof(path), "%s/odograph.db", w->paths[FIRST]);
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM reserved_name WHERE shard=%u", shard);
    const struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_number(db, sql, &count), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return count;
}

static enum err run_reserve(struct job_context *job, void *arg)
{
    return unique_reserve(arg, job);
}

static struct unique_list list_of(struct world *w, uint32_t shard, size_t count)
{
    return (struct unique_list){
        .unique = w->shards.unique,
        .shard = shard,
        .at = arena_new_array(&w->arena, count, sizeof(struct unique_name)),
        .count = count,
    };
}

static enum err try_reserve(struct world *w, struct unique_list *list)
{
    return ingest_call(w->at[FIRST].ingest, run_reserve, list, NULL, CALL_MS);
}

/* One name; its list is to be ended, or dies with the process. */
static struct unique_list reserve(struct world *w, uint32_t shard, enum name_kind kind,
                                  const char *text)
{
    struct unique_list list = list_of(w, shard, 1);
    list.at[0] = (struct unique_name){.kind = kind, .text = text};
    assert_int_equal(try_reserve(w, &list), ERR_OK);
    return list;
}

/* Whether the name cannot be had by the shard; it is let go at once. */
static bool is_taken(struct world *w, uint32_t shard, enum name_kind kind, const char *text)
{
    struct unique_list list = reserve(w, shard, kind, text);
    bool taken = unique_is_taken(&list, 0);
    unique_end(&list);
    assert_false(unique_is_taken(&list, 0));
    return taken;
}

/* ---- tests ---- */

static void a_reserved_name_is_one_shards_alone(void **state)
{
    struct world *w = *state;
    struct unique_list second = reserve(w, SECOND, NAME_DEVICE_ID, "0077");
    assert_false(unique_is_taken(&second, 0));
    assert_int_equal(rows_of(w, SECOND), 1);
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "77"));
    assert_false(is_taken(w, SECOND, NAME_DEVICE_ID, "77")); /* its directory will judge */
    assert_false(is_taken(w, FIRST, NAME_LOGIN, "77"));
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "077"));
    unique_end(&second);
    assert_false(is_taken(w, FIRST, NAME_DEVICE_ID, "77"));
    second = reserve(w, SECOND, NAME_LOGIN, " Ärger ");
    assert_true(is_taken(w, FIRST, NAME_LOGIN, "ÄRGER"));
    unique_end(&second);
    second = reserve(w, SECOND, NAME_ICCID, "8937010000000000018");
    assert_true(is_taken(w, FIRST, NAME_ICCID, "89370100000000000182")); /* 2 is its check digit */
    assert_true(is_taken(w, FIRST, NAME_ICCID, "8937010000000000018f"));
    assert_false(is_taken(w, FIRST, NAME_ICCID, "89370100000000000183"));
    assert_false(is_taken(w, FIRST, NAME_DEVICE_ID, "8937010000000000018"));
    unique_end(&second);
}

static void a_name_is_free_once_its_object_is_gone(void **state)
{
    struct world *w = *state;
    struct unique_list list = reserve(w, SECOND, NAME_DEVICE_ID, "77");
    put_device(w, SECOND, "0077", false);
    unique_end(&list);
    list = reserve(w, SECOND, NAME_LOGIN, "Anna");
    put_user(w, SECOND, "Anna", false);
    unique_end(&list);
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "77"));
    assert_true(is_taken(w, FIRST, NAME_LOGIN, "anna"));
    put_user(w, SECOND, "Berta", false);
    assert_false(is_taken(w, FIRST, NAME_LOGIN, "anna"));
    list = reserve(w, SECOND, NAME_ICCID, SIM_ICCID "f");
    put_sim(w, SECOND, CHANGE_PUT_SIM);
    unique_end(&list);
    assert_true(is_taken(w, FIRST, NAME_ICCID, SIM_ICCID));
    put_sim(w, SECOND, CHANGE_DELETE_SIM);
    assert_false(is_taken(w, FIRST, NAME_ICCID, SIM_ICCID));
    put_device(w, SECOND, "0077", true);
    list = reserve(w, FIRST, NAME_DEVICE_ID, "77");
    assert_false(unique_is_taken(&list, 0));
    assert_true(is_taken(w, SECOND, NAME_DEVICE_ID, "77"));
    unique_end(&list);
}

/* The process dies at each arrow of unique.h. */
static void what_a_death_leaves_is_set_right(void **state)
{
    struct world *w = *state;
    (void)reserve(w, SECOND, NAME_DEVICE_ID, "77");
    assert_int_equal(rows_of(w, SECOND), 1);
    restart(w);
    assert_int_equal(rows_of(w, SECOND), 0);
    assert_false(is_taken(w, FIRST, NAME_DEVICE_ID, "77"));
    (void)reserve(w, SECOND, NAME_DEVICE_ID, "77");
    put_device(w, SECOND, "77", false);
    restart(w);
    assert_int_equal(rows_of(w, SECOND), 1);
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "77"));
    put_device(w, SECOND, "77", true);
    restart(w);
    assert_int_equal(rows_of(w, SECOND), 0);
}

/* Each shard was a platform of its own; of a name that both have the first one's holds. */
static void a_start_reserves_what_there_is(void **state)
{
    struct world *w = *state;
    stop(w);
    start(w, false);
    put_device(w, FIRST, "both", false);
    put_device(w, SECOND, "both", false);
    put_user(w, FIRST, "Anna", false);
    put_user(w, SECOND, "Berta", false);
    put_sim(w, SECOND, CHANGE_PUT_SIM);
    for (int again = 0; again < 2; again++) {
        restart(w);
        assert_int_equal(rows_of(w, FIRST), 2);
        assert_int_equal(rows_of(w, SECOND), 2);
    }
    assert_true(is_taken(w, FIRST, NAME_ICCID, SIM_ICCID));
    assert_true(is_taken(w, SECOND, NAME_DEVICE_ID, "both"));
    assert_true(is_taken(w, SECOND, NAME_LOGIN, "anna"));
    assert_true(is_taken(w, FIRST, NAME_LOGIN, "berta"));
    assert_false(is_taken(w, SECOND, NAME_LOGIN, "berta"));
    put_device(w, FIRST, "both", true);
    restart(w);
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "both"));
}

/* What calls left without an object goes with the next one, but for what has one by now. */
static void what_is_left_goes_with_the_next(void **state)
{
    struct world *w = *state;
    struct unique_list list = list_of(w, SECOND, 4);
    static const char *const names[] = {"1", "2", "3", NULL};
    for (size_t i = 0; i < 4; i++) {
        list.at[i] = (struct unique_name){.kind = NAME_DEVICE_ID, .text = names[i]};
    }
    assert_int_equal(try_reserve(w, &list), ERR_OK);
    assert_int_equal(rows_of(w, SECOND), 3);
    unique_end(&list);
    put_device(w, SECOND, "2", false);
    assert_false(is_taken(w, FIRST, NAME_DEVICE_ID, "9"));
    assert_int_equal(rows_of(w, SECOND), 1);
    assert_int_equal(rows_of(w, FIRST), 1);
    assert_true(is_taken(w, FIRST, NAME_DEVICE_ID, "2"));
}

/* A list takes several steps, each with its commit. */
static void many_names_at_once(void **state)
{
    struct world *w = *state;
    struct unique_list all = list_of(w, SECOND, MANY);
    struct unique_list one = reserve(w, FIRST, NAME_DEVICE_ID, "dev-1234");
    for (size_t i = 0; i < MANY; i++) {
        all.at[i] = (struct unique_name){.kind = NAME_DEVICE_ID,
                                         .text = arena_format(&w->arena, "dev-%zu", i)};
    }
    assert_int_equal(try_reserve(w, &all), ERR_OK);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(unique_is_taken(&all, i) == (i == 1234));
    }
    assert_int_equal(rows_of(w, SECOND), MANY - 1);
    unique_end(&all);
    unique_end(&one);
}

/* A reservation that was not stored is none; the next call for the name stores it. */
static void a_commit_that_fails_is_made_up_for(void **state)
{
    struct world *w = *state;
    struct unique_list list = list_of(w, SECOND, 1);
    list.at[0] = (struct unique_name){.kind = NAME_LOGIN, .text = "anna"};
    fault_vfs_set(&w->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(try_reserve(w, &list), ERR_FULL);
    fault_vfs_set(&w->vfs, FAULT_NONE, 0);
    assert_int_equal(rows_of(w, SECOND), 0);
    struct unique_list next = reserve(w, SECOND, NAME_LOGIN, "anna");
    assert_false(unique_is_taken(&next, 0));
    assert_int_equal(rows_of(w, SECOND), 1);
    unique_end(&list);
    assert_true(is_taken(w, FIRST, NAME_LOGIN, "anna")); /* `next` is under way */
    unique_end(&next);
}

static enum outcome knock(struct world *w, uint32_t shard, const char *device_id)
{
    const struct message heartbeat = {.kind = MESSAGE_HEARTBEAT};
    const struct arrival a = {
        .protocol = PROTOCOL_osmand,
        .rcv_time_ms = clock_wall_ms(),
        .device_id = device_id,
        .messages = &heartbeat,
        .count = 1,
    };
    uint32_t credit_bytes = 0;
    assert_int_equal(ingest_push(w->at[shard].ingest, &a, &credit_bytes), ERR_OK);
    while (sem_wait(&w->delivered) != 0) {
    }
    return w->verdict.outcome;
}

/* Who comes unasked gets no name that another shard has, or is about to give. */
static void newcomers_reserve_too(void **state)
{
    struct world *w = *state;
    struct unique_list list = reserve(w, SECOND, NAME_DEVICE_ID, "77");
    assert_int_equal(knock(w, FIRST, "77"), OUTCOME_UNREGISTERED);
    unique_end(&list);
    assert_int_equal(knock(w, SECOND, "77"), OUTCOME_UNREGISTERED);
    assert_int_equal(knock(w, FIRST, "77"), OUTCOME_STORED);
    assert_int_equal(rows_of(w, FIRST), 1);
    assert_true(is_taken(w, SECOND, NAME_DEVICE_ID, "77"));
    restart(w);
    assert_int_equal(rows_of(w, FIRST), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_reserved_name_is_one_shards_alone), TEST(a_name_is_free_once_its_object_is_gone),
        TEST(what_a_death_leaves_is_set_right),    TEST(a_start_reserves_what_there_is),
        TEST(what_is_left_goes_with_the_next),     TEST(many_names_at_once),
        TEST(a_commit_that_fails_is_made_up_for),  TEST(newcomers_reserve_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
