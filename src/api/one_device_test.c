/* GetDevice: who sees which device, and what is told beside its fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "protocols/protocol.h"

#define GET "manage/GetDevice"

enum { DEVICE_100 = 1, DAY_S = 86400 };

static void who_sees_it(void **state)
{
    static const struct row rows[] = {
        {NOBODY, GET, "{'DeviceID':'100'}", NO_TOKEN_ROW},
        {ANNA | VERA | GRETA | NILS, GET, "{'DeviceID':'00100'}",
         "...'Data':{'DeviceID':'100','VehiclePlate':'N 1','ObjectCode':'code-100',"},
        {ANNA | NILS, GET, "{'DeviceID':'100'}",
         "...'ClockHint':null,'Protocol':null,'Connected':false,'Interval':null,"
         "'Commands':['text','highlevel','query'],'NamedCommands':[],'HasLock':false,"
         "'PreviousDay':null,"
         "'ICCIDs':[]}"},
        {GRETA | NILS, GET, "{'DeviceID':'200'}", NO_DEVICE},
        {ANNA, GET, "{'DeviceID':'900'}", NO_DEVICE},
        {BERTA | ANNA, GET, "{'DeviceID':'999'}", NO_DEVICE},
        {ROOT, GET, "{'DeviceID':'100'}", FAILS(500, "HoldID: value missing")},
        {ROOT, GET, "{'HoldID':2,'DeviceID':'900'}", "...'VehiclePlate':'E 1',"},
        {ANNA, GET, "{}", FAILS(500, "DeviceID: value missing")},
    };
    TRY_ROWS(*state, rows);
}

static void how_it_is_connected(void **state)
{
    struct fleet *f = *state;
    struct device_link link = {.is_known = true, .is_open = true, .protocol = PROTOCOL_gt06};
    struct directory *dir = f->p->shard.directory;
    assert_false(directory_note_link(dir, 99, &link));
    assert_true(directory_note_link(dir, DEVICE_100, &link));
    try_row(
        f, &(struct row){ANNA, GET, "{'DeviceID':'100'}", "...'Protocol':'gt06','Connected':true,"},
        0);
    link.is_datagrams = true; /* of which none has come */
    assert_true(directory_note_link(dir, DEVICE_100, &link));
    try_row(
        f,
        &(struct row){ANNA, GET, "{'DeviceID':'100'}", "...'Protocol':'gt06','Connected':false,"},
        1);
    const struct message m = fleet_fix(g_get_real_time() / 1000000);
    fleet_report(f, "100", &m, 1);
    try_row(f, &(struct row){ANNA, GET, "{'DeviceID':'100'}", "...'Connected':true,"}, 2);
    link.is_open = false;
    assert_true(directory_note_link(dir, DEVICE_100, &link));
    try_row(
        f,
        &(struct row){ANNA, GET, "{'DeviceID':'100'}", "...'Protocol':'gt06','Connected':false,"},
        3);
}

/* By what it spoke last. */
static void what_it_may_be_sent(void **state)
{
    static const struct {
        enum protocol_index protocol;
        const char *answer;
    } rows[] = {
        {PROTOCOL_jt808, "...'Commands':['text','highlevel','query','lock','unlock'],"
                         "'NamedCommands':[],'HasLock':true,"},
        {PROTOCOL_jt600, "...'Commands':['text','highlevel','query','unlock'],"
                         "'NamedCommands':[],'HasLock':true,"},
        {PROTOCOL_gt06, "...'Commands':['text','highlevel','query'],'NamedCommands':[],"
                        "'HasLock':false,"},
        {PROTOCOL_osmand, "...'Commands':[],'NamedCommands':[],'HasLock':false,"},
    };
    struct fleet *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_link link = {.is_known = true, .protocol = (uint8_t)rows[i].protocol};
        assert_true(directory_note_link(f->p->shard.directory, DEVICE_100, &link));
        try_row(f, &(struct row){ANNA, GET, "{'DeviceID':'100'}", rows[i].answer}, i);
    }
}

/* By its model; what it speaks has to carry them. */
static void which_names_its_model_has(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','Model':'VL103'}", DONE_ROW},
        {ANNA, GET, "{'DeviceID':'100'}", "...'NamedCommands':['cut','restore'],"},
    };
    struct fleet *f = *state;
    TRY_ROWS(f, rows);
    const struct device_link link = {.is_known = true, .protocol = PROTOCOL_osmand};
    assert_true(directory_note_link(f->p->shard.directory, DEVICE_100, &link));
    try_row(f, &(struct row){ANNA, GET, "{'DeviceID':'100'}", "...'NamedCommands':[],"}, 2);
}

static void the_day_before(void **state)
{
    struct fleet *f = *state;
    int64_t now_s = g_get_real_time() / 1000000;
    GTimeZone *zone = g_time_zone_new_identifier("Europe/Berlin");
    GDateTime *then = g_date_time_new_from_unix_utc(now_s - 3 * (int64_t)DAY_S);
    GDateTime *local = g_date_time_to_timezone(then, zone);
    char *day = g_date_time_format(local, "...'PreviousDay':'%Y-%m-%d',");
    const struct message messages[] = {fleet_fix(now_s - 3 * (int64_t)DAY_S), fleet_fix(now_s)};
    fleet_report(f, "100", messages, 1);
    fleet_report(f, "100", &messages[1], 1);
    try_row(f, &(struct row){ANNA, GET, "{'DeviceID':'100'}", day}, 0);
    g_free(day);
    g_date_time_unref(local);
    g_date_time_unref(then);
    g_time_zone_unref(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(who_sees_it),         FLEET_TEST(how_it_is_connected),
        FLEET_TEST(what_it_may_be_sent), FLEET_TEST(which_names_its_model_has),
        FLEET_TEST(the_day_before),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
