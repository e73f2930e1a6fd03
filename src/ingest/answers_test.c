/* Which command an answer is to, and what is recorded of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/commands_testing.h"

/* A command that was sent; answers its id. */
static int64_t sent(struct desk *d, const char *text)
{
    size_t number = desk_count(d);
    int64_t id = desk_ask(d, text);
    desk_hear(d);
    assert_int_equal(desk_order(d, number)->command, id);
    desk_outcome(d, id, ORDER_WRITTEN);
    return id;
}

static void say(struct desk *d, const char *text, uint32_t tie, enum answer_result result)
{
    const struct message m = desk_answer(text, tie, result);
    (void)desk_say(d, &m, true);
}

static void a_receipt_leaves_it_open_and_a_refusal_does_not(void **state)
{
    struct desk *d = *state;
    int64_t first = sent(d, "A#");
    say(d, "8300 ok", command_tie(first, 16), ANSWER_RECEIVED);
    assert_int_equal(desk_state(d, first), COMMAND_SENT);
    say(d, "done", 0, ANSWER_DONE);
    assert_int_equal(desk_state(d, first), COMMAND_ANSWERED);
    assert_string_equal(desk_stored(d, first).answer, "done");
    int64_t second = sent(d, "B#");
    say(d, "8300 failed", command_tie(second, 16), ANSWER_REFUSED);
    struct desk_command c = desk_stored(d, second);
    assert_int_equal(c.state, COMMAND_REFUSED);
    assert_string_equal(c.answer, "8300 failed");
    assert_true(c.answered_s > 0 && c.over_s == c.answered_s);
}

static void a_number_finds_its_command_on_any_link(void **state)
{
    struct desk *d = *state;
    int64_t first = sent(d, "A#");
    say(d, "8300 ok", command_tie(first, 16), ANSWER_RECEIVED); /* so that the next one goes out */
    int64_t second = sent(d, "B#");
    struct message m = desk_answer("second", command_tie(second, 16), ANSWER_DONE);
    m.answer.message_id = 0x8103; /* it answers something else */
    (void)desk_say(d, &m, false);
    assert_int_equal(desk_state(d, second), COMMAND_SENT);
    m.text = bytes_of_text("second again");
    m.answer.message_id = 0x8300;
    (void)desk_say(d, &m, false);
    assert_int_equal(desk_state(d, second), COMMAND_ANSWERED);
    assert_int_equal(desk_state(d, first), COMMAND_SENT);
    say(d, "nobody's", 0xfffe, ANSWER_DONE);
    assert_int_equal(desk_state(d, first), COMMAND_SENT);
}

/* Without a number it is the oldest that was sent on the same link. */
static void without_a_number_the_link_decides(void **state)
{
    struct desk *d = *state;
    int64_t first = sent(d, "A#");
    say(d, "8300 ok", command_tie(first, 16), ANSWER_RECEIVED);
    int64_t second = sent(d, "B#");
    const struct message m = desk_answer("elsewhere", 0, ANSWER_DONE);
    (void)desk_say(d, &m, false);
    assert_int_equal(desk_state(d, first), COMMAND_SENT);
    say(d, "one", 0, ANSWER_DONE);
    assert_int_equal(desk_state(d, first), COMMAND_ANSWERED);
    assert_int_equal(desk_state(d, second), COMMAND_SENT);
    say(d, "one", 0, ANSWER_DONE); /* the same words to the next one are no repeat */
    assert_int_equal(desk_state(d, second), COMMAND_ANSWERED);
    char newest[64];
    assert_int_equal(desk_records(d, newest), 6);
}

static void repeats_add_no_record(void **state)
{
    struct desk *d = *state;
    char newest[64];
    int64_t id = sent(d, "A#");
    for (int i = 0; i < 3; i++) {
        say(d, "8300 ok", command_tie(id, 16), ANSWER_RECEIVED);
    }
    assert_int_equal(desk_records(d, newest), 2);
    for (int i = 0; i < 3; i++) {
        say(d, "done", command_tie(id, 16), ANSWER_DONE);
    }
    assert_int_equal(desk_records(d, newest), 3);
    say(d, "done!", command_tie(id, 16), ANSWER_DONE); /* another text is no repeat */
    assert_int_equal(desk_records(d, newest), 4);
    assert_string_equal(newest, "done!");
    assert_string_equal(desk_stored(d, id).answer, "done");
}

static void reports_that_answer_leave_no_record(void **state)
{
    struct desk *d = *state;
    char newest[64];
    int64_t id = sent(d, "WHERE#");
    struct message m = desk_answer("", command_tie(id, 16), ANSWER_DONE);
    m.answer.is_told = true;
    (void)desk_say(d, &m, true);
    assert_int_equal(desk_state(d, id), COMMAND_ANSWERED);
    assert_int_equal(desk_records(d, newest), 1);
    assert_string_equal(newest, "WHERE#");
}

static void long_answers_are_cut_between_characters(void **state)
{
    struct desk *d = *state;
    char text[COMMAND_ANSWER_MAX + 8];
    int64_t id = sent(d, "A#");
    memset(text, 'x', sizeof(text));
    memcpy(text + COMMAND_ANSWER_MAX - 1, "é", 2); /* half of it would fit */
    text[sizeof(text) - 1] = '\0';
    say(d, text, command_tie(id, 16), ANSWER_DONE);
    assert_int_equal(strlen(desk_stored(d, id).answer), COMMAND_ANSWER_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(a_receipt_leaves_it_open_and_a_refusal_does_not),
        WITH_DESK(a_number_finds_its_command_on_any_link),
        WITH_DESK(without_a_number_the_link_decides),
        WITH_DESK(repeats_add_no_record),
        WITH_DESK(reports_that_answer_leave_no_record),
        WITH_DESK(long_answers_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
