/* The server in this process, over real sockets: what the units cannot show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

static void test_login_device_list(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"0012\",\"VehiclePlate\":\" B-1 \",\"ObjectCode\":\"c\",\"SIM\":4711,"
           "\"TankLitres\":\"60.5\"}",
           DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":12}",
           "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"DeviceID is taken\"}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":13,\"VehiclePlate\":\"b-1\"}",
           "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"VehiclePlate is taken\"}");
    expect(
        p, "manage/ListDevices", "{}",
        "{\"Code\":200,\"Data\":{\"total\":1,\"data\":[{\"DeviceID\":\"0012\",\"VehiclePlate\":"
        "\"B-1\",\"ObjectCode\":\"c\",\"SIM\":\"4711\",\"ICCID\":\"\",\"DeviceType\":0,"
        "\"HasPassword\":false,\"TankLitres\":60.500,\"Model\":\"\",\"GroupID\":0,"
        "\"UtcOffsetMinutes\":null,\"SpeedUnit\":null,\"Note\":\"\",\"Version\":5623418289215807,"
        "\"KilometresToday\":\"0.000\",\"ClockHint\":null}]},"
        "\"ErrMsg\":null}");
    expect(p, "vehicle/GetDeviceList", "{\"PageIndex\":1,\"PageSize\":10}",
           "{\"Code\":200,\"Data\":{\"total\":1,\"data\":[{\"DeviceID\":\"0012\","
           "\"VehiclePlate\":\"B-1\",\"isOnline\":false,\"isAlarm\":false,\"DeviceType\":0,"
           "\"isFocus\":false,\"NoUsed\":true}]},\"ErrMsg\":null}");
    expect(p, "vehicle/GetHistoryVehicleInfo",
           "{\"NumberPlateLists\":\"b-1\",\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-02\"}",
           "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[]},\"ErrMsg\":null}");
    expect(p, "manage/SetFocus", "{\"DeviceID\":\"12\",\"Focus\":\"true\"}", DONE);
    assert_non_null(
        strstr(call(p, "vehicle/GetDeviceList", "{\"PageIndex\":1,\"PageSize\":10,\"Status\":5}"),
               "\"isFocus\":true"));
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":12,\"Password\":\"pw\"}", DONE);
    assert_non_null(strstr(call(p, "manage/ListDevices", "{}"), "\"HasPassword\":true"));
    expect(p, "manage/DeleteDevice", "{\"DeviceID\":12}", DONE);
    expect(p, "manage/DeleteDevice", "{\"DeviceID\":12}",
           "{\"Code\":404,\"Data\":null,\"ErrMsg\":\"This device does not exist\"}");
}

static void test_many_devices(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevices",
           "{\"Devices\":[{\"DeviceID\":\"1\"},{\"DeviceID\":\"01\"},7,{\"DeviceID\":\"a b\"},"
           "{\"DeviceID\":\"2\",\"VehiclePlate\":\"1\"},{\"DeviceID\":\"3\",\"GroupID\":9},"
           "{\"DeviceID\":\"4\",\"ObjectCode\":\"x\"},{\"DeviceID\":\"5\",\"ObjectCode\":\"X\"}]}",
           "{\"Code\":200,\"Data\":{\"added\":2,\"errors\":["
           "{\"index\":1,\"ErrMsg\":\"DeviceID is taken\"},"
           "{\"index\":2,\"ErrMsg\":\"wrong kind of value\"},"
           "{\"index\":3,\"ErrMsg\":\"DeviceID: wants " DEVICE_ID_RULE "\"},"
           "{\"index\":4,\"ErrMsg\":\"VehiclePlate is taken\"},"
           "{\"index\":5,\"ErrMsg\":\"This group does not exist\"},"
           "{\"index\":7,\"ErrMsg\":\"ObjectCode is taken\"}]},\"ErrMsg\":null}");
}

static void test_users_and_passwords(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/ChangePassword", "{\"OldPassWord\":\"wrong-1\",\"NewPassWord\":\"secret-2\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"OldPassWord: is not the password\"}");
    expect(p, "manage/ChangePassword", "{\"OldPassWord\":\"secret-1\",\"NewPassWord\":\"short\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"NewPassWord: a password has 6 to 128 "
           "characters\"}");
    expect(p, "manage/ChangePassword",
           "{\"OldPassWord\":\"secret-1\",\"NewPassWord\":\"secret-2\"}", DONE);
    expect(p, "manage/ListUsers", "{}", NO_TOKEN);
    log_in(p, "ANNA", "secret-2");
    expect(p, "manage/ListUsers", "{}",
           "{\"Code\":200,\"Data\":{\"total\":1,\"data\":[{\"UserID\":2,\"LoginName\":\"Anna\","
           "\"Role\":\"admin\",\"ExpireTime\":null,\"GroupIDs\":[],\"Version\":2259200655538889}]},"
           "\"ErrMsg\":null}");
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"anna\",\"PassWord\":\"secret-3\",\"Role\":\"viewer\"}",
           "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"LoginName is taken\"}");
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"ben\",\"PassWord\":\"secret-3\",\"Role\":\"root\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"Role: wants viewer, operator or admin\"}");
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"ben\",\"PassWord\":\"secret-3\",\"Role\":\"viewer\","
           "\"ExpireTime\":\"2030-06-01\"}",
           "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    expect(p, "manage/DeleteUser", "{\"UserID\":1}",
           "{\"Code\":404,\"Data\":null,\"ErrMsg\":\"This user does not exist\"}");
    log_in(p, "ben", "secret-3");
    expect(p, "manage/ListUsers", "{}",
           "{\"Code\":403,\"Data\":null,\"ErrMsg\":\"Limited authority\"}");
    expect(p, "user/LogOut", "", DONE);
    expect(p, "user/LogOut", "",
           "{\"Code\":4009,\"Data\":null,\"ErrMsg\":\"LoginKey does not exist\"}");
}

static void test_a_deleted_group_frees_nobody(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"north\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    expect(p, "manage/AddGroup", "{\"GroupName\":\"North\"}",
           "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"GroupName is taken\"}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\",\"GroupID\":1}", DONE);
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"ben\",\"PassWord\":\"secret-3\",\"Role\":\"admin\",\"GroupIDs\":[1]}",
           "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    char anna[TOKEN_SIZE];
    memcpy(anna, p->token, TOKEN_SIZE);
    log_in(p, "ben", "secret-3");
    assert_non_null(strstr(call(p, "manage/ListDevices", "{}"), "\"total\":1"));
    expect(p, "manage/ListUsers", "{}",
           "{\"Code\":403,\"Data\":null,\"ErrMsg\":\"Limited authority\"}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"2\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"GroupID: value missing\"}");
    char ben[TOKEN_SIZE];
    memcpy(ben, p->token, TOKEN_SIZE);
    memcpy(p->token, anna, TOKEN_SIZE);
    expect(p, "manage/DeleteGroup", "{\"GroupID\":1}", DONE);
    assert_non_null(strstr(call(p, "manage/ListDevices", "{}"), "\"GroupID\":0"));
    memcpy(p->token, ben, TOKEN_SIZE);
    assert_non_null(strstr(call(p, "manage/ListDevices", "{}"), "\"total\":0"));
}

static void test_a_deleted_enterprise_ends_what_it_owned(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    char anna[TOKEN_SIZE];
    memcpy(anna, p->token, TOKEN_SIZE);
    log_in(p, "root", "root-password");
    expect(p, "manage/DeleteEnterprise", "{\"HoldID\":1}", DONE);
    expect(p, "manage/ListUsers", "{\"HoldID\":1}",
           "{\"Code\":404,\"Data\":null,\"ErrMsg\":\"This enterprise does not exist\"}");
    expect(p, "vehicle/ModifyVehiclePlate",
           "{\"HoldID\":1,\"DeviceID\":\"1\",\"NewVehiclePlate\":\"x\"}",
           "{\"Code\":200,\"Data\":\"3\",\"ErrMsg\":null}");
    assert_int_equal(directory_device_count(p->shard.directory), 0);
    memcpy(p->token, anna, TOKEN_SIZE);
    expect(p, "manage/ListUsers", "{}", NO_TOKEN);
    expect(p, "vehicle/ModifyVehiclePlate", "{}", "{\"Code\":200,\"Data\":\"1\",\"ErrMsg\":null}");
    p->token[0] = '\0';
    expect(p, "user/GetLoginToken", "{\"LoginName\":\"anna\",\"PassWord\":\"secret-1\"}",
           "{\"Code\":4006,\"Data\":null,\"ErrMsg\":\"User has been deleted\"}");
}

static void test_paths_and_verbs(void **state)
{
    struct platform *p = *state;
    assert_int_equal(request(p, "POST", "/api/vehicle/Nothing", "", "{}"), 404);
    assert_non_null(strstr(p->answer, "{\"Code\":404,\"Data\":null,\"ErrMsg\":\""));
    assert_int_equal(request(p, "GET", "/api/vehicle/GetDeviceList", "", ""), 405);
    assert_non_null(strstr(p->answer, "\r\nAllow: POST, OPTIONS\r\n"));
    assert_int_equal(request(p, "POST", "/health", "", ""), 405);
    assert_non_null(strstr(p->answer, "\r\nAllow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(request(p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(p->answer, "{\"status\":\"ok\",\"store\":\"ok\""));
    assert_int_equal(request(p, "HEAD", "/", "", ""), 200);
    assert_int_equal(request(p, "GET", "/", "", ""), 200);
    assert_non_null(strstr(p->answer, "Content-Type: text/html"));
    expect(p, "vehicle/GetDeviceList", "{}", NO_TOKEN);
    expect(p, "user/GetLoginToken", "{\"LoginName\":\"x\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"User / password can\u2019t be null \"}");
}

/* What is damaged is told, and sends nobody away. */
static void test_health_tells_of_damage(void **state)
{
    struct platform *p = *state;
    static const struct {
        size_t counter; /* its place in struct counters */
        const char *word;
    } rows[] = {
        {offsetof(struct counters, chunks_damaged), "odograph check tells which"},
        {offsetof(struct counters, damage_kept), "damaged files are kept"},
        {offsetof(struct counters, witness_failing), "odograph.seq cannot be written"},
        {offsetof(struct counters, witness_missing),
         "odograph.seq was gone or useless at the start"},
        {offsetof(struct counters, blocks_unproven), "please report it"},
    };
    assert_int_equal(request(p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(p->answer, "{\"status\":\"ok\",\"store\":\"ok\",\"reasons\":[],"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _Atomic uint64_t *counter =
            (_Atomic uint64_t *)(void *)((char *)&p->counters + rows[i].counter);
        atomic_store(counter, 1);
        assert_int_equal(request(p, "GET", "/health", "", ""), 200);
        assert_non_null(
            strstr(p->answer, "{\"status\":\"degraded\",\"store\":\"ok\",\"reasons\":[\""));
        assert_non_null(strstr(p->answer, rows[i].word));
        atomic_store(counter, 0);
    }
}

/* A body that is too long, announced or not, is answered when it was read. */
static void test_bodies_that_are_too_long(void **state)
{
    struct platform *p = *state;
    static const char announced[] = "POST /api/user/LogOut HTTP/1.1\r\nHost: x\r\n"
                                    "Connection: close\r\nContent-Length: 1048577\r\n\r\n";
    static const char expecting[] = "POST /api/user/LogOut HTTP/1.1\r\nHost: x\r\n"
                                    "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n";
    static const char chunked[] = "POST /api/user/GetLoginToken HTTP/1.1\r\nHost: x\r\n"
                                  "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "100001\r\n";
    enum { TOO_LONG = (1 << 20) + 1 };
    char *body = mem_new(TOO_LONG);
    memset(body, ' ', TOO_LONG);
    int fd = connect_to(p);
    send_all(fd, announced, sizeof(announced) - 1);
    send_all(fd, body, TOO_LONG);
    assert_int_equal(read_answer(p, fd), 413);
    fd = connect_to(p);
    send_all(fd, expecting, sizeof(expecting) - 1);
    assert_int_equal(read_answer(p, fd), 413);
    fd = connect_to(p);
    send_all(fd, chunked, sizeof(chunked) - 1);
    send_all(fd, body, TOO_LONG);
    send_all(fd, "\r\n0\r\n\r\n", 7);
    assert_int_equal(read_answer(p, fd), 413);
    static const char tokenless[] = "POST /api/user/LogOut HTTP/1.1\r\nHost: x\r\n"
                                    "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "100001\r\n";
    fd = connect_to(p); /* the size goes before the token */
    send_all(fd, tokenless, sizeof(tokenless) - 1);
    send_all(fd, body, TOO_LONG);
    send_all(fd, "\r\n0\r\n\r\n", 7);
    assert_int_equal(read_answer(p, fd), 413);
    fd = connect_to(p);
    send_all(fd, announced, sizeof(announced) - 1);
    assert_int_equal(close(fd), 0); /* one that leaves halfway harms nobody */
    free(body);
    assert_int_equal(request(p, "GET", "/health", "", ""), 200);
}

/* Where no token is needed, 4 KiB are enough; a GET's body is not even looked at. */
static void test_bodies_without_a_token_are_short(void **state)
{
    struct platform *p = *state;
    enum { MOST = 4096 };
    static const char login[] = "{\"LoginName\":\"root\",\"PassWord\":\"root-password\"";
    char body[MOST + 2];
    memset(body, ' ', sizeof(body));
    memcpy(body, login, sizeof(login) - 1);
    body[MOST - 1] = '}';
    body[MOST] = '\0';
    assert_int_equal(request(p, "POST", "/api/user/GetLoginToken", "", body), 200);
    assert_non_null(strstr(p->answer, "{\"Code\":200,"));
    assert_int_equal(request(p, "GET", "/health", "", body), 200);
    body[MOST] = ' ';
    body[MOST + 1] = '\0';
    assert_int_equal(request(p, "POST", "/api/user/GetLoginToken", "", body), 413);
    assert_non_null(
        strstr(p->answer, "{\"Code\":413,\"Data\":null,\"ErrMsg\":\"Body over 4 KiB\"}"));
    assert_int_equal(request(p, "GET", "/health", "", body), 413);
    static const char chunked[] = "POST /api/user/GetLoginToken HTTP/1.1\r\nHost: x\r\n"
                                  "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "1001\r\n";
    int fd = connect_to(p);
    send_all(fd, chunked, sizeof(chunked) - 1);
    send_all(fd, body, MOST + 1);
    send_all(fd, "\r\n0\r\n\r\n", 7);
    assert_int_equal(read_answer(p, fd), 413);
    make_fleet(p);
    assert_int_equal(request(p, "POST", "/api/manage/ListUsers", "", body), 200);
}

/*
 * A head that can be read in two ways is answered at once, and is the last of its connection: what
 * follows it may be a body, or the request that a proxy did not see.
 */
static void test_ambiguous_framing(void **state)
{
    struct platform *p = *state;
    static const char *const ours[] = {
        "Content-Length: 28\r\nContent-Length: 29\r\n",
        "Content-Length: 28\r\nContent-Length: 28\r\n",
        "Content-Length: 28\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 28\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Content-Length : 28\r\n",
        "Content-Length\t: 28\r\n",
        " Content-Length: 28\r\n",
        "Accept: */*\r\n Content-Length: 28\r\n",
        "Content-Length: 0000000000000000000028\r\n",
    };
    static const char *const the_librarys[] = {
        "Content-Length: -1\r\n",   "Content-Length: +28\r\n",
        "Content-Length: 0x1c\r\n", "Content-Length: 28, 28\r\n",
        "Content-Length: \r\n",     "Content-Length: 99999999999999999999999999\r\n",
    };
    char text[512];
    enum { OURS = sizeof(ours) / sizeof(ours[0]) };
    enum { ALL = OURS + sizeof(the_librarys) / sizeof(the_librarys[0]) };
    for (size_t i = 0; i < ALL; i++) {
        int len = snprintf(text, sizeof(text),
                           "POST /api/user/GetLoginToken HTTP/1.1\r\nHost: x\r\n%s\r\n"
                           "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
                           i < OURS ? ours[i] : the_librarys[i - OURS]);
        int fd = connect_to(p);
        send_all(fd, text, (size_t)len);
        int status = read_answer(p, fd); /* to the end of the connection */
        assert_true(status == 400 || (i >= OURS && status == 413));
        assert_null(strstr(p->answer, "\"status\":\"ok\""));
        assert_non_null(strstr(p->answer, "\r\nConnection: close\r\n"));
        assert_true(i >= OURS || strstr(p->answer, "{\"Code\":400,\"Data\":null,") != NULL);
    }
    assert_int_equal(counter_get(&p->counters, requests_ambiguous), OURS);
}

/* The document is made once, squeezed or not. */
static void test_openapi_is_sent_squeezed(void **state)
{
    struct platform *p = *state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(request(p, "GET", "/api/openapi.json", "", ""), 200);
        assert_non_null(strstr(p->answer, "\r\n\r\n{\"openapi\":\"3.1.0\","));
        assert_null(strstr(p->answer, "Content-Encoding"));
        assert_int_equal(request(p, "GET", "/api/openapi.json", "Accept-Encoding: gzip\r\n", ""),
                         200);
        assert_non_null(strstr(p->answer, "\r\nContent-Encoding: gzip\r\n"));
        assert_non_null(strstr(p->answer, "\r\n\r\n\x1f\x8b"));
    }
}

/* One answer of a connection that stays open, by its length; answers where its body begins. */
static const char *read_one(struct platform *p, int fd)
{
    size_t len = 0;
    size_t want = SIZE_MAX;
    const char *body = NULL;
    while (len < want) {
        ssize_t n = recv(fd, p->answer + len, ANSWER_MAX - len - 1, 0);
        assert_true(n > 0);
        len += (size_t)n;
        p->answer[len] = '\0';
        const char *end = strstr(p->answer, "\r\n\r\n");
        const char *length = strstr(p->answer, "Content-Length: ");
        if (end != NULL && length != NULL) {
            body = end + 4;
            want = (size_t)(body - p->answer) +
                   g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10);
        }
    }
    assert_int_equal(len, want);
    return body;
}

