/* What comes of messages to servers of mail of all manners. */
#include "connect/mail.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connect/mail_testing.h"

enum { FILE_BYTES = 300000, MANY = 6 };

static void assert_outcome(const struct manner *manner, enum mail_outcome outcome,
                           const char *reason)
{
    struct trip t;
    trip_begin(&t, manner, "smtp://");
    struct mail mail = trip_mail(&t);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&t.end);
    trip_finish(&t);
    assert_int_equal(t.end.outcome, outcome);
    assert_string_equal(t.end.reason, reason);
    assert_int_equal(t.end.count, 1);
    post_free(t.post);
}

static void test_what_a_server_says(void **state)
{
    (void)state;
    struct manner m = kind_manner;
    assert_outcome(&m, MAIL_TAKEN, "");
    m.rcpt = "550 5.1.1 no such user";
    assert_outcome(&m, MAIL_REFUSED, "550 5.1.1 no such user");
    m.rcpt = "450 4.2.0 greylisted";
    assert_outcome(&m, MAIL_PUT_OFF, "450 4.2.0 greylisted");
    m.rcpt = "530 5.7.0 log in first";
    assert_outcome(&m, MAIL_PUT_OFF, "530 5.7.0 log in first");
    m = kind_manner;
    m.greeting = "554 not here";
    assert_outcome(&m, MAIL_PUT_OFF, "554 not here");
    m = kind_manner;
    m.end = "452 no space";
    assert_outcome(&m, MAIL_PUT_OFF, "452 no space");
    m.end = "554 it looks like spam";
    assert_outcome(&m, MAIL_REFUSED, "554 it looks like spam");
    m = kind_manner;
    m.data = "451 not now";
    assert_outcome(&m, MAIL_PUT_OFF, "451 not now");
    m.data = "554 no valid recipients";
    assert_outcome(&m, MAIL_REFUSED, "554 no valid recipients");
}

/* What a server says to the sender's address is about us, and is the same for all addresses. */
static void test_sender_that_is_refused(void **state)
{
    (void)state;
    struct manner m = kind_manner;
    m.from = "550 5.7.1 you may not send from there";
    assert_outcome(&m, MAIL_PUT_OFF, "550 5.7.1 you may not send from there");
    m.from = "451 4.3.0 not now";
    assert_outcome(&m, MAIL_PUT_OFF, "451 4.3.0 not now");
}

/* What was said of the message stays true, however rudely the server takes its leave. */
static void test_what_it_says_when_we_leave(void **state)
{
    (void)state;
    struct manner m = kind_manner;
    m.quit = "421 4.4.2 closing";
    assert_outcome(&m, MAIL_TAKEN, "");
    m.rcpt = "550 5.1.1 no such user";
    assert_outcome(&m, MAIL_REFUSED, "550 5.1.1 no such user");
}

/* More than it takes to have a server rest; how the last one was taken. */
static enum err send_many(struct trip *t)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < MANY && e == ERR_OK; i++) {
        struct mail mail = trip_mail(t);
        t->end.count = 0;
        e = mailer_send(t->mailer, &mail);
        if (e == ERR_OK) {
            end_await(&t->end);
        }
    }
    return e;
}

/* What is wrong with one address is no fault of the server; what it says to all is. */
static void test_what_is_a_failure_of_the_server(void **state)
{
    static const struct {
        const char *from;
        const char *rcpt;
        bool is_failing;
    } rows[] = {
        {"250 fine", "250 fine", false},
        {"250 fine", "450 4.2.0 greylisted", false},
        {"250 fine", "452 4.2.2 the mailbox is full", false},
        {"250 fine", "550 5.1.1 no such user", false},
        {"250 fine", "421 4.3.2 shutting down", true},
        {"250 fine", "530 5.7.0 log in first", true},
        {"451 4.3.0 not now", "250 fine", true},
        {"550 5.7.1 you may not send from there", "250 fine", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trip t;
        struct manner m = kind_manner;
        m.from = rows[i].from;
        m.rcpt = rows[i].rcpt;
        trip_begin(&t, &m, "smtp://");
        assert_int_equal(send_many(&t), rows[i].is_failing ? ERR_BUSY : ERR_OK);
        assert_int_equal(mailer_rests(t.mailer), rows[i].is_failing);
        assert_int_equal(connect_is_failing(t.connect), rows[i].is_failing);
        trip_finish(&t);
        post_free(t.post);
    }
}

static void test_connection_that_is_cut(void **state)
{
    (void)state;
    struct manner m = kind_manner;
    m.end = "";
    assert_outcome(&m, MAIL_UNKNOWN, "the connection broke");
}

/* A file of which only a part has left is not there yet: it is sent again. */
static void test_cut_amid_a_file(void **state)
{
    struct trip t;
    char path[] = "/tmp/odograph-mail-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, MAIL_FILE_MAX), 0);
    assert_int_equal(close(fd), 0);
    struct manner m = kind_manner;
    m.cuts_data_at = FILE_BYTES;
    trip_begin(&t, &m, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.file_path = path;
    mail.file_name = "trips.csv";
    mail.file_type = "text/csv";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&t.end);
    trip_finish(&t);
    assert_int_equal(t.end.outcome, MAIL_PUT_OFF);
    post_free(t.post);
    assert_int_equal(truncate(path, MAIL_FILE_MAX + 1), 0);
    trip_begin(&t, &kind_manner, "smtp://");
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_TOO_LONG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_NOT_FOUND);
    trip_finish(&t);
    post_free(t.post);
}

