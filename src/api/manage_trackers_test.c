/* Focus marks, which are a user's own, and trackers that knocked and are not registered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "protocols/protocol.h"

#define FOCUS      "manage/SetFocus"
#define UNKNOWN    "manage/ListUnknownDevices"
#define MARKED     "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9,'Status':5}"
#define NO_ID      FAILS(500, "DeviceID: value missing")
#define START_S    INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC */
#define NOON_UTC   "'2026-01-01 10:00:00'"
#define STRANGER_5 "{'DeviceID':'005','Protocol':'gt06','Address':'192.0.2.5:1000',"

static void test_marks_are_a_users_own(void **state)
{
    static const struct row rows[] = {
        {VERA, FOCUS, "{'DeviceID':'100','Focus':true}", DONE_ROW},
        {VERA, FOCUS, "{'DeviceID':'100','Focus':'1'}", DONE_ROW}, /* again */
        {VERA, MARKED, "...{'total':1,'data':[{'DeviceID':'100',"},
        {ANNA | OLGA, MARKED, PAGE(0, "")},
        {NILS, FOCUS, "{'DeviceID':'00100','Focus':true}", DONE_ROW},
        {VERA, FOCUS, "{'DeviceID':'100','Focus':false}", DONE_ROW},
        {VERA, FOCUS, "{'DeviceID':'100','Focus':0}", DONE_ROW},
        {VERA, MARKED, PAGE(0, "")},
        {NILS, MARKED, "...{'total':1,'data':[{'DeviceID':'100',"},
        {ROOT, FOCUS, "{'HoldID':2,'DeviceID':'900','Focus':true}", DONE_ROW},
        {BERTA, MARKED, PAGE(0, "")},
        {ROOT, "vehicle/GetDeviceList", "{'HoldID':2,'PageIndex':1,'PageSize':9,'Status':5}",
         "...{'total':1,'data':[{'DeviceID':'900',"},
    };
    TRY_ROWS(*state, rows);
}

