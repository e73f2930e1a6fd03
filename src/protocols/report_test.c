/* Reports and answers, as they become messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/report.h"

static void test_a_report_becomes_a_message(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct report r;
    (void)state;
    memset(&r, 0xff, sizeof(r)); /* what stood there before counts for nothing */
    report_begin(&r, &d);
    fix_set_satellites(&r.fix, 7);
    struct message *m = report_add(&r, MESSAGE_HEARTBEAT, &d);
    assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
    assert_int_equal(m->fix.satellites, 7);
    assert_int_equal(m->extras.len, 0);
    extras_set(&r.extras, EXTRA_RPM, 0, 900);
    m = report_add(&r, MESSAGE_FIX, &d);
    assert_int_equal(m->kind, MESSAGE_FIX);
    assert_true(m->extras.len > 0);
    assert_int_equal(d.len, 2);
    arena_free(&arena);
}

static void test_an_answer_is_a_text_or_digits(void **state)
{
    static const struct {
        const char *said;
        size_t len;
        const char *want;
    } cases[] = {
        {"OK", 2, "OK"},     {"OK \r\n", 5, "OK"}, {"OK\0\0", 4, "OK"},     {"", 0, ""},
        {"\0\0", 2, "0000"}, {"a\x01", 2, "a"},    {"a\x01z", 3, "61017a"}, {"\xd0\x9f", 2, "d09f"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct decoded d = {.arena = &arena};
        struct bytes said = {(const uint8_t *)cases[i].said, cases[i].len};
        struct message *m = report_add_answer(said, &d);
        print_message("# %zu\n", i);
        assert_int_equal(m->kind, MESSAGE_RESPONSE);
        assert_true(bytes_eq(m->text, cases[i].want));
        arena_free(&arena);
    }
}

static void test_a_long_answer_is_cut(void **state)
{
    static uint8_t said[MESSAGE_TEXT_MAX];
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    (void)state;
    memset(said, 'a', sizeof(said));
    assert_int_equal(report_add_answer((struct bytes){said, sizeof(said)}, &d)->text.len,
                     MESSAGE_TEXT_MAX / 2);
    said[0] = 1;
    assert_int_equal(report_add_answer((struct bytes){said, sizeof(said)}, &d)->text.len,
                     MESSAGE_TEXT_MAX);
    arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_becomes_a_message),
        cmocka_unit_test(test_an_answer_is_a_text_or_digits),
        cmocka_unit_test(test_a_long_answer_is_cut),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
