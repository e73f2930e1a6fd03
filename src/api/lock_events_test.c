/* Section 32 over fixes that went the whole way through ingest and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define LOCKS      "vehicle/GetLockEvents"
#define START_S    INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define SPAN       "'StartTime':'2026-01-01','EndTime':'2026-01-02'"
#define OF(id)     "{'DeviceID':'" id "'," SPAN "}"
#define ROWS(rows) "{'Code':200,'Data':[" rows "],'ErrMsg':'Success'}"
#define ROW(what, time, flag)                                                                      \
    "{'DeviceID':'100','VehicleNum':'N 1','EventInfo':'" what "','EventTime':'2026/1/1 " time      \
    "','GPSTime':'2026/1/1 " time "','GPSFlag':'" flag                                             \
    "','Lon':13.400000,'Lat':52.500000,'Address':'Berlin, Germany','Speed':36.0,'Direction':260,"  \
    "'Mileage':53.0}"

static struct message lock_at(int64_t time_s, enum fix_lock event)
{
    struct message m = fleet_fix(START_S + time_s);
    fix_set_speed_kmh_e2(&m.fix, 3600);
    fix_set_course_cdeg(&m.fix, 26000);
    fix_set_odometer_m(&m.fix, 53000);
    fix_set_lock(&m.fix, event);
    return m;
}

static void report(struct fleet *f, const struct message *messages, size_t count)
{
    fleet_report(f, "100", messages, count);
}

static void test_events_as_the_document_words_them(void **state)
{
    const struct message messages[] = {
        lock_at(0, FIX_LOCK_LOCKED_IN),         lock_at(30, FIX_LOCK_LOCKED_IN),
        lock_at(60, FIX_LOCK_UNLOCKED_BY_CARD), lock_at(61, FIX_LOCK_UNLOCKED_OUT),
        lock_at(90, FIX_LOCK_UNLOCKED_OUT),     lock_at(120, FIX_LOCK_OFF),
    };
    report(*state, messages, COUNT_OF(messages));
    static const struct row rows[] = {
        {VERA | NILS | ANNA, LOCKS, OF("100"),
         ROWS(ROW("lock off", "11:02:00", "Yes") "," ROW(
             "Unlocked & Pole/Rope out Lock", "11:01:01",
             "Yes") "," ROW("Unlocked by card", "11:01:00",
                            "Yes") "," ROW("Locked & Pole/Rope in Lock", "11:00:00", "Yes"))},
        {VERA, LOCKS,
         "{'DeviceID':'100','StartTime':'2026-01-01 11:01:01','EndTime':'2026-01-01 11:01:59'}",
         ROWS(ROW("Unlocked & Pole/Rope out Lock", "11:01:01", "Yes"))},
        {VERA, LOCKS,
         "{'DeviceID':'100','StartTime':'2026-01-01 11:01:30','EndTime':'2026-01-01 11:01:59'}",
         ROWS("")},
    };
    TRY_ROWS(*state, rows);
}

static void test_who_sees_them(void **state)
{
    const struct message m = lock_at(0, FIX_LOCK_ON);
    report(*state, &m, 1);
    static const struct row rows[] = {
        {BERTA, LOCKS, OF("100"), FAILS(404, "This device does not exist")},
        {NILS | GRETA, LOCKS, OF("200"), FAILS(404, "This device does not exist")},
        {VERA, LOCKS, OF("no"), FAILS(404, "This device does not exist")},
        {VERA, LOCKS, "{'DeviceID':'no','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         FAILS(404, "This device does not exist")},
        {VERA, LOCKS, "{'DeviceID':'100','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         FAILS(403, "startTime should not be greater than end time")},
        {VERA, LOCKS, "{'DeviceID':'100','EndTime':'2026-01-01'}",
         FAILS(500, "StartTime: value missing")},
        {NOBODY, LOCKS, OF("100"), FAILS(401, "Token invalid")},
        {VERA, LOCKS, OF("200"), ROWS("")},
    };
    TRY_ROWS(*state, rows);
}

static void test_without_a_place_nothing_is_at_0(void **state)
{
    struct message messages[] = {lock_at(0, FIX_LOCK_ON), lock_at(10, FIX_LOCK_OFF)};
    messages[0].fix.has &= ~(uint32_t)FIX_HAS_POSITION;
    messages[0].fix.flags &= ~(uint32_t)FIX_VALID;
    messages[0].fix.lat_e7 = 0;
    messages[0].fix.lon_e7 = 0;
    messages[1].fix.source = FIX_LBS;
    report(*state, messages, COUNT_OF(messages));
    static const struct row rows[] = {
        {VERA, LOCKS, OF("100"), "...'GPSFlag':'No','Lon':null,'Lat':null,'Address':null"},
        {VERA, LOCKS, OF("100"), "..." ROW("lock off", "11:00:10", "No")},
    };
    TRY_ROWS(*state, rows);
}

/* What comes late stands where it belongs, and what it proves to be no change goes. */
static void test_late_events_stand_where_they_belong(void **state)
{
    const struct message now[] = {lock_at(0, FIX_LOCK_ON), lock_at(100, FIX_LOCK_OFF)};
    report(*state, now, COUNT_OF(now));
    struct message late[] = {lock_at(50, FIX_LOCK_OFF), lock_at(60, FIX_LOCK_WRONG_PASSWORD)};
    report(*state, late, COUNT_OF(late));
    static const struct row rows[] = {
        {VERA, LOCKS, OF("100"),
         ROWS(ROW("Wrong password", "11:01:00", "Yes") "," ROW(
             "lock off", "11:00:50", "Yes") "," ROW("lock on", "11:00:00", "Yes"))},
    };
    TRY_ROWS(*state, rows);
}

