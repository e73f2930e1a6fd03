/*
 * A state in a row of track_chunk or track_open, and behind one more stamp in one of device_state:
 *
 *                             02 | CRC-32 of the state  | state as in fleet/pack.c (01, 04 to 06)
 *     03 | CRC-32 of numbers | 02 | CRC-32 of the state  | state
 *      1          4             1           4                 70
 *     16 | CRC-32 of numbers and note | length | note | 02 | CRC-32 of the state | state
 *      1               4                 1        2      1          4                70
 *
 * The checksums are those of zlib, the lowest byte first. The numbers are device, sealed_seq, dirty
 * and dirty_from_s, eight bytes each, the lowest first: a commit that seems sealed and is not would
 * be lost, a mark that is gone would leave late fixes out. The note is that of folded.c; a row
 * without one has the form before. No state is empty, with the stamp of the numbers before it in
 * device_state. The first byte tells the form; a state without a stamp is read too.
 */
#include "store/stamp.h"

#include <zlib.h>

#include "base/check.h"
#include "base/reader.h"
#include "base/writer.h"

/* fleet/pack.c counts its own forms up from 1. */
enum { STATE_MARK = 2, NUMBERS_MARK = 3, NOTE_MARK = 16 };

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

static uint32_t crc_of_numbers(const struct stamp_numbers *n, struct bytes note)
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
    uint32_t crc = crc_of(writer_bytes(&w));
    return note.len == 0 ? crc : (uint32_t)crc32_z(crc, note.at, note.len);
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

struct bytes stamp_row(const struct stamp_numbers *n, const struct stamp_content *content,
                       uint8_t room[STAMP_ROW_MAX])
{
    uint8_t inner[STAMP_STATE_MAX];
    struct bytes note = content->note;
    struct bytes stamped = stamp_state(content->state, inner);
    struct writer w = writer_init(room, STAMP_ROW_MAX);
    check(note.len <= STAMP_NOTE_MAX);
    write_stamp(&w, note.len > 0 ? NOTE_MARK : NUMBERS_MARK, crc_of_numbers(n, note));
    if (note.len > 0) {
        write_varint(&w, note.len);
        write_bytes(&w, note);
    }
    write_bytes(&w, stamped);
    return writer_ok(&w) ? writer_bytes(&w) : content->state;
}

/* The note and what is behind it; false: it is cut off. */
static bool take_note(struct bytes *row, struct bytes *note)
{
    struct reader r = reader_init(bytes_slice(*row, STAMP_BYTES, SIZE_MAX));
    uint64_t len = read_varint(&r);
    *note = read_bytes(&r, len <= STAMP_NOTE_MAX ? (size_t)len : SIZE_MAX);
    *row = read_rest(&r);
    return reader_ok(&r) && note->len > 0;
}

struct stamp_content stamp_peel(const struct stamp_numbers *n, struct bytes row)
{
    static const uint8_t none[] = {0};
    const struct stamp_content others = {.state = {none, sizeof(none)}};
    struct bytes note = {0};
    struct bytes stamp = row;
    bool has_note = has_stamp(row, NOTE_MARK);
    if (!has_note && !has_stamp(row, NUMBERS_MARK)) {
        return (struct stamp_content){.state = row};
    }
    if (has_note && !take_note(&row, &note)) {
        return others;
    }
    bool is_of_row = take_stamp(&stamp, crc_of_numbers(n, note));
    return is_of_row ? (struct stamp_content){note, has_note ? row : stamp} : others;
}
