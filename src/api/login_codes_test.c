/* Section 4: its codes and which of them goes first; what a token is, and how it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/exchange.h"
#include "api/fleet_testing.h"
#include "base/clock.h"

#define LOGIN         "user/GetLoginToken"
#define IS_DELETED    FAILS(4006, "User has been deleted")
#define UNKNOWN_NAME  FAILS(4004, "User does not exist")
#define BAD_PASSWORD  FAILS(4005, "Password error")
#define HAS_EXPIRED   FAILS(4002, "User expire")
#define SERVICE_ENDED FAILS(4003, "Enterprise expire")
#define NOTHING_GIVEN FAILS(500, "User / password can\u2019t be null ")
#define LOGGED_IN     "...{'Code':200,'Data':'"

static void test_what_is_missing(void **state)
{
    static const struct row rows[] = {
        {NOBODY, LOGIN, "", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':'anna'}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'PassWord':'secret-1'}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':'','PassWord':'secret-1'}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':'  ','PassWord':'secret-1'}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':'anna','PassWord':''}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':null,'PassWord':null}", NOTHING_GIVEN},
        {NOBODY, LOGIN, "{'LoginName':[],'PassWord':'secret-1'}",
         FAILS(500, "LoginName: wrong kind of value")},
        {NOBODY, LOGIN, "{'LoginName':'anna'", FAILS(500, "body: not a JSON object")},
        {NOBODY, LOGIN, "{'LoginName':'nobody','PassWord':'x'}", UNKNOWN_NAME},
        {NOBODY, LOGIN, "{'loginname':' ANNA ','PASSWORD':'secret-1','HoldID':'x'}", LOGGED_IN},
    };
    TRY_ROWS(*state, rows);
}

/* Deleted goes before the password, the password before the ends, the user's before the service's.
 */
static void test_the_order_of_codes(void **state)
{
    struct fleet *f = *state;
    static const struct row ends[] = {
        {ANNA, "manage/DeleteUser", "{'UserID':3}", DONE_ROW},
        {ANNA, "manage/ModifyUser", "{'UserID':4,'ExpireTime':'2020-01-01'}", DONE_ROW},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'ServiceEnd':'2020-01-01'}", DONE_ROW},
    };
    TRY_ROWS(f, ends);
    try_login(f, "nobody", "secret-1", UNKNOWN_NAME);
    try_login(f, "olga", "secret-1", IS_DELETED);
    try_login(f, "olga", "wrong-1", IS_DELETED);
    try_login(f, "vera", "wrong-1", BAD_PASSWORD);
    try_login(f, "vera", "secret-1", HAS_EXPIRED);
    try_login(f, "anna", "wrong-1", BAD_PASSWORD);
    try_login(f, "anna", "SECRET-1", BAD_PASSWORD);
    try_login(f, "anna", "secret-1", SERVICE_ENDED);
    try_login(f, "berta", "secret-1", LOGGED_IN);
    try_login(f, "root", "root-password", LOGGED_IN);
}

/* ---- the warning ---- */

static void end_service(struct fleet *f, const char *method, const char *ids, int64_t left_s)
{
    char body[128];
    char text[ZONE_TEXT_SIZE];
    struct zone *zone = NULL;
    assert_int_equal(zone_find("UTC", &zone), ERR_OK);
    struct zone_clock clock = zone_clock_init(zone);
    zone_format(&clock, ZONE_TIME, clock_wall_ms() / 1000 + left_s, text);
    (void)snprintf(body, sizeof(body), "{%s'%s'}", ids, text);
    try_row(f, &(struct row){ROOT, method, body, DONE_ROW}, 0);
    zone_release(zone);
}

/* A token comes with the warning, and is one. */
static void expect_warning(struct fleet *f, const char *text)
{
    static const char head[] = "{\"Code\":4000,\"Data\":\"";
    char tail[96];
    char *answer = answer_of(f, P_NOBODY, LOGIN, "{'LoginName':'berta','PassWord':'secret-1'}");
    assert_true(g_str_has_prefix(answer, head));
    (void)snprintf(tail, sizeof(tail), "\",\"ErrMsg\":\"%s\"}", text);
    const char *token = answer + sizeof(head) - 1;
    assert_string_equal(token + TOKEN_SIZE - 1, tail);
    memcpy(f->tokens[P_BERTA], token, TOKEN_SIZE - 1);
    g_free(answer);
    try_row(f, &(struct row){BERTA, "manage/ListGroups", "{}", "...{'total':1,"}, 0);
}

static void test_the_service_ends_soon(void **state)
{
    struct fleet *f = *state;
    static const char modify[] = "manage/ModifyEnterprise";
    static const char service_end[] = "'HoldID':2,'ServiceEnd':";
    enum { WARNING_DAYS = 10, MARGIN_S = 600 };
    end_service(f, modify, service_end, FLEET_DAY_S);
    try_login(f, "berta", "secret-1", LOGGED_IN); /* no warning is set */
    f->p->api->api.service_warning_days = WARNING_DAYS;
    end_service(f, modify, service_end, INT64_C(1) * WARNING_DAYS * FLEET_DAY_S + MARGIN_S);
    try_login(f, "berta", "secret-1", LOGGED_IN);
    end_service(f, modify, service_end, INT64_C(1) * WARNING_DAYS * FLEET_DAY_S - MARGIN_S);
    expect_warning(f, "Service period remain 10 days");
    end_service(f, modify, service_end, MARGIN_S);
    expect_warning(f, "Service period remain 1 days");
}

