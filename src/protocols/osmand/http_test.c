#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/osmand/testing.h"

/* ---- claims ---- */

static void test_claims_by_the_request_line(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        enum protocol_claim want;
    } rows[] = {
        {"G", CLAIM_MORE},
        {"GET", CLAIM_MORE},
        {"GET ", CLAIM_YES},
        {"P", CLAIM_MORE},
        {"POST ", CLAIM_LIKELY},
        {"POST /?id=1", CLAIM_LIKELY},
        {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nid=1", CLAIM_YES},
        {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"lat", CLAIM_LIKELY},
        {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"lat\":1}", CLAIM_YES},
        {"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n{\"_type\":", CLAIM_NO},
        {"POST / HTTP/1.1\r\nX-Limit-U: anna\r\nContent-Length: 0\r\n\r\n", CLAIM_NO},
        {"POST x y z\r\n", CLAIM_YES},
        {"HEAD /", CLAIM_YES},
        {"PUT /", CLAIM_YES},
        {"PUT", CLAIM_MORE},
        {"OPTIONS", CLAIM_MORE},
        {"OPTIONS *", CLAIM_YES},
        {"DELETE /", CLAIM_YES},
        {"PATCH /", CLAIM_YES},
        {"TRACE /", CLAIM_YES},
        {"CONNECT x:1", CLAIM_YES},
        {"GET http://x/", CLAIM_YES},
        {"get /", CLAIM_NO},
        {"GOT /", CLAIM_NO},
        {"x", CLAIM_NO},
        {"\r\n", CLAIM_NO},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(osmand->claims(bytes_of_text(rows[i].first)), rows[i].want);
    }
}

/* ---- split ---- */

