/* Trips, stops, days, and spans above a speed or without fixes, drawn by hand. */
#include "fleet/trips.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"
#include "fleet/walk_testing.h"

enum { FIXES_MAX = 256 };

#define HOUR_S INT64_C(3600)
#define DAY_S  INT64_C(86400)

/* A device that is driven by hand: fixes behind each other, 10 seconds apart. */
struct wheel {
    struct fix fixes[FIXES_MAX];
    size_t count;
    int64_t time_s; /* after T0 */
    int64_t metres;
};

static struct fix *put(struct wheel *w, uint32_t speed_kmh)
{
    assert_true(w->count < FIXES_MAX);
    w->fixes[w->count] = at(w->time_s, w->metres, speed_kmh);
    return &w->fixes[w->count++];
}

/* `count` fixes at 36 km/h: 100 m each. */
static void go(struct wheel *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        w->time_s += 10;
        w->metres += 100;
        (void)put(w, 36);
    }
}

/* Stands for so long, from a fix 10 seconds on, with a fix a minute and one at the end. */
static void stand_still(struct wheel *w, int64_t seconds, int ignition)
{
    int64_t end_s = w->time_s + 10 + seconds;
    for (w->time_s += 10; w->time_s <= end_s; w->time_s += 60) {
        struct fix *f = put(w, 0);
        if (ignition >= 0) {
            *f = with_ignition(*f, ignition == 1);
        }
    }
    w->time_s = end_s;
}

static const struct walk_options usual = {
    .range = {T0 - DAY_S, T0 + DAY_S},
    .stop_s = TRIPS_STOP_S,
};

/* What a walk of that kind tells of the wheel, when it is `now_s` after T0. */
static struct told tell_of(const struct wheel *w, struct walk_options options, int64_t now_s)
{
    struct told told = {0};
    const struct history history = {w->fixes, w->count, T0 + now_s};
    (void)walk_history(&history, options, 0, &told);
    return told;
}

static struct walk_options of_kind(enum walk_kind kind)
{
    struct walk_options options = usual;
    options.kind = kind;
    return options;
}

static void assert_span(const struct span *span, int64_t from_s, int64_t to_s)
{
    assert_int_equal(span->start.time_s - T0, from_s);
    assert_int_equal(span->end.time_s - T0, to_s);
}

static void assert_about(uint64_t distance_m_e2, uint64_t metres)
{
    assert_in_range(distance_m_e2, metres * 100 - metres, metres * 100 + metres);
}

/* Parked from 0 on, driving 100 to 200 with a pause in it, and parked again. */
static struct wheel make_errand(int64_t pause_s, int ignition)
{
    struct wheel w = {.time_s = -10};
    stand_still(&w, 100, ignition);
    go(&w, 10);
    stand_still(&w, pause_s, ignition);
    go(&w, 10);
    stand_still(&w, HOUR_S, ignition);
    return w;
}

static void a_trip_begins_moving_and_ends_where_standing_began(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    stand_still(&w, 100, -1); /* 0 .. 100 */
    go(&w, 10);               /* 110 .. 200 */
    stand_still(&w, HOUR_S, -1);
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), HOUR_S * 2);
    struct told stops = tell_of(&w, of_kind(WALK_STOPS), HOUR_S * 2);
    assert_int_equal(trips.count, 1);
    assert_span(&trips.at[0], 110, 210);
    assert_false(trips.at[0].is_open);
    assert_about(trips.at[0].sums.distance_m_e2, 900);
    assert_int_equal(trips.at[0].sums.driving_s, 100);
    assert_int_equal(trips.at[0].sums.top_speed_kmh_e2, 3600);
    assert_int_equal(trips.at[0].start.lat_e7, metres_north(100));
    assert_int_equal(trips.at[0].end.lat_e7, metres_north(1000));
    assert_int_equal(stops.count, 2);
    assert_span(&stops.at[0], 0, 110);
    assert_about(stops.at[0].sums.distance_m_e2, 100);
    assert_span(&stops.at[1], 210, HOUR_S * 2);
    assert_true(stops.at[1].is_open && !stops.at[1].is_clipped);
    told_clear(&trips);
    told_clear(&stops);
}

