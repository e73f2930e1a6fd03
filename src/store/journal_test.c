#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "fleet/pack.h"
#include "store/journal.h"
#include "store/store_testing.h"

enum { DEVICES = 3, FIXES = 4, SEQ = 5 };

/* A batch of a dirty device, one without fixes and one with one. */
struct sample {
    struct fix fixes[FIXES];
    struct fold_state states[DEVICES];
    struct store_part parts[DEVICES];
    struct journal_buffer buffer;
    struct bytes batch;
};

static void sample_init(struct sample *m)
{
    static const size_t counts[DEVICES] = {3, 0, 1};
    static const int64_t devices[DEVICES] = {1, INT64_MAX, 300};
    size_t used = 0;
    *m = (struct sample){0};
    for (size_t i = 0; i < FIXES; i++) {
        m->fixes[i] = kit_fix(KIT_TIME_S + (int64_t)i);
    }
    for (size_t i = 0; i < DEVICES; i++) {
        m->states[i] = kit_state(&m->fixes[i], 1000 + i);
        m->parts[i] = (struct store_part){
            .device = devices[i],
            .fixes = &m->fixes[used],
            .count = counts[i],
            .state = &m->states[i],
            .has_late = i == 0,
            .late_from_s = i == 0 ? KIT_TIME_S - 5 : 0,
        };
        used += counts[i];
    }
    m->batch = journal_pack(&m->buffer, SEQ, m->parts, DEVICES);
}

static void assert_part(const struct journal_part *got, const struct store_part *put)
{
    struct reader r = reader_init(got->fixes);
    struct bytes body = {0};
    struct fold_state state;
    int64_t time_s = 0;
    size_t n = 0;
    assert_int_equal(got->device, put->device);
    assert_int_equal(got->dirty, put->has_late);
    assert_int_equal(got->dirty_from_s, put->late_from_s);
    assert_int_equal(got->count, put->count);
    assert_int_equal(unpack_state(got->state, &state), ERR_OK);
    assert_int_equal(state.odometer_m_e2, put->state->odometer_m_e2);
    for (; pack_next(&r, &body, &time_s); n++) {
        struct fix fix;
        struct bytes extras;
        assert_int_equal(unpack_report(body, &fix, &extras), ERR_OK);
        assert_true(kit_same_fix(&fix, &put->fixes[n]));
        assert_true(bytes_same(extras, put->extras == NULL ? NO_EXTRAS : put->extras[n]));
    }
    assert_int_equal(n, put->count);
}

static void parts_come_back(void **state)
{
    struct sample m;
    struct journal_cursor c;
    struct journal_part part;
    (void)state;
    sample_init(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(journal_next(&c, &part), ERR_OK);
        assert_part(&part, &m.parts[i]);
    }
    assert_int_equal(journal_next(&c, &part), ERR_END);
    journal_buffer_clear(&m.buffer);
}

/* One value anywhere makes it a batch of version 3; an array of none leaves it as it was. */
static void values_come_back(void **state)
{
    struct sample m;
    struct journal_cursor c;
    struct journal_part part;
    struct bytes extras[FIXES] = {{0}};
    struct arena arena = {0};
    struct extras x = {.arena = &arena};
    uint8_t before[1024];
    (void)state;
    sample_init(&m);
    struct bytes plain = {before, m.batch.len};
    assert_int_equal(m.batch.at[0], 2);
    assert_true(plain.len <= sizeof(before));
    memcpy(before, m.batch.at, plain.len);
    for (size_t i = 0; i < DEVICES; i++) {
        m.parts[i].extras = &extras[m.parts[i].fixes - m.fixes];
    }
    assert_true(bytes_same(journal_pack(&m.buffer, SEQ, m.parts, DEVICES), plain));
    extras_set(&x, EXTRA_RPM, 0, 900);
    extras_set_text(&x, EXTRA_DRIVER, 0, bytes_of_text("Ada"));
    extras[FIXES - 1] = extras_pack(&x);
    m.batch = journal_pack(&m.buffer, SEQ, m.parts, DEVICES);
    assert_int_equal(m.batch.at[0], 3);
    assert_int_equal(m.batch.len, plain.len + extras[FIXES - 1].len);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    assert_int_equal(c.seq, SEQ);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(journal_next(&c, &part), ERR_OK);
        assert_part(&part, &m.parts[i]);
    }
    assert_int_equal(journal_next(&c, &part), ERR_END);
    arena_free(&arena);
    journal_buffer_clear(&m.buffer);
}

