/*
 * JT600 against real frames, where they are at hand: ../shared/vectors/jt600.jsonl beside the
 * source, or in the directory that ODOGRAPH_SHARED names. Each line holds a frame and perhaps the
 * time, the place or one value that it tells. Otherwise the test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>

#include "protocols/jt600/testing.h"

enum { LINE_SIZE = 65536, PATH_SIZE = 1024 };

static double member(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static void assert_expected(const struct fix *f, const json_t *expect)
{
    const char *key = json_string_value(json_object_get(expect, "key"));
    if (json_object_get(expect, "lat") != NULL) {
        assert_true(fabs(f->lat_e7 / 1e7 - member(expect, "lat")) < 1e-5);
        assert_true(fabs(f->lon_e7 / 1e7 - member(expect, "lon")) < 1e-5);
        assert_true((double)f->gps_time_s == member(expect, "time_ms") / 1000);
        assert_int_equal((f->flags & FIX_VALID) != 0,
                         json_is_true(json_object_get(expect, "valid")));
    }
    if (key != NULL) {
        assert_string_equal(key, "temp1");
        assert_int_equal(f->temperature_c_e2[0], lround(member(expect, "value") * 100));
    }
}

static void run_line(const json_t *line)
{
    static uint8_t raw[LINE_SIZE];
    struct kit kit = kit_new();
    struct bytes frame = {0};
    size_t used = 0;
    size_t len = 0;
    const char *text = json_string_value(json_object_get(line, "frame"));
    const char *check = json_string_value(json_object_get(line, "check"));
    struct bytes in = bytes_of_text(text);
    if (text[0] != '(') {
        assert_int_equal(hex_decode(in, raw, sizeof(raw), &len), ERR_OK);
        in = (struct bytes){raw, len};
    }
    assert_int_not_equal(protocol_jt600.claims(in), CLAIM_NO); /* H02 may begin alike */
    assert_int_equal(protocol_jt600.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    assert_int_equal(kit_decode(&kit, frame), ERR_OK);
    assert_true(kit.decoded.len > 0);
    assert_true(kit.decoded.device_id[0] != '\0');
    bool is_report = strcmp(check, "null") != 0;
    for (size_t i = 0; i < kit.decoded.len; i++) {
        assert_int_equal(kit.decoded.at[i].kind == MESSAGE_FIX, is_report);
        assert_true(!is_report || (kit.decoded.at[i].fix.has & FIX_HAS_TIME) != 0);
    }
    assert_expected(&kit.decoded.at[0].fix, json_object_get(line, "expect"));
    kit_clear(&kit);
}

static FILE *open_frames(void)
{
    char path[PATH_SIZE];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/vectors/jt600.jsonl",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared");
    return fopen(path, "r");
}

static void test_real_frames(void **state)
{
    (void)state;
    static char text[LINE_SIZE];
    size_t count = 0;
    FILE *in = open_frames();
    assert_non_null(in);
    while (fgets(text, sizeof(text), in) != NULL) {
        json_error_t error;
        json_t *line = json_loads(text, 0, &error);
        assert_non_null(line);
        print_message("# n=%lld\n", (long long)json_integer_value(json_object_get(line, "n")));
        run_line(line);
        json_decref(line);
        count++;
    }
    assert_int_equal(fclose(in), 0);
    print_message("# %zu frames\n", count);
    assert_true(count > 0);
}

int main(void)
{
    FILE *in = open_frames();
    if (in == NULL) {
        (void)puts("1..0 # SKIP no real frames at hand");
        return 0;
    }
    (void)fclose(in);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_real_frames)};
    return cmocka_run_group_tests_name("jt600_shared", tests, NULL, NULL);
}
