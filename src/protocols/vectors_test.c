/*
 * Runs the vectors of every row of PROTOCOL_MAP: src/protocols/NAME/vectors.jsonl of a folder,
 * src/protocols/NAME_vectors.jsonl of a file. A row without vectors fails. A line is one session of
 * one device:
 *
 *     {"doc": what it shows, "frames": [hex, …], "expect": [object, …], "model": "VL300"}
 *
 * Every string of "frames" holds whole frames. "expect" holds what `odograph decode` prints for all
 * of them, member for member, errors too; replies that tell the time tell VECTORS_NOW. "model" is
 * the device's, where somebody set one. The same frames then come joined and byte by byte, cut off
 * at every length and with every byte changed, each in memory of exactly its size, so that the
 * address sanitizer sees a read beyond it. The first frames are asked of every row, too, whole,
 * byte by byte and behind blanks: no other row may be sure of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "protocols/fields.h"
#include "protocols/profile.h"
#include "protocols/transcript.h"

#define VECTORS_NOW "2026-01-02T03:04:05Z"

/* A chunk of a session's bytes, in memory of exactly its size. */
struct chunk {
    uint8_t *at;
    size_t len;
};

static struct chunk chunk_copy(struct bytes in)
{
    struct chunk c = {malloc(in.len == 0 ? 1 : in.len), in.len};
    assert_non_null(c.at);
    if (in.len > 0) {
        memcpy(c.at, in.at, in.len);
    }
    return c;
}

static struct chunk chunk_of_hex(const char *hex)
{
    uint8_t *at = mem_new(strlen(hex) / 2 + 1);
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, strlen(hex) / 2, &len), ERR_OK);
    assert_true(len > 0);
    struct chunk c = chunk_copy((struct bytes){at, len});
    free(at);
    return c;
}

static struct bytes chunk_bytes(struct chunk c)
{
    return (struct bytes){c.at, c.len};
}

/* Collects what a transcript prints; every piece must be JSON. */
static void collect(void *context, struct bytes text)
{
    json_error_t error;
    json_t *object = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) {
        fail_msg("%s: %.*s", error.text, (int)text.len, (const char *)text.at);
    }
    assert_int_equal(json_array_append_new(context, object), 0);
}

/* A session of a device of that model. */
static struct transcript begin(const struct protocol *p, const char *model, json_t *printed)
{
    int64_t now_s = 0;
    assert_true(clock_parse_iso(bytes_of_text(VECTORS_NOW), &now_s));
    struct transcript t = {.protocol = p, .now_s = now_s, .print = collect, .context = printed};
    transcript_begin(&t);
    t.session.profile = profile_of_model(NULL, bytes_of_text(model));
    return t;
}

/* ---- the vectors ---- */

/* One line of the file, read. */
struct vector {
    int line;
    const char *doc;   /* borrowed from json */
    json_t *expect;    /* likewise */
    const char *model; /* likewise; "": unknown */
    json_t *json;
    struct chunk frames[64];
    size_t count;
};

static void vector_read(struct vector *v, const char *text, int line)
{
    json_error_t error;
    *v = (struct vector){.line = line, .json = json_loads(text, JSON_REJECT_DUPLICATES, &error)};
    if (v->json == NULL) {
        fail_msg("line %d: %s", line, error.text);
    }
    v->doc = json_string_value(json_object_get(v->json, "doc"));
    v->expect = json_object_get(v->json, "expect");
    json_t *model = json_object_get(v->json, "model");
    v->model = model == NULL ? "" : json_string_value(model);
    json_t *frames = json_object_get(v->json, "frames");
    if (v->doc == NULL || v->model == NULL || !json_is_array(v->expect) ||
        json_array_size(frames) == 0 ||
        json_array_size(frames) > sizeof(v->frames) / sizeof(v->frames[0])) {
        fail_msg("line %d: wants doc, 1 to 64 frames and expect", line);
    }
    v->count = json_array_size(frames);
    for (size_t i = 0; i < v->count; i++) {
        const char *hex = json_string_value(json_array_get(frames, i));
        assert_non_null(hex);
        v->frames[i] = chunk_of_hex(hex);
    }
}

