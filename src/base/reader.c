/*
 * Reading bytes that come from outside. A read that finds too little fails the reader, and so does
 * every later one; none runs past the end.
 */
#include "base/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { DECIMALS_E7 = 7, WHOLE_DIGITS_MAX = 9, U64_DIGITS_MAX = 18 };

struct reader reader_init(struct bytes in)
{
    return (struct reader){.in = in};
}

bool reader_ok(const struct reader *r)
{
    return !r->failed;
}

size_t reader_left(const struct reader *r)
{
    return r->failed ? 0 : r->in.len - r->pos;
}

/*
 * Takes n bytes, or fails the reader and returns NULL. Here, and where the bytes become a number, a
 * decoder spends its time; so these functions are inlined, and each width gets code of its own
 * without a loop.
 */
__attribute__((always_inline)) static inline const uint8_t *take(struct reader *r, size_t n)
{
    if (r->failed || r->in.len - r->pos < n) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = n == 0 ? r->in.at : r->in.at + r->pos; /* at may be NULL */
    r->pos += n;
    return p;
}

__attribute__((always_inline)) static inline uint64_t take_be(struct reader *r, size_t n)
{
    const uint8_t *p = take(r, n);
    uint64_t value = 0;
    for (size_t i = 0; p != NULL && i < n; i++) {
        value = value << 8 | p[i];
    }
    return value;
}

__attribute__((always_inline)) static inline uint64_t take_le(struct reader *r, size_t n)
{
    const uint8_t *p = take(r, n);
    uint64_t value = 0;
    for (size_t i = n; p != NULL && i > 0; i--) {
        value = value << 8 | p[i - 1];
    }
    return value;
}

uint8_t read_u8(struct reader *r)
{
    return (uint8_t)take_be(r, 1);
}

uint16_t read_u16be(struct reader *r)
{
    return (uint16_t)take_be(r, 2);
}

uint32_t read_u24be(struct reader *r)
{
    return (uint32_t)take_be(r, 3);
}

uint32_t read_u32be(struct reader *r)
{
    return (uint32_t)take_be(r, 4);
}

uint64_t read_u64be(struct reader *r)
{
    return take_be(r, 8);
}

uint16_t read_u16le(struct reader *r)
{
    return (uint16_t)take_le(r, 2);
}

uint32_t read_u32le(struct reader *r)
{
    return (uint32_t)take_le(r, 4);
}

uint64_t read_u64le(struct reader *r)
{
    return take_le(r, 8);
}

struct bytes read_bytes(struct reader *r, size_t n)
{
    const uint8_t *p = take(r, n);
    return p == NULL ? (struct bytes){0} : (struct bytes){p, n};
}

struct bytes read_rest(struct reader *r)
{
    return read_bytes(r, reader_left(r));
}

void read_skip(struct reader *r, size_t n)
{
    (void)take(r, n);
}

uint64_t read_bcd(struct reader *r, size_t n)
{
    const uint8_t *p = take(r, n);
    uint64_t value = 0;
    for (size_t i = 0; p != NULL && i < n; i++) {
        unsigned high = p[i] >> 4;
        unsigned low = p[i] & 0x0fU;
        if (high > 9 || low > 9) {
            r->failed = true;
            return 0;
        }
        value = value * 100 + (uint64_t)high * 10 + low;
    }
    return value;
}

struct bytes read_field(struct reader *r, char separator)
{
    if (r->failed) {
        return (struct bytes){0};
    }
    struct bytes left = bytes_slice(r->in, r->pos, SIZE_MAX);
    size_t len = bytes_find(left, (uint8_t)separator);
    r->pos += len == left.len ? len : len + 1;
    return (struct bytes){left.at, len};
}

uint64_t read_long_varint(struct reader *r)
{
    uint64_t value = 0;
    size_t pos = r->pos;
    for (unsigned shift = 0; shift < 64 && !r->failed && pos < r->in.len; shift += 7) {
        uint8_t byte = r->in.at[pos++];
        value |= (uint64_t)(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) {
            r->failed = shift == 63 && byte > 1;
            r->pos = pos;
            return r->failed ? 0 : value;
        }
    }
    r->failed = true;
    return 0;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/*
 * Takes all digits at the front of `r`, and the first `most` of them into `value`. Answers how many
 * there were.
 */
static size_t take_digits(struct reader *r, int64_t *value, size_t most)
{
    size_t digits = 0;
    for (; reader_left(r) > 0 && is_digit(r->in.at[r->pos]); digits++) {
        int digit = r->in.at[r->pos++] - '0';
        if (digits < most) {
            *value = *value * 10 + digit;
        }
    }
    return digits;
}

bool parse_decimal_e7(struct bytes text, int64_t *value_e7)
{
    struct reader r = reader_init(text);
    int64_t value = 0;
    bool has_sign = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    read_skip(&r, has_sign ? 1 : 0);
    size_t zeros = 0;
    while (reader_left(&r) > 0 && r.in.at[r.pos] == '0') {
        r.pos++;
        zeros++;
    }
    size_t whole = take_digits(&r, &value, WHOLE_DIGITS_MAX);
    size_t decimals = 0;
    if (reader_left(&r) > 0 && r.in.at[r.pos] == '.') {
        r.pos++;
        decimals = take_digits(&r, &value, DECIMALS_E7);
    }
    for (size_t i = decimals; i < DECIMALS_E7; i++) {
        value *= 10;
    }
    *value_e7 = has_sign && text.at[0] == '-' ? -value : value;
    return zeros + whole + decimals > 0 && whole <= WHOLE_DIGITS_MAX && reader_left(&r) == 0;
}

bool parse_u64(struct bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i])) {
            return false;
        }
        sum = sum * 10 + (uint64_t)(text.at[i] - '0');
    }
    *value = sum;
    return text.len > 0 && text.len <= U64_DIGITS_MAX;
}
