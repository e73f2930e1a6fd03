/* Who may share which devices, and what is at fault; what a link reads, scenarios show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "base/clock.h"
#include "fleet/directory_owned.h"

#define ADD      "manage/AddShare"
#define LIST     "manage/ListShares"
#define END      "manage/DeleteShare"
#define NO_SHARE FAILS(404, "This share does not exist")
#define MADE     "...'Data':{'ShareID':"

enum { TEXT_SIZE = 128, HOUR_S = 3600 };

/* A body of AddShare that ends so many seconds from now; valid until the next call. */
static const char *body_of(const char *devices, int64_t ahead_s)
{
    static char body[TEXT_SIZE];
    char until[CLOCK_ISO_SIZE];
    clock_format_iso(clock_wall_ms() / 1000 + ahead_s, until);
    (void)snprintf(body, sizeof(body), "{'DeviceIDs':'%s','Until':'%s'}", devices, until);
    return body;
}

static void try_add(struct fleet *f, unsigned who, const char *devices, int64_t ahead_s,
                    const char *answer)
{
    try_row(f, &(struct row){who, ADD, body_of(devices, ahead_s), answer}, 0);
}

static void who_shares_what(void **state)
{
    struct fleet *f = *state;
    try_add(f, NOBODY, "100", HOUR_S, NO_TOKEN_ROW);
    try_add(f, VERA, "100", HOUR_S, NO_ROLE);
    try_add(f, ROOT, "100", HOUR_S, FAILS(500, "HoldID: value missing"));
    try_add(f, NILS | GRETA, "200", HOUR_S, NO_DEVICE);
    try_add(f, OLGA | ANNA, "100,900", HOUR_S, NO_DEVICE);
    try_add(f, BERTA, "100", HOUR_S, NO_DEVICE);
    try_add(f, OLGA, "100,200", HOUR_S, MADE "1,'Path':'/s/");
    try_add(f, NILS, "100,0100", HOUR_S, MADE "2,");
    static const struct row rows[] = {
        {VERA, LIST, "{}", NO_ROLE},
        {ANNA | OLGA, LIST, "{}",
         "...'total':2,'data':[{'ShareID':2,'DeviceIDs':['100'],'VehicleNums':['N 1'],"},
        {NILS | GRETA, LIST, "{}", "...'total':1,'data':[{'ShareID':2,"},
        {ANNA, LIST, "{'Key':'s 1'}", "...'total':1,'data':[{'ShareID':1,"},
        {BERTA, LIST, "{}", PAGE(0, "")},
        {NILS, END, "{'ShareID':1}", NO_SHARE},
        {BERTA, END, "{'ShareID':2}", NO_SHARE},
        {VERA, END, "{'ShareID':2}", NO_ROLE},
        {GRETA, END, "{'ShareID':2}", DONE_ROW},
        {GRETA, END, "{'ShareID':2}", NO_SHARE},
        {ROOT, LIST, "{'HoldID':1}", "...'total':1,'data':[{'ShareID':1,"},
        {ANNA, "manage/ListAudit", "{'Key':'share'}",
         "...'Object':'share 1 of device 100 and 1 more',"},
    };
    TRY_ROWS(f, rows);
}

static void what_is_at_fault(void **state)
{
    struct fleet *f = *state;
    try_add(f, OLGA, "100", -1, FAILS(500, "Until: is past"));
    try_add(f, OLGA, "100", (int64_t)367 * FLEET_DAY_S,
            FAILS(500, "Until: is more than a year ahead"));
    static const struct row rows[] = {
        {OLGA, ADD, "{'DeviceIDs':'100'}", FAILS(500, "Until: value missing")},
        {OLGA, ADD, "{'Until':'2030-01-01'}", FAILS(500, "DeviceIDs: value missing")},
        {OLGA, ADD, "{'DeviceIDs':'100','Until':'soon'}", "...'Code':500,"},
        {OLGA, END, "{}", FAILS(500, "ShareID: value missing")},
    };
    TRY_ROWS(f, rows);
}

/* How many the enterprise has, whether they can be listed or not. */
static size_t count_kept(const struct fleet *f, int64_t enterprise_id)
{
    struct arena arena = {0};
    size_t count = 0;
    (void)directory_list_owned(f->p->shard.directory, ENTITY_SHARE, enterprise_id, &arena, &count);
    arena_free(&arena);
    return count;
}

/* Else they would count among the most that there may be, where nobody can end them. */
static void shares_of_nothing_are_not_kept(void **state)
{
    struct fleet *f = *state;
    try_add(f, OLGA, " , ,,", HOUR_S, FAILS(500, "DeviceIDs: value missing"));
    try_add(f, OLGA, "200", HOUR_S, MADE "1,");
    try_row(f, &(struct row){ANNA, "manage/DeleteDevice", "{'DeviceID':'200'}", DONE_ROW}, 0);
    try_add(f, OLGA, "100", HOUR_S, MADE "2,");
    assert_int_equal(count_kept(f, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(who_shares_what),
        FLEET_TEST(what_is_at_fault),
        FLEET_TEST(shares_of_nothing_are_not_kept),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
