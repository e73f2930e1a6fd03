/* SIM cards: who may add, change, delete and list them, and what of them must be unique. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

/* 2 is the check digit of the first. */
#define CARD    "8937010000000000018"
#define TAKEN   FAILS(409, "ICCID is taken")
#define FULL    FAILS(409, "This device has two SIM cards")
#define NO_CARD FAILS(404, "This SIM card does not exist")
#define ADD(number, more)                                                                          \
    "manage/AddSIM", "{'ICCID':'893701000000000002" number "','SIM':'" number "'" more "}"

static void what_is_unique(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "F','SIM':'1'}", DONE_ROW},
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "','SIM':'2'}", TAKEN},
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "2','SIM':'2'}", TAKEN},
        {BERTA, "manage/AddSIM", "{'ICCID':'" CARD "2','SIM':'2'}", TAKEN},
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "3','SIM':'1'}", DONE_ROW},
        {ANNA, "manage/ListSIMs", "{}", "...{'total':2,'data':[{'SIM':'1','ICCID':'" CARD "'"},
        {BERTA, "manage/ListSIMs", "{}", PAGE(0, "")},
        {ANNA, "manage/DeleteSIM", "{'ICCID':'" CARD "2'}", DONE_ROW},
        {ANNA, "manage/DeleteSIM", "{'ICCID':'" CARD "'}", NO_CARD},
        {BERTA, "manage/AddSIM", "{'ICCID':'" CARD "2','SIM':'2'}", DONE_ROW},
        {ANNA, "manage/ModifySIM", "{'ICCID':'" CARD "','Tag':'x'}", NO_CARD},
        {ANNA, "manage/DeleteSIM", "{'ICCID':'" CARD "'}", NO_CARD},
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':2}", DONE_ROW},
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "','SIM':'1'}", DONE_ROW},
    };
    TRY_ROWS(*state, rows);
}

static void values(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddSIM", "{'SIM':'1'}", FAILS(500, "ICCID: value missing")},
        {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "'}", FAILS(500, "SIM: value missing")},
        {ANNA, "manage/AddSIM", "{'ICCID':'123','SIM':'1'}",
         FAILS(500, "ICCID: wants 18 to 20 digits or letters A to F, 89 first")},
        {ANNA, ADD("1", ",'Provider':'1nce'"), FAILS(500, "Provider: there is no such provider")},
        {ANNA, ADD("1", ",'EndDate':'1970-01-01'"), FAILS(500, "EndDate: too long ago")},
        {ANNA, ADD("1", ",'Actived':'1960-01-01'"), FAILS(500, "Actived: too long ago")},
        {ANNA, ADD("1", ",'EndDate':'soon'"), "...{'Code':500,'Data':null,'ErrMsg':'EndDate: "},
        {ANNA, ADD("1", ",'UsageAmount':-1"), "...{'Code':500,'Data':null,'ErrMsg':'UsageAmount: "},
        {ANNA, ADD("1", ",'SMSData':1000000001"), "...{'Code':500,'Data':null,'ErrMsg':'SMSData: "},
        {ANNA, ADD("1", ",'DeviceID':'900'"), NO_DEVICE},
        {ANNA, "manage/ListSIMs", "{}", PAGE(0, "")},
        {ANNA,
         ADD("1", ",'IMSI':'9','Tag':'t','PackageName':'p','DeviceID':'0200','Remark':'r',"
                  "'Provider':'Inventory','EndDate':'2030-01-02','Actived':'2029-12-31',"
                  "'UsageAmount':'40000000','UsageData':0.129,'SMSAmount':1000000000"),
         DONE_ROW},
        {ANNA, "manage/ListSIMs", "{}",
         "...{'total':1,'data':[{'SIM':'1','ICCID':'8937010000000000021','IMSI':'9','Tag':'t',"
         "'PackageName':'p','DeviceID':'200','Remark':'r','Provider':'inventory',"
         "'EndDate':'2030-01-02','Actived':'2029-12-31','UsageAmount':40000000.00,"
         "'UsageData':0.12,'SMSAmount':1000000000,'SMSData':0,'Status':'Activated',"
         "'StatusTime':null,'StatusBy':'','CreateDate':'2"},
        {ANNA, "manage/ModifySIM",
         "{'ICCID':'8937010000000000021','DeviceID':'','EndDate':'','Tag':''}", DONE_ROW},
        {ANNA, "manage/ListSIMs", "{}",
         "...'IMSI':'9','Tag':'','PackageName':'p','DeviceID':'','Remark':'r',"
         "'Provider':'inventory','EndDate':null,'Actived':'2029-12-31'"},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000021','SIM':''}",
         FAILS(500, "SIM: value missing")},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000021','Version':1,'Tag':'x'}",
         FAILS(409, "Changed meanwhile")},
        {ANNA, "manage/ListSIMs", "{'Key':'200'}", PAGE(0, "")},
        {ANNA, "manage/ListSIMs", "{'Key':'R'}", "...{'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

static void two_cards_a_device(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD("1", ",'DeviceID':'200'"), DONE_ROW},
        {ANNA, ADD("2", ",'DeviceID':'200'"), DONE_ROW},
        {ANNA, ADD("3", ",'DeviceID':'200'"), FULL},
        {ANNA, ADD("3", ""), DONE_ROW},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000023','DeviceID':'200'}", FULL},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000022','DeviceID':'200'}", DONE_ROW},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000022','DeviceID':'900'}", NO_DEVICE},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000022','DeviceID':'100'}", DONE_ROW},
        {ANNA, "manage/ModifySIM", "{'ICCID':'8937010000000000023','DeviceID':'200'}", DONE_ROW},
        {ANNA, "manage/ListSIMs", "{'Key':'200'}", "...{'total':2,"},
    };
    TRY_ROWS(*state, rows);
}

