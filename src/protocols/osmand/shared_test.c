/*
 * Runs the captured requests of ../shared/vectors/osmand.jsonl, where they exist (ODOGRAPH_SHARED
 * names another place): each says whether a position, or anything at all, comes of it.
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

#include "base/arena.h"
#include "base/hex.h"
#include "protocols/transcript.h"

/* Attributes of the captures that we do not keep, each for its reason. */
static const char *const not_kept[] = {
    "device_integer_twelve_test", /* a free member of "extras", which no column of ours holds */
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* The captured request as it stood on the wire. */
static struct bytes build_request(struct arena *arena, json_t *frame)
{
    const char *hex = text_of(frame, "body_hex");
    size_t body_room = strlen(hex) / 2;
    uint8_t *body = arena_new(arena, body_room);
    size_t body_len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), body, body_room, &body_len), ERR_OK);
    char *head = arena_format(arena, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n",
                              text_of(frame, "method"), text_of(frame, "url"), body_len);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(frame, "headers"), name, value)
    {
        head = arena_format(arena, "%s%s: %s\r\n", head, name, json_string_value(value));
    }
    struct bytes head_bytes = bytes_of_text(arena_format(arena, "%s\r\n", head));
    struct writer w =
        writer_init(arena_new(arena, head_bytes.len + body_len), head_bytes.len + body_len);
    write_bytes(&w, head_bytes);
    write_bytes(&w, (struct bytes){body, body_len});
    return writer_bytes(&w);
}

static void collect(void *context, struct bytes text)
{
    json_t *object = json_loadb((const char *)text.at, text.len, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_array_append_new(context, object), 0);
}

static bool is_not_kept(const char *key)
{
    for (size_t i = 0; i < sizeof(not_kept) / sizeof(not_kept[0]); i++) {
        if (strcmp(not_kept[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* Holds what the line says of its request against what came of it. */
static void check_line(json_t *line, json_t *said)
{
    const char *check = text_of(line, "check");
    bool has_position =
        json_object_get(said, "lat") != NULL && json_object_get(said, "lon") != NULL;
    bool is_other = strcmp(text_of(said, "type"), "other") == 0;
    bool is_well = false;
    if (strcmp(check, "position") == 0) {
        is_well = has_position && json_is_true(json_object_get(said, "valid")) &&
                  json_object_get(said, "gps_time") != NULL;
    } else if (strcmp(check, "null") == 0) {
        is_well = is_other;
    } else if (strcmp(check, "notnull") == 0) {
        is_well = !is_other;
    } else if (strcmp(check, "attribute") == 0) {
        is_well = !is_other && is_not_kept(text_of(json_object_get(line, "expect"), "key"));
    }
    if (!is_well) {
        char *text = json_dumps(said, 0);
        (void)fprintf(stderr, "# n=%lld %s: %s\n",
                      (long long)json_integer_value(json_object_get(line, "n")), check, text);
        free(text);
        fail();
    }
}

static void run_line(const char *text)
{
    json_t *line = json_loads(text, 0, NULL);
    json_t *said = json_array();
    struct arena arena = {0};
    assert_non_null(line);
    struct transcript t = {.protocol = &protocol_osmand, .print = collect, .context = said};
    transcript_begin(&t);
    struct bytes request = build_request(&arena, json_object_get(line, "frame"));
    assert_int_equal(transcript_feed(&t, request), request.len);
    assert_int_equal(t.errors, 0);
    assert_int_equal(json_array_size(said), 1);
    check_line(line, json_array_get(said, 0));
    transcript_free(&t);
    arena_free(&arena);
    json_decref(said);
    json_decref(line);
}

static FILE *open_requests(void)
{
    const char *shared = getenv("ODOGRAPH_SHARED");
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/vectors/osmand.jsonl",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared");
    return fopen(path, "re");
}

static void test_captured_requests(void **state)
{
    (void)state;
    FILE *in = open_requests();
    assert_non_null(in);
    char *text = NULL;
    size_t room = 0;
    size_t lines = 0;
    while (getline(&text, &room, in) > 0) {
        run_line(text);
        lines++;
    }
    free(text);
    (void)fclose(in);
    assert_true(lines > 0);
}

int main(void)
{
    FILE *in = open_requests();
    if (in == NULL) {
        (void)puts("1..0 # SKIP no captured requests at hand");
        return 0;
    }
    (void)fclose(in);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_captured_requests)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
