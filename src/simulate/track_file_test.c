#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "simulate/track_file.h"

/* Writes `text` to a file of its own and reads it as a track. */
static enum err read_text(const char *text, struct track_file *out)
{
    char path[] = "/tmp/odograph-track-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    enum err e = track_file_read(path, out);
    assert_int_equal(unlink(path), 0);
    return e;
}

static void reads_gpx(void **state)
{
    struct track_file t;
    (void)state;
    assert_int_equal(
        read_text("<?xml version='1.0'?><gpx version='1.1'><trk><trkseg>"
                  "<trkpt lat='53.5' lon='-7.25'><ele>61.5</ele><time>2017-03-01T10:00:10Z</time>"
                  "<speed>10.0</speed><course>359.9</course></trkpt>"
                  "<trkpt lat='53.4' lon='-7.2'><time>2017-03-01T10:00:00Z</time></trkpt>"
                  "<trkpt lat='53.4' lon='-7.2'/>"
                  "<trkpt lat='99' lon='-7.2'><time>2017-03-01T10:00:20Z</time></trkpt>"
                  "</trkseg></trk></gpx>",
                  &t),
        ERR_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.tracks[0].count, 2);
    const struct fix *f = &t.tracks[0].fixes[1];
    assert_int_equal(f->gps_time_s, 1488362410);
    assert_int_equal(f->lat_e7, 535000000);
    assert_int_equal(f->lon_e7, -72500000);
    assert_int_equal(f->altitude_dm, 615);
    assert_int_equal(f->speed_kmh_e2, 3600);
    assert_int_equal(f->course_cdeg, 35990);
    assert_int_equal(t.tracks[0].fixes[0].gps_time_s, 1488362400);
    track_file_clear(&t);
}

static void reads_nmea_with_good_sums_only(void **state)
{
    struct track_file t;
    (void)state;
    assert_int_equal(
        read_text("$GPRMC,120000.00,A,3003.1914,S,05110.2350,W,10.0,270.5,161208,,*0E\r\n"
                  "$GPRMC,120001.00,A,3003.1914,S,05110.2350,W,10.0,270.5,161208,,*00\r\n"
                  "$GPRMC,120002.00,V,3003.1914,S,05110.2350,W,10.0,270.5,161208,,*1B\r\n"
                  "$GPGGA,120003.00,3003.1914,S,05110.2350,W\r\n$GPR\r\n",
                  &t),
        ERR_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.tracks[0].count, 1);
    const struct fix *f = &t.tracks[0].fixes[0];
    assert_int_equal(f->gps_time_s, 1229428800);
    assert_int_equal(f->lat_e7, -300531900);
    assert_int_equal(f->lon_e7, -511705833);
    assert_int_equal(f->speed_kmh_e2, 1852);
    track_file_clear(&t);
}

static void reads_csv_a_track_an_id(void **state)
{
    struct track_file t;
    (void)state;
    assert_int_equal(read_text("longitude,latitude,timestamp,name_id\n"
                               "119.5,31.25,2020-07-18 09:00:10,a\n"
                               "119.6,31.25,1595062800,b\n"
                               "119.4,31.25,2020-07-18 09:00:00,a\n"
                               "119.4,31.25,2020-07-18T17:00:00+08:00,a\n"
                               "500,31.25,1595062800,b\n",
                               &t),
                     ERR_OK);
    assert_int_equal(t.count, 2);
    assert_int_equal(t.tracks[0].count + t.tracks[1].count, 3);
    const struct track *a = t.tracks[0].count == 2 ? &t.tracks[0] : &t.tracks[1];
    assert_int_equal(a->fixes[0].lon_e7, 1194000000);
    assert_int_equal(a->fixes[0].gps_time_s, 1595062800);
    assert_int_equal(a->fixes[1].gps_time_s, 1595062810);
    track_file_clear(&t);
}

static void refuses_the_rest(void **state)
{
    struct track_file t;
    (void)state;
    assert_int_equal(read_text("", &t), ERR_NOT_FOUND);
    assert_int_equal(read_text("hello\n", &t), ERR_NOT_FOUND);
    assert_int_equal(read_text("<gpx><trk>", &t), ERR_MALFORMED);
    assert_int_equal(read_text("<gpx></gpx>", &t), ERR_NOT_FOUND);
    assert_int_equal(track_file_read("/nonexistent/track.gpx", &t), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_gpx),
        cmocka_unit_test(reads_nmea_with_good_sums_only),
        cmocka_unit_test(reads_csv_a_track_an_id),
        cmocka_unit_test(refuses_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