/* A request of a body of `length` bytes, of which all are there. */
static struct bytes request_of_length(struct arena *arena, size_t length)
{
    char *body = arena_new(arena, length + 1);
    memset(body, 'x', length);
    return bytes_of_text(
        arena_format(arena, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s", length, body));
}

static void test_split_takes_up_to_1_mib(void **state)
{
    (void)state;
    const size_t head = strlen("POST / HTTP/1.1\r\nContent-Length: 1048530\r\n\r\n");
    struct arena arena = {0};
    for (size_t extra = 0; extra < 2; extra++) {
        struct bytes in = request_of_length(&arena, HTTP_FRAME_MAX - head + extra);
        struct bytes frame = {0};
        size_t used = 0;
        assert_int_equal(osmand->split(in, &frame, &used), extra == 0 ? ERR_OK : ERR_TOO_LONG);
        assert_int_equal(used, extra == 0 ? HTTP_FRAME_MAX : 0);
        assert_int_equal(frame.len, used);
        in.len--;
        assert_int_equal(osmand->split(in, &frame, &used), extra == 0 ? ERR_MORE : ERR_TOO_LONG);
    }
    arena_free(&arena);
}

static void test_split_bounds_the_head(void **state)
{
    (void)state;
    static const char *const line = "GET / HTTP/1.1\r\nX: ";
    const size_t head_max = 16384;
    char text[17000];
    struct bytes frame = {0};
    size_t used = 0;
    memset(text, 'y', sizeof(text));
    struct writer begin = writer_init((uint8_t *)text, sizeof(text));
    struct writer end = writer_init((uint8_t *)text + head_max - 4, 4);
    write_text(&begin, line);
    struct bytes in = {(const uint8_t *)text, head_max - 1};
    assert_int_equal(osmand->split(in, &frame, &used), ERR_MORE);
    in.len = head_max;
    assert_int_equal(osmand->split(in, &frame, &used), ERR_TOO_LONG);
    write_text(&end, "\r\n\r\n");
    assert_int_equal(osmand->split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, head_max);
    memset(text, '\r', sizeof(text));
    in.len = head_max + 1;
    assert_int_equal(osmand->split(in, &frame, &used), ERR_TOO_LONG);
}

/* What reply() says to a stream that split() refused. */
static void refusal(const char *text, enum err why, char line[64])
{
    static const size_t LINE_SIZE = 64;
    struct session s = protocol_session(osmand);
    struct reply_hint hint = {{0}};
    uint8_t out[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(out, sizeof(out));
    osmand->refuse(bytes_of_text(text), why, &hint);
    osmand->reply(&s, &hint, OUTCOME_UNREGISTERED, 0, &w);
    assert_true(writer_ok(&w));
    struct bytes reply = writer_bytes(&w);
    bytes_to_text(bytes_slice(reply, 0, bytes_find(reply, '\r')), line, LINE_SIZE);
    write_u8(&w, 0);
    assert_non_null(strstr((const char *)out, "\r\nConnection: close\r\n"));
}

#define POST    "POST / HTTP/1.1\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static void test_split_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "GET1 /",
        "\r\nX1",
        " GET / HTTP/1.1\r\n",
        "GET  / HTTP/1.1\r\n",
        "GET /?id=1&time=2026-01-01 00:00:00 HTTP/1.1\r\n",
        "GET /?id=1& bearing=5 HTTP/1.1\r\n",
        "GET /?id=1\tx HTTP/1.1\r\n",
        "GET /?id=1\x01 HTTP/1.1\r\n",
        "GET /?id=1\r\n",
        "GET\r\n",
        "GET / HTTP/2.0\r\n",
        "GET / HTTP/1.10\r\n",
        "GET / HTTP/1.x\r\n",
        "GET / http/1.1\r\n",
        POST "Content-Length: -1\r\n",
        POST "Content-Length: \r\n",
        POST "Content-Length: 1, 1\r\n",
        POST "Content-Length: 0x1\r\n",
        POST "Content-Length : 1\r\n",
        POST "Content-Length: 18446744073709551616\r\n",
        POST "Content-Length: 1\r\nContent-Length: 2\r\n",
        POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
        POST "Transfer-Encoding: identity\r\n",
        POST "Transfer-Encoding: gzip, chunked\r\n",
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST "No colon\r\n",
        POST ": no name\r\n",
        POST "A: b\r\n folded: c\r\n",
        CHUNKED "\r\n",
        CHUNKED "x\r\n",
        CHUNKED "-1\r\n",
        CHUNKED "000000001\r\n",
        CHUNKED "1\r\nxy\r\n",
        CHUNKED "1\r\nx\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct bytes frame = {0};
        size_t used = 0;
        char line[64];
        print_message("# %s\n", bad[i]);
        assert_int_equal(osmand->split(bytes_of_text(bad[i]), &frame, &used), ERR_MALFORMED);
        refusal(bad[i], ERR_MALFORMED, line);
        assert_string_equal(line, "HTTP/1.1 400 Bad Request");
    }
}

static void test_refusals_of_length(void **state)
{
    (void)state;
    char line[64];
    refusal(POST "Content-Length: 9999999\r\n\r\n", ERR_TOO_LONG, line);
    assert_string_equal(line, "HTTP/1.1 413 Content Too Large");
    refusal("\r\n" POST "X: yyyyyy", ERR_TOO_LONG, line);
    assert_string_equal(line, "HTTP/1.1 431 Request Header Fields Too Large");
}

static void test_decode_refuses_what_is_no_request(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "GET /?id=1",
        "GET /?id=1\r\n\r\n",
        "GET /?id=1 HTTP/1.10\r\n\r\n",
        "GET /?id=1 HTTP/1.1\r\n\r\nx",
        "GET /?id=1 HTTP/1.1\r\nContent-Length: 1\r\n\r\n",
        CHUNKED "1\r\nx\r\n",
        CHUNKED "0\r\n\r\nx",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct decoded d = {.arena = &arena};
        struct session s = protocol_session(osmand);
        assert_int_equal(osmand->decode(&s, bytes_of_text(bad[i]), &d), ERR_MALFORMED);
        assert_int_equal(d.len, 0);
    }
    arena_free(&arena);
}

/* ---- bodies ---- */

