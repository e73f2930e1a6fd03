#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A cursor over borrowed bytes that cannot read past their end.
 *
 * The first short or malformed read sets `failed`, and every later read returns zero without
 * moving, so a decoder reads all its fields in a row and asks reader_ok() once.
 */
struct reader {
    struct bytes in;
    size_t pos;
    bool failed;
};

/* A reader at the beginning of `in`, which it borrows. */
struct reader reader_init(struct bytes in);
bool reader_ok(const struct reader *r);
/* Bytes not read yet; 0 once failed. */
size_t reader_left(const struct reader *r);

/* Big-endian unsigned integers of 1, 2, 3, 4 and 8 bytes. */
uint8_t read_u8(struct reader *r);
uint16_t read_u16be(struct reader *r);
uint32_t read_u24be(struct reader *r);
uint32_t read_u32be(struct reader *r);
uint64_t read_u64be(struct reader *r);
/* Little-endian ones. */
uint16_t read_u16le(struct reader *r);
uint32_t read_u32le(struct reader *r);
uint64_t read_u64le(struct reader *r);

/* The next `n` bytes, borrowed. */
struct bytes read_bytes(struct reader *r, size_t n);
/* All bytes that are left, borrowed; none once failed. */
struct bytes read_rest(struct reader *r);
void read_skip(struct reader *r, size_t n);

/* `n` packed binary-coded decimal bytes (n <= 9) as a number; a digit above 9 fails the reader. */
uint64_t read_bcd(struct reader *r, size_t n);

/* The text before the next `separator`, without it; the last field ends at the end of input. */
struct bytes read_field(struct reader *r, char separator);

/* A LEB128 number of any length; for read_varint(). */
uint64_t read_long_varint(struct reader *r);

/*
 * An unsigned LEB128 number as written by write_varint(); more than ten bytes or more than 64 bits
 * fail the reader. read_varint_signed() takes the zigzag form. Most are of one byte, and a state
 * has a hundred of them: hence inline.
 */
static inline uint64_t read_varint(struct reader *r)
{
    bool is_short = !r->failed && r->pos < r->in.len && r->in.at[r->pos] < 0x80U;
    return is_short ? r->in.at[r->pos++] : read_long_varint(r);
}

static inline int64_t read_varint_signed(struct reader *r)
{
    uint64_t zigzag = read_varint(r);
    return (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
}

/* One of at most `max`; a larger one fails the reader. */
static inline uint64_t read_varint_upto(struct reader *r, uint64_t max)
{
    uint64_t v = read_varint(r);
    r->failed = r->failed || v > max;
    return r->failed ? 0 : v;
}

/*
 * Whole-text decimals, for fields of text protocols: `text` is an optional sign, digits and an
 * optional fraction ("-38.65080", ".5", "7"), nothing else, below 10^9. True where it is one; then
 * *value_e7 holds it times 10^7, digits beyond the seventh cut off.
 */
bool parse_decimal_e7(struct bytes text, int64_t *value_e7);
/* Decimal digits only, at most 18 of them. */
bool parse_u64(struct bytes text, uint64_t *value);

#endif