/* The earlier of the user's end and the enterprise's counts. */
static void test_the_users_end_is_warned_of(void **state)
{
    struct fleet *f = *state;
    f->p->api->api.service_warning_days = 30;
    end_service(f, "manage/ModifyUser",
                "'HoldID':2,'UserID':7,'ExpireTime':", INT64_C(5) * FLEET_DAY_S - 600);
    expect_warning(f, "Service period remain 5 days");
    end_service(f, "manage/ModifyEnterprise",
                "'HoldID':2,'ServiceEnd':", INT64_C(20) * FLEET_DAY_S);
    expect_warning(f, "Service period remain 5 days");
    end_service(f, "manage/ModifyEnterprise",
                "'HoldID':2,'ServiceEnd':", INT64_C(3) * FLEET_DAY_S - 600);
    expect_warning(f, "Service period remain 3 days");
    try_login(f, "anna", "secret-1", LOGGED_IN);
    try_login(f, "root", "root-password", LOGGED_IN);
}

/* ---- tokens ---- */

static void test_tokens(void **state)
{
    struct fleet *f = *state;
    struct platform *p = f->p;
    log_in(p, "anna", "secret-1");
    assert_int_equal(strspn(p->token, "0123456789ABCDEF"), TOKEN_SIZE - 1);
    char first[TOKEN_SIZE];
    memcpy(first, p->token, TOKEN_SIZE);
    log_in(p, "anna", "secret-1");
    assert_string_not_equal(p->token, first);
    memcpy(f->tokens[P_OLGA], first, TOKEN_SIZE);    /* two more for anna, ... */
    memcpy(f->tokens[P_VERA], p->token, TOKEN_SIZE); /* ... beside the one she has */
    static const struct row rows[] = {
        {ANNA | OLGA | VERA, "manage/ListUsers", "{}", "...{'total':5,"},
        {OLGA, "user/LogOut", "", DONE_ROW},
        {OLGA, "manage/ListUsers", "{}", NO_TOKEN_ROW},
        {OLGA, "user/LogOut", "{}", FAILS(4009, "LoginKey does not exist")},
        {ANNA | VERA, "manage/ListUsers", "{}", "...{'total':5,"},
        {VERA, "user/LogOut", "{'HoldID':2,'x':1}", DONE_ROW},
        {ANNA, "manage/ListUsers", "{}", "...{'total':5,"},
        {NOBODY, "user/LogOut", "", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, rows);
}

static void test_a_token_lives_so_long(void **state)
{
    struct fleet *f = *state;
    struct token token;
    struct arena arena = {0};
    uint8_t hash[TOKEN_HASH_BYTES];
    log_in(f->p, "berta", "secret-1");
    assert_true(auth_hash_token(f->p->token, hash));
    assert_int_equal(directory_token(f->p->shard.directory, hash, &arena, &token), ERR_OK);
    assert_int_equal(token.user_id, P_BERTA);
    assert_int_equal(token.expires_s - token.created_s, INT64_C(180) * FLEET_DAY_S);
    struct caller caller;
    const struct shards *s = &f->p->shards;
    assert_non_null(shards_of_token(s, hash, token.expires_s - 1, &caller));
    assert_null(shards_of_token(s, hash, token.expires_s, &caller));
    arena_free(&arena);
}

/* As clients of all kinds send it. */
static void test_ways_to_send_a_token(void **state)
{
    struct fleet *f = *state;
    struct platform *p = f->p;
    const char *token = f->tokens[P_BERTA];
    char *lower = g_ascii_strdown(token, -1);
    static const struct {
        const char *format; /* of the header */
        bool good;
    } rows[] = {
        {"Authorization: %s\r\n", true},
        {"authorization: Bearer %s\r\n", true},
        {"Authorization: bearer %s\r\n", true},
        {"Token: %s\r\n", true},
        {"Authorization: Basic dTpw\r\nToken: %s\r\n", true},
        {"Authorization: %s0\r\n", false},
        {"Authorization: Basic %s\r\n", false},
        {"X-Token: %s\r\n", false},
        {"Cookie: Token=%s\r\n", false},
    };
    p->token[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(rows) * 2; i++) {
        char headers[128];
        char *at = strstr(rows[i / 2].format, "%s");
        (void)snprintf(headers, sizeof(headers), "%.*s%s%s", (int)(at - rows[i / 2].format),
                       rows[i / 2].format, i % 2 == 0 ? token : lower, at + 2);
        assert_int_equal(request(p, "POST", "/api/manage/ListGroups", headers, "{}"), 200);
        bool is_known = strstr(p->answer, "{\"Code\":200,") != NULL;
        assert_true(is_known || strstr(p->answer, NO_TOKEN) != NULL);
        assert_int_equal(is_known, rows[i / 2].good);
    }
    g_free(lower);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_what_is_missing),
        FLEET_TEST(test_the_order_of_codes),
        FLEET_TEST(test_the_service_ends_soon),
        FLEET_TEST(test_the_users_end_is_warned_of),
        FLEET_TEST(test_tokens),
        FLEET_TEST(test_a_token_lives_so_long),
        FLEET_TEST(test_ways_to_send_a_token),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
