#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"
#include "store/seal.h"

/* ---- reading ---- */

static void spans(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 1800);
    seal_all(k);
    drive(k, 1, 1800, 300);
    for (unsigned i = 0; i < 200; i++) {
        int64_t from_s = KIT_TIME_S - 100 + rnd(k, 21200);
        assert_span(k, 1, from_s, from_s + rnd(k, 9000));
    }
    assert_span(k, 1, INT64_MIN, INT64_MAX);
    assert_span(k, 1, INT64_MAX, INT64_MAX);
    assert_span(k, 2, 0, INT64_MAX);
}

static void thinned_to_a_screen(void **state)
{
    struct kit *k = *state;
    struct arena arena = {0};
    struct store_points points = {.limit = 100};
    struct store_span span = {1, KIT_TIME_S + 1000, KIT_TIME_S + 12000};
    drive(k, 1, 0, 1500);
    seal_all(k);
    assert_int_equal(store_read_thinned(k->store, span, &arena, &points), ERR_OK);
    assert_int_equal(points.count, 100);
    assert_int_equal(points.at[0].gps_time_s, span.from_s);
    assert_int_equal(points.at[99].gps_time_s, span.to_s);
    for (size_t i = 1; i < points.count; i++) {
        assert_in_range(points.at[i].gps_time_s - points.at[i - 1].gps_time_s, 110, 120);
    }
    span.to_s = span.from_s + 50;
    assert_int_equal(store_read_thinned(k->store, span, &arena, &points), ERR_OK);
    assert_int_equal(points.count, 6);
    span.device = 2;
    assert_int_equal(store_read_thinned(k->store, span, &arena, &points), ERR_OK);
    assert_int_equal(points.count, 0);
    points.limit = 1;
    assert_int_equal(store_read_thinned(k->store, span, &arena, &points), ERR_INVALID);
    arena_free(&arena);
}

/* ---- retention ---- */

static void expire(struct kit *k)
{
    k->store->trickle.expire_due_ms = 0;
    maintain(k);
    while (k->store->trickle.is_expiring) {
        maintain(k);
    }
}

static void old_chunks_go(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 3000);
    seal_all(k);
    int64_t before = rows_of(k, "track_chunk");
    expire(k);
    assert_int_equal(rows_of(k, "track_chunk"), before);
    k->keep_from_s = KIT_TIME_S + 20000;
    expire(k);
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    assert_int_equal(store_read_open(k->store, (struct store_span){1, 0, INT64_MAX}, &arena, &r),
                     ERR_OK);
    assert_int_equal(store_read_next(r, &fix), ERR_OK);
    assert_in_range(fix.gps_time_s, k->keep_from_s - INT64_C(10) * TRACK_SPLIT, k->keep_from_s);
    store_read_close(r);
    arena_free(&arena);
    /* What is left is read with the same states as before. */
    assert_span(k, 1, k->keep_from_s, INT64_MAX);
    struct fold_state want = folded(&k->models[1], KIT_TIME_S + 25000);
    struct fold_state is;
    assert_int_equal(store_read_state(k->store, 1, KIT_TIME_S + 25000, &is), ERR_OK);
    assert_same_state(&is, &want);
    assert_true(counter_get(&k->counters, fixes_expired) >= 1000);
    /* A fix from before is taken, and does no harm. */
    commit_at(k, 1, KIT_TIME_S + 5);
    seal_all(k);
    assert_live(k, 2);
    assert_span(k, 1, k->keep_from_s, INT64_MAX);
}

/* The state outlives the fixes, and a fix from before the last of them does not set it back. */
static void the_state_outlives_its_fixes(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 100, 600);
    seal_all(k);
    k->keep_from_s = KIT_TIME_S + 1000000;
    expire(k);
    assert_int_equal(rows_of(k, "track_chunk") + rows_of(k, "track_open"), 0);
    const struct fold_state want = k->models[1].live;
    commit_at(k, 1, KIT_TIME_S + 50);
    commit_at(k, 1, KIT_TIME_S + 5000);
    seal_all(k);
    assert_same_state(&k->models[1].live, &want);
    reopen(k, 1 << 20);
    assert_same_state(&k->models[1].live, &want);
    expire(k);
    assert_int_equal(rows_of(k, "track_chunk") + rows_of(k, "track_open"), 0);
}

/* What is newer goes last, so that what is left begins with the state it was folded from. */
static void the_oldest_go_first(void **state)
{
    struct kit *k = *state;
    uint64_t chunks = 0;
    uint64_t fixes = 0;
    const struct track_expiry x = {1, KIT_TIME_S + 1000000, 1};
    drive(k, 1, 0, 600);
    seal_all(k);
    drive(k, 1, 600, 20);
    seal_all(k);
    assert_int_equal(rows_of(k, "track_chunk"), 1);
    assert_int_equal(rows_of(k, "track_open"), 1);
    assert_int_equal(tables_expire_rows(k->store->tables, &x, &chunks, &fixes), ERR_OK);
    assert_int_equal(rows_of(k, "track_chunk"), 0);
    assert_int_equal(rows_of(k, "track_open"), 1);
    assert_in_range(fixes, TRACK_FULL, 619);
    chunks = 0;
    assert_int_equal(tables_expire_rows(k->store->tables, &x, &chunks, &fixes), ERR_OK);
    assert_int_equal(chunks, 0);
    assert_int_equal(rows_of(k, "track_open"), 0);
    assert_int_equal(fixes, 620);
}

