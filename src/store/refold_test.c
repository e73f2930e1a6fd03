#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"
#include "store/fault_vfs.h"

#define VFS_NAME "refold" /* without the time that syncs take */

/*
 * One device with more rows than a model of engine_testing.h holds, and late fixes between. All
 * that is read is what folding the fixes in order gives, and little is written for it.
 */

enum {
    ROWS = 300,
    PER_ROW = TRACK_FULL,
    FIXES = ROWS * PER_ROW,
    STEP_S = 10,
    STOP_EVERY = 200, /* fixes: the vehicle stands for a while, and drifts */
    STOP_FIXES = 15,
    A_HANDFUL = 8 /* rows a late fix may write, of every table */
};

struct road {
    struct kit kit;
    struct fault_vfs vfs;
    struct fix *fixes; /* by time */
    size_t count;
};

static struct fix on_the_road(struct kit *k, int64_t time_s)
{
    struct fix f = fix_at(k, time_s);
    int64_t i = (time_s - KIT_TIME_S) / STEP_S;
    bool stands = i % STOP_EVERY >= STOP_EVERY - STOP_FIXES;
    int64_t at = stands ? i - i % STOP_EVERY + STOP_EVERY - STOP_FIXES : i;
    fix_set_position(&f, (int32_t)(100000000 + at * 2000 + rnd(k, 300)), 1177000000, true);
    fix_set_speed_kmh_e2(&f, stands ? 0 : 4000 + rnd(k, 2000));
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, !stands);
    return f;
}

static int begin(void **state)
{
    struct road *r = mem_new(sizeof(*r));
    struct kit *k = &r->kit;
    kit_place_new(k->path);
    fault_vfs_register(&r->vfs, VFS_NAME, NULL);
    fault_vfs_set(&r->vfs, FAULT_SYNC_QUICK, 0);
    k->vfs = VFS_NAME;
    k->seed = 1;
    k->keep_from_s = INT64_MIN;
    k->models = mem_new_array(DEVICES, sizeof(*k->models));
    r->fixes = mem_new_array((size_t)2 * FIXES, sizeof(*r->fixes));
    open_store(k, 1 << 22);
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct road *r = *state;
    store_close(r->kit.store);
    fault_vfs_unregister(&r->vfs);
    kit_place_remove(r->kit.path);
    free(r->kit.models);
    free(r->fixes);
    free(r);
    return 0;
}

static void put(struct road *r, const struct fix *fix)
{
    size_t at = r->count;
    while (at > 0 && r->fixes[at - 1].gps_time_s > fix->gps_time_s) {
        at--;
    }
    memmove(&r->fixes[at + 1], &r->fixes[at], (r->count - at) * sizeof(*fix));
    r->fixes[at] = *fix;
    r->count++;
}

static void send(struct road *r, const struct fix *fixes, size_t count)
{
    struct fold_state *live = &r->kit.models[1].live;
    struct store_part part = {.device = 1, .fixes = fixes, .count = count, .state = live};
    struct kit_order order = {.store = r->kit.store, .device = 1};
    for (size_t i = 0; i < count; i++) {
        int64_t time_s = fixes[i].gps_time_s;
        put(r, &fixes[i]);
        if (!kit_is_late(&order, live->current.gps_time_s, &fixes[i], NO_EXTRAS)) {
            fold_step(live, &fixes[i], &fold_default_rules, NULL);
            continue;
        }
        part.late_from_s = part.has_late && part.late_from_s < time_s ? part.late_from_s : time_s;
        part.has_late = true;
    }
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(r->kit.store, &batch), ERR_OK);
}

/* `rows` full ones from where the road ends. */
static void drive_rows(struct road *r, int64_t rows)
{
    struct fix fixes[PER_ROW];
    for (int64_t row = 0; row < rows; row++) {
        int64_t from_s = r->count == 0 ? KIT_TIME_S : r->fixes[r->count - 1].gps_time_s + STEP_S;
        for (int64_t i = 0; i < PER_ROW; i++) {
            fixes[i] = on_the_road(&r->kit, from_s + i * STEP_S);
        }
        send(r, fixes, PER_ROW);
        seal_all(&r->kit);
    }
}

/* A fix between two of the road, some way beside it, so that it makes the road longer. */
static void send_late(struct road *r, int64_t time_s)
{
    struct fix f = on_the_road(&r->kit, time_s);
    fix_set_position(&f, f.lat_e7, f.lon_e7 + 3000 + (int32_t)rnd(&r->kit, 9000), true);
    fix_set_speed_kmh_e2(&f, 3000);
    send(r, &f, 1);
}

