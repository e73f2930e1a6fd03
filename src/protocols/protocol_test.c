/* How a protocol is chosen by the first bytes of a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "protocols/framing.h"

static enum err choose(const char *text, protocol_set allowed, bool is_udp,
                       struct protocol_choice *out)
{
    const struct protocol_question q = {.first = bytes_of_text(text),
                                        .is_udp = is_udp,
                                        .allowed = allowed,
                                        .hint = PROTOCOL_UNKNOWN};
    return protocol_choose(&q, out);
}

static void test_blanks_and_line_ends_come_before(void **state)
{
    (void)state;
    struct protocol_choice choice = {0};
    assert_int_equal(choose("\r\n \t", PROTOCOL_ALL, false, &choice), ERR_MORE);
    assert_int_equal(choose("\r\n \tGET /?id=1", PROTOCOL_ALL, false, &choice), ERR_OK);
    assert_int_equal(choice.index, PROTOCOL_osmand);
    assert_int_equal(choice.noise, 4);
    assert_true(choice.is_sure);
    char blanks[] = "                                                                "
                    " GET /?id=1"; /* PROTOCOL_NOISE_MAX, and one more */
    assert_int_equal(choose(blanks, PROTOCOL_ALL, false, &choice), ERR_MALFORMED);
}

static void test_only_what_is_allowed_is_asked(void **state)
{
    (void)state;
    struct protocol_choice choice = {0};
    protocol_set http = (protocol_set)1 << PROTOCOL_osmand;
    assert_int_equal(choose("??", PROTOCOL_ALL, false, &choice), ERR_MALFORMED);
    assert_int_equal(choose("??", http, false, &choice), ERR_MALFORMED);
    assert_int_equal(choose("GET ", http, false, &choice), ERR_OK);
    assert_int_equal(choose("GET ", PROTOCOL_ALL & ~http, false, &choice), ERR_MALFORMED);
    assert_int_equal(choose("GET ", PROTOCOL_ALL, true, &choice), ERR_MALFORMED);
}

/* ---- what all rows have alike ---- */

static bool is_known(struct bytes frame)
{
    return frame.at[0] != '?';
}

static enum err len_of(struct bytes in, size_t *len)
{
    *len = 2;
    return in.at[0] == '!' || in.at[0] == '?' ? ERR_OK : ERR_MALFORMED;
}

/* "!n" names the device n, "!+" is a report, "!x" refuses after it has changed everything. */
static enum err decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    fix_set_local_time(&m->fix, 1);
    if (frame.at[1] != '+') {
        bytes_to_text(bytes_slice(frame, 1, 1), out->device_id, sizeof(out->device_id));
        memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    }
    return frame.at[1] == 'x' ? ERR_MALFORMED : ERR_OK;
}

static void test_decode_does_what_all_rows_do(void **state)
{
    static const struct framing_rule rule = {.len_max = 2, .len_of = len_of, .is_sound = is_known};
    static const struct protocol row = {.name = "test", .rule = &rule, .decode = decode};
    static const struct {
        const char *frame;
        enum err want;
        const char *id;
        const char *session_id;
        size_t len;
    } cases[] = {
        {"!+", ERR_OK, "", "", 1},           {"!n", ERR_OK, "n", "n", 1},
        {"!+", ERR_OK, "n", "n", 1},         {"!x", ERR_MALFORMED, "x", "n", 0},
        {"?+", ERR_CHECKSUM, "n", "n", 0},   {"!", ERR_MALFORMED, "n", "n", 0},
        {"!++", ERR_MALFORMED, "n", "n", 0}, {"", ERR_MALFORMED, "n", "n", 0},
    };
    struct session s = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {0};
        struct decoded d = {.arena = &arena};
        print_message("# %s\n", cases[i].frame);
        assert_int_equal(protocol_decode(&row, &s, bytes_of_text(cases[i].frame), &d),
                         cases[i].want);
        assert_string_equal(d.device_id, cases[i].id);
        assert_string_equal(s.device_id, cases[i].session_id);
        assert_int_equal(d.len, cases[i].len);
        assert_true(d.len == 0 || d.at[0].is_local_time);
        arena_free(&arena);
    }
}

static void test_frames_are_found_by_the_rule_or_the_functions(void **state)
{
    struct bytes frame = {0};
    size_t used = 0;
    struct bytes in = bytes_of_text("GET /?id=1 HTTP/1.1\r\n\r\n");
    (void)state;
    assert_null(protocol_osmand.rule);
    assert_int_equal(protocol_split(&protocol_osmand, in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    assert_false(protocol_can_resync(&protocol_osmand));
    assert_int_equal(protocol_resync(&protocol_osmand, in, &used), ERR_MORE);
    assert_non_null(protocol_topin.rule);
    assert_true(protocol_can_resync(&protocol_topin));
    in = bytes_of_text("?xx\x01\x30\r\n");
    assert_int_equal(protocol_split(&protocol_topin, in, &frame, &used), ERR_MALFORMED);
    assert_int_equal(protocol_resync(&protocol_topin, in, &used), ERR_OK);
    assert_int_equal(used, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks_and_line_ends_come_before),
        cmocka_unit_test(test_only_what_is_allowed_is_asked),
        cmocka_unit_test(test_decode_does_what_all_rows_do),
        cmocka_unit_test(test_frames_are_found_by_the_rule_or_the_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
