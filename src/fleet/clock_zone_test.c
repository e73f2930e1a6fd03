/* Whose word counts for a clock's zone, and what is learnt from when fixes come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/clock_zone.h"

static const int64_t HOUR_S = 3600;
static const int64_t DAY_S = 86400;
static const int64_t QUARTER_S = 900;
static const int64_t BEGIN_S = 1795396320; /* 2026-11-23T01:12:00Z */

/* A JT/T 808 terminal, a GT06 tracker whose login says +3:00, and one whose login says nothing. */
static const struct clock_basis beijing = {.row_min = 480};
static const struct clock_basis moscow = {.is_told = true, .told_min = 180};
static const struct clock_basis silent = {0};

/* A clock that shows the time of `zone_min`, and what was seen of it. */
struct sight {
    struct clock_zone zone;
    const struct clock_basis *basis;
    int zone_min;
};

/* A fix of `time_s` that arrives `latency_s` later. */
static void see(struct sight *s, int64_t time_s, int64_t latency_s, uint32_t connection)
{
    clock_zone_observe(&s->zone, s->basis,
                       &(struct clock_observation){.told_s = time_s + s->zone_min * INT64_C(60),
                                                   .arrival_s = time_s + latency_s,
                                                   .connection = connection});
}

static struct clock_wish wish_of(const struct sight *s)
{
    return clock_zone_wish(&s->zone, s->basis);
}

#define assert_wish(sight, sure, min)                                                              \
    do {                                                                                           \
        struct clock_wish wish = wish_of(sight);                                                   \
        assert_true(wish.is_one);                                                                  \
        assert_int_equal(wish.is_sure, sure);                                                      \
        assert_int_equal(wish.offset_min, min);                                                    \
    } while (0)
#define assert_no_wish(sight) assert_false(wish_of(sight).is_one)

/* ---- whose word counts ---- */

static void the_nearest_word_counts(void **state)
{
    (void)state;
    struct clock_zone z = {0};
    struct clock_basis b = {.row_min = 480};
    assert_int_equal(clock_zone_offset_min(&z, &b), 480);
    b.is_told = true;
    b.told_min = 180;
    assert_int_equal(clock_zone_offset_min(&z, &b), 180);
    z.rule.mode = CLOCK_ROW;
    assert_int_equal(clock_zone_offset_min(&z, &b), 480);
    z.rule = (struct clock_rule){CLOCK_FIXED, -300};
    assert_int_equal(clock_zone_offset_min(&z, &b), -300);
    b.is_configured = true;
    b.configured_min = 60;
    assert_int_equal(clock_zone_offset_min(&z, &b), 60);
    b.is_set = true;
    b.set_min = 0;
    assert_int_equal(clock_zone_offset_min(&z, &b), 0);
    assert_int_equal(clock_rule_offset_min(&(struct clock_rule){CLOCK_SET, 345}, &b), 345);
}

static void nothing_is_learnt_where_somebody_decided(void **state)
{
    (void)state;
    struct clock_zone z = {0};
    assert_true(clock_zone_may_learn(&z, &moscow));
    assert_false(clock_zone_may_learn(&z, &(struct clock_basis){.is_set = true}));
    assert_false(clock_zone_may_learn(&z, &(struct clock_basis){.is_configured = true}));
    z.is_stopped = true;
    assert_false(clock_zone_may_learn(&z, &moscow));
}

/* ---- ahead ---- */

static void three_fixes_from_the_future_on_two_connections_prove_a_zone(void **state)
{
    (void)state;
    static const int zones[] = {15, 60, 330, 345, 480, 840};
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct sight s = {.basis = &silent, .zone_min = zones[i]};
        see(&s, BEGIN_S, 8, 1);
        see(&s, BEGIN_S + 60, 3, 1);
        assert_no_wish(&s);
        see(&s, BEGIN_S + 120, -1, 1);
        assert_wish(&s, false, zones[i]);
        see(&s, BEGIN_S + 3600, 4, 2);
        assert_wish(&s, true, zones[i]);
        assert_int_equal(clock_zone_hint(&s.zone).why, CLOCK_HINT_AHEAD);
        assert_int_equal(clock_zone_hint(&s.zone).offset_min, zones[i]);
    }
}

