/* States of the fold as bytes: what comes back, and those of earlier versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fix_fixture.h"
#include "fleet/pack.h"
#include "fleet/pack_testing.h"

enum { RANDOM_ROUNDS = 20000 };

static void the_longest_fits(void **state)
{
    uint8_t room[PACK_STATE_MAX];
    struct fix fix = longest_fix();
    (void)state;
    struct fold_state s = {
        .current = fix,
        .odometer_m_e2 = UINT64_MAX,
        .base_m_e2 = UINT64_MAX,
        .counter_m = UINT64_MAX,
        .counter_known = true,
        .motion = MOTION_STILL,
        .motion_since_s = 0,
        .position_time_s = 0,
        .anchor_lat_e7 = INT32_MAX,
        .anchor_lon_e7 = INT32_MAX,
        .anchor_time_s = 0,
        .locked_lat_e7 = INT32_MIN,
        .locked_lon_e7 = INT32_MIN,
        .held_gap_s = UINT32_MAX,
        .gap_count = FOLD_GAPS_MAX,
    };
    memset(s.gaps_s, 0xff, sizeof(s.gaps_s));
    for (uint32_t i = 0; i < WATCH_MAX; i++) {
        struct watch_entry *e = watch_add(&s.watch, WATCH_INSIDE, UINT32_MAX - i);
        *e = (struct watch_entry){.since_s = INT64_MIN,
                                  .last_s = INT64_MAX,
                                  .subject = UINT32_MAX - i,
                                  .count = UINT16_MAX,
                                  .kind = WATCH_INSIDE,
                                  .phase = WATCH_ENDED,
                                  .held_by = WATCH_BY_DEVICE | WATCH_BY_RULE | WATCH_FADES};
    }
    s.fuel = (struct fuel){.refuelled_ml = UINT64_MAX,
                           .turn_ml = UINT32_MAX,
                           .count = FUEL_READINGS_MAX,
                           .is_rising = true};
    for (size_t i = 0; i < FUEL_READINGS_MAX; i++) {
        s.fuel.readings[i].level_ml = UINT32_MAX;
    }
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, &s);
    assert_true(writer_ok(&w));
}

static void add_entry(struct watch *w, uint64_t *seed)
{
    uint8_t kind = (uint8_t)(any(seed) % WATCH_KINDS);
    uint32_t subject = (uint32_t)any(seed);
    struct watch_entry *e =
        watch_look(w, kind, subject) == NULL ? watch_add(w, kind, subject) : NULL;
    if (e != NULL) {
        e->since_s = (int64_t)any(seed);
        e->last_s = (int64_t)any(seed);
        e->count = (uint16_t)any(seed);
        e->phase = (uint8_t)(any(seed) % (WATCH_ENDED + 1));
        e->held_by = (uint8_t)(any(seed) % 8);
    }
}

static struct fold_state random_state(uint64_t *seed)
{
    struct fold_state s = {
        .current = random_fix(seed),
        .odometer_m_e2 = any(seed),
        .counter_m = any(seed),
        .counter_known = any(seed) % 2 == 0,
        .motion = (enum motion)(any(seed) % (MOTION_STILL + 1)),
        .motion_since_s = (int64_t)any(seed),
        .position_time_s = (int64_t)any(seed),
        .anchor_lat_e7 = (int32_t)any(seed),
        .anchor_lon_e7 = (int32_t)any(seed),
        .anchor_time_s = (int64_t)any(seed),
        .locked_lat_e7 = (int32_t)any(seed),
        .locked_lon_e7 = (int32_t)any(seed),
        .held_gap_s = (uint32_t)any(seed),
        .gap_count = (uint8_t)(any(seed) % (FOLD_GAPS_MAX + 1)),
    };
    for (size_t i = 0; i < s.gap_count; i++) {
        s.gaps_s[i] = (uint32_t)any(seed);
    }
    for (size_t n = any(seed) % (WATCH_MAX + 1); n > 0; n--) {
        add_entry(&s.watch, seed);
    }
    s.active_alarms = watch_open_alarms(&s.watch);
    s.base_m_e2 = any(seed) % 2 == 0 ? any(seed) : 0;
    s.fuel.count = (uint8_t)(any(seed) % (FUEL_READINGS_MAX + 1));
    for (size_t i = 0; i < s.fuel.count; i++) {
        s.fuel.readings[i] = (struct fuel_reading){(int64_t)any(seed), (uint32_t)any(seed)};
    }
    if (s.fuel.count > 0) {
        s.fuel.turn_ml = (uint32_t)any(seed);
        s.fuel.refuelled_ml = any(seed);
        s.fuel.is_rising = any(seed) % 2 == 0;
        s.fuel.risen_s = s.fuel.is_rising ? (int64_t)any(seed) : 0;
    }
    return s;
}

static bool same_fuel(const struct fuel *a, const struct fuel *b)
{
    bool same = a->count == b->count && a->turn_ml == b->turn_ml &&
                a->refuelled_ml == b->refuelled_ml && a->is_rising == b->is_rising &&
                a->risen_s == b->risen_s;
    for (size_t i = 0; i < a->count && same; i++) {
        same = a->readings[i].time_s == b->readings[i].time_s &&
               a->readings[i].level_ml == b->readings[i].level_ml;
    }
    return same;
}

static bool same_watch(const struct watch *a, const struct watch *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++) {
        const struct watch_entry *x = &a->at[i];
        const struct watch_entry *y = &b->at[i];
        same = x->kind == y->kind && x->subject == y->subject && x->since_s == y->since_s &&
               x->last_s == y->last_s && x->count == y->count && x->phase == y->phase &&
               x->held_by == y->held_by;
    }
    return same;
}

static bool same_state(const struct fold_state *a, const struct fold_state *b)
{
    return kit_same_fix(&a->current, &b->current) && a->odometer_m_e2 == b->odometer_m_e2 &&
           a->base_m_e2 == b->base_m_e2 && same_fuel(&a->fuel, &b->fuel) &&
           a->counter_m == b->counter_m && a->counter_known == b->counter_known &&
           a->motion == b->motion && a->motion_since_s == b->motion_since_s &&
           a->position_time_s == b->position_time_s && a->anchor_lat_e7 == b->anchor_lat_e7 &&
           a->anchor_lon_e7 == b->anchor_lon_e7 && a->anchor_time_s == b->anchor_time_s &&
           a->active_alarms == b->active_alarms && a->held_gap_s == b->held_gap_s &&
           a->locked_lat_e7 == b->locked_lat_e7 && a->locked_lon_e7 == b->locked_lon_e7 &&
           same_watch(&a->watch, &b->watch) && a->gap_count == b->gap_count &&
           memcmp(a->gaps_s, b->gaps_s, sizeof(a->gaps_s)) == 0;
}

static void random_states(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        uint8_t room[PACK_STATE_MAX];
        struct fold_state s = random_state(&seed);
        struct fold_state back;
        struct writer w = writer_init(room, sizeof(room));
        pack_state(&w, &s);
        assert_int_equal(unpack_state(writer_bytes(&w), &back), ERR_OK);
        assert_true(same_state(&s, &back));
    }
}

/* Every prefix of a state is refused, and so are a byte too many and another version. */
static void cut_off_overlong_and_unknown(void **state)
{
    (void)state;
    uint8_t whole[PACK_STATE_MAX + 1] = {0};
    struct fold_state s = {.current = kit_fix(KIT_TIME_S),
                           .gap_count = 2,
                           .base_m_e2 = 7,
                           .fuel = {.count = 2, .turn_ml = 9}};
    (void)watch_add(&s.watch, WATCH_INSIDE, 7);
    struct fold_state out;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    for (size_t n = 0; n < w.len; n++) {
        assert_int_equal(unpack_state((struct bytes){whole, n}, &out), ERR_CORRUPT);
    }
    assert_int_equal(unpack_state((struct bytes){whole, w.len + 1}, &out), ERR_CORRUPT);
    whole[0] = 7; /* a version this program does not know */
    assert_int_equal(unpack_state((struct bytes){whole, w.len}, &out), ERR_CORRUPT);
}

