/* Tickets of lock commands: one claim, the first news, and who is woken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ticket.h"

static void count_up(void *context)
{
    ++*(unsigned *)context;
}

static void test_a_claim_is_made_once(void **state)
{
    (void)state;
    struct ticket_news news;
    struct ticket *t = ticket_new(bytes_of_text("135790"));
    assert_true(bytes_eq(ticket_password(t), "135790"));
    assert_true(ticket_claim(t));
    assert_false(ticket_claim(t));
    ticket_give_up(t, ERR_TIMEOUT); /* a byte may have left: only its writer knows */
    assert_false(ticket_news(t, &news));
    ticket_tell(t, &(struct ticket_news){.result = ORDER_UNKNOWN});
    assert_true(ticket_news(t, &news));
    assert_int_equal(news.e, ERR_OK);
    assert_int_equal(news.result, ORDER_UNKNOWN);
    ticket_release(t);
}

static void test_nothing_is_written_once_it_is_given_up(void **state)
{
    (void)state;
    unsigned woken = 0;
    struct ticket_news news;
    struct ticket *t = ticket_new(bytes_of_text(""));
    assert_true(ticket_wait(t, count_up, &woken));
    ticket_give_up(t, ERR_STOPPING);
    assert_int_equal(woken, 1);
    assert_false(ticket_claim(t));
    ticket_tell(t, &(struct ticket_news){.result = ORDER_WRITTEN});
    assert_int_equal(woken, 1);
    assert_true(ticket_news(t, &news));
    assert_int_equal(news.e, ERR_STOPPING);
    ticket_release(t);
}

static void test_a_late_waiter_does_not_wait(void **state)
{
    (void)state;
    unsigned woken = 0;
    struct ticket *t = ticket_new(bytes_of_text("1"));
    struct ticket *second = ticket_hold(t);
    ticket_tell(t, &(struct ticket_news){.answer = COMMAND_ASK_OFFLINE});
    ticket_release(t);
    assert_false(ticket_claim(second));
    assert_false(ticket_wait(second, count_up, &woken));
    assert_int_equal(woken, 0);
    ticket_release(second);
    ticket_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_claim_is_made_once),
        cmocka_unit_test(test_nothing_is_written_once_it_is_given_up),
        cmocka_unit_test(test_a_late_waiter_does_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
