/*
 * The order in which a call is judged, by the first thing wrong with calls that have several; and
 * jobs and their time: what a call answers whose job came too late or took too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>

#include "api/dispatch.h"
#include "api/exchange.h"
#include "api/testing.h"
#include "base/check.h"
#include "base/clock.h"

/* On the ingest thread; who looks at the count has a later job behind it. */
static enum err run_empty(struct call *c, struct job_context *job)
{
    (void)job;
    (*(unsigned *)c->own)++;
    return ERR_OK;
}

static const struct api_method job_row = {.name = "J", .where = WHERE_JOB, .change = run_empty};

/* A job that keeps the ingest thread until it is let go. */
struct blocker {
    struct ingest *ingest;
    pthread_t thread;
    pthread_mutex_t held; /* by the test, as long as it blocks */
    sem_t running;
};

static enum err run_blocker(struct job_context *job, void *arg)
{
    struct blocker *b = arg;
    (void)job;
    check(sem_post(&b->running) == 0);
    check(pthread_mutex_lock(&b->held) == 0);
    check(pthread_mutex_unlock(&b->held) == 0);
    return ERR_OK;
}

static void free_nothing(void *arg)
{
    (void)arg;
}

static void *block(void *arg)
{
    struct blocker *b = arg;
    enum err e = ingest_call(b->ingest, run_blocker, b, free_nothing, 60000);
    return e == ERR_OK ? NULL : b;
}

static void blocker_start(struct blocker *b, struct ingest *ingest)
{
    b->ingest = ingest;
    assert_int_equal(pthread_mutex_init(&b->held, NULL), 0);
    assert_int_equal(sem_init(&b->running, 0, 0), 0);
    assert_int_equal(pthread_mutex_lock(&b->held), 0);
    assert_int_equal(pthread_create(&b->thread, NULL, block, b), 0);
    assert_int_equal(sem_wait(&b->running), 0);
}

