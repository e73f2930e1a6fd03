/* Numbers as bits: what is written is read again, costs what was said, and must be there whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/bits_testing.h"
#include "store/codes.h"

enum { ROOM = 1 << 17, MANY = 500 };

/* ---- bits ---- */

static void bits_of_every_width_come_back(void **state)
{
    (void)state;
    struct bit_writer w = writer_of(ROOM);
    for (unsigned width = 0; width <= BITS_AT_ONCE; width++) {
        bits_put(&w, (UINT64_C(1) << width) - 1, width);
        bits_put(&w, 0, width);
    }
    struct bit_reader r = reader_of(&w, bits_written(&w));
    for (unsigned width = 0; width <= BITS_AT_ONCE; width++) {
        uint64_t v = 0;
        assert_true(bits_get(&r, width, &v));
        assert_true(v == (UINT64_C(1) << width) - 1);
        assert_true(bits_get(&r, width, &v));
        assert_true(v == 0);
    }
    assert_int_equal(r.pos, r.end);
    free(w.at);
}

static void bits_end_where_they_end(void **state)
{
    (void)state;
    struct bit_writer w = writer_of(ROOM);
    uint64_t v = 0;
    bits_put(&w, 5, 3);
    struct bit_reader r = reader_of(&w, 3);
    assert_false(bits_get(&r, 4, &v));
    assert_false(bits_get(&r, 1, &v)); /* and from then on */
    assert_true(bits_get(&r, 0, &v));
    r = reader_of(&w, 3);
    assert_false(bits_skip(&r, SIZE_MAX));
    r = reader_of(&w, 3);
    assert_true(bits_get(&r, 3, &v));
    assert_int_equal(v, 5);
    free(w.at);
}

static void aligning_goes_to_the_next_byte_only(void **state)
{
    (void)state;
    struct bit_writer w = writer_of(ROOM);
    assert_int_equal(bits_align(&w), 0);
    bits_put(&w, 1, 1);
    assert_int_equal(bits_align(&w), 1);
    assert_int_equal(bits_align(&w), 1);
    bits_put(&w, 0x1ff, 9);
    assert_int_equal(bits_align(&w), 3);
    assert_memory_equal(w.at, "\x01\xff\x01", 3);
    free(w.at);
}

static void lengths_of_numbers(void **state)
{
    (void)state;
    assert_int_equal(bits_of(0), 0);
    assert_int_equal(bits_of(1), 1);
    assert_int_equal(bits_of(255), 8);
    assert_int_equal(bits_of(256), 9);
    assert_int_equal(bits_of(UINT64_MAX), 64);
}

/* ---- numbers alone ---- */

static const int64_t ends[] = {
    0,
    -1,
    1,
    63,
    -64,
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    INT64_MAX / 2,
    INT64_MIN / 2,
    INT64_MAX / 2 + 1,
    INT64_MIN / 2 - 1,
};

static void a_number_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct bit_writer w = writer_of(ROOM);
        int64_t v = 7;
        assert_true(unzigzag(zigzag(ends[i])) == ends[i]);
        codes_write_number(&w, ends[i]);
        size_t bits = bits_written(&w);
        assert_int_equal(bits, codes_number_cost(ends[i]));
        struct bit_reader r = reader_of(&w, bits);
        assert_true(codes_read_number(&r, &v));
        assert_true(v == ends[i]);
        r = reader_of(&w, bits - 1);
        assert_false(codes_read_number(&r, &v));
        free(w.at);
    }
}

/* ---- many ---- */

/* Reads `count` codes as `read` does, and every part of them, which must fail. */
static void expect_codes(const struct bit_writer *w, const uint64_t *codes, size_t count,
                         bool (*read)(struct bit_reader *, uint64_t *, size_t))
{
    uint64_t *got = mem_new_array(count + 1, sizeof(*got));
    size_t bits = bits_written(w);
    struct bit_reader r = reader_of(w, bits);
    assert_true(read(&r, got, count));
    assert_int_equal(r.pos, r.end);
    assert_memory_equal(got, codes, count * sizeof(*codes));
    for (size_t part = 0; part < bits; part++) {
        r = reader_of(w, part);
        assert_false(read(&r, got, count));
    }
    free(got);
}

static void fixed_numbers_come_back(void **state)
{
    (void)state;
    static const uint64_t largest[] = {
        0, 1, 2, 3, 4, 255, 256, UINT32_MAX - 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX,
    };
    for (size_t i = 0; i < sizeof(largest) / sizeof(largest[0]); i++) {
        struct bit_writer w = writer_of(ROOM);
        uint64_t codes[] = {0, largest[i], largest[i] / 2, largest[i] > 0 ? largest[i] - 1 : 0,
                            largest[i] > 0 ? 1 : 0};
        enum { COUNT = sizeof(codes) / sizeof(codes[0]) };
        codes_write_fixed(&w, codes, COUNT, largest[i]);
        expect_codes(&w, codes, COUNT, codes_read_fixed);
        free(w.at);
    }
}

