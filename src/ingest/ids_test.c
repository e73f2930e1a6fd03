#include "ingest/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t third = INT64_C(3) << ID_BITS;

/* What a commit would reserve, in `out`. */
static size_t reserved(const struct ids *ids, struct id_range out[ID_KINDS])
{
    struct arena arena = {0};
    struct change_list changes = {.arena = &arena};
    ids_reserve(ids, &changes);
    for (size_t i = 0; i < changes.len; i++) {
        assert_int_equal(changes.at[i].kind, CHANGE_PUT_IDS);
        out[i] = changes.at[i].ids;
    }
    arena_free(&arena);
    return changes.len;
}

static void kinds_count_apart_and_tell_the_shard(void **state)
{
    (void)state;
    struct ids ids;
    ids_init(&ids, 3);
    assert_int_equal(ids_next(&ids, ID_OF_ENTERPRISE), third + 1);
    assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + 1);
    assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + 2);
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), 1); /* a narrow one */
    ids_init(&ids, SHARDS_MAX - 1);
    ids_load(&ids, &(struct id_range){ID_OF_USER, (INT64_C(1) << ID_BITS) - 2});
    assert_int_equal(ids_next(&ids, ID_OF_USER), (INT64_C(1) << 53) - 1);
}

static void a_range_is_reserved_once(void **state)
{
    (void)state;
    struct ids ids;
    struct id_range ranges[ID_KINDS] = {{ID_NONE, 0}};
    ids_init(&ids, 3);
    assert_int_equal(reserved(&ids, ranges), 0);
    assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + 1);
    for (int again = 0; again < 2; again++) { /* the first commit fails */
        assert_int_equal(reserved(&ids, ranges), 1);
        assert_int_equal(ranges[0].kind, ID_OF_DEVICE);
        assert_int_equal(ranges[0].upto, IDS_AT_ONCE);
    }
    ids_note_committed(&ids, &ranges[0]);
    for (int64_t i = 2; i <= IDS_AT_ONCE; i++) {
        assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + i);
    }
    assert_int_equal(reserved(&ids, ranges), 0);
    for (int64_t i = 1; i <= 10000; i++) { /* many in one commit */
        assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + IDS_AT_ONCE + i);
    }
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), 1);
    assert_int_equal(reserved(&ids, ranges), 2);
    assert_int_equal(ranges[0].upto, IDS_AT_ONCE + 10000 + IDS_AT_ONCE - 1);
    assert_int_equal(ranges[1].kind, ID_OF_TEXT);
    assert_int_equal(ranges[1].upto, IDS_AT_ONCE);
}

static void a_start_goes_on_behind_the_range(void **state)
{
    (void)state;
    struct ids ids;
    struct id_range ranges[ID_KINDS] = {{ID_NONE, 0}};
    ids_init(&ids, 3);
    ids_load(&ids, &(struct id_range){ID_OF_GROUP, IDS_AT_ONCE});
    assert_int_equal(reserved(&ids, ranges), 0);
    assert_int_equal(ids_next(&ids, ID_OF_GROUP), third + IDS_AT_ONCE + 1);
    assert_int_equal(reserved(&ids, ranges), 1);
    assert_int_equal(ranges[0].upto, INT64_C(2) * IDS_AT_ONCE);
}

static void narrow_ids_end_below_2_31(void **state)
{
    (void)state;
    struct ids ids;
    struct id_range ranges[ID_KINDS] = {{ID_NONE, 0}};
    ids_init(&ids, 3);
    ids_load(&ids, &(struct id_range){ID_OF_TEXT, INT32_MAX - 2});
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), INT32_MAX - 1);
    assert_int_equal(reserved(&ids, ranges), 1);
    assert_int_equal(ranges[0].upto, INT32_MAX);
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), INT32_MAX);
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), 0);
    assert_int_equal(ids_next(&ids, ID_OF_TEXT), 0);
    assert_int_equal(ids_next(&ids, ID_OF_DEVICE), third + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_count_apart_and_tell_the_shard),
        cmocka_unit_test(a_range_is_reserved_once),
        cmocka_unit_test(a_start_goes_on_behind_the_range),
        cmocka_unit_test(narrow_ids_end_below_2_31),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
