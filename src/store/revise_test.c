/* Whatever order fixes come in, the events are those of their order in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/events_testing.h"

enum {
    PIECES = 10,
    TWICE = 2 * PIECES,
    PIECE_FIXES = YARD_FIXES / PIECES,
    EVENTS_MIN = 150,
    ROW_FIXES = TRACK_FULL + 10
};

/* ---- the same events ---- */

static void in_order_they_need_no_revision(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    yard_in_order(order);
    yard_send(y, order, YARD_FIXES, 7);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
    yard_seal(y);
    assert_int_equal(y->told, 0);
    (void)yard_assert_right(y, NULL);
}

static void shuffled_they_are_the_same(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    yard_in_order(order);
    yard_shuffle(&y->kit, order, YARD_FIXES);
    for (size_t i = 0; i < PIECES; i++) {
        yard_send(y, &order[i * PIECE_FIXES], PIECE_FIXES, 30);
        if (i % 3 == 1) {
            yard_seal(y);
        } else if (i % 3 == 2) {
            yard_settle(y);
        }
    }
    yard_settle(y);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
}

static void pieces_that_come_twice_and_in_any_order_are_the_same(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    size_t pieces[TWICE];
    bool has[YARD_FIXES] = {false};
    yard_in_order(order);
    for (size_t i = 0; i < TWICE; i++) {
        pieces[i] = i % PIECES;
    }
    yard_shuffle(&y->kit, pieces, TWICE);
    for (size_t i = 0; i < TWICE; i++) {
        size_t from = pieces[i] * PIECE_FIXES;
        yard_send(y, &order[from], PIECE_FIXES, 25);
        memset(&has[from], true, PIECE_FIXES);
        if (i % 2 == 0) {
            yard_seal(y);
        }
        yard_settle(y);
        (void)yard_assert_right(y, has);
    }
}

static void from_two_directions_they_are_the_same(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    bool has[YARD_FIXES] = {false};
    for (size_t i = 0; i < YARD_FIXES; i++) {
        order[i] = i % 2 == 0 ? i / 2 : YARD_FIXES - 1 - i / 2;
    }
    for (size_t i = 0; i < YARD_FIXES; i += 150) {
        yard_send(y, &order[i], 150, 11);
        for (size_t n = i; n < i + 150; n++) {
            has[order[n]] = true;
        }
        if (i % 600 == 0) {
            yard_seal(y);
        }
        yard_settle(y);
        (void)yard_assert_right(y, has);
    }
}

/* Every second fix first, then the others one by one, each of which may move a crossing. */
static void one_at_a_time_they_are_the_same(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    bool has[YARD_FIXES] = {false};
    for (size_t i = 0; i < YARD_FIXES / 2; i++) {
        order[i] = 2 * i;
        has[2 * i] = true;
    }
    yard_send(y, order, YARD_FIXES / 2, 40);
    yard_seal(y);
    for (size_t i = 0; i < 120; i++) {
        size_t at = (size_t)2 * rnd(&y->kit, YARD_FIXES / 2) + 1;
        if (i % 2 == 0) { /* where it crawls over a border */
            at = (size_t)180 * rnd(&y->kit, YARD_FIXES / 180) + YARD_CRAWLS_FROM + 1 +
                 (size_t)2 * rnd(&y->kit, YARD_CRAWLS / 2);
        }
        yard_send(y, &at, 1, 1);
        has[at] = true;
        yard_settle(y);
        (void)yard_assert_right(y, has);
    }
}