static void a_pause_is_inside_and_a_stop_is_between(void **state)
{
    (void)state;
    struct wheel w = make_errand(TRIPS_STOP_S - 20, 1);
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), HOUR_S * 3);
    assert_int_equal(trips.count, 1);
    assert_span(&trips.at[0], 110, 600);
    assert_int_equal(trips.at[0].sums.driving_s, 200);
    assert_int_equal(trips.at[0].sums.idle_s, TRIPS_STOP_S - 10);
    assert_about(trips.at[0].sums.distance_m_e2, 1900);
    told_clear(&trips);
    w = make_errand(TRIPS_STOP_S - 10, 1);
    trips = tell_of(&w, of_kind(WALK_TRIPS), HOUR_S * 3);
    assert_int_equal(trips.count, 2);
    assert_span(&trips.at[0], 110, 210);
    assert_span(&trips.at[1], 510, 610);
    assert_int_equal(trips.at[1].sums.idle_s, 0);
    told_clear(&trips);
    struct walk_options longer = of_kind(WALK_TRIPS);
    longer.stop_s = TRIPS_STOP_S + 300;
    trips = tell_of(&w, longer, HOUR_S * 3);
    assert_int_equal(trips.count, 1);
    told_clear(&trips);
}

static void ignition_off_ends_a_trip_sooner(void **state)
{
    (void)state;
    struct wheel w = make_errand(TRIPS_OFF_S - 20, 0);
    /* Nothing else would tell that the ignition is on again. */
    for (size_t i = 0; i < w.count; i++) {
        if (w.fixes[i].speed_kmh_e2 > 0) {
            w.fixes[i] = with_ignition(w.fixes[i], true);
        }
    }
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), HOUR_S * 3);
    assert_int_equal(trips.count, 1);
    assert_int_equal(trips.at[0].sums.idle_s, 0);
    assert_int_equal(trips.at[0].sums.other_s, TRIPS_OFF_S - 10);
    told_clear(&trips);
    struct wheel v = make_errand(TRIPS_OFF_S - 10, 0);
    for (size_t i = 0; i < v.count; i++) {
        if (v.fixes[i].speed_kmh_e2 > 0) {
            v.fixes[i] = with_ignition(v.fixes[i], true);
        }
    }
    trips = tell_of(&v, of_kind(WALK_TRIPS), HOUR_S * 3);
    assert_int_equal(trips.count, 2);
    assert_span(&trips.at[0], 110, 210);
    told_clear(&trips);
}

/* The key is turned a minute after the vehicle stands: the two minutes count from the key. */
static void the_two_minutes_count_from_the_key(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    go(&w, 10);
    stand_still(&w, 50, 1);
    stand_still(&w, 100, 0);
    go(&w, 5);
    for (size_t i = w.count - 5; i < w.count; i++) {
        w.fixes[i] = with_ignition(w.fixes[i], true);
    }
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), HOUR_S);
    assert_int_equal(trips.count, 1);
    told_clear(&trips);
    w.count = 0;
    w.time_s = -10;
    go(&w, 10);
    stand_still(&w, 50, 1);
    stand_still(&w, 120, 0);
    stand_still(&w, 10, 1);
    struct told ended = tell_of(&w, of_kind(WALK_TRIPS), 300);
    assert_int_equal(ended.count, 1);
    assert_span(&ended.at[0], 0, 100);
    assert_false(ended.at[0].is_open);
    told_clear(&ended);
}

