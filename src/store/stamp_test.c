#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "store/stamp.h"

static const struct stamp_numbers NUMBERS = {7, 1234567890123, 1, -5};

static struct bytes packed(uint8_t room[PACK_STATE_MAX])
{
    struct fold_state state = {.odometer_m_e2 = 123456789};
    state.current.gps_time_s = 1795396800;
    struct writer w = writer_init(room, PACK_STATE_MAX);
    pack_state(&w, &state);
    assert_true(writer_ok(&w));
    return writer_bytes(&w);
}

static bool same(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static void back_as_they_were(void **state)
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_STATE_MAX];
    uint8_t row_room[STAMP_STATE_MAX];
    struct bytes plain = packed(raw);
    struct bytes stamped = stamp_state(plain, room);
    (void)state;
    assert_int_equal(stamped.len, plain.len + STAMP_BYTES);
    struct bytes row = stamp_row(&NUMBERS, plain, row_room);
    assert_int_equal(row.len, plain.len + STAMP_BYTES + STAMP_BYTES);
    assert_true(same(stamp_peel(&NUMBERS, row), stamped));
    assert_true(same(stamp_peel(&NUMBERS, stamp_row(&NUMBERS, stamped, row_room)), stamped));
    assert_int_equal(stamp_take(&stamped), ERR_OK);
    assert_true(same(stamped, plain));
    /* Without a stamp, as before there were any. */
    assert_true(same(stamp_peel(&NUMBERS, plain), plain));
    assert_int_equal(stamp_take(&plain), ERR_OK);
    assert_true(same(stamped, plain));
}

static void no_state_and_none_that_is_one(void **state)
{
    uint8_t room[STAMP_STATE_MAX];
    static const uint8_t longest[PACK_STATE_MAX + 1] = {1};
    struct bytes empty = {0};
    (void)state;
    assert_int_equal(stamp_state(empty, room).len, 0);
    assert_int_equal(stamp_take(&empty), ERR_OK);
    struct bytes row = stamp_row(&NUMBERS, empty, room);
    assert_int_equal(row.len, STAMP_BYTES);
    assert_int_equal(stamp_peel(&NUMBERS, row).len, 0);
    assert_int_equal(stamp_state((struct bytes){longest, PACK_STATE_MAX}, room).len,
                     PACK_STATE_MAX + STAMP_BYTES);
    assert_int_equal(stamp_row(&NUMBERS, (struct bytes){longest, PACK_STATE_MAX}, room).len,
                     STAMP_STATE_MAX);
    assert_ptr_equal(stamp_state((struct bytes){longest, PACK_STATE_MAX + 1}, room).at, longest);
}

static bool is_sound(const struct stamp_numbers *n, struct bytes row)
{
    struct fold_state state;
    struct bytes s = stamp_peel(n, row);
    return s.len > 0 && stamp_take(&s) == ERR_OK && unpack_state(s, &state) == ERR_OK;
}

/* Every value of every byte. */
static void each_byte_is_told_for(void **state)
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_STATE_MAX];
    struct bytes row = stamp_row(&NUMBERS, packed(raw), room);
    (void)state;
    assert_true(is_sound(&NUMBERS, row));
    for (size_t i = 0; i < row.len; i++) {
        for (unsigned change = 1; change < 256; change++) {
            room[i] ^= (uint8_t)change;
            assert_false(is_sound(&NUMBERS, row));
            room[i] ^= (uint8_t)change;
        }
        assert_false(is_sound(&NUMBERS, bytes_slice(row, 0, i)));
    }
}

static void each_number_is_told_for(void **state)
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_STATE_MAX];
    struct bytes row = stamp_row(&NUMBERS, packed(raw), room);
    int64_t *numbers[4];
    struct stamp_numbers n = NUMBERS;
    (void)state;
    numbers[0] = &n.device;
    numbers[1] = &n.sealed_seq;
    numbers[2] = &n.dirty;
    numbers[3] = &n.dirty_from_s;
    for (size_t i = 0; i < 4; i++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            int64_t was = *numbers[i];
            *numbers[i] = (int64_t)((uint64_t)was ^ UINT64_C(1) << bit);
            assert_false(is_sound(&n, row));
            *numbers[i] = was;
        }
    }
    assert_true(is_sound(&n, row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_as_they_were),
        cmocka_unit_test(no_state_and_none_that_is_one),
        cmocka_unit_test(each_byte_is_told_for),
        cmocka_unit_test(each_number_is_told_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