static void west_of_utc_too(void **state)
{
    (void)state;
    const struct clock_basis told = {.is_told = true, .told_min = -480};
    struct sight s = {.basis = &told, .zone_min = -210};
    for (uint32_t i = 0; i < 3; i++) {
        see(&s, BEGIN_S + i, 0, i);
    }
    assert_wish(&s, true, -210);
}

/* The window of a quarter of an hour: from a minute before to two behind. */
static void only_a_zone_is_a_zone(void **state)
{
    (void)state;
    static const struct {
        int64_t lead_s;
        bool is_one;
    } cases[] = {
        {119, false}, /* a clock that is a little fast */
        {120, false},
        {121, false},
        {QUARTER_S - 61, false},
        {QUARTER_S - 60, true},
        {QUARTER_S + 120, true},
        {QUARTER_S + 121, false},
        {14 * HOUR_S + 120, true},
        {14 * HOUR_S + 121, false},
        {15 * HOUR_S, false},
        {400 * INT64_C(86400), false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sight s = {.basis = &silent};
        for (uint32_t k = 0; k < 3; k++) {
            see(&s, BEGIN_S + k, -cases[i].lead_s, k);
        }
        assert_int_equal(wish_of(&s).is_one, cases[i].is_one);
    }
}

static void the_largest_lead_counts(void **state)
{
    (void)state;
    struct sight s = {.basis = &silent, .zone_min = 480};
    for (uint32_t i = 0; i < 4; i++) { /* out of the memory, 2 hours old */
        see(&s, BEGIN_S + INT64_C(60) * i, 2 * HOUR_S, i);
    }
    assert_wish(&s, true, 360);
    see(&s, BEGIN_S + 500, 5, 9);
    assert_no_wish(&s);
    see(&s, BEGIN_S + 400, 2 * HOUR_S, 9); /* older ones again: no word against it */
    see(&s, BEGIN_S + 600, 5, 9);
    see(&s, BEGIN_S + 700, 5, 9);
    assert_wish(&s, false, 480);
    see(&s, BEGIN_S + 900, 5, 10);
    assert_wish(&s, true, 480);
}

static void a_lead_beyond_rules_a_zone_out(void **state)
{
    (void)state;
    struct sight s = {.basis = &silent, .zone_min = 60};
    for (uint32_t i = 0; i < 3; i++) {
        see(&s, BEGIN_S + i, 0, i);
    }
    assert_wish(&s, true, 60);
    see(&s, BEGIN_S + 10, -121, 4); /* which is in no zone */
    assert_no_wish(&s);
}

static void the_same_fix_again_is_no_second_one(void **state)
{
    (void)state;
    struct sight s = {.basis = &silent, .zone_min = 60};
    for (uint32_t i = 0; i < 6; i++) {
        see(&s, BEGIN_S, i, i);
    }
    assert_no_wish(&s);
}

static void a_fix_in_time_says_that_the_clock_is_right(void **state)
{
    (void)state;
    struct sight s = {.basis = &silent, .zone_min = 60};
    for (uint32_t i = 0; i < 3; i++) {
        see(&s, BEGIN_S + i, 0, i);
    }
    s.zone_min = 0;
    see(&s, BEGIN_S + 10, 20, 3);
    assert_no_wish(&s);
    assert_true(clock_zone_is_blank(&s.zone));
}

static void what_is_ahead_grows_stale(void **state)
{
    (void)state;
    struct sight s = {.basis = &silent, .zone_min = 600};
    see(&s, BEGIN_S, 0, 1);
    see(&s, BEGIN_S + 1, 0, 2);
    s.zone_min = 60;
    for (uint32_t i = 0; i < 4; i++) { /* less: older fixes of the same clock, for a week */
        see(&s, BEGIN_S + DAY_S + i, 0, i);
    }
    assert_no_wish(&s);
    for (uint32_t i = 0; i < 3; i++) {
        see(&s, BEGIN_S + 9 * DAY_S + i, 0, i);
    }
    assert_wish(&s, true, 60);
}

/* ---- behind ---- */

/* A spell of `count` fixes, one every `gap_s`; answers the time of the last. */
static int64_t see_spell(struct sight *s, int64_t from_s, int count, int gap_s, uint32_t connection)
{
    for (int i = 0; i < count; i++) {
        see(s, from_s + (int64_t)i * gap_s, 5, connection);
    }
    return from_s + (int64_t)(count - 1) * gap_s;
}

static void two_spells_half_a_day_apart_prove_a_zone(void **state)
{
    (void)state;
    static const struct {
        const struct clock_basis *basis;
        enum clock_mode mode; /* how it is remembered */
    } cases[] = {
        {&beijing, CLOCK_FIXED}, /* UTC, which neither login nor row says */
        {&moscow, CLOCK_ROW},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sight s = {.basis = cases[i].basis};
        int64_t end_s = see_spell(&s, BEGIN_S, 21, 60, 1);
        assert_wish(&s, false, 0);
        assert_int_equal(clock_zone_hint(&s.zone).why, CLOCK_HINT_BEHIND);
        (void)see_spell(&s, end_s + 12 * HOUR_S + 5, 21, 60, 2);
        assert_wish(&s, true, 0);
        clock_zone_learn(&s.zone, s.basis, 0, end_s + DAY_S);
        assert_int_equal(s.zone.rule.mode, cases[i].mode);
        assert_int_equal(clock_zone_offset_min(&s.zone, s.basis), 0);
        assert_int_equal(clock_zone_hint(&s.zone).why, CLOCK_HINT_LEARNT);
    }
}

static void a_spell_has_to_be_whole(void **state)
{
    (void)state;
    static const struct {
        int count;
        int gap_s;
        bool is_whole;
    } cases[] = {
        {20, 64, true}, {19, 67, false}, {20, 63, false}, /* 19 gaps are 1,197 s */
        {21, 60, true}, {20, 600, true}, {20, 601, false}, {200, 6, false}, {201, 6, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sight s = {.basis = &moscow};
        (void)see_spell(&s, BEGIN_S, cases[i].count, cases[i].gap_s, 1);
        assert_int_equal(wish_of(&s).is_one, cases[i].is_whole);
    }
}

static void a_spell_is_of_one_connection_and_one_lag(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow};
    int64_t end_s = see_spell(&s, BEGIN_S, 15, 60, 1);
    end_s = see_spell(&s, end_s + 60, 15, 60, 2);
    assert_no_wish(&s);
    see(&s, end_s + 10, HOUR_S, 2); /* an old one in between */
    end_s = see_spell(&s, end_s + 60, 15, 60, 2);
    assert_no_wish(&s);
    (void)see_spell(&s, end_s + 60, 6, 60, 2);
    assert_wish(&s, false, 0);
}

/* A backlog that shrinks, fixes of 10 s sent twice as fast as they were taken. */
static void a_backlog_is_no_spell(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow};
    for (int i = 0; i < 3000; i++) {
        see(&s, BEGIN_S + INT64_C(10) * i, 4 * HOUR_S - INT64_C(5) * i, 1);
    }
    assert_no_wish(&s);
}