static void a_silence_ends_a_trip_and_is_no_driving(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    go(&w, 10); /* 0 .. 90 */
    w.time_s += HOUR_S;
    w.metres += 20000;
    go(&w, 10); /* 3700 .. 3790 */
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), w.time_s + 60);
    struct told stops = tell_of(&w, of_kind(WALK_STOPS), w.time_s + 60);
    assert_int_equal(trips.count, 2);
    assert_span(&trips.at[0], 0, 90);
    assert_span(&trips.at[1], 3700, 3790);
    assert_true(trips.at[1].is_open);
    assert_int_equal(trips.at[1].sums.driving_s, 90);
    assert_int_equal(stops.count, 1);
    assert_span(&stops.at[0], 90, 3700);
    assert_about(stops.at[0].sums.distance_m_e2, 20100);
    assert_int_equal(stops.at[0].sums.driving_s, 0);
    told_clear(&trips);
    told_clear(&stops);
    /* Long after the last fix nobody takes it for driving any more. */
    trips = tell_of(&w, of_kind(WALK_TRIPS), w.time_s + HOUR_S);
    assert_int_equal(trips.count, 2);
    assert_false(trips.at[1].is_open);
    assert_span(&trips.at[1], 3700, 3790);
    told_clear(&trips);
}

static void one_fix_between_silences_is_no_trip(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    stand_still(&w, 60, -1);
    w.time_s += HOUR_S;
    go(&w, 1);
    w.time_s += HOUR_S;
    stand_still(&w, 60, -1);
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), w.time_s + 60);
    struct told stops = tell_of(&w, of_kind(WALK_STOPS), w.time_s + 60);
    assert_int_equal(trips.count, 0);
    assert_int_equal(stops.count, 1);
    assert_span(&stops.at[0], 0, w.time_s + 60);
    told_clear(&trips);
    told_clear(&stops);
    /* As the last one it may be a trip's first, as long as no silence is proved. */
    w.count--;
    w.time_s += 10;
    go(&w, 1);
    trips = tell_of(&w, of_kind(WALK_TRIPS), w.time_s + 60);
    assert_int_equal(trips.count, 1);
    assert_true(trips.at[0].is_open);
    told_clear(&trips);
}

/* The fixes are gone, as after their retention, and the state that they left is not. */
static void a_state_alone_is_no_trip(void **state)
{
    (void)state;
    const struct fold_state last = FOLD(at(0, 0, 36), at(10, 100, 36));
    struct told told = {0};
    for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_STOPS; kind++) {
        struct walk_options options = of_kind(kind);
        struct walk walk;
        options.sink = (struct span_sink){&told, keep_span};
        walk_begin(&walk, &options, &last);
        walk_end(&walk, T0 + HOUR_S);
    }
    assert_int_equal(told.count, 1);
    assert_span(&told.at[0], 10, HOUR_S);
    told_clear(&told);
}

static void a_trip_is_whole_where_it_starts_in_the_range(void **state)
{
    (void)state;
    struct wheel w = make_errand(TRIPS_STOP_S, 1); /* trips 110 .. 210 and 520 .. 620 */
    struct walk_options options = of_kind(WALK_TRIPS);
    options.range = (struct range){T0 + 110, T0 + 520};
    struct told trips = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(trips.count, 2);
    assert_span(&trips.at[1], 520, 620);
    assert_false(trips.at[1].is_clipped);
    told_clear(&trips);
    options.range = (struct range){T0 + 111, T0 + 519};
    trips = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(trips.count, 0);
    told_clear(&trips);
    options = of_kind(WALK_STOPS);
    options.range = (struct range){T0 + 20, T0 + 400};
    struct told stops = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(stops.count, 2);
    assert_span(&stops.at[0], 20, 110);
    assert_true(stops.at[0].is_clipped);
    assert_span(&stops.at[1], 210, 400);
    assert_true(stops.at[1].is_clipped && !stops.at[1].is_open);
    assert_int_equal(stops.at[1].sums.idle_s, 190);
    told_clear(&stops);
}