static void test_silence_behind_the_end(void **state)
{
    struct trip t;
    (void)state;
    struct manner m = kind_manner;
    m.hangs_behind_end = true;
    trip_begin(&t, &m, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.deadline_ms = clock_monotonic_ms() + 3000;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&t.end);
    trip_finish(&t);
    /* On a machine that is slow enough it was not even begun. */
    assert_true(t.end.outcome == MAIL_UNKNOWN || t.end.outcome == MAIL_PUT_OFF);
    assert_int_equal(t.end.outcome == MAIL_UNKNOWN, strstr(t.post->talk->str, "\r\n.\r\n") != NULL);
    post_free(t.post);
}

/* A stop does not wait for a server; what it was told is not known to be in. */
static void test_stop_amid_a_message(void **state)
{
    struct trip t;
    (void)state;
    struct manner m = kind_manner;
    m.hangs_behind_end = true;
    trip_begin(&t, &m, "smtp://");
    struct mail mail = trip_mail(&t);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    while (atomic_load(&t.post->service.requests) == 0) {
        (void)sched_yield();
    }
    trip_finish(&t);
    assert_int_equal(t.end.count, 1);
    assert_int_equal(t.end.outcome, MAIL_UNKNOWN);
    post_free(t.post);
}

/* Of one that never began it is not said that something broke. */
static void test_turn_that_never_comes(void **state)
{
    struct trip t;
    struct end second = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
    struct end late = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
    (void)state;
    trip_begin(&t, &kind_manner, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.deadline_ms = clock_monotonic_ms();
    mail.context = &late;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&late);
    assert_int_equal(late.outcome, MAIL_PUT_OFF);
    assert_string_equal(late.reason, "its turn did not come in time");
    trip_finish(&t);
    assert_int_equal(t.post->talk->len, 0);
    post_free(t.post);

    struct manner m = kind_manner;
    m.hangs_behind_end = true;
    trip_begin(&t, &m, "smtp://");
    mail = trip_mail(&t);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    mail.context = &second;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    while (atomic_load(&t.post->service.requests) == 0) {
        (void)sched_yield();
    }
    trip_finish(&t);
    assert_int_equal(t.end.outcome, MAIL_UNKNOWN);
    assert_int_equal(second.count, 1);
    assert_int_equal(second.outcome, MAIL_PUT_OFF);
    assert_string_equal(second.reason, "the server was stopped before its turn");
    post_free(t.post);
}

/* Nothing but a greeting is said to a server without TLS where TLS is wanted. */
static void test_tls_or_nothing(void **state)
{
    static const char *const schemes[] = {"smtp+starttls://", "smtps://"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct trip t;
        trip_begin(&t, &kind_manner, schemes[i]);
        struct mail mail = trip_mail(&t);
        assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
        end_await(&t.end);
        trip_finish(&t);
        assert_int_equal(t.end.outcome, MAIL_PUT_OFF);
        assert_null(strstr(t.post->talk->str, "MAIL"));
        assert_null(strstr(t.post->talk->str, "anna"));
        post_free(t.post);
    }
}
static void test_urls(void **state)
{
    static const char *const good[] = {"smtp://127.0.0.1", "smtps://mail.example.com:465",
                                       "smtp+starttls://mail.example.com", "smtp://[::1]:25"};
    static const char *const bad[] = {
        "mail.example.com",          "http://mail.example.com",   "smtp://",
        "smtp://a@mail.example.com", "smtp://mail.example.com/x", "smtp://mail.example.com:99999",
        "smtp://mail example"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(mail_url_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(mail_url_fault(bad[i]));
    }
    assert_true(mail_url_is_open("smtp://mail.example.com"));
    assert_false(mail_url_is_open("smtp://127.0.0.1:2525"));
    assert_false(mail_url_is_open("smtp://[::1]"));
    assert_false(mail_url_is_open("smtp+starttls://mail.example.com"));
    assert_false(mail_url_is_open("smtps://mail.example.com"));
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_server_says),
        cmocka_unit_test(test_sender_that_is_refused),
        cmocka_unit_test(test_what_it_says_when_we_leave),
        cmocka_unit_test(test_what_is_a_failure_of_the_server),
        cmocka_unit_test(test_connection_that_is_cut),
        cmocka_unit_test(test_cut_amid_a_file),
        cmocka_unit_test(test_silence_behind_the_end),
        cmocka_unit_test(test_stop_amid_a_message),
        cmocka_unit_test(test_turn_that_never_comes),
        cmocka_unit_test(test_tls_or_nothing),
        cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