/* A late fix with a value that no fix behind it replaces, so that the states meet nowhere. */
static void send_late_to_the_end(struct road *r, int64_t time_s)
{
    struct fix f = on_the_road(&r->kit, time_s);
    fix_set_position(&f, f.lat_e7, f.lon_e7 + 9000, true);
    fix_set_speed_kmh_e2(&f, 3000);
    fix_set_rest_days(&f, 9);
    send(r, &f, 1);
}

static int64_t somewhere(struct road *r, int64_t first_row, int64_t rows)
{
    int64_t steps = rows * PER_ROW - 2;
    return KIT_TIME_S + (first_row * PER_ROW + rnd(&r->kit, (uint32_t)steps)) * STEP_S + 3;
}

static struct fold_state folded_road(const struct road *r)
{
    struct fold_state s = {0};
    for (size_t i = 0; i < r->count; i++) {
        fold_step(&s, &r->fixes[i], &fold_default_rules, NULL);
    }
    return s;
}

/* States all along the road and the live one; `every` fixes one is read. */
static void assert_road(struct road *r, size_t every)
{
    struct fold_state want = {0};
    for (size_t i = 0; i < r->count; i++) {
        fold_step(&want, &r->fixes[i], &fold_default_rules, NULL);
        bool is_last = i + 1 == r->count || r->fixes[i + 1].gps_time_s > r->fixes[i].gps_time_s;
        if (is_last && i % every == 0) {
            struct fold_state is;
            assert_int_equal(store_read_state(r->kit.store, 1, r->fixes[i].gps_time_s, &is),
                             ERR_OK);
            assert_same_state(&is, &want);
        }
    }
    assert_same_state(&r->kit.models[1].live, &want);
    assert_int_equal(counter_get(&r->kit.counters, chunks_damaged), 0);
}

/* Rows of every table that are written while `r` settles, and in how many transactions. */
struct effort {
    int64_t rows;
    unsigned steps;
};

static void settle_once(struct road *r)
{
    const GQueue *late = &r->kit.store->late;
    if (late->head != NULL) {
        ((struct tail *)late->head->data)->due_ms = 0;
    }
    maintain(&r->kit);
}

static struct effort settle(struct road *r)
{
    const struct store *s = r->kit.store;
    int64_t before = kit_changes(s, r->kit.path);
    struct effort effort = {0};
    for (; s->late.head != NULL; effort.steps++) {
        settle_once(r);
    }
    effort.rows = kit_changes(s, r->kit.path) - before;
    return effort;
}

/* ---- how much is written ---- */

static void a_late_fix_writes_a_handful_of_rows(void **state)
{
    struct road *r = *state;
    drive_rows(r, ROWS);
    assert_true(rows_of(&r->kit, "track_chunk") >= ROWS - 1);
    for (int64_t row = 0; row < ROWS; row += 60) {
        uint64_t before_m_e2 = r->kit.models[1].live.odometer_m_e2;
        send_late(r, somewhere(r, row, 1));
        struct effort effort = settle(r);
        assert_in_range(effort.rows, 1, A_HANDFUL);
        assert_int_equal(effort.steps, 2); /* merged, and folded within one transaction */
        assert_true(r->kit.models[1].live.odometer_m_e2 > before_m_e2);
    }
    assert_road(r, 997);
    reopen(&r->kit, 1 << 22);
    assert_road(r, 1009);
    drive_rows(r, 3);
    assert_road(r, 1013);
}

/* ---- in any order ---- */

/*
 * More places than there is room for shifts, in no order, some at once, newer fixes between; the
 * store is closed while some are half folded in.
 */
/* A late fix that comes while a longer refold is under way does not end that. */
static void a_refold_under_way_is_not_ended_by_another(void **state)
{
    enum { LONG = 60 };
    struct road *r = *state;
    drive_rows(r, LONG);
    send_late_to_the_end(r, somewhere(r, 2, 1));
    settle_once(r);
    settle_once(r);
    assert_non_null(r->kit.store->late.head); /* it is not at its end */
    send_late(r, somewhere(r, 5, 1));
    (void)settle(r);
    assert_road(r, 97);
}

static void late_fixes_all_over_end_where_the_right_order_does(void **state)
{
    struct road *r = *state;
    drive_rows(r, ROWS / 2);
    for (unsigned i = 0; i < 400; i++) {
        send_late(r, somewhere(r, 0, ROWS / 2));
        uint32_t what = rnd(&r->kit, 8);
        if (what > 3) {
            (void)settle(r);
        } else if (what > 1) {
            settle_once(r);
            settle_once(r);
            reopen(&r->kit, 1 << 22);
        }
        if (i % 100 == 50) {
            drive_rows(r, 1);
            assert_road(r, 1999);
            reopen(&r->kit, 1 << 22);
        }
    }
    (void)settle(r);
    assert_road(r, 101);
}

/* ---- by which rules ---- */

