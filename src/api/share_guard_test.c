/* How often strangers may call by links, and how many wrong ones they may try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>

#include "api/share_guard.h"

enum { START_MS = 1000000, SECOND_MS = 1000, SHARE = 7, OTHER_SHARE = 8 };

/* How many calls of a share go through at once, each from the next of so many addresses. */
static int calls_at_once(struct share_guard *g, int64_t share, int addresses, int64_t now_ms)
{
    int calls = 0;
    for (char address[32];; calls++) {
        (void)snprintf(address, sizeof(address), "192.0.2.%d", calls % addresses);
        if (share_guard_take(g, share, address, now_ms) != 0) {
            return calls;
        }
    }
}

static void an_address_is_slowed_down(void **state)
{
    struct share_guard *g = share_guard_new();
    (void)state;
    assert_int_equal(calls_at_once(g, SHARE, 1, START_MS), SHARE_ADDRESS_CALLS_AT_ONCE);
    assert_int_equal(share_guard_take(g, OTHER_SHARE, "192.0.2.0", START_MS), 1);
    assert_int_equal(share_guard_take(g, SHARE, "192.0.2.9", START_MS), 0);
    assert_int_equal(calls_at_once(g, SHARE, 1, START_MS + 2 * SECOND_MS),
                     2 * SHARE_ADDRESS_CALLS_PER_S);
    share_guard_free(g);
}

static void a_share_is_slowed_down(void **state)
{
    struct share_guard *g = share_guard_new();
    (void)state;
    assert_int_equal(calls_at_once(g, SHARE, 100, START_MS), SHARE_CALLS_AT_ONCE);
    assert_int_equal(share_guard_take(g, OTHER_SHARE, "192.0.2.200", START_MS), 0);
    assert_int_equal(calls_at_once(g, SHARE, 100, START_MS + SECOND_MS), SHARE_CALLS_PER_S);
    share_guard_free(g);
}

static void note(struct share_guard *g, const char *address, uint8_t token, int64_t now_ms)
{
    const uint8_t hash[TOKEN_HASH_BYTES] = {token, 1};
    share_guard_note_wrong(g, address, hash, now_ms);
}

static void who_tries_many_waits(void **state)
{
    struct share_guard *g = share_guard_new();
    (void)state;
    for (int i = 0; i < 1000; i++) {
        note(g, "2001:db8::1", 0, START_MS); /* the same again and again */
    }
    for (int token = 1; token < SHARE_WRONG_MAX; token++) {
        assert_int_equal(share_guard_wait_s(g, "2001:db8::1", START_MS), 0);
        note(g, "2001:db8::2", (uint8_t)token, START_MS); /* one network */
    }
    assert_int_equal(share_guard_wait_s(g, "2001:db8::3", START_MS), SHARE_WRONG_WINDOW_S);
    assert_int_equal(share_guard_wait_s(g, "2001:db8:0:1::1", START_MS), 0);
    int64_t end_ms = START_MS + (int64_t)SHARE_WRONG_WINDOW_S * SECOND_MS;
    assert_int_equal(share_guard_wait_s(g, "2001:db8::1", end_ms - 1), 1);
    assert_int_equal(share_guard_wait_s(g, "2001:db8::1", end_ms), 0);
    note(g, "2001:db8::1", 100, end_ms);
    assert_int_equal(share_guard_wait_s(g, "2001:db8::1", end_ms), 0);
    share_guard_free(g);
}

/* More addresses than there is room for: the newest are counted all the same. */
static void many_addresses_fit(void **state)
{
    struct share_guard *g = share_guard_new();
    char address[32];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(address, sizeof(address), "10.%d.%d.%d", i >> 16, (i >> 8) & 255, i & 255);
        assert_int_equal(share_guard_take(g, SHARE + i, address, START_MS + i), 0);
    }
    for (int token = 0; token < SHARE_WRONG_MAX; token++) {
        note(g, address, (uint8_t)token, START_MS + 30000);
    }
    assert_int_equal(share_guard_wait_s(g, address, START_MS + 30000), SHARE_WRONG_WINDOW_S);
    share_guard_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_slowed_down),
        cmocka_unit_test(a_share_is_slowed_down),
        cmocka_unit_test(who_tries_many_waits),
        cmocka_unit_test(many_addresses_fit),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
