/* Stores that died, and of which something is damaged or missing afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "store/checkpoint.h"
#include "store/crash_testing.h"

/* ---- the log ---- */

static void nothing_is_missing(void **state)
{
    struct crash *c = *state;
    die(c); /* before its first commit */
    assert_opens(c, 0);
    for (int64_t i = 0; i < 5; i++) {
        commit_some(c, i, 1);
        die(c);
        assert_opens(c, (size_t)i + 1);
    }
    assert_int_equal(checkpoint_passive(c->k->store->db), ERR_OK);
    die(c);
    assert_opens(c, 5);
    commit_some(c, 5, 1); /* a new round, with frames of the last behind its end */
    die(c);
    assert_opens(c, 6);
    seal_all(c->k);
    die(c);
    assert_opens(c, 6);
}

static void a_bit_of_the_log(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, FIXES);
    die(c);
    flip(c->path, LOG, 32 + 24 + 5 * FRAME + 16000);
    assert_refused(c, DAMAGE_LOG);
    assert_true(fixes_in(c->path, true) < FIXES);
    assert_int_equal(keep_count(c->path), 1);
}

/* What lies behind the damage would be taken for damage ever after. */
static void the_store_goes_on_behind_it(void **state)
{
    struct crash *c = *state;
    char kept[KIT_PATH_SIZE];
    commit_some(c, 0, FIXES);
    die(c);
    int64_t whole = size_of(c->path, LOG);
    int64_t half = (end_of_log(c) - 32) / FRAME / 2;
    flip(c->path, LOG, 32 + half * FRAME + 100);
    assert_refused(c, DAMAGE_LOG);
    struct store *s = NULL;
    assert_int_equal(try_open(c->path, true, NULL, &s), ERR_OK);
    (void)kit_load(s, 1);
    size_t count = kit_count(s, 1);
    assert_in_range(count, 1, FIXES - 1);
    assert_int_equal(kit_commit_at(s, 1, KIT_TIME_S + 7000), ERR_OK);
    find_kept(c->path, kept);
    assert_int_equal(size_of(kept, LOG), whole);
    kit_directory_remove(kept);
    char again[KIT_PATH_SIZE];
    kit_directory_new(again);
    for (int i = 0; i < FILES; i++) {
        copy(c->path, again, i);
    }
    store_close(s);
    assert_int_equal(fixes_in(again, false), count + 1);
    kit_directory_remove(again);
}

static void the_header_of_the_log(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, FIXES);
    die(c);
    flip(c->path, LOG, 17);
    assert_refused(c, DAMAGE_LOG);
    assert_accepted(c, 0);
    assert_int_equal(checkpoint_passive(c->k->store->db), ERR_OK);
    die(c);
    flip(c->path, LOG, 17); /* but all of it is copied back */
    assert_opens(c, FIXES);
}

/* SQLite would lay the pages before the damage over the newer ones of the database. */
static void a_log_that_is_copied_back(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, FIXES);
    assert_int_equal(checkpoint_passive(c->k->store->db), ERR_OK);
    die(c);
    flip(c->path, LOG, 32 + 6 * FRAME + 100);
    assert_refused(c, DAMAGE_LOG);
    assert_accepted(c, FIXES);
}

/* ---- the witness ---- */

static void the_log_is_gone(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, FIXES);
    die(c);
    drop(c->path, LOG);
    assert_refused(c, DAMAGE_LOST);
    assert_accepted(c, 0);
}

/* One change of an account is acknowledged as well. */
static void a_change_alone_is_missed(void **state)
{
    struct crash *c = *state;
    struct change change = {.kind = CHANGE_PUT_GROUP};
    change.group = (struct group){.id = 1, .enterprise_id = 1, .name = "North"};
    const struct store_batch batch = {.changes = &change, .change_count = 1};
    commit_some(c, 0, 1);
    assert_int_equal(checkpoint_passive(c->k->store->db), ERR_OK);
    assert_int_equal(store_commit(c->k->store, &batch), ERR_OK);
    die(c);
    assert_opens(c, 1);
    die(c);
    drop(c->path, LOG);
    assert_refused(c, DAMAGE_LOST);
}

/* Cut anywhere, the log is as a power cut leaves it; only the witness knows better. */
static void the_log_is_cut_short(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, 3);
    die(c);
    int64_t before = end_of_log(c);
    commit_some(c, 3, 1);
    for (int64_t size = before; size < end_of_log(c); size += FRAME / 2) {
        die(c);
        cut(c->path, LOG, size);
        assert_damage(c, DAMAGE_LOST);
        drop(c->path, WITNESS);
        assert_opens(c, 3);
    }
    die(c);
    flip(c->path, LOG, end_of_log(c) - 9); /* the last commit */
    assert_refused(c, DAMAGE_LOST);
    assert_accepted(c, 3);
}

