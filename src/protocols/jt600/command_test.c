/*
 * JT600 commands: what is written, what is refused, and that no text gets out of its sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt600/testing.h"

enum { ROOM = PROTOCOL_COMMAND_MAX };

struct written {
    enum command_fate fate;
    struct command_note note;
    char text[ROOM + 1];
};

static struct written order(const struct command_request *what)
{
    struct written w = {0};
    struct session s = protocol_session(&protocol_jt600);
    const struct device_slot slot = {0};
    struct writer out = writer_init((uint8_t *)w.text, ROOM);
    w.fate = protocol_jt600.command(&s, &slot, what, &w.note, &out);
    w.text[out.len] = '\0';
    return w;
}

static struct written order_text(const char *text)
{
    return order(
        &(struct command_request){.kind = COMMAND_TEXT, .id = 7, .text = bytes_of_text(text)});
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
        uint16_t message_id;
    } rows[] = {
        {"P01", "(P01)", 1},
        {"(P04,1,60,30)", "(P04,1,60,30)", 4},
        {"P52,0", "(P52,0)", 52},
        {"S07,0", "(S07,0)", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct written w = order_text(rows[i].text);
        assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
        assert_string_equal(w.text, rows[i].want);
        assert_int_equal(w.note.message_id, rows[i].message_id);
        assert_int_equal(w.note.tie, 0);
        assert_true(w.note.is_unaddressed);
    }
}

static void test_no_text_gets_out_of_its_sentence(void **state)
{
    (void)state;
    static const char *const rows[] = {"",        "()",       "P01)(P43,888888", "(P01)(P02)",
                                       "P01(P02", "P01)",     "P01\r\nP02",      "P\xc3\xa9",
                                       "((P01))", "(P01),(1)"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(order_text(rows[i]).fate, COMMAND_IS_INVALID);
    }
    const char *raw = "P01)(P43,888888";
    struct written w =
        order(&(struct command_request){.kind = COMMAND_HIGH_LEVEL, .raw = bytes_of_text(raw)});
    assert_int_equal(w.fate, COMMAND_IS_INVALID);
}

static void test_a_text_may_be_too_long(void **state)
{
    (void)state;
    char text[514];
    memset(text, '1', sizeof(text));
    text[513] = '\0';
    assert_int_equal(order_text(text).fate, COMMAND_IS_TOO_LONG);
    text[512] = '\0';
    assert_int_equal(order_text(text).fate, COMMAND_IS_WRITTEN);
}

static void test_unlocking_takes_the_password(void **state)
{
    (void)state;
    struct command_request what = {.kind = COMMAND_UNLOCK, .password = bytes_of_text("135790")};
    struct written w = order(&what);
    assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
    assert_string_equal(w.text, "(P43,135790)");
    assert_string_equal(w.note.shown, "");
    assert_int_equal(w.note.message_id, 43);
    static const char *const rows[] = {"", "12345", "1234567", "12)(34", "123,56", "12345\n"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        what.password = bytes_of_text(rows[i]);
        assert_int_equal(order(&what).fate, COMMAND_IS_INVALID);
    }
}

static void test_queries(void **state)
{
    (void)state;
    static const struct {
        enum command_kind kind;
        const char *want;
    } rows[] = {{COMMAND_QUERY_STATUS, "(P01)"},
                {COMMAND_QUERY_PARAMETERS, "(P04,0)"},
                {COMMAND_QUERY_ICCID, "(P68,2,0)"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct written w = order(&(struct command_request){.kind = rows[i].kind});
        assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
        assert_string_equal(w.text, rows[i].want);
    }
}

static void test_what_no_lock_can_do(void **state)
{
    (void)state;
    static const enum command_kind rows[] = {COMMAND_LOCK, COMMAND_TIMED_UNLOCK};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct written w = order(&(struct command_request){.kind = rows[i]});
        assert_int_equal(w.fate, COMMAND_IS_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_no_text_gets_out_of_its_sentence),
        cmocka_unit_test(test_a_text_may_be_too_long),
        cmocka_unit_test(test_unlocking_takes_the_password),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_what_no_lock_can_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
