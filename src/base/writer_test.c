#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/reader.h"
#include "base/writer.h"

static void assert_written(const struct writer *w, const char *want, size_t len)
{
    assert_true(writer_ok(w));
    assert_int_equal(writer_bytes(w).len, len);
    assert_memory_equal(writer_bytes(w).at, want, len);
}

static void test_integers_are_big_endian(void **state)
{
    (void)state;
    uint8_t out[15];
    struct writer w = writer_init(out, sizeof(out));
    write_u8(&w, 0x81);
    write_u16be(&w, 0x8283);
    write_u32be(&w, 0x84858687);
    write_u64be(&w, UINT64_C(0x88898a8b8c8d8e8f));
    assert_written(&w, "\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f", 15);
}

static void test_bytes_and_text(void **state)
{
    (void)state;
    uint8_t out[8];
    struct writer w = writer_init(out, sizeof(out));
    write_bytes(&w, (struct bytes){0});
    write_bytes(&w, bytes_of_text("ab"));
    write_text(&w, "cd");
    write_text(&w, "");
    assert_written(&w, "abcd", 4);
}

static void test_a_full_writer_fails_for_good(void **state)
{
    (void)state;
    uint8_t out[4] = {0, 0, 0, 0xee};
    struct writer w = writer_init(out, 3);
    write_u16be(&w, 0x0102);
    assert_true(writer_ok(&w));
    write_u16be(&w, 0x0304);
    assert_false(writer_ok(&w));
    write_u8(&w, 5); /* would fit */
    assert_false(writer_ok(&w));
    assert_int_equal(w.len, 2);
    assert_int_equal(writer_bytes(&w).len, 0);
    assert_int_equal(out[2], 0);
    assert_int_equal(out[3], 0xee);
}

static void test_exactly_full_is_well(void **state)
{
    (void)state;
    uint8_t out[3];
    struct writer w = writer_init(out, sizeof(out));
    write_text(&w, "abc");
    assert_written(&w, "abc", 3);
    write_bytes(&w, (struct bytes){0});
    assert_true(writer_ok(&w));
}

static void test_bcd(void **state)
{
    (void)state;
    uint8_t out[32];
    struct writer w = writer_init(out, sizeof(out));
    write_bcd(&w, 260103, 3);
    write_bcd(&w, 7, 1);
    write_bcd(&w, 12345, 2); /* the high digit is lost */
    write_bcd(&w, UINT64_MAX, 10);
    assert_written(&w, "\x26\x01\x03\x07\x23\x45\x18\x44\x67\x44\x07\x37\x09\x55\x16\x15", 16);
    write_bcd(&w, 0, 11);
    assert_false(writer_ok(&w));
}

static void test_varints_come_back(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    static const int64_t signed_values[] = {0, -1, 1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
    uint8_t out[256];
    struct writer w = writer_init(out, sizeof(out));
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        write_varint(&w, values[i]);
    }
    for (size_t i = 0; i < sizeof(signed_values) / sizeof(signed_values[0]); i++) {
        write_varint_signed(&w, signed_values[i]);
    }
    struct reader r = reader_init(writer_bytes(&w));
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_int_equal(read_varint(&r), values[i]);
    }
    for (size_t i = 0; i < sizeof(signed_values) / sizeof(signed_values[0]); i++) {
        assert_int_equal(read_varint_signed(&r), signed_values[i]);
    }
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
}

static void test_varints_are_short(void **state)
{
    (void)state;
    uint8_t out[16];
    struct writer w = writer_init(out, sizeof(out));
    write_varint(&w, 127);
    write_varint(&w, 128);
    write_varint_signed(&w, -1);
    write_varint(&w, UINT64_MAX);
    assert_written(&w, "\x7f\x80\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_are_big_endian),
        cmocka_unit_test(test_bytes_and_text),
        cmocka_unit_test(test_a_full_writer_fails_for_good),
        cmocka_unit_test(test_exactly_full_is_well),
        cmocka_unit_test(test_bcd),
        cmocka_unit_test(test_varints_come_back),
        cmocka_unit_test(test_varints_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