/* Of before the oldest fix that is left nothing is known, though the state before it is. */
static void no_state_is_of_later(void **state)
{
    struct kit *k = *state;
    struct fold_state is;
    drive(k, 1, 0, 2000);
    seal_all(k);
    k->keep_from_s = KIT_TIME_S + 12000;
    expire(k);
    assert_true(rows_of(k, "track_chunk") > 0);
    assert_int_equal(store_read_state(k->store, 1, KIT_TIME_S + 500, &is), ERR_OK);
    assert_int_equal(is.current.gps_time_s, 0);
    assert_int_equal(is.odometer_m_e2, 0);
    k->keep_from_s = KIT_TIME_S + 1000000;
    expire(k);
    assert_int_equal(rows_of(k, "track_chunk") + rows_of(k, "track_open"), 0);
    assert_int_equal(store_read_state(k->store, 1, KIT_TIME_S + 500, &is), ERR_OK);
    assert_int_equal(is.current.gps_time_s, 0);
    assert_int_equal(store_read_state(k->store, 1, KIT_TIME_S + 19990, &is), ERR_OK);
    assert_same_state(&is, &k->models[1].live);
}

static void a_gone_device_leaves_nothing(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 1300);
    seal_all(k);
    drive(k, 1, 1300, 3);
    commit_at(k, 1, KIT_TIME_S + 5);
    k->is_gone = true;
    expire(k);
    assert_int_equal(rows_of(k, "track_chunk"), 0);
    assert_int_equal(rows_of(k, "track_open"), 0);
    assert_int_equal(rows_of(k, "device_state"), 0);
    assert_int_equal(kit_count(k->store, 1), 0);
    assert_int_equal(counter_get(&k->counters, fixes_expired), 1300);
}

/* ---- damage ---- */

static void run(struct kit *k, const char *sql)
{
    assert_int_equal(database_run(k->store->db, sql), ERR_OK);
}

static enum err read_span(struct kit *k, int64_t from_s, int64_t to_s)
{
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    enum err e = store_read_open(k->store, (struct store_span){1, from_s, to_s}, &arena, &r);
    if (e == ERR_OK) {
        while ((e = store_read_next(r, &fix)) == ERR_OK) {
        }
        store_read_close(r);
    }
    arena_free(&arena);
    return e;
}

static void count_fixes(void *context, const struct store_check_line *line)
{
    *(uint64_t *)context += line->fixes;
}

/* What `odograph check` makes of it: every place is counted once, and damage is found. */
static void checking_counts_every_place_once(void **state)
{
    struct kit *k = *state;
    uint64_t fixes = 0;
    drive(k, 1, 0, 1200);
    drive(k, 2, 0, 100);
    seal_all(k);
    drive(k, 1, 1200, 30);
    commit_at(k, 1, KIT_TIME_S + 5);
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_OK);
    assert_int_equal(fixes, 1331);
    run(k, "UPDATE track_chunk SET first_s=first_s+1 WHERE id=1");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_CORRUPT);
    run(k, "UPDATE track_chunk SET first_s=first_s-1 WHERE id=1");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_OK);
    run(k, "UPDATE track_open SET data=x'0102' WHERE device=2");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_CORRUPT);
    run(k, "DELETE FROM track_open WHERE device=2");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_OK);
    run(k, "INSERT INTO track_chunk(device, first_s, last_s, count, start_state, data,"
           " distance_m_e2) SELECT device, first_s, last_s, count, start_state, data, 0"
           " FROM track_chunk WHERE id=1"); /* the same span twice */
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_CORRUPT);
    run(k, "DELETE FROM track_chunk WHERE id=(SELECT max(id) FROM track_chunk)");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_OK);
    run(k, "UPDATE device_state SET state=x'00' WHERE device=2");
    assert_int_equal(store_check(k->path, count_fixes, &fixes), ERR_CORRUPT);
}