/* A state whose last position with lock is the one that it shows. */
static struct fold_state locked_state(void)
{
    struct fold_state s = {.current = kit_fix(KIT_TIME_S), .motion = MOTION_MOVING};
    s.locked_lat_e7 = s.current.lat_e7;
    s.locked_lon_e7 = s.current.lon_e7;
    return s;
}

/* As the first version wrote it: no held gap behind the gaps. */
static void a_state_of_version_1(void **state)
{
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    (void)state;
    s.counter_known = true;
    s.gap_count = 1;
    s.gaps_s[0] = UINT16_MAX;
    s.active_alarms = ALARM_BIT(REMOVAL);
    pack_state(&w, &s);
    whole[0] = 1;
    assert_int_equal(unpack_state((struct bytes){whole, w.len}, &out), ERR_CORRUPT);
    assert_int_equal(unpack_state((struct bytes){whole, w.len - 1}, &out), ERR_OK);
    assert_int_equal(out.active_alarms, ALARM_BIT(REMOVAL));
    assert_int_equal(watch_look(&out.watch, ALARM_REMOVAL, 0)->since_s, KIT_TIME_S);
    assert_int_equal(out.locked_lat_e7, out.current.lat_e7);
    assert_true(out.counter_known);
    assert_int_equal(out.gaps_s[0], UINT16_MAX);
    assert_int_equal(out.held_gap_s, 0);
}

