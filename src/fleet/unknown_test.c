#include "fleet/unknown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/protocol.h"

static struct unknown_tracker seen(const char *device_id)
{
    struct unknown_tracker t = {
        .protocol = 2,
        .address = "192.0.2.1:5",
        .frame_len = 2,
        .frame = {0x78, 0x78},
        .link = {.slot = 7, .generation = 3},
    };
    (void)snprintf(t.device_id, sizeof(t.device_id), "%s", device_id);
    return t;
}

static void note(struct unknown_trackers *u, const char *device_id, int64_t now_s)
{
    struct unknown_tracker t = seen(device_id);
    (void)unknown_note(u, &t, now_s);
}

static void starts_empty(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    size_t count = 1;
    assert_non_null(unknown_list(u, &arena, &count));
    assert_int_equal(count, 0);
    assert_false(unknown_forget(u, "1", NULL));
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
    struct unknown_tracker gone;
    assert_true(unknown_forget(u, "0001", &gone));
    assert_string_equal(gone.device_id, "1");
    assert_int_equal(gone.link.slot, 7);
    assert_int_equal(gone.link.generation, 3);
    assert_false(unknown_forget(u, "7", &gone));
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

/* ---- those that named no device ---- */

static struct unknown_line note_bytes(struct unknown_trackers *u, const char *address,
                                      int64_t now_s)
{
    struct unknown_tracker t = {
        .protocol = PROTOCOL_UNKNOWN, .frame_len = 2, .frame = {0x23, 0x23}};
    (void)snprintf(t.address, sizeof(t.address), "%s", address);
    return unknown_note(u, &t, now_s);
}

static void the_nameless_are_told_apart_by_host(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    struct arena arena = {0};
    (void)note_bytes(u, "192.0.2.7:1000", 10);
    note(u, "860000000000201", 20);
    (void)note_bytes(u, "192.0.2.8:1000", 30);
    (void)note_bytes(u, "192.0.2.7:2000", 40);
    (void)note_bytes(u, "[::ffff:192.0.2.7]:3000", 50); /* the same, heard by [::] */
    size_t count = 0;
    const struct unknown_tracker *at = unknown_list(u, &arena, &count);
    assert_int_equal(count, 3);
    assert_string_equal(at[0].device_id, "");
    assert_int_equal(at[0].protocol, PROTOCOL_UNKNOWN);
    assert_string_equal(at[0].address, "[::ffff:192.0.2.7]:3000");
    assert_int_equal(at[0].count, 3);
    assert_int_equal(at[0].first_time_s, 10);
    assert_int_equal(at[0].last_time_s, 50);
    assert_int_equal(at[0].frame_len, 2);
    assert_memory_equal(at[0].frame, "##", 2);
    assert_string_equal(at[1].address, "192.0.2.8:1000");
    assert_string_equal(at[2].device_id, "860000000000201");
    assert_false(unknown_forget(u, "", NULL));
    (void)unknown_list(u, &arena, &count);
    assert_int_equal(count, 3);
    arena_free(&arena);
    unknown_free(u);
}

/* Rows whose address begins with `prefix`. */
static size_t count_from(struct unknown_trackers *u, const char *prefix)
{
    struct arena arena = {0};
    size_t count = 0;
    size_t matching = 0;
    const struct unknown_tracker *at = unknown_list(u, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        matching += strncmp(at[i].address, prefix, strlen(prefix)) == 0;
    }
    arena_free(&arena);
    return matching;
}

static void a_network_takes_few_places(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    char address[UNKNOWN_ADDRESS_SIZE];
    (void)note_bytes(u, "198.51.100.1:5", 1);
    (void)note_bytes(u, "[2001:db8:0:1::1]:5", 1);
    for (int i = 1; i < 200; i++) {
        (void)snprintf(address, sizeof(address), "198.51.101.%d:5", i);
        (void)note_bytes(u, address, i);
        (void)snprintf(address, sizeof(address), "[2001:db8:0:2::%x]:5", (unsigned)i);
        (void)note_bytes(u, address, i);
    }
    assert_int_equal(count_from(u, "198.51.101."), UNKNOWN_PER_NETWORK);
    assert_int_equal(count_from(u, "198.51.101.199:"), 1); /* the newest are kept */
    assert_int_equal(count_from(u, "[2001:db8:0:2:"), UNKNOWN_PER_NETWORK);
    assert_int_equal(count_from(u, "198.51.100.1:"), 1);
    assert_int_equal(count_from(u, "[2001:db8:0:1:"), 1);
    unknown_free(u);
}

static void scanners_drive_no_named_tracker_out(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    char address[UNKNOWN_ADDRESS_SIZE];
    note(u, "860000000000201", 1);
    for (int i = 0; i < UNKNOWN_NAMELESS_MAX + 50; i++) {
        (void)snprintf(address, sizeof(address), "10.%d.%d.1:5", i / 256, i % 256);
        (void)note_bytes(u, address, 2 + i);
    }
    assert_int_equal(count_from(u, "10."), UNKNOWN_NAMELESS_MAX);
    assert_int_equal(count_from(u, "10.0.49.1:"), 0);
    assert_int_equal(count_from(u, "10.0.50.1:"), 1);
    assert_int_equal(count_from(u, "192.0.2.1:"), 1);
    unknown_free(u);
}

static void an_address_that_is_none_is_one_more_host(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    (void)note_bytes(u, "", 1);
    (void)note_bytes(u, "nowhere", 2);
    assert_int_equal(count_from(u, ""), 1);
    unknown_free(u);
}

/* ---- the log ---- */

static void a_tracker_is_told_once_an_hour(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    assert_true(note_bytes(u, "192.0.2.7:1", 1000).is_due);
    assert_false(note_bytes(u, "192.0.2.7:1", 1001).is_due);
    assert_false(note_bytes(u, "192.0.2.7:2", 1000 + UNKNOWN_TELL_AGAIN_S - 1).is_due);
    assert_true(note_bytes(u, "192.0.2.7:3", 1000 + UNKNOWN_TELL_AGAIN_S).is_due);
    unknown_free(u);
}

static void the_log_is_not_flooded(void **state)
{
    (void)state;
    struct unknown_trackers *u = unknown_new();
    char address[UNKNOWN_ADDRESS_SIZE];
    unsigned lines = 0;
    for (unsigned i = 0; i < 25; i++) {
        (void)snprintf(address, sizeof(address), "10.0.%u.1:5", i);
        struct unknown_line line = note_bytes(u, address, 1000);
        assert_int_equal(line.left_out, 0);
        lines += line.is_due;
    }
    assert_int_equal(lines, UNKNOWN_LINES_MAX);
    struct unknown_tracker named = seen("860000000000201");
    assert_true(unknown_note(u, &named, 1000).is_due); /* those have lines of their own */
    struct unknown_line next = note_bytes(u, "10.0.24.1:5", 1060);
    assert_true(next.is_due);
    assert_int_equal(next.left_out, 15);
    assert_int_equal(note_bytes(u, "10.0.23.1:5", 1060).left_out, 0);
    /* A clock that is set back silences nothing. */
    assert_true(note_bytes(u, "10.0.99.1:5", 10).is_due);
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
        cmocka_unit_test(the_nameless_are_told_apart_by_host),
        cmocka_unit_test(a_network_takes_few_places),
        cmocka_unit_test(scanners_drive_no_named_tracker_out),
        cmocka_unit_test(an_address_that_is_none_is_one_more_host),
        cmocka_unit_test(a_tracker_is_told_once_an_hour),
        cmocka_unit_test(the_log_is_not_flooded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
