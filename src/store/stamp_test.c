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

/* A row without a note. */
static struct bytes row_of(const struct stamp_numbers *n, struct bytes state,
                           uint8_t room[STAMP_ROW_MAX])
{
    return stamp_row(n, &(struct stamp_content){.state = state}, room);
}

static struct bytes state_of(const struct stamp_numbers *n, struct bytes row)
{
    return stamp_peel(n, row).state;
}

static bool same(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static void back_as_they_were(void **state)
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_STATE_MAX];
    uint8_t row_room[STAMP_ROW_MAX];
    struct bytes plain = packed(raw);
    struct bytes stamped = stamp_state(plain, room);
    (void)state;
    assert_int_equal(stamped.len, plain.len + STAMP_BYTES);
    struct bytes row = row_of(&NUMBERS, plain, row_room);
    assert_int_equal(row.len, plain.len + STAMP_BYTES + STAMP_BYTES);
    assert_true(same(state_of(&NUMBERS, row), stamped));
    assert_true(same(state_of(&NUMBERS, row_of(&NUMBERS, stamped, row_room)), stamped));
    assert_int_equal(stamp_take(&stamped), ERR_OK);
    assert_true(same(stamped, plain));
    /* Without a stamp, as before there were any. */
    assert_true(same(state_of(&NUMBERS, plain), plain));
    assert_int_equal(stamp_take(&plain), ERR_OK);
    assert_true(same(stamped, plain));
}

static void no_state_and_none_that_is_one(void **state)
{
    uint8_t room[STAMP_ROW_MAX];
    static const uint8_t longest[PACK_STATE_MAX + 1] = {1};
    struct bytes empty = {0};
    (void)state;
    assert_int_equal(stamp_state(empty, room).len, 0);
    assert_int_equal(stamp_take(&empty), ERR_OK);
    struct bytes row = row_of(&NUMBERS, empty, room);
    assert_int_equal(row.len, STAMP_BYTES);
    assert_int_equal(state_of(&NUMBERS, row).len, 0);
    assert_int_equal(stamp_state((struct bytes){longest, PACK_STATE_MAX}, room).len,
                     PACK_STATE_MAX + STAMP_BYTES);
    assert_int_equal(row_of(&NUMBERS, (struct bytes){longest, PACK_STATE_MAX}, room).len,
                     PACK_STATE_MAX + STAMP_BYTES + STAMP_BYTES);
    assert_ptr_equal(stamp_state((struct bytes){longest, PACK_STATE_MAX + 1}, room).at, longest);
}

static bool is_sound(const struct stamp_numbers *n, struct bytes row)
{
    struct fold_state state;
    struct bytes s = state_of(n, row);
    return s.len > 0 && stamp_take(&s) == ERR_OK && unpack_state(s, &state) == ERR_OK;
}

static struct bytes with_note(struct bytes state, uint8_t room[STAMP_ROW_MAX])
{
    static const uint8_t note[] = {1, 0, 2, 3};
    return stamp_row(&NUMBERS, &(struct stamp_content){{note, sizeof(note)}, state}, room);
}

static struct bytes without_note(struct bytes state, uint8_t room[STAMP_ROW_MAX])
{
    return row_of(&NUMBERS, state, room);
}

static void a_note_stands_beside(void **state)
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_ROW_MAX];
    uint8_t stamped_room[STAMP_STATE_MAX];
    static const uint8_t longest[STAMP_NOTE_MAX] = {7};
    struct stamp_content in = {{longest, sizeof(longest)}, packed(raw)};
    (void)state;
    struct bytes stamped = stamp_state(in.state, stamped_room);
    for (size_t i = 0; i < 3; i++) {
        in.note.len = i == 0 ? sizeof(longest) : i;
        struct stamp_content out = stamp_peel(&NUMBERS, stamp_row(&NUMBERS, &in, room));
        assert_true(same(out.note, in.note));
        assert_true(same(out.state, stamped));
    }
    in.state.len = 0;
    struct stamp_content out = stamp_peel(&NUMBERS, stamp_row(&NUMBERS, &in, room));
    assert_true(same(out.note, in.note));
    assert_int_equal(out.state.len, 0);
    assert_int_equal(stamp_peel(&NUMBERS, row_of(&NUMBERS, packed(raw), room)).note.len, 0);
}

/* Every value of every byte. */
static void change_each_byte(struct bytes (*make)(struct bytes, uint8_t[STAMP_ROW_MAX]))
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_ROW_MAX];
    struct bytes row = make(packed(raw), room);
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

static void each_byte_is_told_for(void **state)
{
    (void)state;
    change_each_byte(without_note);
    change_each_byte(with_note);
}

static void change_each_number(struct bytes (*make)(struct bytes, uint8_t[STAMP_ROW_MAX]))
{
    uint8_t raw[PACK_STATE_MAX];
    uint8_t room[STAMP_ROW_MAX];
    struct bytes row = make(packed(raw), room);
    int64_t *numbers[4];
    struct stamp_numbers n = NUMBERS;
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

static void each_number_is_told_for(void **state)
{
    (void)state;
    change_each_number(without_note);
    change_each_number(with_note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_as_they_were),       cmocka_unit_test(no_state_and_none_that_is_one),
        cmocka_unit_test(a_note_stands_beside),    cmocka_unit_test(each_byte_is_told_for),
        cmocka_unit_test(each_number_is_told_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
