/* Logins over real sockets: who may try, who is known, and what is remembered of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/exchange.h"
#include "api/testing.h"
#include "api/throttle.h"
#include "base/clock.h"

enum { ANNA = 2, DAY_S = 86400 };

static const char path[] = "/api/user/GetLoginToken";
static const char anna[] = "{\"LoginName\":\"anna\",\"PassWord\":\"secret-1\"}";

/* The HTTP status of a login from an address. */
static int log_in_from(struct platform *p, const char *address, const char *body)
{
    char forwarded[128];
    p->token[0] = '\0';
    assert_in_range(snprintf(forwarded, sizeof(forwarded), "X-Forwarded-For: %s\r\n", address), 1,
                    sizeof(forwarded) - 1);
    return request(p, "POST", path, forwarded, body);
}

static bool knows(struct platform *p, const char *address)
{
    return directory_knows_address(p->shard.directory, ANNA, address, clock_wall_ms() / 1000);
}

/* Another new address claims the check of `account`, `ms` ago, while a third one fails. */
static struct throttle_claim claim_ago(struct platform *p, const char *account, int64_t ms)
{
    struct throttle *t = p->api->api.throttle;
    struct throttle_claim claim;
    throttle_note_failure(t, account, "192.0.2.66", clock_monotonic_ms());
    assert_int_equal(throttle_claim_s(t, account, "192.0.2.77", clock_monotonic_ms() - ms, &claim),
                     0);
    assert_true(claim.account != 0);
    return claim;
}

/* While others fail at an account, an address that is new to it waits; one that is known not. */
static void test_known_addresses_have_a_lane(void **state)
{
    struct platform *p = *state;
    make_fleet(p); /* from 127.0.0.1 */
    struct throttle_claim claim = claim_ago(p, "anna", 5000);
    assert_int_equal(log_in_from(p, "192.0.2.5", anna), 429);
    assert_non_null(strstr(p->answer, "\r\nRetry-After: 2\r\n"));
    assert_non_null(strstr(p->answer, "{\"Code\":429,\"Data\":null,\"ErrMsg\":\"Too many failed "
                                      "logins\"}"));
    assert_int_equal(request(p, "POST", path, "", anna), 200);
    assert_non_null(strstr(p->answer, "{\"Code\":200,"));
    throttle_release(p->api->api.throttle, &claim);
    assert_int_equal(log_in_from(p, "192.0.2.5", anna), 200);
    assert_non_null(strstr(p->answer, "{\"Code\":200,"));
    assert_true(knows(p, "192.0.2.5"));
    assert_int_equal(log_in_from(p, "192.0.2.5", anna), 200); /* within the second */
    assert_int_equal(counter_get(&p->counters, logins_throttled), 1);
}

/* A claim is given back when the password was checked, be it good or bad. */
static void test_claims_are_given_back(void **state)
{
    struct platform *p = *state;
    static const char wrong[] = "{\"LoginName\":\"anna\",\"PassWord\":\"wrong-1\"}";
    make_fleet(p);
    struct throttle_claim claim = claim_ago(p, "anna", 5000);
    throttle_release(p->api->api.throttle, &claim);
    assert_int_equal(log_in_from(p, "192.0.2.5", wrong), 200);
    assert_non_null(strstr(p->answer, "{\"Code\":4005,"));
    unsigned wait_s =
        throttle_claim_s(p->api->api.throttle, "anna", "192.0.2.6", clock_monotonic_ms(), &claim);
    assert_in_range(wait_s, 0, 1); /* not 2: no check is under way */
    assert_false(knows(p, "192.0.2.5"));
}

/* All of a network of 64 bits is one address, and is known as one. */
static void test_networks(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    assert_int_equal(log_in_from(p, "2001:db8:1:2::5", anna), 200);
    assert_true(knows(p, "2001:db8:1:2::/64"));
    (void)claim_ago(p, "anna", 5000);
    assert_int_equal(log_in_from(p, "2001:db8:1:2:ffff::1", anna), 200);
    assert_int_equal(log_in_from(p, "2001:db8:1:3::1", anna), 429);
}

/* Ten wrong passwords lock out the address that sent them, and nobody else. */
static void test_nobody_locks_anybody_out(void **state)
{
    struct platform *p = *state;
    static const char wrong[] = "{\"LoginName\":\"root\",\"PassWord\":\"wrong-1\"}";
    static const char right[] = "{\"LoginName\":\"root\",\"PassWord\":\"root-password\"}";
    log_in(p, "root", "root-password"); /* from 127.0.0.1 */
    for (int i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        assert_int_equal(log_in_from(p, "192.0.2.66", wrong), 200);
        assert_non_null(strstr(p->answer, "{\"Code\":4005,"));
    }
    assert_int_equal(log_in_from(p, "192.0.2.66", right), 429);
    assert_int_equal(request(p, "POST", path, "", right), 200);
    assert_non_null(strstr(p->answer, "{\"Code\":200,"));
    assert_int_equal(log_in_from(p, "192.0.2.5", right), 200); /* new, and nobody is before it */
    assert_non_null(strstr(p->answer, "{\"Code\":200,"));
}

