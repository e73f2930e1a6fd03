/* Two shards in one process, behind one device port and one API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <semaphore.h>

#include "api/auth.h"
#include "api/testing.h"
#include "base/check.h"
#include "base/clock.h"
#include "ingest/unique.h"

enum { SHARDS = 2, RACES = 40, JOB_MS = 120000, CLIENT_MS = 120000, TEXT_MAX = 512 };

static const int64_t second_ids = INT64_C(1) << ID_BITS;

struct pair {
    struct platform *p; /* its shards are those below */
    struct shard at[SHARDS];
    char *directories[SHARDS];
    struct gateway *gateway;
};

/* ---- taking up and down ---- */

/* The second shard's enterprise with an admin. */
static enum err populate(struct job_context *job, void *arg)
{
    struct change *e = change_add(&job->changes, CHANGE_PUT_ENTERPRISE);
    e->enterprise = (struct enterprise){.id = ids_next(job->ids, ID_OF_ENTERPRISE),
                                        .name = "Two",
                                        .zone = "UTC",
                                        .created_s = job->now_s};
    struct change *u = change_add(&job->changes, CHANGE_PUT_USER);
    u->user = (struct user){.id = ids_next(job->ids, ID_OF_USER),
                            .enterprise_id = e->enterprise.id,
                            .login_name = "Berta",
                            .password_hash = arg,
                            .role = ROLE_ADMIN,
                            .created_s = job->now_s};
    return ERR_OK;
}

static void open_port(struct pair *w)
{
    struct gateway_options options = {
        .host = "127.0.0.1",
        .idle_timeout_s = 3600,
        .login_timeout_s = 3600,
        .connections_max = 100,
        .credit_bytes = 64 * 1024,
        .counters = &w->p->counters,
    };
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        options.utc_offset_min[i] = GATEWAY_OFFSET_UNSET;
    }
    assert_int_equal(gateway_new(&options, &w->gateway), ERR_OK);
}

/* What is there before the two are served as one platform. */
static void make_accounts(struct pair *w)
{
    char hash[AUTH_PASSWORD_HASH_SIZE];
    auth_hash_password("secret-1", hash);
    assert_int_equal(api_make_root(w->at[0].ingest, "root-password"), ERR_OK);
    assert_int_equal(ingest_call(w->at[1].ingest, populate, hash, NULL, JOB_MS), ERR_OK);
}

/* Anna is admin of One, in the first shard; Berta of Two. */
static int open_pair(void **state)
{
    struct pair *w = mem_new(sizeof(*w));
    w->p = mem_new(sizeof(*w->p));
    w->p->shards = (struct shards){.at = w->at, .count = SHARDS, .unique = unique_new()};
    open_port(w);
    struct unknown_trackers *unknown = unknown_new();
    for (uint32_t i = 0; i < SHARDS; i++) {
        w->at[i] = (struct shard){.id = i, .unknown = unknown};
        w->directories[i] = shard_open(w->p, &w->at[i], w->gateway);
    }
    make_accounts(w);
    assert_int_equal(unique_start(w->p->shards.unique, &w->p->shards), ERR_OK);
    api_open(w->p);
    make_fleet(w->p);
    gateway_run(w->gateway, &w->p->shards);
    *state = w;
    return 0;
}

static int close_pair(void **state)
{
    struct pair *w = *state;
    gateway_stop_reading(w->gateway);
    api_server_stop(w->p->api);
    for (size_t i = 0; i < SHARDS; i++) {
        ingest_stop(w->at[i].ingest);
    }
    api_server_free(w->p->api);
    gateway_free(w->gateway, 1000);
    for (size_t i = 0; i < SHARDS; i++) {
        shard_close(&w->at[i], w->directories[i]);
    }
    unique_free(w->p->shards.unique);
    unknown_free(w->at[0].unknown);
    free(w->p);
    free(w);
    return 0;
}

/* ---- devices ---- */

static int open_device(const struct pair *w)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    const char *port = strrchr(gateway_address(w->gateway), ':') + 1;
    address.sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* One report of a phone, at a longitude that tells whose it is. */
