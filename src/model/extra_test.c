#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/extra.h"

/* The packed values as they are read back; answers how many there are. */
static size_t unpack(struct bytes packed, struct extra out[EXTRAS_MAX])
{
    struct extras_reader r = extras_begin(packed);
    size_t n = 0;
    while (n < EXTRAS_MAX && extras_next(&r, &out[n])) {
        n++;
    }
    assert_true(reader_ok(&r.in));
    assert_int_equal(reader_left(&r.in), 0);
    return n;
}

static void assert_text(const struct extra *e, unsigned key, const char *text)
{
    assert_int_equal(extra_key_of(e), key);
    assert_true(e->is_text);
    assert_true(bytes_eq(e->text, text));
}

static void assert_number(const struct extra *e, unsigned key, unsigned index, int64_t number)
{
    assert_int_equal(extra_key_of(e), key);
    assert_int_equal(extra_index_of(e), index);
    assert_false(e->is_text);
    assert_int_equal(e->number, number);
}

/* The bytes that extra.c draws. */
static void the_form_stays(void **state)
{
    (void)state;
    static const uint8_t want[] = {0x80, 0x03, 0xb8, 0x17, 0x81, 0x03, 0x02, '4', '7'};
    struct arena arena = {0};
    struct extras x = {.arena = &arena};
    extras_set(&x, EXTRA_RPM, 0, 1500);
    extras_set_text(&x, EXTRA_CARD, 0, bytes_of_text("47"));
    struct bytes packed = extras_pack(&x);
    assert_int_equal(packed.len, sizeof(want));
    assert_memory_equal(packed.at, want, sizeof(want));
    arena_free(&arena);
}

/* Stored numbers never change their meaning. */
static void keys_are_unique_and_named(void **state)
{
    (void)state;
    static const unsigned keys[] = {
#define X(key, number, ...) (number),
        EXTRA_MAP(X)
#undef X
    };
    assert_null(extra_row(0));
    assert_null(extra_row(EXTRA_ID_MAX));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct extra_row *row = extra_row(keys[i]);
        assert_int_equal(keys[i], i + 1);
        assert_true(strlen(row->name) > 0);
        assert_true(row->kind == EXTRA_IS_NUMBER || row->decimals == 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, extra_row(keys[k])->name);
        }
    }
    assert_null(extra_row((unsigned)(sizeof(keys) / sizeof(keys[0]) + 1)));
    assert_string_equal(extra_row(EXTRA_RPM)->name, "rpm");
}

static void values_come_by_their_ids(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extra got[EXTRAS_MAX];
    struct extras x = {.arena = &arena};
    extras_set_text(&x, EXTRA_DRIVER, 0, bytes_of_text("Ada"));
    extras_set(&x, EXTRA_ANALOGUE, EXTRA_INDEX_MAX, INT64_MIN);
    extras_set(&x, EXTRA_ANALOGUE, 1, INT64_MAX);
    extras_set(&x, EXTRA_ANALOGUE, 0, 7);
    extras_set(&x, EXTRA_ANALOGUE, 0, -1);                  /* in its place */
    extras_set(&x, EXTRA_ANALOGUE, EXTRA_INDEX_MAX + 1, 1); /* no such index */
    extras_set_text(&x, EXTRA_CARD, EXTRA_INDEX_MAX + 1, bytes_of_text("1"));
    assert_int_equal(unpack(extras_pack(&x), got), 4);
    assert_number(&got[0], EXTRA_ANALOGUE, 0, -1);
    assert_number(&got[1], EXTRA_ANALOGUE, 1, INT64_MAX);
    assert_number(&got[2], EXTRA_ANALOGUE, EXTRA_INDEX_MAX, INT64_MIN);
    assert_text(&got[3], EXTRA_DRIVER, "Ada");
    arena_free(&arena);
}

static void none_are_no_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extras x = {.arena = &arena};
    assert_int_equal(extras_pack(&x).len, 0);
    assert_int_equal(arena_bytes(&arena), 0);
    assert_true(extras_are_sound((struct bytes){0}));
}

static void texts_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *want; /* NULL: ignored */
    } rows[] = {
        {"", 0, NULL},
        {"   ", 3, NULL},
        {"a\0b", 3, NULL},
        {"  a b ", 6, "a b"},
        {"01234567890123456789012345678901", 32, "01234567890123456789012345678901"},
        {"012345678901234567890123456789012", 33, "01234567890123456789012345678901"},
        {"0123456789012345678901234567890\xc3\xa9", 33, "0123456789012345678901234567890"},
        {"012345678901234567890123456789\xc3\xa9", 32, "012345678901234567890123456789\xc3\xa9"},
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
         "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
         33, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct extras x = {0};
        extras_set_text(&x, EXTRA_CARD, 0,
                        (struct bytes){(const uint8_t *)rows[i].text, rows[i].len});
        assert_int_equal(x.count, rows[i].want == NULL ? 0 : 1);
        if (rows[i].want != NULL) {
            assert_text(&x.at[0], EXTRA_CARD, rows[i].want);
        }
    }
}

