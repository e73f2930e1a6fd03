#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"
#include "store/fault_vfs.h"

/*
 * Everything at once, by a seeded generator: fixes in order, several of one second, late ones,
 * disks that are full for a moment, retention, little memory, restarts. What was answered with OK
 * is there once and in its order, what was not is not, and states are those of the fold.
 */

#define VFS_NAME "mixture"

enum { STEP_S = 10, ROUNDS = 500 };

struct mixture {
    struct kit kit;
    struct fault_vfs vfs;
    int64_t newest[DEVICES]; /* in steps */
    unsigned failed;
};

static int begin(void **state)
{
    struct mixture *m = mem_new(sizeof(*m));
    struct kit *k = &m->kit;
    kit_place_new(k->path);
    fault_vfs_register(&m->vfs, VFS_NAME, NULL);
    fault_vfs_set(&m->vfs, FAULT_SYNC_QUICK, 0);
    k->vfs = VFS_NAME;
    k->models = mem_new_array(DEVICES, sizeof(*k->models));
    k->keep_from_s = INT64_MIN;
    open_store(k, 1 << 20);
    *state = m;
    return 0;
}

static int end(void **state)
{
    struct mixture *m = *state;
    store_close(m->kit.store);
    fault_vfs_unregister(&m->vfs);
    kit_place_remove(m->kit.path);
    free(m->kit.models);
    free(m);
    return 0;
}

/* What writes from now on fails, after some writes that do not. */
static void break_down(struct mixture *m, enum fault kind, uint32_t after)
{
    if (kit_memory(m->kit.path) != NULL) {
        memory_set_full(kit_memory(m->kit.path), after);
    } else {
        fault_vfs_set(&m->vfs, kind, after);
    }
}

static void mend(struct mixture *m)
{
    if (kit_memory(m->kit.path) != NULL) {
        memory_set_full(kit_memory(m->kit.path), INT64_MAX);
    }
    fault_vfs_set(&m->vfs, FAULT_SYNC_QUICK, 0);
}

/* ---- what happens ---- */

static int64_t time_of(int64_t step)
{
    return KIT_TIME_S + step * STEP_S;
}

/* A commit that may fail, and is then as if it had never been. */
static void try_commit(struct mixture *m, int64_t device, const struct fix *fixes, size_t count)
{
    struct model *of = &m->kit.models[device];
    struct fold_state live = of->live;
    struct store_part part = {.device = device, .fixes = fixes, .count = count, .state = &live};
    struct kit_order order = {.store = m->kit.store, .device = device};
    if (of->count + count > FIXES_MAX) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t time_s = fixes[i].gps_time_s;
        if (!kit_is_late(&order, live.current.gps_time_s, &fixes[i], NO_EXTRAS)) {
            fold_step(&live, &fixes[i], &fold_default_rules, NULL);
            continue;
        }
        part.late_from_s = !part.has_late || time_s < part.late_from_s ? time_s : part.late_from_s;
        part.has_late = true;
    }
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    enum err e = store_commit(m->kit.store, &batch);
    if (e != ERR_OK) {
        assert_int_equal(e, ERR_FULL);
        m->failed++;
        return;
    }
    of->live = live;
    for (size_t i = 0; i < count; i++) {
        model_add(of, NULL, device, &fixes[i]);
    }
}

static void in_order(struct mixture *m, int64_t device)
{
    struct kit *k = &m->kit;
    struct fix fixes[40];
    size_t count = 1 + rnd(k, 40);
    for (size_t i = 0; i < count; i++) {
        m->newest[device] += rnd(k, 10) < 7 ? 1 : 0;
        fixes[i] = fix_at(k, time_of(m->newest[device]));
    }
    try_commit(m, device, fixes, count);
}

/* A second that many fixes have, with late ones between. */
static void one_second(struct mixture *m, int64_t device)
{
    struct kit *k = &m->kit;
    struct fix fixes[400];
    size_t count = 100 + rnd(k, 300);
    for (size_t i = 0; i < count; i++) {
        fixes[i] = fix_at(k, time_of(m->newest[device]));
    }
    try_commit(m, device, fixes, count);
}

static void late(struct mixture *m, int64_t device)
{
    struct kit *k = &m->kit;
    struct fix fixes[60];
    size_t count = 1 + rnd(k, 60);
    int64_t first = k->keep_from_s == INT64_MIN ? 0 : (k->keep_from_s - KIT_TIME_S) / STEP_S + 1;
    int64_t span = m->newest[device] - first;
    if (span <= 0) {
        return;
    }
    int64_t at = first + rnd(k, (uint32_t)span);
    for (size_t i = 0; i < count; i++) {
        int64_t step = rnd(k, 2) == 0 ? at : first + rnd(k, (uint32_t)span);
        fixes[i] = fix_at(k, time_of(step) + (rnd(k, 3) == 0 ? 3 : 0));
    }
    try_commit(m, device, fixes, count);
}

static enum err keep_house(struct mixture *m)
{
    struct kit *k = &m->kit;
    const struct store_upkeep upkeep = {k, settled, keep_from, true};
    k->store->trickle.held_until_ms = 0;
    if (k->store->late.head != NULL) {
        ((struct tail *)k->store->late.head->data)->due_ms = 0;
    }
    enum err e = store_maintain(k->store, &upkeep);
    m->failed += e == ERR_FULL ? 1 : 0;
    assert_true(e == ERR_OK || e == ERR_MORE || e == ERR_FULL);
    return e;
}

