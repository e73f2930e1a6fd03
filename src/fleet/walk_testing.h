#ifndef FLEET_WALK_TESTING_H
#define FLEET_WALK_TESTING_H

/* Walks over fixes in memory, and what they tell. Included after cmocka.h, by tests alone. */
#include <glib.h>

#include "base/check.h"
#include "fleet/walk.h"

struct told {
    struct span *at;
    size_t count;
    size_t capacity;
};

static inline void keep_span(void *context, const struct span *span)
{
    struct told *told = context;
    if (told->count == told->capacity) {
        told->capacity = told->capacity * 2 + 16;
        told->at = g_renew(struct span, told->at, told->capacity);
    }
    told->at[told->count++] = *span;
}

static inline void told_clear(struct told *told)
{
    g_free(told->at);
    *told = (struct told){0};
}

struct history {
    const struct fix *fixes; /* in order */
    size_t count;
    int64_t now_s;
};

/*
 * Walks as the API does, from the last state that is `earlier_s` and more older than it has to be,
 * until the walk is done or the fixes are at their end. Answers how many fixes it took.
 */
static inline size_t walk_history(const struct history *history, struct walk_options options,
                                  int64_t earlier_s, struct told *told)
{
    int64_t from_s = walk_needs_from_s(&options, options.range.from_s) - earlier_s;
    struct legs before = {0};
    struct walk walk;
    size_t next = 0;
    options.sink = (struct span_sink){told, keep_span};
    check(options.kind != WALK_DAYS || options.day_count > 0);
    while (next < history->count && history->fixes[next].gps_time_s < from_s) {
        (void)legs_take(&before, &history->fixes[next++]);
    }
    size_t first = next;
    walk_begin(&walk, &options, &before.state);
    while (next < history->count && !walk_is_done(&walk)) {
        walk_take(&walk, &history->fixes[next++]);
    }
    walk_end(&walk, history->now_s);
    return next - first;
}

/* ---- what has to hold for whatever is walked over ---- */

/* What the fixes themselves add up to in a range. */
struct tally {
    struct sums sums;
    size_t fixes;
};

static inline struct tally tally_of(const struct history *history, struct range range)
{
    struct tally tally = {0};
    struct legs legs = {0};
    for (size_t i = 0; i < history->count; i++) {
        const struct leg leg = legs_take(&legs, &history->fixes[i]);
        sums_add(&tally.sums, &leg, range);
        tally.fixes += range_holds(range, leg.to.time_s);
    }
    if (history->count > 0) {
        const struct leg pass = legs_pass(&legs, history->now_s);
        sums_add(&tally.sums, &pass, range);
    }
    return tally;
}

static inline void unite_told(struct sums *sums, const struct told *told)
{
    for (size_t i = 0; i < told->count; i++) {
        sums_unite(sums, &told->at[i].sums);
    }
}

/* Centimetres and seconds, all of them. */
static inline void assert_same_sums(const struct sums *a, const struct sums *b)
{
    assert_int_equal(a->distance_m_e2, b->distance_m_e2);
    assert_int_equal(a->fuel_ml, b->fuel_ml);
    assert_int_equal(a->driving_s, b->driving_s);
    assert_int_equal(a->idle_s, b->idle_s);
    assert_int_equal(a->other_s, b->other_s);
    assert_int_equal(a->top_speed_kmh_e2, b->top_speed_kmh_e2);
}

static inline void assert_same_spot(const struct spot *a, const struct spot *b)
{
    assert_int_equal(a->time_s, b->time_s);
    assert_int_equal(a->has_place, b->has_place);
    assert_int_equal(a->lat_e7, b->lat_e7);
    assert_int_equal(a->lon_e7, b->lon_e7);
}

static inline void assert_same_told(const struct told *a, const struct told *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_same_spot(&a->at[i].start, &b->at[i].start);
        assert_same_spot(&a->at[i].end, &b->at[i].end);
        assert_int_equal(a->at[i].is_open, b->at[i].is_open);
        assert_int_equal(a->at[i].is_clipped, b->at[i].is_clipped);
        assert_same_sums(&a->at[i].sums, &b->at[i].sums);
    }
}

/* What all five kinds of walk tell of one range. */
struct all_told {
    struct told of[WALK_ABSENCE + 1];
};

enum { TESTED_DAYS = 6 };

static inline struct all_told tell_all(const struct history *history, struct range range,
                                       int64_t earlier_s)
{
    struct all_told all = {0};
    int64_t midnights[TESTED_DAYS + 1];
    for (int64_t i = 0; i < TESTED_DAYS; i++) {
        midnights[i] = range.from_s - 100 + i * ((range.to_s - range.from_s + 100) / TESTED_DAYS);
    }
    midnights[TESTED_DAYS] = range.to_s + 1;
    for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_ABSENCE; kind++) {
        const struct walk_options options = {.kind = kind,
                                             .range = range,
                                             .stop_s = kind <= WALK_DAYS ? TRIPS_STOP_S : 0,
                                             .limit_kmh_e2 = 4000,
                                             .midnights = midnights,
                                             .day_count = TESTED_DAYS};
        (void)walk_history(history, options, earlier_s, &all.of[kind]);
    }
    return all;
}