/* An alarm begins with the last fix that is sealed, and the states meet long before. */
static void send_late_before_a_seam(struct yard *y, bool is_one_second)
{
    enum { LATE = 107, SEAM = 1604, AFTER = 30 };
    size_t order[YARD_FIXES];
    bool has[YARD_FIXES] = {false};
    size_t late = LATE;
    yard_in_order(order);
    y->track[SEAM].alarms |= ALARM_BIT(COLLISION);
    if (is_one_second) {
        struct fix *placeless = &y->track[SEAM + 1]; /* so that it comes behind the other one */
        fix_set_time(placeless, y->track[SEAM].gps_time_s);
        placeless->has &= ~(uint32_t)(FIX_HAS_POSITION | FIX_HAS_SPEED);
        placeless->flags &= ~(uint32_t)FIX_VALID;
    }
    memset(has, true, SEAM + 1 + AFTER);
    has[LATE] = false;
    yard_send(y, order, LATE, 50);
    for (size_t i = LATE + 1; i <= SEAM; i += ROW_FIXES) {
        size_t left = SEAM + 1 - i;
        yard_send(y, &order[i], left < ROW_FIXES ? left : ROW_FIXES, 50);
        yard_seal(y);
    }
    yard_send(y, &order[SEAM + 1], AFTER, 50);
    (void)yard_assert_right(y, has);
    yard_send(y, &late, 1, 1);
    has[LATE] = true;
    yard_settle(y);
    (void)yard_assert_right(y, has);
}

static void what_began_at_the_end_of_the_rows_stays(void **state)
{
    send_late_before_a_seam(*state, false);
}

/* The tail begins in the very second in which the rows end, and tells nothing of the alarm. */
static void what_began_in_the_second_between_rows_and_tail_stays(void **state)
{
    send_late_before_a_seam(*state, true);
}

/* ---- ids and acknowledgements ---- */

static void acknowledge(struct yard *y, const struct event *e)
{
    struct change c = {.kind = CHANGE_PUT_EVENT, .event = *e};
    c.event.acknowledged_by = 5;
    c.event.acknowledged_s = e->gps_time_s + 100;
    c.event.note = "seen";
    yard_save(y, c);
}

/* Every row of before is there with its id, kind and subject. */
static void assert_kept(struct yard *y, const struct store_events *before)
{
    struct arena arena = {0};
    for (size_t i = 0; i < before->count; i++) {
        const struct event *was = &before->at[i];
        struct event is;
        assert_int_equal(store_read_event(y->kit.store, was->id, &arena, &is), ERR_OK);
        assert_int_equal(is.kind, was->kind);
        assert_int_equal(is.subject, was->subject);
        assert_int_equal(is.acknowledged_by, 5);
        assert_string_equal(is.note, "seen");
    }
    arena_free(&arena);
}

static struct fix north(int64_t after_s, int64_t north_m)
{
    struct fix f = {.rcv_time_s = KIT_TIME_S + after_s + 2};
    fix_set_time(&f, KIT_TIME_S + after_s);
    fix_set_position(&f, (int32_t)(YARD_LAT_E7 + north_m * 90), YARD_LON_E7, true);
    fix_set_speed_kmh_e2(&f, 3000);
    return f;
}

/*
 * Into the second geofence, at 2500 m: by two fixes after 33 s. A third one between them says that
 * it was in after 30 s already. It is the one crossing between the first and the last of them.
 */
static void a_crossing_that_moves_is_the_same_one(void **state)
{
    struct yard *y = *state;
    struct arena arena = {0};
    const struct fix fixes[] = {north(0, 2400), north(100, 2700), north(110, 2710)};
    const struct fix late = north(30, 2600);
    yard_commit(y, fixes, 3);
    struct store_events events = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    assert_int_equal(events.count, 1);
    assert_int_equal(events.at[0].gps_time_s, KIT_TIME_S + 33);
    int64_t id = events.at[0].id;
    yard_commit(y, &late, 1);
    yard_settle(y);
    events = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    assert_int_equal(events.count, 1);
    assert_int_equal(events.at[0].gps_time_s, KIT_TIME_S + 15);
    assert_int_equal(events.at[0].decided_s, KIT_TIME_S + 30);
    assert_int_equal(events.at[0].id, id);
    assert_string_equal(events.at[0].name, "Market");
    arena_free(&arena);
}