static void test_several_locks_of_one_report(void **state)
{
    struct arena arena = {0};
    struct extras x;
    struct message m = lock_at(0, FIX_LOCK_OFF);
    extras_init(&x, &arena);
    extras_set_text(&x, EXTRA_LOCK_EVENT, 1, bytes_of_text("lock off"));
    extras_set_text(&x, EXTRA_LOCK_EVENT, 2, bytes_of_text("lock on"));
    m.extras = extras_pack(&x);
    report(*state, &m, 1);
    arena_free(&arena);
    static const struct row rows[] = {
        {VERA, LOCKS, OF("100"),
         ROWS(ROW("2# lock on", "11:00:00", "Yes") "," ROW("1# lock off", "11:00:00", "Yes"))},
    };
    TRY_ROWS(*state, rows);
}

/* Years around the few events, in windows; a day before the range tells the state it begins in. */
static void test_a_long_range_and_the_state_before_it(void **state)
{
    enum { DAY_S = 86400 };
    const struct message messages[] = {
        lock_at(INT64_C(-200) * DAY_S, FIX_LOCK_ON),
        lock_at(INT64_C(-100) * DAY_S, FIX_LOCK_ON),
        lock_at(INT64_C(-99) * DAY_S, FIX_LOCK_OFF),
        lock_at(0, FIX_LOCK_ON),
        lock_at(600, FIX_LOCK_ON),
    };
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        report(*state, &messages[i], 1);
    }
    static const struct row rows[] = {
        {VERA, LOCKS, "{'DeviceID':'100','StartTime':'0001-01-01','EndTime':'9999-01-01'}",
         "...'EventInfo':'lock off','EventTime':'2025/9/24 12:00:00'"},
        {VERA, LOCKS, "{'DeviceID':'100','StartTime':'0001-01-01','EndTime':'9999-01-01'}",
         "...'EventInfo':'lock on','EventTime':'2025/6/15 12:00:00'"},
        {VERA, LOCKS, "{'DeviceID':'100','StartTime':'2026-01-01 11:05:00','EndTime':'2027-01-01'}",
         ROWS("")},
    };
    TRY_ROWS(*state, rows);
    char *all = answer_of(*state, P_VERA, LOCKS,
                          "{'DeviceID':'100','StartTime':'0001-01-01','EndTime':'9999-01-01'}");
    size_t count = 0;
    for (const char *at = strstr(all, "EventInfo"); at != NULL; at = strstr(at + 1, "EventInfo")) {
        count++;
    }
    assert_int_equal(count, 3);
    g_free(all);
}

static void test_many_events_come_in_pieces(void **state)
{
    enum { EVENTS = 1500 };
    struct message *messages = mem_new_array(EVENTS, sizeof(*messages));
    for (int i = 0; i < EVENTS; i++) {
        messages[i] = lock_at(i, i % 2 == 0 ? FIX_LOCK_ON : FIX_LOCK_OFF);
    }
    report(*state, messages, EVENTS);
    free(messages);
    char *all = answer_of(*state, P_VERA, LOCKS, OF("100"));
    size_t count = 0;
    for (const char *at = strstr(all, "EventInfo"); at != NULL; at = strstr(at + 1, "EventInfo")) {
        count++;
    }
    assert_int_equal(count, EVENTS);
    assert_non_null(strstr(all, "[{\"DeviceID\":\"100\",\"VehicleNum\":\"N 1\",\"EventInfo\":"
                                "\"lock off\",\"EventTime\":\"2026/1/1 11:24:59\""));
    g_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_events_as_the_document_words_them),
        FLEET_TEST(test_who_sees_them),
        FLEET_TEST(test_without_a_place_nothing_is_at_0),
        FLEET_TEST(test_late_events_stand_where_they_belong),
        FLEET_TEST(test_several_locks_of_one_report),
        FLEET_TEST(test_a_long_range_and_the_state_before_it),
        FLEET_TEST(test_many_events_come_in_pieces),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
