#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    static const uint8_t zeros[300];
    struct arena a = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size++) {
            uint8_t *p = arena_new(&a, size);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            assert_memory_equal(p, zeros, size);
            memset(p, 0xff, size);
        }
        arena_clear(&a);
    }
    arena_free(&a);
}

static void test_pieces_do_not_overlap(void **state)
{
    (void)state;
    struct arena a = {0};
    uint8_t *p[200];
    for (size_t i = 0; i < 200; i++) {
        p[i] = arena_new(&a, 500);
        memset(p[i], (int)i, 500);
    }
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(p[i][0], i);
        assert_int_equal(p[i][499], i);
    }
    arena_free(&a);
}

static void test_a_piece_may_be_larger_than_a_block(void **state)
{
    (void)state;
    struct arena a = {0};
    uint8_t *small = arena_new(&a, 10);
    uint8_t *large = arena_new_array(&a, 1000, 1000);
    small[9] = 1;
    large[999999] = 2;
    uint8_t *next = arena_new(&a, 10);
    next[0] = 3;
    assert_int_equal(small[9], 1);
    assert_int_equal(large[999999], 2);
    arena_clear(&a);
    assert_non_null(arena_new(&a, 1));
    arena_free(&a);
}

static void test_bytes_are_those_of_the_heap(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_int_equal(arena_bytes(&a), 0);
    (void)arena_new(&a, 100);
    size_t one_block = arena_bytes(&a);
    assert_in_range(one_block, 100, 20000);
    (void)arena_new(&a, 100);
    assert_int_equal(arena_bytes(&a), one_block);
    (void)arena_new(&a, 1000000);
    assert_in_range(arena_bytes(&a), one_block + 1000000, one_block + 1000100);
    arena_clear(&a);
    assert_in_range(arena_bytes(&a), 0, one_block);
    arena_free(&a);
    assert_int_equal(arena_bytes(&a), 0);
}

static void test_clear_keeps_a_block_for_the_next_round(void **state)
{
    (void)state;
    struct arena a = {0};
    void *first = arena_new(&a, 100);
    arena_clear(&a);
    assert_ptr_equal(arena_new(&a, 100), first);
    arena_free(&a);
    assert_null(a.blocks);
    arena_clear(&a);
    arena_free(&a);
    assert_null(a.blocks);
}

static void test_copies_end_in_a_nul(void **state)
{
    (void)state;
    struct arena a = {0};
    struct bytes copy = arena_copy(&a, (struct bytes){(const uint8_t *)"abcdef", 3});
    assert_int_equal(copy.len, 3);
    assert_string_equal((const char *)copy.at, "abc");
    copy = arena_copy(&a, (struct bytes){0});
    assert_int_equal(copy.len, 0);
    assert_string_equal((const char *)copy.at, "");
    assert_string_equal(arena_copy_text(&a, "text"), "text");
    assert_string_equal(arena_copy_text(&a, ""), "");
    arena_free(&a);
}

static void test_format(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(arena_format(&a, "%s:%d", "a", -7), "a:-7");
    assert_int_equal(strlen(arena_format(&a, "%20000d", 1)), 20000);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_pieces_do_not_overlap),
        cmocka_unit_test(test_a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(test_bytes_are_those_of_the_heap),
        cmocka_unit_test(test_clear_keeps_a_block_for_the_next_round),
        cmocka_unit_test(test_copies_end_in_a_nul),
        cmocka_unit_test(test_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