static void expire(struct mixture *m)
{
    struct kit *k = &m->kit;
    int64_t oldest = INT64_MAX;
    for (size_t d = 1; d < DEVICES; d++) {
        oldest = m->newest[d] < oldest ? m->newest[d] : oldest;
    }
    int64_t keep_s = time_of(oldest / 2);
    k->keep_from_s = keep_s > k->keep_from_s ? keep_s : k->keep_from_s;
    k->store->trickle.expire_due_ms = 0;
}

static void something(struct mixture *m)
{
    struct kit *k = &m->kit;
    int64_t device = 1 + rnd(k, DEVICES - 1);
    uint32_t what = rnd(k, 100);
    if (rnd(k, 4) == 0) {
        break_down(m, rnd(k, 2) == 0 ? FAULT_NO_SPACE : FAULT_SHORT, rnd(k, 12));
    }
    if (what < 40) {
        in_order(m, device);
    } else if (what < 42) {
        one_second(m, device);
    } else if (what < 62) {
        late(m, device);
    } else if (what < 94) {
        (void)keep_house(m);
    } else if (what < 97) {
        k->store->trickle.swept_ms -= k->store->trickle.seal_after_ms;
    } else if (what < 98) {
        expire(m);
    }
    mend(m);
    if (what >= 98) {
        reopen(k, 1024 + rnd(k, 100000));
    }
}

/* ---- what is there ---- */

static void assert_kept(struct kit *k, int64_t device)
{
    const struct model *m = &k->models[device];
    struct fold_state state = {0};
    assert_span(k, device, k->keep_from_s, INT64_MAX);
    for (size_t i = 0; i < m->count; i++) {
        fold_step(&state, &m->fixes[i], &fold_default_rules, NULL);
        bool is_last = i + 1 == m->count || m->fixes[i + 1].gps_time_s > m->fixes[i].gps_time_s;
        if (is_last && m->fixes[i].gps_time_s >= k->keep_from_s && rnd(k, 40) == 0) {
            struct fold_state is;
            assert_int_equal(store_read_state(k->store, device, m->fixes[i].gps_time_s, &is),
                             ERR_OK);
            assert_same_state(&is, &state);
        }
    }
    assert_same_state(&m->live, &state);
}

static void run(struct mixture *m, uint32_t seed)
{
    struct kit *k = &m->kit;
    k->seed = seed * 7919;
    for (unsigned round = 0; round < ROUNDS; round++) {
        something(m);
        if (round % 50 == 0) {
            assert_span(k, 1 + rnd(k, DEVICES - 1), k->keep_from_s, INT64_MAX);
        }
    }
    while (keep_house(m) == ERR_FULL) { /* until the checkpoints know that there is space again */
    }
    seal_all(k);
    for (int64_t d = 1; d < DEVICES; d++) {
        assert_kept(k, d);
    }
    reopen(k, 1 << 20);
    for (int64_t d = 1; d < DEVICES; d++) {
        assert_kept(k, d);
    }
    assert_int_equal(counter_get(&k->counters, chunks_damaged), 0);
    assert_int_equal(counter_get(&k->counters, blocks_unproven), 0);
    assert_true(m->failed > 0);
}

static void one_mixture(void **state)
{
    run(*state, 1);
}

static void another_mixture(void **state)
{
    run(*state, 2);
}

static void a_third_mixture(void **state)
{
    run(*state, 3);
}

/* ---- a full disk ---- */

static void retention_is_soon_tried_again(void **state)
{
    struct mixture *m = *state;
    struct kit *k = &m->kit;
    struct trickle *trickle = &k->store->trickle;
    drive(k, 1, 0, 1200);
    seal_all(k);
    int64_t before = rows_of(k, "track_chunk");
    assert_true(before > 0);
    k->keep_from_s = INT64_MAX - 1;
    trickle->expire_due_ms = 0;
    break_down(m, FAULT_NO_SPACE, 0);
    assert_int_equal(keep_house(m), ERR_FULL);
    mend(m);
    assert_int_equal(rows_of(k, "track_chunk"), before);
    assert_true(trickle->expire_due_ms > clock_monotonic_ms());
    assert_true(trickle->expire_due_ms <= clock_monotonic_ms() + 60000);
    trickle->expire_due_ms = 0;
    while (rows_of(k, "track_chunk") > 0) {
        enum err e = keep_house(m);
        assert_true(e == ERR_OK || e == ERR_MORE);
    }
    assert_true(trickle->expire_due_ms > clock_monotonic_ms() + 60000);
}

/* Late fixes are tried again as soon as sealing is. */
static void late_fixes_are_soon_tried_again(void **state)
{
    struct mixture *m = *state;
    struct kit *k = &m->kit;
    const struct store_upkeep upkeep = {k, settled, keep_from, true};
    drive(k, 1, 0, 20);
    commit_at(k, 1, KIT_TIME_S + 5);
    ((struct tail *)k->store->late.head->data)->due_ms = 0;
    break_down(m, FAULT_NO_SPACE, 0);
    assert_int_equal(store_maintain(k->store, &upkeep), ERR_FULL);
    mend(m);
    assert_in_range(store_maintain_wait_ms(k->store, 60000), 1, 1000);
    assert_int_equal(store_maintain(k->store, &upkeep), ERR_OK);
    assert_int_equal(k->store->late.length, 1);
    k->store->trickle.held_until_ms = 0;
    assert_int_equal(store_maintain(k->store, &upkeep), ERR_MORE);
    assert_int_equal(k->store->late.length, 0);
    assert_live(k, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_mixture, begin, end),
        cmocka_unit_test_setup_teardown(another_mixture, begin, end),
        cmocka_unit_test_setup_teardown(a_third_mixture, begin, end),
        cmocka_unit_test_setup_teardown(retention_is_soon_tried_again, begin, end),
        cmocka_unit_test_setup_teardown(late_fixes_are_soon_tried_again, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
