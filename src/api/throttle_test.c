#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/throttle.h"

enum { WINDOW_MS = THROTTLE_WINDOW_S * 1000, NOW_MS = 5000 };

/* Of an account from an address: others may go on, with that account too. */
static void test_ten_failures_of_an_account_from_an_address(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS + i), 0);
        throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS + i);
    }
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS), THROTTLE_WINDOW_S);
    assert_int_equal(throttle_wait_s(t, " ANNA ", "192.0.2.1", NOW_MS), THROTTLE_WINDOW_S);
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.9", NOW_MS), 0);
    assert_int_equal(throttle_wait_s(t, "ben", "192.0.2.1", NOW_MS), 0);
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS + WINDOW_MS - 1), 1);
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS + WINDOW_MS), 0);
    throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS + WINDOW_MS);
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS + WINDOW_MS), 0);
    throttle_free(t);
}

static void test_thirty_failures_from_an_address(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    char name[32];
    for (int i = 0; i < THROTTLE_ADDRESS_FAILURES; i++) {
        (void)snprintf(name, sizeof(name), "user%d", i);
        assert_int_equal(throttle_wait_s(t, name, "192.0.2.1", NOW_MS), 0);
        throttle_note_failure(t, name, "192.0.2.1", NOW_MS);
    }
    assert_int_equal(throttle_wait_s(t, "somebody", "192.0.2.1", NOW_MS), THROTTLE_WINDOW_S);
    assert_int_equal(throttle_wait_s(t, "somebody", "192.0.2.2", NOW_MS), 0);
    throttle_free(t);
}

/* Made-up names and addresses by the hundred thousand leave a blocked address blocked. */
static void test_a_flood_does_not_free_the_blocked(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    char name[32];
    for (int i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS);
    }
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof(name), "name%d", i);
        throttle_note_failure(t, name, name, NOW_MS);
    }
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS), THROTTLE_WINDOW_S);
    throttle_free(t);
}

static void test_what_an_address_counts_as(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        const char *key;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2::", "2001:db8:1:2::/64"},
        {"2001:DB8:1:3::1", "2001:db8:1:3::/64"},
        {"::1", "::/64"},
        {"", ""},
    };
    char key[THROTTLE_KEY_SIZE];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        throttle_address_key(rows[i].address, key);
        assert_string_equal(key, rows[i].key);
    }
    struct throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        char address[32];
        (void)snprintf(address, sizeof(address), "2001:db8:1:2::%d", i);
        throttle_note_failure(t, "anna", address, NOW_MS);
    }
    assert_true(throttle_wait_s(t, "anna", "2001:db8:1:2:ffff::", NOW_MS) > 0);
    assert_int_equal(throttle_wait_s(t, "anna", "2001:db8:1:3::", NOW_MS), 0);
    throttle_free(t);
}

static unsigned claim(struct throttle *t, const char *address, int64_t now_ms,
                      struct throttle_claim *out)
{
    return throttle_claim_s(t, "anna", address, now_ms, out);
}

/* Nobody waits for a check of an account at which nobody else fails. */
static void test_own_failures_need_no_claim(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    struct throttle_claim c;
    assert_int_equal(claim(t, "192.0.2.1", NOW_MS, &c), 0);
    assert_int_equal(c.account, 0);
    throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS);
    throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(claim(t, "192.0.2.1", NOW_MS, &c), 0);
        assert_int_equal(c.account, 0);
    }
    throttle_note_failure(t, "ben", "192.0.2.9", NOW_MS);
    assert_int_equal(claim(t, "192.0.2.1", NOW_MS, &c), 0);
    assert_int_equal(c.account, 0);
    throttle_free(t);
}

/* While others fail there is one check at a time, and one a second. */
static void test_claims(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    struct throttle_claim first;
    struct throttle_claim c;
    throttle_note_failure(t, "anna", "192.0.2.66", NOW_MS);
    assert_int_equal(claim(t, "192.0.2.1", NOW_MS, &first), 0);
    assert_true(first.account != 0);
    assert_int_equal(claim(t, "192.0.2.2", NOW_MS + 1500, &c), 2); /* that is still under way */
    assert_int_equal(claim(t, "192.0.2.66", NOW_MS, &c), 0);       /* which fails alone */
    throttle_release(t, &first);
    assert_int_equal(first.account, 0);
    assert_int_equal(claim(t, "192.0.2.2", NOW_MS + THROTTLE_CHECK_MS - 1, &c), 1);
    throttle_release(t, &c); /* it is none */
    assert_int_equal(claim(t, "192.0.2.2", NOW_MS + THROTTLE_CHECK_MS, &first), 0);
    throttle_note_failure(t, "anna", "192.0.2.2", NOW_MS + THROTTLE_CHECK_MS);
    throttle_release(t, &first);
    assert_int_equal(claim(t, "192.0.2.66", NOW_MS + THROTTLE_CHECK_MS, &c), 1); /* no longer */
    int64_t later_ms = NOW_MS + (int64_t)2 * THROTTLE_CHECK_MS;
    assert_int_equal(claim(t, "192.0.2.66", later_ms, &first), 0);
    assert_int_equal(claim(t, "192.0.2.1", later_ms + THROTTLE_CLAIM_MS - 1, &c), 2);
    assert_int_equal(claim(t, "192.0.2.1", later_ms + THROTTLE_CLAIM_MS, &c), 0); /* it is lost */
    throttle_release(t, &first); /* and frees nobody else's */
    assert_int_equal(claim(t, "192.0.2.2", later_ms + THROTTLE_CLAIM_MS + 1, &first), 2);
    assert_int_equal(claim(t, "192.0.2.2", NOW_MS + WINDOW_MS, &first), 0); /* all is forgotten */
    assert_int_equal(first.account, 0);
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_failures_of_an_account_from_an_address),
        cmocka_unit_test(test_thirty_failures_from_an_address),
        cmocka_unit_test(test_a_flood_does_not_free_the_blocked),
        cmocka_unit_test(test_what_an_address_counts_as),
        cmocka_unit_test(test_own_failures_need_no_claim),
        cmocka_unit_test(test_claims),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
