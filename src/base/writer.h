#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The matching half of the reader: appends to a buffer it does not own and cannot overrun. The
 * first write that does not fit sets `failed` and every later one does nothing; ask writer_ok()
 * once at the end.
 */
struct writer {
    uint8_t *at;
    size_t capacity;
    size_t len;
    bool failed;
};

/* A writer into `capacity` bytes at `at`, which it borrows. */
struct writer writer_init(uint8_t *at, size_t capacity);
bool writer_ok(const struct writer *w);
/* What has been written, borrowed; empty once failed. */
struct bytes writer_bytes(const struct writer *w);

/* Big-endian. */
void write_u8(struct writer *w, uint8_t v);
void write_u16be(struct writer *w, uint16_t v);
void write_u32be(struct writer *w, uint32_t v);
void write_u64be(struct writer *w, uint64_t v);
/* Little-endian. */
void write_u16le(struct writer *w, uint16_t v);
void write_u32le(struct writer *w, uint32_t v);
void write_bytes(struct writer *w, struct bytes in);
void write_text(struct writer *w, const char *text);
/* `n` bytes of packed binary-coded decimal, high digits first. */
void write_bcd(struct writer *w, uint64_t value, size_t n);
/* A LEB128 number of any length; for write_varint(). */
void write_long_varint(struct writer *w, uint64_t v);

/*
 * LEB128, low seven bits first; the signed form is zigzag. Read by read_varint(). Most are of one
 * byte, and a state has a hundred of them: hence inline.
 */
static inline void write_varint(struct writer *w, uint64_t v)
{
    if (v < 0x80U && !w->failed && w->len < w->capacity) {
        w->at[w->len++] = (uint8_t)v;
    } else {
        write_long_varint(w, v);
    }
}

static inline void write_varint_signed(struct writer *w, int64_t v)
{
    write_varint(w, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

#endif