static void vector_clear(struct vector *v)
{
    for (size_t i = 0; i < v->count; i++) {
        free(v->frames[i].at);
    }
    json_decref(v->json);
}

static struct chunk vector_join(const struct vector *v)
{
    size_t len = 0;
    for (size_t i = 0; i < v->count; i++) {
        len += v->frames[i].len;
    }
    struct chunk all = {mem_new(len), 0};
    for (size_t i = 0; i < v->count; i++) {
        memcpy(all.at + all.len, v->frames[i].at, v->frames[i].len);
        all.len += v->frames[i].len;
    }
    return all;
}

/* cmocka hands a test a pointer to something it may change. */
struct row {
    const struct protocol *protocol;
};

/* The vectors of a protocol, which is a folder or a file; to be closed. */
static FILE *open_vectors(const char *name)
{
    static const char dividers[] = "/_";
    FILE *in = NULL;
    for (size_t i = 0; in == NULL && dividers[i] != '\0'; i++) {
        char path[512];
        (void)snprintf(path, sizeof(path), SOURCE_ROOT "/src/protocols/%s%cvectors.jsonl", name,
                       dividers[i]);
        in = fopen(path, "re");
    }
    if (in == NULL) {
        fail_msg("no vectors of %s", name);
    }
    return in;
}

/* Calls `test` for every vector of the row. */
static void for_each_vector(const struct row *row,
                            void (*test)(const struct protocol *p, const struct vector *v))
{
    const struct protocol *p = row->protocol;
    FILE *in = open_vectors(p->name);
    char *text = NULL;
    size_t room = 0;
    int line = 0;
    while (getline(&text, &room, in) > 0) {
        struct vector v;
        vector_read(&v, text, ++line);
        test(p, &v);
        vector_clear(&v);
    }
    free(text);
    (void)fclose(in);
    assert_true(line > 0);
}

/* ---- comparing ---- */

static bool values_equal(json_t *a, json_t *b);

static bool arrays_equal(json_t *a, json_t *b)
{
    bool equal = json_array_size(a) == json_array_size(b);
    for (size_t i = 0; equal && i < json_array_size(a); i++) {
        equal = values_equal(json_array_get(a, i), json_array_get(b, i));
    }
    return equal;
}

static bool objects_equal(json_t *a, json_t *b)
{
    const char *name;
    json_t *value;
    bool equal = json_object_size(a) == json_object_size(b);
    json_object_foreach(a, name, value)
    {
        json_t *other = json_object_get(b, name);
        equal = equal && other != NULL && values_equal(value, other);
    }
    return equal;
}

/* Whether two JSON values are equal; 13 and 13.0 are. */
static bool values_equal(json_t *a, json_t *b)
{
    if (json_is_number(a) && json_is_number(b)) {
        return json_number_value(a) == json_number_value(b);
    }
    if (json_is_array(a) && json_is_array(b)) {
        return arrays_equal(a, b);
    }
    if (json_is_object(a) && json_is_object(b)) {
        return objects_equal(a, b);
    }
    return json_equal(a, b) != 0;
}

static bool sessions_equal(const struct session *a, const struct session *b)
{
    return strcmp(a->device_id, b->device_id) == 0 && a->utc_offset_min == b->utc_offset_min &&
           memcmp(a->own, b->own, sizeof(a->own)) == 0;
}

