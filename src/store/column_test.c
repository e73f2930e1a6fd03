/* Columns: any values come back, what is regular costs little, and damage is seen or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/bits_testing.h"
#include "store/column.h"

enum { COUNT = 512 };

static struct bit_writer write(struct column_coder *c, const struct column *in, bool thorough)
{
    struct bit_writer w = writer_of(COLUMN_HEADING_MAX + COLUMN_VALUE_MAX * in->count);
    struct column_plan plan = column_plan(c, in, thorough);
    column_write(c, &w, in, &plan);
    assert_in_range(w.len, 0, COLUMN_HEADING_MAX + COLUMN_VALUE_MAX * in->count);
    return w;
}

/* Writes and reads again; answers the bits. */
static size_t back_and_forth(const struct column *in, bool thorough)
{
    struct column_coder *c = column_coder_new();
    struct bit_writer w = write(c, in, thorough);
    int64_t *got = mem_new_array(in->count, sizeof(*got));
    size_t bits = bits_written(&w);
    struct bit_reader r = reader_of(&w, bits);
    assert_true(column_read(c, &r, in->times_s, got, in->count));
    assert_memory_equal(got, in->values, in->count * sizeof(*got));
    assert_int_equal(r.pos, bits);
    free(got);
    free(w.at);
    column_coder_free(c);
    return bits;
}

/* Thoroughly, and with every usual prediction; answers the bits at best. */
static size_t every_way(const int64_t *values, const int64_t *times_s, size_t count)
{
    struct column in = {values, times_s, count, PREDICT_ZERO};
    int last = times_s != NULL ? PREDICT_TIMED : PREDICT_LINE;
    for (int p = PREDICT_ZERO; p <= last; p++) {
        in.usual = (enum prediction)p;
        (void)back_and_forth(&in, false);
    }
    return back_and_forth(&in, true);
}

static void a_single_value(void **state)
{
    (void)state;
    static const int64_t ends[] = {0, 1, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)every_way(&ends[i], &ends[i], 1);
    }
}

static void values_of_one_length(unsigned width, size_t count)
{
    uint64_t seed = (uint64_t)width * 100 + count;
    int64_t values[COUNT];
    int64_t times_s[COUNT];
    for (size_t i = 0; i < count; i++) {
        values[i] = unzigzag(random_bits(&seed, width));
        times_s[i] = unzigzag(random_bits(&seed, 64 - width));
    }
    (void)every_way(values, times_s, count);
}

static void values_of_every_length(void **state)
{
    (void)state;
    for (unsigned width = 0; width <= 64; width++) {
        for (size_t count = 2; count <= 60; count += 1 + count / 2) {
            values_of_one_length(width, count);
        }
    }
}

static void as_many_as_can_be(void **state)
{
    (void)state;
    static int64_t values[COLUMN_VALUES_MAX];
    static int64_t times_s[COLUMN_VALUES_MAX];
    uint64_t seed = 2;
    for (size_t i = 0; i < COLUMN_VALUES_MAX; i++) {
        values[i] = (int64_t)random_next(&seed);
        times_s[i] = (int64_t)random_next(&seed);
    }
    (void)every_way(values, times_s, COLUMN_VALUES_MAX);
}

/* Steps between the ends of int64_t wrap around. */
static void the_ends_of_the_range(void **state)
{
    (void)state;
    static const int64_t values[] = {INT64_MIN, INT64_MAX, 0, INT64_MIN, INT64_MIN,
                                     INT64_MAX, -1,        1, INT64_MAX};
    (void)every_way(values, values, sizeof(values) / sizeof(values[0]));
    static const int64_t apart[] = {0, INT64_MIN, 0, INT64_MIN};
    (void)every_way(apart, apart, sizeof(apart) / sizeof(apart[0]));
}

static void a_clock_costs_nothing_further(void **state)
{
    (void)state;
    int64_t values[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = 1795396800 + 10 * (int64_t)i;
    }
    assert_in_range(every_way(values, NULL, COUNT), 1, 80);
}

static void a_common_scale_costs_nothing(void **state)
{
    (void)state;
    static const int64_t scales[] = {1, 2, 7, 10, 100, 4096, 1000003, INT64_C(1) << 40};
    int64_t values[COUNT];
    for (size_t s = 0; s < sizeof(scales) / sizeof(scales[0]); s++) {
        uint64_t seed = 3;
        for (size_t i = 0; i < COUNT; i++) {
            values[i] = 13 + scales[s] * (int64_t)(random_next(&seed) % 200 - 100);
        }
        assert_in_range(every_way(values, NULL, COUNT), COUNT * 7, COUNT * 81 / 10 + 100);
    }
}

static void what_stays_costs_nothing(void **state)
{
    (void)state;
    int64_t values[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = i / 100 % 2 == 0 ? 5 : 69;
    }
    assert_in_range(every_way(values, NULL, COUNT), 20, 140);
}

