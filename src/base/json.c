/*
 * Writing JSON. Room is asked for once for the longest form that a value can have. Then the value
 * is written without further questions, and its end is noted:
 *
 *     room_for() ─► at ... put() ... ─► end_at()
 */
#include "base/json.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

enum { DEPTH_MAX = 16, DECIMALS_MAX = 9, NUMBER_SIZE = 32, FIRST_BYTES = 1024 };

void json_free(struct json_out *j)
{
    free(j->at);
    *j = (struct json_out){0};
}

struct bytes json_text(const struct json_out *j)
{
    return (struct bytes){(const uint8_t *)j->at, j->len};
}

void json_drop(struct json_out *j)
{
    j->len = 0;
}

static void grow(struct json_out *j, size_t len)
{
    size_t want = j->len + len;
    size_t capacity = j->capacity == 0 ? FIRST_BYTES : j->capacity;
    while (capacity < want) {
        capacity *= 2;
    }
    j->at = mem_resize(j->at, capacity);
    j->capacity = capacity;
}

/* Where the next byte goes, with room for `len`. Whoever writes there calls end_at(). */
static char *room_for(struct json_out *j, size_t len)
{
    if (j->capacity - j->len < len) {
        grow(j, len);
    }
    return j->at + j->len;
}

static void end_at(struct json_out *j, const char *at)
{
    j->len = (size_t)(at - j->at);
}

static char *put(char *at, const char *text, size_t len)
{
    if (len > 0) {
        memcpy(at, text, len);
    }
    return at + len;
}

static void append(struct json_out *j, const char *text, size_t len)
{
    end_at(j, put(room_for(j, len), text, len));
}

void json_append(struct json_out *j, struct bytes text)
{
    if (text.len > 0) {
        append(j, (const char *)text.at, text.len);
    }
}

/* Writes the comma that goes before a value or a name, where there is one; then as room_for(). */
static char *begin_value(struct json_out *j, size_t len)
{
    uint32_t bit = UINT32_C(1) << j->depth;
    char *at = room_for(j, len + 1);
    *at = ',';
    at += !j->after_name && (j->filled & bit) != 0;
    j->filled |= bit;
    j->after_name = false;
    return at;
}

static void open_nest(struct json_out *j, char bracket)
{
    char *at = begin_value(j, 1);
    *at = bracket;
    end_at(j, at + 1);
    check(j->depth < DEPTH_MAX);
    j->depth++;
    j->filled &= ~(UINT32_C(1) << j->depth);
}

static void close_nest(struct json_out *j, char bracket)
{
    check(j->depth > 0);
    j->depth--;
    append(j, &bracket, 1);
}

void json_object_begin(struct json_out *j)
{
    open_nest(j, '{');
}

void json_object_end(struct json_out *j)
{
    close_nest(j, '}');
}

void json_array_begin(struct json_out *j)
{
    open_nest(j, '[');
}

void json_array_end(struct json_out *j)
{
    close_nest(j, ']');
}

void json_name_sized(struct json_out *j, const char *name, size_t len)
{
    char *at = begin_value(j, len + 3);
    *at = '"';
    at = put(at + 1, name, len);
    at[0] = '"';
    at[1] = ':';
    end_at(j, at + 2);
    j->after_name = true;
}

void json_raw(struct json_out *j, struct bytes json)
{
    end_at(j, put(begin_value(j, json.len), (const char *)json.at, json.len));
}

void json_write_null(struct json_out *j)
{
    json_raw(j, bytes_of_text("null"));
}

void json_bool(struct json_out *j, bool v)
{
    json_raw(j, bytes_of_text(v ? "true" : "false"));
}

/* ---- strings ---- */

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/*
 * It looks at eight at a time. As long as all eight are below 0x80, taking n from each sets the top
 * bit of the first one that is below n, and no top bit where none is. After w ^ c a byte is below 1
 * where it was equal to c.
 */