static void assert_printed(const struct vector *v, const char *how, json_t *printed, json_t *expect)
{
    size_t count = json_array_size(printed) > json_array_size(expect) ? json_array_size(printed)
                                                                      : json_array_size(expect);
    for (size_t i = 0; i < count; i++) {
        json_t *got = json_array_get(printed, i);
        json_t *want = json_array_get(expect, i);
        if (got != NULL && want != NULL && values_equal(got, want)) {
            continue;
        }
        char *got_text = got == NULL ? NULL : json_dumps(got, JSON_REAL_PRECISION(12));
        char *want_text = want == NULL ? NULL : json_dumps(want, JSON_REAL_PRECISION(12));
        (void)fprintf(stderr, "# line %d (%s), %s, object %zu:\n# got    %s\n# expect %s\n",
                      v->line, v->doc, how, i, got_text == NULL ? "nothing" : got_text,
                      want_text == NULL ? "nothing" : want_text);
        free(got_text);
        free(want_text);
        fail_msg("line %d, %s, object %zu", v->line, how, i);
    }
}

/* ---- what comes out ---- */

/* Plays the vector frame by frame; answers whether the stream could be split throughout. */
static bool play_whole(const struct protocol *p, const struct vector *v, json_t *printed)
{
    struct transcript t = begin(p, v->model, printed);
    for (size_t i = 0; i < v->count; i++) {
        size_t used = transcript_feed(&t, chunk_bytes(v->frames[i]));
        transcript_end(&t, bytes_slice(chunk_bytes(v->frames[i]), used, v->frames[i].len));
        t.is_broken = t.is_broken || used < v->frames[i].len;
    }
    bool whole = !t.is_broken;
    transcript_free(&t);
    return whole;
}

static void play_expected(const struct protocol *p, const struct vector *v)
{
    json_t *printed = json_array();
    bool whole = play_whole(p, v, printed);
    assert_printed(v, "frame by frame", printed, v->expect);
    json_array_clear(printed);
    if (whole) {
        struct chunk all = vector_join(v);
        struct transcript t = begin(p, v->model, printed);
        assert_int_equal(transcript_feed(&t, chunk_bytes(all)), all.len);
        assert_printed(v, "joined", printed, v->expect);
        transcript_free(&t);
        free(all.at);
    }
    json_decref(printed);
}

static void test_vectors_say_what_is_expected(void **state)
{
    for_each_vector(*state, play_expected);
}

static void check_bytewise(const struct protocol *p, const struct vector *v)
{
    json_t *printed = json_array();
    bool whole = play_whole(p, v, printed);
    json_array_clear(printed);
    struct chunk all = vector_join(v);
    struct transcript t = begin(p, v->model, printed);
    size_t done = 0;
    for (size_t len = 1; whole && len <= all.len; len++) {
        struct chunk part = chunk_copy((struct bytes){all.at + done, len - done});
        done += transcript_feed(&t, chunk_bytes(part));
        free(part.at);
    }
    if (whole) {
        assert_int_equal(done, all.len);
        assert_printed(v, "byte by byte", printed, v->expect);
    }
    transcript_free(&t);
    free(all.at);
    json_decref(printed);
}

static void test_vectors_may_come_byte_by_byte(void **state)
{
    for_each_vector(*state, check_bytewise);
}

/* What stands before a first frame and belongs to no row. */
static const char *const noises[] = {"", "\r\n", " ", "\n\n\t\r\n"};

/* Whether the first frame behind `noise`, which comes in pieces of `step` bytes, is found. */
static bool is_detected(const struct protocol *p, struct bytes frame, const char *noise,
                        size_t step)
{
    struct protocol_choice choice = {0};
    enum err e = ERR_MORE;
    size_t before = strlen(noise);
    struct chunk all = {mem_new(before + frame.len), before + frame.len};
    for (size_t i = 0; i < before; i++) {
        all.at[i] = (uint8_t)noise[i];
    }
    memcpy(all.at + before, frame.at, frame.len);
    for (size_t len = 0; e == ERR_MORE && len < all.len;) {
        len = len + step < all.len ? len + step : all.len;
        struct chunk part = chunk_copy((struct bytes){all.at, len});
        const struct protocol_question q = {.first = chunk_bytes(part),
                                            .is_all = len == all.len,
                                            .allowed = PROTOCOL_ALL,
                                            .hint = PROTOCOL_UNKNOWN};
        e = protocol_choose(&q, &choice);
        free(part.at);
    }
    free(all.at);
    return e == ERR_OK && protocol_at(choice.index) == p && choice.noise == before;
}

