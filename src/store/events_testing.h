#ifndef STORE_EVENTS_TESTING_H
#define STORE_EVENTS_TESTING_H

/*
 * A vehicle with geofences and alarm rules, over a store: its fixes are folded as they come, with
 * what that tells, as ingest does; late ones are left to the store. Included after <cmocka.h>.
 */
#include "fleet/events.h"
#include "fleet/fences.h"
#include "fleet/pack.h"
#include "store/engine_testing.h"
#include "store/fault_vfs.h"

#define YARD_VFS "yard"

enum {
    YARD_DEVICE = 1,
    YARD_FIXES = 3000,
    YARD_STEP_S = 10,
    YARD_FENCES = 3,
    YARD_LAT_E7 = 500000000,
    YARD_LON_E7 = 80000000,
    YARD_EVENTS_MAX = 10000,
    YARD_COMMIT_MAX = 64,  /* fixes */
    YARD_CRAWLS_FROM = 60, /* of every 180 fixes, for YARD_CRAWLS */
    YARD_CRAWLS = 18,
};

struct yard {
    struct kit kit;
    struct fault_vfs vfs;
    struct store_fold fold;
    struct fence_geometry *geometry[YARD_FENCES];
    struct fences *fences;
    struct fold_limits limits;
    struct fold_term term;
    struct fold_rules rules;
    struct fix track[YARD_FIXES]; /* by time */
    struct fold_state live;
    struct change_list changes; /* of the commit under way, in kit.arena */
    int64_t last_id;
    int64_t reserved_id; /* ids up to here are told to be reserved */
    size_t told;         /* by `changed` */
    GTree *mirror;       /* id -> struct event, as the directory would have it */
    struct arena texts;  /* of these */
};

static inline struct yard *yard_of(void *context)
{
    return context; /* the kit is its first member */
}

/* ---- the rules ---- */

static inline const struct fold_rules *yard_rules(void *context, int64_t device)
{
    assert_int_equal(device, YARD_DEVICE);
    return &yard_of(context)->rules;
}

static inline int64_t yard_next_id(void *context)
{
    return ++yard_of(context)->last_id;
}

static inline void yard_reserve(void *context, struct change_list *changes)
{
    struct change *c = change_add(changes, CHANGE_PUT_IDS);
    c->ids = (struct id_range){ID_OF_EVENT, yard_of(context)->last_id};
}

static inline void yard_name(void *context, struct event *e)
{
    (void)context;
    e->name = e->subject == 0 ? "" : e->subject == 1 ? "Depot" : "Market";
}

static inline void yard_note(struct yard *y, const struct change *c)
{
    if (c->kind == CHANGE_PUT_IDS) {
        y->reserved_id = c->ids.upto;
    } else if (c->kind == CHANGE_DELETE_EVENT) {
        int64_t id = c->event.id;
        assert_true(g_tree_remove(y->mirror, &id));
    } else if (c->kind == CHANGE_PUT_EVENT) {
        struct event *e = arena_new(&y->texts, sizeof(*e));
        entity_copy(ENTITY_EVENT, &c->event, e,
                    arena_new(&y->texts, entity_borrowed(ENTITY_EVENT, &c->event)));
        g_tree_replace(y->mirror, &e->id, e);
    }
}

static inline void yard_changed(void *context, const struct change *c)
{
    struct yard *y = yard_of(context);
    y->told++;
    yard_note(y, c);
}

static inline void yard_loaded(void *context, const struct change *c)
{
    struct yard *y = yard_of(context);
    if (c->kind == CHANGE_PUT_IDS) {
        y->reserved_id = c->ids.upto;
        y->last_id = c->ids.upto > y->last_id ? c->ids.upto : y->last_id;
    }
}

static inline struct fence_geometry *yard_square(int64_t north_m, int64_t side_m)
{
    int32_t a = (int32_t)(YARD_LAT_E7 + north_m * 90);
    int32_t b = (int32_t)(a + side_m * 90);
    const struct point corners[] = {{a, YARD_LON_E7 - 20000},
                                    {a, YARD_LON_E7 + 20000},
                                    {b, YARD_LON_E7 + 20000},
                                    {b, YARD_LON_E7 - 20000}};
    const struct shape_ring ring = {corners, 4};
    const struct shape shape = {.kind = SHAPE_POLYGON, .rings = &ring, .ring_count = 1};
    return fence_geometry_new(&shape);
}

