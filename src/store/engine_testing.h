#ifndef STORE_ENGINE_TESTING_H
#define STORE_ENGINE_TESTING_H

/*
 * The whole engine against a model: fixes are committed in order, late, several of one second,
 * while tails are sealed, chunks merged and the store opened anew. Whatever happened, a device's
 * fixes are those that were committed, by time and then by arrival, and the state at any time is
 * what folding them from the first on gives. Included after <cmocka.h>.
 */
#include "base/clock.h"
#include "store/engines_testing.h"
#include "store/store_private.h"
#include "store/trickle.h"

enum { DEVICES = 4, FIXES_MAX = 6000, SEAL_AFTER_S = 60 };

/* A device as it should be; `fixes` by fix_order(). */
struct model {
    struct fix fixes[FIXES_MAX];
    size_t count;
    struct fold_state live; /* as ingest would have it */
};

struct kit {
    char path[KIT_PATH_SIZE];
    const char *vfs;                                       /* NULL: the default */
    const struct store_fold *fold;                         /* NULL: none */
    void (*loaded)(void *context, const struct change *c); /* with the kit; NULL: nobody asks */
    struct store *store;
    struct counters counters;
    struct model *models;
    uint32_t seed;
    int64_t keep_from_s;
    bool is_gone;
    struct arena arena; /* of the extra values at hand */
};

static inline uint32_t rnd(struct kit *k, uint32_t below)
{
    k->seed = k->seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(k->seed >> 8) * below >> 24);
}

static inline void note_nothing(void *context, const struct change *c)
{
    (void)context;
    (void)c;
}

static inline void note_state(void *context, int64_t device, const struct fold_state *state)
{
    struct kit *k = context;
    k->models[device].live = *state;
}

static inline void open_store(struct kit *k, size_t tail_bytes)
{
    const struct store_options o = {.directory = k->path,
                                    .vfs = k->vfs,
                                    .cache_kib = KIT_CACHE_KIB,
                                    .tail_bytes = tail_bytes,
                                    .seal_after_s = SEAL_AFTER_S,
                                    .counters = &k->counters,
                                    .fold = k->fold};
    const struct store_loader loader = {k, k->loaded == NULL ? note_nothing : k->loaded,
                                        note_state};
    assert_int_equal(kit_place_open(&o, &k->store), ERR_OK);
    assert_int_equal(store_load(k->store, &loader), ERR_OK);
}

static inline int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_place_new(k->path);
    k->models = mem_new_array(DEVICES, sizeof(*k->models));
    k->seed = 1;
    k->keep_from_s = INT64_MIN;
    open_store(k, 1 << 20);
    *state = k;
    return 0;
}

static inline int tear_down(void **state)
{
    struct kit *k = *state;
    store_close(k->store);
    kit_place_remove(k->path);
    free(k->models);
    free(k);
    return 0;
}

/* ---- committing ---- */

/* The extra values of a fix: devices with an odd id have some, by what the fix itself says. */
static inline struct bytes extras_at(struct kit *k, int64_t device, const struct fix *fix)
{
    struct extras x = {.arena = &k->arena};
    if (device % 2 == 0 || fix->satellites % 4 != 0) {
        return (struct bytes){0};
    }
    extras_set(&x, EXTRA_RPM, 0, fix->lat_e7 % 4096);
    extras_set(&x, EXTRA_ANALOGUE, fix->satellites, (int64_t)fix->gps_time_s);
    extras_set_text(&x, EXTRA_DRIVER, 0, bytes_of_text(fix->satellites > 8 ? "Ada" : "Grace"));
    return extras_pack(&x);
}

