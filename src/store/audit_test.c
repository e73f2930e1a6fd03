/* The audit: numbers within an enterprise, its bound, and when its rows go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/entities.h"
#include "store/entities_testing.h"
#include "store/store_private.h"

enum { FOUND_MAX = 16 };

/* What is read, texts copied. */
struct found {
    struct arena arena;
    struct audit at[FOUND_MAX];
    size_t count;
    size_t limit;
};

static bool note(void *context, const struct audit *a)
{
    struct found *f = context;
    entity_copy(ENTITY_AUDIT, a, &f->at[f->count++],
                arena_new(&f->arena, entity_borrowed(ENTITY_AUDIT, a)));
    return f->count < f->limit;
}

static struct found read_all(struct kit *k, int64_t enterprise_id, size_t limit)
{
    struct found f = {.limit = limit};
    const struct store_audit_query query = {enterprise_id, &f, note};
    assert_int_equal(store_read_audit(k->store, &query), ERR_OK);
    return f;
}

static struct audit row_of(int64_t enterprise_id, const char *object)
{
    return (struct audit){.enterprise_id = enterprise_id,
                          .time_s = KIT_TIME_S,
                          .login_name = "anna",
                          .address = "192.0.2.7",
                          .action = "ModifyDevice",
                          .object = object,
                          .detail = "VehiclePlate: Ä 1"};
}

static void commit(struct kit *k, const struct change_list *changes)
{
    const struct store_batch batch = {.changes = changes->at, .change_count = changes->len};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
}

/* Adds `count` rows in one commit. */
static void add(struct kit *k, int64_t enterprise_id, size_t count)
{
    struct arena arena = {0};
    struct change_list changes = {.arena = &arena};
    for (size_t i = 0; i < count; i++) {
        const struct audit row = row_of(enterprise_id, i == 0 ? "first" : "later");
        assert_int_equal(store_add_audit(k->store, &changes, &row), ERR_OK);
    }
    commit(k, &changes);
    arena_free(&arena);
}

static void every_column_comes_back_and_no_start_loads_it(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_AUDIT, .audit = row_of(7, "device 100")};
    c.audit.number = INT64_MAX;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 0);
    struct found f = read_all(k, 7, FOUND_MAX);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.at[0].enterprise_id, 7);
    assert_int_equal(f.at[0].number, INT64_MAX);
    assert_int_equal(f.at[0].time_s, KIT_TIME_S);
    assert_string_equal(f.at[0].login_name, "anna");
    assert_string_equal(f.at[0].address, "192.0.2.7");
    assert_string_equal(f.at[0].action, "ModifyDevice");
    assert_string_equal(f.at[0].object, "device 100");
    assert_string_equal(f.at[0].detail, "VehiclePlate: Ä 1");
    arena_free(&f.arena);
}

static void rows_count_within_their_enterprise(void **state)
{
    struct kit *k = *state;
    add(k, 1, 2);
    add(k, 0, 1);
    add(k, 1, 1);
    struct found one = read_all(k, 1, FOUND_MAX);
    struct found platform = read_all(k, 0, FOUND_MAX);
    struct found newest = read_all(k, 1, 1);
    assert_int_equal(one.count, 3);
    assert_int_equal(one.at[0].number, 3);
    assert_int_equal(one.at[2].number, 1);
    assert_string_equal(one.at[0].object, "first");
    assert_string_equal(one.at[1].object, "later");
    assert_int_equal(platform.count, 1);
    assert_int_equal(platform.at[0].number, 1);
    assert_int_equal(newest.count, 1);
    assert_int_equal(newest.at[0].number, 3);
    assert_int_equal(read_all(k, 2, FOUND_MAX).count, 0);
    arena_free(&one.arena);
    arena_free(&platform.arena);
    arena_free(&newest.arena);
}

static void one_too_many_takes_the_oldest_away(void **state)
{
    struct kit *k = *state;
    add(k, 1, 1);
    add(k, 2, 1);
    struct change full = {.kind = CHANGE_PUT_AUDIT, .audit = row_of(1, "last")};
    full.audit.number = AUDIT_ROWS_MAX;
    commit(k, &(struct change_list){.at = &full, .len = 1});
    add(k, 1, 1);
    struct found one = read_all(k, 1, FOUND_MAX);
    assert_int_equal(one.count, 2);
    assert_int_equal(one.at[0].number, AUDIT_ROWS_MAX + 1);
    assert_int_equal(one.at[1].number, AUDIT_ROWS_MAX);
    struct found two = read_all(k, 2, FOUND_MAX);
    assert_int_equal(two.count, 1);
    arena_free(&two.arena);
    arena_free(&one.arena);
}

static void old_rows_expire(void **state)
{
    struct kit *k = *state;
    const int64_t now_s = KIT_TIME_S + AUDIT_KEPT_S;
    add(k, 1, 1);
    assert_int_equal(store_begin(k->store), ERR_OK);
    assert_int_equal(entities_expire(k->store->tables, now_s), ERR_OK);
    assert_int_equal(store_end(k->store, ERR_OK), ERR_OK);
    struct found kept = read_all(k, 1, FOUND_MAX);
    assert_int_equal(kept.count, 1);
    assert_int_equal(store_begin(k->store), ERR_OK);
    assert_int_equal(entities_expire(k->store->tables, now_s + 1), ERR_OK);
    assert_int_equal(store_end(k->store, ERR_OK), ERR_OK);
    assert_int_equal(read_all(k, 1, FOUND_MAX).count, 0);
    arena_free(&kept.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_column_comes_back_and_no_start_loads_it),
        TEST(rows_count_within_their_enterprise),
        TEST(one_too_many_takes_the_oldest_away),
        TEST(old_rows_expire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
