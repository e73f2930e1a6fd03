#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/throttle.h"

enum { WINDOW_MS = THROTTLE_WINDOW_S * 1000, NOW_MS = 5000 };

static void test_ten_failures_of_an_account(void **state)
{
    (void)state;
    struct throttle *t = throttle_new();
    for (int i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS + i), 0);
        throttle_note_failure(t, "anna", "192.0.2.1", NOW_MS + i);
    }
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.1", NOW_MS), THROTTLE_WINDOW_S);
    assert_int_equal(throttle_wait_s(t, " ANNA ", "192.0.2.9", NOW_MS), THROTTLE_WINDOW_S);
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

/* Made-up names and addresses by the hundred thousand leave a blocked account blocked. */
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
    assert_int_equal(throttle_wait_s(t, "anna", "192.0.2.2", NOW_MS), THROTTLE_WINDOW_S);
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_failures_of_an_account),
        cmocka_unit_test(test_thirty_failures_from_an_address),
        cmocka_unit_test(test_a_flood_does_not_free_the_blocked),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
