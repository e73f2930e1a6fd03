#include "fleet/unknown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct unknown_tracker seen(const char *device_id)
{
    struct unknown_tracker t = {
        .protocol = 2, .address = "192.0.2.1:5", .frame_len = 2, .frame = {0x78, 0x78}};
    (void)snprintf(t.device_id, sizeof(t.device_id), "%s", device_id);
    return t;
}

static void note(struct unknown_trackers *u, const char *device_id, int64_t now_s)
{
    struct unknown_tracker t = seen(device_id);
    unknown_note(u, &t, now_s);
}

static void starts_empty(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    size_t count = 1;
    assert_non_null(unknown_list(u, &arena, &count));
    assert_int_equal(count, 0);
    unknown_forget(u, "1");
    arena_free(&arena);
    unknown_free(u);
    unknown_free(NULL);
}

static void the_latest_comes_first(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    note(u, "0001", 10);
    note(u, "2", 20);
    note(u, "3", 30);
    note(u, "1", 40); /* the same tracker without its zeros */
    size_t count = 0;
    const struct unknown_tracker *at = unknown_list(u, &arena, &count);
    assert_int_equal(count, 3);
    assert_string_equal(at[0].device_id, "0001");
    assert_int_equal(at[0].first_time_s, 10);
    assert_int_equal(at[0].last_time_s, 40);
    assert_int_equal(at[0].count, 2);
    assert_int_equal(at[0].protocol, 2);
    assert_string_equal(at[0].address, "192.0.2.1:5");
    assert_int_equal(at[0].frame_len, 2);
    assert_int_equal(at[0].frame[1], 0x78);
    assert_string_equal(at[1].device_id, "3");
    assert_string_equal(at[2].device_id, "2");
    arena_free(&arena);
    unknown_free(u);
}

static void frames_are_cut(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    struct unknown_tracker t = seen("1");
    t.frame_len = UNKNOWN_FRAME_MAX + 1;
    unknown_note(u, &t, 1);
    size_t count = 0;
    assert_int_equal(unknown_list(u, &arena, &count)[0].frame_len, UNKNOWN_FRAME_MAX);
    arena_free(&arena);
    unknown_free(u);
}

static void a_registered_one_is_forgotten(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    note(u, "1", 1);
    note(u, "2", 2);
    unknown_forget(u, "0001");
    unknown_forget(u, "7");
    size_t count = 0;
    const struct unknown_tracker *at = unknown_list(u, &arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(at[0].device_id, "2");
    arena_free(&arena);
    unknown_free(u);
}

static void the_one_silent_for_longest_goes(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    char id[DEVICE_ID_SIZE];
    for (int i = 1; i <= UNKNOWN_MAX; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        note(u, id, i);
    }
    note(u, "1", UNKNOWN_MAX + 1); /* now the newest, so that 2 is the oldest */
    note(u, "fresh", UNKNOWN_MAX + 2);
    size_t count = 0;
    const struct unknown_tracker *at = unknown_list(u, &arena, &count);
    assert_int_equal(count, UNKNOWN_MAX);
    assert_string_equal(at[0].device_id, "fresh");
    assert_string_equal(at[1].device_id, "1");
    assert_string_equal(at[count - 1].device_id, "3");
    arena_free(&arena);
    unknown_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty),
        cmocka_unit_test(the_latest_comes_first),
        cmocka_unit_test(frames_are_cut),
        cmocka_unit_test(a_registered_one_is_forgotten),
        cmocka_unit_test(the_one_silent_for_longest_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
