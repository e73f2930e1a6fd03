/* Points and ids of geofences as bytes, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/alarm_rule.h"
#include "model/geofence.h"

static const struct point outer[] = {
    {525000000, 134000000}, {-900000000, 1800000000}, {900000000, -1800000000}, {0, 0}};
static const struct point hole[] = {{1, -1}, {1, -1}, {2, 2}};
static const struct shape_ring both[] = {{outer, 4}, {hole, 3}};

static void rings_come_back(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shape_ring *rings = NULL;
    size_t count = 0;
    struct bytes packed = geofence_pack_rings(&arena, both, 2);
    assert_int_equal(geofence_unpack_rings(packed, &arena, &rings, &count), ERR_OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(rings[i].count, both[i].count);
        assert_memory_equal(rings[i].points, both[i].points, both[i].count * sizeof(struct point));
    }
    arena_free(&arena);
}

static void a_yard_takes_few_bytes(void **state)
{
    (void)state;
    static const struct point yard[] = {
        {525000000, 134000000}, {525010000, 134000000}, {525010000, 134020000}};
    const struct shape_ring ring = {yard, 3};
    struct arena arena = {0};
    assert_in_range(geofence_pack_rings(&arena, &ring, 1).len, 1, 24);
    arena_free(&arena);
}

/* Every prefix, a byte too many, and every byte changed: nothing beyond the bounds comes out. */
static void damaged_rings_are_refused_or_bounded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shape_ring *rings = NULL;
    size_t count = 0;
    struct bytes packed = geofence_pack_rings(&arena, both, 2);
    for (size_t len = 0; len < packed.len; len++) {
        struct bytes cut = bytes_slice(packed, 0, len);
        assert_int_equal(geofence_unpack_rings(cut, &arena, &rings, &count), ERR_CORRUPT);
    }
    uint8_t *copy = arena_new(&arena, packed.len + 1);
    for (size_t i = 0; i < packed.len * 8; i++) {
        memcpy(copy, packed.at, packed.len);
        copy[i / 8] ^= (uint8_t)(1U << i % 8);
        enum err e =
            geofence_unpack_rings((struct bytes){copy, packed.len}, &arena, &rings, &count);
        assert_true(e == ERR_CORRUPT || (count >= 1 && count <= SHAPE_POINTS_MAX));
    }
    memcpy(copy, packed.at, packed.len);
    copy[packed.len] = 0;
    struct bytes longer = {copy, packed.len + 1};
    assert_int_equal(geofence_unpack_rings(longer, &arena, &rings, &count), ERR_CORRUPT);
    arena_free(&arena);
}

static void too_many_points_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shape_ring *rings = NULL;
    size_t count = 0;
    struct point *points = arena_new_array(&arena, SHAPE_POINTS_MAX + 1, sizeof(*points));
    struct shape_ring ring = {points, SHAPE_POINTS_MAX};
    struct bytes most = geofence_pack_rings(&arena, &ring, 1);
    assert_int_equal(geofence_unpack_rings(most, &arena, &rings, &count), ERR_OK);
    ring.count++;
    struct bytes over = geofence_pack_rings(&arena, &ring, 1);
    assert_int_equal(geofence_unpack_rings(over, &arena, &rings, &count), ERR_CORRUPT);
    arena_free(&arena);
}

static void ids_come_back(void **state)
{
    (void)state;
    static const int64_t ids[] = {1, INT64_MAX, 127, 128};
    struct arena arena = {0};
    int64_t *back = NULL;
    size_t count = 0;
    struct bytes packed = geofence_pack_ids(&arena, ids, 4);
    assert_int_equal(geofence_unpack_ids(packed, &arena, &back, &count), ERR_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(back, ids, sizeof(ids));
    struct bytes cut = bytes_slice(packed, 0, packed.len - 1);
    assert_int_equal(geofence_unpack_ids(cut, &arena, &back, &count), ERR_CORRUPT);
    static const uint8_t zero[] = {0};
    struct bytes none = {zero, 1};
    assert_int_equal(geofence_unpack_ids(none, &arena, &back, &count), ERR_CORRUPT);
    assert_int_equal(geofence_unpack_ids((struct bytes){0}, &arena, &back, &count), ERR_OK);
    assert_int_equal(count, 0);
    arena_free(&arena);
}

static void temperatures_come_back(void **state)
{
    (void)state;
    uint8_t room[2 * RULE_TEMPERATURE_BYTES];
    const struct rule_temperature first = {1, INT16_MIN, 800};
    const struct rule_temperature second = {8, -1800, INT16_MAX};
    struct alarm_rule rule = {.temperatures = room, .temperatures_len = sizeof(room)};
    struct rule_temperature t;
    rule_temperature_pack(&first, room);
    rule_temperature_pack(&second, room + RULE_TEMPERATURE_BYTES);
    assert_true(rule_temperature_at(&rule, 0, &t));
    assert_int_equal(t.sensor, 1);
    assert_int_equal(t.min_c_e2, INT16_MIN);
    assert_int_equal(t.max_c_e2, 800);
    assert_true(rule_temperature_at(&rule, 1, &t));
    assert_int_equal(t.sensor, 8);
    assert_int_equal(t.min_c_e2, -1800);
    assert_int_equal(t.max_c_e2, INT16_MAX);
    assert_false(rule_temperature_at(&rule, 2, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_come_back),
        cmocka_unit_test(a_yard_takes_few_bytes),
        cmocka_unit_test(damaged_rings_are_refused_or_bounded),
        cmocka_unit_test(too_many_points_are_refused),
        cmocka_unit_test(ids_come_back),
        cmocka_unit_test(temperatures_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