static inline void yard_make_rules(struct yard *y)
{
    struct fence_term terms[YARD_FENCES] = {
        {.id = 1, .alarm_on = FENCE_ALARM_ENTER | FENCE_ALARM_LEAVE},
        {.id = 2, .alarm_on = 0},
        {.id = 3, .alarm_on = FENCE_ALARM_LEAVE, .dwell_s = 45},
    };
    static const int64_t north_m[YARD_FENCES] = {500, 2500, 4200};
    static const int64_t side_m[YARD_FENCES] = {700, 300, 1500};
    for (size_t i = 0; i < YARD_FENCES; i++) {
        y->geometry[i] = yard_square(north_m[i], side_m[i]);
        terms[i].from_s = INT64_MIN;
        terms[i].until_s = INT64_MAX;
        terms[i].geometry = y->geometry[i];
    }
    y->fences = fences_new(terms, YARD_FENCES);
    y->limits = (struct fold_limits){
        .overspeed_kmh_e2 = 9000, .overspeed_s = 20, .low_battery_percent = 20, .fatigue_s = 1200};
    y->term = (struct fold_term){.from_s = INT64_MIN, .limits = &y->limits};
    y->rules = (struct fold_rules){.is_watched = true,
                                   .device = YARD_DEVICE,
                                   .terms = &y->term,
                                   .term_count = 1,
                                   .fences = y->fences};
}

/* ---- the track ---- */

/* How fast it is, and how far north: at times it crawls over the border of the second geofence. */
static inline uint32_t yard_drive(struct yard *y, int64_t i, int64_t *north_m)
{
    enum { BORDER_M = 2800, ROUND = 90, STANDS_FROM = 78, RESTS_FROM = 470 };
    uint32_t kmh = 30 + rnd(&y->kit, 90);
    if (i % ROUND >= STANDS_FROM || i % 600 >= RESTS_FROM) {
        return 0;
    }
    if (i % ROUND < YARD_CRAWLS_FROM || i / ROUND % 2 != 0) {
        return kmh;
    }
    *north_m = i % ROUND == YARD_CRAWLS_FROM ? BORDER_M - 30 : *north_m;
    return kmh / 30;
}

/* What it tells beside its place. */
static inline void yard_tell_alarms(struct yard *y, int64_t i, struct fix *f)
{
    struct kit *k = &y->kit;
    bool shakes = i % 100 > 90 && rnd(k, 3) > 0;
    f->battery_percent = (uint8_t)(10 + i % 40);
    f->has |= i % 7 == 0 ? FIX_HAS_BATTERY_PERCENT : 0;
    f->alarms |= rnd(k, 12) == 0 ? ALARM_BIT(SOS) : 0;
    f->alarms |= shakes ? ALARM_BIT(VIBRATION) : 0;
}

/* Up and down a road through all three, standing and resting now and then, with alarms of its own.
 */
static inline void yard_make_track(struct yard *y)
{
    int64_t north_m = 0;
    int64_t way = 1;
    for (int64_t i = 0; i < YARD_FIXES; i++) {
        struct fix *f = &y->track[i];
        int64_t time_s = KIT_TIME_S + i * YARD_STEP_S + (int64_t)rnd(&y->kit, 5);
        uint32_t kmh = yard_drive(y, i, &north_m);
        way = north_m > 6000 ? -1 : way;
        way = north_m < 0 || i % 180 == YARD_CRAWLS_FROM ? 1 : way;
        north_m += way * (int64_t)kmh * 10 / 4;
        *f = (struct fix){.rcv_time_s = time_s + 2};
        fix_set_time(f, time_s);
        if (i % 13 < 10) { /* else there is no lock */
            fix_set_position(f, (int32_t)(YARD_LAT_E7 + north_m * 90), YARD_LON_E7, true);
            fix_set_speed_kmh_e2(f, (uint64_t)kmh * 100);
        }
        yard_tell_alarms(y, i, f);
    }
}

/* ---- beginning and end ---- */

static inline int yard_compare_ids(const void *a, const void *b, void *context)
{
    const int64_t *x = a;
    const int64_t *y = b;
    (void)context;
    return *x < *y ? -1 : *x > *y;
}

static inline void yard_open(struct yard *y)
{
    open_store(&y->kit, 1 << 20);
    y->live = y->kit.models[YARD_DEVICE].live;
}

