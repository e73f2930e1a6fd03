/* Readers beside the one writer; ThreadSanitizer watches when it is built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "store/engines_testing.h"

enum { READERS = 3, DEVICES = 8, COMMITS = 900, TAIL_BYTES = 20000 };
enum { PACE_E7 = 2000, PACE_M_E2 = 2300 }; /* a second's way, and more than that in centimetres */

struct shared {
    struct store *store;
    atomic_uint committed[DEVICES];   /* fixes whose commit was answered */
    atomic_ullong travelled[DEVICES]; /* centimetres up to them */
    atomic_bool stop;
};

/* Counts the fixes of a device and holds that they are in order; cmocka is not for threads. */
static unsigned count_in_order(struct store *s, int64_t device)
{
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    unsigned n = 0;
    int64_t last_s = INT64_MIN;
    enum err e = store_read_open(s, (struct store_span){device, 0, INT64_MAX}, &arena, &r);
    if (e != ERR_OK) {
        abort();
    }
    for (e = store_read_next(r, &fix); e == ERR_OK; e = store_read_next(r, &fix)) {
        if (fix.gps_time_s < last_s) {
            abort();
        }
        last_s = fix.gps_time_s;
        n++;
    }
    store_read_close(r);
    arena_free(&arena);
    if (e != ERR_END) {
        abort();
    }
    return n;
}

/* What a device travelled: straight on, so that a late fix adds what its rounding does. */
static uint64_t travelled(struct store *s, int64_t device)
{
    struct store_mileage is;
    if (store_read_mileage(s, (struct store_span){device, 0, INT64_MAX}, &fold_default_rules,
                           &is) != ERR_OK ||
        is.distance_m_e2 > (uint64_t)COMMITS * PACE_M_E2) {
        abort();
    }
    return is.distance_m_e2;
}

/* Reads every device once; what was answered is seen, and what was seen stays. */
static void read_all(struct shared *shared, unsigned last[DEVICES])
{
    for (int i = 0; i < DEVICES; i++) {
        unsigned least = atomic_load(&shared->committed[i]);
        uint64_t way_m_e2 = atomic_load(&shared->travelled[i]);
        if (travelled(shared->store, i + 1) + COMMITS < way_m_e2) {
            abort();
        }
        unsigned n = count_in_order(shared->store, i + 1);
        if (n < least || n < last[i]) {
            abort();
        }
        last[i] = n;
    }
}

static void *read_on(void *arg)
{
    struct shared *shared = arg;
    unsigned last[DEVICES] = {0};
    while (!atomic_load(&shared->stop)) {
        read_all(shared, last);
    }
    return NULL;
}

static void note_settled(void *context, int64_t device, const struct fold_state *state)
{
    struct fold_state *states = context;
    states[device - 1] = *state;
}

/* One commit of a fix of every device, every fiftieth of them late. */
static void commit_all(struct shared *shared, int round, struct fold_state states[DEVICES])
{
    struct fix fixes[DEVICES];
    struct store_part parts[DEVICES];
    bool is_late = round % 50 == 49;
    for (int i = 0; i < DEVICES; i++) {
        int64_t time_s = KIT_TIME_S + round - (is_late ? 40 : 0);
        fixes[i] = kit_fix(time_s);
        fixes[i].lat_e7 += (int32_t)(time_s - KIT_TIME_S) * PACE_E7;
        if (!is_late) {
            fold_step(&states[i], &fixes[i], &fold_default_rules, NULL);
        }
        parts[i] = (struct store_part){.device = i + 1,
                                       .fixes = &fixes[i],
                                       .count = 1,
                                       .state = &states[i],
                                       .has_late = is_late,
                                       .late_from_s = time_s};
    }
    struct store_batch batch = {.parts = parts, .part_count = DEVICES};
    assert_int_equal(store_commit(shared->store, &batch), ERR_OK);
    const struct store_upkeep upkeep = {states, note_settled, NULL, true};
    enum err e = store_maintain(shared->store, &upkeep);
    assert_true(e == ERR_OK || e == ERR_MORE);
    for (int i = 0; i < DEVICES; i++) {
        atomic_fetch_add(&shared->committed[i], 1);
        atomic_store(&shared->travelled[i], fold_travelled_m_e2(&states[i]));
    }
}

static void readers_beside_the_writer(void **state)
{
    char path[KIT_PATH_SIZE];
    struct shared *shared = mem_new(sizeof(*shared));
    pthread_t threads[READERS];
    (void)state;
    kit_place_new(path);
    struct fold_state states[DEVICES] = {0};
    struct counters counters = {0};
    const struct store_options o = {.directory = path,
                                    .cache_kib = KIT_CACHE_KIB,
                                    .tail_bytes = TAIL_BYTES,
                                    .seal_after_s = 1,
                                    .counters = &counters};
    assert_int_equal(kit_place_open(&o, &shared->store), ERR_OK);
    (void)kit_load(shared->store, 1);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, shared), 0);
    }
    for (int round = 0; round < COMMITS; round++) {
        commit_all(shared, round, states);
    }
    atomic_store(&shared->stop, true);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int64_t device = 1; device <= DEVICES; device++) {
        assert_int_equal(count_in_order(shared->store, device), COMMITS);
        assert_true(travelled(shared->store, device) > (uint64_t)(COMMITS - 100) * 2200);
    }
    assert_true(counter_get(&counters, fixes_sealed) > (uint64_t)DEVICES * COMMITS / 2);
    store_close(shared->store);
    kit_place_remove(path);
    free(shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_beside_the_writer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