static struct track_state row_of_device(struct road *r)
{
    struct track_state sealed;
    arena_clear(&r->kit.store->scratch);
    assert_int_equal(track_read_state(r->kit.store->tables, 1, &r->kit.store->scratch, &sealed),
                     ERR_OK);
    return sealed;
}

static bool is_full(struct road *r)
{
    struct track_state sealed = row_of_device(r);
    return folded_is_full(&sealed.folded);
}

/* As if an earlier program had made the states, from row `row` on with other odometers. */
static void make_old(struct road *r, int64_t row)
{
    enum { MORE_M_E2 = 777777 };
    struct store *s = r->kit.store;
    struct track_state sealed = row_of_device(r);
    struct track_query q = {1, KIT_TIME_S + row * PER_ROW * STEP_S, INT64_MAX, 0, false};
    struct track_rows rows;
    assert_int_equal(tables_begin(s->tables), ERR_OK);
    assert_int_equal(tables_read_rows(s->tables, &q, &s->scratch, &rows), ERR_OK);
    for (size_t i = 1; i < rows.count; i++) {
        struct fold_state state;
        assert_int_equal(track_unpack_state(rows.at[i].start_state, &state), ERR_OK);
        state.odometer_m_e2 += MORE_M_E2;
        assert_int_equal(
            track_put_start(s->tables, rows.at[i].id, track_pack_state(&state, &s->scratch)),
            ERR_OK);
    }
    sealed.folded = (struct folded){0};
    assert_int_equal(track_put_state(s->tables, 1, &sealed), ERR_OK);
    assert_int_equal(tables_commit(s->tables), ERR_OK);
}

static void states_of_other_rules_are_folded_to_the_end_once(void **state)
{
    enum { ALL = 60, LATE_ROW = 20, OLD_ROW = 40, EARLIER_ROW = 10 };
    struct road *r = *state;
    drive_rows(r, ALL);
    make_old(r, OLD_ROW);
    drive_rows(r, 1); /* which does not make them newer */
    assert_int_equal(row_of_device(r).folded.rules, 0);
    send_late(r, somewhere(r, LATE_ROW, 1));
    struct effort first = settle(r);
    assert_in_range(first.rows, ALL - LATE_ROW, 2 * (ALL - LATE_ROW) + A_HANDFUL);
    assert_int_equal(row_of_device(r).folded.rules, FOLD_RULES);
    assert_road(r, 211);
    send_late(r, somewhere(r, LATE_ROW + 1, 1));
    assert_in_range(settle(r).rows, 1, A_HANDFUL);
    send_late(r, somewhere(r, EARLIER_ROW, 1)); /* as far as those that were made anew */
    struct effort earlier = settle(r);
    assert_in_range(earlier.rows, LATE_ROW - EARLIER_ROW, 2 * (LATE_ROW - EARLIER_ROW) + A_HANDFUL);
    send_late(r, somewhere(r, EARLIER_ROW + 1, 1));
    assert_in_range(settle(r).rows, 1, A_HANDFUL);
    assert_road(r, 223);
}

/* Nobody knows which program has folded what is only in the journal at a start. */
static void what_a_start_finds_is_of_unknown_rules(void **state)
{
    struct road *r = *state;
    struct fix fixes[4];
    for (int64_t i = 0; i < 4; i++) {
        fixes[i] = on_the_road(&r->kit, KIT_TIME_S + i * STEP_S);
    }
    send(r, fixes, 4);
    reopen(&r->kit, 1 << 22);
    drive_rows(r, 1);
    assert_int_equal(row_of_device(r).folded.rules, 0);
    send_late(r, KIT_TIME_S + 5);
    (void)settle(r);
    assert_int_equal(row_of_device(r).folded.rules, FOLD_RULES);
    reopen(&r->kit, 1 << 22);
    drive_rows(r, 1);
    assert_int_equal(row_of_device(r).folded.rules, FOLD_RULES);
    assert_road(r, 7);
}

static void what_is_folded_anew_before_it_is_sealed_is_of_todays(void **state)
{
    struct road *r = *state;
    struct fix fixes[2] = {on_the_road(&r->kit, KIT_TIME_S), on_the_road(&r->kit, KIT_TIME_S + 20)};
    send(r, fixes, 2);
    reopen(&r->kit, 1 << 22);
    send_late(r, KIT_TIME_S + 10);
    (void)settle(r);
    drive_rows(r, 1);
    assert_int_equal(row_of_device(r).folded.rules, FOLD_RULES);
    assert_road(r, 7);
}

