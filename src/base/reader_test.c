#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/reader.h"

/* A reader of a copy of exactly that size, which the caller frees through r.in.at. */
static struct reader reader_of(const char *text, size_t len)
{
    uint8_t *at = malloc(len == 0 ? 1 : len);
    assert_non_null(at);
    memcpy(at, text, len);
    return reader_init((struct bytes){at, len});
}

static void reader_drop(struct reader *r)
{
    union {
        const uint8_t *borrowed;
        uint8_t *owned;
    } text = {.borrowed = r->in.at};
    free(text.owned);
}

static void test_integers_of_both_orders(void **state)
{
    (void)state;
    static const char bytes[] = "\x81\x82\x83\x84\x85\x86\x87\x88";
    struct reader r = reader_of(bytes, 8);
    assert_int_equal(read_u8(&r), 0x81);
    r.pos = 0;
    assert_int_equal(read_u16be(&r), 0x8182);
    r.pos = 0;
    assert_int_equal(read_u24be(&r), 0x818283);
    r.pos = 0;
    assert_int_equal(read_u32be(&r), 0x81828384);
    r.pos = 0;
    assert_int_equal(read_u64be(&r), UINT64_C(0x8182838485868788));
    r.pos = 0;
    assert_int_equal(read_u16le(&r), 0x8281);
    r.pos = 0;
    assert_int_equal(read_u32le(&r), 0x84838281);
    r.pos = 0;
    assert_int_equal(read_u64le(&r), UINT64_C(0x8887868584838281));
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
    reader_drop(&r);
}

/* Each kind of read, as a number. */
static uint64_t read_kind(struct reader *r, size_t kind)
{
    switch (kind) {
    case 0:
        return read_u8(r);
    case 1:
        return read_u16be(r) + (uint64_t)read_u16le(r);
    case 2:
        return read_u24be(r) + (uint64_t)read_u32be(r) + read_u32le(r);
    case 3:
        return read_u64be(r) + read_u64le(r);
    case 4:
        return read_bytes(r, 1).len + read_rest(r).len;
    case 5:
        return read_bcd(r, 1);
    case 6:
        return read_field(r, ',').len;
    case 7:
        return read_varint(r);
    default:
        return (uint64_t)read_varint_signed(r);
    }
}

static void test_a_failed_reader_reads_nothing(void **state)
{
    (void)state;
    for (size_t kind = 0; kind <= 8; kind++) {
        struct reader r = reader_of("\x01,2345678", 9);
        read_skip(&r, 10);
        assert_false(reader_ok(&r));
        assert_int_equal(reader_left(&r), 0);
        assert_int_equal(read_kind(&r, kind), 0);
        assert_int_equal(r.pos, 0);
        reader_drop(&r);
    }
}

static void test_one_byte_short_fails(void **state)
{
    (void)state;
    struct reader r = reader_of("1234567", 7);
    assert_int_equal(read_u64be(&r), 0);
    assert_false(reader_ok(&r));
    r.failed = false;
    r.pos = 4;
    assert_int_equal(read_u32le(&r), 0);
    assert_false(reader_ok(&r));
    r.failed = false;
    r.pos = 5;
    assert_int_equal(read_u24be(&r), 0);
    assert_false(reader_ok(&r));
    r.failed = false;
    assert_int_equal(read_bytes(&r, SIZE_MAX).len, 0);
    assert_false(reader_ok(&r));
    reader_drop(&r);
}

static void test_bytes_and_rest_are_borrowed(void **state)
{
    (void)state;
    struct reader r = reader_of("abcde", 5);
    struct bytes two = read_bytes(&r, 2);
    assert_ptr_equal(two.at, r.in.at);
    assert_int_equal(two.len, 2);
    assert_int_equal(reader_left(&r), 3);
    assert_true(bytes_eq(read_rest(&r), "cde"));
    assert_int_equal(read_rest(&r).len, 0);
    assert_true(reader_ok(&r));
    reader_drop(&r);
}

static void test_an_empty_input_has_an_empty_rest(void **state)
{
    (void)state;
    struct reader r = reader_init((struct bytes){0});
    assert_int_equal(read_rest(&r).len, 0);
    assert_int_equal(read_field(&r, ',').len, 0);
    assert_true(reader_ok(&r));
    assert_int_equal(read_u8(&r), 0);
    assert_false(reader_ok(&r));
}

