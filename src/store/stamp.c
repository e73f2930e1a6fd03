/*
 * A state in a row of track_chunk or track_open, and behind one more stamp in one of device_state:
 *
 *                             02 | CRC-32 of the state  | state as in fleet/pack.c (01, 04)
 *     03 | CRC-32 of numbers | 02 | CRC-32 of the state  | state
 *      1          4             1           4                 70
 *
 * The checksums are those of zlib, the lowest byte first. The numbers are device, sealed_seq, dirty
 * and dirty_from_s, eight bytes each, the lowest first: a commit that seems sealed and is not would
 * be lost, a mark that is gone would leave late fixes out. No state is empty, with the stamp of the
 * numbers before it in device_state. The first byte tells the form; a state without a stamp is read
 * too.
 */
#include "store/stamp.h"

#include <zlib.h>

#include "base/check.h"
#include "base/reader.h"
#include "base/writer.h"

enum { STATE_MARK = 2, NUMBERS_MARK = 3 };

static void write_stamp(struct writer *w, uint8_t mark, uint32_t crc)
{
    write_u8(w, mark);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        write_u8(w, (uint8_t)(crc >> shift));
    }
}

static bool has_stamp(struct bytes b, uint8_t mark)
{
    return b.len >= STAMP_BYTES && b.at[0] == mark;
}

/* What is behind the stamp of `b`, which has one; false where `crc` is not what it says. */
static bool take_stamp(struct bytes *b, uint32_t crc)
{
    struct reader r = reader_init(bytes_slice(*b, 1, STAMP_BYTES - 1));
    *b = bytes_slice(*b, STAMP_BYTES, SIZE_MAX);
    return read_u32le(&r) == crc;
}

static uint32_t crc_of(struct bytes b)
{
    return (uint32_t)crc32_z(0, b.at, b.len);
}

static uint32_t crc_of_numbers(const struct stamp_numbers *n)
{
    const int64_t numbers[] = {n->device, n->sealed_seq, n->dirty, n->dirty_from_s};
    uint8_t at[sizeof(numbers)];
    struct writer w = writer_init(at, sizeof(at));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            write_u8(&w, (uint8_t)((uint64_t)numbers[i] >> shift));
        }
    }
    check(writer_ok(&w));
    return crc_of(writer_bytes(&w));
}

struct bytes stamp_state(struct bytes state, uint8_t room[STAMP_STATE_MAX])
{
    if (state.len == 0 || state.len > PACK_STATE_MAX || has_stamp(state, STATE_MARK)) {
        return state;
    }
    struct writer w = writer_init(room, STAMP_STATE_MAX);
    write_stamp(&w, STATE_MARK, crc_of(state));
    write_bytes(&w, state);
    check(writer_ok(&w));
    return writer_bytes(&w);
}

enum err stamp_take(struct bytes *state)
{
    if (!has_stamp(*state, STATE_MARK)) {
        return ERR_OK;
    }
    uint32_t crc = crc_of(bytes_slice(*state, STAMP_BYTES, SIZE_MAX));
    return take_stamp(state, crc) ? ERR_OK : ERR_CORRUPT;
}

struct bytes stamp_row(const struct stamp_numbers *n, struct bytes state,
                       uint8_t room[STAMP_STATE_MAX])
{
    uint8_t inner[STAMP_STATE_MAX];
    struct bytes stamped = stamp_state(state, inner);
    struct writer w = writer_init(room, STAMP_STATE_MAX);
    write_stamp(&w, NUMBERS_MARK, crc_of_numbers(n));
    write_bytes(&w, stamped);
    return writer_ok(&w) ? writer_bytes(&w) : state;
}

struct bytes stamp_peel(const struct stamp_numbers *n, struct bytes row)
{
    static const uint8_t none[] = {0};
    if (!has_stamp(row, NUMBERS_MARK)) {
        return row;
    }
    return take_stamp(&row, crc_of_numbers(n)) ? row : (struct bytes){none, sizeof(none)};
}
