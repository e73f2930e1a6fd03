/* Blocks with extra values: any comes back, blocks without are as ever, and damage is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/pack.h"
#include "store/chunk_testing.h"
#include "store/column.h"

enum { SOME = 60, DRIVE = 600, COLUMNS = 1, COLUMNS_EXTRAS = 3, RECORDS_EXTRAS = 4 };

static const int levels[] = {CHUNK_QUICK, CHUNK_THOROUGH};

/* Fixes with values, in an arena. */
struct sample {
    struct arena arena;
    struct fix *fixes;
    struct bytes *extras;
    struct fix_run run;
};

static struct sample sample_new(size_t count)
{
    struct sample m = {0};
    m.fixes = arena_new_array(&m.arena, count, sizeof(*m.fixes));
    m.extras = arena_new_array(&m.arena, count, sizeof(*m.extras));
    m.run = (struct fix_run){m.fixes, m.extras, count};
    for (size_t i = 0; i < count; i++) {
        fix_set_time(&m.fixes[i], 1795396800 + 10 * (int64_t)i);
        fix_set_position(&m.fixes[i], 527245600 + 7000 * (int64_t)i, 134050000, true);
    }
    return m;
}

static void assert_same(const struct fix_run *got, const struct fix_run *want)
{
    assert_int_equal(got->count, want->count);
    for (size_t i = 0; i < want->count; i++) {
        assert_memory_equal(&got->at[i], &want->at[i], sizeof(got->at[i]));
        assert_true(bytes_same(fix_run_extras(got, i), fix_run_extras(want, i)));
    }
}

/* Encodes and decodes at each level; answers the bytes at the highest. */
static size_t back_and_forth(const struct fix_run *run, int version)
{
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    size_t len = 0;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        struct bytes block = chunk_encode(c, run, levels[i]);
        size_t n = 0;
        assert_int_equal(chunk_unproven(c), 0);
        assert_int_equal(block.at[0], version);
        assert_int_equal(chunk_count(block, &n), ERR_OK);
        assert_int_equal(n, run->count);
        fixes_reset(&got);
        assert_int_equal(chunk_decode(c, block, run->count, &got), ERR_OK);
        struct fix_run back = fixes_run(&got);
        assert_same(&back, run);
        len = block.len;
    }
    fixes_clear(&got);
    chunk_codec_free(c);
    return len;
}

static void any_values_come_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (size_t round = 0; round < 100; round++) {
        struct sample m = sample_new(1 + random_next(&seed) % SOME);
        bool has_any = false;
        for (size_t i = 0; i < m.run.count; i++) {
            m.extras[i] = extras_of_noise(&seed, &m.arena);
            has_any = has_any || m.extras[i].len > 0;
        }
        (void)back_and_forth(&m.run, has_any ? COLUMNS_EXTRAS : COLUMNS);
        arena_free(&m.arena);
    }
}

/* One fix alone has values: each of the others has none. */
static void one_of_many_has_values(void **state)
{
    (void)state;
    for (size_t place = 0; place < SOME; place++) {
        struct sample m = sample_new(SOME);
        struct extras x = {.arena = &m.arena};
        extras_set(&x, EXTRA_RPM, 0, INT64_MIN);
        extras_set_text(&x, EXTRA_DRIVER, EXTRA_INDEX_MAX, bytes_of_text("7"));
        m.extras[place] = extras_pack(&x);
        (void)back_and_forth(&m.run, COLUMNS_EXTRAS);
        arena_free(&m.arena);
    }
}

/* As many values, and as many bytes of them, as a fix may have; in as many fixes as a block has. */
static void the_most_there_can_be(void **state)
{
    (void)state;
    struct sample m = sample_new(CHUNK_FIXES_MAX);
    for (size_t i = 0; i < m.run.count; i++) {
        struct extras x = {.arena = &m.arena};
        bool is_last = i == CHUNK_FIXES_MAX - 1; /* so long ones that not all have room */
        for (unsigned k = 0; k < EXTRAS_MAX; k++) {
            extras_set(&x, EXTRA_ANALOGUE, k, is_last ? INT64_MAX - k : (int64_t)(i * k));
        }
        m.extras[i] = extras_pack(&x);
    }
    (void)back_and_forth(&m.run, COLUMNS_EXTRAS);
    arena_free(&m.arena);
}