static void send_call(int fd, const char *token, const char *expect_header, const char *body)
{
    char text[512];
    int len = snprintf(text, sizeof(text),
                       "POST /api/vehicle/GetDeviceList HTTP/1.1\r\nHost: x\r\n"
                       "Authorization: %s\r\n%sContent-Length: %zu\r\n\r\n",
                       token, expect_header, strlen(body));
    assert_in_range(len, 1, sizeof(text) - 1);
    send_all(fd, text, (size_t)len);
}

/* A bad token is answered before the body came, where the client waits for that. */
static void test_the_token_goes_before_the_body(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    int fd = connect_to(p);
    send_call(fd, "none", "Expect: 100-continue\r\n", "0123456789");
    assert_string_equal(read_one(p, fd), NO_TOKEN);
    assert_int_equal(close(fd), 0);
    fd = connect_to(p);
    send_call(fd, p->token, "Expect: 100-continue\r\n", "{}");
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    assert_int_equal(recv(fd, p->answer, sizeof(go_on) - 1, MSG_WAITALL), sizeof(go_on) - 1);
    assert_memory_equal(p->answer, go_on, sizeof(go_on) - 1);
    send_all(fd, "{}", 2);
    assert_non_null(strstr(read_one(p, fd), "PageIndex"));
    assert_int_equal(close(fd), 0);
}

