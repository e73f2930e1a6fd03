/* The rows of the entities test themselves: what each says must agree with its struct. */
#include "model/entity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/change.h"

enum { VALUE_MAX = 512 };

static void assert_is_number(const struct entity *e, const char *name)
{
    const struct entity_column *c = entity_column_named(e, name);
    assert_non_null(c);
    assert_int_equal(c->type, ENTITY_COLUMN_INT);
    assert_int_equal(c->size, sizeof(int64_t));
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        const struct entity *e = &entity_rows[kind];
        assert_non_null(e->table);
        assert_in_range(e->since, 1, 1000);
        assert_in_range(e->size, 1, VALUE_MAX);
        assert_true(e->key_count <= e->column_count && e->delete_count <= e->key_count);
        if (entity_has_id(kind)) {
            const struct entity_column *deleted = entity_column_named(e, "deleted");
            assert_non_null(deleted);
            assert_int_equal(deleted->offset, e->deleted);
            assert_int_equal(deleted->size, sizeof(bool));
            assert_string_equal(e->columns[0].name, "id");
            assert_int_equal(e->columns[0].offset, 0);
            assert_int_equal(e->key_count, 1);
            assert_int_equal(e->delete_count, 0);
        } else {
            assert_null(entity_column_named(e, "deleted"));
        }
        if (e->owner != ENTITY_NONE) {
            assert_true(entity_has_id(e->owner));
            assert_is_number(e, e->columns[0].name);
        }
        if (e->retained_by != NULL) {
            assert_true(e->owner != ENTITY_NONE);
            assert_is_number(e, e->retained_by);
        }
        if (e->retained_at_0 != NULL) {
            assert_non_null(e->retained_by);
            assert_is_number(e, e->retained_at_0);
        }
        if (e->loaded_at_0 != NULL) {
            assert_is_number(e, e->loaded_at_0);
        }
        if (e->expires != NULL) {
            assert_is_number(e, e->expires);
        }
    }
}

static void assert_column_is_whole(const struct entity *e, const struct entity_column *c)
{
    assert_ptr_equal(entity_column_named(e, c->name), c); /* a name of its own */
    assert_true(c->offset + c->size <= e->size && c->beside < e->size);
    assert_true(c->min <= c->max);
    assert_true(c->since == 0 || c->since >= e->since);
    bool is_key = c < e->columns + e->key_count;
    assert_false(is_key && (c->since > e->since || c->type == ENTITY_COLUMN_OPTIONAL));
}

/* Both ends of its range go into a member and come out again, and touch no other. */
static void assert_takes(const struct entity *e, const struct entity_column *c, int64_t number)
{
    _Alignas(int64_t) uint8_t value[VALUE_MAX];
    memset(value, 0x5a, sizeof(value));
    entity_set_number(c, value, number);
    assert_int_equal(entity_number(c, value), number);
    for (size_t i = 0; i < e->size; i++) {
        bool is_in = i >= c->offset && i < c->offset + c->size;
        assert_true(is_in || value[i] == 0x5a);
    }
}

static void assert_takes_its_range(const struct entity *e, const struct entity_column *c)
{
    if (c->type == ENTITY_COLUMN_INT || c->type == ENTITY_COLUMN_OPTIONAL) {
        assert_takes(e, c, c->min);
        assert_takes(e, c, c->max);
    }
}

static void every_column_fits_its_member(void **state)
{
    (void)state;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        const struct entity *e = &entity_rows[kind];
        for (size_t i = 0; i < e->column_count; i++) {
            assert_column_is_whole(e, &e->columns[i]);
            assert_takes_its_range(e, &e->columns[i]);
        }
    }
}

static void a_device_begins_with_empty_texts(void **state)
{
    (void)state;
    struct device d = {.id = 7, .plate = "kept"};
    device_init(&d);
    const char *const texts[] = {d.device_id, d.object_code, d.sim,
                                 d.iccid,     d.model,       d.password_hash};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_string_equal(texts[i], "");
    }
    assert_string_equal(d.plate, "kept");
    assert_int_equal(d.id, 7);
}