/* Its extra values are those of the kit; in a model without, NULL. */
static inline void model_add(struct model *m, struct kit *k, int64_t device, const struct fix *fix)
{
    assert_true(m->count < FIXES_MAX);
    size_t at = m->count;
    struct bytes extras = k == NULL ? NO_EXTRAS : extras_at(k, device, fix);
    while (at > 0 && m->fixes[at - 1].gps_time_s >= fix->gps_time_s) {
        const struct fix *before = &m->fixes[at - 1];
        struct bytes others = k == NULL ? NO_EXTRAS : extras_at(k, device, before);
        if (fix_order(before, others, fix, extras) <= 0) {
            break;
        }
        at--;
    }
    memmove(&m->fixes[at + 1], &m->fixes[at], (m->count - at) * sizeof(*fix));
    m->fixes[at] = *fix;
    m->count++;
}

/* Commits fixes as ingest does: those in order are folded, the others marked late. */
static inline void commit(struct kit *k, int64_t device, const struct fix *fixes, size_t count)
{
    struct model *m = &k->models[device];
    struct bytes *extras = arena_new_array(&k->arena, count, sizeof(*extras));
    struct store_part part = {.device = device, .fixes = fixes, .extras = extras, .count = count};
    struct kit_order order = {.store = k->store, .device = device};
    for (size_t i = 0; i < count; i++) {
        int64_t time_s = fixes[i].gps_time_s;
        model_add(m, k, device, &fixes[i]);
        extras[i] = extras_at(k, device, &fixes[i]);
        if (!kit_is_late(&order, m->live.current.gps_time_s, &fixes[i], extras[i])) {
            fold_step(&m->live, &fixes[i], &fold_default_rules, NULL);
            continue;
        }
        bool is_first = !part.has_late || time_s < part.late_from_s;
        part.late_from_s = is_first ? time_s : part.late_from_s;
        part.has_late = true;
    }
    part.state = &m->live;
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    arena_free(&k->arena);
}

static inline struct fix fix_at(struct kit *k, int64_t time_s)
{
    struct fix f = {.rcv_time_s = time_s + 2};
    int32_t away = (int32_t)(time_s - KIT_TIME_S);
    fix_set_time(&f, time_s);
    fix_set_position(&f, 386500000 + away * 400 + (int32_t)rnd(k, 300), 1177000000, true);
    fix_set_speed_kmh_e2(&f, 4000 + rnd(k, 2000));
    fix_set_satellites(&f, 5 + rnd(k, 8));
    return f;
}

static inline void commit_at(struct kit *k, int64_t device, int64_t time_s)
{
    struct fix f = fix_at(k, time_s);
    commit(k, device, &f, 1);
}

/* `count` fixes, one every ten seconds, some a commit. */
static inline void drive(struct kit *k, int64_t device, int64_t from, int64_t count)
{
    struct fix fixes[50];
    size_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        fixes[n++] = fix_at(k, KIT_TIME_S + (from + i) * 10);
        if (n == 50 || i + 1 == count) {
            commit(k, device, fixes, n);
            n = 0;
        }
    }
}

/* ---- housekeeping ---- */

static inline void settled(void *context, int64_t device, const struct fold_state *state)
{
    struct kit *k = context;
    k->models[device].live = *state;
}

static inline int64_t keep_from(void *context, int64_t device)
{
    const struct kit *k = context;
    (void)device;
    return k->is_gone ? INT64_MAX : k->keep_from_s;
}

static inline void maintain(struct kit *k)
{
    const struct store_upkeep upkeep = {k, settled, keep_from, true};
    enum err e = store_maintain(k->store, &upkeep);
    assert_true(e == ERR_OK || e == ERR_MORE);
}

static inline int64_t rows_of(struct kit *k, const char *table)
{
    return kit_rows(k->store, k->path, table);
}

/* Everything sealed and folded, as after a long silence. */
static inline void seal_all(struct kit *k)
{
    while (k->store->late.head != NULL || trickle_has_work(k->store) ||
           counter_get(&k->counters, tail_fixes) > 0) {
        k->store->trickle.swept_ms -= k->store->trickle.seal_after_ms;
        if (k->store->late.head != NULL) {
            ((struct tail *)k->store->late.head->data)->due_ms = 0;
        }
        maintain(k);
    }
    k->store->trickle.swept_ms = clock_monotonic_ms();
    assert_int_equal(counter_get(&k->counters, tail_fixes), 0);
}

