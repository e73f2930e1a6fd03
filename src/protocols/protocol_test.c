/* How a protocol is chosen by the first bytes of a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/protocol.h"

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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks_and_line_ends_come_before),
        cmocka_unit_test(test_only_what_is_allowed_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
