/*
 * Which address a client counts as. A login is remembered with it, so that each case is a login
 * from an address that nobody logged in from before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/exchange.h"
#include "api/fleet_testing.h"
#include "base/clock.h"

#define FORWARDED(value) "X-Forwarded-For: " value "\r\n"

static const char own_address[] = "127.0.0.1";

/* Berta's login with these headers. */
static void log_in_with(struct fleet *f, const char *headers)
{
    f->p->token[0] = '\0';
    assert_int_equal(request(f->p, "POST", "/api/user/GetLoginToken", headers,
                             "{\"LoginName\":\"berta\",\"PassWord\":\"secret-1\"}"),
                     200);
    assert_non_null(strstr(f->p->answer, "{\"Code\":200,"));
}

static bool knows(const struct fleet *f, const char *address)
{
    return directory_knows_address(f->p->shard.directory, P_BERTA, address, clock_wall_ms() / 1000);
}

/* The proxy is 127.0.0.1, as ourselves. */
static void test_forms_of_an_address(void **state)
{
    struct fleet *f = *state;
    static const struct {
        const char *headers;
        const char *address;
    } rows[] = {
        {FORWARDED("192.0.2.1"), "192.0.2.1"},
        {"x-forwarded-for:192.0.2.2 \r\n", "192.0.2.2"},
        {FORWARDED("192.0.2.3:4711"), "192.0.2.3"},
        {FORWARDED("\"192.0.2.4\""), "192.0.2.4"},
        {FORWARDED("\"192.0.2.5:80\""), "192.0.2.5"},
        {FORWARDED("2001:db8:1:1::9"), "2001:db8:1:1::/64"},
        {FORWARDED("[2001:db8:1:2::9]"), "2001:db8:1:2::/64"},
        {FORWARDED("\"[2001:db8:1:3::9]:443\""), "2001:db8:1:3::/64"},
        {FORWARDED("::ffff:192.0.2.6"), "192.0.2.6"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_false(knows(f, rows[i].address));
        log_in_with(f, rows[i].headers);
        assert_true(knows(f, rows[i].address));
    }
    assert_false(knows(f, own_address));
    assert_int_equal(counter_get(&f->p->counters, forwards_unreadable), 0);
    assert_int_equal(counter_get(&f->p->counters, forwards_ignored), 0);
}

/* What a client writes stands before what its proxy adds. */
static void test_the_last_address_counts(void **state)
{
    struct fleet *f = *state;
    log_in_with(f, FORWARDED("192.0.2.1, 192.0.2.2,\t192.0.2.3"));
    assert_true(knows(f, "192.0.2.3"));
    log_in_with(f, FORWARDED("192.0.2.1") FORWARDED("192.0.2.2, 192.0.2.4"));
    assert_true(knows(f, "192.0.2.4"));
    log_in_with(f, FORWARDED("not an address, 192.0.2.5"));
    assert_true(knows(f, "192.0.2.5"));
    assert_false(knows(f, "192.0.2.1") || knows(f, "192.0.2.2") || knows(f, own_address));
}

/* Then the client counts as its proxy, and /health says so. */
static void test_what_is_no_address(void **state)
{
    struct fleet *f = *state;
    static const char *const rows[] = {
        FORWARDED("unknown"),     FORWARDED("_hidden"), FORWARDED("192.0.2.256"),
        FORWARDED("192.0.2.1,"),  FORWARDED("[]:80"),   FORWARDED("192.0.2.1:80:90"),
        FORWARDED("example.com"), FORWARDED("\"\""),    FORWARDED("192.0.2.1 192.0.2.2"),
    };
    assert_int_equal(request(f->p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(f->p->answer, "\"warnings\":[],"));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        log_in_with(f, rows[i]);
        assert_int_equal(counter_get(&f->p->counters, forwards_unreadable), i + 1);
        assert_true(knows(f, own_address));
    }
    assert_false(knows(f, "192.0.2.1"));
    assert_int_equal(request(f->p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(f->p->answer, "\"warnings\":[\"X-Forwarded-For of trusted_proxy ends "));
    assert_non_null(strstr(f->p->answer, "{\"status\":\"ok\","));
}

/* Anybody could write the line. */
static void test_who_is_no_proxy_is_not_believed(void **state)
{
    struct fleet *f = *state;
    free(f->p->api->trusted_proxy);
    f->p->api->trusted_proxy = mem_copy_text("192.0.2.200");
    log_in_with(f, "");
    assert_int_equal(counter_get(&f->p->counters, forwards_ignored), 0);
    log_in_with(f, FORWARDED("192.0.2.1"));
    assert_int_equal(counter_get(&f->p->counters, forwards_ignored), 1);
    assert_int_equal(counter_get(&f->p->counters, forwards_unreadable), 0);
    assert_true(knows(f, own_address));
    assert_false(knows(f, "192.0.2.1"));
    assert_int_equal(request(f->p, "GET", "/health", "", ""), 200);
    assert_non_null(strstr(f->p->answer, "\"warnings\":[\"X-Forwarded-For comes from an address "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_forms_of_an_address),
        FLEET_TEST(test_the_last_address_counts),
        FLEET_TEST(test_what_is_no_address),
        FLEET_TEST(test_who_is_no_proxy_is_not_believed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
