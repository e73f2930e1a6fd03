#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/bad_frames.h"

enum { NOW_S = 100000 };

static bool note(struct bad_frames *b, const char *device_id, unsigned number, int64_t now_s)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "bad %u", number);
    return bad_frames_note(b, device_id, bytes_of_text(text), now_s);
}

static void the_same_bytes_are_known_again(void **state)
{
    (void)state;
    struct bad_frames *b = bad_frames_new();
    assert_false(note(b, "1", 1, NOW_S));
    assert_true(note(b, "1", 1, NOW_S));
    assert_false(note(b, "1", 2, NOW_S));
    assert_true(note(b, "1", 1, NOW_S + 10 * (int64_t)BAD_FRAMES_HOUR_S));
    assert_true(note(b, "1", 2, NOW_S));
    bad_frames_free(b);
}

static void devices_are_told_apart(void **state)
{
    (void)state;
    struct bad_frames *b = bad_frames_new();
    assert_false(note(b, "1", 1, NOW_S));
    assert_false(note(b, "2", 1, NOW_S));
    assert_false(note(b, "", 1, NOW_S));
    assert_true(note(b, "2", 1, NOW_S));
    assert_true(note(b, "", 1, NOW_S));
    bad_frames_free(b);
}

/* One that never sends the same bytes is let through after some. */
static void too_many_in_an_hour_are_passed_over(void **state)
{
    (void)state;
    struct bad_frames *b = bad_frames_new();
    unsigned number = 0;
    for (; number < BAD_FRAMES_HOURLY; number++) {
        assert_false(note(b, "1", number, NOW_S + number));
    }
    assert_true(note(b, "1", number++, NOW_S + BAD_FRAMES_HOUR_S - 1));
    assert_false(note(b, "2", number, NOW_S + BAD_FRAMES_HOUR_S - 1));
    /* All but the last are older than an hour then. */
    assert_false(note(b, "1", number, NOW_S + BAD_FRAMES_HOUR_S + BAD_FRAMES_HOURLY));
    /* Before a login they are of many trackers. */
    for (number = 0; number < 10 * BAD_FRAMES_HOURLY; number++) {
        assert_false(note(b, "", number, NOW_S));
    }
    bad_frames_free(b);
}

static void what_is_kept_is_bounded(void **state)
{
    (void)state;
    struct bad_frames *b = bad_frames_new();
    int64_t now_s = NOW_S;
    for (unsigned number = 0; number <= BAD_FRAMES_KEPT; number++) {
        assert_false(note(b, "1", number, now_s += BAD_FRAMES_HOUR_S));
    }
    now_s += 2 * (int64_t)BAD_FRAMES_HOUR_S;
    assert_true(note(b, "1", 1, now_s));
    assert_true(note(b, "1", BAD_FRAMES_KEPT, now_s));
    assert_false(note(b, "1", 0, now_s)); /* the oldest went */
    /* A flood of strangers leaves room for others: most devices are in other sets. */
    for (unsigned number = 0; number < 1000; number++) {
        assert_false(note(b, "2", 1000 + number, now_s += BAD_FRAMES_HOUR_S));
    }
    unsigned known = 0;
    for (unsigned device = 0; device < 100; device++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "7%u", device);
        assert_false(note(b, id, 1, now_s));
        assert_false(note(b, "2", 5000 + device, now_s += BAD_FRAMES_HOUR_S));
        known += note(b, id, 1, now_s) ? 1 : 0;
    }
    assert_int_equal(known, 100);
    bad_frames_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_are_known_again),
        cmocka_unit_test(devices_are_told_apart),
        cmocka_unit_test(too_many_in_an_hour_are_passed_over),
        cmocka_unit_test(what_is_kept_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
