/* Who hears of which devices, which columns there are, and what stands in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/live_testing.h"

enum { DEVICES = 4 };

/* The ids that are listed, as bits; each is taken, too, and no other is. */
static unsigned heard_of(struct fleet *f, enum person who, const char *body)
{
    struct call *c = live_call(f, who, body);
    struct live_audience *a = live_audience_new(c);
    size_t count = 0;
    unsigned listed = 0;
    unsigned taken = 0;
    assert_non_null(a);
    struct device_ref *refs = live_audience_list(a, c, &count);
    for (size_t i = 0; i < count; i++) {
        unsigned bit = 1U << refs[i].info->id;
        assert_int_equal(listed & bit, 0); /* once each */
        listed |= bit;
        device_ref_release(c->shard->directory, &refs[i]);
    }
    for (int64_t id = 1; id <= DEVICES; id++) {
        struct device_ref ref;
        assert_int_equal(directory_find(c->shard->directory, id, &ref), ERR_OK);
        taken |= live_audience_takes(a, &ref) ? 1U << id : 0;
        device_ref_release(c->shard->directory, &ref);
    }
    assert_int_equal(listed, taken);
    live_audience_free(a);
    call_free(c);
    return listed;
}

static void who_hears_of_what(void **state)
{
    static const struct {
        enum person who;
        const char *body;
        unsigned devices;
    } rows[] = {
        {P_ANNA, "{}", 1 << 1 | 1 << 2 | 1 << 3},
        {P_GRETA, "{}", 1 << 1},
        {P_BERTA, "{}", 1 << 4},
        {P_ROOT, "{'HoldID':2}", 1 << 4},
        {P_ANNA, "{'ids':['300','100','300']}", 1 << 1 | 1 << 3},
        {P_ANNA, "{'ids':['n 1','F 1'],'type':1}", 1 << 1 | 1 << 3},
        {P_ANNA, "{'ids':['n 1']}", 0},
        {P_ANNA, "{'ids':['900','nothing']}", 0},
        {P_ANNA, "{'groups':['2']}", 1 << 2},
        {P_ANNA, "{'groups':['3']}", 0},
        {P_ANNA, "{'groups':['2'],'ids':['300','900']}", 1 << 2 | 1 << 3},
        {P_GRETA, "{'groups':['2','1']}", 1 << 1},
        {P_GRETA, "{'ids':['200']}", 0},
        {P_GRETA, "{'groups':['2'],'ids':['300']}", 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(heard_of(*state, rows[i].who, rows[i].body), rows[i].devices);
    }
}

static char *key_of(struct fleet *f, enum person who, const char *body)
{
    struct call *c = live_call(f, who, body);
    struct live_audience *a = live_audience_new(c);
    assert_non_null(a);
    char *key = g_strdup(live_audience_key(a));
    live_audience_free(a);
    call_free(c);
    return key;
}

/* Who shares a key shares frames: two that may hear different things never do. */
static void those_who_hear_the_same_have_one_key(void **state)
{
    static const struct {
        enum person one;
        const char *asks;
        enum person other;
        const char *other_asks;
        bool is_same;
    } rows[] = {
        {P_ANNA, "{}", P_VERA, "{}", true},
        {P_GRETA, "{}", P_NILS, "{}", true},
        {P_ANNA, "{'cols':['y','x']}", P_OLGA, "{'cols':['x','y','i']}", true},
        {P_ANNA, "{}", P_GRETA, "{}", false},
        {P_ANNA, "{}", P_BERTA, "{}", false},
        {P_BERTA, "{}", P_ROOT, "{'HoldID':2}", true},
        {P_ANNA, "{}", P_ANNA, "{'IncludeBelow':true}", false},
        {P_ANNA, "{}", P_ANNA, "{'ids':['100']}", false},
        {P_ANNA, "{'ids':['1']}", P_ANNA, "{'groups':['1']}", false},
        {P_ANNA, "{'ids':['1']}", P_ANNA, "{'ids':['1'],'type':1}", false},
        {P_ANNA, "{'ids':['1','2']}", P_ANNA, "{'ids':['12']}", false},
        {P_ANNA, "{'cols':['x']}", P_ANNA, "{'cols':['y']}", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *one = key_of(*state, rows[i].one, rows[i].asks);
        char *other = key_of(*state, rows[i].other, rows[i].other_asks);
        assert_int_equal(strcmp(one, other) == 0, rows[i].is_same);
        g_free(one);
        g_free(other);
    }
}

static void what_cannot_be_heard_is_refused(void **state)
{
    static const char *const bodies[] = {"{'cols':['x','colour']}", "{'cols':['X']}",
                                         "{'groups':['north']}", "{'groups':['0']}",
                                         "{'groups':['-1']}"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct call *c = live_call(*state, P_ANNA, bodies[i]);
        assert_null(live_audience_new(c));
        assert_int_equal(c->code, 500);
        assert_true(c->message[0] != '\0');
        call_free(c);
    }
}

static void groups_are_those_of_the_caller(void **state)
{
    static const struct {
        enum person who;
        const char *body;
        bool has_north;
        bool has_south;
        bool is_narrow;
    } rows[] = {
        {P_ANNA, "{}", true, true, false},
        {P_ANNA, "{'groups':['1']}", true, true, true},
        {P_GRETA, "{}", true, false, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct call *c = live_call(*state, rows[i].who, rows[i].body);
        struct live_audience *a = live_audience_new(c);
        assert_int_equal(live_audience_has_group(a, NORTH), rows[i].has_north);
        assert_int_equal(live_audience_has_group(a, SOUTH), rows[i].has_south);
        assert_int_equal(live_audience_is_narrow(a), rows[i].is_narrow);
        live_audience_free(a);
        call_free(c);
    }
}

/* ---- columns ---- */

/* The columns of device 100 as a call asks for them; g_free(). */
static char *columns_of(struct fleet *f, const char *body)
{
    struct call *c = live_call(f, P_ANNA, body);
    struct live_audience *a = live_audience_new(c);
    struct live_table table = {0};
    struct json_out out = {0};
    struct device_ref ref;
    assert_non_null(a);
    live_table_begin(&table, c, live_audience_columns(a));
    assert_int_equal(directory_find(c->shard->directory, 1, &ref), ERR_OK);
    live_table_add(&table, c, &ref);
    device_ref_release(c->shard->directory, &ref);
    json_object_begin(&out);
    live_table_end(&table, &out);
    json_object_end(&out);
    char *text = g_strndup((const char *)json_text(&out).at, json_text(&out).len);
    json_free(&out);
    live_table_free(&table);
    live_audience_free(a);
    call_free(c);
    return text;
}

static void expect_columns(struct fleet *f, const char *body, const char *want)
{
    char *got = columns_of(f, body);
    char *quoted = in_quotes(want);
    assert_string_equal(got, quoted);
    g_free(quoted);
    g_free(got);
}

static void columns_of_one_that_never_reported(void **state)
{
    expect_columns(*state, "{'cols':['id','plate','g','oc','sim','model','type','hold']}",
                   "{'i':[1],'id':['100'],'plate':['N 1'],'g':[1],'oc':['code-100'],'sim':[''],"
                   "'model':[''],'type':[0],'hold':[1]}");
    expect_columns(*state, "{'cols':['x','y','v','d','s','n','t','r','u','f','a','km']}",
                   "{'i':[1],'x':[null],'y':[null],'v':[null],'d':[null],'s':[0],'n':[null],"
                   "'t':[null],'r':[null],'u':[null],'f':[0],'a':[[]],'km':[null]}");
    expect_columns(*state, "{'cols':['p','odo','fuel','volt','bat','gsm','sat','temp']}",
                   "{'i':[1],'p':[null],'odo':[null],'fuel':[null],'volt':[null],'bat':[null],"
                   "'gsm':[null],'sat':[null],'temp':[null]}");
}

static void columns_of_a_report(void **state)
{
    struct fleet *f = *state;
    int64_t now_s = clock_wall_ms() / 1000;
    struct message m = fleet_fix(now_s - 60);
    m.fix.has |= FIX_HAS_SPEED;
    m.fix.speed_kmh_e2 = 4567;
    fix_set_course_cdeg(&m.fix, 35960); /* which is shown as north, not as 360 */
    fix_set_satellites(&m.fix, 9);
    fix_set_gsm(&m.fix, 31);
    fix_set_switch(&m.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_temperature(&m.fix, 0, -1250);
    fleet_report(f, "100", &m, 1);
    char *want = g_strdup_printf("{'i':[1],'x':[13400000],'y':[52500000],'v':[457],'d':[0],"
                                 "'t':[%lld],'f':[2],'gsm':[31],'sat':[9],'temp':[-12.5]}",
                                 (long long)(now_s - 60));
    expect_columns(f, "{'cols':['x','y','v','d','t','f','gsm','sat','temp']}", want);
    g_free(want);
}

/* Without `cols`; which of them go with a report, and which are of people. */
static void columns_are_of_people_or_of_reports(void **state)
{
    (void)state;
    live_column_set usual = live_columns_usual();
    live_column_set people = live_columns_of_device();
    live_column_set reports = live_columns_of_state(usual);
    assert_int_equal(people & reports, 1U << LIVE_I);
    assert_int_equal(people | reports, usual);
    assert_int_equal(reports >> LIVE_ODO & 1U, 0);
    live_column_set asked = 1U << LIVE_I | 1U << LIVE_ODO | 1U << LIVE_PLATE;
    assert_int_equal(live_columns_of_state(asked), 1U << LIVE_I | 1U << LIVE_ODO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(who_hears_of_what),
        FLEET_TEST(those_who_hear_the_same_have_one_key),
        FLEET_TEST(what_cannot_be_heard_is_refused),
        FLEET_TEST(groups_are_those_of_the_caller),
        FLEET_TEST(columns_of_one_that_never_reported),
        FLEET_TEST(columns_of_a_report),
        cmocka_unit_test(columns_are_of_people_or_of_reports),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