static void the_second_spell_is_half_a_day_later_on_another_connection(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow};
    int64_t end_s = see_spell(&s, BEGIN_S, 21, 60, 1);
    (void)see_spell(&s, end_s + 13 * HOUR_S, 21, 60, 1);
    assert_wish(&s, false, 0);
    (void)see_spell(&s, end_s + 5 * HOUR_S, 21, 60, 2);
    assert_wish(&s, false, 0);
    (void)see_spell(&s, end_s + 12 * HOUR_S - 6, 21, 60, 3);
    assert_wish(&s, false, 0);
    (void)see_spell(&s, end_s + 13 * HOUR_S, 21, 60, 3);
    assert_wish(&s, true, 0);
}

/* The first fix that is sent at once rules out all that is west, for good. */
static void a_clock_that_was_right_once_is_never_behind(void **state)
{
    (void)state;
    struct sight s = {.basis = &beijing, .zone_min = 480};
    see(&s, BEGIN_S, 50, 1);
    for (uint32_t i = 0; i < 40; i++) { /* first in, first out, eight hours late for weeks */
        int64_t from_s = BEGIN_S + DAY_S * i;
        for (int k = 0; k < 60; k++) {
            see(&s, from_s + INT64_C(60) * k, 8 * HOUR_S + 5, i);
        }
    }
    assert_no_wish(&s);
    assert_int_equal(clock_zone_hint(&s.zone).why, CLOCK_HINT_NONE);
}