static void report(int fd, const char *device_id, unsigned lon)
{
    char text[TEXT_MAX];
    int len = snprintf(text, sizeof(text),
                       "GET /?id=%s&lat=51.5&lon=%u&timestamp=%lld HTTP/1.1\r\nHost: x\r\n\r\n",
                       device_id, lon, (long long)(clock_wall_ms() / 1000 - 60));
    assert_in_range(len, 1, sizeof(text) - 1);
    send_all(fd, text, (size_t)len);
}

static bool is_answered(int fd, int wait_ms)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, wait_ms) == 1;
}

/* Waits for `count` answers of 200, and nothing else. */
static void await_answers(int fd, size_t count)
{
    static const char head[] = "HTTP/1.1 200";
    char text[TEXT_MAX * 4];
    size_t len = 0;
    size_t heads = 0;
    while (heads < count) {
        assert_true(is_answered(fd, CLIENT_MS));
        ssize_t n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        assert_true(n > 0);
        len += (size_t)n;
        text[len] = '\0';
        heads = 0;
        for (const char *at = strstr(text, "HTTP/"); at != NULL; at = strstr(at + 1, "HTTP/")) {
            assert_true(g_str_has_prefix(at, head));
            heads++;
        }
    }
    assert_int_equal(heads, count);
}

static void report_once(const struct pair *w, const char *device_id, unsigned lon)
{
    int fd = open_device(w);
    report(fd, device_id, lon);
    await_answers(fd, 1);
    assert_int_equal(close(fd), 0);
}

static void add_device(struct pair *w, const char *name, const char *device_id)
{
    char body[TEXT_MAX];
    log_in(w->p, name, "secret-1");
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\",\"VehiclePlate\":\"%s\"}", device_id,
                   device_id);
    assert_true(g_str_has_prefix(call(w->p, "manage/AddDevice", body), "{\"Code\":200"));
}

static void add_devices(struct pair *w)
{
    add_device(w, "anna", "car-a");
    add_device(w, "berta", "car-b");
}

/* ---- tests ---- */

static void assert_sees(struct pair *w, const char *name, const char *own, const char *foreign)
{
    char body[TEXT_MAX];
    log_in(w->p, name, "secret-1");
    const char *all = call(w->p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"\"}");
    assert_non_null(strstr(all, own));
    assert_null(strstr(all, foreign));
    (void)snprintf(body, sizeof(body), "{\"VehiclePlates\":\"%s\"}", foreign);
    assert_null(strstr(call(w->p, "vehicle/GetCurrentVehicleInfo", body), "\"Lon\""));
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\",\"Remark\":\"mine\"}", foreign);
    assert_non_null(strstr(call(w->p, "manage/ModifyDevice", body), "\"Code\":404"));
}

static void both_report_and_neither_sees_the_other(void **state)
{
    struct pair *w = *state;
    add_devices(w);
    report_once(w, "car-a", 7);
    report_once(w, "car-b", 13);
    assert_int_equal(directory_device_count(w->at[0].directory), 1);
    assert_int_equal(directory_device_count(w->at[1].directory), 1);
    assert_sees(w, "anna", "car-a", "car-b");
    assert_sees(w, "berta", "car-b", "car-a");
    assert_int_equal(counter_get(&w->p->counters, fixes_stored), 2);
}

