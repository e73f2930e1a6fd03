/* Sections 33 to 36: who sees which SIM card, what its status is, and its SMS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "base/clock.h"
#include "store/store.h"

#define CARD                  "8988228055509013601"
#define NORTHERN              "8988228055509013602"
#define OF_BERTA              "8988228055509013603"
#define OK_ROW                "{'Code':200,'Data':null,'ErrMsg':'OK'}"
#define NO_CARD               FAILS(404, "This SIM card does not exist")
#define NO_RIGHT              FAILS(4001, "Limited authority")
#define EMPTY                 "{'Code':200,'Data':{'Total_Records':0,'List':[]},'ErrMsg':'OK'}"
#define ICCID_IS(iccid, more) "{'ICCID':'" iccid "'" more "}"
#define ALL_TIME              ",'StartTime':'2000-01-01','EndTime':'2100-01-01'"

static int open_cards(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddSIM", ICCID_IS(CARD, ",'SIM':'882285109030215'"), DONE_ROW},
        {ANNA, "manage/AddSIM", ICCID_IS(NORTHERN, ",'SIM':'1','DeviceID':'100'"), DONE_ROW},
        {BERTA, "manage/AddSIM", ICCID_IS(OF_BERTA, ",'SIM':'2','DeviceID':'900'"), DONE_ROW},
    };
    (void)open_fleet(state);
    TRY_ROWS(*state, rows);
    return 0;
}

#define CARDS_TEST(f) cmocka_unit_test_setup_teardown(f, open_cards, close_fleet)

/* One's cards are anna's, those in devices of north greta's and nils's, too. */
static void who_sees_which(void **state)
{
    enum { WHOLE = ANNA | OLGA | VERA, NORTHERNERS = GRETA | NILS };
    static const char *const calls[][2] = {
        {"vehicle/GetSIMDetail", ""},
        {"asset/getsimdetail/", ""},
        {"vehicle/GetSIMSMSList", ALL_TIME},
    };
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        struct fleet *f = *state;
        const struct {
            unsigned who;
            const char *iccid;
            const char *answer;
        } rows[] = {
            {WHOLE, CARD, "...{'Code':200,"},
            {WHOLE | NORTHERNERS, NORTHERN, "...{'Code':200,"},
            {NORTHERNERS, CARD, NO_CARD},
            {WHOLE | NORTHERNERS, OF_BERTA, NO_CARD},
            {BERTA, OF_BERTA, "...{'Code':200,"},
            {BERTA, CARD, NO_CARD},
            {NOBODY, CARD, NO_TOKEN_ROW},
            {WHOLE, "8988", NO_CARD},
            {ROOT, CARD, FAILS(500, "HoldID: value missing")},
        };
        for (size_t k = 0; k < COUNT_OF(rows); k++) {
            char *body = g_strdup_printf("{'ICCID':'%s'%s}", rows[k].iccid, calls[i][1]);
            try_row(f, &(struct row){rows[k].who, calls[i][0], body, rows[k].answer}, k);
            g_free(body);
        }
    }
}

static void detail_as_the_document_prints_it(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifySIM",
         ICCID_IS(CARD, ",'IMSI':'901405109066932','PackageName':'500M','DeviceID':'300',"
                        "'UsageAmount':500,'UsageData':452.42,'SMSAmount':250,'SMSData':249,"
                        "'Actived':'2024-01-05','EndDate':'2034-04-05'"),
         DONE_ROW},
        {ANNA | OLGA | VERA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""),
         "...'Data':{'SIM':'882285109030215','ICCID':'" CARD "','IMSI':'901405109066932',"
         "'Tag':'','PackageName':'500M','DeviceID':'300','Remark':'','Status':'Activated',"
         "'SessionStatus':'Offline','UsageAmount':500.00,'UsageData':452.42,'SMSAmount':250,"
         "'SMSData':249,'OperatorCountry':'','AccessTechnology':'','IpAddress':'',"
         "'Actived':'2024-01-05','EndDate':'2034-04-05','CreateDate':'2"},
        {ANNA, "vehicle/GetSIMDetail", ICCID_IS(CARD "f", ""), "...'ICCID':'" CARD "'"},
        {ANNA, "vehicle/GetSIMDetail", ICCID_IS(NORTHERN, ""),
         "...'UsageAmount':0.00,'UsageData':0.00,'SMSAmount':0,'SMSData':0,"},
        {ANNA, "vehicle/GetSIMDetail", ICCID_IS(NORTHERN, ""), "...'Actived':null,'EndDate':null,"},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'300'}", DONE_ROW},
        {ANNA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""), "...'DeviceID':'','Remark':''"},
        {ANNA, "vehicle/GetSIMDetail", "{}", FAILS(500, "ICCID: value missing")},
    };
    TRY_ROWS(*state, rows);
}

/* Its device is heard from. */
static void a_session(void **state)
{
    struct fleet *f = *state;
    const struct message fix = fleet_fix(clock_wall_ms() / 1000 - 5);
    static const struct row row = {ANNA, "vehicle/GetSIMDetail", ICCID_IS(NORTHERN, ""),
                                   "...'SessionStatus':'Online'"};
    fleet_report(f, "100", &fix, 1);
    try_row(f, &row, 0);
}

