/* What is unique on the platform, asked for in two shards; ingest/unique_test.c has the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/dispatch.h"
#include "api/exchange.h"
#include "api/shards_testing.h"
#include "base/clock.h"

enum { RACES = 40 };

#define TAKEN(name) "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"" name " is taken\"}"

static void a_device_id_is_in_one_shard_alone(void **state)
{
    struct pair *w = *state;
    add_device(w, "anna", "0077");
    log_in(w->p, "berta", "secret-1");
    expect(w->p, "manage/AddDevice", "{\"DeviceID\":\"77\"}", TAKEN("DeviceID"));
    expect(w->p, "manage/AddDevices",
           "{\"Devices\":[{\"DeviceID\":\"078\"},{\"DeviceID\":1},{\"DeviceID\":\"077\"},"
           "{\"DeviceID\":\"78\"},{\"DeviceID\":\"79\"}]}",
           "{\"Code\":200,\"Data\":{\"added\":3,\"errors\":["
           "{\"index\":2,\"ErrMsg\":\"DeviceID is taken\"},"
           "{\"index\":3,\"ErrMsg\":\"DeviceID is taken\"}]},\"ErrMsg\":null}");
    log_in(w->p, "anna", "secret-1");
    expect(w->p, "manage/DeleteDevice", "{\"DeviceID\":\"77\"}", DONE);
    add_device(w, "berta", "77");
    log_in(w->p, "anna", "secret-1");
    expect(w->p, "manage/AddDevice", "{\"DeviceID\":\"0077\"}", TAKEN("DeviceID"));
    /* Two is deleted with its devices, at once for whoever asks. */
    log_in(w->p, "root", "root-password");
    char body[TEXT_MAX];
    (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld}", (long long)second_ids + 1);
    expect(w->p, "manage/DeleteEnterprise", body, DONE);
    add_device(w, "anna", "0077");
}

static void add_user(struct pair *w, const char *login_name, const char *answer)
{
    char body[TEXT_MAX];
    (void)snprintf(body, sizeof(body),
                   "{\"LoginName\":\"%s\",\"PassWord\":\"secret-1\",\"Role\":\"viewer\"}",
                   login_name);
    assert_non_null(strstr(call(w->p, "manage/AddUser", body), answer));
}

static void a_login_name_is_in_one_shard_alone(void **state)
{
    struct pair *w = *state;
    char body[TEXT_MAX];
    log_in(w->p, "anna", "secret-1");
    add_user(w, "berta", TAKEN("LoginName"));
    add_user(w, "Carl", "\"UserID\":3");
    log_in(w->p, "berta", "secret-1");
    add_user(w, "ROOT", TAKEN("LoginName"));
    add_user(w, "CARL", TAKEN("LoginName"));
    add_user(w, "Dora", "\"Code\":200");
    (void)snprintf(body, sizeof(body), "{\"UserID\":%lld,\"LoginName\":\"carl\"}",
                   (long long)second_ids + 2);
    expect(w->p, "manage/ModifyUser", body, TAKEN("LoginName"));
    log_in(w->p, "anna", "secret-1");
    expect(w->p, "manage/ModifyUser", "{\"UserID\":3,\"LoginName\":\"Dora\"}", TAKEN("LoginName"));
    expect(w->p, "manage/ModifyUser", "{\"UserID\":3,\"LoginName\":\"Erna\"}", DONE);
    expect(w->p, "manage/ModifyUser", "{\"UserID\":3,\"Role\":\"operator\"}", DONE); /* no name */
    log_in(w->p, "berta", "secret-1");
    expect(w->p, "manage/ModifyUser", body, DONE);
    log_in(w->p, "anna", "secret-1");
    add_user(w, "dora", "\"Code\":200");
    expect(w->p, "manage/DeleteUser", "{\"UserID\":3}", DONE);
    log_in(w->p, "berta", "secret-1");
    add_user(w, "erna", "\"Code\":200");
}

/* The check digit of the card is 2. */
static void an_iccid_is_in_one_shard_alone(void **state)
{
    struct pair *w = *state;
    log_in(w->p, "anna", "secret-1");
    expect(w->p, "manage/AddSIM", "{\"ICCID\":\"8937010000000000018\",\"SIM\":\"1\"}", DONE);
    log_in(w->p, "berta", "secret-1");
    expect(w->p, "manage/AddSIM", "{\"ICCID\":\"89370100000000000182\",\"SIM\":\"1\"}",
           TAKEN("ICCID"));
    expect(w->p, "manage/AddSIMs",
           "{\"SIMs\":[{\"ICCID\":\"8937010000000000018F\",\"SIM\":1},"
           "{\"ICCID\":\"8937010000000000019\",\"SIM\":2}]}",
           "{\"Code\":200,\"Data\":{\"added\":1,\"errors\":["
           "{\"index\":0,\"ErrMsg\":\"ICCID is taken\"}]},\"ErrMsg\":null}");
    log_in(w->p, "anna", "secret-1");
    expect(w->p, "manage/DeleteSIM", "{\"ICCID\":\"8937010000000000018\"}", DONE);
    log_in(w->p, "berta", "secret-1");
    expect(w->p, "manage/AddSIM", "{\"ICCID\":\"89370100000000000182\",\"SIM\":\"1\"}", DONE);
}

