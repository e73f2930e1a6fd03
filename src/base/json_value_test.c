#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_value.h"

/* What is written of `text` is `want`. */
static void try_one(const char *text, const char *want)
{
    struct arena arena = {0};
    struct json_value *v = NULL;
    struct json_out out = {0};
    assert_int_equal(json_read(bytes_of_text(text), &arena, &v), ERR_OK);
    json_write_value(&out, v);
    assert_int_equal(out.len, strlen(want));
    assert_memory_equal(out.at, want, out.len);
    json_free(&out);
    arena_free(&arena);
}

static void what_was_read_is_written(void **state)
{
    (void)state;
    try_one(" null ", "null");
    try_one("true", "true");
    try_one("[ false , 12345678901234567890.50e+1 ,-0]", "[false,12345678901234567890.50e+1,-0]");
    try_one("\"\\u00e9\\n\\\"\"", "\"é\\u000a\\\"\"");
    try_one("{\"a\\\"\\\\b\":1,\"\":{},\"a\":[],\"a\":[{\"x\":[[null]]}]}",
            "{\"a\\\"\\\\b\":1,\"\":{},\"a\":[],\"a\":[{\"x\":[[null]]}]}");
    try_one("[[[[[[[1,2],3]]]]],{\"a\":{\"b\":\"c\"}},4]",
            "[[[[[[[1,2],3]]]]],{\"a\":{\"b\":\"c\"}},4]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_read_is_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