static void damage_is_an_error_of_its_span(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 3000);
    seal_all(k);
    run(k, "UPDATE track_chunk SET data=substr(data, 1, 100) WHERE id=2");
    assert_int_equal(read_span(k, 0, INT64_MAX), ERR_CORRUPT);
    assert_int_equal(counter_get(&k->counters, chunks_damaged), 1);
    assert_int_equal(read_span(k, 0, KIT_TIME_S + 5000), ERR_END);
    assert_int_equal(read_span(k, KIT_TIME_S + 29000, INT64_MAX), ERR_END);
    /* Late ones for the damaged chunk are kept beside it. */
    commit_at(k, 1, KIT_TIME_S + 15005);
    commit_at(k, 1, KIT_TIME_S + 5);
    seal_all(k);
    assert_int_equal(read_span(k, KIT_TIME_S + 29000, INT64_MAX), ERR_END);
    assert_int_equal(read_span(k, 0, KIT_TIME_S + 5000), ERR_END);
    drive(k, 1, 3000, 600);
    seal_all(k);
    assert_int_equal(read_span(k, KIT_TIME_S + 29000, INT64_MAX), ERR_END);
    /* A state to begin with is told of as well. */
    uint64_t damaged = counter_get(&k->counters, chunks_damaged);
    run(k, "UPDATE track_chunk SET start_state=substr(start_state, 1, 20) WHERE id>1;"
           "UPDATE track_open SET start_state=substr(start_state, 1, 20);"
           "UPDATE device_state SET state=substr(state, 1, 20)");
    assert_int_equal(read_span(k, KIT_TIME_S + 29000, INT64_MAX), ERR_CORRUPT);
    assert_int_equal(counter_get(&k->counters, chunks_damaged), damaged + 1);
    assert_int_equal(read_span(k, INT64_MAX, INT64_MAX), ERR_CORRUPT);
    assert_int_equal(counter_get(&k->counters, chunks_damaged), damaged + 2);
}

static void lying_rows_are_damage(void **state)
{
    static const char *const lies[] = {
        "UPDATE track_chunk SET count=count+1 WHERE id=1",
        "UPDATE track_chunk SET count=100000000 WHERE id=1",
        "UPDATE track_chunk SET first_s=first_s-1 WHERE id=1",
        "UPDATE track_chunk SET last_s=last_s+1 WHERE id=1",
        "UPDATE track_chunk SET data=x'' WHERE id=1",
        "UPDATE track_chunk SET start_state=x'01' WHERE id=1",
    };
    struct kit *k = *state;
    drive(k, 1, 0, 1000);
    seal_all(k);
    run(k, "CREATE TABLE kept AS SELECT * FROM track_chunk");
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        run(k, lies[i]);
        assert_int_equal(read_span(k, 0, INT64_MAX), ERR_CORRUPT);
        run(k, "DELETE FROM track_chunk");
        run(k, "INSERT INTO track_chunk SELECT * FROM kept");
    }
    assert_int_equal(read_span(k, 0, INT64_MAX), ERR_END);
}

static void a_damaged_open_row_is_kept_beside(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 300);
    seal_all(k);
    run(k, "UPDATE track_open SET data=substr(data, 1, 50)");
    drive(k, 1, 300, 600);
    seal_all(k);
    assert_true(counter_get(&k->counters, chunks_damaged) > 0);
    assert_int_equal(read_span(k, KIT_TIME_S + 3000, INT64_MAX), ERR_END);
    assert_int_equal(read_span(k, 0, INT64_MAX), ERR_CORRUPT);
    assert_live(k, 1);
}

static void seal_quickly(struct kit *k)
{
    const struct tail *tail = tails_find(k->store->tails, 1);
    assert_int_equal(store_begin(k->store), ERR_OK);
    const struct seal_group one = {{tail}, 1};
    assert_int_equal(seal_group(k->store, &one, k->store->next_seq - 1, SEAL_QUICKLY), ERR_OK);
    assert_int_equal(store_end(k->store, ERR_OK), ERR_OK);
    assert_int_equal(counter_get(&k->counters, tail_fixes), 0);
}

/* Whatever of it is damaged: nothing sound is appended to it, where it would be lost. */
static void nothing_is_appended_to_what_is_damaged(void **state)
{
    static const char *const damages[] = {
        "UPDATE track_open SET data=substr(data, 1, 50)",
        "UPDATE track_open SET data=cast(substr(data, 1, 60) || 'x' || substr(data, 62) AS BLOB)",
        "UPDATE track_open SET count=count-1",
    };
    struct kit *k = *state;
    for (int64_t i = 0; i < 3; i++) {
        drive(k, 1, i * 60, 20);
        seal_quickly(k);
        drive(k, 1, i * 60 + 20, 20);
        seal_quickly(k);
        assert_int_equal(read_span(k, KIT_TIME_S + i * 600, INT64_MAX), ERR_END);
        run(k, damages[i]);
        drive(k, 1, i * 60 + 40, 20);
        seal_quickly(k);
        assert_int_equal(counter_get(&k->counters, chunks_damaged), 2 * i + 1);
        assert_int_equal(read_span(k, KIT_TIME_S + i * 600 + 400, INT64_MAX), ERR_END);
        assert_int_equal(read_span(k, KIT_TIME_S + i * 600, INT64_MAX), ERR_CORRUPT);
        run(k, "DELETE FROM track_chunk");
    }
    assert_live(k, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(spans),
        WITH_KIT(thinned_to_a_screen),
        WITH_KIT(old_chunks_go),
        WITH_KIT(the_state_outlives_its_fixes),
        WITH_KIT(the_oldest_go_first),
        WITH_KIT(no_state_is_of_later),
        WITH_KIT(a_gone_device_leaves_nothing),
        WITH_KIT(checking_counts_every_place_once),
        WITH_KIT(damage_is_an_error_of_its_span),
        WITH_KIT(lying_rows_are_damage),
        WITH_KIT(a_damaged_open_row_is_kept_beside),
        WITH_KIT(nothing_is_appended_to_what_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