/* What is acknowledged is never deleted; what late fixes only move is the same one. */
static void what_is_the_same_keeps_its_id_and_acknowledgement(void **state)
{
    struct yard *y = *state;
    struct arena arena = {0};
    size_t order[YARD_FIXES];
    for (size_t i = 0; i < YARD_FIXES; i++) {
        order[i] = i < YARD_FIXES / 2 ? 2 * i : 2 * (i - YARD_FIXES / 2) + 1;
    }
    yard_send(y, order, YARD_FIXES / 2, 40);
    yard_seal(y);
    const struct store_events before = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    size_t crossings = 0;
    for (size_t i = 0; i < before.count; i++) {
        acknowledge(y, &before.at[i]);
        crossings += event_is_crossing(before.at[i].kind) ? 1 : 0;
    }
    yard_send(y, &order[YARD_FIXES / 2], YARD_FIXES / 2, 40);
    yard_settle(y);
    const struct store_events after = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    assert_kept(y, &before);
    size_t withdrawn = 0;
    size_t withdrawn_crossings = 0;
    for (size_t i = 0; i < after.count; i++) {
        withdrawn += after.at[i].withdrawn ? 1 : 0;
        withdrawn_crossings += after.at[i].withdrawn && event_is_crossing(after.at[i].kind) ? 1 : 0;
        assert_true(!after.at[i].withdrawn || after.at[i].ended_s != 0);
    }
    assert_true(crossings > 20 && withdrawn_crossings < crossings / 4);
    assert_true(withdrawn > 0 && withdrawn < before.count / 2);
    arena_free(&arena);
}

/* No fix speaks of what a timer made. */
static void what_a_timer_made_stays(void **state)
{
    struct yard *y = *state;
    struct arena arena = {0};
    struct event kept;
    size_t order[YARD_FIXES];
    yard_in_order(order);
    struct change c = {.kind = CHANGE_PUT_EVENT};
    c.event = (struct event){.device_id = YARD_DEVICE,
                             .id = 1000000,
                             .kind = ALARM_INTERRUPTED,
                             .is_alarm = true,
                             .origin = EVENT_BY_TIMER,
                             .gps_time_s = KIT_TIME_S + 2000,
                             .decided_s = KIT_TIME_S + 2000,
                             .count = 1};
    entity_init(ENTITY_EVENT, &c.event);
    c.event.state = (const uint8_t *)"";
    yard_save(y, c);
    yard_send(y, &order[YARD_FIXES / 2], YARD_FIXES / 2, 50);
    yard_send(y, order, YARD_FIXES / 2, 50);
    yard_settle(y);
    assert_int_equal(store_read_event(y->kit.store, 1000000, &arena, &kept), ERR_OK);
    assert_int_equal(kept.ended_s, 0);
    c.kind = CHANGE_DELETE_EVENT;
    yard_save(y, c);
    (void)yard_assert_right(y, NULL);
    arena_free(&arena);
}

/* ---- all or nothing ---- */

static void without_a_fold_events_stay_as_they_are(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    yard_in_order(order);
    yard_send(y, &order[YARD_FIXES / 2], YARD_FIXES / 2, 50);
    yard_seal(y);
    int64_t rows = rows_of(&y->kit, "event");
    y->kit.fold = NULL;
    store_close(y->kit.store);
    yard_open(y);
    yard_send(y, order, YARD_FIXES / 2, 50);
    yard_settle(y);
    assert_true(rows > EVENTS_MIN);
    assert_int_equal(rows_of(&y->kit, "event"), rows);
}

/* All but every `every`th fix are sealed in many rows, and these are late. */
static void send_many_late(struct yard *y, size_t every)
{
    size_t order[YARD_FIXES];
    size_t late[YARD_FIXES];
    size_t n = 0;
    size_t late_count = 0;
    for (size_t i = 0; i < YARD_FIXES; i++) {
        if (i % every == every / 2) {
            late[late_count++] = i;
        } else {
            order[n++] = i;
        }
    }
    for (size_t i = 0; i < n; i += ROW_FIXES) {
        yard_send(y, &order[i], n - i < ROW_FIXES ? n - i : ROW_FIXES, 50);
        yard_seal(y);
    }
    yard_send(y, late, late_count, 50);
}

