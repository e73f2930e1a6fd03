#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "simulate/drive.h"

enum { START_S = 1767225600, REPORTS = 5000 };

static void same_seed_same_drive(void **state)
{
    struct drive a;
    struct drive b;
    struct fix fa;
    struct fix fb;
    (void)state;
    drive_init(&a, 7, 52.5, 13.4, START_S);
    drive_init(&b, 7, 52.5, 13.4, START_S);
    for (int i = 0; i < 500; i++) {
        drive_next(&a, &fa);
        drive_next(&b, &fb);
        assert_memory_equal(&fa, &fb, sizeof(fa));
    }
    drive_init(&b, 8, 52.5, 13.4, START_S);
    drive_next(&b, &fb);
    assert_memory_not_equal(&fa, &fb, sizeof(fa));
}

static double metres_between(const struct fix *a, const struct fix *b)
{
    double north = (b->lat_e7 - a->lat_e7) * 1e-7 * 111195.0;
    double east = (b->lon_e7 - a->lon_e7) * 1e-7 * 111195.0 * cos(52.5 * M_PI / 180);
    return sqrt(north * north + east * east);
}

/* A day and more of one vehicle: what any tracker's owner would check of its track. */
static void drives_like_a_vehicle(void **state)
{
    struct drive d;
    struct fix last = {0};
    struct fix fix;
    int moving = 0;
    int idle = 0;
    int off = 0;
    (void)state;
    drive_init(&d, 3, 52.5, 13.4, START_S);
    for (int i = 0; i < REPORTS; i++) {
        drive_next(&d, &fix);
        assert_true(fix.speed_kmh_e2 <= 9000);
        assert_true(fabs(fix.lat_e7 * 1e-7 - 52.5) < 0.2 && fabs(fix.lon_e7 * 1e-7 - 13.4) < 0.3);
        if (i > 0) {
            int64_t gap_s = fix.gps_time_s - last.gps_time_s;
            assert_true(gap_s >= 1 && gap_s <= 600);
            assert_true(fix.odometer_m >= last.odometer_m);
            assert_true(metres_between(&last, &fix) <= (double)gap_s * 90 / 3.6 + 10);
        }
        bool on = (fix.flags & FIX_IGNITION_ON) != 0;
        moving += fix.speed_kmh_e2 > 0;
        idle += on && fix.speed_kmh_e2 == 0;
        off += !on;
        assert_true(on || fix.speed_kmh_e2 == 0);
        last = fix;
    }
    assert_true(moving > REPORTS / 4 && idle > 20 && off > 20);
    assert_true(last.odometer_m > 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_drive),
        cmocka_unit_test(drives_like_a_vehicle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