static void many_at_once(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD("0", ""), DONE_ROW},
        {ANNA, "manage/AddSIMs",
         "{'SIMs':[{'ICCID':'8937010000000000020','SIM':'1'},"
         "{'ICCID':'8937010000000000025','SIM':'1','DeviceID':'100'},"
         "{'ICCID':'8937010000000000025F','SIM':'1'},7,{'ICCID':'x','SIM':'1'},"
         "{'ICCID':'8937010000000000026','SIM':'2','DeviceID':'100'},"
         "{'ICCID':'8937010000000000027','SIM':'3','DeviceID':'100'},"
         "{'ICCID':'8937010000000000028','SIM':'3','DeviceID':'nobody'},"
         "{'ICCID':'8937010000000000029'}]}",
         ANSWERS("{'added':2,'errors':[{'index':0,'ErrMsg':'ICCID is taken'},"
                 "{'index':2,'ErrMsg':'ICCID is taken'},"
                 "{'index':3,'ErrMsg':'wrong kind of value'},"
                 "{'index':4,'ErrMsg':'ICCID: wants 18 to 20 digits or letters A to F, 89 first'},"
                 "{'index':6,'ErrMsg':'This device has two SIM cards'},"
                 "{'index':7,'ErrMsg':'This device does not exist'},"
                 "{'index':8,'ErrMsg':'SIM: value missing'}]}")},
        {ANNA, "manage/ListSIMs", "{}", "...{'total':3,"},
        {ANNA, "manage/ListSIMs", "{'PageIndex':2,'PageSize':2}", "...'SIM':'2'"},
    };
    TRY_ROWS(*state, rows);
}

/* Another enterprise's cards do not exist; whoever is limited to groups manages none. */
static void who_may(void **state)
{
    enum { LOWER = OLGA | VERA | GRETA | NILS };
    static const struct row rows[] = {
        {ANNA, ADD("1", ",'DeviceID':'100'"), DONE_ROW},
        {LOWER, ADD("1", ""), NO_ROLE},
        {LOWER, ADD("2", ""), NO_ROLE},
        {LOWER, "manage/AddSIMs", "{'SIMs':[{}]}", NO_ROLE},
        {LOWER, "manage/ListSIMs", "{}", NO_ROLE},
        {LOWER, "manage/ModifySIM", "{'ICCID':'8937010000000000021','Tag':'x'}", NO_ROLE},
        {LOWER, "manage/DeleteSIM", "{'ICCID':'8937010000000000021'}", NO_ROLE},
        {LOWER, "manage/DeleteSIM", "{'ICCID':'8937010000000000022'}", NO_CARD},
        {BERTA, "manage/DeleteSIM", "{'ICCID':'8937010000000000021'}", NO_CARD},
        {BERTA, "manage/ModifySIM", "{'ICCID':'8937010000000000021','HoldID':1}", NO_ENTERPRISE},
        {NOBODY, "manage/ListSIMs", "{}", NO_TOKEN_ROW},
        {ROOT, "manage/ListSIMs", "{}", FAILS(500, "HoldID: value missing")},
        {ROOT, "manage/ListSIMs", "{'HoldID':1}", "...{'total':1,"},
        {ROOT, "manage/ListSIMs", "{'HoldID':2}", PAGE(0, "")},
        {ROOT, "manage/DeleteSIM", "{'ICCID':'8937010000000000021','HoldID':2}", NO_CARD},
        {ROOT, "manage/DeleteSIM", "{'ICCID':'8937010000000000021','HoldID':1}", DONE_ROW},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(what_is_unique), FLEET_TEST(values),  FLEET_TEST(two_cards_a_device),
        FLEET_TEST(many_at_once),   FLEET_TEST(who_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