static void blocker_end(struct blocker *b)
{
    void *failed = NULL;
    assert_int_equal(pthread_mutex_unlock(&b->held), 0);
    assert_int_equal(pthread_join(b->thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(sem_destroy(&b->running), 0);
    assert_int_equal(pthread_mutex_destroy(&b->held), 0);
}

/* What a job came to. */
struct job_end {
    sem_t is_there;
    enum err e;
    struct call *call; /* as it came back */
};

static void take_outcome(void *context, enum err e, void *call)
{
    struct job_end *o = context;
    o->e = e;
    o->call = call;
    check(sem_post(&o->is_there) == 0);
}

/* Has a job done that has so much time left; answers its HTTP status. */
static int run_with(struct platform *p, int64_t left_ms, unsigned *jobs_run)
{
    struct job_end o;
    struct call *c = call_new(&p->api->api);
    c->shard = &p->shard;
    c->method = &job_row;
    c->own = jobs_run;
    c->deadline_ms = clock_monotonic_ms() + left_ms;
    assert_int_equal(sem_init(&o.is_there, 0, 0), 0);
    assert_int_equal(dispatch_submit(c, take_outcome, &o), ERR_OK);
    assert_int_equal(sem_wait(&o.is_there), 0);
    assert_int_equal(sem_destroy(&o.is_there), 0);
    assert_ptr_equal(o.call, c);
    c->outcome = o.e;
    dispatch_conclude(c);
    int status = c->http_status;
    assert_int_equal(c->code, status);
    call_free(c);
    return status;
}

static void test_a_job_in_time(void **state)
{
    struct platform *p = *state;
    unsigned jobs_run = 0;
    assert_int_equal(run_with(p, CALL_TIMEOUT_MS, &jobs_run), 200);
    assert_int_equal(jobs_run, 1);
}

/* One that waited until its time was over is not begun any more. */
static void test_a_job_too_late_is_not_begun(void **state)
{
    struct platform *p = *state;
    struct blocker b;
    unsigned jobs_run = 0;
    blocker_start(&b, p->shard.ingest);
    assert_int_equal(run_with(p, 0, &jobs_run), 503);
    assert_int_equal(run_with(p, -1, &jobs_run), 503);
    blocker_end(&b);
    assert_int_equal(run_with(p, CALL_TIMEOUT_MS, &jobs_run), 200);
    assert_int_equal(jobs_run, 1);
}

/* What the wait before left of the time is what the job gets, not all of it once more. */
static void test_a_job_gets_the_time_that_is_left(void **state)
{
    struct platform *p = *state;
    unsigned jobs_run = 0;
    struct blocker b;
    blocker_start(&b, p->shard.ingest);
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(run_with(p, 20, &jobs_run), 503);
    assert_in_range(clock_monotonic_ms() - began_ms, 20, CALL_TIMEOUT_MS - 1);
    blocker_end(&b);
    assert_int_equal(run_with(p, CALL_TIMEOUT_MS, &jobs_run), 200);
    assert_int_equal(jobs_run, 1); /* the one given up did not happen */
}

/* ---- the order of checks ---- */

struct trial {
    const char *method;
    const char *body;
    int code;
    const char *says; /* in the answer */
};

static void try_one(struct platform *p, const struct trial *t)
{
    char code[32];
    const char *answer = call(p, t->method, t->body);
    (void)snprintf(code, sizeof(code), "{\"Code\":%d,", t->code);
    if (!g_str_has_prefix(answer, code) || strstr(answer, t->says) == NULL) {
        fail_msg("%s %s: %s", t->method, t->body, answer);
    }
}

static void try_all(struct platform *p, const struct trial *trials, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        try_one(p, &trials[i]);
    }
}

/* Required fields, values, the enterprise; HoldID is a field as the others are. */
static void test_what_root_hears_first(void **state)
{
    struct platform *p = *state;
    static const struct trial trials[] = {
        {"manage/AddGroup", "[1", 500, "body: "},
        {"manage/AddGroup", "{}", 500, "GroupName: value missing"},
        {"manage/AddGroup", "{\"HoldID\":99}", 500, "GroupName: value missing"},
        {"manage/AddGroup", "{\"GroupName\":\"g\"}", 500, "HoldID: value missing"},
        {"manage/AddGroup", "{\"GroupName\":[]}", 500, "HoldID: value missing"},
        {"manage/AddGroup", "{\"GroupName\":[],\"HoldID\":99}", 500, "GroupName: wrong kind"},
        {"manage/AddGroup", "{\"GroupName\":[],\"HoldID\":\"x\"}", 500, "GroupName: wrong kind"},
        {"manage/AddGroup", "{\"GroupName\":\"g\",\"HoldID\":\"x\"}", 500, "HoldID: "},
        {"manage/AddGroup", "{\"GroupName\":\"g\",\"HoldID\":0}", 500, "HoldID: "},
        {"manage/AddGroup", "{\"GroupName\":\"g\",\"HoldID\":99}", 404, "enterprise"},
        {"manage/AddDevice", "{\"DeviceID\":\"?\",\"HoldID\":99}", 500, "DeviceID: "},
        {"manage/AddDevice", "{\"DeviceID\":\"1\",\"HoldID\":99}", 404, "enterprise"},
        {"manage/AddUser",
         "{\"LoginName\":\"n\",\"PassWord\":\"short\",\"Role\":\"viewer\",\"HoldID\":99}", 500,
         "PassWord: "},
        {"manage/AddUser",
         "{\"LoginName\":\"n\",\"PassWord\":\"longer\",\"Role\":\"king\",\"HoldID\":99}", 500,
         "Role: "},
        {"manage/AddUser",
         "{\"LoginName\":\"n\",\"PassWord\":\"longer\",\"Role\":\"viewer\",\"HoldID\":99}", 404,
         "enterprise"},
        {"manage/AddEnterprise", "{\"TimeZone\":\"Nowhere\"}", 500, "HoldName: value missing"},
        {"manage/AddEnterprise", "{\"HoldName\":\"h\",\"TimeZone\":\"Nowhere\"}", 500,
         "TimeZone: "},
        {"manage/ModifyEnterprise", "{\"HoldID\":99,\"ServiceEnd\":\"soon\"}", 500, "ServiceEnd: "},
        {"manage/ModifyEnterprise", "{\"HoldID\":99}", 404, "enterprise"},
        {"vehicle/ModifyVehiclePlate",
         "{\"HoldID\":99,\"DeviceID\":\"1\",\"NewVehiclePlate\":\"a,b\"}", 500,
         "NewVehiclePlate: "},
        {"vehicle/ModifyVehiclePlate",
         "{\"HoldID\":99,\"DeviceID\":\"1\",\"NewVehiclePlate\":\"a\"}", 200, "\"Data\":\"3\""},
        {"vehicle/ModifyVehiclePlate", "{\"DeviceID\":\"1\",\"NewVehiclePlate\":\"a\"}", 500,
         "HoldID: value missing"},
        {"vehicle/ModifyAssetName", "{\"DeviceID\":\"1\",\"AssetName\":\"a\"}", 500,
         "HoldID: value missing"},
        {"vehicle/GetDeviceList", "{}", 500, "PageIndex: value missing"},
        {"vehicle/GetDeviceList", "{\"PageIndex\":1,\"PageSize\":1}", 500,
         "\"HoldID: value missing\""},
        {"vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"\"}", 401,
         "Dangerous value in parameters or parameter value missed: HoldID: value missing"},
        {"vehicle/GetCurrentVehicleInfoByDeviceIDs", "{\"DeviceIDs\":\"1\"}", 401,
         "Dangerous value in parameters or parameter value missed: HoldID: value missing"},
        {"vehicle/GetHistoryVehicleInfo",
         "{\"NumberPlateLists\":\"1\",\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"}",
         401, "Dangerous value in parameters or parameter value missed: HoldID: value missing"},
        {"vehicle/GetHistoryVehicleInfoByDeviceID",
         "{\"DeviceID\":\"1\",\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"}", 401,
         "Dangerous value in parameters or parameter value missed: HoldID: value missing"},
        {"manage/SetFocus", "{\"DeviceID\":\"1\",\"Focus\":true}", 500, "HoldID: value missing"},
        {"manage/ListUnknownDevices", "{}", 200, "\"total\":0"},
        {"vehicle/GetCurrentVehicleInfo", "{\"HoldID\":99}", 401, "VehiclePlates: value missing"},
        {"vehicle/GetCurrentVehicleInfo", "{\"HoldID\":99,\"VehiclePlates\":\"\"}", 401,
         "HoldID: "},
    };
    make_fleet(p);
    log_in(p, "root", "root-password");
    try_all(p, trials, sizeof(trials) / sizeof(trials[0]));
}

