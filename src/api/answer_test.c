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

/* A stream of `left` pieces of `size` bytes that do not compress, behind `idle` steps. */
struct source {
    unsigned idle;
    unsigned left;
    size_t size;
    bool closed;
};

static enum call_step next_piece(void *state, struct json_out *out)
{
    struct source *s = state;
    if (s->idle > 0) {
        s->idle--;
        return STEP_AGAIN;
    }
    static const char digits[] = "0123456789abcdef";
    char *text = mem_new(s->size + 1);
    for (size_t i = 0; i < s->size; i++) {
        text[i] = digits[randombytes_uniform(16)];
    }
    json_write_string(out, text);
    free(text);
    if (--s->left > 0) {
        return STEP_PIECE;
    }
    json_array_end(out);
    return STEP_END;
}

static void close_source(void *state)
{
    ((struct source *)state)->closed = true;
}

/* Takes a whole answer, `step` bytes at a time; answers its length. */
static size_t take_all(struct answer *a, char *out, size_t step)
{
    size_t len = 0;
    do {
        while (!answer_step(a)) {
        }
        size_t n = 0;
        do {
            assert_true(len + step <= OUT_MAX);
            n = answer_take(a, out + len, step);
            len += n;
        } while (n > 0);
    } while (a->more);
    return len;
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
    struct source source = {.idle = 3, .left = pieces, .size = size};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    char *out = mem_new(OUT_MAX);
    char *plain = mem_new(OUT_MAX);
    json_array_begin(&c->out);
    c->stream = (struct call_stream){next_piece, close_source, &source};
    answer_begin(&a, c, gzip, NEVER_MS);
    for (size_t i = 0; i < 3; i++) {
        assert_false(answer_step(&a)); /* nothing came of it */
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

static enum call_step break_off(void *state, struct json_out *out)
{
    struct source *s = state;
    if (s->left == 0) {
        return STEP_CUT;
    }
    s->left--;
    json_write_string(out, "piece");
    return STEP_PIECE;
}

/* A stream that cannot go on never looks whole: it has more to come, and nothing comes. */
static void cut_off(bool gzip)
{
    struct source source = {.left = 2};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    char out[256];
    json_array_begin(&c->out);
    c->stream = (struct call_stream){break_off, close_source, &source};
    answer_begin(&a, c, gzip, NEVER_MS);
    for (int i = 0; i < 5 && !a.is_broken; i++) {
        assert_true(answer_step(&a));
        while (answer_take(&a, out, sizeof(out)) > 0) {
        }
    }
    assert_true(a.is_broken);
    assert_true(a.more);
    assert_int_equal(answer_take(&a, out, sizeof(out)), 0);
    answer_clear(&a);
    call_free(c);
}

static void test_a_stream_that_is_cut(void **state)
{
    (void)state;
    cut_off(false);
    cut_off(true);
}

/* A file is what the call wrote, and no envelope around it; its failure is an envelope. */
static void test_files(void **state)
{
    (void)state;
    for (int fails = 0; fails <= 1; fails++) {
        struct call *c = call_new(NULL);
        struct answer a = {0};
        call_begin_file(c, "text/csv", "x.csv");
        json_raw(&c->out, bytes_of_text("a,b"));
        if (fails == 1) {
            call_fail(c, 404, "none");
        }
        envelope_end(c);
        answer_begin(&a, c, false, NEVER_MS);
        assert_true(answer_step(&a));
        assert_true(bytes_eq(a.piece, fails == 0 ? "a,b"
                                                 : "{\"Code\":404,\"Data\":null,"
                                                   "\"ErrMsg\":\"none\"}"));
        answer_clear(&a);
        call_free(c);
    }
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

/* A whole answer of ANSWER_GZIP_MIN bytes and `more`; whether it is squeezed. */
static bool is_squeezed(bool takes_gzip, int more)
{
    uint8_t filling[ANSWER_GZIP_MIN];
    memset(filling, 'x', sizeof(filling));
    struct call *c = call_new(NULL);
    struct answer a = {0};
    json_string_bytes(&c->out, (struct bytes){filling, (size_t)(ANSWER_GZIP_MIN - 36 + more)});
    envelope_end(c);
    answer_begin(&a, c, takes_gzip, NEVER_MS);
    assert_true(answer_step(&a));
    assert_false(a.more);
    assert_true(a.gzip || a.piece.len == (size_t)(ANSWER_GZIP_MIN + more));
    bool is = a.gzip;
    answer_clear(&a);
    call_free(c);
    return is;
}

static void test_what_is_squeezed(void **state)
{
    (void)state;
    assert_true(is_squeezed(true, 0));
    assert_false(is_squeezed(true, -1));
    assert_false(is_squeezed(false, 0));
    struct source source = {.left = 2, .size = 1};
    struct call *c = call_new(NULL);
    struct answer a = {0};
    json_array_begin(&c->out); /* one that goes on is, whatever its first piece is */
    c->stream = (struct call_stream){next_piece, close_source, &source};
    answer_begin(&a, c, true, NEVER_MS);
    (void)answer_step(&a);
    assert_true(a.gzip);
    answer_clear(&a);
    call_free(c);
}

static void test_lateness(void **state)
{
    (void)state;
    struct call *c = call_new(NULL);
    struct answer a = {0};
    answer_begin(&a, c, false, -1);
    assert_true(answer_is_late(&a));
    answer_begin(&a, c, false, NEVER_MS);
    assert_false(answer_is_late(&a));
    answer_clear(&a);
    call_free(c);
}

/* A stream that fails before it wrote anything. */
static enum call_step fail_step(void *state, struct json_out *out)
{
    (void)out;
    call_fail(state, 500, "System error");
    return STEP_END;
}

static void keep_open(void *state)
{
    (void)state;
}

static void test_a_stream_that_fails_first(void **state)
{
    (void)state;
    struct call *c = call_new(NULL);
    struct answer a = {0};
    c->stream = (struct call_stream){fail_step, keep_open, c};
    answer_begin(&a, c, true, NEVER_MS);
    assert_true(answer_step(&a));
    assert_false(a.more);
    assert_true(bytes_eq(a.piece, "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"System error\"}"));
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
        cmocka_unit_test(test_streams),   cmocka_unit_test(test_a_stream_that_is_cut),
        cmocka_unit_test(test_files),     cmocka_unit_test(test_what_is_squeezed),
        cmocka_unit_test(test_lateness),  cmocka_unit_test(test_a_stream_that_fails_first),
        cmocka_unit_test(test_envelopes),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
