#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"

enum { DRIVE = 400, LEFT_OUT = 60 };

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(*seed >> 8) * below >> 24);
}

/* The fix `i` of a drive, and what it says beside its place. */
static struct fix some_fix(uint32_t *seed, size_t i, int64_t after_s, int64_t metres)
{
    bool stands = i % 50 >= 40;
    uint32_t speed_kmh = stands ? draw(seed, 3) : 20 + draw(seed, 60);
    struct fix f = i % 17 == 0 ? bare(after_s, FIX_HEARTBEAT) : at(after_s, metres, speed_kmh);
    f = i % 3 == 0 ? with_ignition(f, !stands) : f;
    f.alarms = draw(seed, 40) == 0 ? ALARM_BIT(SOS) : 0;
    return f;
}

/* A drive of every kind of fix: with stops, silences, heartbeats, ignition and alarms. */
static void make_drive(uint32_t seed, bool has_counter, struct fix out[DRIVE])
{
    int64_t after_s = 0;
    int64_t metres = 0;
    for (size_t i = 0; i < DRIVE; i++) {
        after_s += draw(&seed, 90) == 0 ? 7200 : 5 + draw(&seed, 20);
        metres += i % 50 >= 40 ? draw(&seed, 5) : 80 + draw(&seed, 200);
        out[i] = some_fix(&seed, i, after_s, metres);
        if (i % 4 != 0) {
            fix_set_fuel_ml(&out[i], 20000 + (uint64_t)(metres * 7 % 30000) + draw(&seed, 900));
        }
        if (has_counter && i % 2 == 0) {
            fix_set_odometer_m(&out[i], 100000 + (uint64_t)metres);
        }
    }
}

/* Without one of its fixes a drive soon meets itself, and from then on stays as far away. */
static void meets_again(uint32_t seed, bool has_counter)
{
    struct fix drive[DRIVE];
    make_drive(seed, has_counter, drive);
    struct fold_state all = fold_all(drive, LEFT_OUT + 1);
    struct fold_state less = fold_all(drive, LEFT_OUT);
    size_t met_at = 0;
    uint64_t by_m_e2 = 0;
    for (size_t i = LEFT_OUT + 1; i < DRIVE; i++) {
        bool has_met = fold_has_met(&all, &less);
        assert_true(has_met || met_at == 0); /* for ever */
        if (has_met && met_at == 0) {
            met_at = i;
            by_m_e2 = all.odometer_m_e2 - less.odometer_m_e2;
        }
        fold_step(&all, &drive[i], &fold_default_rules, NULL);
        fold_step(&less, &drive[i], &fold_default_rules, NULL);
        assert_true(met_at == 0 || all.odometer_m_e2 - less.odometer_m_e2 == by_m_e2);
    }
    assert_in_range(met_at, LEFT_OUT + 2, LEFT_OUT + 60);
}

static void a_drive_meets_itself_again(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        meets_again(seed, false);
        meets_again(seed, true);
    }
}

static void states_that_differ_have_not_met(void **state)
{
    (void)state;
    struct fold_state one = FOLD(at(0, 0, 40), at(10, 200, 40), at(20, 400, 40));
    struct fold_state other = one;
    assert_true(fold_has_met(&one, &other));
    other.odometer_m_e2 += 12345;
    assert_true(fold_has_met(&one, &other));
    assert_true(fold_has_met(&other, &one));
    other.gaps_s[0]++;
    assert_false(fold_has_met(&one, &other));
    other = one;
    other.anchor_time_s--;
    assert_false(fold_has_met(&one, &other));
    other = one;
    other.current.flags |= FIX_HEARTBEAT;
    assert_false(fold_has_met(&one, &other));
    other = one;
    other.base_m_e2++;
    assert_false(fold_has_met(&one, &other));
    other = one;
    other.fuel.count = 1;
    assert_false(fold_has_met(&one, &other));
    other = one;
    other.motion_since_s--;
    assert_false(fold_has_met(&one, &other));
}

/* A counter that comes later sets an odometer of nothing, and is added to no other. */
static void an_odometer_that_has_not_begun_is_another(void **state)
{
    (void)state;
    struct fold_state one = FOLD(at(0, 0, 0));
    struct fold_state other = one;
    struct fix counted = at(10, 0, 0);
    fix_set_odometer_m(&counted, 5000);
    other.odometer_m_e2 = 700;
    assert_false(fold_has_met(&one, &other));
    assert_false(fold_has_met(&other, &one));
    fold_step(&one, &counted, &fold_default_rules, NULL);
    fold_step(&other, &counted, &fold_default_rules, NULL);
    assert_int_equal(one.odometer_m_e2, 500000);
    assert_int_equal(other.odometer_m_e2, 700);
    other.odometer_m_e2 = UINT64_MAX / 2 - 1; /* the next rise is more than there is room for */
    assert_false(fold_has_met(&one, &other));
    one = other;
    assert_true(fold_has_met(&one, &other));
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(1099511628211);
}

static uint64_t mix_state(uint64_t hash, const struct fold_state *s)
{
    const uint64_t members[] = {
        s->odometer_m_e2,
        s->base_m_e2,
        s->counter_m,
        s->counter_known,
        s->motion,
        (uint64_t)s->motion_since_s,
        (uint64_t)s->position_time_s,
        (uint64_t)s->anchor_lat_e7,
        (uint64_t)s->anchor_lon_e7,
        (uint64_t)s->anchor_time_s,
        s->active_alarms,
        s->held_gap_s,
        fold_upload_interval_s(s),
        (s->current.has & FIX_HAS_SPEED) != 0,
        (s->current.flags & FIX_VALID) != 0,
        (uint64_t)s->current.lat_e7,
        s->current.speed_kmh_e2,
        fuel_settled_ml(&s->fuel),
        s->fuel.refuelled_ml,
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        hash = mix(hash, members[i]);
    }
    return hash;
}

/* What the position of a fix's cells makes of a state, when it comes in the same second. */
static uint64_t mix_cells(uint64_t hash, const struct fold_state *s, const struct fix *fix)
{
    struct fold_state copy = *s;
    struct fix cells = *fix;
    cells.source = FIX_LBS;
    cells.lat_e7 += 1000;
    fold_step(&copy, &cells, &fold_default_rules, NULL);
    return mix_state(hash, &copy);
}

/* Stored states say by which rules they were made: whoever changes these gives them a number. */
static void other_rules_have_another_number(void **state)
{
    struct fix drive[DRIVE];
    uint64_t hash = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct fold_state s = {0};
        make_drive(seed, seed % 2 == 0, drive);
        for (size_t i = 0; i < DRIVE; i++) {
            fold_step(&s, &drive[i], &fold_default_rules, NULL);
            hash = mix_state(hash, &s);
            hash = i % 7 == 0 ? mix_cells(hash, &s, &drive[i]) : hash;
        }
    }
    assert_int_equal(FOLD_RULES, 3);
    assert_int_equal(hash, UINT64_C(0x36166f0a90226c0b)); /* of the rules with this number */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drive_meets_itself_again),
        cmocka_unit_test(states_that_differ_have_not_met),
        cmocka_unit_test(an_odometer_that_has_not_begun_is_another),
        cmocka_unit_test(other_rules_have_another_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
