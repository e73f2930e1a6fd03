/*
 * The transcript over protocols of the test's own: frames of one letter and a text that ends in a
 * full stop. "h" is a heartbeat, "n" says nothing, "b" is bad, "p12x" is fragment 1 of 2 with the
 * text "x"; joined fragments become a response. "!" can never become a frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/transcript.h"

static enum err toy_split(struct bytes in, struct bytes *frame, size_t *used)
{
    if (in.at[0] == '!') {
        return ERR_MALFORMED;
    }
    size_t len = bytes_find(in, '.');
    *frame = bytes_slice(in, 0, len);
    *used = len + 1;
    return len == in.len ? ERR_MORE : ERR_OK;
}

static enum err toy_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    (void)s;
    strcpy(out->device_id, "7");
    out->wants_reply = true;
    switch (frame.at[0]) {
    case 'h':
        decoded_add(out, MESSAGE_HEARTBEAT);
        decoded_add(out, MESSAGE_HEARTBEAT);
        return ERR_OK;
    case 'p': {
        struct message *m = decoded_add(out, MESSAGE_FRAGMENT);
        m->fragment = (struct message_fragment){
            .key = 5,
            .number = (uint16_t)(frame.at[1] - '0'),
            .total = (uint16_t)(frame.at[2] - '0'),
        };
        m->text = bytes_slice(frame, 3, frame.len);
        out->wants_reply = false;
        return ERR_OK;
    }
    default:
        return frame.at[0] == 'b' ? ERR_CHECKSUM : ERR_OK;
    }
}

static void toy_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                      int64_t now_s, struct writer *out)
{
    (void)s;
    (void)hint;
    assert_int_equal(outcome, OUTCOME_STORED);
    write_u8(out, (uint8_t)now_s);
}

static enum err toy_join(struct session *s, uint32_t key, const struct bytes *fragments,
                         size_t count, struct decoded *out)
{
    (void)s;
    assert_int_equal(key, 5);
    char *text = arena_new(out->arena, 64);
    for (size_t i = 0; i < count; i++) {
        (void)strncat(text, (const char *)fragments[i].at, fragments[i].len);
    }
    if (text[0] == '?') {
        return ERR_MALFORMED;
    }
    decoded_add(out, MESSAGE_RESPONSE)->text = bytes_of_text(text);
    return ERR_OK;
}

static const struct protocol toy = {
    .name = "toy",
    .split = toy_split,
    .decode = toy_decode,
    .reply = toy_reply,
    .join = toy_join,
};

/* "h." behind the first letter is a whole frame for certain. */
static enum err toy_resync(struct bytes in, size_t *skip)
{
    for (size_t n = 1; n + 1 < in.len; n++) {
        if (in.at[n] == 'h' && in.at[n + 1] == '.') {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

static const struct protocol synced_toy = {
    .name = "toy",
    .frame_max = 16,
    .split = toy_split,
    .resync = toy_resync,
    .decode = toy_decode,
    .reply = toy_reply,
};

struct printed {
    char text[4096];
};

static void collect(void *context, struct bytes json)
{
    struct printed *p = context;
    size_t len = strlen(p->text);
    (void)snprintf(p->text + len, sizeof(p->text) - len, "%.*s\n", (int)json.len,
                   (const char *)json.at);
}

/* Plays `in` and what is left of it, holds it against `want`, answers the number of errors. */
static size_t play(const char *in, const char *want, bool is_broken)
{
    struct printed p = {""};
    struct transcript t = {.protocol = &toy, .now_s = 0xab, .print = collect, .context = &p};
    transcript_begin(&t);
    size_t used = transcript_feed(&t, bytes_of_text(in));
    transcript_end(&t, bytes_of_text(in + used));
    assert_string_equal(p.text, want);
    assert_int_equal(t.is_broken, is_broken);
    size_t errors = t.errors;
    transcript_free(&t);
    return errors;
}

#define HEAD "{\"protocol\":\"toy\",\"type\":"
#define FRAGMENT(number, total)                                                                    \
    HEAD "\"other\",\"device_id\":\"7\",\"part\":{\"key\":5,\"number\":" number                    \
         ",\"total\":" total "}}\n"

static void test_the_answer_stands_at_the_last_message(void **state)
{
    (void)state;
    assert_int_equal(play("h.",
                          HEAD "\"heartbeat\",\"device_id\":\"7\"}\n" HEAD
                               "\"heartbeat\",\"device_id\":\"7\",\"ack\":\"ab\"}\n",
                          false),
                     0);
}

static void test_a_frame_without_messages_is_written(void **state)
{
    (void)state;
    assert_int_equal(play("n.", HEAD "\"other\",\"device_id\":\"7\",\"ack\":\"ab\"}\n", false), 0);
}

static void test_errors_name_their_bytes(void **state)
{
    (void)state;
    assert_int_equal(play("bx.b.",
                          "{\"error\":\"checksum mismatch\",\"frame\":\"6278\"}\n"
                          "{\"error\":\"checksum mismatch\",\"frame\":\"62\"}\n",
                          false),
                     2);
    assert_int_equal(play("nx", "{\"error\":\"more bytes needed\",\"frame\":\"6e78\"}\n", false),
                     1);
    assert_int_equal(play("!n.", "{\"error\":\"malformed message\",\"frame\":\"216e2e\"}\n", true),
                     1);
}

static void test_fragments_come_together_in_any_order(void **state)
{
    (void)state;
    const char *text = HEAD "\"response\",\"device_id\":\"7\",\"text\":\"abc\"}\n";
    char want[1024];
    (void)snprintf(want, sizeof(want), "%s%s%s%s", FRAGMENT("3", "3"), FRAGMENT("1", "3"),
                   FRAGMENT("2", "3"), text);
    assert_int_equal(play("p33c.p13a.p23b.", want, false), 0);
    /* A fragment that comes twice counts once, the last time. */
    (void)snprintf(want, sizeof(want), "%s%s%s%s%s", FRAGMENT("3", "3"), FRAGMENT("1", "3"),
                   FRAGMENT("1", "3"), FRAGMENT("2", "3"), text);
    assert_int_equal(play("p33c.p13x.p13a.p23b.", want, false), 0);
}

static void test_fragments_of_another_total_do_not_complete(void **state)
{
    (void)state;
    assert_int_equal(play("p12a.p23b.", FRAGMENT("1", "2") FRAGMENT("2", "3"), false), 0);
}

static void test_fragments_are_used_once(void **state)
{
    (void)state;
    assert_int_equal(play("p12a.p22b.p22b.",
                          FRAGMENT("1", "2") FRAGMENT("2", "2") HEAD
                          "\"response\",\"device_id\":\"7\",\"text\":\"ab\"}\n" FRAGMENT("2", "2"),
                          false),
                     0);
}

static void test_a_join_may_fail(void **state)
{
    (void)state;
    assert_int_equal(play("p12?.p22b.",
                          FRAGMENT("1", "2") FRAGMENT("2", "2") "{\"error\":\"malformed message\","
                                                                "\"frame\":\"3f\"}\n",
                          false),
                     1);
}

#define HEARTBEATS                                                                                 \
    HEAD "\"heartbeat\",\"device_id\":\"7\"}\n" HEAD                                               \
         "\"heartbeat\",\"device_id\":\"7\",\"ack\":\"ab\"}\n"
#define BAD(why, hex) "{\"error\":\"" why "\",\"frame\":\"" hex "\"}\n"

/* What stands before the next whole frame is the error; more is waited for until the end. */
static void test_a_stream_goes_on_behind_what_is_bad(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t fed; /* bytes taken before the end is known */
        const char *want;
        bool is_broken;
    } rows[] = {
        {"bxh.", 4, BAD("checksum mismatch", "6278") HEARTBEATS, false},
        {"b.h.", 4, BAD("checksum mismatch", "62") HEARTBEATS, false},
        {"b.", 0, BAD("checksum mismatch", "62"), false},
        {"h.b.b.", 2, HEARTBEATS BAD("checksum mismatch", "62") BAD("checksum mismatch", "62"),
         false},
        {"!xh.", 4, BAD("malformed message", "2178") HEARTBEATS, false},
        {"!x", 0, BAD("malformed message", "2178"), true},
        {"nx", 0, BAD("more bytes needed", "6e78"), false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct printed p = {""};
        struct transcript t = {
            .protocol = &synced_toy, .now_s = 0xab, .print = collect, .context = &p};
        transcript_begin(&t);
        assert_int_equal(transcript_feed(&t, bytes_of_text(rows[i].in)), rows[i].fed);
        transcript_end(&t, bytes_of_text(rows[i].in + rows[i].fed));
        assert_string_equal(p.text, rows[i].want);
        assert_int_equal(t.is_broken, rows[i].is_broken);
        transcript_free(&t);
    }
}

/* How many bytes to pass over, and when that is known. */
static void test_what_is_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t used; /* by split(), where it found a frame */
        enum err found;
        bool is_all;
        enum err want;
        size_t passed;
    } rows[] = {
        {"bxyh.", 3, ERR_OK, false, ERR_OK, 3},
        {"bxyh.", 5, ERR_OK, false, ERR_OK, 3},
        {"bxy", 3, ERR_OK, false, ERR_MORE, 0},
        {"bxy", 3, ERR_OK, true, ERR_OK, 3},
        {"bxyh.", 0, ERR_MORE, false, ERR_MORE, 0},
        {"bxyh.", 0, ERR_MORE, true, ERR_OK, 3},
        {"bxyz", 0, ERR_MORE, true, ERR_MORE, 0},
        {"bxyh.", 0, ERR_TOO_LONG, false, ERR_OK, 3},
        {"bxyz", 0, ERR_TOO_LONG, true, ERR_TOO_LONG, 0},
        {"bxyz", 0, ERR_MALFORMED, false, ERR_MORE, 0},
        {"bxyz", 0, ERR_MALFORMED, true, ERR_MALFORMED, 0},
        {"b0123456789abcdefg", 0, ERR_MALFORMED, false, ERR_MALFORMED, 0},
        /* longer than a frame, which nothing ends */
        {"b0123456789abcdefg", 0, ERR_MORE, false, ERR_TOO_LONG, 0},
        {"b0123456789abcdefh.", 0, ERR_MORE, false, ERR_OK, 17},
        /* beyond two of the longest frames nothing is looked for */
        {"b0123456789abcdef0123456789abcdefh.", 0, ERR_MORE, true, ERR_TOO_LONG, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t used = rows[i].used;
        print_message("# %s\n", rows[i].in);
        enum err e = protocol_pass_over(&synced_toy, bytes_of_text(rows[i].in), rows[i].found,
                                        rows[i].is_all, &used);
        assert_int_equal(e, rows[i].want);
        if (e == ERR_OK) {
            assert_int_equal(used, rows[i].passed);
        }
    }
    size_t used = 2;
    assert_int_equal(protocol_pass_over(&toy, bytes_of_text("b.h."), ERR_OK, false, &used), ERR_OK);
    assert_int_equal(used, 2);
    assert_int_equal(protocol_pass_over(&toy, bytes_of_text("!h."), ERR_MALFORMED, true, &used),
                     ERR_MALFORMED);
}

static void test_the_first_bytes_choose(void **state)
{
    (void)state;
    struct printed p = {""};
    struct transcript t = {.print = collect, .context = &p};
    transcript_begin(&t);
    assert_int_equal(transcript_feed(&t, bytes_of_text("GE")), 0);
    assert_null(t.protocol);
    assert_int_equal(transcript_feed(&t, bytes_of_text("GET /?id=1 HTTP/1.1\r\n\r\n")), 23);
    assert_ptr_equal(t.protocol, &protocol_osmand);
    transcript_free(&t);

    struct transcript none = {.print = collect, .context = &p};
    p.text[0] = '\0';
    transcript_begin(&none);
    assert_int_equal(transcript_feed(&none, bytes_of_text("??")), 2);
    assert_string_equal(p.text, "{\"error\":\"no protocol begins so\",\"frame\":\"3f3f\"}\n");
    assert_true(none.is_broken);
    transcript_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_answer_stands_at_the_last_message),
        cmocka_unit_test(test_a_frame_without_messages_is_written),
        cmocka_unit_test(test_errors_name_their_bytes),
        cmocka_unit_test(test_fragments_come_together_in_any_order),
        cmocka_unit_test(test_fragments_of_another_total_do_not_complete),
        cmocka_unit_test(test_fragments_are_used_once),
        cmocka_unit_test(test_a_join_may_fail),
        cmocka_unit_test(test_a_stream_goes_on_behind_what_is_bad),
        cmocka_unit_test(test_what_is_passed_over),
        cmocka_unit_test(test_the_first_bytes_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