/* The block of fixes without values is the very block of fixes alone, whatever array is there. */
static void no_values_leave_the_block_as_it_was(void **state)
{
    (void)state;
    struct sample m = sample_new(SOME);
    struct chunk_codec *c = chunk_codec_new();
    uint8_t before[4096];
    struct bytes plain = encode_plain(c, m.fixes, SOME, CHUNK_THOROUGH);
    assert_in_range(plain.len, 1, sizeof(before));
    memcpy(before, plain.at, plain.len);
    struct bytes block = chunk_encode(c, &m.run, CHUNK_THOROUGH);
    assert_true(bytes_same(block, (struct bytes){before, plain.len}));
    assert_int_equal(block.at[0], COLUMNS);
    chunk_codec_free(c);
    arena_free(&m.arena);
}

/* What moves costs what a member costs that moves so, what stays costs next to nothing. */
static void values_are_compressed(void **state)
{
    (void)state;
    struct sample m = sample_new(DRIVE);
    uint64_t seed = 3;
    size_t packed = 0;
    size_t alone = back_and_forth(&(struct fix_run){m.fixes, NULL, DRIVE}, COLUMNS);
    for (size_t i = 0; i < DRIVE; i++) {
        struct extras x = {.arena = &m.arena};
        extras_set(&x, EXTRA_RPM, 0, 1500 + (int64_t)(random_next(&seed) % 64));
        extras_set(&x, EXTRA_STEPS, 0, 1000);
        extras_set_text(&x, EXTRA_DRIVER, 0, bytes_of_text(i < DRIVE / 2 ? "Ada" : "Grace"));
        m.extras[i] = extras_pack(&x);
        packed += m.extras[i].len;
    }
    size_t with = back_and_forth(&m.run, COLUMNS_EXTRAS);
    assert_in_range(with - alone, 1, DRIVE + 100); /* 6 bits of engine speed a fix */
    assert_true(packed > 10 * (with - alone));
    arena_free(&m.arena);
}

/* Blocks of both kinds, one behind the other, as runs of an open row are. */
static void blocks_follow_each_other(void **state)
{
    (void)state;
    struct sample m = sample_new(SOME);
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    uint8_t all[8192];
    size_t len = 0;
    for (size_t i = 0; i < SOME; i++) {
        struct extras x = {.arena = &m.arena};
        extras_set(&x, EXTRA_RPM, 0, (int64_t)i);
        m.extras[i] = i / 20 == 1 ? extras_pack(&x) : (struct bytes){0};
    }
    for (size_t from = 0; from < SOME; from += 20) {
        struct fix_run run = fix_run_slice(&m.run, from, 20);
        struct bytes block = chunk_encode(c, &run, CHUNK_QUICK);
        assert_int_equal(block.at[0], from == 20 ? COLUMNS_EXTRAS : COLUMNS);
        assert_true(len + block.len <= sizeof(all));
        memcpy(all + len, block.at, block.len);
        len += block.len;
    }
    assert_int_equal(chunk_decode(c, (struct bytes){all, len}, SOME, &got), ERR_OK);
    struct fix_run back = fixes_run(&got);
    assert_same(&back, &m.run);
    fixes_reset(&got);
    all[len - 1] ^= 1; /* the last one is damaged: nothing of the others stays */
    assert_int_equal(chunk_decode(c, (struct bytes){all, len}, SOME, &got), ERR_CORRUPT);
    back = fixes_run(&got);
    assert_int_equal(back.count, 0);
    back.count = SOME;
    assert_false(fix_run_has_extras(&back));
    fixes_clear(&got);
    chunk_codec_free(c);
    arena_free(&m.arena);
}

/* What does not decode to the values becomes records, with the values. */
static void a_block_is_proven_or_replaced(void **state)
{
    (void)state;
    struct sample m = sample_new(SOME);
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    uint8_t copy[8192];
    for (size_t i = 0; i < SOME; i++) {
        struct extras x = {.arena = &m.arena};
        extras_set(&x, EXTRA_STEPS, 0, (int64_t)i);
        m.extras[i] = i % 2 == 0 ? extras_pack(&x) : (struct bytes){0};
    }
    struct bytes made = chunk_encode(c, &m.run, CHUNK_THOROUGH);
    assert_ptr_equal(chunk_prove(c, made, &m.run).at, made.at);
    m.extras[1] = m.extras[2]; /* as if the columns had lost it */
    struct bytes records = chunk_prove(c, made, &m.run);
    assert_int_equal(chunk_unproven(c), 1);
    assert_int_equal(records.at[0], RECORDS_EXTRAS);
    assert_true(records.len <= sizeof(copy));
    memcpy(copy, records.at, records.len);
    records.at = copy;
    assert_int_equal(chunk_decode(c, records, SOME, &got), ERR_OK);
    struct fix_run back = fixes_run(&got);
    assert_same(&back, &m.run);
    fixes_clear(&got);
    chunk_codec_free(c);
    arena_free(&m.arena);
}