/* What is a pause or a stop at the end of the range shows behind it. */
static void a_pause_at_the_end_is_decided_behind_it(void **state)
{
    (void)state;
    struct walk_options options = of_kind(WALK_STOPS);
    options.range = (struct range){T0, T0 + 300};
    struct wheel w = make_errand(TRIPS_STOP_S - 20, 1);
    struct told stops = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(stops.count, 1);
    told_clear(&stops);
    options.range.from_s = T0 + 150; /* so also where the trip began before it */
    stops = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(stops.count, 0);
    told_clear(&stops);
    options.range.from_s = T0;
    w = make_errand(TRIPS_STOP_S, 1);
    stops = tell_of(&w, options, HOUR_S * 3);
    assert_int_equal(stops.count, 2);
    assert_span(&stops.at[1], 210, 300);
    told_clear(&stops);
}

static void a_report_without_a_time_counts_at_the_fix_before_it(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    go(&w, 10); /* 0 .. 90 */
    struct fix *beat = put(&w, 0);
    *beat = (struct fix){.gps_time_s = T0 + 90, .rcv_time_s = T0 + 95, .flags = FIX_HEARTBEAT};
    *beat = with_ignition(*beat, false);
    w.time_s += 200;
    (void)put(&w, 0);
    struct told trips = tell_of(&w, of_kind(WALK_TRIPS), 400);
    assert_int_equal(trips.count, 1);
    assert_span(&trips.at[0], 0, 90);
    told_clear(&trips);
}

/* ---- days ---- */

static void days_are_cut_at_midnights(void **state)
{
    (void)state;
    const int64_t midnights[] = {T0 - 300, T0 + 55, T0 + 23 * HOUR_S, T0 + 48 * HOUR_S};
    struct walk_options options = of_kind(WALK_DAYS);
    options.midnights = midnights;
    options.day_count = 3;
    options.range = (struct range){T0 - 200, T0 + 47 * HOUR_S};
    struct wheel w = {.time_s = -10};
    go(&w, 11); /* 0 .. 100 */
    stand_still(&w, 30, 1);
    struct told days = tell_of(&w, options, 40 * HOUR_S);
    assert_int_equal(days.count, 3);
    assert_int_equal(days.at[0].sums.driving_s, 55);
    assert_int_equal(days.at[0].fixes, 6);
    assert_about(days.at[0].sums.distance_m_e2, 500);
    assert_int_equal(days.at[0].trips, 1);
    assert_true(days.at[0].is_clipped);
    assert_int_equal(days.at[0].first_time_s, T0);
    assert_int_equal(days.at[0].last_time_s, T0 + 50);
    assert_int_equal(days.at[1].sums.driving_s, 55);
    assert_int_equal(days.at[1].sums.other_s, 23 * HOUR_S - 110);
    assert_int_equal(days.at[1].fixes, 6);
    assert_false(days.at[1].is_clipped);
    assert_int_equal(days.at[1].trips, 0);
    /* Parked behind its last fix, up to now. */
    assert_int_equal(days.at[2].fixes, 0);
    assert_int_equal(days.at[2].sums.other_s, 17 * HOUR_S);
    assert_int_equal(days.at[2].day, 2);
    told_clear(&days);
}

static void a_fix_at_midnight_is_of_the_new_day(void **state)
{
    (void)state;
    const int64_t midnights[] = {T0, T0 + 50, T0 + 100};
    struct walk_options options = of_kind(WALK_DAYS);
    options.midnights = midnights;
    options.day_count = 2;
    options.range = (struct range){T0, T0 + 50};
    struct wheel w = {.time_s = -10};
    go(&w, 11);
    struct told days = tell_of(&w, options, 100);
    assert_int_equal(days.count, 2);
    assert_int_equal(days.at[0].fixes, 5);
    assert_int_equal(days.at[0].sums.driving_s, 50);
    assert_int_equal(days.at[1].fixes, 1);
    assert_int_equal(days.at[1].sums.driving_s, 0);
    assert_true(days.at[1].is_clipped);
    told_clear(&days);
}