/* Of 0 to 4 three numbers take two bits. */
static void fixed_numbers_are_truncated(void **state)
{
    (void)state;
    static const uint64_t codes[] = {0, 1, 2, 3, 4};
    struct bit_writer w = writer_of(ROOM);
    codes_write_fixed(&w, codes, 5, 4);
    size_t heading = codes_number_cost(4);
    assert_int_equal(bits_written(&w), heading + 2 + 2 + 2 + 3 + 3);
    assert_int_equal(codes_fixed_cost(5, 4), heading + 12);
    assert_int_equal(codes_fixed_cost(5, 0), codes_number_cost(0));
    assert_int_equal(codes_fixed_cost(5, 7), codes_number_cost(7) + 15);
    free(w.at);
}

static void rice_numbers_come_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (unsigned width = 0; width <= 64; width++) {
        struct bit_writer w = writer_of(ROOM);
        uint64_t codes[MANY];
        for (size_t i = 0; i < MANY; i++) {
            codes[i] = random_bits(&seed, i % 50 == 0 ? 64 : width);
        }
        uint8_t start = codes_start(codes, MANY);
        codes_write_rice(&w, codes, MANY, start);
        assert_int_equal(bits_written(&w), codes_rice_cost(codes, MANY, start));
        expect_codes(&w, codes, MANY, codes_read_rice);
        free(w.at);
    }
}

/* The mean is followed: a thousand small ones after a thousand large ones cost little. */
static void rice_follows_the_mean(void **state)
{
    (void)state;
    uint64_t codes[2000];
    uint64_t seed = 2;
    for (size_t i = 0; i < 2000; i++) {
        codes[i] = i < 1000 ? random_next(&seed) >> 44 : random_next(&seed) >> 62;
    }
    uint64_t bits = codes_rice_cost(codes, 2000, codes_start(codes, 2000));
    assert_in_range(bits, 20000 + 2000, 22000 + 3000);
}

static void a_start_beyond_all_is_refused(void **state)
{
    (void)state;
    uint64_t code = 0;
    for (unsigned start = 40; start <= 63; start++) {
        struct bit_writer w = writer_of(ROOM);
        bits_put(&w, start, 6);
        bits_put(&w, 1, 50);
        struct bit_reader r = reader_of(&w, bits_written(&w));
        assert_int_equal(codes_read_rice(&r, &code, 1), start <= 41);
        free(w.at);
    }
    assert_int_equal(codes_start(&(uint64_t){UINT64_MAX}, 1), 40);
}

static void runs_come_back(void **state)
{
    (void)state;
    static struct code_runs runs;
    uint64_t seed = 3;
    for (unsigned sparse = 1; sparse <= 100; sparse++) {
        struct bit_writer w = writer_of(ROOM);
        uint64_t codes[MANY];
        for (size_t i = 0; i < MANY; i++) {
            codes[i] = random_next(&seed) % sparse == 0 ? random_bits(&seed, 64) : 0;
        }
        codes[MANY - 1] = sparse % 2; /* closed by a number, or by zeros */
        codes_split_runs(&runs, codes, MANY);
        codes_write_runs(&w, &runs);
        assert_int_equal(bits_written(&w), codes_runs_cost(&runs));
        expect_codes(&w, codes, MANY, codes_read_runs);
        free(w.at);
    }
}

static void runs_may_be_all_zeros(void **state)
{
    (void)state;
    static struct code_runs runs;
    static const uint64_t codes[CODES_MAX];
    static uint64_t got[CODES_MAX];
    struct bit_writer w = writer_of(ROOM);
    codes_split_runs(&runs, codes, CODES_MAX);
    assert_int_equal(runs.count, 0);
    codes_write_runs(&w, &runs);
    assert_in_range(bits_written(&w), 12, 40);
    struct bit_reader r = reader_of(&w, bits_written(&w));
    assert_true(codes_read_runs(&r, got, CODES_MAX));
    assert_memory_equal(got, codes, sizeof(codes));
    r.pos = 0;
    assert_false(codes_read_runs(&r, got, CODES_MAX - 1)); /* more zeros than numbers */
    free(w.at);
}

/* UINT64_MAX less one is the largest of `others` that a number can have been. */
static void a_number_after_a_run_does_not_wrap(void **state)
{
    (void)state;
    static struct code_runs runs;
    uint64_t codes[] = {0, UINT64_MAX};
    uint64_t got[2];
    for (unsigned more = 0; more <= 1; more++) {
        struct bit_writer w = writer_of(ROOM);
        codes_split_runs(&runs, codes, 2);
        runs.others[0] += more;
        codes_write_runs(&w, &runs);
        struct bit_reader r = reader_of(&w, bits_written(&w));
        assert_int_equal(codes_read_runs(&r, got, 2), more == 0);
        free(w.at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_every_width_come_back),
        cmocka_unit_test(bits_end_where_they_end),
        cmocka_unit_test(aligning_goes_to_the_next_byte_only),
        cmocka_unit_test(lengths_of_numbers),
        cmocka_unit_test(a_number_comes_back),
        cmocka_unit_test(fixed_numbers_come_back),
        cmocka_unit_test(fixed_numbers_are_truncated),
        cmocka_unit_test(rice_numbers_come_back),
        cmocka_unit_test(rice_follows_the_mean),
        cmocka_unit_test(a_start_beyond_all_is_refused),
        cmocka_unit_test(runs_come_back),
        cmocka_unit_test(runs_may_be_all_zeros),
        cmocka_unit_test(a_number_after_a_run_does_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
