/* Visits out of made records of crossings: their ends, what is clipped, and pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/alarms_testing.h"

#define VISITS "manage/GetFenceVisits"
/* The ten minutes from DAY_S on. */
#define RANGE "'StartTime':'2026-01-01 11:00:00','EndTime':'2026-01-01 11:10:00'"
#define SPANS(rows, next, done, of)                                                                \
    ANSWERS("{'data':[" rows "],'next':" next ",'done':" #done ",'of':" #of "}")
#define VISIT(device, plate, fence, name, start, end, seconds, clipped)                            \
    "{'DeviceID':'" device "','VehicleNum':'" plate "','PolygonID':" #fence ",'RegionName':'" name \
    "','StartTime':'2026-01-01 " start "','EndTime':" end ",'Seconds':" #seconds                   \
    ",'Kilometres':'0.000','Lon':null,'Lat':null,'Clipped':" #clipped "}"

enum { NORTHERN = 1, SOUTHERN };

static struct event crossing(int64_t device, enum alarm_type kind, uint32_t fence, int64_t time_s)
{
    return (struct event){
        .device_id = device,
        .kind = (uint8_t)kind,
        .subject = fence,
        .name = "Yard",
        .gps_time_s = time_s,
        .ended_s = time_s,
    };
}

static void test_pairs_of_records(void **state)
{
    const struct event events[] = {
        crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 7, 60),
        crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 8, 90),
        crossing(NORTHERN, ALARM_GEOFENCE_LEAVE, 7, 160),
        crossing(NORTHERN, ALARM_GEOFENCE_LEAVE, 8, 200),
        crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 7, 300),
        crossing(NORTHERN, ALARM_GEOFENCE_LEAVE, 7, 900),
        crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 9, -60),
        crossing(SOUTHERN, ALARM_GEOFENCE_LEAVE, 9, 60),
        crossing(SOUTHERN, ALARM_GEOFENCE_LEAVE, 10, 700), /* in it all the time */
        crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 11, 700), /* behind the range */
        crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 0, 100),  /* of the tracker's own */
    };
    static const struct row rows[] = {
        {ANNA, VISITS, "{'DeviceIDs':'100'," RANGE "}",
         SPANS(VISIT("100", "N 1", 7, "Yard", "11:01:00", "'2026-01-01 11:02:40'", 100,
                     false) "," VISIT("100", "N 1", 8, "Yard", "11:01:30", "'2026-01-01 11:03:20'",
                                      110, false) "," VISIT("100", "N 1", 7, "Yard", "11:05:00",
                                                            "'2026-01-01 11:10:00'", 300, true),
               "null", 1, 1)},
        {ANNA, VISITS, "{'DeviceIDs':'200'," RANGE "}",
         SPANS(VISIT("200", "S 1", 9, "Yard", "11:00:00", "'2026-01-01 11:01:00'", 60,
                     true) "," VISIT("200", "S 1", 10, "Yard", "11:00:00", "'2026-01-01 11:10:00'",
                                     600, true),
               "null", 1, 1)},
        {NILS, VISITS, "{'PolygonIDs':[8,9]," RANGE "}",
         SPANS(VISIT("100", "N 1", 8, "Yard", "11:01:30", "'2026-01-01 11:03:20'", 110, false),
               "null", 1, 1)},
        {ANNA, VISITS, "{'After':'1767261690/100'," RANGE "}",
         "...{'data':[{'DeviceID':'100','VehicleNum':'N 1','PolygonID':7,'RegionName':'Yard',"
         "'StartTime':'2026-01-01 11:05:00',"},
        {BERTA, VISITS, "{'DeviceIDs':'100'," RANGE "}", SPANS("", "null", 0, 0)},
        {ANNA, VISITS, "{'After':'x'," RANGE "}", FAILS(500, "After: no such page")},
        {ANNA, VISITS, "{'StartTime':'2016-01-01','EndTime':'2026-01-01'}",
         FAILS(500, "EndTime: more than 3100 device-days are asked for")},
    };
    make_events(*state, events, COUNT_OF(events));
    TRY_ROWS(*state, rows);
}

/* No record says that it went out, and it is not there now: the geofence may be gone. */
static void test_an_end_that_nobody_knows(void **state)
{
    const struct event e = crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 7, 60);
    static const struct row rows[] = {
        {NILS, VISITS, "{" RANGE "}",
         SPANS(VISIT("100", "N 1", 7, "Yard", "11:01:00", "'2026-01-01 11:10:00'", 540, true),
               "null", 1, 1)},
        {NILS, VISITS, "{'StartTime':'2026-01-01','EndTime':'2033-01-01'}", "...'Clipped':true}]"},
    };
    make_events(*state, &e, 1);
    TRY_ROWS(*state, rows);
}