static void texts_are_made_of_bytes_and_numbers(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extra got[EXTRAS_MAX];
    struct extras x;
    extras_init(&x, &arena);
    extras_set_hex(&x, EXTRA_CARD, 0, bytes_of_text("\x01\xfe\x20"));
    extras_set_hex(&x, EXTRA_CARD, 1, (struct bytes){0});
    extras_set_hex(&x, EXTRA_CARD, 2, (struct bytes){(const uint8_t *)"\0\0", 2});
    extras_set_digits(&x, EXTRA_DRIVER, 0, UINT64_MAX);
    extras_set_digits(&x, EXTRA_DRIVER, 1, 0);
    assert_int_equal(unpack(extras_pack(&x), got), 3);
    assert_text(&got[0], EXTRA_DRIVER, "18446744073709551615");
    assert_text(&got[1], EXTRA_DRIVER, "0");
    assert_text(&got[2], EXTRA_CARD, "01fe20");
    arena_free(&arena);
}

/* Of one more than there is room for, the one that comes last is left out. */
static void values_are_bounded_in_number(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extra got[EXTRAS_MAX];
    struct extras x = {.arena = &arena};
    for (unsigned i = EXTRAS_MAX; i > 0; i--) {
        extras_set(&x, EXTRA_ANALOGUE, i, i);
    }
    extras_set(&x, EXTRA_ANALOGUE, 0, 1);
    extras_set(&x, EXTRA_ANALOGUE, 2, 22); /* that is there already */
    assert_int_equal(unpack(extras_pack(&x), got), EXTRAS_MAX);
    assert_number(&got[0], EXTRA_ANALOGUE, 1, 1);
    assert_number(&got[1], EXTRA_ANALOGUE, 2, 22);
    assert_number(&got[EXTRAS_MAX - 1], EXTRA_ANALOGUE, EXTRAS_MAX, EXTRAS_MAX);
    arena_free(&arena);
}

static void values_are_bounded_in_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extra got[EXTRAS_MAX];
    struct extras x = {.arena = &arena};
    for (unsigned i = 0; i < EXTRAS_MAX; i++) {
        extras_set_text(&x, EXTRA_CARD, i, bytes_of_text("01234567890123456789012345678901"));
    }
    struct bytes packed = extras_pack(&x);
    assert_in_range(packed.len, EXTRAS_BYTES_MAX - EXTRA_TEXT_MAX - 2, EXTRAS_BYTES_MAX);
    assert_int_equal(unpack(packed, got), EXTRAS_BYTES_MAX / (EXTRA_TEXT_MAX + 2));
    assert_true(extras_are_sound(packed));
    arena_free(&arena);
}

static bool is_sound(const char *at, size_t len)
{
    return extras_are_sound((struct bytes){(const uint8_t *)at, len});
}

/* What no extras_pack() makes. */
static void other_bytes_are_not_sound(void **state)
{
    (void)state;
    assert_true(is_sound("\x02\x02", 2));          /* id 1, 1 */
    assert_false(is_sound("\x00\x02", 2));         /* id 0 */
    assert_false(is_sound("\x02", 1));             /* no value */
    assert_false(is_sound("\x82\x00\x02", 3));     /* a longer form of 2 */
    assert_false(is_sound("\x02\x82\x00", 3));     /* the same of the value */
    assert_false(is_sound("\x02\x02\x00\x02", 4)); /* the same id again */
    assert_true(is_sound("\x03\x01z", 3));
    assert_false(is_sound("\x03\x00", 2));     /* an empty text */
    assert_false(is_sound("\x03\x01\x00", 3)); /* a NUL */
    assert_false(is_sound("\x03\x02z", 3));    /* a text that is cut off */
    assert_false(is_sound("\x03\x21"
                          "012345678901234567890123456789012",
                          35));
    assert_true(is_sound("\xfe\xff\x07\x02", 4));  /* id 65535 */
    assert_false(is_sound("\x80\x80\x08\x02", 4)); /* id 65536 */
    assert_false(is_sound("\xfe\xff\x07\x02\x02\x02", 6));
}

/* Thirty-two values are sound, one more is not; nor are more bytes than they may have. */
static void too_many_are_not_sound(void **state)
{
    (void)state;
    uint8_t at[400];
    memset(at, 0x02, sizeof(at));
    assert_true(extras_are_sound((struct bytes){at, (size_t)2 * EXTRAS_MAX}));
    assert_false(extras_are_sound((struct bytes){at, (size_t)2 * (EXTRAS_MAX + 1)}));
    struct writer w = writer_init(at, sizeof(at));
    struct extra e = {.id = 0, .number = INT64_MIN};
    for (uint32_t before = 0; w.len + 11 <= EXTRAS_BYTES_MAX; before = e.id) {
        e.id = before + 1;
        extra_write(&w, before, &e);
    }
    assert_true(extras_are_sound(writer_bytes(&w)));
    e.id++;
    extra_write(&w, e.id - 1, &e);
    assert_true(w.len > EXTRAS_BYTES_MAX);
    assert_false(extras_are_sound(writer_bytes(&w)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_stays),
        cmocka_unit_test(keys_are_unique_and_named),
        cmocka_unit_test(values_come_by_their_ids),
        cmocka_unit_test(none_are_no_bytes),
        cmocka_unit_test(texts_are_bounded),
        cmocka_unit_test(texts_are_made_of_bytes_and_numbers),
        cmocka_unit_test(values_are_bounded_in_number),
        cmocka_unit_test(values_are_bounded_in_bytes),
        cmocka_unit_test(other_bytes_are_not_sound),
        cmocka_unit_test(too_many_are_not_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