/* The version tells whether there are values: each the other's is damage. */
static void versions_tell_of_values(void **state)
{
    (void)state;
    struct sample m = sample_new(1);
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    uint8_t records[PACK_REPORT_MAX];
    uint8_t block[PACK_REPORT_MAX + 32];
    struct extras x = {.arena = &m.arena};
    extras_set(&x, EXTRA_STEPS, 0, 1);
    m.extras[0] = extras_pack(&x);
    for (int has_extras = 0; has_extras < 2; has_extras++) {
        struct writer w = writer_init(records, sizeof(records));
        pack_report(&w, m.fixes, has_extras != 0 ? m.extras[0] : (struct bytes){0});
        for (unsigned version = 2; version <= RECORDS_EXTRAS; version += 2) {
            size_t len = chunk_forge(block, sizeof(block), (uint8_t)version, 1, writer_bytes(&w));
            enum err want = (version == RECORDS_EXTRAS) == (has_extras != 0) ? ERR_OK : ERR_CORRUPT;
            assert_int_equal(chunk_decode(c, (struct bytes){block, len}, 1, &got), want);
            fixes_reset(&got);
        }
    }
    fixes_clear(&got);
    chunk_codec_free(c);
    arena_free(&m.arena);
}

static void a_changed_byte_is_seen(void **state)
{
    (void)state;
    struct sample m = sample_new(SOME);
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    uint8_t copy[8192];
    uint64_t seed = 5;
    for (size_t i = 0; i < 4; i++) {
        m.extras[i] = extras_of_noise(&seed, &m.arena);
    }
    struct bytes made = chunk_encode(c, &m.run, CHUNK_THOROUGH);
    assert_true(made.len <= sizeof(copy));
    memcpy(copy, made.at, made.len);
    for (size_t i = 0; i < made.len; i++) {
        copy[i] ^= 0x10;
        assert_int_not_equal(chunk_decode(c, (struct bytes){copy, made.len}, SOME, &got), ERR_OK);
        copy[i] ^= 0x10;
        assert_int_not_equal(chunk_decode(c, (struct bytes){copy, i}, SOME, &got),
                             i == 0 ? ERR_MORE : ERR_OK);
        fixes_reset(&got);
    }
    fixes_clear(&got);
    chunk_codec_free(c);
    arena_free(&m.arena);
}

/* The values of a block of `count` fixes without members, by these bits. */
static enum err decode_forged(size_t count, struct bit_writer *w)
{
    uint8_t body[512] = {0};
    uint8_t at[600];
    struct chunk_codec *c = chunk_codec_new();
    struct fixes got = {0};
    size_t len = bits_align(w);
    assert_true(len + 1 <= sizeof(body));
    memcpy(body + 1, w->at, len); /* behind a byte that says: no members */
    size_t made = chunk_forge(at, sizeof(at), COLUMNS_EXTRAS, count, (struct bytes){body, len + 1});
    enum err e = chunk_decode(c, (struct bytes){at, made}, count, &got);
    fixes_clear(&got);
    chunk_codec_free(c);
    free(w->at);
    return e;
}

/* A number that every fix has and that stays. */
static void put_code(struct bit_writer *w, int64_t more, int64_t value)
{
    bits_put(w, 1, 1);
    codes_write_number(w, more);
    bits_put(w, 1, 1);
    bits_put(w, 0, 1);
    codes_write_number(w, value);
}

static enum err decode_codes(size_t codes, int64_t first, int64_t more, int64_t value)
{
    struct bit_writer w = writer_of(512);
    for (size_t i = 0; i < codes; i++) {
        put_code(&w, i == 0 ? first : more, value);
    }
    bits_put(&w, 0, 1);
    return decode_forged(2, &w);
}