/* Splits and decodes a request; answers its first message, NULL where the answer is not 200. */
static const struct message *first_of(struct arena *arena, const char *request)
{
    struct bytes frame = {0};
    size_t used = 0;
    struct decoded d = {.arena = arena};
    char line[64];
    print_message("# %s\n", request);
    for (size_t len = 0; len < strlen(request); len++) {
        struct bytes part = {(const uint8_t *)request, len};
        assert_int_equal(osmand->split(part, &frame, &used), ERR_MORE);
    }
    assert_int_equal(osmand->split(bytes_of_text(request), &frame, &used), ERR_OK);
    assert_int_equal(used, strlen(request));
    answer(request, OUTCOME_STORED, &d, line);
    bool is_good = strcmp(line, "HTTP/1.1 200 OK") == 0;
    assert_int_equal(d.len, is_good ? 1 : 0);
    return is_good ? &d.at[0] : NULL;
}

static void test_bodies_in_chunks(void **state)
{
    (void)state;
    static const char *const good[] = {
        CHUNKED "14\r\nid=7&lat=47.5&lon=8&\r\n0\r\n\r\n",
        CHUNKED "5\r\nid=7&\r\n00e;a=b;c=\"d\"\r\nlat=47.5&lon=8\r\n0\r\n\r\n",
        CHUNKED "5;x\nid=7&\n E \nlat=47.5&lon=8\n000;y\nTrailer: x\nAnother\n\n",
        "POST /?id=7 HTTP/1.1\r\ntransfer-encoding: CHUNKED\r\n\r\n"
        "1A\r\n{\"location\":{\"coords\":{\"la\r\n1F\r\ntitude\":47.5,\"longitude\":8.0}}}\r\n"
        "0\r\n\r\n",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const struct message *m = first_of(&arena, good[i]);
        assert_non_null(m);
        assert_int_equal(m->fix.lat_e7, 475000000);
        assert_int_equal(m->fix.lon_e7, 80000000);
    }
    const struct message *m = first_of(&arena, "POST /?id=7 HTTP/1.1\r\nTransfer-Encoding: "
                                               "chunked\r\n\r\n0\r\n\r\n");
    assert_non_null(m);
    assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
    arena_free(&arena);
}

/* `count` chunks of `size` bytes, and the last. */
static struct bytes chunks(struct arena *arena, size_t count, size_t size)
{
    size_t room = 100 + count * (size + 12);
    struct writer w = writer_init(arena_new(arena, room), room);
    write_text(&w, CHUNKED);
    for (size_t i = 0; i < count; i++) {
        char line[16];
        (void)snprintf(line, sizeof(line), "%zx\r\n", size);
        write_text(&w, line);
        for (size_t k = 0; k < size; k++) {
            write_u8(&w, 'x');
        }
        write_text(&w, "\r\n");
    }
    write_text(&w, "0\r\n\r\n");
    return writer_bytes(&w);
}

static void test_chunks_are_bounded(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        size_t size;
        enum err e;
    } rows[] = {
        {4095, 1, ERR_OK},
        {4096, 1, ERR_TOO_LONG},
        {4, 262000, ERR_OK},
        {5, 262144, ERR_TOO_LONG},
    };
    struct arena arena = {0};
    struct bytes frame = {0};
    size_t used = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes in = chunks(&arena, rows[i].count, rows[i].size);
        assert_int_equal(osmand->split(in, &frame, &used), rows[i].e);
        arena_clear(&arena);
    }
    const char *huge = CHUNKED "ffffffff\r\n";
    assert_int_equal(osmand->split(bytes_of_text(huge), &frame, &used), ERR_TOO_LONG);
    char extended[400];
    (void)snprintf(extended, sizeof(extended), "%s1;%0260d", CHUNKED, 0);
    assert_int_equal(osmand->split(bytes_of_text(extended), &frame, &used), ERR_MALFORMED);
    char *trailers = arena_new(&arena, 20000);
    (void)snprintf(trailers, 20000, "%s0\r\nX: %016384d", CHUNKED, 0);
    assert_int_equal(osmand->split(bytes_of_text(trailers), &frame, &used), ERR_TOO_LONG);
    arena_free(&arena);
}

static const char *post(struct arena *arena, const char *type, const char *body)
{
    return arena_format(arena, POST "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type,
                        strlen(body), body);
}

