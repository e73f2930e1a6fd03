/*
 * The frames of the GT06 vectors with their content cut off anywhere, in a frame that is right
 * again: what is left is read within its bytes, and no position comes of less than one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "protocols/gt06/testing.h"

/* Cuts off the content of one frame; answers how many frames came of it. */
static size_t cut_content(struct bytes frame)
{
    enum { POSITION_LEN = 16 }; /* time, latitude, longitude, flags */
    struct gt06_frame f = {0};
    if (gt06_frame_parse(frame, &f) != ERR_OK || f.is_bare) {
        return 0;
    }
    for (size_t len = 0; len < f.content.len; len++) {
        struct kit kit = {0};
        struct writer w = writer_init(kit.frame, sizeof(kit.frame));
        gt06_write_frame(&w, f.is_long, f.type, bytes_slice(f.content, 0, len), f.serial);
        assert_true(writer_ok(&w));
        enum err e = kit_decode(&kit, writer_bytes(&w));
        assert_true(e == ERR_OK || e == ERR_MALFORMED);
        for (size_t i = 0; e == ERR_OK && i < kit.decoded.len; i++) {
            bool has_position = (kit.decoded.at[i].fix.has & FIX_HAS_POSITION) != 0;
            assert_true(!has_position || len >= POSITION_LEN);
        }
        kit_clear(&kit);
    }
    return f.content.len;
}

static size_t cut_line(const char *text)
{
    size_t cut = 0;
    json_t *line = json_loads(text, 0, NULL);
    json_t *frames = json_object_get(line, "frames");
    for (size_t i = 0; i < json_array_size(frames); i++) {
        uint8_t at[KIT_FRAME_MAX];
        size_t len = 0;
        const char *hex = json_string_value(json_array_get(frames, i));
        assert_int_equal(hex_decode(bytes_of_text(hex), at, sizeof(at), &len), ERR_OK);
        cut += cut_content((struct bytes){at, len});
    }
    json_decref(line);
    return cut;
}

static void test_contents_cut_off(void **state)
{
    (void)state;
    FILE *in = fopen(SOURCE_ROOT "/src/protocols/gt06/vectors.jsonl", "re");
    assert_non_null(in);
    char *text = NULL;
    size_t room = 0;
    size_t cut = 0;
    while (getline(&text, &room, in) > 0) {
        cut += cut_line(text);
    }
    free(text);
    (void)fclose(in);
    assert_true(cut > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_contents_cut_off)};
    return cmocka_run_group_tests_name("gt06_contents", tests, NULL, NULL);
}