static void one_fix_two_minutes_ahead_rules_a_candidate_out(void **state)
{
    (void)state;
    for (int is_out = 0; is_out < 2; is_out++) {
        struct sight s = {.basis = &moscow};
        int64_t end_s = see_spell(&s, BEGIN_S, 21, 60, 1);
        see(&s, end_s + 60, -120 - is_out * 60, 1);
        (void)see_spell(&s, end_s + 13 * HOUR_S, 21, 60, 2);
        assert_int_equal(wish_of(&s).is_one, !is_out);
    }
}

static void no_other_zone_is_thought_of(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow, .zone_min = 60};
    int64_t end_s = see_spell(&s, BEGIN_S, 60, 60, 1);
    (void)see_spell(&s, end_s + 13 * HOUR_S, 60, 60, 2);
    assert_no_wish(&s);
}

/* ---- after a change ---- */

/* Learns that the clock is `zone_min`, which is ahead of what is in use. */
static void learn_ahead(struct sight *s, int zone_min, int64_t at_s)
{
    s->zone_min = zone_min;
    for (uint32_t i = 0; i < 3; i++) {
        see(s, at_s + i, 0, i);
    }
    assert_wish(s, true, zone_min);
    clock_zone_learn(&s->zone, s->basis, (int16_t)zone_min, at_s + 3);
}

static void two_changes_in_thirty_days_are_the_last(void **state)
{
    (void)state;
    for (int days = 29; days <= 31; days++) {
        struct sight s = {.basis = &silent};
        learn_ahead(&s, 60, BEGIN_S);
        learn_ahead(&s, 120, BEGIN_S + days * DAY_S);
        assert_int_equal(clock_zone_may_learn(&s.zone, s.basis), days > 29);
        assert_int_equal(clock_zone_hint(&s.zone).why,
                         days > 29 ? CLOCK_HINT_LEARNT : CLOCK_HINT_UNSTEADY);
        assert_int_equal(clock_zone_hint(&s.zone).offset_min, 120);
    }
}

static void what_was_before_is_remembered_for_a_week(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow};
    learn_ahead(&s, 480, BEGIN_S);
    int64_t now_s = BEGIN_S + 3;
    assert_int_equal(s.zone.formers[0].until_s, now_s);
    assert_int_equal(clock_rule_offset_min(&s.zone.formers[0].rule, s.basis), 180);
    clock_zone_note_set(&s.zone, false, 0, now_s + DAY_S);
    assert_int_equal(clock_rule_offset_min(&s.zone.formers[0].rule, s.basis), 480);
    clock_zone_note_set(&s.zone, true, 120, now_s + 2 * DAY_S);
    assert_int_equal(clock_rule_offset_min(&s.zone.formers[0].rule, s.basis), 120);
    assert_int_equal(clock_rule_offset_min(&s.zone.formers[2].rule, s.basis), 180);
    clock_zone_prune(&s.zone, now_s + 7 * DAY_S);
    assert_int_equal(s.zone.formers[2].until_s, now_s);
    clock_zone_prune(&s.zone, now_s + 7 * DAY_S + 1);
    assert_int_equal(s.zone.formers[2].until_s, 0);
    assert_int_equal(s.zone.formers[1].until_s, now_s + DAY_S);
    clock_zone_prune(&s.zone, now_s + 10 * DAY_S);
    assert_int_equal(s.zone.formers[0].until_s, 0);
}

