/*
 * Conversion by iconv(3) of the C library, which is handed pieces and says where it stopped:
 *
 *     EILSEQ  no character here: U+FFFD is written and one unit (a byte, or two of UTF-16) skipped
 *     EINVAL  a character cut off by the end of the input: U+FFFD once, and the end
 *     E2BIG   the room is full: what is there are whole characters
 *
 * A system may lack the tables of GB18030; then everything beyond ASCII is U+FFFD.
 */
#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const uint8_t replacement[] = {0xef, 0xbf, 0xbd};

struct conversion {
    iconv_t handle;
    char *in;
    size_t in_left;
    char *out;
    size_t out_left;
    size_t unit; /* bytes of the least character */
};

/* Skips one unit and writes U+FFFD; false where there is no room. */
static bool replace_unit(struct conversion *c)
{
    if (c->out_left < sizeof(replacement)) {
        return false;
    }
    memcpy(c->out, replacement, sizeof(replacement));
    c->out += sizeof(replacement);
    c->out_left -= sizeof(replacement);
    size_t skip = c->in_left < c->unit ? c->in_left : c->unit;
    c->in += skip;
    c->in_left -= skip;
    return true;
}

static void convert(struct conversion *c)
{
    while (c->in_left > 0) {
        if (iconv(c->handle, &c->in, &c->in_left, &c->out, &c->out_left) != (size_t)-1) {
            return;
        }
        bool is_end = errno == EINVAL;
        if (errno == E2BIG || !replace_unit(c) || is_end) {
            return;
        }
    }
}

/* The conversion where there is no table: ASCII as it is. */
static void convert_ascii(struct conversion *c)
{
    while (c->in_left > 0 && c->out_left > 0) {
        if ((uint8_t)*c->in < 0x80) {
            *c->out++ = *c->in++;
            c->in_left--;
            c->out_left--;
        } else if (!replace_unit(c)) {
            return;
        }
    }
}

static void blank_controls(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((at[i] < ' ' && at[i] != '\t' && at[i] != '\n') || at[i] == 0x7f) {
            at[i] = ' ';
        }
    }
}

/*
 * Converts `in`, into the arena. *len is the most bytes at first, then how many there are. NULL:
 * none.
 */
static uint8_t *converted(struct arena *a, enum charset from, struct bytes in, size_t *len)
{
    enum { GROWTH_MAX = 3 }; /* a byte that is no character becomes three */
    size_t len_max = *len;
    *len = 0;
    static const char *const names[] = {
        [CHARSET_GBK] = "GB18030", [CHARSET_UTF16BE] = "UTF-16BE", [CHARSET_ASCII] = "ASCII"};
    if (in.len == 0 || len_max == 0) {
        return NULL;
    }
    size_t room = in.len < len_max / GROWTH_MAX ? in.len * GROWTH_MAX : len_max;
    char *at = arena_new(a, room);
    char *copy = arena_new(a, in.len);
    memcpy(copy, in.at, in.len);
    struct conversion c = {
        .handle = iconv_open("UTF-8", names[from]),
        .in = copy,
        .in_left = in.len,
        .out = at,
        .out_left = room,
        .unit = from == CHARSET_UTF16BE ? 2 : 1,
    };
    bool has_table = (intptr_t)c.handle != -1;
    if (!has_table) {
        convert_ascii(&c);
    } else {
        convert(&c);
        (void)iconv_close(c.handle);
    }
    *len = room - c.out_left;
    return (uint8_t *)at;
}

struct bytes charset_convert(struct arena *a, enum charset from, struct bytes in, size_t len_max)
{
    const uint8_t *at = converted(a, from, in, &len_max);
    return (struct bytes){at, len_max};
}

struct bytes charset_to_utf8(struct arena *a, enum charset from, struct bytes in, size_t len_max)
{
    uint8_t *at = converted(a, from, in, &len_max);
    blank_controls(at, len_max);
    return (struct bytes){at, len_max};
}

static bool is_ascii(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

enum err charset_of_utf8(enum charset to, struct bytes in, uint8_t *out, size_t room, size_t *len)
{
    static const char *const names[] = {
        [CHARSET_GBK] = "GBK", [CHARSET_UTF16BE] = "UTF-16BE", [CHARSET_ASCII] = "ASCII"};
    *len = 0;
    if (to != CHARSET_UTF16BE && is_ascii(in)) { /* whatever tables a system lacks */
        if (in.len > room) {
            return ERR_TOO_LONG;
        }
        if (in.len > 0) {
            memcpy(out, in.at, in.len);
        }
        *len = in.len;
        return ERR_OK;
    }
    iconv_t handle = iconv_open(names[to], "UTF-8");
    if ((intptr_t)handle == -1) {
        return ERR_INVALID;
    }
    char *from = NULL;
    memcpy(&from, &in.at, sizeof(from)); /* iconv() wants a char *, and reads alone */
    char *at = (char *)out;
    size_t from_left = in.len;
    size_t at_left = room;
    size_t converted = iconv(handle, &from, &from_left, &at, &at_left);
    bool is_full = converted == (size_t)-1 && errno == E2BIG;
    (void)iconv_close(handle);
    *len = room - at_left;
    return is_full ? ERR_TOO_LONG : converted != 0 ? ERR_INVALID : ERR_OK;
}
