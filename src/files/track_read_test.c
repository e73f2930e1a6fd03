#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files/track_read.h"

enum { TAKEN_MAX = 8 };
static const int64_t NOW_S = 1790000000; /* 2026-09-21T14:13:20Z */

/* What a reading told. */
struct told {
    struct file_fix fixes[TAKEN_MAX];
    char ids[TAKEN_MAX][65];
    size_t fix_count;
    uint64_t lines[TAKEN_MAX];
    char whys[TAKEN_MAX][TRACK_WHY_SIZE];
    size_t fault_count;
    char left_out[256]; /* names, each with a blank behind it */
    size_t device_count;
    char why[TRACK_WHY_SIZE];
};

static void take_fix(void *context, const struct file_fix *f)
{
    struct told *t = context;
    assert_true(t->fix_count < TAKEN_MAX);
    t->fixes[t->fix_count] = *f;
    (void)snprintf(t->ids[t->fix_count], sizeof(t->ids[0]), "%s", f->device_id);
    t->fix_count++;
}

static void take_device(void *context, const struct file_device *d)
{
    struct told *t = context;
    assert_true(strlen(d->device_id) > 0);
    t->device_count++;
}

static void take_fault(void *context, uint64_t line, const char *why)
{
    struct told *t = context;
    assert_true(t->fault_count < TAKEN_MAX);
    t->lines[t->fault_count] = line;
    (void)snprintf(t->whys[t->fault_count++], TRACK_WHY_SIZE, "%s", why);
}

static void take_name(void *context, const char *name)
{
    struct told *t = context;
    size_t len = strlen(t->left_out);
    (void)snprintf(t->left_out + len, sizeof(t->left_out) - len, "%s ", name);
}

/* Reads a text as a file of that kind. */
static enum err read_more(const char *text, const char *zone, struct track_reading *r,
                          struct told *told)
{
    const struct track_sink sink = {told, take_fix, take_device, take_fault, take_name};
    r->file = tmpfile();
    r->sink = &sink;
    r->now_s = NOW_S;
    assert_non_null(r->file);
    assert_int_equal(zone_find(zone, &r->zone), ERR_OK);
    assert_true(fputs(text, r->file) >= 0);
    rewind(r->file);
    enum track_kind kind = track_kind_of(r->file);
    enum err e = ERR_UNSUPPORTED;
    if (kind == TRACK_GPX) {
        e = gpx_read(r);
    } else if (kind == TRACK_CSV) {
        e = csv_tracks_read(r);
    } else if (kind == TRACK_TRACCAR_DEVICES) {
        e = traccar_read_devices(r);
    } else if (kind == TRACK_TRACCAR_POSITIONS) {
        e = traccar_read_positions(r);
    }
    (void)snprintf(told->why, sizeof(told->why), "%s", r->why);
    (void)fclose(r->file);
    zone_release(r->zone);
    return e;
}

static enum err read_text(const char *text, const char *zone, struct told *told)
{
    struct track_reading r = {.device_id = NULL};
    *told = (struct told){0};
    enum err e = read_more(text, zone, &r, told);
    traccar_devices_free(r.traccar);
    return e;
}

