#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/framing.h"

struct head {
    const char *version;
    const char *headers[3][2]; /* name and value */
};

static struct framing framing_of(const struct head *h)
{
    struct framing f = {0};
    for (size_t i = 0; i < 3 && h->headers[i][0] != NULL; i++) {
        framing_note(&f, bytes_of_text(h->headers[i][0]), bytes_of_text(h->headers[i][1]));
    }
    return f;
}

static void test_clear_heads(void **state)
{
    (void)state;
    const struct {
        struct head head;
        uint64_t length;
        bool is_chunked;
    } rows[] = {
        {{"HTTP/1.1", {{"Host", "x"}}}, 0, false},
        {{"HTTP/1.1", {{"Host", "x"}, {"Content-Length", "0"}}}, 0, false},
        {{"HTTP/1.1", {{"content-length", "28"}, {"Accept", "a: b"}}}, 28, false},
        {{"HTTP/1.0", {{"CONTENT-LENGTH", "28"}}}, 28, false},
        {{"HTTP/1.1", {{"Content-Length", "000000000000000028"}}}, 28, false},
        {{"HTTP/1.1", {{"Content-Length", "999999999999999999"}}}, 999999999999999999U, false},
        {{"HTTP/1.1", {{"Transfer-Encoding", "chunked"}}}, 0, true},
        {{"HTTP/1.1", {{"transfer-encoding", "Chunked"}, {"X-!#$%&'*+.^_`|~9", ""}}}, 0, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct framing f = framing_of(&rows[i].head);
        assert_true(framing_is_clear(&f, rows[i].head.version));
        assert_int_equal(f.length, rows[i].length);
        assert_int_equal(framing_is_chunked(&f), rows[i].is_chunked);
    }
}

static void test_ambiguous_heads(void **state)
{
    (void)state;
    const struct head rows[] = {
        {"HTTP/1.1", {{"Content-Length", "28"}, {"Content-Length", "29"}}},
        {"HTTP/1.1", {{"Content-Length", "28"}, {"content-length", "28"}}},
        {"HTTP/1.1", {{"Content-Length", "28"}, {"Transfer-Encoding", "chunked"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "gzip, chunked"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "identity"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "xchunked"}}},
        {"HTTP/1.1", {{"Transfer-Encoding", "chunked "}}},
        {"HTTP/1.1", {{"Transfer-Encoding", ""}}},
        {"HTTP/1.0", {{"Transfer-Encoding", "chunked"}}},
        {"HTTP/1.1", {{"Content-Length ", "28"}}},
        {"HTTP/1.1", {{"Content-Length\t", "28"}}},
        {"HTTP/1.1", {{" Content-Length", "28"}}},
        {"HTTP/1.1", {{"Content-Length\v", "28"}}},
        {"HTTP/1.1", {{"Content-Length\x7f", "28"}}},
        {"HTTP/1.1", {{"Accept Language", "de"}}},
        {"HTTP/1.1", {{"AcceptContent-Length: 28", "*"}}},
        {"HTTP/1.1", {{"", "28"}}},
        {"HTTP/1.1", {{"Content-Length", ""}}},
        {"HTTP/1.1", {{"Content-Length", "-1"}}},
        {"HTTP/1.1", {{"Content-Length", "+28"}}},
        {"HTTP/1.1", {{"Content-Length", "0x1c"}}},
        {"HTTP/1.1", {{"Content-Length", "28, 28"}}},
        {"HTTP/1.1", {{"Content-Length", "28 "}}},
        {"HTTP/1.1", {{"Content-Length", "99999999999999999999"}}},
        {"HTTP/1.1", {{"Content-Length", "100000000000000000000000000028"}}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct framing f = framing_of(&rows[i]);
        assert_false(framing_is_clear(&f, rows[i].version));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_heads),
        cmocka_unit_test(test_ambiguous_heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