/* What cannot be seen cannot be marked; fields go before that. */
static void test_marks_that_are_refused(void **state)
{
    static const struct row rows[] = {
        {ANNA | VERA, FOCUS, "{'DeviceID':'900','Focus':true}", NO_DEVICE},
        {ANNA | VERA, FOCUS, "{'DeviceID':'999','Focus':false}", NO_DEVICE},
        {GRETA | NILS, FOCUS, "{'DeviceID':'200','Focus':true}", NO_DEVICE},
        {VERA, FOCUS, "{'DeviceID':'100'}", FAILS(500, "Focus: value missing")},
        {VERA, FOCUS, "{'Focus':true}", NO_ID},
        {VERA, FOCUS, "{'DeviceID':'999','Focus':'yes'}",
         FAILS(500, "Focus: neither true nor false")},
        {ROOT, FOCUS, "{'DeviceID':'100','Focus':true}", FAILS(500, "HoldID: value missing")},
        {NOBODY, FOCUS, "{'DeviceID':'100','Focus':true}", NO_TOKEN_ROW},
        {VERA, MARKED, PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* A mark goes with its device, and does not come back with a new one of that DeviceID. */
static void test_marks_go_with_the_device(void **state)
{
    static const struct row rows[] = {
        {VERA, FOCUS, "{'DeviceID':'100','Focus':true}", DONE_ROW},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'100'}", DONE_ROW},
        {VERA, FOCUS, "{'DeviceID':'100','Focus':false}", NO_DEVICE},
        {ANNA, "manage/AddDevice", "{'DeviceID':'100'}", DONE_ROW},
        {VERA, MARKED, PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* ---- unknown trackers ---- */

static void knock(struct fleet *f, const char *device_id, unsigned host, int64_t after_s)
{
    struct unknown_tracker seen = {
        .protocol = PROTOCOL_gt06, .frame_len = 2, .frame = {0x78, 0x0a}};
    if (device_id[0] == '\0') {
        seen.protocol = PROTOCOL_UNKNOWN;
    }
    (void)g_strlcpy(seen.device_id, device_id, sizeof(seen.device_id));
    (void)snprintf(seen.address, sizeof(seen.address), "192.0.2.%u:1000", host);
    (void)unknown_note(f->p->shard.unknown, &seen, START_S + after_s);
}

/* 005 twice, then Phone, and somebody who was not understood in between. */
static void knock_all(struct fleet *f)
{
    knock(f, "005", 5, 0);
    knock(f, "", 9, 5);
    knock(f, "005", 5, 7200);
    knock(f, "Phone", 6, 7201);
}

static void test_root_sees_who_knocks(void **state)
{
    static const struct row rows[] = {
        {ROOT, UNKNOWN, "{}",
         PAGE(3, "{'DeviceID':'Phone','Protocol':'gt06','Address':'192.0.2.6:1000','FirstTime':"
                 "'2026-01-01 12:00:01','LastTime':'2026-01-01 12:00:01','Count':1,'LastFrame':"
                 "'780a'}," STRANGER_5 "'FirstTime':'2026-01-01 10:00:00','LastTime':"
                 "'2026-01-01 12:00:00','Count':2,'LastFrame':'780a'},"
                 "{'DeviceID':'','Protocol':'?','Address':'192.0.2.9:1000','FirstTime':"
                 "'2026-01-01 10:00:05','LastTime':'2026-01-01 10:00:05','Count':1,"
                 "'LastFrame':'780a'}")},
        {ROOT, UNKNOWN, "{'PageSize':1,'PageIndex':2}", "...{'total':3,'data':[" STRANGER_5},
        {ROOT, UNKNOWN, "{'PageSize':1,'PageIndex':4}", PAGE(3, "")},
        {ROOT, UNKNOWN, "{'Key':'PHONE'}", "...{'total':1,'data':[{'DeviceID':'Phone',"},
        {ROOT, UNKNOWN, "{'Key':'2.9'}", "...{'total':1,'data':[{'DeviceID':'',"},
        {ROOT, UNKNOWN, "{'Key':'none'}", PAGE(0, "")},
        {ROOT, UNKNOWN, "{'DeviceID':'5'}", "...{'total':1,'data':[" STRANGER_5},
        {ROOT, UNKNOWN, "{'DeviceID':'5','Key':'none'}", "...{'total':1,"}, /* no key then */
        {ROOT, UNKNOWN, "{'PageIndex':0}", FAILS(500, "PageIndex: out of range")},
    };
    knock_all(*state);
    TRY_ROWS(*state, rows);
}

/* An admin learns of the one that is asked for, and of no other; times are those of the zone. */
static void test_an_admin_asks_for_one(void **state)
{
    static const struct row rows[] = {
        {ANNA | GRETA, UNKNOWN, "{'DeviceID':'0005'}",
         PAGE(1, STRANGER_5 "'FirstTime':'2026-01-01 11:00:00','LastTime':'2026-01-01 13:00:00',"
                            "'Count':2,'LastFrame':'780a'}")},
        {BERTA, UNKNOWN, "{'DeviceID':'5'}", "...'FirstTime':" NOON_UTC},
        {ANNA, UNKNOWN, "{'DeviceID':'phone'}", PAGE(0, "")}, /* letters count as they are */
        {ANNA, UNKNOWN, "{'DeviceID':'0'}", PAGE(0, "")},
        {ANNA | BERTA, UNKNOWN, "{}", NO_ID},
        {ANNA, UNKNOWN, "{'DeviceID':''}", NO_ID},
        {ANNA, UNKNOWN, "{'Key':'5'}", NO_ID},
        {OLGA | VERA | NILS, UNKNOWN, "{'DeviceID':'5'}", NO_ROLE},
        {NOBODY, UNKNOWN, "{'DeviceID':'5'}", NO_TOKEN_ROW},
    };
    knock_all(*state);
    TRY_ROWS(*state, rows);
}

/* Who is registered is on the list no more; who sends unregistered is. */
static void test_registering_one(void **state)
{
    struct fleet *f = *state;
    const struct message report = fleet_fix(START_S);
    fleet_report(f, "005", &report, 1);
    static const struct row rows[] = {
        {ANNA, UNKNOWN, "{'DeviceID':'5'}", "...{'total':1,"},
        {ANNA, "manage/AddDevice", "{'DeviceID':'5'}", DONE_ROW},
        {ANNA, UNKNOWN, "{'DeviceID':'5'}", PAGE(0, "")},
        {ANNA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'5'}", PAGE(0, "")},
    };
    TRY_ROWS(f, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_marks_are_a_users_own),    FLEET_TEST(test_marks_that_are_refused),
        FLEET_TEST(test_marks_go_with_the_device), FLEET_TEST(test_root_sees_who_knocks),
        FLEET_TEST(test_an_admin_asks_for_one),    FLEET_TEST(test_registering_one),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
