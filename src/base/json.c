#include "base/json.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

enum { DEPTH_MAX = 16, DECIMALS_MAX = 9, NUMBER_SIZE = 32 };

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

static void append(struct json_out *j, const char *text, size_t len)
{
    if (j->capacity - j->len < len) {
        size_t want = j->len + len;
        size_t capacity = j->capacity == 0 ? 1024 : j->capacity;
        while (capacity < want) {
            capacity *= 2;
        }
        j->at = mem_resize(j->at, capacity);
        j->capacity = capacity;
    }
    if (len > 0) {
        memcpy(j->at + j->len, text, len);
    }
    j->len += len;
}

/* Writes the comma that goes before a value or a name. */
static void separate(struct json_out *j)
{
    uint32_t bit = UINT32_C(1) << j->depth;
    if (j->after_name) {
        j->after_name = false;
        return;
    }
    if ((j->filled & bit) != 0) {
        append(j, ",", 1);
    }
    j->filled |= bit;
}

static void open_nest(struct json_out *j, const char *bracket)
{
    separate(j);
    append(j, bracket, 1);
    check(j->depth < DEPTH_MAX);
    j->depth++;
    j->filled &= ~(UINT32_C(1) << j->depth);
}

static void close_nest(struct json_out *j, const char *bracket)
{
    check(j->depth > 0);
    j->depth--;
    append(j, bracket, 1);
}

void json_object_begin(struct json_out *j)
{
    open_nest(j, "{");
}

void json_object_end(struct json_out *j)
{
    close_nest(j, "}");
}

void json_array_begin(struct json_out *j)
{
    open_nest(j, "[");
}

void json_array_end(struct json_out *j)
{
    close_nest(j, "]");
}

void json_name(struct json_out *j, const char *name)
{
    separate(j);
    append(j, "\"", 1);
    append(j, name, strlen(name));
    append(j, "\":", 2);
    j->after_name = true;
}

static void literal(struct json_out *j, const char *text)
{
    separate(j);
    append(j, text, strlen(text));
}

void json_write_null(struct json_out *j)
{
    literal(j, "null");
}

void json_bool(struct json_out *j, bool v)
{
    literal(j, v ? "true" : "false");
}

void json_int(struct json_out *j, int64_t v)
{
    json_decimal(j, v, 0);
}

void json_write_string(struct json_out *j, const char *text)
{
    if (text == NULL) {
        json_write_null(j);
        return;
    }
    json_string_bytes(j, bytes_of_text(text));
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
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            append(j, text + start, i - start);
            append_escaped(j, c);
            start = i + 1;
        }
    }
    append(j, text + start, len - start);
}

void json_string_bytes(struct json_out *j, struct bytes text)
{
    const char *at = (const char *)text.at;
    size_t left = text.len;
    separate(j);
    append(j, "\"", 1);
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
    append(j, "\"", 1);
}

/* Writes the digits of `v` before `end`, at least `least` of them; answers where they begin. */
static char *write_digits(char *end, uint64_t v, unsigned least)
{
    char *at = end;
    while (v > 0 || least > 0) {
        *--at = (char)('0' + v % 10);
        v /= 10;
        least -= least > 0;
    }
    return at;
}

/* By hand: a long answer holds half a million numbers. Answers the text in `room`. */
static struct bytes format_decimal(char room[NUMBER_SIZE], int64_t v, unsigned decimals)
{
    static const uint64_t powers[] = {1,      10,      100,      1000,      10000,
                                      100000, 1000000, 10000000, 100000000, 1000000000};
    check(decimals <= DECIMALS_MAX);
    uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char *end = room + NUMBER_SIZE;
    char *at = end;
    if (decimals > 0) {
        at = write_digits(at, size % powers[decimals], decimals);
        *--at = '.';
    }
    at = write_digits(at, size / powers[decimals], 1);
    if (v < 0) {
        *--at = '-';
    }
    return (struct bytes){(const uint8_t *)at, (size_t)(end - at)};
}

void json_decimal(struct json_out *j, int64_t v, unsigned decimals)
{
    char room[NUMBER_SIZE];
    struct bytes text = format_decimal(room, v, decimals);
    separate(j);
    append(j, (const char *)text.at, text.len);
}

void json_decimal_string(struct json_out *j, int64_t v, unsigned decimals)
{
    char room[NUMBER_SIZE];
    struct bytes text = format_decimal(room, v, decimals);
    separate(j);
    append(j, "\"", 1);
    append(j, (const char *)text.at, text.len);
    append(j, "\"", 1);
}

void json_raw(struct json_out *j, struct bytes json)
{
    separate(j);
    append(j, (const char *)json.at, json.len);
}