/* Another row than `p` that is sure of `first`; NULL: none is. */
static const struct protocol *claimant(const struct protocol *p, struct bytes first)
{
    const struct protocol *found = NULL;
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        const struct protocol *other = protocol_at(i);
        found = other != p && protocol_claims(other, first) == CLAIM_YES ? other : found;
    }
    return found;
}

/* Fails where another row is sure of the frame, however much of it has come. */
static void assert_unclaimed(const struct protocol *p, const struct vector *v)
{
    struct bytes first = bytes_slice(chunk_bytes(v->frames[0]), 0, PROTOCOL_FIRST_MAX);
    for (size_t len = 1; len <= first.len; len++) {
        struct chunk part = chunk_copy(bytes_slice(first, 0, len));
        const struct protocol *other = claimant(p, chunk_bytes(part));
        free(part.at);
        assert_null(other);
    }
}

static bool is_detected_behind_all(const struct protocol *p, struct bytes frame)
{
    bool is = true;
    for (size_t i = 0; i < sizeof(noises) / sizeof(noises[0]); i++) {
        is = is && is_detected(p, frame, noises[i], 1) &&
             is_detected(p, frame, noises[i], frame.len + strlen(noises[i]));
    }
    return is;
}

static void check_detected(const struct protocol *p, const struct vector *v)
{
    json_t *printed = json_array();
    struct bytes frame = chunk_bytes(v->frames[0]);
    if (play_whole(p, v, printed)) {
        assert_unclaimed(p, v);
        print_message("# line %d: %s\n", v->line, v->doc);
        assert_true(is_detected_behind_all(p, frame));
    }
    json_decref(printed);
}

static void test_vectors_are_detected(void **state)
{
    for_each_vector(*state, check_detected);
}

/* ---- datagrams ---- */

/* How much of a frame is left without what ends it in a stream. */
static size_t len_without_end(const struct protocol *p, struct bytes frame)
{
    size_t len = field_trimmed(frame).len;
    size_t end = strlen(p->datagram_end);
    bool has_end = len > end && memcmp(frame.at + len - end, p->datagram_end, end) == 0;
    return has_end ? len - end : len;
}

/* Whether all that was sent is text, with a line end at most. */
static bool is_text(struct bytes sent)
{
    enum { LINE_END = 2 };
    struct bytes text = field_trimmed(sent);
    return field_is_printable(text) && sent.len <= text.len + LINE_END;
}

/* A text without its end is the same frame, and its datagram that row's. */
static void check_cut_datagram(const struct protocol *p, struct bytes sent, struct bytes frame)
{
    struct arena arena = {0};
    struct bytes got = {0};
    struct protocol_choice choice = {0};
    size_t used = 0;
    if (!is_text(sent)) {
        return;
    }
    print_message("# %.*s\n", (int)sent.len, (const char *)sent.at);
    struct chunk cut = chunk_copy(bytes_slice(sent, 0, len_without_end(p, sent)));
    const struct protocol_question q = {.first = chunk_bytes(cut),
                                        .is_udp = true,
                                        .is_all = true,
                                        .allowed = PROTOCOL_ALL,
                                        .hint = (uint8_t)protocol_index_of(bytes_of_text(p->name))};
    assert_int_equal(protocol_split_datagram(p, &arena, q.first, &got, &used), ERR_OK);
    assert_int_equal(used, cut.len);
    assert_int_equal(len_without_end(p, got), len_without_end(p, frame));
    assert_memory_equal(got.at, frame.at, len_without_end(p, frame));
    if (protocol_claims(p, sent) != CLAIM_NO) { /* some only follow a login */
        assert_int_equal(protocol_choose(&q, &choice), ERR_OK);
        assert_ptr_equal(protocol_at(choice.index), p);
    }
    arena_free(&arena);
    free(cut.at);
}

