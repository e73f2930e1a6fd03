#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "files/track_format.h"
#include "files/track_format_private.h"

enum { FIXES = 5 };
static const int64_t BEGIN_S = 1790000000; /* 2026-09-21T14:13:20Z */

static struct fix fix_at(int i)
{
    struct fix f = {.rcv_time_s = BEGIN_S + i};
    fix_set_time(&f, BEGIN_S + (int64_t)60 * i + (i >= 3 ? 600 : 0));
    fix_set_position(&f, -338600000 + i, 1512000000 + i, true);
    fix_set_speed_kmh_e2(&f, 3600);
    if (i == 1) {
        f.source = FIX_LBS;
        f.alarms = ALARM_BIT(SOS) | ALARM_BIT(POWER_OFF);
        fix_set_lock(&f, FIX_LOCK_LOCKED_IN);
    }
    return f;
}

/* A file of two devices with FIXES records each; freed with free(). */
static char *file_of(const char *name)
{
    struct json_out out = {0};
    struct track_writer w;
    struct zone *zone = NULL;
    assert_int_equal(zone_find("Asia/Shanghai", &zone), ERR_OK);
    track_writer_begin(&w, track_format_find(name), "<title>", &out);
    for (int device = 0; device < 2; device++) {
        const struct track_subject subject = {device == 0 ? "100" : "200", "Van <1>", zone,
                                              "Asia/Shanghai"};
        track_writer_device(&w, &subject);
        for (int i = 0; i < FIXES; i++) {
            struct fix f = fix_at(i);
            track_writer_record(&w,
                                &(struct track_record){&f, {0}, &f, 123456, "Moving [0 seconds]"});
        }
        track_writer_device_end(&w);
    }
    track_writer_end(&w);
    zone_release(zone);
    struct bytes text = json_text(&out);
    char *copy = strndup((const char *)text.at, text.len);
    json_free(&out);
    return copy;
}

static size_t count(const char *text, const char *word)
{
    size_t found = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        found++;
    }
    return found;
}

static void test_formats_by_name(void **state)
{
    (void)state;
    size_t i = 0;
    for (; track_format_at(i) != NULL; i++) {
        assert_ptr_equal(track_format_find(track_format_at(i)->name), track_format_at(i));
    }
    assert_int_equal(i, 4);
    assert_ptr_equal(track_format_find("GPX"), &gpx_format);
    assert_null(track_format_find("xls"));
    assert_null(track_format_find(""));
}

static void test_gpx(void **state)
{
    char *text = file_of("gpx");
    (void)state;
    assert_int_equal(count(text, "<trk>"), 2);
    assert_int_equal(count(text, "<trkseg>"), 4); /* a silence in each */
    assert_int_equal(count(text, "<trkpt "), 2 * FIXES);
    assert_non_null(strstr(text, "<trkpt lat=\"-33.86\" lon=\"151.2\"><time>2026-09-21T14:13:20Z"));
    assert_non_null(strstr(text, "<gpxtpx:speed>10</gpxtpx:speed>"));
    assert_int_equal(count(text, "<src>lbs</src><fix>none</fix>"), 2);
    assert_non_null(strstr(text, "<odo:alarms>Power off alarm; SOS alarm</odo:alarms>"));
    assert_non_null(strstr(text, "<odo:lock>Locked &amp; Pole/Rope in Lock</odo:lock>"));
    assert_non_null(strstr(text, "<odo:total_km>1.23456</odo:total_km>"));
    assert_non_null(strstr(text, "<name>Van &lt;1&gt;</name>"));
    free(text);
}

static void test_kml(void **state)
{
    char *text = file_of("kml");
    (void)state;
    assert_int_equal(count(text, "<Folder>"), 2);
    assert_int_equal(count(text, "<gx:Track>"), 2 * 4); /* gps, lbs, gps, silence, gps */
    assert_int_equal(count(text, "</gx:Track>"), 2 * 4);
    assert_int_equal(count(text, "#lbs"), 2);
    assert_int_equal(count(text, "<when>"), 2 * FIXES);
    assert_non_null(strstr(text, "<gx:coord>151.2 -33.86 0</gx:coord>"));
    free(text);
}

static void test_csv(void **state)
{
    char *text = file_of("csv");
    (void)state;
    assert_int_equal(strncmp(text, "\xef\xbb\xbf", 3), 0);
    assert_int_equal(count(text, "\r\n"), 1 + 2 * FIXES);
    assert_non_null(strstr(text, "100,Van <1>,2026-09-21T22:13:20+08:00,Asia/Shanghai,"
                                 "2026-09-21T14:13:20Z,2026-09-21T14:13:20Z,-33.86,151.2,gps,"));
    assert_int_equal(count(text, ",lbs,"), 2);
    /* Every row has as many fields as the first one; none of them has a comma in it. */
    size_t commas = 0;
    for (const char *c = text; *c != '\r'; c++) {
        commas += *c == ',';
    }
    assert_int_equal(count(text, ","), commas * (1 + 2 * FIXES));
    free(text);
}

static void test_geojson(void **state)
{
    char *text = file_of("geojson");
    json_error_t error;
    (void)state;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "features")), 2 * FIXES);
    json_t *second = json_array_get(json_object_get(root, "features"), 1);
    json_t *properties = json_object_get(second, "properties");
    assert_string_equal(json_string_value(json_object_get(properties, "position")), "lbs");
    assert_string_equal(json_string_value(json_object_get(properties, "zone")), "Asia/Shanghai");
    assert_string_equal(json_string_value(json_object_get(properties, "time")),
                        "2026-09-21T22:14:20+08:00");
    json_decref(root);
    free(text);
}

static void test_marks(void **state)
{
    struct fix f = {.flags = FIX_HEARTBEAT | FIX_POWER_SAVE | FIX_TIME_MOVED};
    struct fix again = {0};
    char words[TRACK_MARKS_SIZE];
    (void)state;
    track_marks(&f, words);
    assert_string_equal(words, "heartbeat power_save time_moved");
    assert_true(track_mark_read(&again, bytes_of_text("heartbeat")));
    assert_true(track_mark_read(&again, bytes_of_text("time_moved")));
    assert_int_equal(again.flags, FIX_HEARTBEAT);
    assert_false(track_mark_read(&again, bytes_of_text("valid")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_by_name),
        cmocka_unit_test(test_gpx),
        cmocka_unit_test(test_kml),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_geojson),
        cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