/* ---- comparing ---- */

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

static inline void assert_history(struct kit *k, int64_t device)
{
    const struct model *m = &k->models[device];
    const struct store_span all = {device, 0, INT64_MAX};
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    size_t i = 0;
    assert_int_equal(store_read_open(k->store, all, &arena, &r), ERR_OK);
    for (; store_read_next(r, &fix) == ERR_OK; i++) {
        assert_true(i < m->count && kit_same_fix(&fix, &m->fixes[i]));
        assert_true(bytes_same(store_read_extras(r), extras_at(k, device, &fix)));
        arena_clear(&k->arena);
    }
    arena_free(&k->arena);
    assert_int_equal(i, m->count);
    store_read_rewind(r);
    assert_int_equal(store_read_extras(r).len, 0);
    store_read_close(r);
    arena_free(&arena);
}

static inline struct fold_state folded(const struct model *m, int64_t to_s)
{
    struct fold_state s = {0};
    for (size_t i = 0; i < m->count && m->fixes[i].gps_time_s <= to_s; i++) {
        fold_step(&s, &m->fixes[i], &fold_default_rules, NULL);
    }
    return s;
}

/* A model folded ever further, to a time that is no earlier than the one before. */
struct folding {
    struct fold_state state;
    size_t done; /* fixes */
};

static inline const struct fold_state *fold_on(struct folding *f, const struct model *m,
                                               int64_t to_s)
{
    for (; f->done < m->count && m->fixes[f->done].gps_time_s <= to_s; f->done++) {
        fold_step(&f->state, &m->fixes[f->done], &fold_default_rules, NULL);
    }
    return &f->state;
}

/* The state at every so many fixes, between them too; each read from its own start. */
static inline void assert_states(struct kit *k, int64_t device, size_t step)
{
    enum { BESIDE = 3 }; /* a second before, at and behind: each goes on from where it was */
    const struct model *m = &k->models[device];
    struct folding wanted[BESIDE] = {0};
    for (size_t i = 0; i < m->count; i += step) {
        for (int64_t n = 0; n < BESIDE; n++) {
            int64_t time_s = m->fixes[i].gps_time_s + n - 1;
            struct fold_state is;
            assert_int_equal(store_read_state(k->store, device, time_s, &is), ERR_OK);
            assert_same_state(&is, fold_on(&wanted[n], m, time_s));
        }
    }
}

/* A span: the fixes in it, and before them only what leads up to it. */
static inline void assert_span(struct kit *k, int64_t device, int64_t from_s, int64_t to_s)
{
    const struct model *m = &k->models[device];
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    size_t i = 0;
    while (i < m->count && m->fixes[i].gps_time_s < from_s) {
        i++;
    }
    assert_int_equal(
        store_read_open(k->store, (struct store_span){device, from_s, to_s}, &arena, &r), ERR_OK);
    while (store_read_next(r, &fix) == ERR_OK) {
        if (fix.gps_time_s >= from_s) {
            assert_true(kit_same_fix(&fix, &m->fixes[i++]));
        }
    }
    assert_true(i == m->count || m->fixes[i].gps_time_s > to_s);
    store_read_close(r);
    arena_free(&arena);
}

static inline void assert_live(struct kit *k, int64_t device)
{
    struct fold_state want = folded(&k->models[device], INT64_MAX);
    assert_same_state(&k->models[device].live, &want);
}

static inline void assert_all(struct kit *k, size_t step)
{
    for (int64_t d = 1; d < DEVICES; d++) {
        if (k->models[d].count > 0) {
            assert_history(k, d);
            assert_states(k, d, step);
            assert_live(k, d);
        }
    }
    assert_int_equal(counter_get(&k->counters, chunks_damaged), 0);
    assert_int_equal(counter_get(&k->counters, blocks_unproven), 0);
}

static inline void reopen(struct kit *k, size_t tail_bytes)
{
    store_close(k->store);
    open_store(k, tail_bytes);
}

#define WITH_KIT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