static void a_person_begins_anew(void **state)
{
    (void)state;
    struct sight s = {.basis = &beijing, .zone_min = 480};
    see(&s, BEGIN_S, 5, 1); /* rules out UTC */
    learn_ahead(&s, 540, BEGIN_S);
    learn_ahead(&s, 600, BEGIN_S + DAY_S);
    assert_false(clock_zone_may_learn(&s.zone, s.basis));
    clock_zone_note_set(&s.zone, false, 0, BEGIN_S + DAY_S);
    assert_true(clock_zone_may_learn(&s.zone, s.basis));
    assert_int_equal(clock_zone_hint(&s.zone).why, CLOCK_HINT_NONE);
    assert_int_equal(clock_zone_offset_min(&s.zone, s.basis), 480);
    s.zone_min = 0;
    int64_t end_s = see_spell(&s, BEGIN_S + 2 * DAY_S, 21, 60, 5);
    (void)see_spell(&s, end_s + DAY_S, 21, 60, 6);
    assert_no_wish(&s);
}

/* A tracker whose login is right after all: the rule is the login's, not a number. */
static void what_the_login_says_is_remembered_as_its_word(void **state)
{
    (void)state;
    struct sight s = {.basis = &moscow};
    s.zone.rule.mode = CLOCK_ROW;
    learn_ahead(&s, 180, BEGIN_S);
    assert_int_equal(s.zone.rule.mode, CLOCK_TOLD);
    const struct clock_basis cairo = {.is_told = true, .told_min = 120};
    assert_int_equal(clock_zone_offset_min(&s.zone, &cairo), 120);
}

/* ---- as bytes ---- */

static void assert_packs(const struct clock_zone *z)
{
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    uint8_t again[CLOCK_ZONE_PACKED_MAX];
    struct clock_zone back;
    struct bytes packed = clock_zone_pack(z, room);
    assert_int_equal(clock_zone_unpack(packed, &back), ERR_OK);
    struct bytes second = clock_zone_pack(&back, again);
    assert_true(packed.len == second.len && memcmp(packed.at, second.at, packed.len) == 0);
    assert_int_equal(clock_zone_is_blank(&back), clock_zone_is_blank(z));
    for (size_t len = 0; len < packed.len; len++) {
        assert_int_equal(clock_zone_unpack((struct bytes){packed.at, len}, &back), ERR_CORRUPT);
    }
    room[packed.len] = 0;
    assert_int_equal(clock_zone_unpack((struct bytes){room, packed.len + 1}, &back), ERR_CORRUPT);
}

static struct clock_zone full_zone(void)
{
    return (struct clock_zone){
        .rule = {CLOCK_FIXED, -840},
        .learnt_min = -840,
        .is_stopped = true,
        .has_least = true,
        .least_min = -842,
        .learnt_s = INT64_MIN,
        .formers = {{{CLOCK_SET, 840}, INT64_MAX},
                    {{CLOCK_ROW, 0}, INT64_MIN},
                    {{CLOCK_FIXED, -1}, -1}},
        .ahead = {.offset_min = -840, .count = 3, .is_twice = true, .connection = UINT32_MAX},
        .spell = {.offset_min = 840,
                  .count = 1,
                  .connection = UINT32_MAX,
                  .last_arrival_s = INT64_MIN},
        .has_second_spell = true,
    };
}

