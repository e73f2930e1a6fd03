/* Frames by description: what begins, what is whole, what is found behind damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/framing.h"

/* The bytes covered, added up. */
static uint16_t sum_of(struct bytes covered)
{
    unsigned sum = 0;
    for (size_t i = 0; i < covered.len; i++) {
        sum += covered.at[i];
    }
    return (uint16_t)sum;
}

/* aa 55, a length of two bytes that counts what lies between it and the sum, a sum, 0d. */
static const struct framing counted = {.head = {{0xaa, 0x55}, 2},
                                       .end = {{0x0d}, 1},
                                       .length_at = 2,
                                       .length_width = 2,
                                       .uncounted = 2 + 2 + 2 + 1,
                                       .sum_from = 2,
                                       .sum = sum_of,
                                       .len_min = 8,
                                       .len_max = 40};
/* Four zeros, a length of four bytes that counts everything; neither sum nor end. */
static const struct framing plain = {
    .head = {{0, 0, 0, 0}, 4}, .length_at = 4, .length_width = 4, .len_min = 9, .len_max = 64};

/* 01 or 07, a little-endian length of 15 bits that counts what lies between it and the sum. */
static const struct framing little = {.head = {{1, 7}, 2},
                                      .is_head_choice = true,
                                      .length_at = 1,
                                      .length_width = 2,
                                      .length_mask = 0x7fff,
                                      .is_little = true,
                                      .uncounted = 5,
                                      .sum = sum_of,
                                      .len_min = 6,
                                      .len_max = 300};

struct hex_bytes {
    uint8_t at[64];
    size_t len;
};

static struct bytes bytes_of(const char *hex, struct hex_bytes *room)
{
    assert_int_equal(hex_decode(bytes_of_text(hex), room->at, sizeof(room->at), &room->len),
                     ERR_OK);
    return (struct bytes){room->at, room->len};
}

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum err want;
    } cases[] = {
        {"", ERR_MORE},     {"aa", ERR_MORE},        {"aa55", ERR_OK},
        {"aa5500", ERR_OK}, {"aa56", ERR_MALFORMED}, {"55aa", ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hex_bytes room;
        assert_int_equal(framing_claims(&counted, bytes_of(cases[i].hex, &room)), cases[i].want);
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        const struct framing *form;
        const char *hex;
        enum err want;
        size_t len;
    } cases[] = {
        {&counted, "aa55 0001 01 0002 0d", ERR_OK, 8},
        {&counted, "aa55 0001 01 0002 0d aa", ERR_OK, 8},
        {&counted, "aa55 0001 01 0002", ERR_MORE, 0},
        {&counted, "aa55 00", ERR_MORE, 0},
        {&counted, "aa55 0021", ERR_MORE, 0}, /* 40 bytes, the most */
        {&counted, "aa55 0022", ERR_TOO_LONG, 0},
        {&counted, "aa55 ffff", ERR_TOO_LONG, 0},
        {&counted, "aa55 0000 0000 0d", ERR_MALFORMED, 0}, /* below the least */
        {&counted, "aa55 0000", ERR_MALFORMED, 0},         /* which is known before it is there */
        {&counted, "aa55 0001 01 0002 0a", ERR_MALFORMED, 0},
        {&counted, "ab55 0001 01 0002 0d", ERR_MALFORMED, 0},
        {&plain, "00000000 00000009 01", ERR_OK, 9},
        {&plain, "00000000 0000000a 01", ERR_MORE, 0},
        {&plain, "00000000 000000", ERR_MORE, 0},
        {&plain, "00000000 00000008", ERR_MALFORMED, 0},
        {&plain, "00000000 ffffffff", ERR_TOO_LONG, 0},
        {&little, "01 0100 05 0700", ERR_OK, 6},
        {&little, "07 0180 05 0700", ERR_OK, 6},
        {&little, "01 2701", ERR_MORE, 0}, /* 300 bytes, the most */
        {&little, "01 2801", ERR_TOO_LONG, 0},
        {&little, "02", ERR_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hex_bytes room;
        size_t len = 0;
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(framing_len(cases[i].form, bytes_of(cases[i].hex, &room), &len),
                         cases[i].want);
        assert_int_equal(len, cases[i].len);
    }
}

static void test_checksums(void **state)
{
    (void)state;
    struct hex_bytes room;
    assert_true(framing_is_sound(&counted, bytes_of("aa55 0001 01 0002 0d", &room)));
    assert_false(framing_is_sound(&counted, bytes_of("aa55 0001 02 0002 0d", &room)));
    assert_false(framing_is_sound(&counted, bytes_of("aa55 0001 01 0102 0d", &room)));
    assert_true(framing_is_sound(&plain, bytes_of("00000000 00000009 01", &room)));
    assert_true(framing_is_sound(&little, bytes_of("01 0100 ff 0101", &room)));
    assert_false(framing_is_sound(&little, bytes_of("01 0100 ff 0201", &room)));
    assert_int_equal(framing_sum(&little, bytes_of("01 0100 ff 0201", &room)), 0x0102);
}

static void test_what_is_written_is_whole(void **state)
{
    (void)state;
    const struct framing *const forms[] = {&counted, &plain, &little};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        uint8_t at[64];
        size_t len = 0;
        struct writer w = writer_init(at, sizeof(at));
        write_u8(&w, 0xff); /* something before it */
        size_t from = framing_begin(forms[i], &w);
        write_text(&w, "content");
        framing_end(forms[i], &w, from);
        struct bytes frame = bytes_slice(writer_bytes(&w), 1, SIZE_MAX);
        assert_int_equal(from, 1);
        assert_int_equal(framing_len(forms[i], frame, &len), ERR_OK);
        assert_int_equal(len, frame.len);
        assert_true(framing_is_sound(forms[i], frame));
        for (size_t room = 0; room < w.len; room++) { /* none of it where it does not fit */
            struct writer small = writer_init(at, room);
            from = framing_begin(forms[i], &small);
            write_text(&small, "contents");
            framing_end(forms[i], &small, from);
            assert_false(writer_ok(&small));
        }
    }
}

