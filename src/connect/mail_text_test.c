/* Messages as a server of mail reads them. */
#include "connect/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connect/mail_testing.h"

static void assert_said(const struct post *p, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(p->talk->str, lines[i]));
    }
}

static const char *const with_a_file[] = {
    "MAIL FROM:<reports@example.com>",
    "RCPT TO:<anna@example.com>",
    "Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n",
    "From: reports@example.com\r\n",
    "To: anna@example.com\r\n",
    "Message-ID: <report-7-1796000000-1@example.com>\r\n",
    "Auto-Submitted: auto-generated\r\n",
    "Subject: =?utf-8?B?RmFocnRlbiB2b24gTcO8bGxlciAgQmNjOiBldmVAZXhhbXBsZS5jb20=?=\r\n",
    "Mime-Version: 1.0\r\n",
    "Content-Type: multipart/mixed;",
    "Content-Type: text/plain; charset=utf-8\r\n",
    "VGhlIHJlcG9ydCBpcyBhdHRhY2hlZC4K",
    "Content-Type: text/csv; charset=utf-8\r\n",
    "filename=\"trips.csv\"",
    "YTtiCi4K",
};

static void test_message_with_a_file(void **state)
{
    struct trip t;
    char path[] = "/tmp/odograph-mail-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a;b\n.\n", 6), 6);
    assert_int_equal(close(fd), 0);
    trip_begin(&t, &kind_manner, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.subject = "Fahrten von M\xc3\xbcller\r\nBcc: eve@example.com";
    mail.file_path = path;
    mail.file_name = "trips.csv";
    mail.file_type = "text/csv; charset=utf-8";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&t.end);
    trip_finish(&t);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(t.end.outcome, MAIL_TAKEN);
    assert_said(t.post, with_a_file, sizeof(with_a_file) / sizeof(with_a_file[0]));
    assert_null(strstr(t.post->talk->str, "\nBcc"));
    post_free(t.post);
}

/* A subject of many characters is folded between them, and no line of it is too long. */
static void test_long_subject(void **state)
{
    struct trip t;
    GString *subject = g_string_new(NULL);
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        g_string_append(subject, "\xe6\x97\xa5");
    }
    trip_begin(&t, &kind_manner, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.subject = subject->str;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    end_await(&t.end);
    trip_finish(&t);
    GString *joined = g_string_new(NULL);
    const char *at = strstr(t.post->talk->str, "Subject: ");
    assert_non_null(at);
    at += strlen("Subject: ");
    for (;;) {
        const char *end = strstr(at, "\r\n");
        gsize len = 0;
        assert_true(g_str_has_prefix(at, "=?utf-8?B?"));
        assert_in_range(end - at, 1, 75);
        char *word = g_strndup(at + 10, (gsize)(end - at) - 12);
        guchar *bytes = g_base64_decode(word, &len);
        assert_true(g_utf8_validate((const char *)bytes, (gssize)len, NULL));
        g_string_append_len(joined, (const char *)bytes, (gssize)len);
        g_free(bytes);
        g_free(word);
        if (end[2] != ' ') {
            break;
        }
        at = end + 3;
    }
    assert_string_equal(joined->str, subject->str);
    (void)g_string_free(joined, TRUE);
    (void)g_string_free(subject, TRUE);
    post_free(t.post);
}

static void test_what_is_not_sent(void **state)
{
    struct trip t;
    (void)state;
    trip_begin(&t, &kind_manner, "smtp://");
    struct mail mail = trip_mail(&t);
    mail.to = "anna@example.com\r\nRCPT TO:<eve@example.com>";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_INVALID);
    mail = trip_mail(&t);
    mail.message_id = "a>\r\nBcc: eve@example.com";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_INVALID);
    mail = trip_mail(&t);
    connect_stop(t.connect);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_STOPPING);
    trip_finish(&t);
    assert_int_equal(t.end.count, 0);
    assert_int_equal(t.post->talk->len, 0);
    post_free(t.post);
}

static void test_addresses(void **state)
{
    static const char *const good[] = {"a@b", "anna.b+c@mail.example.com", "o'neil_1@ex-ample.org"};
    static const char *const bad[] = {
        "",         "a",      "@b",     "a@",      "a@b@c",      "a b@c",      "a@b c",
        "a@b\r\nx", "<a@b>",  "a..b@c", ".a@b",    "a.@b",       "a@b..c",     "a@.b",
        "a@-b",     "a@b-.c", "a,b@c",  "\"a\"@b", "\xc3\xbc@b", "a@\xc3\xbc", "a@b,c@d"};
    char text[300];
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(mail_is_address(bytes_of_text(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(mail_is_address(bytes_of_text(bad[i])));
    }
    memset(text, 'a', sizeof(text));
    text[64] = '@';
    text[65] = 'b';
    assert_true(mail_is_address((struct bytes){(uint8_t *)text, 66}));
    text[64] = 'a';
    text[65] = '@';
    text[66] = 'b';
    assert_false(mail_is_address((struct bytes){(uint8_t *)text, 67}));
    static const uint8_t with_nul[] = {0x61, 0x40, 0x62, 0};
    assert_false(mail_is_address((struct bytes){with_nul, sizeof(with_nul)}));
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_with_a_file),
        cmocka_unit_test(test_long_subject),
        cmocka_unit_test(test_what_is_not_sent),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