/* Geofence 7 of One, as it is from 250 on. */
static enum err draw_fence(struct job_context *job, void *arg)
{
    static const struct point corners[] = {{0, 0}, {0, 10000}, {10000, 10000}};
    const struct shape_ring ring = {.points = corners, .count = COUNT_OF(corners)};
    struct bytes rings = geofence_pack_rings(job->changes.arena, &ring, 1);
    (void)arg;
    change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = (struct geofence){
        .enterprise_id = ONE,
        .id = 7,
        .from_s = DAY_S + 250,
        .until_s = INT64_MAX,
        .name = "Yard",
        .rings = rings.at,
        .rings_len = rings.len,
        .devices = rings.at,
        .groups = rings.at,
    };
    return ERR_OK;
}

/* Who is in a geofence by a change, or no longer, did not cross its border. */
static void test_changes_move_nobody(void **state)
{
    const struct event events[] = {
        crossing(1, ALARM_GEOFENCE_ENTER, 7, 60),  crossing(1, ALARM_GEOFENCE_LEAVE, 7, 100),
        crossing(1, ALARM_GEOFENCE_LEAVE, 7, 300), crossing(1, ALARM_GEOFENCE_LEAVE, 7, 310),
        crossing(2, ALARM_GEOFENCE_ENTER, 7, 60),  crossing(2, ALARM_GEOFENCE_ENTER, 7, 300),
        crossing(2, ALARM_GEOFENCE_ENTER, 7, 310), crossing(2, ALARM_GEOFENCE_LEAVE, 7, 320),
        crossing(3, ALARM_GEOFENCE_LEAVE, 7, 260),
    };
    static const struct row rows[] = {
        {ANNA, VISITS, "{'DeviceIDs':'100'," RANGE "}",
         SPANS(VISIT("100", "N 1", 7, "Yard", "11:01:00", "'2026-01-01 11:01:40'", 40,
                     false) "," VISIT("100", "N 1", 7, "Yard", "11:04:10", "'2026-01-01 11:05:00'",
                                      50, false),
               "null", 1, 1)},
        {ANNA, VISITS, "{'DeviceIDs':'200'," RANGE "}",
         SPANS(VISIT("200", "S 1", 7, "Yard", "11:01:00", "'2026-01-01 11:04:10'", 190,
                     false) "," VISIT("200", "S 1", 7, "Yard", "11:05:00", "'2026-01-01 11:05:20'",
                                      20, false),
               "null", 1, 1)},
        {ANNA, VISITS, "{'DeviceIDs':'300'," RANGE "}",
         SPANS(VISIT("300", "F 1", 7, "Yard", "11:04:10", "'2026-01-01 11:04:20'", 10, false),
               "null", 1, 1)},
    };
    struct fleet *f = *state;
    assert_int_equal(ingest_call(f->p->shard.ingest, draw_fence, NULL, NULL, FLEET_JOB_MS), ERR_OK);
    make_events(f, events, COUNT_OF(events));
    TRY_ROWS(f, rows);
}

/* A version of geofence 8 of One, for a device alone. */
struct made_version {
    int64_t from_s;
    int64_t until_s;
    int64_t device;
};

static enum err draw_versions(struct job_context *job, void *arg)
{
    static const struct point corners[] = {{0, 0}, {0, 10000}, {10000, 10000}};
    static const struct made_version versions[] = {
        {-100, 100, NORTHERN}, {100, 300, SOUTHERN}, {300, 400, NORTHERN}};
    const struct shape_ring ring = {.points = corners, .count = COUNT_OF(corners)};
    struct bytes rings = geofence_pack_rings(job->changes.arena, &ring, 1);
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct bytes devices = geofence_pack_ids(job->changes.arena, &versions[i].device, 1);
        change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = (struct geofence){
            .enterprise_id = ONE,
            .id = 8,
            .from_s = DAY_S + versions[i].from_s,
            .until_s = DAY_S + versions[i].until_s,
            .name = "Yard",
            .rings = rings.at,
            .rings_len = rings.len,
            .devices = devices.at,
            .devices_len = devices.len,
            .groups = rings.at,
        };
    }
    return ERR_OK;
}