static void test_resync(void **state)
{
    (void)state;
    const struct framing forms[] = {counted, plain};
    static const struct {
        const char *hex;
        enum err want;
        size_t skip;
    } cases[] = {
        {"aa55 0010 aa55 0001 01 0002 0d", ERR_OK, 4},
        {"aa55 0001 01 0002 0d aa55 0001 01 0002 0d", ERR_OK, 8},    /* not the first */
        {"ff aa55 0001 01 0003 0d aa55 0001 01 0002 0d", ERR_OK, 9}, /* a wrong sum between */
        {"ff aa55 0001 01 0002 0a aa55 0001 01 0002", ERR_MORE, 0},  /* the next is not whole */
        {"ff 00000000 00000009 01", ERR_OK, 1},
        {"", ERR_MORE, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hex_bytes room;
        size_t skip = 0;
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(framing_resync(forms, 2, bytes_of(cases[i].hex, &room), &skip),
                         cases[i].want);
        assert_int_equal(skip, cases[i].skip);
    }
}

/* Behind as many bytes as the longest frame has nothing is looked for; nor is work without end. */
static void test_resync_has_an_end(void **state)
{
    (void)state;
    uint8_t at[256] = {0};
    size_t skip = 0;
    struct hex_bytes room;
    struct bytes frame = bytes_of("aa55 0001 01 0002 0d", &room);
    memcpy(at + 39, frame.at, frame.len);
    assert_int_equal(framing_resync(&counted, 1, (struct bytes){at, sizeof(at)}, &skip), ERR_OK);
    assert_int_equal(skip, 39);
    memset(at, 0, sizeof(at));
    memcpy(at + 40, frame.at, frame.len);
    assert_int_equal(framing_resync(&counted, 1, (struct bytes){at, sizeof(at)}, &skip), ERR_MORE);

    /* Heads whose lengths all lead to one end mark and whose sums are wrong, then a good frame. */
    static const struct framing dear = {.head = {{0xaa}, 1},
                                        .end = {{0x0d}, 1},
                                        .length_at = 1,
                                        .length_width = 1,
                                        .sum = sum_of,
                                        .len_min = 4,
                                        .len_max = 60};
    memset(at, 0, sizeof(at));
    for (size_t i = 1; i < 21; i += 2) {
        at[i] = 0xaa;
        at[i + 1] = (uint8_t)(60 - i);
    }
    at[59] = 0x0d;
    const uint8_t good[] = {0xaa, 0x05, 0x00, 0xaf, 0x0d};
    memcpy(at + 25, good, sizeof(good));
    struct bytes in = {at, sizeof(at)};
    assert_int_equal(framing_resync(&dear, 1, in, &skip), ERR_MORE); /* 10 frames, over 240 bytes */
    at[1] = at[3] = at[5] = at[7] = at[9] = at[11] = 0;
    assert_int_equal(framing_resync(&dear, 1, in, &skip), ERR_OK);
    assert_int_equal(skip, 25);
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct framing_pair rows[] = {{'~', '~'}, {'(', ')'}};
    static const struct framing_pairs pairs = {
        .rows = rows, .count = 2, .noise_max = 3, .len_max = 8};
    static const struct {
        const char *in;
        enum err want;
        const char *frame;
        size_t used;
    } cases[] = {
        {"~a~b", ERR_OK, "~a~", 3},
        {"x~~a~", ERR_OK, "~a~", 5}, /* the end of one and the beginning of the next */
        {"(a(b)", ERR_OK, "(a(b)", 5},
        {"((a)", ERR_OK, "((a)", 4}, /* its marks differ: all of it is one */
        {"(~)", ERR_OK, "(~)", 3},
        {"", ERR_MORE, "", 0},
        {"~", ERR_MORE, "", 0},
        {"~a", ERR_MORE, "", 0},
        {"xyz", ERR_MORE, "", 0},
        {"xyzw", ERR_MALFORMED, "", 0},
        {"wxyz~a~", ERR_MALFORMED, "", 0},
        {"~abcdef~", ERR_OK, "~abcdef~", 8},
        {"~abcdefg", ERR_TOO_LONG, "", 0},
        {"~abcdefg~", ERR_TOO_LONG, "", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes frame = {0};
        size_t used = 0;
        print_message("# %s\n", cases[i].in);
        assert_int_equal(framing_split(&pairs, bytes_of_text(cases[i].in), &frame, &used),
                         cases[i].want);
        assert_true(bytes_eq(frame, cases[i].frame));
        assert_int_equal(used, cases[i].used);
    }
}

/* ---- by a rule ---- */

/* Behind the length stands 05 or 06. */
static enum err fits(struct bytes in)
{
    enum { KIND_AT = 3 };
    bool is_kind = in.len > KIND_AT && (in.at[KIND_AT] == 5 || in.at[KIND_AT] == 6);
    return in.len <= KIND_AT ? ERR_MORE : is_kind ? ERR_OK : ERR_MALFORMED;
}

/* Zeros before a frame are of nobody. */
static size_t lost_of(struct bytes in)
{
    size_t lost = 0;
    while (lost < in.len && in.at[lost] == 0) {
        lost++;
    }
    return lost;
}

static const struct framing rule_forms[] = {
    {.head = {{1, 7}, 2},
     .is_head_choice = true,
     .length_at = 1,
     .length_width = 2,
     .is_little = true,
     .uncounted = 5,
     .sum = sum_of,
     .len_min = 6,
     .len_max = 300},
    {.head = {{9}, 1}, .length_at = 1, .length_width = 1, .len_min = 4, .len_max = 20}};
static const struct framing_rule rule = {
    .len_max = 300, .lost = lost_of, FRAMING_FORMS(rule_forms), .fits = fits};

static void test_rule_of_forms(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum err want;
        size_t used;
        enum err check;
        enum protocol_claim claim;
    } cases[] = {
        {"01 0100 05 0700", ERR_OK, 6, ERR_OK, CLAIM_YES},
        {"07 0100 06 0e00 01", ERR_OK, 6, ERR_MALFORMED, CLAIM_YES},
        {"01 0100 05 0701", ERR_OK, 6, ERR_CHECKSUM, CLAIM_LIKELY},
        {"01 0100 05 07", ERR_MORE, 0, ERR_MALFORMED, CLAIM_LIKELY},
        {"01 01", ERR_MORE, 0, ERR_MALFORMED, CLAIM_MORE},
        {"01 0100", ERR_MORE, 0, ERR_MALFORMED, CLAIM_MORE},
        {"01 0100 04", ERR_MALFORMED, 0, ERR_MALFORMED, CLAIM_NO},
        {"01 0000", ERR_MALFORMED, 0, ERR_MALFORMED, CLAIM_NO},
        {"01 ff00", ERR_MORE, 0, ERR_MALFORMED, CLAIM_MORE},
        {"01 ff01", ERR_TOO_LONG, 0, ERR_MALFORMED, CLAIM_NO},
        {"09 04 00 05", ERR_OK, 4, ERR_OK, CLAIM_YES}, /* without a sum */
        {"02", ERR_MALFORMED, 0, ERR_MALFORMED, CLAIM_NO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hex_bytes room;
        struct bytes frame = {0};
        size_t used = 0;
        struct bytes in = bytes_of(cases[i].hex, &room);
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(framing_rule_split(&rule, in, &frame, &used), cases[i].want);
        if (cases[i].want == ERR_OK) {
            assert_int_equal(used, cases[i].used);
            assert_ptr_equal(frame.at, in.at);
            assert_int_equal(frame.len, used);
        }
        assert_int_equal(framing_rule_check(&rule, in), cases[i].check);
        assert_int_equal(framing_rule_claim(&rule, in), cases[i].claim);
    }
    assert_int_equal(framing_rule_check(&rule, (struct bytes){0}), ERR_MALFORMED);
}

static void test_rule_passes_over(void **state)
{
    (void)state;
    struct hex_bytes room;
    struct bytes frame = {0};
    size_t used = 0;
    size_t skip = 0;
    struct bytes in = bytes_of("000000 01 0100 05 0700 01", &room);
    assert_int_equal(framing_rule_split(&rule, in, &frame, &used), ERR_OK);
    assert_int_equal(used, 9);
    assert_ptr_equal(frame.at, in.at + 3);
    assert_int_equal(framing_rule_split(&rule, bytes_of("0000", &room), &frame, &used), ERR_MORE);
    in = bytes_of("01 0100 01 0100 05 0701 07 0100 06 0e00", &room); /* a wrong sum between */
    assert_int_equal(framing_rule_resync(&rule, in, &skip), ERR_OK);
    assert_int_equal(skip, 9);
    in = bytes_of("01 0100 04 07 01 0100 04 0700", &room);
    assert_int_equal(framing_rule_resync(&rule, in, &skip), ERR_MORE);
}

/* Up to a ';', which is no part of it. */
static enum err find_semicolon(struct bytes in, size_t *len)
{
    *len = bytes_find(in, ';');
    return *len < in.len ? ERR_OK : ERR_MORE;
}

static void test_rule_with_a_tail(void **state)
{
    static const struct framing_rule ended = {
        .len_max = 8, .lost = lost_of, .len_of = find_semicolon, .tail = ";\n", .tail_max = 2};
    static const struct {
        const char *in;
        enum err want;
        size_t used;
    } cases[] = {
        {"ab;", ERR_OK, 3},     {"ab;c", ERR_OK, 3}, {"ab;\nc", ERR_OK, 4},
        {"ab;\n\n", ERR_OK, 4}, {"ab", ERR_MORE, 0},
    };
    static const uint8_t zeros[9] = {0};
    struct bytes frame = {0};
    size_t used = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes in = bytes_of_text(cases[i].in);
        assert_int_equal(framing_rule_split(&ended, in, &frame, &used), cases[i].want);
        if (cases[i].want == ERR_OK) {
            assert_true(bytes_eq(frame, "ab"));
            assert_int_equal(used, cases[i].used);
        }
    }
    assert_int_equal(framing_rule_check(&ended, bytes_of_text("ab")), ERR_OK);
    assert_int_equal(framing_rule_check(&ended, bytes_of_text("ab;")), ERR_MALFORMED);
    assert_int_equal(framing_rule_check(&ended, (struct bytes){0}), ERR_MALFORMED);
    assert_int_equal(framing_rule_split(&ended, (struct bytes){zeros, 8}, &frame, &used), ERR_MORE);
    assert_int_equal(framing_rule_split(&ended, (struct bytes){zeros, 9}, &frame, &used),
                     ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_what_is_written_is_whole),
        cmocka_unit_test(test_resync),
        cmocka_unit_test(test_resync_has_an_end),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_rule_of_forms),
        cmocka_unit_test(test_rule_passes_over),
        cmocka_unit_test(test_rule_with_a_tail),
    };
    return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