static void the_witness_is_behind(void **state)
{
    struct crash *c = *state;
    char earlier[KIT_PATH_SIZE];
    kit_directory_new(earlier);
    copy(c->k->path, earlier, WITNESS);
    commit_some(c, 0, 3);
    die(c);
    copy(earlier, c->path, WITNESS); /* as after a power cut */
    assert_opens(c, 3);
    die(c);
    drop(c->path, WITNESS);
    assert_opens(c, 3);
    die(c);
    cut(c->path, WITNESS, 31);
    assert_opens(c, 3);
    for (int64_t at = 0; at < 32; at++) {
        die(c);
        flip(c->path, WITNESS, at);
        assert_damage(c, DAMAGE_NONE);
    }
    assert_opens(c, 3);
    assert_int_equal(size_of(c->path, WITNESS), 32);
    kit_directory_remove(earlier);
}

static void the_database_is_older(void **state)
{
    struct crash *c = *state;
    char earlier[KIT_PATH_SIZE];
    kit_directory_new(earlier);
    commit_some(c, 0, 3);
    assert_int_equal(checkpoint_passive(c->k->store->db), ERR_OK);
    copy(c->k->path, earlier, DATABASE);
    commit_some(c, 3, 3);
    store_close(c->k->store);
    copy(c->k->path, c->path, DATABASE);
    copy(c->k->path, c->path, WITNESS);
    assert_opens(c, 6);
    copy(earlier, c->path, DATABASE);
    assert_refused(c, DAMAGE_LOST);
    assert_accepted(c, 3);
    open_store(c->k, 1 << 20);
    kit_directory_remove(earlier);
}

static void the_database_is_gone(void **state)
{
    struct crash *c = *state;
    struct store *s = NULL;
    commit_some(c, 0, 3);
    die(c);
    drop(c->path, DATABASE);
    assert_damage(c, DAMAGE_LONE_LOG);
    assert_int_equal(try_open(c->path, false, NULL, &s), ERR_CORRUPT);
    drop(c->path, LOG);
    assert_damage(c, DAMAGE_NO_STORE);
    assert_int_equal(try_open(c->path, false, NULL, &s), ERR_CORRUPT);
    assert_int_equal(store_check(c->path, no_line, NULL), ERR_CORRUPT);
    assert_accepted(c, 0);
    die(c);
    drop(c->path, DATABASE);
    assert_accepted(c, 0);
}

/* ---- beside a running server ---- */

struct looker {
    const char *path;
    atomic_bool is_done;
    atomic_uint looks;
    atomic_uint alarms;
};

static void *look_on(void *arg)
{
    struct looker *l = arg;
    while (!atomic_load(&l->is_done)) {
        struct inspection found;
        enum err e = inspect_store(l->path, NULL, &found);
        atomic_fetch_add(&l->alarms, e == ERR_CORRUPT);
        atomic_fetch_add(&l->looks, 1);
    }
    return NULL;
}

static void a_running_server_is_sound(void **state)
{
    struct crash *c = *state;
    struct looker l = {.path = c->k->path};
    pthread_t thread;
    assert_int_equal(database_run(c->k->store->db, "PRAGMA synchronous=OFF"), ERR_OK);
    assert_int_equal(pthread_create(&thread, NULL, look_on, &l), 0);
    for (int64_t i = 0; i < 1000 || (atomic_load(&l.looks) < 40 && i < FIXES_MAX); i++) {
        commit_some(c, i, 1);
        if (i % 50 == 0) {
            enum err e = checkpoint_passive(c->k->store->db);
            assert_true(e == ERR_OK || e == ERR_BUSY);
        }
    }
    atomic_store(&l.is_done, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&l.alarms), 0);
    assert_true(atomic_load(&l.looks) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CRASH(nothing_is_missing),          WITH_CRASH(a_bit_of_the_log),
        WITH_CRASH(the_store_goes_on_behind_it), WITH_CRASH(the_header_of_the_log),
        WITH_CRASH(a_log_that_is_copied_back),   WITH_CRASH(the_log_is_gone),
        WITH_CRASH(a_change_alone_is_missed),    WITH_CRASH(the_log_is_cut_short),
        WITH_CRASH(the_witness_is_behind),       WITH_CRASH(the_database_is_older),
        WITH_CRASH(the_database_is_gone),        WITH_CRASH(a_running_server_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