static void it_comes_back_as_it_was(void **state)
{
    (void)state;
    const struct clock_zone blank = {0};
    assert_true(clock_zone_is_blank(&blank));
    assert_packs(&blank);
    const struct clock_zone full = full_zone();
    assert_packs(&full);
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    struct clock_zone back;
    assert_int_equal(clock_zone_unpack(clock_zone_pack(&full, room), &back), ERR_OK);
    assert_int_equal(back.rule.mode, CLOCK_FIXED);
    assert_int_equal(back.rule.offset_min, -840);
    assert_int_equal(back.learnt_min, -840);
    assert_true(back.is_stopped && back.has_least && back.has_second_spell && back.ahead.is_twice);
    assert_int_equal(back.least_min, -842);
    assert_int_equal(back.learnt_s, INT64_MIN);
    assert_int_equal(back.formers[0].rule.mode, CLOCK_SET);
    assert_int_equal(back.formers[0].until_s, INT64_MAX);
    assert_int_equal(back.ahead.count, 3);
    assert_int_equal(back.ahead.connection, UINT32_MAX);
    assert_int_equal(back.spell.offset_min, 840);
    assert_int_equal(back.spell.last_arrival_s, INT64_MIN);
}

/* Whatever is observed, what becomes of it can be read again: ends of every range. */
static void what_was_observed_is_never_nonsense(void **state)
{
    (void)state;
    static const int16_t told[] = {-899, -841, -840, 0, 840, 841, 899};
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        const struct clock_basis b = {.is_told = true, .told_min = told[i], .row_min = 840};
        for (int zone_min = -846; zone_min <= 846; zone_min++) {
            struct sight s = {.basis = &b, .zone_min = zone_min};
            struct sight east = s;
            s.zone.rule.mode = CLOCK_ROW;
            (void)see_spell(&s, BEGIN_S, 21, 60, 1);
            (void)see_spell(&s, BEGIN_S + DAY_S, 21, 60, 2);
            assert_packs(&s.zone);
            (void)see_spell(&east, BEGIN_S, 3, 60, 1);
            assert_packs(&east.zone);
        }
    }
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } cases[] = {
        {0, 0}, {0, 2}, {1, CLOCK_MODE_COUNT}, {4, 0xff}, {2, 0xff},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct clock_zone blank = {0};
        uint8_t room[CLOCK_ZONE_PACKED_MAX];
        struct clock_zone back;
        struct bytes packed = clock_zone_pack(&blank, room);
        room[cases[i].at] = cases[i].byte;
        assert_int_equal(clock_zone_unpack(packed, &back), ERR_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_word_counts),
        cmocka_unit_test(nothing_is_learnt_where_somebody_decided),
        cmocka_unit_test(three_fixes_from_the_future_on_two_connections_prove_a_zone),
        cmocka_unit_test(west_of_utc_too),
        cmocka_unit_test(only_a_zone_is_a_zone),
        cmocka_unit_test(the_largest_lead_counts),
        cmocka_unit_test(a_lead_beyond_rules_a_zone_out),
        cmocka_unit_test(the_same_fix_again_is_no_second_one),
        cmocka_unit_test(a_fix_in_time_says_that_the_clock_is_right),
        cmocka_unit_test(what_is_ahead_grows_stale),
        cmocka_unit_test(two_spells_half_a_day_apart_prove_a_zone),
        cmocka_unit_test(a_spell_has_to_be_whole),
        cmocka_unit_test(a_spell_is_of_one_connection_and_one_lag),
        cmocka_unit_test(a_backlog_is_no_spell),
        cmocka_unit_test(the_second_spell_is_half_a_day_later_on_another_connection),
        cmocka_unit_test(a_clock_that_was_right_once_is_never_behind),
        cmocka_unit_test(one_fix_two_minutes_ahead_rules_a_candidate_out),
        cmocka_unit_test(no_other_zone_is_thought_of),
        cmocka_unit_test(two_changes_in_thirty_days_are_the_last),
        cmocka_unit_test(what_was_before_is_remembered_for_a_week),
        cmocka_unit_test(a_person_begins_anew),
        cmocka_unit_test(what_the_login_says_is_remembered_as_its_word),
        cmocka_unit_test(it_comes_back_as_it_was),
        cmocka_unit_test(what_was_observed_is_never_nonsense),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
