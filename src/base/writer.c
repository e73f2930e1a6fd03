/*
 * Writing bytes into a buffer of fixed size, in the forms that reader.c reads. A write that does
 * not fit fails the writer, and so does every later one.
 */
#include "base/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer writer_init(uint8_t *at, size_t capacity)
{
    return (struct writer){.at = at, .capacity = capacity};
}

bool writer_ok(const struct writer *w)
{
    return !w->failed;
}

struct bytes writer_bytes(const struct writer *w)
{
    return w->failed ? (struct bytes){0} : (struct bytes){w->at, w->len};
}

void write_u16le(struct writer *w, uint16_t v)
{
    write_u8(w, (uint8_t)(v & UINT8_MAX));
    write_u8(w, (uint8_t)(v >> 8));
}

void write_u32le(struct writer *w, uint32_t v)
{
    write_u16le(w, (uint16_t)(v & UINT16_MAX));
    write_u16le(w, (uint16_t)(v >> 16));
}

void write_bytes(struct writer *w, struct bytes in)
{
    if (w->failed || w->capacity - w->len < in.len) {
        w->failed = true;
        return;
    }
    if (in.len > 0) {
        memcpy(w->at + w->len, in.at, in.len);
    }
    w->len += in.len;
}

/* An encoder spends its time here, so each width has code of its own without a loop. */
__attribute__((always_inline)) static inline void write_be(struct writer *w, uint64_t v, size_t n)
{
    if (w->failed || w->capacity - w->len < n) {
        w->failed = true;
        return;
    }
    for (size_t i = n; i > 0; i--) {
        w->at[w->len + i - 1] = (uint8_t)v;
        v >>= 8;
    }
    w->len += n;
}

void write_u8(struct writer *w, uint8_t v)
{
    write_be(w, v, 1);
}

void write_u16be(struct writer *w, uint16_t v)
{
    write_be(w, v, 2);
}

void write_u32be(struct writer *w, uint32_t v)
{
    write_be(w, v, 4);
}

void write_u64be(struct writer *w, uint64_t v)
{
    write_be(w, v, 8);
}

void write_text(struct writer *w, const char *text)
{
    write_bytes(w, bytes_of_text(text));
}

void write_bcd(struct writer *w, uint64_t value, size_t n)
{
    uint8_t out[10] = {0};
    if (n > sizeof(out)) {
        w->failed = true;
        return;
    }
    for (size_t i = n; i > 0; i--) {
        out[i - 1] = (uint8_t)(value / 10 % 10 << 4 | value % 10);
        value /= 100;
    }
    write_bytes(w, (struct bytes){out, n});
}

enum { VARINT_MAX = 10 };

static size_t varint_to(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (uint8_t)(v | 0x80U);
        v >>= 7;
    }
    out[n++] = (uint8_t)v;
    return n;
}

void write_long_varint(struct writer *w, uint64_t v)
{
    uint8_t out[VARINT_MAX];
    if (!w->failed && w->capacity - w->len >= VARINT_MAX) {
        w->len += varint_to(w->at + w->len, v);
        return;
    }
    write_bytes(w, (struct bytes){out, varint_to(out, v)});
}