/* Who is no user is told so at once, and that counts for the address. */
static void test_unknown_names_wait_for_no_thread(void **state)
{
    struct platform *p = *state;
    for (int i = 0; i < THROTTLE_ADDRESS_FAILURES; i++) {
        char body[64];
        (void)snprintf(body, sizeof(body), "{\"LoginName\":\"n%d\",\"PassWord\":\"x\"}", i);
        assert_int_equal(log_in_from(p, "192.0.2.5", body), 200);
        assert_non_null(strstr(p->answer, "{\"Code\":4004,"));
    }
    assert_int_equal(log_in_from(p, "192.0.2.5", "{\"LoginName\":\"n\",\"PassWord\":\"x\"}"), 429);
    assert_int_equal(log_in_from(p, "192.0.2.6", "{\"LoginName\":\"n\",\"PassWord\":\"x\"}"), 200);
}

/* ---- what is remembered ---- */

static struct login_address *list(struct platform *p, struct arena *arena, size_t *count)
{
    return directory_list_addresses(p->shard.directory, ANNA, arena, count);
}

static void test_an_address_stays_known(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    assert_true(knows(p, "127.0.0.1"));
    expect(p, "manage/ChangePassword",
           "{\"OldPassWord\":\"secret-1\",\"NewPassWord\":\"secret-2\"}", DONE);
    log_in(p, "anna", "secret-2");
    expect(p, "user/LogOut", "", DONE);
    assert_true(knows(p, "127.0.0.1"));
    log_in(p, "root", "root-password");
    expect(p, "manage/DeleteUser", "{\"HoldID\":1,\"UserID\":2}", DONE);
    assert_false(knows(p, "127.0.0.1"));
}

static void test_a_deleted_enterprise_forgets_addresses(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    log_in(p, "root", "root-password");
    expect(p, "manage/DeleteEnterprise", "{\"HoldID\":1}", DONE);
    assert_false(knows(p, "127.0.0.1"));
}

/* LOGIN_ADDRESSES_MAX addresses, each a minute older than the one before, and one too old. */
static enum err put_addresses(struct job_context *job, void *arg)
{
    (void)arg;
    for (int i = 0; i <= LOGIN_ADDRESSES_MAX; i++) {
        bool is_old = i == LOGIN_ADDRESSES_MAX;
        change_add(&job->changes, CHANGE_PUT_LOGIN_ADDRESS)->login_address = (struct login_address){
            .user_id = ANNA,
            .address = arena_format(job->changes.arena, "198.51.100.%d", i),
            .last_s = job->now_s - (is_old ? LOGIN_ADDRESS_KNOWN_S + DAY_S : (i + 1) * 60),
        };
    }
    return ERR_OK;
}

static bool has(const struct login_address *at, size_t count, const char *address)
{
    size_t i = 0;
    while (i < count && strcmp(at[i].address, address) != 0) {
        i++;
    }
    return i < count;
}

static void free_nothing(void *arg)
{
    (void)arg;
}

/* A user's addresses are bounded: what is too old goes, then the oldest. */
static void test_addresses_are_bounded(void **state)
{
    struct platform *p = *state;
    struct arena arena = {0};
    size_t count = 0;
    make_fleet(p);
    assert_int_equal(ingest_call(p->shard.ingest, put_addresses, NULL, free_nothing, 60000),
                     ERR_OK);
    (void)list(p, &arena, &count);
    assert_int_equal(count, LOGIN_ADDRESSES_MAX + 2); /* 127.0.0.1, too */
    assert_false(knows(p, "198.51.100.64"));
    assert_true(knows(p, "198.51.100.63"));
    assert_int_equal(log_in_from(p, "192.0.2.5", anna), 200);
    const struct login_address *left = list(p, &arena, &count);
    assert_int_equal(count, LOGIN_ADDRESSES_MAX + 1);
    assert_true(has(left, count, "192.0.2.5") && has(left, count, "127.0.0.1"));
    assert_false(has(left, count, "198.51.100.64") || has(left, count, "198.51.100.63"));
    assert_int_equal(log_in_from(p, "192.0.2.5", anna), 200); /* written down already */
    (void)list(p, &arena, &count);
    assert_int_equal(count, LOGIN_ADDRESSES_MAX + 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_known_addresses_have_a_lane),
        SERVER_TEST(test_claims_are_given_back),
        SERVER_TEST(test_networks),
        SERVER_TEST(test_nobody_locks_anybody_out),
        SERVER_TEST(test_unknown_names_wait_for_no_thread),
        SERVER_TEST(test_an_address_stays_known),
        SERVER_TEST(test_a_deleted_enterprise_forgets_addresses),
        SERVER_TEST(test_addresses_are_bounded),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