/* Values, existence, role, what is taken already. */
static void test_what_a_viewer_hears_first(void **state)
{
    struct platform *p = *state;
    static const struct trial trials[] = {
        {"manage/AddUser", "{\"LoginName\":\"n\"}", 500, "PassWord: value missing"},
        {"manage/AddUser", "{\"LoginName\":\"n\",\"PassWord\":\"longer\",\"Role\":\"king\"}", 500,
         "Role: "},
        {"manage/AddUser",
         "{\"LoginName\":\"n\",\"PassWord\":\"longer\",\"Role\":\"viewer\",\"GroupIDs\":[77]}", 404,
         "group"},
        {"manage/AddUser", "{\"LoginName\":\"anna\",\"PassWord\":\"longer\",\"Role\":\"viewer\"}",
         403, "authority"},
        {"manage/ModifyUser", "{\"UserID\":2,\"PassWord\":\"short\"}", 500, "PassWord: "},
        {"manage/ModifyUser", "{\"UserID\":99,\"PassWord\":\"longer\"}", 404, "user"},
        {"manage/ModifyUser", "{\"UserID\":2,\"PassWord\":\"longer\"}", 403, "authority"},
        {"manage/AddDevice", "{}", 500, "DeviceID: value missing"},
        {"manage/AddDevice", "{\"DeviceID\":\"?\"}", 500, "DeviceID: "},
        {"manage/AddDevice", "{\"DeviceID\":\"2\",\"GroupID\":77}", 404, "group"},
        {"manage/AddDevice", "{\"DeviceID\":\"2\"}", 403, "authority"},
        {"manage/AddDevice", "{\"DeviceID\":\"1\"}", 403, "authority"},
        {"manage/AddDevices", "{\"Devices\":[{\"DeviceID\":\"1\"}]}", 403, "authority"},
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\",\"VehiclePlate\":\"a,b\"}", 500,
         "VehiclePlate: "},
        {"manage/ModifyDevice", "{\"DeviceID\":\"9\"}", 404, "device"},
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\"}", 403, "authority"},
        {"manage/AddGroup", "{}", 500, "GroupName: value missing"},
        {"manage/AddGroup", "{\"GroupName\":\"g\"}", 403, "authority"},
        {"manage/AddEnterprise", "{\"HoldName\":\"h\",\"TimeZone\":\"Nowhere\"}", 500,
         "TimeZone: "},
        {"manage/AddEnterprise", "{\"HoldName\":\"h\"}", 403, "authority"},
        {"manage/ChangePassword", "{\"OldPassWord\":\"wrong\",\"NewPassWord\":\"x\"}", 500,
         "NewPassWord: "},
    };
    make_fleet(p);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"vera\",\"PassWord\":\"secret-2\",\"Role\":\"viewer\"}",
           "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    log_in(p, "vera", "secret-2");
    try_all(p, trials, sizeof(trials) / sizeof(trials[0]));
}