static void the_buffer_is_used_again(void **state)
{
    struct sample m;
    struct journal_cursor c;
    struct journal_part part;
    (void)state;
    sample_init(&m);
    struct bytes first = m.batch;
    struct bytes second = journal_pack(&m.buffer, SEQ, &m.parts[2], 1);
    assert_ptr_equal(second.at, first.at);
    assert_true(second.len < first.len);
    assert_int_equal(journal_open(second, &c), ERR_OK);
    assert_int_equal(journal_next(&c, &part), ERR_OK);
    assert_part(&part, &m.parts[2]);
    assert_int_equal(journal_next(&c, &part), ERR_END);
    journal_buffer_clear(&m.buffer);
}

/* A checksum of 32 bits finds every change within 32 bits in a row, so each byte is found. */
static void every_byte_counts(void **state)
{
    struct sample m;
    struct journal_cursor c;
    (void)state;
    sample_init(&m);
    uint8_t *at = m.buffer.at;
    for (size_t i = 0; i < m.batch.len; i++) {
        for (unsigned flip = 1; flip < 256; flip++) {
            at[i] ^= (uint8_t)flip;
            assert_int_equal(journal_open(m.batch, &c), ERR_CORRUPT);
            at[i] ^= (uint8_t)flip;
        }
    }
    for (size_t n = 0; n < m.batch.len; n++) {
        assert_int_equal(journal_open((struct bytes){at, n}, &c), ERR_CORRUPT);
    }
    assert_int_equal(journal_open((struct bytes){0}, &c), ERR_CORRUPT);
    journal_buffer_clear(&m.buffer);
}

/* Puts the right checksum behind the first batch.len - 4 bytes. */
static void seal(struct sample *m)
{
    size_t n = m->batch.len - 4;
    uint32_t crc = (uint32_t)crc32_z(0, m->buffer.at, n);
    for (size_t i = 0; i < 4; i++) {
        m->buffer.at[n + i] = (uint8_t)(crc >> 8 * i);
    }
}

/* Reads a batch to its end or its damage. */
static enum err read_through(struct bytes batch)
{
    struct journal_cursor c;
    struct journal_part part;
    enum err e = journal_open(batch, &c);
    while (e == ERR_OK) {
        e = journal_next(&c, &part);
        assert_true(e != ERR_OK || (part.fixes.len <= batch.len && part.state.len <= batch.len));
    }
    return e;
}

/* Damage that happened before the checksum was made: an error or parts, never a crash. */
static void damage_under_a_good_checksum(void **state)
{
    struct sample m;
    (void)state;
    sample_init(&m);
    for (size_t i = 0; i < (m.batch.len - 4) * 256; i++) {
        uint8_t kept = m.buffer.at[i / 256];
        m.buffer.at[i / 256] = (uint8_t)i;
        seal(&m);
        enum err e = read_through(m.batch);
        assert_true(e == ERR_END || e == ERR_CORRUPT || (e == ERR_VERSION && i < 256));
        m.buffer.at[i / 256] = kept;
    }
    m.buffer.at[0] = 4;
    seal(&m);
    assert_int_equal(read_through(m.batch), ERR_VERSION);
    journal_buffer_clear(&m.buffer);
}

/* Which did not say its row's number. */
static void a_batch_of_version_1(void **state)
{
    struct sample m;
    struct journal_cursor c;
    struct journal_part part;
    (void)state;
    sample_init(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    assert_int_equal(c.seq, SEQ);
    m.buffer.at[1] = 0; /* no row has that number */
    seal(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_CORRUPT);
    m.buffer.at[0] = 1;
    memmove(m.buffer.at + 1, m.buffer.at + 2, m.batch.len - 2);
    m.batch.len--;
    seal(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    assert_int_equal(c.seq, 0);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(journal_next(&c, &part), ERR_OK);
        assert_part(&part, &m.parts[i]);
    }
    assert_int_equal(journal_next(&c, &part), ERR_END);
    journal_buffer_clear(&m.buffer);
}

static void bytes_behind_the_last_part(void **state)
{
    struct sample m;
    struct journal_cursor c;
    struct journal_part part;
    (void)state;
    sample_init(&m);
    m.buffer.at[2] = DEVICES - 1; /* one part fewer than there are */
    seal(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    assert_int_equal(journal_next(&c, &part), ERR_OK);
    assert_int_equal(journal_next(&c, &part), ERR_OK);
    assert_int_equal(journal_next(&c, &part), ERR_CORRUPT);
    m.buffer.at[2] = DEVICES + 1; /* one more */
    seal(&m);
    assert_int_equal(journal_open(m.batch, &c), ERR_OK);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(journal_next(&c, &part), ERR_OK);
    }
    assert_int_equal(journal_next(&c, &part), ERR_CORRUPT);
    journal_buffer_clear(&m.buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_back),
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(the_buffer_is_used_again),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(damage_under_a_good_checksum),
        cmocka_unit_test(a_batch_of_version_1),
        cmocka_unit_test(bytes_behind_the_last_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
