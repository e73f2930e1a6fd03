/* Alarm rules: who may set them where, what inherits, and what holds in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define SET                    "manage/SetAlarmRules"
#define GET                    "manage/GetAlarmRules"
#define BAD(text)              FAILS(500, text)
#define RULES(scope, id, more) ANSWERS("{'Scope':'" scope "','ID':" id more "}")

static void test_a_call_replaces_what_its_scope_set(void **state)
{
    static const struct row rows[] = {
        {VERA, GET, "{'Scope':'enterprise'}", RULES("enterprise", "null", "")},
        {OLGA, SET,
         "{'Scope':'Enterprise','OverspeedKmh':80.5,'OverspeedSeconds':10,'OfflineMinutes':30,"
         "'FatigueMinutes':null,'TemperatureMax':8,'DisplacementMeters':200,"
         "'LowBatteryPercent':20}",
         DONE_ROW},
        {VERA, GET, "{'Scope':'enterprise'}",
         RULES("enterprise", "null",
               ",'OverspeedKmh':80.50,'OverspeedSeconds':10,'LowBatteryPercent':20,"
               "'TemperatureMax':8.00,'OfflineMinutes':30,'DisplacementMeters':200,"
               "'FatigueMinutes':null")},
        {OLGA, SET,
         "{'Scope':'enterprise','OverspeedKmh':90,'OfflineMinutes':5,"
         "'Reset':['offlineminutes']}",
         DONE_ROW},
        {VERA, GET, "{'Scope':'enterprise'}", RULES("enterprise", "null", ",'OverspeedKmh':90.00")},
        {BERTA, GET, "{'Scope':'enterprise'}", RULES("enterprise", "null", "")},
        {OLGA, SET, "{'Scope':'enterprise'}", DONE_ROW},
        {VERA, GET, "{'Scope':'enterprise'}", RULES("enterprise", "null", "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_what_holds_and_where_it_is_set(void **state)
{
    static const struct row rows[] = {
        {OLGA, SET, "{'Scope':'enterprise','OverspeedKmh':80,'OfflineMinutes':30}", DONE_ROW},
        {OLGA, SET, "{'Scope':'group','ID':1,'OverspeedKmh':null}", DONE_ROW},
        {OLGA, SET,
         "{'Scope':'device','ID':'100','FatigueMinutes':240,"
         "'Temperatures':[{'Sensor':2,'Max':-18},{'Sensor':'3','Min':2,'Max':8}]}",
         DONE_ROW},
        {VERA, GET, "{'Scope':'device','ID':'100','Effective':true}",
         RULES("device", "'100'",
               ",'OverspeedKmh':null,'OfflineMinutes':30,'FatigueMinutes':240,"
               "'Temperatures':[{'Sensor':2,'Min':null,'Max':-18.00},"
               "{'Sensor':3,'Min':2.00,'Max':8.00}],'Sources':{'OverspeedKmh':'group',"
               "'OfflineMinutes':'enterprise','FatigueMinutes':'device',"
               "'Temperatures':'device'}")},
        {VERA, GET, "{'Scope':'device','ID':'200','Effective':true}",
         RULES("device", "'200'",
               ",'OverspeedKmh':80.00,'OfflineMinutes':30,'Sources':{"
               "'OverspeedKmh':'enterprise','OfflineMinutes':'enterprise'}")},
        {VERA, GET, "{'Scope':'device','ID':'300'}", RULES("device", "'300'", "")},
        {OLGA, SET, "{'Scope':'device','ID':'100','Temperatures':null}", DONE_ROW},
        {VERA, GET, "{'Scope':'device','ID':'100'}",
         RULES("device", "'100'", ",'Temperatures':null")},
    };
    TRY_ROWS(*state, rows);
}

static void test_who_may_set_what(void **state)
{
    static const struct row rows[] = {
        {VERA, SET, "{'Scope':'device','ID':'100','OverspeedKmh':80}", NO_ROLE},
        {NILS | GRETA, SET, "{'Scope':'enterprise','OverspeedKmh':80}", NO_ROLE},
        {NILS, SET, "{'Scope':'group','ID':'1','OverspeedKmh':70}", DONE_ROW},
        {NILS, SET, "{'Scope':'device','ID':'100','OverspeedKmh':60}", DONE_ROW},
        {NILS, SET, "{'Scope':'group','ID':'2','OverspeedKmh':70}", NO_GROUP},
        {NILS | BERTA, SET, "{'Scope':'device','ID':'200','OverspeedKmh':60}", NO_DEVICE},
        {BERTA | NILS, GET, "{'Scope':'group','ID':'2'}", NO_GROUP},
        {OLGA, GET, "{'Scope':'group','ID':'north'}", NO_GROUP},
        {NOBODY, SET, "{'Scope':'enterprise'}", NO_TOKEN_ROW},
        {ROOT, SET, "{'Scope':'enterprise','HoldID':2,'OverspeedKmh':50}", DONE_ROW},
        {BERTA, GET, "{'Scope':'enterprise'}",
         RULES("enterprise", "null", ",'OverspeedKmh':50.00")},
    };
    TRY_ROWS(*state, rows);
}

static void test_bad_values(void **state)
{
    static const struct row rows[] = {
        {OLGA, SET, "{}", BAD("Scope: value missing")},
        {OLGA, SET, "{'Scope':'fleet'}", BAD("Scope: neither enterprise, group nor device")},
        {OLGA, SET, "{'Scope':'group'}", BAD("ID: value missing")},
        {OLGA, SET, "{'Scope':'enterprise','OverspeedKmh':0}", BAD("OverspeedKmh: out of range")},
        {OLGA, SET, "{'Scope':'enterprise','OfflineMinutes':0}",
         BAD("OfflineMinutes: out of range")},
        {OLGA, SET, "{'Scope':'enterprise','Reset':'Speed'}", BAD("Reset: names what is no field")},
        {OLGA, SET, "{'Scope':'enterprise','Temperatures':[{'Sensor':9,'Max':1}]}",
         BAD("Temperatures: Sensor out of range")},
        {OLGA, SET, "{'Scope':'enterprise','Temperatures':[{'Sensor':2,'Min':8.01,'Max':8}]}",
         BAD("Temperatures: Min is above Max of sensor 2")},
        {OLGA, SET,
         "{'Scope':'enterprise','Temperatures':[{'Sensor':2,'Max':1},{'Sensor':1},{'Sensor':2}]}",
         BAD("Temperatures: sensor 2 is there twice")},
        {OLGA, SET, "{'Scope':'enterprise','TemperatureMin':9,'TemperatureMax':8}",
         BAD("TemperatureMin: above TemperatureMax")},
        {OLGA, SET, "{'Scope':'enterprise','Temperatures':[7]}",
         BAD("Temperatures: holds what is no object")},
        {VERA, GET, "{'Scope':'enterprise'}", RULES("enterprise", "null", "")},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_a_call_replaces_what_its_scope_set),
        FLEET_TEST(test_what_holds_and_where_it_is_set),
        FLEET_TEST(test_who_may_set_what),
        FLEET_TEST(test_bad_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