/* It went in, and was in when the geofence became another device's, and when it was deleted. */
static void test_visits_end_with_what_applies(void **state)
{
    const struct event events[] = {
        crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 8, 60),
        crossing(NORTHERN, ALARM_GEOFENCE_ENTER, 8, 310),
        crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 8, 200),
        crossing(SOUTHERN, ALARM_GEOFENCE_LEAVE, 8, 250),
        crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 8, 260),
    };
    static const struct row rows[] = {
        {ANNA, VISITS, "{'DeviceIDs':'100'," RANGE "}",
         SPANS(VISIT("100", "N 1", 8, "Yard", "11:01:00", "'2026-01-01 11:01:40'", 40,
                     false) "," VISIT("100", "N 1", 8, "Yard", "11:05:10", "'2026-01-01 11:06:40'",
                                      90, false),
               "null", 1, 1)},
        {ANNA, VISITS, "{'DeviceIDs':'200'," RANGE "}",
         SPANS(VISIT("200", "S 1", 8, "Yard", "11:03:20", "'2026-01-01 11:04:10'", 50,
                     false) "," VISIT("200", "S 1", 8, "Yard", "11:04:20", "'2026-01-01 11:05:00'",
                                      40, false),
               "null", 1, 1)},
        /* Begun before the range, and ended before it. */
        {ANNA, VISITS,
         "{'DeviceIDs':'100','StartTime':'2026-01-01 11:02:00','EndTime':'2026-01-01 11:05:00'}",
         SPANS("", "null", 1, 1)},
        {ANNA, VISITS,
         "{'DeviceIDs':'100','StartTime':'2026-01-01 11:01:20','EndTime':'2026-01-01 11:05:00'}",
         SPANS(VISIT("100", "N 1", 8, "Yard", "11:01:20", "'2026-01-01 11:01:40'", 20, true),
               "null", 1, 1)},
    };
    struct fleet *f = *state;
    assert_int_equal(ingest_call(f->p->shard.ingest, draw_versions, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
    make_events(f, events, COUNT_OF(events));
    TRY_ROWS(f, rows);
}

/* Reads all pages; how many rows there are, and on how many pages. */
static size_t page_through(struct fleet *f, size_t *pages)
{
    static const char row[] = "\"PolygonID\":";
    char after[64] = "";
    size_t rows = 0;
    for (*pages = 0; *pages == 0 || after[0] != '\0'; (*pages)++) {
        char *body = g_strdup_printf("{'After':'%s'," RANGE "}", after);
        char *answer = answer_of(f, P_ANNA, VISITS, body);
        for (const char *at = strstr(answer, row); at != NULL; at = strstr(at + 1, row)) {
            rows++;
        }
        after[0] = '\0';
        const char *next = strstr(answer, "\"next\":");
        assert_non_null(next);
        (void)sscanf(next, "\"next\":\"%63[^\"]\"", after);
        g_free(answer);
        g_free(body);
    }
    return rows;
}

/* Two of each time, which no page parts. */
static void test_pages(void **state)
{
    enum { PAIRS = 501, STEP_S = 1 };
    struct event events[PAIRS * 4];
    size_t n = 0;
    size_t pages = 0;
    for (int64_t i = 0; i < PAIRS; i++) {
        for (uint32_t fence = 7; fence <= 8; fence++) {
            events[n++] = crossing(NORTHERN, ALARM_GEOFENCE_ENTER, fence, i * STEP_S);
            events[n++] = crossing(NORTHERN, ALARM_GEOFENCE_LEAVE, fence, i * STEP_S);
        }
    }
    make_events(*state, events, n);
    const struct event more[] = {crossing(SOUTHERN, ALARM_GEOFENCE_ENTER, 7, 10),
                                 crossing(SOUTHERN, ALARM_GEOFENCE_LEAVE, 7, 20)};
    make_events(*state, more, COUNT_OF(more));
    assert_int_equal(page_through(*state, &pages), 2 * PAIRS + 1);
    assert_true(pages >= 2); /* a slow machine ends them earlier */
}

/* More records than are read at once, of more geofences than a few. */
static void test_many_visits_of_many_geofences(void **state)
{
    enum { VISITS_MADE = 2000, FENCES = 100 };
    struct event *events = mem_new_array((size_t)2 * VISITS_MADE, sizeof(*events));
    size_t pages = 0;
    for (uint32_t i = 0; i < VISITS_MADE; i++) {
        uint32_t fence = 7 + i % FENCES;
        struct event *visit = &events[(size_t)2 * i];
        visit[0] = crossing(NORTHERN, ALARM_GEOFENCE_ENTER, fence, i / 4);
        visit[1] = crossing(NORTHERN, ALARM_GEOFENCE_LEAVE, fence, i / 4 + 20);
    }
    make_events(*state, events, (size_t)2 * VISITS_MADE);
    free(events);
    assert_int_equal(page_through(*state, &pages), VISITS_MADE);
    assert_true(pages >= 3); /* the last one of the other devices, who have none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_pairs_of_records),
        FLEET_TEST(test_an_end_that_nobody_knows),
        FLEET_TEST(test_changes_move_nobody),
        FLEET_TEST(test_visits_end_with_what_applies),
        FLEET_TEST(test_pages),
        FLEET_TEST(test_many_visits_of_many_geofences),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