/* The token of each request counts, whatever the one before it on the connection had. */
static void test_tokens_of_one_connection(void **state)
{
    struct platform *p = *state;
    static const char body[] = "{\"PageIndex\":1,\"PageSize\":1}";
    static const char none[] = "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[]},\"ErrMsg\":null}";
    static const char stranger[] = "00112233445566778899AABBCCDDEEFF";
    make_fleet(p);
    char spaced[80];
    (void)snprintf(spaced, sizeof(spaced), "Bearer %s%30s", p->token, "");
    const struct {
        const char *token;
        const char *answer;
    } rows[] = {{p->token, none}, {p->token, none},    {stranger, NO_TOKEN}, {stranger, NO_TOKEN},
                {"", NO_TOKEN},   {p->token, none},    {spaced, none},       {spaced, none},
                {"x", NO_TOKEN},  {stranger, NO_TOKEN}};
    int fd = connect_to(p);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        send_call(fd, rows[i].token, "", body);
        send_all(fd, body, sizeof(body) - 1);
        assert_string_equal(read_one(p, fd), rows[i].answer);
    }
    assert_int_equal(close(fd), 0);
}

static void test_throttled_logins(void **state)
{
    struct platform *p = *state;
    static const char wrong[] = "{\"LoginName\":\"root\",\"PassWord\":\"wrong\"}";
    static const char path[] = "/api/user/GetLoginToken";
    static const char forwarded[] = "X-Forwarded-For: 192.0.2.9, 192.0.2.7\r\n";
    for (int i = 0; i < 10; i++) {
        expect(p, "user/GetLoginToken", wrong,
               "{\"Code\":4005,\"Data\":null,\"ErrMsg\":\"Password error\"}");
    }
    assert_int_equal(request(p, "POST", path, "", wrong), 429);
    assert_non_null(strstr(p->answer, "\r\nRetry-After: "));
    for (int i = 0; i < 30; i++) {
        char body[64];
        (void)snprintf(body, sizeof(body), "{\"LoginName\":\"n%d\",\"PassWord\":\"x\"}", i);
        assert_int_equal(request(p, "POST", path, forwarded, body), 200);
    }
    static const char other[] = "{\"LoginName\":\"other\",\"PassWord\":\"x\"}";
    assert_int_equal(request(p, "POST", path, forwarded, other), 429);
    assert_int_equal(request(p, "POST", path, "", other), 200);
}