static inline void all_told_clear(struct all_told *all)
{
    for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_ABSENCE; kind++) {
        told_clear(&all->of[kind]);
    }
}

/* Days are what the fixes add up to, whatever the range. */
static inline void assert_days_add_up(const struct history *history, struct range range,
                                      const struct all_told *all)
{
    const struct tally tally = tally_of(history, range);
    const struct told *days = &all->of[WALK_DAYS];
    struct sums sums = {0};
    size_t fixes = 0;
    size_t trips = 0;
    unite_told(&sums, days);
    for (size_t i = 0; i < days->count; i++) {
        fixes += days->at[i].fixes;
        trips += days->at[i].trips;
    }
    assert_same_sums(&sums, &tally.sums);
    assert_int_equal(fixes, tally.fixes);
    assert_int_equal(trips, all->of[WALK_TRIPS].count);
}

/* Trips and stops are the days, where the range begins and ends inside stops. */
static inline void assert_trips_and_stops_add_up(const struct all_told *all)
{
    struct sums days = {0};
    struct sums spans = {0};
    unite_told(&days, &all->of[WALK_DAYS]);
    unite_told(&spans, &all->of[WALK_TRIPS]);
    unite_told(&spans, &all->of[WALK_STOPS]);
    assert_same_sums(&spans, &days);
}

/* A range that begins and ends inside stops out of `stops`, which are those of all time. */
static inline struct range range_within(const struct told *stops, uint64_t *seed)
{
    int64_t ends_s[2];
    for (size_t i = 0; i < 2; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        const struct span *stop = &stops->at[(*seed >> 33) % stops->count];
        int64_t inside_s = stop->end.time_s - stop->start.time_s - 1;
        ends_s[i] = stop->start.time_s + 1 + (inside_s > 0 ? (int64_t)(*seed >> 40) % inside_s : 0);
        if (inside_s <= 0) {
            ends_s[i] = stops->at[0].start.time_s - 1; /* before all fixes is as good */
        }
    }
    bool is_upright = ends_s[0] <= ends_s[1];
    return (struct range){ends_s[is_upright ? 0 : 1], ends_s[is_upright ? 1 : 0]};
}

/* Those of a list that start behind a time. */
static inline struct told told_behind(const struct told *told, int64_t after_s)
{
    struct told behind = {0};
    for (size_t i = 0; i < told->count; i++) {
        if (told->at[i].start.time_s > after_s) {
            keep_span(&behind, &told->at[i]);
        }
    }
    return behind;
}

/* A walk that begins where a span did tells all that start behind that as the whole one does. */
static inline void assert_resumed(const struct history *history, struct range range,
                                  const struct all_told *all, uint64_t seed)
{
    for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_ABSENCE; kind++) {
        const struct told *told = &all->of[kind];
        if (told->count == 0) {
            continue;
        }
        int64_t after_s = told->at[(size_t)(seed >> 33) % told->count].start.time_s;
        struct all_told later = tell_all(history, range, range.from_s - after_s);
        struct told rest = told_behind(told, after_s);
        struct told resumed = told_behind(&later.of[kind], after_s);
        assert_same_told(&rest, &resumed);
        told_clear(&rest);
        told_clear(&resumed);
        all_told_clear(&later);
    }
}

/*
 * Over random ranges: what adds up, that it does not matter from where on a walk sees the fixes,
 * that it can begin again at any span, and that two ranges that meet tell the trips of both.
 */
static inline void assert_walks_agree(const struct history *history, size_t rounds, uint64_t seed)
{
    struct range always = {history->fixes[0].gps_time_s - 1000, history->now_s + 1000};
    struct all_told whole = tell_all(history, always, 0);
    assert_days_add_up(history, always, &whole);
    assert_trips_and_stops_add_up(&whole);
    for (size_t i = 0; i < rounds && whole.of[WALK_STOPS].count > 0; i++) {
        struct range range = range_within(&whole.of[WALK_STOPS], &seed);
        struct all_told all = tell_all(history, range, 0);
        struct all_told again = tell_all(history, range, (int64_t)(seed >> 44) % 100000);
        assert_days_add_up(history, range, &all);
        assert_trips_and_stops_add_up(&all);
        for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_ABSENCE; kind++) {
            assert_same_told(&all.of[kind], &again.of[kind]);
        }
        assert_resumed(history, range, &all, seed);
        int64_t cut_s = range.from_s + (int64_t)(seed >> 20) % (range.to_s - range.from_s + 1);
        struct all_told left = tell_all(history, (struct range){range.from_s, cut_s}, 0);
        struct all_told right = tell_all(history, (struct range){cut_s + 1, range.to_s}, 7);
        assert_days_add_up(history, (struct range){range.from_s, cut_s}, &left);
        struct told *trips = &left.of[WALK_TRIPS];
        for (size_t k = 0; k < right.of[WALK_TRIPS].count; k++) {
            keep_span(trips, &right.of[WALK_TRIPS].at[k]);
        }
        assert_same_told(&all.of[WALK_TRIPS], trips);
        all_told_clear(&all);
        all_told_clear(&again);
        all_told_clear(&left);
        all_told_clear(&right);
    }
    all_told_clear(&whole);
}

#endif