/* ---- above a speed, without fixes ---- */

static void speeding_lasts_from_fix_to_fix(void **state)
{
    (void)state;
    struct wheel w = {.time_s = 0};
    static const uint32_t speeds_kmh[] = {80, 125, 130, 120, 121, 122};
    for (size_t i = 0; i < sizeof(speeds_kmh) / sizeof(speeds_kmh[0]); i++) {
        (void)put(&w, speeds_kmh[i]);
        w.time_s += 10;
        w.metres += 300;
    }
    struct walk_options options = of_kind(WALK_SPEEDING);
    options.limit_kmh_e2 = 12000;
    struct told spans = tell_of(&w, options, 60);
    assert_int_equal(spans.count, 2);
    assert_span(&spans.at[0], 10, 30);
    assert_int_equal(spans.at[0].sums.top_speed_kmh_e2, 13000);
    assert_about(spans.at[0].sums.distance_m_e2, 600);
    assert_span(&spans.at[1], 40, 50);
    assert_true(spans.at[1].is_open);
    told_clear(&spans);
    options.range.from_s = T0 + 15;
    options.range.to_s = T0 + 25;
    spans = tell_of(&w, options, 60);
    assert_int_equal(spans.count, 1);
    assert_span(&spans.at[0], 15, 25);
    assert_true(spans.at[0].is_clipped);
    assert_about(spans.at[0].sums.distance_m_e2, 300);
    told_clear(&spans);
    options.range.from_s = T0 + 22; /* between two fixes */
    spans = tell_of(&w, options, 60);
    assert_int_equal(spans.count, 1);
    assert_int_equal(spans.at[0].sums.top_speed_kmh_e2, 13000);
    assert_int_equal(spans.at[0].sums.distance_m_e2, 0);
    told_clear(&spans);
}

/* Without a limit of the call that of the rules counts, as it was at each fix. */
static void speeding_is_judged_by_the_rules_of_its_time(void **state)
{
    (void)state;
    struct wheel w = {.time_s = 0};
    static const uint32_t speeds_kmh[] = {80, 80, 80, 80, 80, 80, 80};
    static const struct fold_limits slow = {.overspeed_kmh_e2 = 5000};
    static const struct fold_limits fast = {.overspeed_kmh_e2 = 9000};
    static const struct fold_limits off = {.offline_s = 60};
    static const struct fold_term terms[] = {{.from_s = INT64_MIN},
                                             {.from_s = T0 + 10, .limits = &slow},
                                             {.from_s = T0 + 25, .limits = &fast},
                                             {.from_s = T0 + 35, .limits = &slow},
                                             {.from_s = T0 + 50, .limits = &off}};
    for (size_t i = 0; i < sizeof(speeds_kmh) / sizeof(speeds_kmh[0]); i++) {
        (void)put(&w, speeds_kmh[i]);
        w.time_s += 10;
        w.metres += 222;
    }
    struct walk_options options = of_kind(WALK_SPEEDING);
    struct told spans = tell_of(&w, options, 70);
    assert_int_equal(spans.count, 0);
    told_clear(&spans);
    options.rules = (struct fold_rules){.terms = terms, .term_count = 5};
    spans = tell_of(&w, options, 70);
    assert_int_equal(spans.count, 2);
    assert_span(&spans.at[0], 10, 30);
    assert_span(&spans.at[1], 40, 50);
    assert_false(spans.at[1].is_open);
    told_clear(&spans);
    options.limit_kmh_e2 = 7000; /* the call's own goes first */
    spans = tell_of(&w, options, 70);
    assert_int_equal(spans.count, 1);
    assert_span(&spans.at[0], 0, 60);
    told_clear(&spans);
}