/* "" for a name is refused by Modify...; null and a missing field leave it as it is. */
static void test_names_are_not_emptied(void **state)
{
    struct platform *p = *state;
    static const struct trial trials[] = {
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\",\"VehiclePlate\":\"\"}", 500,
         "VehiclePlate: "},
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\",\"VehiclePlate\":\" \"}", 500,
         "VehiclePlate: "},
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\",\"ObjectCode\":\"\"}", 500, "ObjectCode: "},
        {"manage/ModifyDevice", "{\"DeviceID\":\"1\",\"VehiclePlate\":null,\"SIM\":\"\"}", 200, ""},
        {"manage/ListDevices", "{}", 200, "\"VehiclePlate\":\"p\",\"ObjectCode\":\"c\""},
        {"manage/AddDevice", "{\"DeviceID\":\"2\",\"VehiclePlate\":\"\",\"ObjectCode\":\"\"}", 200,
         ""},
        {"manage/ListDevices", "{\"Key\":\"\"}", 200, "\"DeviceID\":\"2\",\"VehiclePlate\":\"2\""},
        {"manage/AddGroup", "{\"GroupName\":\"g\"}", 200, "\"GroupID\":1"},
        {"manage/ModifyGroup", "{\"GroupID\":1,\"GroupName\":\"\"}", 500, "GroupName: "},
        {"manage/ModifyGroup", "{\"GroupID\":1}", 200, ""},
        {"manage/ModifyUser", "{\"UserID\":2,\"LoginName\":\"\"}", 500, "LoginName: "},
        {"manage/ModifyUser", "{\"UserID\":2,\"PassWord\":\"\"}", 500, "PassWord: "},
        {"manage/ModifyUser", "{\"UserID\":2,\"Role\":\"\"}", 500, "Role: "},
        {"manage/ModifyUser", "{\"UserID\":2,\"ExpireTime\":\"\"}", 200, ""},
    };
    static const struct trial of_root[] = {
        {"manage/ModifyEnterprise", "{\"HoldID\":1,\"HoldName\":\"\"}", 500, "HoldName: "},
        {"manage/ModifyEnterprise", "{\"HoldID\":1,\"TimeZone\":\"\"}", 500, "TimeZone: "},
        {"manage/ModifyEnterprise", "{\"HoldID\":1,\"ServiceEnd\":\"\"}", 200, ""},
        {"manage/ListEnterprises", "{}", 200,
         "\"HoldName\":\"One\",\"TimeZone\":\"Europe/Berlin\""},
        {"manage/AddEnterprise", "{\"HoldName\":\"\"}", 500, "HoldName: value missing"},
        {"manage/AddEnterprise", "{\"HoldName\":\"Two\",\"TimeZone\":\"\"}", 200, ""},
    };
    make_fleet(p);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"1\",\"VehiclePlate\":\"p\",\"ObjectCode\":\"c\"}", DONE);
    try_all(p, trials, sizeof(trials) / sizeof(trials[0]));
    log_in(p, "root", "root-password");
    try_all(p, of_root, sizeof(of_root) / sizeof(of_root[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_what_root_hears_first),
        SERVER_TEST(test_what_a_viewer_hears_first),
        SERVER_TEST(test_names_are_not_emptied),
        SERVER_TEST(test_a_job_in_time),
        SERVER_TEST(test_a_job_too_late_is_not_begun),
        SERVER_TEST(test_a_job_gets_the_time_that_is_left),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