static void status(void **state)
{
    static const struct row rows[] = {
        {ANNA | OLGA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'Deactivate'"), OK_ROW},
        {VERA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""), "...'Status':'Deactivated'"},
        {VERA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""), "...'Actived':null"},
        {VERA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'Activate'"), NO_RIGHT},
        {NILS, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'Activate'"), NO_CARD},
        {NILS, "vehicle/ChangeSIMStatus", ICCID_IS(NORTHERN, ",'Status':'Deactivate'"), OK_ROW},
        {BERTA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'Activate'"), NO_CARD},
        {OLGA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'Suspend'"),
         FAILS(500, "Status: neither Activate nor Deactivate")},
        {VERA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ""), FAILS(500, "Status: value missing")},
        {ANNA, "manage/ListSIMs", "{'Key':'" CARD "'}", "...'StatusBy':'olga'"},
        {OLGA, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'Status':'ACTIVATE'"), OK_ROW},
        {VERA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""), "...'Status':'Activated'"},
        {VERA, "vehicle/GetSIMDetail", ICCID_IS(CARD, ""), "...'Actived':'2"},
        {ROOT, "vehicle/ChangeSIMStatus", ICCID_IS(CARD, ",'HoldID':1,'Status':'Activate'"),
         OK_ROW},
        {ANNA, "manage/ListSIMs", "{'Key':'" CARD "'}", "...'StatusBy':'root'"},
    };
    TRY_ROWS(*state, rows);
}

/* How often a text is in another. */
static size_t times_in(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what)) {
        count++;
    }
    return count;
}

static void sms_are_kept(void **state)
{
    static const struct row rows[] = {
        {ANNA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ALL_TIME), EMPTY},
        {ANNA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'PARAM#'"), OK_ROW},
        {OLGA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'\u4f60\u597d'"), OK_ROW},
        {VERA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'x'"), NO_RIGHT},
        {NILS, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'x'"), NO_CARD},
        {BERTA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'x'"), NO_CARD},
        {OLGA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':''"),
         FAILS(500, "Content: value missing")},
        {OLGA, "vehicle/SendSIMSMS", ICCID_IS(CARD, ",'Content':'a\\nb'"),
         FAILS(500, "Content: holds control characters")},
        {VERA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ALL_TIME), "...'Total_Records':2,'List':["},
        {VERA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ALL_TIME),
         "...,'SIM':'882285109030215','ICCID':'" CARD "','Content':'PARAM#',"
         "'SourceAddress':'882285109030215','MType':'MT','Status':'Stored'},{'CreateTime':'2"},
        {VERA, "vehicle/GetSIMSMSList",
         ICCID_IS(CARD, ",'StartTime':'2000-01-01','EndTime':'2001-01-01'"), EMPTY},
        {VERA, "vehicle/GetSIMSMSList",
         ICCID_IS(CARD, ",'StartTime':'2001-01-01','EndTime':'2000-01-01'"),
         FAILS(403, "startTime should not be greater than end time")},
        {BERTA, "vehicle/GetSIMSMSList",
         ICCID_IS(CARD, ",'StartTime':'2001-01-01','EndTime':'2000-01-01'"), NO_CARD},
        {VERA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ",'StartTime':'2001-01-01'"),
         FAILS(500, "EndTime: value missing")},
        {ANNA, "vehicle/GetSIMSMSList", ICCID_IS(NORTHERN, ALL_TIME), EMPTY},
        {ANNA, "manage/DeleteSIM", ICCID_IS(CARD, ""), DONE_ROW},
        {ANNA, "manage/AddSIM", ICCID_IS(CARD, ",'SIM':'7'"), DONE_ROW},
        {ANNA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ALL_TIME), EMPTY},
    };
    TRY_ROWS(*state, rows);
}

static void how_long_and_how_many(void **state)
{
    enum { A_DAY = 3 };
    struct fleet *f = *state;
    static const struct {
        const char *piece;
        int count;
        const char *answer;
    } sizes[] = {
        {"a", SMS_CHARS_MAX + 1, FAILS(500, "Content: too long")},
        {"\u00e4", SMS_WIDE_CHARS_MAX + 1, FAILS(500, "Content: too long")},
        {"a", SMS_CHARS_MAX, OK_ROW},
        {"\u00e4", SMS_WIDE_CHARS_MAX, OK_ROW},
        {"a", 1, OK_ROW},
        {"a", 1, FAILS(500, "No more SMS to this card today")},
    };
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        GString *body = g_string_new("{'ICCID':'" CARD "','Content':'");
        for (int k = 0; k < sizes[i].count; k++) {
            g_string_append(body, sizes[i].piece);
        }
        g_string_append(body, "'}");
        try_row(f, &(struct row){OLGA, "vehicle/SendSIMSMS", body->str, sizes[i].answer}, i);
        (void)g_string_free(body, TRUE);
    }
    static const struct row other = {OLGA, "vehicle/SendSIMSMS",
                                     ICCID_IS(NORTHERN, ",'Content':'x'"), OK_ROW};
    try_row(f, &other, 0);
    char *list = answer_of(f, P_VERA, "vehicle/GetSIMSMSList", ICCID_IS(CARD, ALL_TIME));
    assert_int_equal(times_in(list, "\"Content\""), A_DAY);
    g_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARDS_TEST(who_sees_which), CARDS_TEST(detail_as_the_document_prints_it),
        CARDS_TEST(a_session),      CARDS_TEST(status),
        CARDS_TEST(sms_are_kept),   CARDS_TEST(how_long_and_how_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