/* A speed without lock is none, and behind a silence nothing is known of the speed before. */
static void speeding_needs_lock_and_fixes(void **state)
{
    (void)state;
    struct wheel w = {.time_s = 0};
    (void)put(&w, 130);
    w.time_s += 10;
    w.metres += 300;
    put(&w, 130)->flags &= ~(uint32_t)FIX_VALID;
    w.time_s += 10;
    (void)put(&w, 130);
    w.time_s += 10;
    w.metres += 300;
    (void)put(&w, 130);
    w.time_s += HOUR_S;
    (void)put(&w, 130);
    struct walk_options options = of_kind(WALK_SPEEDING);
    options.limit_kmh_e2 = 12000;
    struct told spans = tell_of(&w, options, 2 * HOUR_S);
    assert_int_equal(spans.count, 2);
    assert_span(&spans.at[0], 0, 10);
    assert_span(&spans.at[1], 20, 30);
    told_clear(&spans);
}

static void absence_is_a_silence_or_what_is_asked_for(void **state)
{
    (void)state;
    struct wheel w = {.time_s = -10};
    go(&w, 10); /* 0 .. 90 */
    w.time_s += 500;
    go(&w, 1); /* 600: a gap of 510 */
    w.time_s += 700;
    go(&w, 1); /* 1310: a gap of 710 */
    struct told spans = tell_of(&w, of_kind(WALK_ABSENCE), 1400);
    assert_int_equal(spans.count, 1);
    assert_span(&spans.at[0], 600, 1310);
    assert_about(spans.at[0].sums.distance_m_e2, 100);
    assert_int_equal(spans.at[0].sums.other_s, 710);
    told_clear(&spans);
    struct walk_options shorter = of_kind(WALK_ABSENCE);
    shorter.limit_s = 500;
    shorter.range.to_s = T0 + 2000;
    spans = tell_of(&w, shorter, 1900);
    assert_int_equal(spans.count, 3);
    assert_span(&spans.at[0], 90, 600);
    assert_span(&spans.at[2], 1310, 1900);
    assert_true(spans.at[2].is_open);
    told_clear(&spans);
    shorter.limit_s = 700;
    spans = tell_of(&w, shorter, 1310 + 700);
    assert_int_equal(spans.count, 1);
    told_clear(&spans);
}

static void a_device_without_fixes_has_nothing(void **state)
{
    (void)state;
    const int64_t midnights[] = {T0 - DAY_S, T0 + DAY_S + 1};
    const struct wheel w = {0};
    for (enum walk_kind kind = WALK_TRIPS; kind <= WALK_ABSENCE; kind++) {
        struct walk_options options = of_kind(kind);
        options.midnights = midnights;
        options.day_count = 1;
        struct told told = tell_of(&w, options, 0);
        assert_int_equal(told.count, 0);
        told_clear(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trip_begins_moving_and_ends_where_standing_began),
        cmocka_unit_test(a_pause_is_inside_and_a_stop_is_between),
        cmocka_unit_test(ignition_off_ends_a_trip_sooner),
        cmocka_unit_test(the_two_minutes_count_from_the_key),
        cmocka_unit_test(a_silence_ends_a_trip_and_is_no_driving),
        cmocka_unit_test(one_fix_between_silences_is_no_trip),
        cmocka_unit_test(a_state_alone_is_no_trip),
        cmocka_unit_test(a_trip_is_whole_where_it_starts_in_the_range),
        cmocka_unit_test(a_pause_at_the_end_is_decided_behind_it),
        cmocka_unit_test(a_report_without_a_time_counts_at_the_fix_before_it),
        cmocka_unit_test(days_are_cut_at_midnights),
        cmocka_unit_test(a_fix_at_midnight_is_of_the_new_day),
        cmocka_unit_test(speeding_lasts_from_fix_to_fix),
        cmocka_unit_test(speeding_is_judged_by_the_rules_of_its_time),
        cmocka_unit_test(speeding_needs_lock_and_fixes),
        cmocka_unit_test(absence_is_a_silence_or_what_is_asked_for),
        cmocka_unit_test(a_device_without_fixes_has_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