static void check_datagrams(const struct protocol *p, const struct vector *v)
{
    for (size_t i = 0; i < v->count; i++) {
        struct bytes in = chunk_bytes(v->frames[i]);
        struct bytes frame = {0};
        size_t used = 0;
        while (in.len > 0 && protocol_split(p, in, &frame, &used) == ERR_OK) {
            struct bytes sent = bytes_slice(in, 0, used);
            check_cut_datagram(p, sent, frame);
            in = bytes_slice(in, used, SIZE_MAX);
        }
    }
}

static void test_datagrams_end_their_texts(void **state)
{
    const struct row *row = *state;
    if (row->protocol->datagram_end != NULL) {
        for_each_vector(row, check_datagrams);
    }
}

/* ---- what must not break ---- */

/* Plays damaged bytes from `session` on, split and as though split had taken them for a frame. */
static void play_damaged(const struct protocol *p, const struct session *session, struct bytes in)
{
    struct chunk damaged = chunk_copy(in);
    json_t *printed = json_array();
    struct transcript t = begin(p, "", printed);
    t.session = *session;
    size_t used = transcript_feed(&t, chunk_bytes(damaged));
    assert_true(used <= damaged.len);
    transcript_free(&t);

    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct session copy = *session;
    enum err e = protocol_decode(p, &copy, chunk_bytes(damaged), &d);
    if (e != ERR_OK && !sessions_equal(&copy, session)) {
        fail_msg("%s: a refused frame changed the session", p->name);
    }
    arena_free(&arena);
    json_decref(printed);
    free(damaged.at);
}

static void damage_frame(const struct protocol *p, const struct session *session,
                         struct chunk frame)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    for (size_t len = 0; len < frame.len; len++) {
        play_damaged(p, session, (struct bytes){frame.at, len});
    }
    struct chunk flipped = chunk_copy(chunk_bytes(frame));
    for (size_t i = 0; i < frame.len * sizeof(masks); i++) {
        flipped.at[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
        play_damaged(p, session, chunk_bytes(flipped));
        flipped.at[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
    }
    free(flipped.at);
}

static void check_damaged(const struct protocol *p, const struct vector *v)
{
    json_t *printed = json_array();
    struct transcript t = begin(p, v->model, printed);
    for (size_t i = 0; i < v->count; i++) {
        struct session before = t.session;
        (void)transcript_feed(&t, chunk_bytes(v->frames[i]));
        damage_frame(p, &before, v->frames[i]);
    }
    transcript_free(&t);
    json_decref(printed);
}

static void test_damaged_vectors_do_no_harm(void **state)
{
    for_each_vector(*state, check_damaged);
}

enum { TESTS_PER_ROW = 5, TESTS = PROTOCOL_COUNT * TESTS_PER_ROW };

int main(void)
{
    static const struct CMUnitTest tests[TESTS_PER_ROW] = {
        {"say what is expected", test_vectors_say_what_is_expected, NULL, NULL, NULL},
        {"may come byte by byte", test_vectors_may_come_byte_by_byte, NULL, NULL, NULL},
        {"are detected", test_vectors_are_detected, NULL, NULL, NULL},
        {"need no end in datagrams", test_datagrams_end_their_texts, NULL, NULL, NULL},
        {"do no harm when damaged", test_damaged_vectors_do_no_harm, NULL, NULL, NULL},
    };
    struct row rows[PROTOCOL_COUNT];
    char names[TESTS][64];
    struct CMUnitTest all[TESTS];
    for (size_t i = 0; i < TESTS; i++) {
        struct row *row = &rows[i / TESTS_PER_ROW];
        row->protocol = protocol_at(i / TESTS_PER_ROW);
        all[i] = tests[i % TESTS_PER_ROW];
        (void)snprintf(names[i], sizeof(names[i]), "vectors of %s %s", row->protocol->name,
                       all[i].name);
        all[i].name = names[i];
        all[i].initial_state = row;
    }
    return cmocka_run_group_tests(all, NULL, NULL);
}
