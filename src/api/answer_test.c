#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/answer.h"
#include "api/envelope.h"
#include "base/mem.h"

enum { NEVER_MS = INT32_MAX, OUT_MAX = 1 << 22 };

/* A stream of `left` pieces of `size` bytes that do not compress. */
struct source {
    unsigned left;
    size_t size;
    bool closed;
};

static bool next_piece(void *state, struct json_out *out)
{
    struct source *s = state;
    static const char digits[] = "0123456789abcdef";
    char *text = mem_new(s->size + 1);
    for (size_t i = 0; i < s->size; i++) {
        text[i] = digits[randombytes_uniform(16)];
    }
    json_write_string(out, text);
    free(text);
    if (--s->left > 0) {
        return true;
    }
    json_array_end(out);
    return false;
}

static void close_source(void *state)
{
    ((struct source *)state)->closed = true;
}

/* Takes a whole answer, `step` bytes at a time; answers its length. */
static size_t take_all(struct answer *a, char *out, size_t step)
{
    size_t len = 0;
    if (!a->more) {
        memcpy(out, a->piece.at, a->piece.len);
        return a->piece.len;
    }
    for (;;) {
        assert_true(len + step <= OUT_MAX);
        ssize_t n = answer_next(a, out + len, step);
        assert_true(n >= 0);
        if (n == 0) {
            return len;
        }
        len += (size_t)n;
    }
}

static size_t inflate_all(const char *in, size_t len, uint8_t *out)
{
    z_stream z = {
        .next_in = (const Bytef *)in, .avail_in = (uInt)len, .next_out = out, .avail_out = OUT_MAX};
    z.next_out = out;
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    size_t got = z.total_out;
    assert_int_equal(inflateEnd(&z), Z_OK);
    return got;
}

static void check_envelope(const char *text, size_t len, size_t strings_len)
{
    static const char head[] = "{\"Code\":200,\"Data\":[\"";
    static const char tail[] = "\"],\"ErrMsg\":null}";
    assert_int_equal(len, sizeof(head) - 1 + strings_len + sizeof(tail) - 1);
    assert_memory_equal(text, head, sizeof(head) - 1);
    assert_memory_equal(text + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
}

static void stream(unsigned pieces, size_t size, bool gzip, size_t step)
{
    struct source source = {.left = pieces, .size = size};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    char *out = mem_new(OUT_MAX);
    char *plain = mem_new(OUT_MAX);
    json_array_begin(&c->out);
    c->stream = (struct call_stream){next_piece, close_source, &source};
    answer_begin(&a, c, NEVER_MS);
    if (gzip) {
        answer_squeeze(&a);
    }
    size_t len = take_all(&a, out, step);
    assert_false(a.deflating); /* nothing of zlib's is kept behind the end */
    if (a.gzip) {
        len = inflate_all(out, len, (uint8_t *)plain);
    } else {
        memcpy(plain, out, len);
    }
    check_envelope(plain, len, pieces * size + (size_t)(pieces - 1) * 3);
    answer_clear(&a);
    call_free(c);
    assert_true(source.closed);
    free(out);
    free(plain);
}

static void test_streams(void **state)
{
    (void)state;
    static const size_t steps[] = {7, 4096, 100000};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        for (int gzip = 0; gzip <= 1; gzip++) {
            stream(1, 10, gzip == 1, steps[i]);
            stream(1, 5000, gzip == 1, steps[i]);
            stream(2, 1, gzip == 1, steps[i]);
            stream(40, 33000, gzip == 1, steps[i]);
        }
    }
}

static void test_long_answers(void **state)
{
    (void)state;
    uint8_t filling[ANSWER_GZIP_MIN];
    memset(filling, 'x', sizeof(filling));
    struct source source = {.left = 2, .size = 1};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    json_string_bytes(&c->out, (struct bytes){filling, ANSWER_GZIP_MIN - 37});
    envelope_end(c);
    answer_begin(&a, c, NEVER_MS);
    assert_int_equal(a.piece.len, ANSWER_GZIP_MIN - 1);
    assert_false(answer_is_long(&a));
    answer_clear(&a);
    call_clear(c);
    json_string_bytes(&c->out, (struct bytes){filling, ANSWER_GZIP_MIN - 36});
    envelope_end(c);
    answer_begin(&a, c, NEVER_MS);
    assert_true(answer_is_long(&a));
    answer_clear(&a);
    call_clear(c);
    json_array_begin(&c->out); /* one that goes on is long whatever its first piece is */
    c->stream = (struct call_stream){next_piece, close_source, &source};
    answer_begin(&a, c, NEVER_MS);
    assert_true(answer_is_long(&a));
    answer_clear(&a);
    call_free(c);
}

static void test_a_stream_past_its_deadline_is_cut(void **state)
{
    (void)state;
    struct source source = {.left = 3, .size = 10};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    char out[64];
    json_array_begin(&c->out);
    c->stream = (struct call_stream){next_piece, close_source, &source};
    answer_begin(&a, c, -1);
    assert_true(a.more);
    assert_int_equal(answer_next(&a, out, sizeof(out)), -1);
    answer_clear(&a);
    call_free(c);
}

/* ---- the envelope ---- */

static void assert_envelope(struct call *c, const char *text)
{
    envelope_end(c);
    struct bytes got = json_text(&c->out);
    if (!bytes_eq(got, text)) {
        fail_msg("%.*s", (int)got.len, (const char *)got.at);
    }
}

static void test_envelopes(void **state)
{
    (void)state;
    static const struct api_method method = {.name = "M", .fault = FAULT_401};
    static const struct api_method rename = {.name = "R", .answers_in_data = true};
    static const struct api_method login = {.name = "L", .is_open = true};
    struct call *c = call_new(NULL);
    json_write_string(&c->out, "0");
    assert_envelope(c, "{\"Code\":200,\"Data\":\"0\",\"ErrMsg\":null}");
    call_clear(c);
    json_object_begin(&c->out);
    call_fail(c, 4001, "Limited \"authority\"");
    assert_envelope(c, "{\"Code\":4001,\"Data\":null,\"ErrMsg\":\"Limited \\\"authority\\\"\"}");
    call_clear(c);
    c->method = &method;
    call_fault(c, "StartTime", "value missing");
    assert_envelope(c, "{\"Code\":401,\"Data\":null,\"ErrMsg\":\"Dangerous value in parameters or "
                       "parameter value missed: StartTime: value missing\"}");
    call_clear(c);
    c->method = &rename;
    call_fault(c, "DeviceID", "value missing");
    assert_envelope(c, "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"DeviceID: value missing\"}");
    call_clear(c);
    c->method = &rename;
    call_fail_unavailable(c, "Busy");
    assert_int_equal(c->http_status, 503);
    assert_true(c->retry_after_s > 0);
    assert_envelope(c, "{\"Code\":503,\"Data\":\"-1\",\"ErrMsg\":\"Busy\"}");
    call_clear(c);
    c->method = &login;
    call_fail_unavailable(c, "Busy");
    assert_int_equal(c->http_status, 503);
    assert_envelope(c, "{\"Code\":4011,\"Data\":null,\"ErrMsg\":\"Busy\"}");
    call_clear(c);
    assert_int_equal(c->http_status, 200);
    assert_int_equal(c->retry_after_s, 0);
    assert_envelope(c, "{\"Code\":200,\"Data\":null,\"ErrMsg\":null}");
    call_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_long_answers),
        cmocka_unit_test(test_a_stream_past_its_deadline_is_cut),
        cmocka_unit_test(test_envelopes),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