/* A start between two transactions of a long refold goes on with the rest of it. */
static void a_refold_that_is_cut_goes_on_after_a_start(void **state)
{
    struct yard *y = *state;
    unsigned starts = 0;
    send_many_late(y, 9);
    assert_true(rows_of(&y->kit, "track_chunk") > 4);
    for (; yard_is_late(y); starts++) {
        enum err e = yard_maintain(y);
        assert_true(e == ERR_OK || e == ERR_MORE);
        store_close(y->kit.store);
        yard_open(y);
    }
    assert_true(starts > 2);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
}

static void a_failed_commit_leaves_no_event(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    unsigned failures = 0;
    bool has[YARD_FIXES] = {false};
    yard_in_order(order);
    yard_send(y, order, 300, 50);
    int64_t rows = rows_of(&y->kit, "event");
    enum err e = ERR_FULL;
    for (int64_t after = 0; e == ERR_FULL; after++) {
        yard_fill_disk(y, after);
        e = yard_try(y, &y->track[300], 50);
        yard_fill_disk(y, INT64_MAX);
        if (e == ERR_FULL) {
            assert_int_equal(rows_of(&y->kit, "event"), rows);
            failures++;
        }
    }
    assert_int_equal(e, ERR_OK);
    assert_true(failures > 0 && rows_of(&y->kit, "event") > rows);
    memset(has, true, 350);
    (void)yard_assert_right(y, has);
}

/* Whether it failed, and left all as it was. */
static bool try_to_settle(struct yard *y, int64_t after)
{
    struct arena arena = {0};
    int64_t rows = rows_of(&y->kit, "event");
    size_t told = y->told;
    yard_fill_disk(y, after);
    enum err e = yard_maintain(y);
    yard_fill_disk(y, INT64_MAX);
    const struct store_events events = yard_events(y, INT64_MIN, INT64_MAX, &arena);
    yard_assert_mirror(y, &events);
    arena_free(&arena);
    assert_true(y->told > told || rows_of(&y->kit, "event") == rows);
    return e == ERR_FULL && y->told == told; /* else it was the next thing that failed */
}

static void a_revision_that_fails_leaves_no_trace(void **state)
{
    struct yard *y = *state;
    unsigned failures = 0;
    send_many_late(y, 40);
    for (int64_t after = 0; yard_is_late(y); after += 3) {
        failures += try_to_settle(y, after) ? 1 : 0;
    }
    assert_true(failures > 1 && y->told > 0);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
}

/* ---- other rules ---- */

/* Nothing that was folded by the rules of before proves that what follows is right. */
static void new_rules_are_folded_to_the_end(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    yard_in_order(order);
    yard_send(y, order, YARD_FIXES, 50);
    yard_seal(y);
    y->limits.overspeed_kmh_e2 = 6000;
    struct store_part part = {.device = YARD_DEVICE,
                              .state = &y->live,
                              .has_late = true,
                              .late_from_s = INT64_MIN + 1,
                              .has_new_rules = true};
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(y->kit.store, &batch), ERR_OK);
    yard_settle(y);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_YARD(in_order_they_need_no_revision),
        IN_YARD(shuffled_they_are_the_same),
        IN_YARD(pieces_that_come_twice_and_in_any_order_are_the_same),
        IN_YARD(from_two_directions_they_are_the_same),
        IN_YARD(one_at_a_time_they_are_the_same),
        IN_YARD(what_began_at_the_end_of_the_rows_stays),
        IN_YARD(what_began_in_the_second_between_rows_and_tail_stays),
        IN_YARD(a_crossing_that_moves_is_the_same_one),
        IN_YARD(what_is_the_same_keeps_its_id_and_acknowledgement),
        IN_YARD(what_a_timer_made_stays),
        IN_YARD(without_a_fold_events_stay_as_they_are),
        IN_YARD(a_refold_that_is_cut_goes_on_after_a_start),
        IN_YARD(a_failed_commit_leaves_no_event),
        IN_YARD(a_revision_that_fails_leaves_no_trace),
        IN_YARD(new_rules_are_folded_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