/* As version 4 wrote it: neither a base nor fuel, and no flags that tell of them. */
static void a_state_of_version_4(void **state)
{
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    (void)state;
    s.counter_known = true;
    s.held_gap_s = 700;
    s.odometer_m_e2 = 12345600;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    whole[0] = 4;
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    assert_int_equal(out.held_gap_s, 700);
    assert_int_equal(out.odometer_m_e2, 12345600);
    assert_int_equal(fold_travelled_m_e2(&out), 12345600);
    s.base_m_e2 = 12300000;
    w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    assert_int_equal(fold_travelled_m_e2(&out), 45600);
    whole[0] = 4;
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_CORRUPT);
}

/* As version 5 wrote it: readings from the oldest on, each told in full. */
static void a_state_of_version_5(void **state)
{
    static const uint8_t fuel[] = {2,    39,   0xc0, 0xb8, 0x02, /* 20 s before: 40000 ml */
                                   0,    0xbf, 0xb8, 0x02,       /* now: 39999 ml */
                                   0xbe, 0xb8, 0x02,             /* turn: 39998 ml */
                                   7,    1,    3};               /* put in; rising; 2 s before */
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    (void)state;
    s.fuel = (struct fuel){.refuelled_ml = 7,
                           .risen_s = KIT_TIME_S - 2,
                           .turn_ml = 39998,
                           .count = 2,
                           .is_rising = true,
                           .readings = {{KIT_TIME_S - 20, 40000}, {KIT_TIME_S, 39999}}};
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    size_t shorter = sizeof(fuel) - 4; /* levels of one byte, where they are differences */
    assert_int_equal(whole[w.len - shorter], 2);
    w.len -= shorter;
    write_bytes(&w, (struct bytes){fuel, sizeof(fuel)});
    whole[0] = 5;
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    assert_true(same_state(&s, &out));
    assert_int_equal(unpack_state((struct bytes){whole, w.len - 1}, &out), ERR_CORRUPT);
}

/* A level that differences lead out of its range is none. */
static void levels_out_of_range_are_refused(void **state)
{
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    (void)state;
    s.fuel = (struct fuel){.count = 1, .readings = {{KIT_TIME_S, 1}}};
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s); /* ... count, time, level, turn, refuelled, rising */
    assert_int_equal(whole[w.len - 4], 2);
    assert_int_equal(whole[w.len - 3], 1);
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    whole[w.len - 3] = 3; /* two below a level of 1 */
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_CORRUPT);
    whole[w.len - 3] = 1;
    whole[w.len - 4] = 1; /* one below 0 */
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_CORRUPT);
}

/*
 * Before version 5 nobody kept the last position with lock. Where one of cells is shown it is not
 * known: it is none, and not at 0,0.
 */
static void old_states_that_show_cells_have_no_last_lock(void **state)
{
    static const uint8_t versions[] = {1, 4};
    (void)state;
    for (size_t i = 0; i < sizeof(versions); i++) {
        uint8_t whole[PACK_STATE_MAX] = {0};
        struct fold_state s = {.current = kit_fix(KIT_TIME_S), .position_time_s = KIT_TIME_S - 60};
        struct fold_state out;
        struct writer w = writer_init(whole, PACK_STATE_MAX);
        s.current.source = FIX_LBS;
        pack_state(&w, &s);
        whole[0] = versions[i];
        w.len -= versions[i] == 1 ? 1 : 0; /* no held gap */
        assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
        assert_int_equal(out.position_time_s, KIT_TIME_S - 60);
        assert_false(fold_knows_lock(&out));
    }
}

/* A device without fuel and counter takes no byte for them. */
static void what_is_not_told_takes_no_room(void **state)
{
    uint8_t a_room[PACK_STATE_MAX];
    uint8_t b_room[PACK_STATE_MAX];
    struct fold_state s = locked_state();
    (void)state;
    struct writer a = writer_init(a_room, sizeof(a_room));
    struct writer b = writer_init(b_room, sizeof(b_room));
    pack_state(&a, &s);
    s.fuel = (struct fuel){.count = 1, .turn_ml = 40000};
    s.fuel.readings[0] = (struct fuel_reading){KIT_TIME_S, 40000};
    pack_state(&b, &s);
    assert_true(a.len < b.len);
    assert_int_equal(a_room[a.len - 1], 0); /* the held gap is the last */
    assert_in_range(b.len - a.len, 1, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_fits),
        cmocka_unit_test(random_states),
        cmocka_unit_test(cut_off_overlong_and_unknown),
        cmocka_unit_test(a_state_of_version_1),
        cmocka_unit_test(a_state_of_version_4),
        cmocka_unit_test(a_state_of_version_5),
        cmocka_unit_test(levels_out_of_range_are_refused),
        cmocka_unit_test(old_states_that_show_cells_have_no_last_lock),
        cmocka_unit_test(what_is_not_told_takes_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