static void ids_of_the_two_never_meet(void **state)
{
    struct pair *w = *state;
    struct device_ref ref;
    char wanted[TEXT_MAX];
    add_devices(w);
    assert_int_equal(directory_find(w->at[0].directory, 1, &ref), ERR_OK);
    device_ref_release(w->at[0].directory, &ref);
    assert_int_equal(directory_find(w->at[1].directory, second_ids + 1, &ref), ERR_OK);
    device_ref_release(w->at[1].directory, &ref);
    report_once(w, "car-a", 7);
    report_once(w, "car-b", 13);
    log_in(w->p, "root", "root-password");
    const char *list = call(w->p, "manage/ListEnterprises", "{}");
    (void)snprintf(wanted, sizeof(wanted), "\"HoldID\":%lld,\"HoldName\":\"Two\"",
                   (long long)second_ids + 1);
    assert_non_null(strstr(list, "\"HoldID\":1,\"HoldName\":\"One\""));
    assert_non_null(strstr(list, wanted));
    assert_int_equal(request(w->p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(w->p->answer, "\"devices\":2"));
}

/* root acts in either by HoldID; its own account stays where it is. */
static void root_is_led_by_the_enterprise(void **state)
{
    struct pair *w = *state;
    char body[TEXT_MAX];
    long long two = (long long)second_ids + 1;
    add_devices(w);
    log_in(w->p, "root", "root-password");
    (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld,\"VehiclePlates\":\"\"}", two);
    report_once(w, "car-b", 13);
    assert_non_null(strstr(call(w->p, "vehicle/GetCurrentVehicleInfo", body), "car-b"));
    (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld,\"HoldName\":\"New\"}", two);
    expect(w->p, "manage/ModifyEnterprise", body, DONE);
    assert_non_null(strstr(call(w->p, "manage/ListEnterprises", "{}"), "\"HoldName\":\"New\""));
    (void)snprintf(
        body, sizeof(body),
        "{\"HoldID\":%lld,\"OldPassWord\":\"root-password\",\"NewPassWord\":\"another\"}", two);
    expect(w->p, "manage/ChangePassword", body, DONE);
    log_in(w->p, "root", "another");
    (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld}", two);
    expect(w->p, "user/LogOut", body, DONE);
    log_in(w->p, "root", "another");
    expect(w->p, "manage/DeleteEnterprise", body, DONE);
    assert_null(strstr(call(w->p, "manage/ListEnterprises", "{}"), "\"HoldName\":\"New\""));
    expect(w->p, "user/GetLoginToken", "{\"LoginName\":\"berta\",\"PassWord\":\"secret-1\"}",
           "{\"Code\":4006,\"Data\":null,\"ErrMsg\":\"User has been deleted\"}");
}

/* Who registers a tracker that knocked takes it off the list, and gets what it sends from then on.
 */
static void a_stranger_is_registered_in_either(void **state)
{
    struct pair *w = *state;
    static const char ask[] = "{\"DeviceID\":\"car-b\"}";
    int fd = open_device(w);
    report(fd, "car-b", 13);
    assert_true(is_answered(fd, CLIENT_MS));
    assert_int_equal(close(fd), 0);
    log_in(w->p, "berta", "secret-1");
    assert_non_null(strstr(call(w->p, "manage/ListUnknownDevices", ask), "\"Count\":1"));
    add_device(w, "berta", "car-b");
    assert_null(strstr(call(w->p, "manage/ListUnknownDevices", ask), "\"Count\":1"));
    report_once(w, "car-b", 13);
    assert_int_equal(counter_get(&w->p->counters, fixes_stored), 1);
}

static void a_new_enterprise_goes_where_there_is_most_room(void **state)
{
    struct pair *w = *state;
    char wanted[TEXT_MAX];
    add_device(w, "anna", "car-a");
    log_in(w->p, "root", "root-password");
    (void)snprintf(wanted, sizeof(wanted), "\"HoldID\":%lld}", (long long)second_ids + 2);
    assert_non_null(strstr(call(w->p, "manage/AddEnterprise", "{\"HoldName\":\"Three\"}"), wanted));
    add_device(w, "berta", "car-b");
    add_device(w, "berta", "car-c");
    log_in(w->p, "root", "root-password");
    expect(w->p, "manage/AddEnterprise", "{\"HoldName\":\"Four\"}",
           "{\"Code\":200,\"Data\":{\"HoldID\":2},\"ErrMsg\":null}");
}

/* ---- what is unique on the platform ---- */

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
    log_in(w->p, "berta", "secret-1");
    expect(w->p, "manage/ModifyUser", body, DONE);
    log_in(w->p, "anna", "secret-1");
    add_user(w, "dora", "\"Code\":200");
    expect(w->p, "manage/DeleteUser", "{\"UserID\":3}", DONE);
    log_in(w->p, "berta", "secret-1");
    add_user(w, "erna", "\"Code\":200");
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

/* ---- one shard held up ---- */

struct blocker {
    struct ingest *ingest;
    sem_t holds;
    sem_t go_on;
    pthread_t thread;
};

static enum err hold(struct job_context *job, void *arg)
{
    struct blocker *b = arg;
    (void)job;
    check(sem_post(&b->holds) == 0);
    check(sem_wait(&b->go_on) == 0);
    return ERR_OK;
}

static void *run_blocker(void *arg)
{
    struct blocker *b = arg;
    return ingest_call(b->ingest, hold, b, NULL, JOB_MS) == ERR_OK ? NULL : b;
}

/* The shard commits nothing more before blocker_end(). */
static void blocker_begin(struct blocker *b, const struct shard *shard)
{
    b->ingest = shard->ingest;
    assert_int_equal(sem_init(&b->holds, 0, 0), 0);
    assert_int_equal(sem_init(&b->go_on, 0, 0), 0);
    assert_int_equal(pthread_create(&b->thread, NULL, run_blocker, b), 0);
    assert_int_equal(sem_wait(&b->holds), 0);
}

static void blocker_end(struct blocker *b)
{
    void *failed = NULL;
    assert_int_equal(sem_post(&b->go_on), 0);
    assert_int_equal(pthread_join(b->thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(sem_destroy(&b->holds), 0);
    assert_int_equal(sem_destroy(&b->go_on), 0);
}

/* A connection with devices of both: the second shard is idle, and yet its frame waits its turn. */
static void answers_of_a_connection_keep_their_order(void **state)
{
    struct pair *w = *state;
    struct blocker b;
    add_devices(w);
    blocker_begin(&b, &w->at[0]);
    int fd = open_device(w);
    report(fd, "car-a", 7);
    report(fd, "car-b", 13);
    /* On connections of its own the car does not wait; the loop has read the one above meanwhile.
     */
    report_once(w, "car-b", 14);
    report_once(w, "car-b", 15);
    bool is_early = is_answered(fd, 0);
    uint64_t stored_early = counter_get(&w->p->counters, fixes_stored);
    blocker_end(&b);
    assert_false(is_early);
    assert_int_equal(stored_early, 2);
    await_answers(fd, 2);
    assert_int_equal(counter_get(&w->p->counters, fixes_stored), 4);
    assert_int_equal(close(fd), 0);
}

/* Heartbeats of a connection that is gone, until there is no room for one more. */
static void fill_queue(const struct shard *shard)
{
    const struct message heartbeat = {.kind = MESSAGE_HEARTBEAT};
    const struct arrival a = {
        .connection = {.generation = UINT32_MAX},
        .protocol = PROTOCOL_osmand,
        .rcv_time_ms = clock_wall_ms(),
        .device_id = "car-b",
        .messages = &heartbeat,
        .count = 1,
    };
    uint32_t credit_bytes = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK) {
        e = ingest_push(shard->ingest, &a, &credit_bytes);
    }
    assert_int_equal(e, ERR_BUSY);
}

static void a_full_queue_stops_its_own_shard_alone(void **state)
{
    struct pair *w = *state;
    struct blocker b;
    add_devices(w);
    blocker_begin(&b, &w->at[1]);
    fill_queue(&w->at[1]);
    int gone = open_device(w);
    int fd = open_device(w);
    report(gone, "car-b", 13);
    report(fd, "car-b", 14);
    while (counter_get(&w->p->counters, reads_paused) < 2) {
        (void)poll(NULL, 0, 1);
    }
    report_once(w, "car-a", 7);
    assert_int_equal(close(gone), 0);
    bool is_early = is_answered(fd, 0);
    blocker_end(&b);
    assert_false(is_early);
    await_answers(fd, 1);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
#define PAIR_TEST(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
    const struct CMUnitTest tests[] = {
        PAIR_TEST(both_report_and_neither_sees_the_other),
        PAIR_TEST(ids_of_the_two_never_meet),
        PAIR_TEST(root_is_led_by_the_enterprise),
        PAIR_TEST(a_stranger_is_registered_in_either),
        PAIR_TEST(a_new_enterprise_goes_where_there_is_most_room),
        PAIR_TEST(a_device_id_is_in_one_shard_alone),
        PAIR_TEST(a_login_name_is_in_one_shard_alone),
        PAIR_TEST(two_at_once_get_one_device_id_once),
        PAIR_TEST(answers_of_a_connection_keep_their_order),
        PAIR_TEST(a_full_queue_stops_its_own_shard_alone),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