static void a_copy_owns_its_texts(void **state)
{
    (void)state;
    struct arena arena = {0};
    char plate[] = "K-OD 1";
    struct device d = {.id = 7, .plate = plate, .has_utc_offset = true, .utc_offset_min = -840};
    device_init(&d);
    const struct device copy = device_copy(&arena, &d);
    memset(plate, 'x', sizeof(plate) - 1);
    assert_string_equal(copy.plate, "K-OD 1");
    assert_string_equal(copy.sim, "");
    assert_ptr_not_equal(copy.sim, d.sim);
    assert_int_equal(copy.id, 7);
    assert_true(copy.has_utc_offset);
    assert_int_equal(copy.utc_offset_min, -840);
    arena_free(&arena);
}

/* Ids are aligned in the room, whatever stands before them, and there is room for that. */
static void a_copy_owns_its_ids(void **state)
{
    (void)state;
    int64_t ids[] = {3, INT64_MAX};
    const struct user u = {.id = 1,
                           .login_name = "odd",
                           .password_hash = "",
                           .group_ids = ids,
                           .group_count = 2,
                           .deleted = true};
    struct user copy;
    size_t size = entity_borrowed(ENTITY_USER, &u);
    assert_int_equal(size, sizeof("odd") + 1 + sizeof(ids) + sizeof(ids[0]) - 1);
    uint8_t *room = mem_new(size + 1);
    entity_copy(ENTITY_USER, &u, &copy, room + 1);
    assert_int_equal((uintptr_t)copy.group_ids % sizeof(ids[0]), 0);
    assert_true((const uint8_t *)(copy.group_ids + 2) <= room + 1 + size);
    ids[1] = 0;
    assert_int_equal(copy.group_count, 2);
    assert_int_equal(copy.group_ids[0], 3);
    assert_true(copy.group_ids[1] == INT64_MAX);
    assert_string_equal(copy.login_name, "odd");
    assert_string_equal(copy.password_hash, "");
    assert_true(entity_is_deleted(ENTITY_USER, &copy));
    assert_int_equal(entity_id(ENTITY_USER, &copy), 1);
    free(room);
    const struct user none = {.login_name = "", .password_hash = ""};
    entity_copy(ENTITY_USER, &none, &copy, ids);
    assert_int_equal(copy.group_count, 0);
}

static void bytes_go_in_and_come_out(void **state)
{
    (void)state;
    struct token t = {0};
    struct waiting_fragment p = {0};
    uint8_t hash[TOKEN_HASH_BYTES];
    memset(hash, 9, sizeof(hash));
    const struct entity_column *c = entity_column_named(&entity_rows[ENTITY_TOKEN], "hash");
    entity_set_bytes(c, &t, (struct bytes){hash, sizeof(hash)});
    assert_memory_equal(t.hash, hash, sizeof(hash));
    assert_int_equal(entity_bytes(c, &t).len, sizeof(hash));
    c = entity_column_named(&entity_rows[ENTITY_FRAGMENT], "data");
    assert_int_equal(entity_bytes(c, &p).len, 0);
    entity_set_bytes(c, &p, (struct bytes){hash, 5});
    assert_ptr_equal(p.at, hash);
    assert_int_equal(p.len, 5);
    assert_int_equal(entity_bytes(c, &p).len, 5);
    assert_null(entity_column_named(&entity_rows[ENTITY_FRAGMENT], "hash"));
    assert_false(entity_has_id(ENTITY_FRAGMENT));
    assert_false(entity_is_deleted(ENTITY_FRAGMENT, &p));
}

static void a_change_says_what_it_does(void **state)
{
    (void)state;
    struct change c = {.kind = CHANGE_DELETE_FOCUS, .focus = {1, 2}};
    assert_int_equal(change_entity(c.kind), ENTITY_FOCUS);
    assert_true(change_is_deletion(c.kind));
    assert_false(change_is_deletion(CHANGE_PUT_FOCUS));
    assert_int_equal(change_put_of(ENTITY_FOCUS), CHANGE_PUT_FOCUS);
    assert_ptr_equal(change_value(&c), &c.focus);
    assert_ptr_equal(change_room(&c), &c.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_column_fits_its_member),
        cmocka_unit_test(a_device_begins_with_empty_texts),
        cmocka_unit_test(a_copy_owns_its_texts),
        cmocka_unit_test(a_copy_owns_its_ids),
        cmocka_unit_test(bytes_go_in_and_come_out),
        cmocka_unit_test(a_change_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