size_t json_plain_length(const uint8_t *at, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (; len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t w;
        memcpy(&w, at + i, sizeof(w));
        uint64_t quote = (w ^ ones * '"') - ones;
        uint64_t slash = (w ^ ones * '\\') - ones;
        uint64_t delete = (w ^ ones * 0x7f) - ones;
        if (((w | (w - ones * 0x20) | quote | slash | delete) & ones * 0x80) != 0) {
            break;
        }
    }
    while (i < len && is_plain(at[i])) {
        i++;
    }
    return i;
}

static void append_escaped(struct json_out *j, uint8_t c)
{
    char text[8];
    if (c == '"' || c == '\\') {
        text[0] = '\\';
        text[1] = (char)c;
        append(j, text, 2);
        return;
    }
    (void)snprintf(text, sizeof(text), "\\u%04x", c);
    append(j, text, 6);
}

/* Appends valid UTF-8, escaping what JSON wants escaped, in runs. */
static void append_utf8(struct json_out *j, const char *text, size_t len)
{
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c < 0x80 && !is_plain(c)) {
            append(j, text + start, i - start);
            append_escaped(j, c);
            start = i + 1;
        }
    }
    append(j, text + start, len - start);
}

/* The rest of a string, from its first byte that is not plain. */
static void append_careful(struct json_out *j, const char *at, size_t left)
{
    while (left > 0) {
        const char *end = at;
        bool all = g_utf8_validate_len(at, left, &end);
        append_utf8(j, at, (size_t)(end - at));
        left -= (size_t)(end - at);
        at = end;
        if (!all) {
            append(j, "\xef\xbf\xbd", 3); /* U+FFFD for one bad byte */
            at++;
            left--;
        }
    }
}

void json_string_bytes(struct json_out *j, struct bytes text)
{
    const char *from = (const char *)text.at;
    size_t plain = json_plain_length(text.at, text.len);
    char *at = begin_value(j, plain + 2);
    *at++ = '"';
    at = put(at, from, plain);
    if (plain < text.len) {
        end_at(j, at);
        append_careful(j, from + plain, text.len - plain);
        at = room_for(j, 1);
    }
    *at = '"';
    end_at(j, at + 1);
}

void json_write_string(struct json_out *j, const char *text)
{
    if (text == NULL) {
        json_write_null(j);
    } else {
        json_string_bytes(j, bytes_of_text(text));
    }
}

/* ---- numbers ---- */

/*
 * Writes `v` / 10^decimals before `end` and answers where it begins. Not by snprintf(): a long
 * answer holds half a million numbers.
 */
static char *format_decimal(char *end, int64_t v, unsigned decimals)
{
    check(decimals <= DECIMALS_MAX);
    uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char *at = end;
    if (decimals > 0) {
        for (; decimals > 0; decimals--) {
            *--at = (char)('0' + size % 10);
            size /= 10;
        }
        *--at = '.';
    }
    do {
        *--at = (char)('0' + size % 10);
        size /= 10;
    } while (size > 0);
    if (v < 0) {
        *--at = '-';
    }
    return at;
}

void json_decimal(struct json_out *j, int64_t v, unsigned decimals)
{
    char room[NUMBER_SIZE];
    char *end = room + sizeof(room);
    const char *text = format_decimal(end, v, decimals);
    json_raw(j, (struct bytes){(const uint8_t *)text, (size_t)(end - text)});
}

void json_decimal_string(struct json_out *j, int64_t v, unsigned decimals)
{
    char room[NUMBER_SIZE];
    char *end = room + sizeof(room);
    *--end = '"';
    char *text = format_decimal(end, v, decimals);
    *--text = '"';
    json_raw(j, (struct bytes){(const uint8_t *)text, (size_t)(end + 1 - text)});
}

void json_int(struct json_out *j, int64_t v)
{
    json_decimal(j, v, 0);
}