static inline int yard_set_up(void **state)
{
    struct yard *y = mem_new(sizeof(*y));
    kit_place_new(y->kit.path);
    y->kit.models = mem_new_array(DEVICES, sizeof(*y->kit.models));
    y->kit.seed = 7;
    fault_vfs_register(&y->vfs, YARD_VFS, NULL);
    fault_vfs_set(&y->vfs, FAULT_SYNC_QUICK, 0);
    y->kit.vfs = YARD_VFS;
    y->kit.keep_from_s = INT64_MIN;
    y->fold = (struct store_fold){
        .context = y,
        .rules_of = yard_rules,
        .next_event_id = yard_next_id,
        .reserve_ids = yard_reserve,
        .name = yard_name,
        .changed = yard_changed,
    };
    y->kit.fold = &y->fold;
    y->kit.loaded = yard_loaded;
    y->mirror = g_tree_new_full(yard_compare_ids, NULL, NULL, NULL);
    yard_make_rules(y);
    yard_make_track(y);
    yard_open(y);
    *state = y;
    return 0;
}

static inline int yard_tear_down(void **state)
{
    struct yard *y = *state;
    store_close(y->kit.store);
    fault_vfs_unregister(&y->vfs);
    kit_place_remove(y->kit.path);
    g_tree_destroy(y->mirror);
    fences_free(y->fences);
    for (size_t i = 0; i < YARD_FENCES; i++) {
        fence_geometry_free(y->geometry[i]);
    }
    arena_free(&y->texts);
    arena_free(&y->kit.arena);
    free(y->kit.models);
    free(y);
    return 0;
}

/* ---- events that are there ---- */

static inline struct store_events yard_events(struct yard *y, int64_t from_s, int64_t to_s,
                                              struct arena *arena)
{
    static const int64_t device = YARD_DEVICE;
    const struct store_event_query all = {.devices = &device,
                                          .device_count = 1,
                                          .from_s = from_s,
                                          .to_s = to_s,
                                          .kinds = UINT64_MAX,
                                          .has_withdrawn = true,
                                          .limit = YARD_EVENTS_MAX};
    struct store_events events;
    assert_int_equal(store_read_events(y->kit.store, &all, arena, &events), ERR_OK);
    assert_false(events.is_cut);
    return events;
}

/* The disk is full after so many more writes; INT64_MAX: it is not. */
static inline void yard_fill_disk(struct yard *y, int64_t after)
{
    if (kit_memory(y->kit.path) != NULL) {
        memory_set_full(kit_memory(y->kit.path), after);
    } else if (after == INT64_MAX) {
        fault_vfs_set(&y->vfs, FAULT_SYNC_QUICK, 0);
    } else {
        fault_vfs_set(&y->vfs, FAULT_NO_SPACE, (uint64_t)after);
    }
    y->kit.store->trickle.held_until_ms = 0;
}

static inline void yard_save(struct yard *y, struct change c)
{
    const struct store_batch batch = {.changes = &c, .change_count = 1};
    assert_int_equal(store_commit(y->kit.store, &batch), ERR_OK);
    yard_note(y, &c);
}

/* ---- fixes as they come ---- */

/* The record that is meant: of this commit, else of the store. */
static inline struct event *yard_find(struct yard *y, const struct watch_event *told)
{
    for (size_t i = y->changes.len; i > 0; i--) {
        if (event_is_meant(&y->changes.at[i - 1].event, told)) {
            return &y->changes.at[i - 1].event;
        }
    }
    const struct store_events events = yard_events(y, told->since_s, told->since_s, &y->kit.arena);
    for (size_t i = 0; i < events.count; i++) {
        if (event_is_meant(&events.at[i], told)) {
            struct change *c = change_add(&y->changes, CHANGE_PUT_EVENT);
            c->event = events.at[i];
            return &c->event;
        }
    }
    return NULL;
}

static inline void yard_take(void *context, const struct fold_state *state,
                             const struct watch_event *told)
{
    struct yard *y = context;
    if (told->news == WATCH_RAISED) {
        struct change *c = change_add(&y->changes, CHANGE_PUT_EVENT);
        c->event = event_of_watch(told, state, &y->kit.arena);
        c->event.device_id = YARD_DEVICE;
        c->event.id = yard_next_id(y);
        yard_name(y, &c->event);
        return;
    }
    struct event *e = yard_find(y, told);
    assert_non_null(e);
    event_note(e, told);
}

