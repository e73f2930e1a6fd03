/*
 * Trips, stops and days of real tracks: those of ../shared/data/traces beside the source, or in the
 * directory that ODOGRAPH_SHARED names; skipped where they are missing. Tracks without speeds are
 * walked over as they are, and with the speeds that their steps come to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "fleet/walk_testing.h"
#include "geo/distance.h"
#include "simulate/track_file.h"

enum { PATH_SIZE = 1024, FIXES_LEAST = 20, ROUNDS = 6, AFTER_S = 1200 };

static void add_speeds(struct track *track)
{
    for (size_t i = 1; i < track->count; i++) {
        const struct fix *last = &track->fixes[i - 1];
        struct fix *f = &track->fixes[i];
        uint64_t way_m_e2 = distance_m_e2((struct point){last->lat_e7, last->lon_e7},
                                          (struct point){f->lat_e7, f->lon_e7});
        int64_t step_s = f->gps_time_s - last->gps_time_s;
        fix_set_speed_kmh_e2(f, way_m_e2 * 36 / 10 / (uint64_t)(step_s > 0 ? step_s : 1));
    }
}

static void walk_over(const struct track *track, uint64_t seed)
{
    if (track->count >= FIXES_LEAST) {
        const struct history history = {track->fixes, track->count,
                                        track->fixes[track->count - 1].gps_time_s + AFTER_S};
        assert_walks_agree(&history, ROUNDS, seed);
    }
}

/* Where a file of real traces is, or would be. */
static void find_trace(const char *name, char path[PATH_SIZE])
{
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, PATH_SIZE, "%s/data/traces/%s",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared", name);
}

static void walk_over_file(const char *name)
{
    char path[PATH_SIZE];
    struct track_file file;
    find_trace(name, path);
    assert_int_equal(track_file_read(path, &file), ERR_OK);
    for (size_t i = 0; i < file.count; i++) {
        walk_over(&file.tracks[i], i + 1);
        add_speeds(&file.tracks[i]);
        walk_over(&file.tracks[i], i + 2);
    }
    track_file_clear(&file);
}

static void a_car_in_ireland(void **state)
{
    (void)state;
    walk_over_file("drumlish.gpx");
}

static void a_car_in_ontario(void **state)
{
    (void)state;
    walk_over_file("reference_track_dg100.gpx");
}

static void taxis_in_wuxi(void **state)
{
    (void)state;
    walk_over_file("wuxi-taxis.csv");
}

int main(void)
{
    char path[PATH_SIZE];
    find_trace("wuxi-taxis.csv", path);
    if (access(path, R_OK) != 0) {
        (void)puts("1..0 # SKIP no real tracks at hand");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_car_in_ireland),
        cmocka_unit_test(a_car_in_ontario),
        cmocka_unit_test(taxis_in_wuxi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
