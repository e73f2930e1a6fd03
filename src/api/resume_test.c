/* The cookie of a browser that stays logged in: who is given it, who may use it, what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

#define OWN "Origin: http://x\r\n" /* the Host of request() is x */

static const char path[] = "/api/user/GetLoginToken";
static const char stays[] = "{\"LoginName\":\"anna\",\"PassWord\":\"secret-1\",\"Remember\":true}";
static const char leaves[] = "{\"LoginName\":\"anna\",\"PassWord\":\"secret-1\"}";
static const char wrong[] = "{\"LoginName\":\"anna\",\"PassWord\":\"other\",\"Remember\":true}";

enum { COOKIE_MAX = 256, HEADER_MAX = 512, HEADERS_MAX = 1024 };

/* What follows `head` in the last answer up to the end of its line; "" where it is not there. */
static void header_of(struct platform *p, const char *head, char out[COOKIE_MAX])
{
    const char *at = strstr(p->answer, head);
    out[0] = '\0';
    if (at != NULL) {
        at += strlen(head);
        assert_true(strcspn(at, "\r") < COOKIE_MAX);
        (void)g_strlcpy(out, at, strcspn(at, "\r") + 1);
    }
}

static void set_cookie_of(struct platform *p, char out[COOKIE_MAX])
{
    header_of(p, "\r\nSet-Cookie: ", out);
}

/* Logs in, and answers the header Cookie as a browser sends it from then on. */
static void remember(struct platform *p, const char *origin, char cookie[HEADER_MAX])
{
    char set[COOKIE_MAX];
    p->token[0] = '\0';
    assert_int_equal(request(p, "POST", path, origin, stays), 200);
    set_cookie_of(p, set);
    assert_true(g_str_has_prefix(set, "odograph_resume="));
    header_of(p, "\"Data\":\"", set);
    memcpy(p->token, set, TOKEN_SIZE - 1);
    set_cookie_of(p, set);
    *strchr(set, ';') = '\0';
    (void)snprintf(cookie, HEADER_MAX, "Cookie: theme=dark; %s; a=b\r\n", set);
}

/* The body that Resume answers to these headers. */
static const char *resume(struct platform *p, const char *origin, const char *cookie)
{
    char headers[HEADERS_MAX];
    (void)snprintf(headers, sizeof(headers), "%s%s", origin, cookie);
    assert_int_equal(request(p, "POST", "/api/user/Resume", headers, ""), 200);
    return strstr(p->answer, "\r\n\r\n") + 4;
}

static void expect_token(struct platform *p, const char *cookie)
{
    char body[COOKIE_MAX];
    (void)snprintf(body, sizeof(body), "{\"Code\":200,\"Data\":\"%s\",\"ErrMsg\":null}", p->token);
    assert_string_equal(resume(p, OWN, cookie), body);
}

static void test_a_login_is_resumed(void **state)
{
    struct platform *p = *state;
    char cookie[HEADER_MAX];
    char set[COOKIE_MAX];
    make_fleet(p);
    remember(p, OWN, cookie);
    assert_null(strstr(cookie, p->token)); /* a secret of its own */
    expect_token(p, cookie);
    expect_token(p, cookie);
    set_cookie_of(p, set);
    assert_string_equal(set, "");
    expect(p, "user/LogOut", "", DONE);
    assert_string_equal(resume(p, OWN, cookie), NO_TOKEN);
    set_cookie_of(p, set);
    assert_string_equal(set, "odograph_resume=; Path=/api/user/Resume; Max-Age=0; HttpOnly; "
                             "SameSite=Strict");
}

static void test_a_new_password_ends_it(void **state)
{
    struct platform *p = *state;
    char cookie[HEADER_MAX];
    make_fleet(p);
    remember(p, OWN, cookie);
    expect(p, "manage/ChangePassword",
           "{\"OldPassWord\":\"secret-1\",\"NewPassWord\":\"secret-2\"}", DONE);
    assert_string_equal(resume(p, OWN, cookie), NO_TOKEN);
}

