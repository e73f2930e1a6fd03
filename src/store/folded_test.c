#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold.h"
#include "store/folded.h"

static int begin(void **state)
{
    static struct arena arena;
    *state = &arena;
    return 0;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

/* The shifts of a list of times. */
static void assert_shifts(const struct folded *f, const int64_t (*want)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(folded_shift_m_e2(f, want[i][0]), (uint64_t)want[i][1]);
    }
}

#define ASSERT_SHIFTS(f, ...)                                                                      \
    assert_shifts(f, (const int64_t[][2]){__VA_ARGS__},                                            \
                  sizeof((const int64_t[][2]){__VA_ARGS__}) / sizeof(int64_t[2]))

static bool move(struct folded *f, int64_t after_s, int64_t to_s, int64_t by, struct arena *arena)
{
    const struct folded_span span = {after_s, to_s};
    return folded_move(f, &span, (uint64_t)by, arena);
}

static void shifts_add_up(void **state)
{
    struct folded f = folded_new();
    ASSERT_SHIFTS(&f, {INT64_MIN, 0}, {INT64_MAX, 0});
    assert_true(move(&f, 50, 100, 7, *state));
    assert_true(move(&f, 250, 300, -20, *state));
    assert_true(move(&f, 150, 200, 5, *state));
    ASSERT_SHIFTS(&f, {99, 0}, {100, 7}, {199, 7}, {200, 12}, {299, 12}, {300, -8},
                  {INT64_MAX, -8});
    assert_true(move(&f, 250, 300, 20, *state)); /* nothing is left of it */
    ASSERT_SHIFTS(&f, {300, 12});
    assert_true(move(&f, INT64_MIN, INT64_MIN + 1, INT64_MAX, *state));
    ASSERT_SHIFTS(&f, {INT64_MIN, 0}, {INT64_MIN + 1, INT64_MAX}, {100, INT64_MIN + 6});
}

static void those_of_a_span_go_to_its_end(void **state)
{
    struct folded f = folded_new();
    for (int64_t i = 1; i <= 5; i++) {
        assert_true(move(&f, i * 100 - 1, i * 100, i, *state));
    }
    assert_true(move(&f, 200, 350, 10, *state));
    ASSERT_SHIFTS(&f, {100, 1}, {200, 3}, {300, 3}, {349, 3}, {350, 16}, {400, 20}, {500, 25});
    assert_true(move(&f, 300, 400, 0, *state));
    ASSERT_SHIFTS(&f, {200, 3}, {399, 3}, {400, 20}, {499, 20}, {500, 25});
    assert_true(move(&f, 200, INT64_MAX, 0, *state)); /* there is no row behind */
    ASSERT_SHIFTS(&f, {100, 1}, {200, 3}, {INT64_MAX, 3});
}

static void there_is_room_for_so_many(void **state)
{
    struct folded f = folded_new();
    for (int64_t i = 1; i <= FOLDED_SHIFTS_MAX; i++) {
        assert_false(folded_is_full(&f));
        assert_true(move(&f, i * 10 - 1, i * 10, INT64_MIN + i, *state));
    }
    assert_true(folded_is_full(&f));
    struct bytes before = f.shifts;
    assert_false(move(&f, 14, 15, 1, *state));
    assert_ptr_equal(f.shifts.at, before.at);
    assert_true(move(&f, 14, 20, 1, *state)); /* one more at a place that has one */
    uint64_t all_m_e2 = folded_shift_m_e2(&f, INT64_MAX);
    uint64_t some_m_e2 = folded_shift_m_e2(&f, 1000);
    folded_join(&f, 1000, *state);
    assert_false(folded_is_full(&f));
    assert_int_equal(folded_shift_m_e2(&f, 999), 0);
    assert_int_equal(folded_shift_m_e2(&f, 1000), some_m_e2);
    assert_int_equal(folded_shift_m_e2(&f, INT64_MAX), all_m_e2);
}

static void assert_back(const struct folded *f)
{
    uint8_t room[FOLDED_MAX];
    struct folded back;
    struct bytes packed = folded_pack(f, room);
    assert_int_equal(folded_unpack(packed, &back), ERR_OK);
    assert_int_equal(back.rules, f->rules);
    assert_int_equal(back.from_s, f->from_s);
    assert_int_equal(back.dirty_to_s, f->dirty_to_s);
    assert_int_equal(back.shifts.len, f->shifts.len);
    assert_int_equal(folded_shift_m_e2(&back, INT64_MAX), folded_shift_m_e2(f, INT64_MAX));
    for (size_t len = 1; len < packed.len; len++) { /* cut off: less, or nothing */
        enum err e = folded_unpack(bytes_slice(packed, 0, len), &back);
        assert_true(e == ERR_CORRUPT || back.shifts.len < f->shifts.len);
    }
}

static void back_as_it_was(void **state)
{
    uint8_t room[FOLDED_MAX];
    struct folded f = folded_new();
    assert_int_equal(folded_pack(&f, room).len, 2);
    assert_back(&f);
    f.from_s = 1795396320;
    assert_back(&f);
    f.dirty_to_s = INT64_MAX;
    f.rules = UINT64_MAX;
    assert_back(&f);
    f.from_s = INT64_MAX;
    for (int64_t i = 1; i <= FOLDED_SHIFTS_MAX; i++) {
        int64_t at_s = i % 2 == 0 ? INT64_MAX - 1000 + i : INT64_MIN + i;
        assert_true(move(&f, at_s - 1, at_s, INT64_MIN + i, *state));
    }
    assert_back(&f);
}

static void what_is_not_known_is_nothing(void **state)
{
    uint8_t room[FOLDED_MAX];
    struct folded f = {.dirty_to_s = INT64_MAX};
    (void)state;
    struct bytes packed = folded_pack(&f, room);
    assert_int_equal(packed.len, 0);
    assert_int_equal(folded_unpack(packed, &f), ERR_OK);
    assert_int_equal(f.rules, 0);
    assert_int_equal(folded_shift_m_e2(&f, INT64_MAX), 0);
}

static void damage_is_told(void **state)
{
    static const uint8_t no_rules[] = {0, 0};
    static const uint8_t no_such_flag[] = {1, 4};
    static const uint8_t half_a_shift[] = {1, 0, 2};
    uint8_t many[2 + 2 * (FOLDED_SHIFTS_MAX + 1)] = {1, 0};
    struct folded f;
    (void)state;
    assert_int_equal(folded_unpack((struct bytes){no_rules, 2}, &f), ERR_CORRUPT);
    assert_int_equal(folded_unpack((struct bytes){no_such_flag, 2}, &f), ERR_CORRUPT);
    assert_int_equal(folded_unpack((struct bytes){half_a_shift, 3}, &f), ERR_CORRUPT);
    for (size_t i = 2; i < sizeof(many); i++) {
        many[i] = 2;
    }
    assert_int_equal(folded_unpack((struct bytes){many, sizeof(many)}, &f), ERR_CORRUPT);
    assert_int_equal(folded_unpack((struct bytes){many, sizeof(many) - 2}, &f), ERR_OK);
    assert_int_equal(folded_shift_m_e2(&f, INT64_MAX), FOLDED_SHIFTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shifts_add_up),
        cmocka_unit_test(those_of_a_span_go_to_its_end),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(back_as_it_was),
        cmocka_unit_test(what_is_not_known_is_nothing),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
