/* The accounts that the program makes itself, and that it makes them once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/auth.h"
#include "api/testing.h"

enum { ROOT_ID = 1, DEMO_ID, DEMO_HOLD_ID = 1 };

static struct user user_by_login(struct platform *p, struct arena *arena, const char *name)
{
    struct user u;
    assert_int_equal(directory_user_by_login(p->shard.directory, name, arena, &u), ERR_OK);
    return u;
}

/* Of no enterprise, of no groups, for ever; and its password is kept as a hash alone. */
static void test_root(void **state)
{
    struct platform *p = *state;
    struct arena arena = {0};
    struct user root = user_by_login(p, &arena, "ROOT");
    assert_int_equal(root.id, ROOT_ID);
    assert_int_equal(root.enterprise_id, 0);
    assert_int_equal(root.role, ROLE_ROOT);
    assert_int_equal(root.expire_s, 0);
    assert_int_equal(root.group_count, 0);
    assert_true(root.created_s > 0);
    assert_null(strstr(root.password_hash, "root-password"));
    assert_true(auth_password_matches(root.password_hash, "root-password"));
    arena_free(&arena);
}

/* A second start leaves it as it is, whatever the password given. */
static void test_root_is_made_once(void **state)
{
    struct platform *p = *state;
    assert_int_equal(api_make_root(p->shard.ingest, "root-password"), ERR_DUPLICATE);
    assert_int_equal(api_make_root(p->shard.ingest, "another-one"), ERR_DUPLICATE);
    log_in(p, "root", "root-password");
    expect(p, "user/GetLoginToken", "{\"LoginName\":\"root\",\"PassWord\":\"another-one\"}",
           "{\"Code\":4005,\"Data\":null,\"ErrMsg\":\"Password error\"}");
}

/* What is no password is refused before anything is asked of the store. */
static void test_passwords_that_root_cannot_have(void **state)
{
    struct platform *p = *state;
    char longest[AUTH_PASSWORD_MAX + 2];
    memset(longest, 'x', sizeof(longest));
    longest[AUTH_PASSWORD_MAX + 1] = '\0';
    assert_int_equal(api_make_root(p->shard.ingest, ""), ERR_INVALID);
    assert_int_equal(api_make_root(p->shard.ingest, "12345"), ERR_INVALID);
    assert_int_equal(api_make_root(p->shard.ingest, "\u00e4\u00e4\u00e4"), ERR_INVALID);
    assert_int_equal(api_make_root(p->shard.ingest, longest), ERR_INVALID);
    longest[AUTH_PASSWORD_MAX] = '\0';
    assert_int_equal(api_make_root(p->shard.ingest, longest), ERR_DUPLICATE);
    assert_int_equal(api_make_root(p->shard.ingest, "123456"), ERR_DUPLICATE);
}

/* An enterprise with one admin, whose password is shorter than others may be. */
static void test_the_demo(void **state)
{
    struct platform *p = *state;
    int64_t hold_id = 0;
    struct arena arena = {0};
    assert_int_equal(api_make_demo(p->shard.ingest, &hold_id), ERR_OK);
    assert_int_equal(hold_id, DEMO_HOLD_ID);
    struct user demo = user_by_login(p, &arena, "demo");
    assert_int_equal(demo.id, DEMO_ID);
    assert_int_equal(demo.enterprise_id, DEMO_HOLD_ID);
    assert_int_equal(demo.role, ROLE_ADMIN);
    log_in(p, "Demo", "demo");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    expect(p, "manage/AddEnterprise", "{\"HoldName\":\"x\"}",
           "{\"Code\":403,\"Data\":null,\"ErrMsg\":\"Limited authority\"}");
    expect(p, "manage/ChangePassword", "{\"OldPassWord\":\"demo\",\"NewPassWord\":\"demo\"}",
           "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"NewPassWord: a password has 6 to 128 "
           "characters\"}");
    log_in(p, "root", "root-password");
    const char *answer = call(p, "manage/ListEnterprises", "{}");
    assert_non_null(strstr(answer, "{\"total\":1,\"data\":[{\"HoldID\":1,\"HoldName\":\"Demo\","
                                   "\"TimeZone\":\"Europe/Berlin\",\"ServiceEnd\":null,"));
    arena_free(&arena);
}

/* The second time it says which it is, and changes nothing. */
static void test_the_demo_is_made_once(void **state)
{
    struct platform *p = *state;
    int64_t first = 0;
    int64_t second = 0;
    make_fleet(p);
    assert_int_equal(api_make_demo(p->shard.ingest, &first), ERR_OK);
    assert_int_equal(first, 2);
    assert_int_equal(api_make_demo(p->shard.ingest, &second), ERR_DUPLICATE);
    assert_int_equal(second, first);
    log_in(p, "root", "root-password");
    assert_non_null(strstr(call(p, "manage/ListEnterprises", "{}"), "\"total\":2"));
    assert_non_null(strstr(call(p, "manage/ListUsers", "{\"HoldID\":2}"), "\"total\":1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_root),
        SERVER_TEST(test_root_is_made_once),
        SERVER_TEST(test_passwords_that_root_cannot_have),
        SERVER_TEST(test_the_demo),
        SERVER_TEST(test_the_demo_is_made_once),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