/* A cookie is set for a page of this server alone, and what it has ends with another login. */
static void test_who_is_given_a_cookie(void **state)
{
    static const struct {
        const char *origin;
        const char *body;
        const char *end; /* of Set-Cookie; NULL: there is none */
    } rows[] = {
        {OWN, stays, "; Path=/api/user/Resume; Max-Age=15552000; HttpOnly; SameSite=Strict"},
        {"Origin: https://X\r\n", stays, "; SameSite=Strict; Secure"},
        {OWN, leaves,
         "odograph_resume=; Path=/api/user/Resume; Max-Age=0; HttpOnly; "
         "SameSite=Strict"},
        {OWN, wrong, NULL},
        {"", stays, NULL},
        {"", leaves, NULL},
        {"Origin: null\r\n", stays, NULL},
        {"Origin: x\r\n", stays, NULL},
        {"Origin: http://\r\n", stays, NULL},
        {"Origin: http://x:80\r\n", stays, NULL},
        {"Origin: http://x.example\r\n", stays, NULL},
        {"Origin: http://maps.example.com\r\n", stays, NULL},
        {"Origin: ftp://x\r\n", stays, NULL},
    };
    struct platform *p = *state;
    char set[COOKIE_MAX];
    make_fleet(p);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        p->token[0] = '\0';
        assert_int_equal(request(p, "POST", path, rows[i].origin, rows[i].body), 200);
        set_cookie_of(p, set);
        if (rows[i].end == NULL) {
            assert_string_equal(set, "");
        } else {
            assert_true(g_str_has_suffix(set, rows[i].end));
        }
    }
}

static void test_who_may_resume(void **state)
{
    static const char *const origins[] = {"", "Origin: null\r\n", "Origin: http://y\r\n",
                                          "Origin: https://maps.example.com\r\n"};
    static const char *const cookies[] = {
        "",
        "Cookie: odograph_resume\r\n",
        "Cookie: odograph_resume=\r\n",
        "Cookie: odograph_resume=0123456789ABCDEF0123456789ABCDEF\r\n",
        "Cookie: odograph_resume=0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789\r\n",
        "Cookie: ;;=;odograph_resume=%00; =odograph_resume; odograph_resume=x\r\n",
    };
    struct platform *p = *state;
    char cookie[HEADER_MAX];
    char set[COOKIE_MAX];
    make_fleet(p);
    remember(p, OWN, cookie);
    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        assert_string_equal(resume(p, origins[i], cookie), NO_TOKEN);
        set_cookie_of(p, set);
        assert_string_equal(set, "");
    }
    for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
        assert_string_equal(resume(p, OWN, cookies[i]), NO_TOKEN);
    }
    (void)snprintf(cookie, sizeof(cookie), "Cookie: odograph_resume=%s\r\n", p->token);
    assert_string_equal(resume(p, OWN, cookie), NO_TOKEN); /* a token is no secret of a cookie */
}

/* No other call takes the cookie for a token. */
static void test_other_calls_read_no_cookie(void **state)
{
    struct platform *p = *state;
    char cookie[HEADER_MAX];
    char headers[HEADERS_MAX];
    make_fleet(p);
    remember(p, OWN, cookie);
    p->token[0] = '\0';
    (void)snprintf(headers, sizeof(headers), OWN "%s", cookie);
    assert_int_equal(request(p, "POST", "/api/manage/GetMe", headers, "{}"), 200);
    assert_non_null(strstr(p->answer, NO_TOKEN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_a_login_is_resumed),         SERVER_TEST(test_a_new_password_ends_it),
        SERVER_TEST(test_who_is_given_a_cookie),      SERVER_TEST(test_who_may_resume),
        SERVER_TEST(test_other_calls_read_no_cookie),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
