/* Traces: who wants them, how they end, and that they are bounded. */
#include "fleet/traces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

enum { ONE = 1, TWO, ANNA = 10, OLGA };

static const struct trace_subject by_id = {.device = 7};
static const struct trace_subject by_name = {.device_id = "0100"};

static struct trace_wish wish_of(int64_t user_id, int64_t now_ms, int64_t until_ms)
{
    return (struct trace_wish){.device = 7,
                               .device_id = "100",
                               .enterprise_id = ONE,
                               .user_id = user_id,
                               .now_ms = now_ms,
                               .until_ms = until_ms};
}

static void wish(struct traces *t, int64_t user_id, int64_t now_ms, int64_t until_ms)
{
    const struct trace_wish w = wish_of(user_id, now_ms, until_ms);
    assert_int_equal(traces_wish(t, &w), ERR_OK);
}

static void note(struct traces *t, const char *hex, const char *decoded)
{
    const struct trace_frame f = {
        .time_s = 5, .direction = TRACE_OUT, .protocol = 1, .hex = hex, .decoded = decoded};
    traces_note(t, &by_name, &f);
}

static size_t count_of(struct traces *t, int64_t enterprise_id, int64_t after)
{
    struct arena arena = {0};
    size_t count = 0;
    struct trace_wish w = wish_of(ANNA, 0, 0);
    w.enterprise_id = enterprise_id;
    (void)traces_read(t, &w, after, &arena, &count);
    arena_free(&arena);
    return count;
}

static void frames_come_back(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t count = 0;
    struct traces *t = traces_new();
    const struct trace_wish w = wish_of(ANNA, 0, 1000);
    assert_false(traces_run(NULL));
    assert_false(traces_run(t));
    note(t, "00", "before");
    wish(t, ANNA, 0, 1000);
    assert_true(traces_run(t));
    assert_true(traces_want(t, &by_id));
    assert_true(traces_want(t, &by_name));
    note(t, "7878", "first");
    note(t, "", "second");
    const struct trace_frame *at = traces_read(t, &w, 0, &arena, &count);
    assert_int_equal(count, 2);
    assert_int_equal(at[0].number, 1);
    assert_int_equal(at[0].time_s, 5);
    assert_int_equal(at[0].direction, TRACE_OUT);
    assert_int_equal(at[0].protocol, 1);
    assert_string_equal(at[0].hex, "7878");
    assert_string_equal(at[0].decoded, "first");
    assert_string_equal(at[1].hex, "");
    assert_string_equal(at[1].decoded, "second");
    assert_int_equal(count_of(t, ONE, 1), 1);
    assert_int_equal(count_of(t, ONE, 2), 0);
    assert_int_equal(count_of(t, TWO, 0), 0);
    arena_free(&arena);
    traces_free(t);
    traces_free(NULL);
}

static void a_trace_ends_with_its_last_user(void **state)
{
    (void)state;
    struct traces *t = traces_new();
    wish(t, ANNA, 0, 1000);
    wish(t, OLGA, 0, 2000);
    note(t, "01", "");
    wish(t, ANNA, 500, 500); /* no more for her */
    assert_true(traces_want(t, &by_id));
    traces_expire(t, 1999);
    assert_true(traces_want(t, &by_id));
    traces_expire(t, 2000);
    assert_false(traces_want(t, &by_id));
    assert_false(traces_run(t));
    note(t, "02", "");
    assert_int_equal(count_of(t, ONE, 0), 1);
    wish(t, ANNA, 3000, 4000); /* it goes on behind what is there */
    note(t, "03", "");
    assert_int_equal(count_of(t, ONE, 0), 2);
    traces_expire(t, 4000);
    traces_expire(t, 4000 + TRACE_KEPT_MS - 1);
    assert_int_equal(count_of(t, ONE, 0), 2);
    traces_expire(t, 4000 + TRACE_KEPT_MS);
    assert_int_equal(count_of(t, ONE, 0), 0);
    traces_free(t);
}

static void the_oldest_frames_go(void **state)
{
    (void)state;
    struct traces *t = traces_new();
    const size_t len = (size_t)2 * TRACE_TEXT_MAX;
    char *text = mem_new(len + 1);
    wish(t, ANNA, 0, 1000);
    for (size_t i = 0; i < TRACE_FRAMES_MAX + 3; i++) {
        note(t, "01", "");
    }
    assert_int_equal(count_of(t, ONE, 0), TRACE_FRAMES_MAX);
    assert_int_equal(count_of(t, ONE, 3), TRACE_FRAMES_MAX);
    memset(text, 'x', len);
    for (size_t i = 0; i < TRACE_FRAMES_MAX; i++) {
        note(t, text, text);
    }
    assert_in_range(count_of(t, ONE, 0), 1, TRACE_BYTES_MAX / (2 * TRACE_TEXT_MAX));
    free(text);
    traces_free(t);
}

/* A text is cut between two characters. */
static void texts_are_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t count = 0;
    struct traces *t = traces_new();
    char *text = mem_new(TRACE_TEXT_MAX + 4);
    const struct trace_wish w = wish_of(ANNA, 0, 1000);
    memset(text, 'x', TRACE_TEXT_MAX - 1);
    memcpy(text + TRACE_TEXT_MAX - 1, "\xe2\x82\xac", 4);
    wish(t, ANNA, 0, 1000);
    note(t, "", text);
    const struct trace_frame *at = traces_read(t, &w, 0, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(strlen(at[0].decoded), TRACE_TEXT_MAX - 1);
    arena_free(&arena);
    free(text);
    traces_free(t);
}

/* What it said as another's is not for its new enterprise, nor the reverse. */
static void another_enterprise_begins_anew(void **state)
{
    (void)state;
    struct traces *t = traces_new();
    wish(t, ANNA, 0, 1000);
    note(t, "01", "");
    struct trace_wish w = wish_of(OLGA, 10, 1000);
    w.enterprise_id = TWO;
    assert_int_equal(traces_wish(t, &w), ERR_OK);
    assert_int_equal(count_of(t, TWO, 0), 0);
    note(t, "02", "");
    assert_int_equal(count_of(t, TWO, 0), 1);
    assert_int_equal(count_of(t, ONE, 0), 0);
    traces_free(t);
}

static void devices_and_users_are_bounded(void **state)
{
    (void)state;
    struct traces *t = traces_new();
    for (int64_t user_id = 1; user_id <= TRACE_USERS_MAX; user_id++) {
        wish(t, user_id, 0, 1000);
    }
    struct trace_wish w = wish_of(TRACE_USERS_MAX + 1, 0, 1000);
    assert_int_equal(traces_wish(t, &w), ERR_FULL);
    wish(t, 1, 0, 0);
    assert_int_equal(traces_wish(t, &w), ERR_OK);
    for (int64_t device = 100; device < 100 + TRACES_MAX - 1; device++) {
        w.device = device;
        w.enterprise_id = device;
        assert_int_equal(traces_wish(t, &w), ERR_OK);
    }
    w.device = 1000;
    assert_int_equal(traces_wish(t, &w), ERR_FULL);
    w.now_ms = 1000; /* all are over, and the place of one is taken */
    w.until_ms = 2000;
    assert_int_equal(traces_wish(t, &w), ERR_OK);
    traces_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_back),
        cmocka_unit_test(a_trace_ends_with_its_last_user),
        cmocka_unit_test(the_oldest_frames_go),
        cmocka_unit_test(texts_are_cut),
        cmocka_unit_test(another_enterprise_begins_anew),
        cmocka_unit_test(devices_and_users_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
