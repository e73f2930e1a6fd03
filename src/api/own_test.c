/* Who a caller is told to be, and that preferences are everybody's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define ME  "manage/GetMe"
#define GET "manage/GetPreference"
#define SET "manage/SetPreference"

static void who_calls(void **state)
{
    static const struct row rows[] = {
        {NOBODY, ME, "{}", NO_TOKEN_ROW},
        {ANNA, ME, "{}",
         "...'Data':{'LoginName':'Anna','Role':'admin','HoldID':1,'HoldName':'One',"
         "'TimeZone':'Europe/Berlin','Language':'en','Units':'km','Groups':[],"
         "'Map':{'Style':'/map/style-{theme}.json','Raster':null,'Coordsys':'wgs84','Bounds':null,"
         "'Attribution':'GeoNames (CC BY 4.0), Natural Earth'},'ServerTime':'20"},
        {VERA, ME, "{'HoldID':2}", "...'LoginName':'vera','Role':'viewer','HoldID':1,"},
        {GRETA, ME, "{}", "...'Groups':[1],"},
        {BERTA, ME, "{}", "...'HoldID':2,'HoldName':'Two','TimeZone':'UTC','Language':'en',"},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'Language':'zh','Units':'mi'}", DONE_ROW},
        {BERTA, ME, "{}", "...'TimeZone':'UTC','Language':'zh','Units':'mi','Groups':[],"},
        {ROOT, ME, "{}",
         "...'Role':'root','HoldID':null,'HoldName':null,'TimeZone':'UTC','Language':'en','Units':'"
         "km',"
         "'Groups':[],"},
        {ROOT, ME, "{'HoldID':2}", "...'Role':'root','HoldID':2,'HoldName':'Two',"},
        {ROOT, ME, "{'HoldID':9}", NO_ENTERPRISE},
    };
    TRY_ROWS(*state, rows);
}

static void what_is_kept(void **state)
{
    static const struct row rows[] = {
        {NOBODY, SET, "{'Key':'a','Value':1}", NO_TOKEN_ROW},
        {VERA, GET, "{'Key':'a'}", ANSWERS("{'Value':null}")},
        {VERA, SET, "{'Key':'a','Value':{'x':[1.50,true,null,'\u00e9\\n']}}", DONE_ROW},
        {VERA, GET, "{'Key':'a'}", ANSWERS("{'Value':{'x':[1.50,true,null,'\u00e9\\u000a']}}")},
        {OLGA | ANNA | BERTA, GET, "{'Key':'a'}", ANSWERS("{'Value':null}")},
        {ROOT, SET, "{'HoldID':1,'Key':'a','Value':''}", DONE_ROW},
        {ROOT, GET, "{'HoldID':2,'Key':'a'}", ANSWERS("{'Value':''}")},
        {VERA, GET, "{'Key':'A'}", ANSWERS("{'Value':null}")},
        {VERA, SET, "{'Key':'a'}", DONE_ROW},
        {VERA, GET, "{'Key':'a'}", ANSWERS("{'Value':null}")},
        {VERA, SET, "{'Key':'a','Value':null}", DONE_ROW},
        {VERA, SET, "{'Value':1}", FAILS(500, "Key: value missing")},
        {VERA, GET, "{}", FAILS(500, "Key: value missing")},
    };
    TRY_ROWS(*state, rows);
}

/* A body that sets "big" to a text of so many bytes; g_free(). */
static char *big_body(size_t len)
{
    char *text = g_strnfill(len, 'x');
    char *body = g_strdup_printf("{'Key':'big','Value':'%s'}", text);
    g_free(text);
    return body;
}

static void how_much_is_kept(void **state)
{
    struct fleet *f = *state;
    char *fits = big_body(PREFERENCE_VALUE_MAX - 2); /* its quotes */
    char *does_not = big_body(PREFERENCE_VALUE_MAX - 1);
    const struct row rows[] = {
        {NILS, SET, fits, DONE_ROW},
        {NILS, SET, does_not, FAILS(500, "Value: too long")},
        {NILS, SET, "{'Key':'1234567890123456789012345678901234567890123456789012345678901234x'}",
         FAILS(500, "Key: too long")},
    };
    try_rows(f, rows, COUNT_OF(rows));
    for (int i = 1; i < PREFERENCES_MAX; i++) {
        char *body = g_strdup_printf("{'Key':'%d','Value':%d}", i, i);
        try_row(f, &(struct row){NILS, SET, body, DONE_ROW}, (size_t)i);
        g_free(body);
    }
    const struct row full[] = {
        {NILS, SET, "{'Key':'more','Value':1}", FAILS(403, "Preferences: 64 at most")},
        {NILS, SET, "{'Key':'big','Value':1}", DONE_ROW},
        {NILS, SET, "{'Key':'big'}", DONE_ROW},
        {NILS, SET, "{'Key':'more','Value':1}", DONE_ROW},
    };
    try_rows(f, full, COUNT_OF(full));
    g_free(fits);
    g_free(does_not);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(who_calls),
        FLEET_TEST(what_is_kept),
        FLEET_TEST(how_much_is_kept),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