static inline enum err yard_try(struct yard *y, const struct fix *fixes, size_t count)
{
    const struct watch_sink sink = {y, yard_take};
    struct fold_state before = y->live;
    struct store_part part = {.device = YARD_DEVICE, .fixes = fixes, .count = count};
    struct kit_order order = {.store = y->kit.store, .device = YARD_DEVICE};
    y->changes = (struct change_list){.arena = &y->kit.arena};
    for (size_t i = 0; i < count; i++) {
        int64_t time_s = fixes[i].gps_time_s;
        if (!kit_is_late(&order, y->live.current.gps_time_s, &fixes[i], NO_EXTRAS)) {
            fold_step(&y->live, &fixes[i], &y->rules, &sink);
            continue;
        }
        bool is_first = !part.has_late || time_s < part.late_from_s;
        part.late_from_s = is_first ? time_s : part.late_from_s;
        part.has_late = true;
    }
    part.state = &y->live;
    yard_reserve(y, &y->changes);
    const struct store_batch batch = {&part, 1, y->changes.at, y->changes.len};
    enum err e = store_commit(y->kit.store, &batch);
    for (size_t i = 0; i < y->changes.len && e == ERR_OK; i++) {
        yard_note(y, &y->changes.at[i]);
    }
    y->live = e == ERR_OK ? y->live : before;
    arena_clear(&y->kit.arena);
    return e;
}

static inline void yard_commit(struct yard *y, const struct fix *fixes, size_t count)
{
    assert_int_equal(yard_try(y, fixes, count), ERR_OK);
}

static inline void yard_settled(void *context, int64_t device, const struct fold_state *state)
{
    assert_int_equal(device, YARD_DEVICE);
    yard_of(context)->live = *state;
}

static inline enum err yard_maintain(struct yard *y)
{
    const struct store_upkeep upkeep = {y, yard_settled, keep_from, true};
    if (y->kit.store->late.head != NULL) {
        ((struct tail *)y->kit.store->late.head->data)->due_ms = 0;
    }
    return store_maintain(y->kit.store, &upkeep);
}

static inline bool yard_is_late(const struct yard *y)
{
    return y->kit.store->late.head != NULL;
}

static inline void yard_settle(struct yard *y)
{
    while (yard_is_late(y)) {
        enum err e = yard_maintain(y);
        assert_true(e == ERR_OK || e == ERR_MORE);
    }
}

/* Everything sealed and folded, as after a long silence. */
static inline void yard_seal(struct yard *y)
{
    struct store *s = y->kit.store;
    while (yard_is_late(y) || trickle_has_work(s) ||
           counter_get(&y->kit.counters, tail_fixes) > 0) {
        s->trickle.swept_ms -= s->trickle.seal_after_ms;
        enum err e = yard_maintain(y);
        assert_true(e == ERR_OK || e == ERR_MORE);
    }
    s->trickle.swept_ms = clock_monotonic_ms();
}

/* ---- as it should be ---- */

static inline void yard_note_told(void *context, const struct fold_state *state,
                                  const struct watch_event *told)
{
    struct yard *y = context;
    if (told->news == WATCH_RAISED) {
        struct change *c = change_add(&y->changes, CHANGE_PUT_EVENT);
        c->event = event_of_watch(told, state, &y->kit.arena);
        return;
    }
    for (size_t i = y->changes.len; i > 0; i--) {
        if (event_is_meant(&y->changes.at[i - 1].event, told)) {
            event_note(&y->changes.at[i - 1].event, told);
            return;
        }
    }
    fail();
}