/* What was travelled on the whole road and on a part of it, by the fold over all fixes. */
static void assert_mileage(const struct road *r)
{
    const struct store_span spans[] = {
        {1, 0, INT64_MAX},
        {1, r->fixes[r->count / 3].gps_time_s, r->fixes[r->count - 100].gps_time_s},
    };
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        struct store_mileage is;
        struct fold_state s = {0};
        uint64_t before_m_e2 = 0;
        for (size_t k = 0; k < r->count && r->fixes[k].gps_time_s <= spans[i].to_s; k++) {
            fold_step(&s, &r->fixes[k], &fold_default_rules, NULL);
            bool is_before = r->fixes[k].gps_time_s < spans[i].from_s;
            before_m_e2 = is_before ? fold_travelled_m_e2(&s) : before_m_e2;
        }
        assert_int_equal(store_read_mileage(r->kit.store, spans[i], &fold_default_rules, &is),
                         ERR_OK);
        assert_int_equal(is.distance_m_e2, fold_travelled_m_e2(&s) - before_m_e2);
    }
}

/* While many rows are folded again, some a transaction, mileage is right between any two. */
static void mileage_is_right_all_the_while(void **state)
{
    enum { ALL = 60, LATE_ROW = 10 };
    struct road *r = *state;
    unsigned steps = 0;
    drive_rows(r, ALL);
    make_old(r, ALL - 10);
    send_late(r, somewhere(r, LATE_ROW, 1));
    assert_mileage(r);
    for (; r->kit.store->late.head != NULL; steps++) {
        settle_once(r);
        assert_mileage(r);
    }
    assert_true(steps > 3);
}

/* ---- with retention ---- */

static void expire_before(struct road *r, int64_t row)
{
    r->kit.keep_from_s = KIT_TIME_S + row * PER_ROW * STEP_S;
    do {
        r->kit.store->trickle.expire_due_ms = 0;
        maintain(&r->kit);
    } while (r->kit.store->trickle.is_expiring);
}

/* Where every place for a shift is taken, those of rows that are gone make room. */
static void shifts_of_rows_that_are_gone_are_joined(void **state)
{
    enum { ALL = FOLDED_SHIFTS_MAX + 40, GONE = 100 };
    struct road *r = *state;
    drive_rows(r, ALL);
    for (int64_t row = 0; row < ALL && !is_full(r); row++) {
        send_late(r, somewhere(r, row, 1));
        assert_in_range(settle(r).rows, 1, A_HANDFUL);
    }
    assert_true(is_full(r));
    send_late(r, somewhere(r, ALL - 25, 1)); /* behind them all: to the end */
    assert_true(settle(r).rows > 25);
    assert_road(r, 499);
    expire_before(r, GONE);
    send_late(r, somewhere(r, ALL - 22, 1));
    assert_in_range(settle(r).rows, 1, A_HANDFUL);
    assert_false(is_full(r));
    struct fold_state want = folded_road(r);
    assert_same_state(&r->kit.models[1].live, &want);
}

/* Fixes from before the first row that is left go into it, and divide it. */
static void what_is_older_than_all_that_is_kept_moves_nothing(void **state)
{
    enum { ALL = 12, GONE = 6, OLD = 3 * TRACK_SPLIT, POINTS = 200 };
    struct road *r = *state;
    struct fold_state before[POINTS];
    struct fold_state after;
    int64_t from_s = KIT_TIME_S + (int64_t)(GONE + 1) * PER_ROW * STEP_S;
    int64_t every_s = (int64_t)(ALL - GONE - 1) * PER_ROW * STEP_S / POINTS;
    drive_rows(r, ALL);
    for (int64_t row = 0; row < ALL; row++) {
        send_late(r, somewhere(r, row, 1));
        (void)settle(r);
    }
    expire_before(r, GONE);
    for (int64_t i = 0; i < POINTS; i++) {
        assert_int_equal(store_read_state(r->kit.store, 1, from_s + i * every_s, &before[i]),
                         ERR_OK);
    }
    for (int64_t i = 0; i < OLD; i++) {
        send_late(r, KIT_TIME_S + i * 7);
    }
    (void)settle(r);
    for (int64_t i = 0; i < POINTS; i++) {
        assert_int_equal(store_read_state(r->kit.store, 1, from_s + i * every_s, &after), ERR_OK);
        assert_same_state(&after, &before[i]);
    }
}

#define WITH_ROAD(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ROAD(a_late_fix_writes_a_handful_of_rows),
        WITH_ROAD(a_refold_under_way_is_not_ended_by_another),
        WITH_ROAD(late_fixes_all_over_end_where_the_right_order_does),
        WITH_ROAD(states_of_other_rules_are_folded_to_the_end_once),
        WITH_ROAD(mileage_is_right_all_the_while),
        WITH_ROAD(what_a_start_finds_is_of_unknown_rules),
        WITH_ROAD(what_is_folded_anew_before_it_is_sealed_is_of_todays),
        WITH_ROAD(shifts_of_rows_that_are_gone_are_joined),
        WITH_ROAD(what_is_older_than_all_that_is_kept_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