/* A client of its own, that adds devices. */
struct adder {
    struct platform *client;
    pthread_t thread;
    bool has_added[RACES];
};

static void *run_adder(void *arg)
{
    struct adder *a = arg;
    char body[TEXT_MAX];
    for (int i = 0; i < RACES; i++) {
        (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"race-%d\"}", i);
        const char *answer = call(a->client, "manage/AddDevice", body);
        a->has_added[i] = strcmp(answer, DONE) == 0;
        check(a->has_added[i] || strcmp(answer, TAKEN("DeviceID")) == 0);
    }
    return NULL;
}

/* Of two calls at once, in either shard, one gets the DeviceID. */
static void two_at_once_get_one_device_id_once(void **state)
{
    struct pair *w = *state;
    static const char *const names[SHARDS] = {"anna", "berta"};
    struct adder adders[SHARDS];
    for (size_t i = 0; i < SHARDS; i++) {
        adders[i].client = mem_new(sizeof(*adders[i].client));
        adders[i].client->api = w->p->api;
        log_in(adders[i].client, names[i], "secret-1");
    }
    for (size_t i = 0; i < SHARDS; i++) {
        assert_int_equal(pthread_create(&adders[i].thread, NULL, run_adder, &adders[i]), 0);
    }
    for (size_t i = 0; i < SHARDS; i++) {
        assert_int_equal(pthread_join(adders[i].thread, NULL), 0);
        free(adders[i].client);
    }
    for (int i = 0; i < RACES; i++) {
        assert_true(adders[0].has_added[i] != adders[1].has_added[i]);
    }
    assert_int_equal(directory_device_count(w->at[0].directory) +
                         directory_device_count(w->at[1].directory),
                     RACES);
}

/* ---- calls that are given up ---- */

/* What became of a call. */
struct call_end {
    sem_t is_there;
    enum err e;
    struct call *call;
};

static void take_end(void *context, enum err e, void *call)
{
    struct call_end *end = context;
    end->e = e;
    end->call = call;
    check(sem_post(&end->is_there) == 0);
}

static void want_late(struct call *c)
{
    *call_want_names(c, 1) = (struct unique_name){.kind = NAME_DEVICE_ID, .text = "late"};
}

static enum err note_run(struct call *c, struct job_context *job)
{
    (void)job;
    *(bool *)c->own = true;
    return ERR_OK;
}

/* A call of the second shard, for a name, whose time ends while one of the shards is held up. */
static void call_late(struct pair *w, const struct shard *held_up, int64_t left_ms)
{
    static const struct api_method row = {
        .name = "Late", .where = WHERE_JOB, .names = want_late, .change = note_run};
    struct blocker b;
    struct call_end end = {.e = ERR_OK};
    bool has_run = false;
    struct call *c = call_new(&w->p->api->api);
    c->shard = &w->at[1];
    c->method = &row;
    c->own = &has_run;
    assert_int_equal(sem_init(&end.is_there, 0, 0), 0);
    blocker_begin(&b, held_up);
    c->deadline_ms = clock_monotonic_ms() + left_ms;
    assert_int_equal(dispatch_submit(c, take_end, &end), ERR_OK);
    assert_int_equal(sem_wait(&end.is_there), 0);
    blocker_end(&b);
    assert_int_equal(end.e, ERR_TIMEOUT);
    if (end.call != NULL) { /* else ingest was at it, and has freed it */
        call_free(end.call);
    }
    assert_false(has_run);
    assert_int_equal(sem_destroy(&end.is_there), 0);
}

static void a_call_that_is_too_late_keeps_no_name(void **state)
{
    struct pair *w = *state;
    call_late(w, &w->at[0], 20);
    call_late(w, &w->at[1], 1000); /* its name is reserved by then */
    add_device(w, "anna", "late");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(a_device_id_is_in_one_shard_alone),
        PAIR_TEST(a_login_name_is_in_one_shard_alone),
        PAIR_TEST(an_iccid_is_in_one_shard_alone),
        PAIR_TEST(two_at_once_get_one_device_id_once),
        PAIR_TEST(a_call_that_is_too_late_keeps_no_name),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