/* A position at a steady speed, reported at uneven times. */
static void times_tell_where_a_position_is(void **state)
{
    (void)state;
    int64_t values[COUNT] = {0};
    int64_t times_s[COUNT] = {0};
    uint64_t seed = 4;
    for (size_t i = 1; i < COUNT; i++) {
        int64_t pause_s = (int64_t)(random_next(&seed) % 60) + 1;
        times_s[i] = times_s[i - 1] + pause_s;
        values[i] = values[i - 1] + 1000 * pause_s + (int64_t)(random_next(&seed) % 3);
    }
    size_t alone = every_way(values, NULL, COUNT);
    size_t along = every_way(values, times_s, COUNT);
    assert_in_range(along, 1, COUNT * 9);
    assert_in_range(alone, COUNT * 15, COUNT * 20);
}

/* What comes again without being near: three bits tell which of six cells it is. */
static void what_repeats_is_found(void **state)
{
    (void)state;
    int64_t values[COUNT];
    uint64_t seed = 5;
    int64_t cells[6];
    for (size_t i = 0; i < 6; i++) {
        cells[i] = (int64_t)(random_next(&seed) >> 36);
    }
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = cells[random_next(&seed) % 6];
    }
    struct column in = {values, NULL, COUNT, PREDICT_ZERO};
    size_t quick = back_and_forth(&in, false);
    assert_in_range(quick, COUNT * 25, COUNT * 30);
    assert_in_range(back_and_forth(&in, true), COUNT * 2, COUNT * 3 + 100);
}

static void times_must_be_there_to_be_used(void **state)
{
    (void)state;
    int64_t values[] = {0, 10, 30, 60, 61, 62};
    int64_t times_s[] = {0, 10, 30, 60, 61, 62};
    int64_t got[6];
    struct column in = {values, times_s, 6, PREDICT_TIMED};
    struct column_coder *c = column_coder_new();
    struct bit_writer w = write(c, &in, false);
    struct bit_reader r = reader_of(&w, bits_written(&w));
    assert_false(column_read(c, &r, NULL, got, 6));
    free(w.at);
    column_coder_free(c);
}

/* One of the columns that the damage is tried on: coded each in another way. */
static void fill(int64_t *values, size_t kind)
{
    uint64_t seed = kind;
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t any = random_next(&seed);
        values[i] = kind == 0   ? (int64_t)(any % 100)
                    : kind == 1 ? (int64_t)(any % 8 * (any >> 60))
                    : kind == 2 ? (int64_t)(any % 40 == 0)
                                : (int64_t)(any % 3 * 1234567891);
    }
}

static void a_part_of_a_column_is_none(void **state)
{
    (void)state;
    int64_t values[COUNT];
    int64_t got[COUNT];
    struct column_coder *c = column_coder_new();
    for (size_t kind = 0; kind < 4; kind++) {
        fill(values, kind);
        struct column in = {values, NULL, COUNT, PREDICT_ZERO};
        struct bit_writer w = write(c, &in, true);
        for (size_t part = 0; part < bits_written(&w); part++) {
            struct bit_reader r = reader_of(&w, part);
            assert_false(column_read(c, &r, NULL, got, COUNT));
        }
        free(w.at);
    }
    column_coder_free(c);
}

/* Nothing is promised but that it ends inside the bits. */
static void damage_is_harmless(void **state)
{
    (void)state;
    int64_t values[COUNT];
    int64_t got[COUNT];
    struct column_coder *c = column_coder_new();
    for (size_t kind = 0; kind < 4; kind++) {
        fill(values, kind);
        struct column in = {values, NULL, COUNT, PREDICT_ZERO};
        struct bit_writer w = write(c, &in, true);
        size_t bits = bits_written(&w);
        for (size_t bit = 0; bit < bits; bit++) {
            w.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
            struct bit_reader r = reader_of(&w, bits);
            (void)!column_read(c, &r, NULL, got, COUNT);
            assert_in_range(r.pos, 0, bits);
            w.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        free(w.at);
    }
    column_coder_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_value),
        cmocka_unit_test(values_of_every_length),
        cmocka_unit_test(as_many_as_can_be),
        cmocka_unit_test(the_ends_of_the_range),
        cmocka_unit_test(a_clock_costs_nothing_further),
        cmocka_unit_test(a_common_scale_costs_nothing),
        cmocka_unit_test(what_stays_costs_nothing),
        cmocka_unit_test(times_tell_where_a_position_is),
        cmocka_unit_test(what_repeats_is_found),
        cmocka_unit_test(times_must_be_there_to_be_used),
        cmocka_unit_test(a_part_of_a_column_is_none),
        cmocka_unit_test(damage_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
