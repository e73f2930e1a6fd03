/* A mail to several addresses, step by step. */
#include "api/schedule_mail.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { T0 = 1796000000, HOUR_S = 3600 };

struct stage {
    struct arena arena;
    struct report_schedule s;
};

static void begin(struct stage *t, const char *mail_to)
{
    *t = (struct stage){.s = {.mail_to = mail_to, .last_run_s = T0}};
    entity_init(ENTITY_SCHEDULE, &t->s);
    schedule_mail_begin(&t->s);
}

/* Who is next, after something came of the message to the one before. */
static void assert_next(struct stage *t, const char *address, enum mail_state state)
{
    char next[MAIL_ADDRESS_MAX + 1];
    schedule_mail_next(&t->s, next);
    assert_string_equal(next, address);
    assert_int_equal(t->s.mail_state, state);
}

static void note(struct stage *t, enum mail_outcome outcome, const char *reason, int64_t now_s)
{
    t->s.mail_state = MAIL_SENDING;
    schedule_mail_note(&t->s, &t->arena, outcome, reason, now_s);
}

static void test_each_address_once(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x");
    assert_next(&t, "a@x", MAIL_WAITING);
    note(&t, MAIL_TAKEN, "", T0);
    assert_next(&t, "b@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    note(&t, MAIL_TAKEN, "", T0);
    assert_next(&t, "", MAIL_SENT);
    assert_string_equal(t.s.mail_error, "");
    arena_free(&t.arena);
    begin(&t, "");
    assert_next(&t, "", MAIL_NONE);
}

/* One that is refused, and one of which nobody knows, are not tried again, and stop no other. */
static void test_what_is_over(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x,c@x");
    note(&t, MAIL_REFUSED, "550 no; such user", T0);
    assert_next(&t, "b@x", MAIL_WAITING);
    note(&t, MAIL_UNKNOWN, "the connection broke", T0);
    assert_next(&t, "c@x", MAIL_WAITING);
    note(&t, MAIL_TAKEN, "", T0);
    assert_next(&t, "", MAIL_FAILED);
    assert_string_equal(t.s.mail_error,
                        "a@x: 550 no, such user; b@x: the connection broke, it may have arrived, "
                        "and is not sent again");
    arena_free(&t.arena);
}

/* One that is put off goes behind the others; then there is a pause, which grows. */
static void test_what_is_put_off(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x");
    note(&t, MAIL_PUT_OFF, "450 later", T0);
    assert_next(&t, "b@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    note(&t, MAIL_PUT_OFF, "450 later", T0);
    assert_next(&t, "a@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, T0 + 60);
    assert_string_equal(t.s.mail_error, "a@x: 450 later; b@x: 450 later");
    note(&t, MAIL_TAKEN, "", T0 + 60);
    assert_next(&t, "b@x", MAIL_WAITING);
    assert_string_equal(t.s.mail_error, "b@x: 450 later");
    note(&t, MAIL_PUT_OFF, "450 still later", T0 + 60);
    assert_true(t.s.mail_retry_s > T0 + 60 + 60);
    assert_string_equal(t.s.mail_error, "b@x: 450 still later");
    note(&t, MAIL_TAKEN, "", T0 + HOUR_S);
    assert_next(&t, "", MAIL_SENT);
    assert_string_equal(t.s.mail_error, "");
    arena_free(&t.arena);
}

/* Who stays put off alone is not tried again before the pause, and each pause is the next longer.
 */
static void test_rounds(void **state)
{
    static const int64_t waits_s[] = {60, 300, 900};
    struct stage t;
    int64_t now_s = T0;
    (void)state;
    begin(&t, "a@x,b@x,c@x");
    note(&t, MAIL_PUT_OFF, "450 later", now_s);
    note(&t, MAIL_REFUSED, "550 never", now_s);
    assert_next(&t, "c@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    note(&t, MAIL_TAKEN, "", now_s);
    for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
        assert_next(&t, "a@x", MAIL_WAITING);
        assert_int_equal(t.s.mail_retry_s, now_s + waits_s[i]);
        now_s = t.s.mail_retry_s;
        note(&t, MAIL_PUT_OFF, "450 later", now_s);
    }
    arena_free(&t.arena);

    /* The number that is left changes from round to round. */
    now_s = T0;
    begin(&t, "a@x,b@x,c@x");
    for (size_t i = 0; i < 3; i++) {
        note(&t, MAIL_PUT_OFF, "450 later", now_s);
    }
    assert_int_equal(t.s.mail_retry_s, now_s + 60);
    now_s = t.s.mail_retry_s;
    note(&t, MAIL_PUT_OFF, "450 later", now_s);
    assert_next(&t, "b@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    note(&t, MAIL_TAKEN, "", now_s);
    assert_next(&t, "c@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    note(&t, MAIL_PUT_OFF, "450 later", now_s);
    assert_next(&t, "a@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, now_s + 300);
    arena_free(&t.arena);
}

/* Whoever is new while a message is under way is tried at once. */
static void test_round_of_others(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "z@x");
    t.s.mail_state = MAIL_SENDING;
    schedule_mail_readdress(&t.s, &t.arena, "a@x,z@x");
    schedule_mail_note(&t.s, &t.arena, MAIL_TAKEN, "", T0);
    assert_next(&t, "a@x", MAIL_WAITING);
    assert_int_equal(t.s.mail_retry_s, 0);
    arena_free(&t.arena);
}

/* However long the addresses and what is said of them: each is told. */
static void test_room_for_all_errors(void **state)
{
    struct stage t;
    char reason[MAIL_REASON_SIZE];
    GString *to = g_string_new(NULL);
    (void)state;
    for (unsigned i = 0; i < SCHEDULE_MAIL_TO_MAX; i++) {
        g_string_append_printf(to, "%s%u@%0*u.example", i == 0 ? "" : ",", i, 240, 0U);
    }
    memset(reason, 'y', sizeof(reason));
    reason[sizeof(reason) - 1] = '\0';
    begin(&t, to->str);
    for (unsigned i = 0; i < SCHEDULE_MAIL_TO_MAX; i++) {
        note(&t, i % 2 == 0 ? MAIL_REFUSED : MAIL_PUT_OFF, reason, T0);
    }
    assert_int_equal(t.s.mail_state, MAIL_WAITING);
    for (unsigned i = 0; i < SCHEDULE_MAIL_TO_MAX; i++) {
        char *entry = g_strdup_printf("%u@%0*u.example: yyy", i, 240, 0U);
        assert_non_null(strstr(t.s.mail_error, entry));
        g_free(entry);
    }
    (void)g_string_free(to, TRUE);
    arena_free(&t.arena);
    begin(&t, "a@x");
    memset(reason, 'y', sizeof(reason));
    memcpy(reason + sizeof(reason) - 2, "\xc3", 2);
    schedule_mail_give_up(&t.s, &t.arena, reason);
    assert_true(g_utf8_validate(t.s.mail_error, -1, NULL));
    assert_int_equal(t.s.mail_state, MAIL_FAILED);
    arena_free(&t.arena);
}

/* A server that is never there is asked some dozen times, and given up after a day. */
static void test_a_day_is_enough(void **state)
{
    struct stage t;
    unsigned tries = 0;
    (void)state;
    begin(&t, "a@x");
    int64_t now_s = T0;
    while (t.s.mail_state == MAIL_WAITING) {
        note(&t, MAIL_PUT_OFF, "the mail server cannot be reached", now_s);
        assert_true(t.s.mail_state == MAIL_FAILED || t.s.mail_retry_s > now_s);
        now_s = t.s.mail_retry_s > now_s ? t.s.mail_retry_s : now_s;
        tries++;
    }
    assert_int_equal(t.s.mail_state, MAIL_FAILED);
    assert_in_range(now_s, T0 + SCHEDULE_MAIL_FOR_S, T0 + SCHEDULE_MAIL_FOR_S + 2 * HOUR_S);
    assert_in_range(tries, 10, 30);
    assert_string_equal(t.s.mail_error, "a@x: the mail server cannot be reached");
    arena_free(&t.arena);
}

static void test_giving_up(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x");
    note(&t, MAIL_TAKEN, "", T0);
    schedule_mail_give_up(&t.s, &t.arena, "the report was deleted");
    assert_next(&t, "", MAIL_FAILED);
    assert_string_equal(t.s.mail_error, "b@x: the report was deleted");
    arena_free(&t.arena);
}

/* Who is new gets it, who is gone does not, and who had it does not get it again. */
static void test_other_addresses(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x,c@x");
    note(&t, MAIL_TAKEN, "", T0);
    note(&t, MAIL_PUT_OFF, "450 later", T0);
    note(&t, MAIL_PUT_OFF, "450 later", T0);
    assert_int_equal(t.s.mail_retry_s, T0 + 60);
    schedule_mail_readdress(&t.s, &t.arena, "A@x,c@x,d@x");
    assert_string_equal(t.s.mail_to, "A@x,c@x,d@x");
    assert_string_equal(t.s.mail_left, "c@x,d@x");
    assert_string_equal(t.s.mail_error, "c@x: 450 later");
    assert_int_equal(t.s.mail_retry_s, 0);
    schedule_mail_readdress(&t.s, &t.arena, "A@x");
    assert_next(&t, "", MAIL_SENT);
    assert_string_equal(t.s.mail_error, "");
    schedule_mail_readdress(&t.s, &t.arena, "z@x"); /* of the next report */
    assert_next(&t, "", MAIL_SENT);
    arena_free(&t.arena);
    begin(&t, "a@x");
    schedule_mail_readdress(&t.s, &t.arena, "");
    assert_next(&t, "", MAIL_NONE);
    arena_free(&t.arena);
}

/* What is under way stays the first, and is not tried again where it is not wanted any more. */
static void test_other_addresses_while_sending(void **state)
{
    static const enum mail_outcome outcomes[] = {MAIL_TAKEN, MAIL_REFUSED, MAIL_PUT_OFF,
                                                 MAIL_UNKNOWN};
    struct stage t;
    (void)state;
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        begin(&t, "a@x,b@x");
        t.s.mail_state = MAIL_SENDING;
        schedule_mail_readdress(&t.s, &t.arena, "c@x,b@x");
        assert_next(&t, "a@x", MAIL_SENDING);
        assert_false(schedule_mail_is_to(&t.s));
        schedule_mail_note(&t.s, &t.arena, outcomes[i], "450 later", T0);
        assert_string_equal(t.s.mail_left, "c@x,b@x");
        assert_string_equal(t.s.mail_error, "");
        assert_true(schedule_mail_is_to(&t.s));
        arena_free(&t.arena);
    }
    begin(&t, "a@x");
    t.s.mail_state = MAIL_SENDING;
    schedule_mail_readdress(&t.s, &t.arena, "c@x");
    schedule_mail_take_back(&t.s);
    assert_next(&t, "c@x", MAIL_WAITING);
    arena_free(&t.arena);
}

static void test_switched_off(void **state)
{
    struct stage t;
    (void)state;
    begin(&t, "a@x,b@x");
    t.s.mail_state = MAIL_SENDING;
    schedule_mail_switch_off(&t.s, &t.arena);
    assert_next(&t, "a@x", MAIL_SENDING);
    schedule_mail_note(&t.s, &t.arena, MAIL_PUT_OFF, "450 later", T0);
    schedule_mail_switch_off(&t.s, &t.arena);
    assert_next(&t, "", MAIL_FAILED);
    assert_string_equal(t.s.mail_error, "b@x: its schedule was switched off; "
                                        "a@x: its schedule was switched off");
    arena_free(&t.arena);
    begin(&t, "a@x");
    note(&t, MAIL_TAKEN, "", T0);
    schedule_mail_switch_off(&t.s, &t.arena);
    assert_next(&t, "", MAIL_SENT);
    arena_free(&t.arena);
}

static void test_addresses(void **state)
{
    struct arena arena = {0};
    const char *why = NULL;
    (void)state;
    assert_string_equal(schedule_mail_read(&arena, "", &why), "");
    assert_string_equal(schedule_mail_read(&arena, " a@x , b@x,A@X", &why), "a@x,b@x");
    assert_string_equal(
        schedule_mail_read(&arena, "a@1,a@2,a@3,a@4,a@5,a@6,a@7,a@8,a@9,a@10", &why),
        "a@1,a@2,a@3,a@4,a@5,a@6,a@7,a@8,a@9,a@10");
    static const char *const bad[] = {
        "a",
        "a@x,",
        ",a@x",
        "a@x;b@x",
        "a@x\nb@x",
        "a@x b@x",
        "Anna <a@x>",
        "a@1,a@2,a@3,a@4,a@5,a@6,a@7,a@8,a@9,a@10,a@11",
        "a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1,a@1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        why = NULL;
        assert_null(schedule_mail_read(&arena, bad[i], &why));
        assert_non_null(why);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_address_once),
        cmocka_unit_test(test_what_is_over),
        cmocka_unit_test(test_what_is_put_off),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_round_of_others),
        cmocka_unit_test(test_room_for_all_errors),
        cmocka_unit_test(test_a_day_is_enough),
        cmocka_unit_test(test_giving_up),
        cmocka_unit_test(test_other_addresses),
        cmocka_unit_test(test_other_addresses_while_sending),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
