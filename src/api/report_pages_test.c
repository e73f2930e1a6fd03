/* Rows of reports, page by page: as it is at the moment of each, and each row once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/exchange.h"
#include "api/fleet_testing.h"
#include "api/list_page.h"
#include "api/report_kinds.h"
#include "api/report_pages.h"
#include "base/clock.h"

enum { SECOND_MS = 1000, DAY_S = 86400, LATE_S = 1790000000, NEXT_TOO_LONG = 256 };

struct asked {
    struct report_job job;
    struct json_value options;
    struct report_pages pages;
    char why[REPORT_ERROR_MAX];
};

static void ask(struct asked *a, struct fleet *f, enum report_kind kind, enum person who)
{
    *a = (struct asked){
        .job = {.enterprise_id = ONE,
                .user_id = (int64_t)who,
                .kind = kind,
                .start_s = LATE_S - DAY_S,
                .end_s = LATE_S,
                .options = "{}"},
        .options = {.kind = JSON_KIND_OBJECT},
    };
    report_pages_init(&a->pages, &f->p->api->api, &a->job, report_row_of(a->job.kind), &a->options);
}

/* The next page, which is there. */
static const struct json_value *next(struct asked *a)
{
    const struct json_value *rows = NULL;
    enum err e = report_pages_next(&a->pages, &rows, a->why);
    if (e != ERR_OK) {
        fail_msg("%s: %s", err_text(e), a->why);
    }
    return rows;
}

static void assert_end(struct asked *a)
{
    const struct json_value *rows = NULL;
    assert_int_equal(report_pages_next(&a->pages, &rows, a->why), ERR_END);
}

static void modify(struct fleet *f, const char *method, const char *body)
{
    char *answer = answer_of(f, P_ANNA, method, body);
    assert_non_null(strstr(answer, "\"Code\":200"));
    g_free(answer);
}

static void a_silent_device_is_not_online(void **state)
{
    struct fleet *f = *state;
    struct asked a;
    struct live live;
    struct device_ref ref;
    const struct message fix = fleet_fix(LATE_S);
    struct directory *dir = f->p->shard.directory;
    fleet_report(f, "100", &fix, 1);
    for (int is_silent = 0; is_silent < 2; is_silent++) {
        if (is_silent) { /* a second longer than who is online may be */
            assert_int_equal(directory_find(dir, 1, &ref), ERR_OK);
            tracked_live(dir, ref.tracked, &live);
            live.heard_monotonic_ms =
                clock_monotonic_ms() - live_online_limit_ms(&live.state) - SECOND_MS;
            tracked_publish(dir, ref.tracked, &live);
            device_ref_release(dir, &ref);
        }
        ask(&a, f, REPORT_LATEST, P_ANNA);
        report_pages_of(&a.pages, "100");
        const struct json_value *rows = next(&a);
        assert_int_equal(rows->count, 1);
        const struct json_value *online = json_read_member(rows->first, "IsOnline");
        assert_memory_equal(online->text.at, is_silent ? "0" : "1", 1);
        assert_end(&a);
        report_pages_clear(&a.pages);
    }
}

/* Two vehicles that swap their plates behind the beginning, and one that is deleted then. */
static void plates_are_those_of_the_moment(void **state)
{
    struct fleet *f = *state;
    struct asked a;
    ask(&a, f, REPORT_MILEAGE, P_ANNA);
    modify(f, "manage/ModifyDevice", "{'DeviceID':'100','VehiclePlate':'X'}");
    modify(f, "manage/ModifyDevice", "{'DeviceID':'200','VehiclePlate':'N 1'}");
    modify(f, "manage/DeleteDevice", "{'DeviceID':'300'}");
    report_pages_of(&a.pages, "100");
    const struct json_value *rows = next(&a);
    assert_int_equal(rows->count, 1);
    assert_string_equal(json_read_member(rows->first, "VehicleNum")->text.at, "X");
    assert_end(&a);
    report_pages_of(&a.pages, "200");
    rows = next(&a);
    assert_int_equal(rows->count, 1);
    assert_string_equal(json_read_member(rows->first, "VehicleNum")->text.at, "N 1");
    assert_end(&a);
    report_pages_of(&a.pages, "300");
    assert_end(&a);
    report_pages_clear(&a.pages);
}

/* The real method, and what is changed while it answers for the first time. */
struct amid {
    const struct api_method *method;
    struct fleet *fleet;
    const char *changes[2][2];
};

static struct amid *amid(void)
{
    static struct amid one;
    return &one;
}

static void run_amid(struct call *c)
{
    struct amid *m = amid();
    m->method->run(c);
    for (size_t i = 0; i < COUNT_OF(m->changes); i++) {
        if (m->changes[i][0] != NULL) {
            modify(m->fleet, m->changes[i][0], m->changes[i][1]);
            m->changes[i][0] = NULL;
        }
    }
}

/* A report of the mileage of 100, amid whose first page the changes of amid() happen. */
static void ask_amid(struct asked *a, struct fleet *f, struct api_method *method)
{
    ask(a, f, REPORT_MILEAGE, P_ANNA);
    *amid() = (struct amid){.fleet = f, .method = a->pages.method};
    *method = *a->pages.method;
    method->run = run_amid;
    a->pages.method = method;
    report_pages_of(&a->pages, "100");
}