static void test_multipart_forms(void **state)
{
    (void)state;
    static const char body[] =
        "a preamble with --XYZ in it\r\n"
        "--XYZ\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n"
        "--XYZ  \r\nContent-Type: text/plain\r\ncontent-disposition: form-data; NAME=lat\r\n\r\n"
        "47.5\r\n"
        "--XYZ\r\nContent-Disposition: form-data; name=\"lon\"\r\n\r\n8\r\n"
        "--XYZ\r\nContent-Disposition: form-data; filename=\"lat\"\r\n\r\n99\r\n"
        "--XYZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n+%41\r\n--XY\r\n\r\n"
        "--XYZ--\r\nan epilogue\r\n--XYZ";
    static const char *const types[] = {
        "multipart/form-data; boundary=XYZ",
        "Multipart/Form-Data; charset=utf-8; Boundary=\"XYZ\"",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct message *m = first_of(&arena, post(&arena, types[i], body));
        assert_non_null(m);
        assert_int_equal(m->fix.lat_e7, 475000000);
        assert_int_equal(m->fix.lon_e7, 80000000);
    }
    arena_free(&arena);
}

/* A body of which nothing is understood must not be taken for stored. */
static void test_bodies_that_nobody_reads(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *body;
        const char *reply;
    } rows[] = {
        {"", "<gpx/>", "HTTP/1.1 400 Bad Request"},
        {"", "latitude=1&longitude=2", "HTTP/1.1 400 Bad Request"},
        {"", "\r\n", "HTTP/1.1 200 OK"},
        {"Content-Type: application/json\r\n", "lat=1&lon=2", "HTTP/1.1 400 Bad Request"},
        {"Content-Type: application/json\r\n", "", "HTTP/1.1 200 OK"},
        {"Content-Type: multipart/form-data\r\n", "--X\r\n\r\n1\r\n--X--",
         "HTTP/1.1 400 Bad Request"},
        {"Content-Type: multipart/form-data; boundary=\r\n", "--\r\n\r\n1\r\n----",
         "HTTP/1.1 400 Bad Request"},
        {"Content-Type: multipart/form-data; boundary=X\r\n", "--X--", "HTTP/1.1 400 Bad Request"},
        {"Content-Encoding: gzip\r\n", "lat=1&lon=2", "HTTP/1.1 415 Unsupported Media Type"},
        {"Content-Encoding: gzip\r\n", "", "HTTP/1.1 200 OK"},
        {"Content-Encoding: identity\r\n", "lat=1&lon=2", "HTTP/1.1 200 OK"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d = {.arena = &arena};
        char line[64];
        answer(arena_format(&arena, "POST /?id=7 HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n%s",
                            rows[i].head, strlen(rows[i].body), rows[i].body),
               OUTCOME_STORED, &d, line);
        assert_string_equal(line, rows[i].reply);
    }
    arena_free(&arena);
}

/* ---- responses ---- */

static void test_read_ack(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        enum err e;
        size_t used;
    } rows[] = {
        {"", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP", ERR_OK, 38},
        {"HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 27},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy", ERR_OK, 40},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ERR_FORBIDDEN, 45},
        {"HTTP/1.1 300 -\r\n\r\n", ERR_FORBIDDEN, 18},
        {"HTTP/1.1 99 OK\r\n\r\n", ERR_MALFORMED, 0},
        {"HTTP/1.1\r\n\r\n", ERR_MALFORMED, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", ERR_MALFORMED, 0},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ERR_MALFORMED, 0},
        {"xxxx", ERR_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct session s = protocol_session(osmand);
        size_t used = 0;
        size_t acknowledged = 0;
        assert_int_equal(
            osmand->device->read_ack(&s, bytes_of_text(rows[i].in), &used, &acknowledged),
            rows[i].e);
        assert_int_equal(used, rows[i].used);
        assert_true(rows[i].e != ERR_OK || acknowledged == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_by_the_request_line),
        cmocka_unit_test(test_split_takes_up_to_1_mib),
        cmocka_unit_test(test_split_bounds_the_head),
        cmocka_unit_test(test_split_refuses),
        cmocka_unit_test(test_refusals_of_length),
        cmocka_unit_test(test_decode_refuses_what_is_no_request),
        cmocka_unit_test(test_bodies_in_chunks),
        cmocka_unit_test(test_chunks_are_bounded),
        cmocka_unit_test(test_multipart_forms),
        cmocka_unit_test(test_bodies_that_nobody_reads),
        cmocka_unit_test(test_read_ack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