static void test_draining(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    api_server_drain(p->api);
    assert_int_equal(
        request(p, "POST", "/api/vehicle/GetDeviceList", "", "{\"PageIndex\":1,\"PageSize\":1}"),
        503);
    assert_non_null(strstr(p->answer, "\r\nRetry-After: "));
    assert_non_null(strstr(p->answer, "{\"Code\":503,\"Data\":null,"));
    assert_int_equal(request(p, "POST", "/api/vehicle/ModifyAssetName", "", "{}"), 503);
    assert_non_null(strstr(p->answer, "\"Data\":\"-1\""));
    assert_int_equal(request(p, "POST", "/api/user/GetLoginToken", "", "{}"), 503);
    assert_non_null(strstr(p->answer, "{\"Code\":4011,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_login_device_list),
        SERVER_TEST(test_many_devices),
        SERVER_TEST(test_users_and_passwords),
        SERVER_TEST(test_a_deleted_group_frees_nobody),
        SERVER_TEST(test_a_deleted_enterprise_ends_what_it_owned),
        SERVER_TEST(test_paths_and_verbs),
        SERVER_TEST(test_health_tells_of_damage),
        SERVER_TEST(test_bodies_that_are_too_long),
        SERVER_TEST(test_bodies_without_a_token_are_short),
        SERVER_TEST(test_ambiguous_framing),
        SERVER_TEST(test_openapi_is_sent_squeezed),
        SERVER_TEST(test_the_token_goes_before_the_body),
        SERVER_TEST(test_tokens_of_one_connection),
        SERVER_TEST(test_throttled_logins),
        SERVER_TEST(test_draining),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