static void test_bcd(void **state)
{
    (void)state;
    struct reader r = reader_of("\x12\x34\x99\x00\x99\x99\x99\x99\x99\x99\x99\x99\x99\x1a\xa1", 15);
    assert_int_equal(read_bcd(&r, 3), 123499);
    assert_int_equal(read_bcd(&r, 1), 0);
    assert_int_equal(read_bcd(&r, 9), UINT64_C(999999999999999999));
    assert_true(reader_ok(&r));
    assert_int_equal(read_bcd(&r, 1), 0);
    assert_false(reader_ok(&r));
    r.failed = false;
    r.pos = 14;
    assert_int_equal(read_bcd(&r, 1), 0);
    assert_false(reader_ok(&r));
    reader_drop(&r);
}

static void test_fields(void **state)
{
    (void)state;
    struct reader r = reader_of("a,,bc,", 6);
    assert_true(bytes_eq(read_field(&r, ','), "a"));
    assert_true(bytes_eq(read_field(&r, ','), ""));
    assert_true(bytes_eq(read_field(&r, ','), "bc"));
    assert_true(bytes_eq(read_field(&r, ','), ""));
    assert_int_equal(reader_left(&r), 0);
    assert_true(reader_ok(&r));
    reader_drop(&r);
}

static void test_varints(void **state)
{
    (void)state;
    struct reader r = reader_of("\x00\x7f\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14);
    assert_int_equal(read_varint(&r), 0);
    assert_int_equal(read_varint(&r), 127);
    assert_int_equal(read_varint(&r), 128);
    assert_int_equal(read_varint(&r), UINT64_MAX);
    assert_true(reader_ok(&r));
    r.pos = 1;
    assert_int_equal(read_varint_signed(&r), -64);
    r.pos = 4;
    assert_int_equal(read_varint_signed(&r), INT64_MIN);
    reader_drop(&r);
}

static void test_varints_beyond_64_bits_fail(void **state)
{
    (void)state;
    struct reader big = reader_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
    assert_int_equal(read_varint(&big), 0);
    assert_false(reader_ok(&big));
    struct reader lengthy = reader_of("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11);
    assert_int_equal(read_varint(&lengthy), 0);
    assert_false(reader_ok(&lengthy));
    struct reader cut = reader_of("\x80", 1);
    assert_int_equal(read_varint(&cut), 0);
    assert_false(reader_ok(&cut));
    reader_drop(&big);
    reader_drop(&lengthy);
    reader_drop(&cut);
}

static void test_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value_e7;
    } good[] = {
        {"0", 0},
        {"7", 70000000},
        {"-38.65080", -386508000},
        {"+1.5", 15000000},
        {".5", 5000000},
        {"5.", 50000000},
        {"-.5", -5000000},
        {"0.00000019", 1},
        {"-0.00000019", -1},
        {"999999999.9999999", INT64_C(9999999999999999)},
        {"-999999999.9999999", -INT64_C(9999999999999999)},
        {"0000000000001", 10000000},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t value_e7 = 1234;
        assert_true(parse_decimal_e7(bytes_of_text(good[i].text), &value_e7));
        assert_int_equal(value_e7, good[i].value_e7);
    }
}

static void test_what_is_no_decimal(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "-",   "+",   ".",     "-.",         "1-",  "--1",
                                      "1.2.", "1e3", " 1",  "1 ",    "1000000000", "nan", "0x1",
                                      "1,5",  "+-1", "1.-", "1.5.5", "inf"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t value_e7 = 0;
        assert_false(parse_decimal_e7(bytes_of_text(bad[i]), &value_e7));
    }
}

static void test_whole_numbers(void **state)
{
    (void)state;
    uint64_t value = 1;
    assert_true(parse_u64(bytes_of_text("0"), &value));
    assert_int_equal(value, 0);
    assert_true(parse_u64(bytes_of_text("999999999999999999"), &value));
    assert_int_equal(value, UINT64_C(999999999999999999));
    assert_false(parse_u64(bytes_of_text("1000000000000000000"), &value));
    assert_false(parse_u64(bytes_of_text("000000000000000000000000000000"), &value));
    assert_false(parse_u64(bytes_of_text(""), &value));
    assert_false(parse_u64(bytes_of_text("-1"), &value));
    assert_false(parse_u64(bytes_of_text("1 "), &value));
    assert_false(parse_u64(bytes_of_text("1."), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_of_both_orders),
        cmocka_unit_test(test_a_failed_reader_reads_nothing),
        cmocka_unit_test(test_one_byte_short_fails),
        cmocka_unit_test(test_bytes_and_rest_are_borrowed),
        cmocka_unit_test(test_an_empty_input_has_an_empty_rest),
        cmocka_unit_test(test_bcd),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_varints),
        cmocka_unit_test(test_varints_beyond_64_bits_fail),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_what_is_no_decimal),
        cmocka_unit_test(test_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