static void test_kinds(void **state)
{
    static const struct {
        const char *text;
        enum track_kind kind;
    } rows[] = {
        {"<?xml version=\"1.0\"?><gpx/>", TRACK_GPX},
        {"\xef\xbb\xbf \n<gpx/>", TRACK_GPX},
        {"lat,lon,time\n", TRACK_CSV},
        {"\"LAT\";\"LON\"\n", TRACK_CSV},
        {"ID,NAME,UNIQUEID\n", TRACK_TRACCAR_DEVICES},
        {"id,deviceid,fixtime,latitude,longitude\n", TRACK_TRACCAR_POSITIONS},
        {"id,name\n", TRACK_UNKNOWN},
        {"", TRACK_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_true(fputs(rows[i].text, file) >= 0);
        rewind(file);
        assert_int_equal(track_kind_of(file), rows[i].kind);
        assert_int_equal(ftell(file), 0);
        (void)fclose(file);
    }
}

/* Times in all their forms, at a clock that is set back: a local time means its first pass. */
static void test_times(void **state)
{
    static const struct {
        const char *time;
        int64_t time_s; /* 0: it is none */
    } rows[] = {
        {"2024-10-27T00:30:00Z", 1729989000},
        {"2024-10-27 00:30:00.999Z", 1729989000},
        {"2024-10-27 02:30:00+02", 1729989000},
        {"2024-10-27 02:30:00+02:00", 1729989000},
        {"2024-10-27 02:30:00+0200", 1729989000},
        {"2024-10-27 02:30:00", 1729989000},
        {"2024-10-27T02:30:00.5", 1729989000},
        {"1729989000", 1729989000},
        {"1729989000500", 1729989000},
        {"2024-10-27", 1729980000},
        {"", 0},
        {"yesterday", 0},
        {"2024-13-27 02:30:00", 0},
        {"2004-12-31 23:00:00", 0},
        {"2026-09-21T14:23:21Z", 0}, /* ten minutes and a second from now */
        {"999999999999999999999999999999", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;
        char text[160];
        (void)snprintf(text, sizeof(text), "device_id,time,lat,lon\n100,%s,1,2\n", rows[i].time);
        assert_int_equal(read_text(text, "Europe/Berlin", &told), ERR_OK);
        assert_int_equal(told.fix_count, rows[i].time_s != 0);
        assert_int_equal(told.fault_count, rows[i].time_s == 0);
        if (rows[i].time_s != 0) {
            assert_int_equal(told.fixes[0].fix.gps_time_s, rows[i].time_s);
            assert_int_equal(told.fixes[0].rcv_time_s, rows[i].time_s);
        }
    }
}

static void test_arrivals_that_cannot_be(void **state)
{
    static const struct {
        const char *received;
        bool counts;
    } rows[] = {
        {"2006-01-01T00:00:01Z", true},
        {"2005-12-31T23:50:00Z", true},  /* ten minutes before */
        {"2005-12-31T23:49:59Z", false}, /* a second more */
        {"2010-01-01T00:00:00Z", true},
        {"2025-09-20T00:00:00Z", false}, /* as a rollover of the GPS week would have it */
        {"2026-08-01T00:00:00Z", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;
        char text[160];
        (void)snprintf(text, sizeof(text),
                       "device_id,time_utc,lat,lon,received_utc\n100,2006-01-01 00:00:00,1,2,%s\n",
                       rows[i].received);
        assert_int_equal(read_text(text, "UTC", &told), ERR_OK);
        assert_int_equal(told.fix_count, 1);
        assert_int_equal(told.fixes[0].rcv_time_s != told.fixes[0].fix.gps_time_s, rows[i].counts);
    }
}

static void test_values_of_csv(void **state)
{
    struct told told;
    (void)state;
    assert_int_equal(
        read_text("device_id,time_utc,lat,lon,position,alarms,marks,cell,iccid,speed_kmh,extra,x\n"
                  "'=1,2024-03-01 08:00:00,1,2,,,,,,,,\n"
                  "100,2024-03-01 08:00:00,-1.5,2,lbs,sos alarm; Power off alarm,heartbeat,"
                  "262-1-5-17,8988228055509013601,40.5,\"{\"\"rpm\"\":820,\"\"y\"\":1}\",z\n"
                  "100,2024-03-01 08:00:00,1,2,last,,,,,,,\n"
                  "100,2024-03-01 08:00:00,,,,,,,,,,\n"
                  "100,2024-03-01 08:00:00,1,2,,no alarm,,,,,,\n"
                  "100,2024-03-01 08:00:00,1,2,,,nothing,,,,,\n"
                  "100,2024-03-01 08:00:00,1,2,,,,1-2-3,,,,\n"
                  "100,2024-03-01 08:00:00,1,2,,,,,,,[1],\n",
                  "UTC", &told),
        ERR_OK);
    assert_int_equal(told.fix_count, 3);
    assert_int_equal(told.fault_count, 5);
    const struct fix *f = &told.fixes[0].fix;
    assert_int_equal(f->lat_e7, -15000000);
    assert_int_equal(f->source, FIX_LBS);
    assert_int_equal(f->flags & FIX_VALID, 0);
    assert_int_equal(f->alarms, ALARM_BIT(SOS) | ALARM_BIT(POWER_OFF));
    assert_true((f->flags & FIX_HEARTBEAT) != 0);
    assert_int_equal(f->cell.cid, 17);
    assert_string_equal(f->iccid, "8988228055509013601");
    assert_int_equal(f->speed_kmh_e2, 4050);
    assert_false(fix_has_position(&told.fixes[1].fix));
    assert_false(fix_has_position(&told.fixes[2].fix));
    assert_string_equal(told.left_out, "y x ");
    assert_string_equal(told.whys[1], "an alarm that is none");
    assert_int_equal(told.lines[0], 2);
    assert_int_equal(told.lines[4], 9);
}

static void test_points_of_gpx(void **state)
{
    struct told told;
    (void)state;
    assert_int_equal(
        read_text("<gpx xmlns:odo='urn:odograph:track:1'><trk><extensions><odo:device_id>100"
                  "</odo:device_id></extensions><trkseg>\n"
                  "<trkpt lat='1' lon='2'><ele> 3.5 </ele><time>2024-03-01T08:00:00Z</time>"
                  "<sat>9</sat><extensions><a:TrackPointExtension><a:speed>10</a:speed>"
                  "<a:hr>70</a:hr></a:TrackPointExtension><odo:extra name='rpm'>820</odo:extra>"
                  "</extensions></trkpt>\n"
                  "<trkpt lat='1' lon='2'><time>2024-03-01T08:00:30Z</time><fix>none</fix>"
                  "<extensions><odo:speed_kmh>40.55</odo:speed_kmh><a:speed>1</a:speed>"
                  "</extensions></trkpt>\n"
                  "<trkpt lat='1' lon='2'/>\n"
                  "<trkpt lat='91' lon='2'><time>2024-03-01T08:00:00Z</time></trkpt>\n"
                  "<trkpt lat='1'><time>2024-03-01T08:00:00Z</time></trkpt>\n"
                  "</trkseg></trk><trk><trkseg><trkpt lat='1' lon='2'>"
                  "<time>2024-03-01T08:00:00Z</time></trkpt></trkseg></trk></gpx>",
                  "UTC", &told),
        ERR_OK);
    assert_int_equal(told.fix_count, 2);
    assert_string_equal(told.ids[0], "100");
    assert_int_equal(told.fixes[0].fix.altitude_dm, 35);
    assert_int_equal(told.fixes[0].fix.speed_kmh_e2, 3600);
    assert_int_equal(told.fixes[0].fix.satellites, 9);
    assert_int_equal(told.fixes[1].fix.speed_kmh_e2, 4055);
    assert_int_equal(told.fixes[1].fix.flags & FIX_VALID, 0);
    assert_int_equal(told.fault_count, 4); /* the second track is of no device */
    assert_int_equal(told.lines[0], 4);
    assert_string_equal(told.left_out, "hr ");
}

static void test_files_that_are_broken(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"<gpx><trk></gpx>", "line 1: mismatched tag"},
        {"<gpx>", "line 1: no element found"},
        {"<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx>&a;</gpx>", "line 1: a document type is not taken"},
        {"<kml/>", "line 1: the document is no <gpx>"},
        {"lat,lon\n", "line 1: wants the columns lat, lon, and time or time_utc"},
        {"lat,lon,time\n1,2,\"3\n", "line 2: a quote that is never closed"},
        {"uniqueid,name\n", "line 1: tc_devices lacks the column id"},
        {"deviceid,fixtime\n", "line 1: tc_positions lacks the column latitude"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;
        assert_int_equal(read_text(rows[i].text, "UTC", &told), ERR_MALFORMED);
        assert_string_equal(told.why, rows[i].why);
        assert_int_equal(told.fix_count, 0);
    }
}

/* Alarms that are none of ours, a value that is none, and a tag that never ends. */
static void test_what_gpx_may_not_hold(void **state)
{
    enum { ENOUGH = 2 * 1024 * 1024 };
    static const char head[] = "<gpx><trk><extensions><device_id>100</device_id></extensions>"
                               "<trkpt lat='1' lon='2'><time>2024-03-01T08:00:00Z</time>"
                               "<extensions>";
    static const char foot[] = "</extensions></trkpt></trk></gpx>";
    struct told told;
    char text[2048];
    (void)state;
    (void)snprintf(text, sizeof(text), "%s<alarms>SOS alarm; hunger</alarms>%s", head, foot);
    assert_int_equal(read_text(text, "UTC", &told), ERR_OK);
    assert_int_equal(told.fixes[0].fix.alarms, ALARM_BIT(SOS));
    assert_string_equal(told.left_out, "alarms ");
    (void)snprintf(text, sizeof(text), "%s<fuel_l>much</fuel_l>%s", head, foot);
    assert_int_equal(read_text(text, "UTC", &told), ERR_OK);
    assert_string_equal(told.whys[0], "fuel_l is no such value");
    assert_int_equal(told.fix_count, 0);

    char *endless = malloc(ENOUGH);
    assert_non_null(endless);
    memset(endless, ' ', ENOUGH);
    memcpy(endless, "<gpx><a b='", strlen("<gpx><a b='"));
    endless[ENOUGH - 1] = '\0';
    assert_int_equal(read_text(endless, "UTC", &told), ERR_MALFORMED);
    assert_string_equal(told.why, "line 1: a tag is too long");
    free(endless);
}

static void test_traccar(void **state)
{
    struct track_reading r = {.device_id = NULL};
    struct told told = {0};
    (void)state;
    assert_int_equal(read_more("ID,UNIQUEID,NAME\n1,100,Van\n2,not one!,X\n", "UTC", &r, &told),
                     ERR_OK);
    assert_int_equal(told.device_count, 1);
    assert_int_equal(told.fault_count, 1);
    assert_int_equal(
        read_more("deviceid,fixtime,latitude,longitude,speed,course,altitude,valid,protocol,"
                  "servertime,attributes,network\n"
                  "1,2024-03-01 08:00:00,48.1,11.5,10,359.999,1.5e-05,1,gt06,"
                  "2024-03-01 08:00:05,\"{\"\"io1\"\":5,\"\"batteryLevel\"\":\"\"x\"\"}\",\\N\n"
                  "1,2024-03-01 08:00:00,48.1,11.5,-1,0,0,1,,,,\n"
                  "1,2024-03-01 08:00:00,48.1,11.5,0,0,0,1,,,[],\n"
                  "2,2024-03-01 08:00:00,48.1,11.5,0,0,0,1,,,,\n",
                  "UTC", &r, &told),
        ERR_OK);
    assert_int_equal(told.fix_count, 1);
    assert_int_equal(told.fault_count, 4);
    const struct fix *f = &told.fixes[0].fix;
    assert_int_equal(f->speed_kmh_e2, 1852);
    assert_int_equal(f->altitude_dm, 0);
    assert_int_equal(told.fixes[0].rcv_time_s, f->gps_time_s + 5);
    assert_string_equal(told.left_out, "io1 batteryLevel ");
    traccar_devices_free(r.traccar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_arrivals_that_cannot_be),
        cmocka_unit_test(test_values_of_csv),
        cmocka_unit_test(test_points_of_gpx),
        cmocka_unit_test(test_files_that_are_broken),
        cmocka_unit_test(test_what_gpx_may_not_hold),
        cmocka_unit_test(test_traccar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
