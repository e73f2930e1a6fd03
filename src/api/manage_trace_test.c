/* TraceDevice: who may, and for how many devices. What is traced, the scenarios show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define TRACE   "manage/TraceDevice"
#define NOTHING ANSWERS("{'frames':[],'next':0}")

static void test_who_may_trace(void **state)
{
    static const struct row rows[] = {
        {NOBODY, TRACE, "{'DeviceID':'100','Seconds':60}", NO_TOKEN_ROW},
        {ANNA | OLGA | GRETA | NILS, TRACE, "{'DeviceID':'100','Seconds':60}", NOTHING},
        {ROOT, TRACE, "{'HoldID':1,'DeviceID':'100','Seconds':60}", NOTHING},
        {ROOT, TRACE, "{'DeviceID':'100','Seconds':60}", FAILS(500, "HoldID: value missing")},
        {VERA, TRACE, "{'DeviceID':'100','Seconds':60}", NO_ROLE},
        {BERTA, TRACE, "{'DeviceID':'100','Seconds':60}", NO_DEVICE},
        {NILS, TRACE, "{'DeviceID':'200','Seconds':60}", NO_DEVICE},
        {OLGA, TRACE, "{'DeviceID':'100'}", FAILS(500, "Seconds: value missing")},
        {OLGA, TRACE, "{'DeviceID':'100','Seconds':3601}", "...'Code':500"},
        {OLGA, TRACE, "{'DeviceID':'100','Seconds':-1}", "...'Code':500"},
        {OLGA, TRACE, "{'DeviceID':'100','Seconds':0,'After':7}",
         ANSWERS("{'frames':[],'next':7}")},
        {OLGA, TRACE, "{'DeviceID':'200','Seconds':0}", NOTHING},
    };
    TRY_ROWS(*state, rows);
}

static void test_an_enterprise_traces_a_bounded_number(void **state)
{
    static const struct row before[] = {
        {ANNA, "manage/AddDevices",
         "{'Devices':[{'DeviceID':'1'},{'DeviceID':'2'},{'DeviceID':'3'},{'DeviceID':'4'},"
         "{'DeviceID':'5'},{'DeviceID':'6'},{'DeviceID':'7'},{'DeviceID':'8'},{'DeviceID':'9'},"
         "{'DeviceID':'10'},{'DeviceID':'11'},{'DeviceID':'12'},{'DeviceID':'13'},"
         "{'DeviceID':'14'},{'DeviceID':'15'},{'DeviceID':'16'}]}",
         "...'added':16"},
    };
    static const struct row after[] = {
        {OLGA, TRACE, "{'DeviceID':'100','Seconds':60}",
         FAILS(403, "Too many devices are traced, or too many users trace this one")},
        {BERTA, TRACE, "{'DeviceID':'900','Seconds':60}", NOTHING},
        {OLGA, TRACE, "{'DeviceID':'7','Seconds':60}", NOTHING},
        {OLGA, TRACE, "{'DeviceID':'7','Seconds':0}", NOTHING},
        {OLGA, TRACE, "{'DeviceID':'100','Seconds':60}", NOTHING},
    };
    TRY_ROWS(*state, before);
    for (size_t i = 1; i <= TRACES_OF_ENTERPRISE_MAX; i++) {
        char body[64];
        (void)snprintf(body, sizeof(body), "{'DeviceID':'%zu','Seconds':60}", i);
        try_row(*state, &(struct row){OLGA, TRACE, body, NOTHING}, i);
    }
    TRY_ROWS(*state, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_who_may_trace),
        FLEET_TEST(test_an_enterprise_traces_a_bounded_number),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