/* The rows that were made for the plate may be those of the other vehicle: they come again. */
static void a_plate_that_changes_hands_amid_a_page_is_asked_for_anew(void **state)
{
    struct asked a;
    struct api_method method;
    ask_amid(&a, *state, &method);
    amid()->changes[0][0] = amid()->changes[1][0] = "manage/ModifyDevice";
    amid()->changes[0][1] = "{'DeviceID':'100','VehiclePlate':'X'}";
    amid()->changes[1][1] = "{'DeviceID':'200','VehiclePlate':'N 1'}";
    assert_int_equal(next(&a)->count, 0);
    const struct json_value *rows = next(&a);
    assert_int_equal(rows->count, 1);
    assert_string_equal(json_read_member(rows->first, "VehicleNum")->text.at, "X");
    assert_end(&a);
    report_pages_clear(&a.pages);
}

static void a_device_that_is_deleted_amid_its_page_has_no_rows(void **state)
{
    struct asked a;
    struct api_method method;
    ask_amid(&a, *state, &method);
    amid()->changes[0][0] = "manage/DeleteDevice";
    amid()->changes[0][1] = "{'DeviceID':'100'}";
    assert_int_equal(next(&a)->count, 0);
    assert_end(&a);
    report_pages_clear(&a.pages);
}

static void an_account_that_is_gone_is_told(void **state)
{
    struct fleet *f = *state;
    struct asked a;
    const struct json_value *rows = NULL;
    ask(&a, f, REPORT_TRIPS, P_VERA);
    report_pages_of(&a.pages, "100");
    modify(f, "manage/DeleteUser", "{'UserID':4}");
    assert_int_equal(report_pages_next(&a.pages, &rows, a.why), ERR_FORBIDDEN);
    assert_non_null(strstr(a.why, "account that asked for it is gone"));
    report_pages_clear(&a.pages);
}

/* ---- methods that answer what no fleet does in a test ---- */

static void run_endless(struct call *c)
{
    char after[NEXT_TOO_LONG + 1] = "";
    memset(after, 'x', NEXT_TOO_LONG);
    json_object_begin(&c->out);
    json_name(&c->out, "data");
    json_array_begin(&c->out);
    json_array_end(&c->out);
    json_name(&c->out, "next");
    json_write_string(&c->out, after);
    json_object_end(&c->out);
}

static const struct api_method endless = {
    .name = "GetEndless", .needs_enterprise = true, .role = ROLE_VIEWER, .run = run_endless};

static void a_cursor_that_is_too_long_is_no_end(void **state)
{
    struct asked a;
    const struct json_value *rows = NULL;
    ask(&a, *state, REPORT_TRIPS, P_ANNA);
    a.pages.method = &endless;
    report_pages_of(&a.pages, "100");
    assert_int_equal(report_pages_next(&a.pages, &rows, a.why), ERR_IO);
    report_pages_clear(&a.pages);
}

enum { PAGE_INDEX, FILED = 2, ALARMS = LIST_PAGE_SIZE_MAX + 5 };

/* Alarms from the newest on; before the second page is asked for, two more are filed. */
static void run_growing(struct call *c)
{
    int64_t page = call_number(c, PAGE_INDEX, 0);
    int64_t newest = page == 1 ? ALARMS : ALARMS + FILED;
    int64_t first = newest - (page - 1) * LIST_PAGE_SIZE_MAX;
    json_object_begin(&c->out);
    json_name(&c->out, "total");
    json_int(&c->out, newest);
    json_name(&c->out, "data");
    json_array_begin(&c->out);
    for (int64_t id = first; id > 0 && id > first - LIST_PAGE_SIZE_MAX; id--) {
        json_object_begin(&c->out);
        json_name(&c->out, "AlarmID");
        json_int(&c->out, id);
        json_object_end(&c->out);
    }
    json_array_end(&c->out);
    json_object_end(&c->out);
}

static const struct param_row growing_params[] = {
    [PAGE_INDEX] = {.name = "PageIndex", .type = PARAM_INT, .max = 100}};

static const struct api_method growing = {.name = "ListGrowing",
                                          .needs_enterprise = true,
                                          .role = ROLE_VIEWER,
                                          .params = growing_params,
                                          .param_count = COUNT_OF(growing_params),
                                          .run = run_growing};

/* The AlarmIDs of the next page are `expected`, and those below it; answers the one that is next.
 */
static int64_t expect_page(struct asked *a, int64_t expected)
{
    for (const struct json_value *v = next(a)->first; v != NULL; v = v->next) {
        const struct json_value *id = json_read_member(v, "AlarmID");
        assert_int_equal(g_ascii_strtoll((const char *)id->text.at, NULL, 10), expected);
        expected--;
    }
    return expected;
}

static void an_alarm_is_there_once(void **state)
{
    static const char *const devices[] = {"100", "200"}; /* each by itself */
    struct asked a;
    ask(&a, *state, REPORT_ALARMS, P_ANNA);
    a.pages.method = &growing;
    for (size_t i = 0; i < COUNT_OF(devices); i++) {
        report_pages_of(&a.pages, devices[i]);
        int64_t expected = expect_page(&a, ALARMS);
        assert_int_equal(expect_page(&a, expected), 0);
        assert_end(&a);
    }
    report_pages_clear(&a.pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(a_silent_device_is_not_online),
        FLEET_TEST(plates_are_those_of_the_moment),
        FLEET_TEST(a_plate_that_changes_hands_amid_a_page_is_asked_for_anew),
        FLEET_TEST(a_device_that_is_deleted_amid_its_page_has_no_rows),
        FLEET_TEST(an_account_that_is_gone_is_told),
        FLEET_TEST(a_cursor_that_is_too_long_is_no_end),
        FLEET_TEST(an_alarm_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
