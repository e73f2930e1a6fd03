#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/protocol.h"

static void messages_keep_their_order_while_they_grow(void **state)
{
    enum { COUNT = 300 };
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    for (int64_t i = 0; i < COUNT; i++) {
        decoded_add(&d, MESSAGE_FIX)->fix.gps_time_s = i;
    }
    assert_int_equal(d.len, COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        assert_int_equal(d.at[i].kind, MESSAGE_FIX);
        assert_int_equal(d.at[i].fix.gps_time_s, i);
        assert_int_equal(d.at[i].fix.has, 0);
    }
    arena_free(&arena);
}

static void reserved_room_is_used_and_not_counted(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    decoded_add(&d, MESSAGE_LOGIN);
    decoded_reserve(&d, 10);
    assert_int_equal(d.len, 1);
    assert_int_equal(d.capacity, 11);
    assert_int_equal(d.at[0].kind, MESSAGE_LOGIN);
    const struct message *at = d.at;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(decoded_add(&d, MESSAGE_FIX)->fix.has, 0);
    }
    assert_ptr_equal(d.at, at);
    decoded_add(&d, MESSAGE_FIX);
    assert_int_equal(d.len, 12);
    decoded_reserve(&d, 0);
    decoded_reserve(&d, 1);
    assert_int_equal(d.len, 12);
    arena_free(&arena);
}

static void no_more_is_reserved_than_a_frame_may_hold(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    decoded_reserve(&d, SIZE_MAX);
    assert_int_equal(d.capacity, PROTOCOL_MESSAGES_MAX);
    arena_free(&arena);
}

static void times_of_a_local_clock_are_marked(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    fix_set_local_time(&decoded_add(&d, MESSAGE_FIX)->fix, 1795396320);
    fix_set_time(&decoded_add(&d, MESSAGE_FIX)->fix, 1795396320);
    struct fix *both = &decoded_add(&d, MESSAGE_FIX)->fix;
    fix_set_local_time(both, 1795396320);
    fix_set_time(both, 1795396321);
    fix_set_local_time(&decoded_add(&d, MESSAGE_FIX)->fix, -1);
    assert_int_equal(decoded_finish(&d), ERR_OK);
    for (size_t i = 0; i < d.len; i++) {
        assert_int_equal(d.at[i].is_local_time, i == 0);
        assert_int_equal(d.at[i].fix.flags, 0);
    }
    arena_free(&arena);
}

static void what_is_too_much_is_refused(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    for (size_t i = 0; i < PROTOCOL_MESSAGES_MAX; i++) {
        decoded_add(&d, MESSAGE_FIX)->fix.gps_time_s = 1;
    }
    assert_int_equal(decoded_finish(&d), ERR_OK);
    assert_int_equal(d.len, PROTOCOL_MESSAGES_MAX);
    for (size_t i = 0; i < 3; i++) {
        struct message *m = decoded_add(&d, MESSAGE_RESPONSE);
        assert_int_equal(m->kind, MESSAGE_RESPONSE);
        assert_int_equal(m->fix.gps_time_s, 0);
        m->fix.gps_time_s = 2;
        assert_int_equal(d.len, PROTOCOL_MESSAGES_MAX);
    }
    assert_int_equal(d.at[PROTOCOL_MESSAGES_MAX - 1].fix.gps_time_s, 1);
    assert_int_equal(decoded_finish(&d), ERR_TOO_LONG);
    assert_int_equal(d.len, 0);
    arena_free(&arena);
}

/* A report tells of the alarms that its decoder named; other messages are no reports. */
static void reports_tell_of_no_alarm_by_themselves(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    decoded_add(&d, MESSAGE_FIX)->fix.alarms = ALARM_BIT(SOS);
    decoded_add(&d, MESSAGE_HEARTBEAT);
    fix_set_alarms_told(&decoded_add(&d, MESSAGE_FIX)->fix, ALARM_BIT(SOS));
    decoded_add(&d, MESSAGE_RESPONSE);
    assert_int_equal(decoded_finish(&d), ERR_OK);
    for (size_t i = 0; i < d.len; i++) {
        assert_int_equal(d.at[i].fix.has, i < 3 ? FIX_HAS_ALARMS_TOLD : 0);
        assert_int_equal(d.at[i].fix.alarms_told, i == 2 ? ALARM_BIT(SOS) : 0);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_keep_their_order_while_they_grow),
        cmocka_unit_test(reserved_room_is_used_and_not_counted),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(times_of_a_local_clock_are_marked),
        cmocka_unit_test(reports_tell_of_no_alarm_by_themselves),
        cmocka_unit_test(no_more_is_reserved_than_a_frame_may_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