static inline int yard_compare_events(const void *a, const void *b)
{
    const struct event *x = a;
    const struct event *y = b;
    const int64_t left[] = {x->kind, x->subject, x->gps_time_s, x->decided_s, x->ended_s};
    const int64_t right[] = {y->kind, y->subject, y->gps_time_s, y->decided_s, y->ended_s};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

static inline void yard_assert_same(const struct event *is, const struct event *want)
{
    assert_int_equal(is->kind, want->kind);
    assert_int_equal(is->subject, want->subject);
    assert_int_equal(is->gps_time_s, want->gps_time_s);
    assert_int_equal(is->ended_s, want->ended_s);
    assert_int_equal(is->count, want->count);
    assert_int_equal(is->is_alarm, want->is_alarm);
    assert_int_equal(is->lat_e7, want->lat_e7);
    assert_int_equal(is->lon_e7, want->lon_e7);
    assert_int_equal(is->value, want->value);
    assert_int_equal(is->decided_s, want->decided_s);
    assert_int_equal(is->before_s, want->before_s);
}

static inline struct bytes yard_packed(const struct fold_state *state, uint8_t *room)
{
    struct writer w = writer_init(room, PACK_STATE_MAX);
    pack_state(&w, state);
    return writer_bytes(&w);
}

static inline int yard_count_mirror(void *key, void *value, void *context)
{
    (void)key;
    (void)value;
    (*(size_t *)context)++;
    return 0;
}

/* The mirror has every row, and says the same. */
static inline void yard_assert_mirror(struct yard *y, const struct store_events *is)
{
    size_t count = 0;
    g_tree_foreach(y->mirror, yard_count_mirror, &count);
    assert_int_equal(count, is->count);
    for (size_t i = 0; i < is->count; i++) {
        const struct event *e = g_tree_lookup(y->mirror, &is->at[i].id);
        assert_non_null(e);
        yard_assert_same(e, &is->at[i]);
        assert_int_equal(e->end_decided_s, is->at[i].end_decided_s);
        assert_string_equal(e->name, is->at[i].name);
        assert_true(e->id <= y->reserved_id);
    }
}

/* Events and state are those of the fixes that `has` says are there, in order; NULL: all. */
static inline size_t yard_assert_right(struct yard *y, const bool *has)
{
    const struct watch_sink sink = {y, yard_note_told};
    struct fold_state state = {0};
    struct arena arena = {0};
    uint8_t room[2][PACK_STATE_MAX];
    y->changes = (struct change_list){.arena = &y->kit.arena};
    for (size_t i = 0; i < YARD_FIXES; i++) {
        if (has == NULL || has[i]) {
            fold_step(&state, &y->track[i], &y->rules, &sink);
        }
    }
    assert_true(bytes_same(yard_packed(&y->live, room[0]), yard_packed(&state, room[1])));
    const struct store_events events = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    yard_assert_mirror(y, &events);
    assert_int_equal(events.count, y->changes.len);
    struct event *is = arena_new_array(&arena, events.count, sizeof(*is));
    struct event *want = arena_new_array(&arena, events.count, sizeof(*want));
    for (size_t i = 0; i < events.count; i++) {
        is[i] = events.at[i];
        want[i] = y->changes.at[i].event;
    }
    qsort(is, events.count, sizeof(*is), yard_compare_events);
    qsort(want, events.count, sizeof(*want), yard_compare_events);
    for (size_t i = 0; i < events.count; i++) {
        yard_assert_same(&is[i], &want[i]);
    }
    arena_clear(&y->kit.arena);
    arena_free(&arena);
    return events.count;
}

/* ---- sending the track ---- */

static inline void yard_swap(size_t *a, size_t *b)
{
    size_t kept = *a;
    *a = *b;
    *b = kept;
}

static inline void yard_shuffle(struct kit *k, size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        yard_swap(&order[i - 1], &order[rnd(k, (uint32_t)i)]);
    }
}

/* Commits fixes of the track by their places, `at_once` a commit; those that are there are let be.
 */
static inline void yard_send(struct yard *y, const size_t *order, size_t count, size_t at_once)
{
    struct fix fixes[YARD_COMMIT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct fix *f = &y->track[order[i]];
        if (!kit_has_repeat(y->kit.store, YARD_DEVICE, f, NO_EXTRAS)) {
            fixes[n++] = *f;
        }
        if (n > 0 && (n == at_once || i + 1 == count)) {
            yard_commit(y, fixes, n);
            n = 0;
        }
    }
}

static inline void yard_in_order(size_t order[YARD_FIXES])
{
    for (size_t i = 0; i < YARD_FIXES; i++) {
        order[i] = i;
    }
}

static inline void yard_send_one_late(struct yard *y, size_t at, bool has[YARD_FIXES])
{
    yard_send(y, &at, 1, 1);
    has[at] = true;
}

#define IN_YARD(test) cmocka_unit_test_setup_teardown(test, yard_set_up, yard_tear_down)

#endif
