#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simulate/source.h"

enum { START_S = 1000000, LAP_PAUSE_S = 600 };

/* Two tracks: of three fixes within 20 s, and of one. */
struct two_tracks {
    struct fix long_fixes[3];
    struct fix short_fixes[1];
    struct track tracks[2];
    struct track_file file;
};

static void two_tracks_init(struct two_tracks *t)
{
    *t = (struct two_tracks){
        .long_fixes = {{.gps_time_s = 50}, {.gps_time_s = 60}, {.gps_time_s = 70}},
        .short_fixes = {{.gps_time_s = 7}},
    };
    t->tracks[0] = (struct track){t->long_fixes, 3};
    t->tracks[1] = (struct track){t->short_fixes, 1};
    t->file = (struct track_file){t->tracks, 2};
}

static int64_t next_time_s(struct sim_source source, size_t device)
{
    struct fix f;
    return source.next(source.context, device, &f) ? f.gps_time_s : 0;
}

static void tracks_are_replayed_from_the_start_again_and_again(void **state)
{
    struct two_tracks two;
    struct track_source s;
    (void)state;
    two_tracks_init(&two);
    track_source_init(&s, &two.file, 3, START_S, 5);
    struct sim_source source = track_source_use(&s);
    const int64_t lap_s = 20 + LAP_PAUSE_S;
    const int64_t expected_s[] = {0, 10, 20, lap_s, lap_s + 10};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(next_time_s(source, 0), START_S + expected_s[i]);
    }
    assert_int_equal(next_time_s(source, 0), 0); /* five were asked for */
    assert_int_equal(next_time_s(source, 1), START_S);
    assert_int_equal(next_time_s(source, 1), START_S + LAP_PAUSE_S);
    assert_int_equal(next_time_s(source, 2), START_S); /* the first track again */
    assert_int_equal(next_time_s(source, 2), START_S + 10);
    track_source_clear(&s);
}

static void once_ends_with_the_track(void **state)
{
    struct two_tracks two;
    struct track_source s;
    (void)state;
    two_tracks_init(&two);
    track_source_init(&s, &two.file, 2, START_S, 0);
    s.once = true;
    struct sim_source source = track_source_use(&s);
    assert_int_equal(next_time_s(source, 0), START_S);
    assert_int_equal(next_time_s(source, 0), START_S + 10);
    assert_int_equal(next_time_s(source, 0), START_S + 20);
    assert_int_equal(next_time_s(source, 0), 0);
    assert_int_equal(next_time_s(source, 1), START_S);
    assert_int_equal(next_time_s(source, 1), 0);
    track_source_clear(&s);
}

static void drives_differ_and_are_the_same_again(void **state)
{
    struct drive_source s[2];
    struct fix a;
    struct fix b;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        drive_source_init(&s[i], 2, 7, START_S, 2);
        drive_source_set_interval(&s[i], 2, 5);
    }
    struct sim_source one = drive_source_use(&s[0]);
    struct sim_source two = drive_source_use(&s[1]);
    assert_true(one.next(one.context, 0, &a) && two.next(two.context, 0, &b));
    assert_memory_equal(&a, &b, sizeof(a));
    assert_true(two.next(two.context, 1, &b));
    assert_true(a.lat_e7 != b.lat_e7);
    assert_true(one.next(one.context, 0, &a));
    assert_false(one.next(one.context, 0, &a)); /* two were asked for */
    drive_source_clear(&s[0]);
    drive_source_clear(&s[1]);
}

/* The time of the last fix that the source gives of a device. */
static int64_t last_time_s(struct sim_source source, size_t device)
{
    int64_t last_s = 0;
    for (int64_t t = next_time_s(source, device); t != 0; t = next_time_s(source, device)) {
        assert_true(t >= last_s);
        last_s = t;
    }
    return last_s;
}

static void tracks_may_end_at_a_time(void **state)
{
    struct two_tracks two;
    (void)state;
    two_tracks_init(&two);
    for (unsigned once = 0; once < 2; once++) {
        struct track_source s;
        track_source_init(&s, &two.file, 3, START_S, once == 0 ? 5 : 0);
        s.once = once == 1;
        track_source_end_at(&s, 3, START_S);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(last_time_s(track_source_use(&s), i), START_S);
        }
        track_source_clear(&s);
    }
}

static void drives_may_end_at_a_time(void **state)
{
    enum { DEVICES = 5, FIXES = 300, INTERVAL_S = 20 };
    (void)state;
    struct drive_source s;
    drive_source_init(&s, DEVICES, 7, START_S, FIXES);
    drive_source_set_interval(&s, DEVICES, INTERVAL_S);
    drive_source_end_at(&s, DEVICES, START_S);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(s.drives[i].interval_s, INTERVAL_S);
        assert_int_equal(last_time_s(drive_source_use(&s), i), START_S);
        assert_int_equal(s.given[i], FIXES);
    }
    drive_source_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracks_are_replayed_from_the_start_again_and_again),
        cmocka_unit_test(once_ends_with_the_track),
        cmocka_unit_test(drives_differ_and_are_the_same_again),
        cmocka_unit_test(tracks_may_end_at_a_time),
        cmocka_unit_test(drives_may_end_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