static void forged_values_are_corrupt(void **state)
{
    (void)state;
    assert_int_equal(decode_codes(1, 2, 0, 5), ERR_OK);
    assert_int_equal(decode_codes(0, 0, 0, 0), ERR_CORRUPT); /* no values at all */
    assert_int_equal(decode_codes(1, 0, 0, 5), ERR_CORRUPT); /* codes that do not rise */
    assert_int_equal(decode_codes(1, -2, 0, 5), ERR_CORRUPT);
    assert_int_equal(decode_codes(2, 2, 0, 5), ERR_CORRUPT);
    assert_int_equal(decode_codes(1, 2 * (int64_t)EXTRA_ID_MAX, 0, 5), ERR_OK);
    assert_int_equal(decode_codes(1, 2 * (int64_t)EXTRA_ID_MAX + 2, 0, 5), ERR_CORRUPT);
    assert_int_equal(decode_codes(1, INT64_MAX, 0, 5), ERR_CORRUPT);
    assert_int_equal(decode_codes(EXTRAS_MAX, 2, 2, 5), ERR_OK);
    assert_int_equal(decode_codes(EXTRAS_MAX + 1, 2, 2, 5), ERR_CORRUPT);
    assert_int_equal(decode_codes(23, 2, 2, INT64_MIN), ERR_OK); /* 11 bytes each */
    assert_int_equal(decode_codes(24, 2, 2, INT64_MIN), ERR_CORRUPT);
}

/* A text that every fix has and that stays: four words. */
static enum err decode_text(const int64_t words[4])
{
    struct bit_writer w = writer_of(512);
    bits_put(&w, 1, 1);
    codes_write_number(&w, 3);
    bits_put(&w, 1, 1);
    for (size_t i = 0; i < 4; i++) {
        bits_put(&w, 0, 1);
        codes_write_number(&w, words[i]);
    }
    bits_put(&w, 0, 1);
    return decode_forged(3, &w);
}

static void forged_texts_are_corrupt(void **state)
{
    (void)state;
    assert_int_equal(decode_text((const int64_t[4]){'a', 0, 0, 0}), ERR_OK);
    assert_int_equal(decode_text((const int64_t[4]){-1, -1, -1, -1}), ERR_OK);
    assert_int_equal(decode_text((const int64_t[4]){0, 0, 0, 0}), ERR_CORRUPT);
    assert_int_equal(decode_text((const int64_t[4]){'a', 'b', 0, 0}), ERR_CORRUPT);
    assert_int_equal(decode_text((const int64_t[4]){0, 0, 0, 'b'}), ERR_CORRUPT);
}

/* Which fixes have a value: a column of 0 and 1 that is not all 0 and not all 1. */
static void forged_presence_is_corrupt(void **state)
{
    (void)state;
    static const struct {
        int64_t which[3];
        enum err want;
    } rows[] = {
        {{1, 0, 0}, ERR_OK},      {{0, 1, 1}, ERR_OK},      {{0, 0, 0}, ERR_CORRUPT},
        {{1, 1, 1}, ERR_CORRUPT}, {{0, 2, 0}, ERR_CORRUPT}, {{0, -1, 1}, ERR_CORRUPT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bit_writer w = writer_of(512);
        struct column_coder *coder = column_coder_new();
        struct column which = {rows[i].which, NULL, 3, PREDICT_ZERO};
        struct column_plan plan = column_plan(coder, &which, false);
        bits_put(&w, 1, 1);
        codes_write_number(&w, 2);
        bits_put(&w, 0, 1);
        column_write(coder, &w, &which, &plan);
        bits_put(&w, 0, 1);
        codes_write_number(&w, 9);
        bits_put(&w, 0, 1);
        column_coder_free(coder);
        assert_int_equal(decode_forged(3, &w), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_values_come_back),
        cmocka_unit_test(one_of_many_has_values),
        cmocka_unit_test(the_most_there_can_be),
        cmocka_unit_test(no_values_leave_the_block_as_it_was),
        cmocka_unit_test(values_are_compressed),
        cmocka_unit_test(blocks_follow_each_other),
        cmocka_unit_test(a_block_is_proven_or_replaced),
        cmocka_unit_test(versions_tell_of_values),
        cmocka_unit_test(a_changed_byte_is_seen),
        cmocka_unit_test(forged_values_are_corrupt),
        cmocka_unit_test(forged_texts_are_corrupt),
        cmocka_unit_test(forged_presence_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
