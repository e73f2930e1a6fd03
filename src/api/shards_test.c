/* Two shards in one process, behind one device port and one API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>

#include "api/shards_testing.h"
#include "base/clock.h"

enum { CLIENT_MS = 120000 };

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

static void add_devices(struct pair *w)
{
    add_device(w, "anna", "car-a");
    add_device(w, "berta", "car-b");
}

/* ---- tests ---- */

/* What root did in both is one list, the newest first, whatever the page. */
static void the_platform_has_one_audit(void **state)
{
    struct pair *w = *state;
    static const int64_t second = (INT64_C(1) << ID_BITS) + 1;
    static const char modified[] = "{\"Key\":\"ModifyE\"}";
    char body[TEXT_MAX];
    log_in(w->p, "root", "root-password");
    for (int i = 0; i < 4; i++) {
        (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld,\"HoldName\":\"name %d\"}",
                       (long long)(i % 2 == 0 ? 1 : second), i);
        assert_non_null(strstr(call(w->p, "manage/ModifyEnterprise", body), "\"Code\":200"));
    }
    const char *all = call(w->p, "manage/ListAudit", modified);
    assert_non_null(strstr(all, "\"total\":4"));
    for (int i = 0; i < 4; i++) {
        (void)snprintf(body, sizeof(body), "enterprise name %d", i);
        assert_non_null(strstr(all, body));
    }
    GString *paged = g_string_new(NULL);
    for (int page = 1; page <= 5; page++) {
        (void)snprintf(body, sizeof(body), "{\"Key\":\"ModifyE\",\"PageIndex\":%d,\"PageSize\":1}",
                       page);
        const char *rows = strstr(call(w->p, "manage/ListAudit", body), "\"data\":[");
        assert_non_null(rows);
        rows += strlen("\"data\":[");
        g_string_append_printf(paged, "%s%.*s", page > 1 && page < 5 ? "," : "",
                               (int)(strrchr(rows, ']') - rows), rows);
    }
    assert_non_null(strstr(call(w->p, "manage/ListAudit", modified), paged->str));
    (void)g_string_free(paged, TRUE);
    assert_non_null(
        strstr(call(w->p, "manage/ListAudit", "{\"Key\":\"enterprise name 1\"}"), "\"total\":1"));
    (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld}", (long long)second);
    assert_non_null(strstr(call(w->p, "manage/ListAudit", body), "\"total\":2"));
}

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

/* By this directory_asker() takes what an account of the first shard asked for in another as
 * root's. */
static void nobody_else_acts_in_another_shard(void **state)
{
    struct pair *w = *state;
    const struct {
        const char *login_name;
        long long hold;
    } rows[] = {{"anna", (long long)second_ids + 1}, {"berta", 1}};
    char body[TEXT_MAX];
    add_devices(w);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        log_in(w->p, rows[i].login_name, "secret-1");
        (void)snprintf(body, sizeof(body), "{\"HoldID\":%lld}", rows[i].hold);
        assert_non_null(strstr(call(w->p, "manage/ListCommands", body), "\"Code\":404"));
        (void)snprintf(body, sizeof(body),
                       "{\"HoldID\":%lld,\"DeviceID\":\"car-%c\",\"Password\":\"p\","
                       "\"FixedTime\":\"2100-01-01\"}",
                       rows[i].hold, i == 0 ? 'b' : 'a');
        assert_null(strstr(call(w->p, "vehicle/SetTimedUnlock", body), "\"Code\":200"));
        (void)snprintf(body, sizeof(body),
                       "{\"HoldID\":%lld,\"Report\":\"latest\",\"Format\":\"csv\","
                       "\"Every\":\"day\",\"At\":\"07:00\"}",
                       rows[i].hold);
        assert_non_null(strstr(call(w->p, "manage/AddReportSchedule", body), "\"Code\":404"));
    }
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

/* ---- one shard held up ---- */

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
    const struct CMUnitTest tests[] = {
        PAIR_TEST(both_report_and_neither_sees_the_other),
        PAIR_TEST(the_platform_has_one_audit),
        PAIR_TEST(ids_of_the_two_never_meet),
        PAIR_TEST(root_is_led_by_the_enterprise),
        PAIR_TEST(nobody_else_acts_in_another_shard),
        PAIR_TEST(a_stranger_is_registered_in_either),
        PAIR_TEST(a_new_enterprise_goes_where_there_is_most_room),
        PAIR_TEST(answers_of_a_connection_keep_their_order),
        PAIR_TEST(a_full_queue_stops_its_own_shard_alone),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
