/*
 * A reader of JSON by RFC 8259: recursive descent over text that is known to be valid UTF-8,
 * bounded in depth and in values. The first fault sticks, so that each step simply goes on.
 */
#include "base/json_read.h"

#include <glib.h>
#include <string.h>

#include "base/json.h"

struct parse {
    const char *at;
    const char *end;
    struct arena *arena;
    size_t values;
    unsigned depth;
    enum err e;
};

static void fail(struct parse *p, enum err e)
{
    if (p->e == ERR_OK) {
        p->e = e;
    }
    p->at = p->end;
}

static void skip_blanks(struct parse *p)
{
    while (p->at < p->end &&
           (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')) {
        p->at++;
    }
}

/* The next character that is no blank; NUL at the end. */
static char peek(struct parse *p)
{
    skip_blanks(p);
    if (p->at == p->end) {
        return '\0';
    }
    return *p->at;
}

static bool take(struct parse *p, char c)
{
    if (peek(p) != c) {
        return false;
    }
    p->at++;
    return true;
}

static bool is_digit(const struct parse *p)
{
    return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

/* At least one digit. */
static void skip_digits(struct parse *p)
{
    if (!is_digit(p)) {
        fail(p, ERR_MALFORMED);
    }
    while (is_digit(p)) {
        p->at++;
    }
}

static bool take_here(struct parse *p, const char *any)
{
    bool found = p->at < p->end && *p->at != '\0' && strchr(any, *p->at) != NULL;
    p->at += found;
    return found;
}

static struct bytes read_number(struct parse *p)
{
    const char *begin = p->at;
    (void)take_here(p, "-");
    if (!take_here(p, "0")) {
        skip_digits(p);
    }
    if (take_here(p, ".")) {
        skip_digits(p);
    }
    if (take_here(p, "eE")) {
        (void)take_here(p, "+-");
        skip_digits(p);
    }
    return (struct bytes){(const uint8_t *)begin, (size_t)(p->at - begin)};
}

/* Four hexadecimal digits of a \u escape. */
static uint32_t read_hex4(struct parse *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        int digit = p->at < p->end ? g_ascii_xdigit_value(*p->at) : -1;
        if (digit < 0) {
            fail(p, ERR_MALFORMED);
            return 0;
        }
        v = v << 4 | (uint32_t)digit;
        p->at++;
    }
    return v;
}

/* What follows "\u": one code point, of two escapes beyond U+FFFF. */
static uint32_t read_code_point(struct parse *p)
{
    uint32_t high = read_hex4(p);
    if (high < 0xd800 || high > 0xdfff) {
        return high;
    }
    bool pair = high < 0xdc00 && p->end - p->at >= 2 && p->at[0] == '\\' && p->at[1] == 'u';
    if (!pair) {
        fail(p, ERR_MALFORMED);
        return 0;
    }
    p->at += 2;
    uint32_t low = read_hex4(p);
    if (low < 0xdc00 || low > 0xdfff) {
        fail(p, ERR_MALFORMED);
        return 0;
    }
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* One escape, its backslash taken; answers how many bytes went to `out`. */
static size_t read_escape(struct parse *p, char *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = '\0';
    if (p->at < p->end) {
        c = *p->at++;
    }
    if (c == 'u') {
        return (size_t)g_unichar_to_utf8(read_code_point(p), out);
    }
    const char *known = c == '\0' ? NULL : strchr(from, c);
    if (known == NULL) {
        fail(p, ERR_MALFORMED);
        return 0;
    }
    out[0] = to[known - from];
    return 1;
}

/* A string, its opening quote taken. */
static struct bytes read_string(struct parse *p)
{
    size_t plain = json_plain_length((const uint8_t *)p->at, (size_t)(p->end - p->at));
    const char *close = p->at + plain;
    while (close < p->end && *close != '"') {
        close += *close == '\\' && close + 1 < p->end ? 2 : 1;
    }
    if (close >= p->end) {
        fail(p, ERR_MALFORMED);
        return (struct bytes){0};
    }
    char *out = arena_new(p->arena, (size_t)(close - p->at) + 1); /* an escape never grows */
    size_t len = plain;                                           /* mostly all of it */
    memcpy(out, p->at, plain);
    p->at += plain;
    while (p->at < close) {
        unsigned char c = (unsigned char)*p->at++;
        if (c == '\\') {
            len += read_escape(p, out + len);
        } else if (c < 0x20) {
            fail(p, ERR_MALFORMED);
        } else {
            out[len++] = (char)c;
        }
    }
    p->at = p->e == ERR_OK ? close + 1 : p->end;
    out[len] = '\0';
    return (struct bytes){(const uint8_t *)out, len};
}

static void read_word(struct parse *p, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0) {
        fail(p, ERR_MALFORMED);
        return;
    }
    p->at += len;
}

static struct json_value *read_value(struct parse *p);

static struct json_value *read_member(struct parse *p, bool named)
{
    struct bytes name = {0};
    if (named && !take(p, '"')) {
        fail(p, ERR_MALFORMED);
    } else if (named) {
        name = read_string(p);
        if (!take(p, ':')) {
            fail(p, ERR_MALFORMED);
        }
    }
    struct json_value *v = read_value(p);
    v->name = name;
    return v;
}

/* The members of an array or object, its opening bracket taken. */
static void read_members(struct parse *p, struct json_value *v)
{
    char close = v->kind == JSON_KIND_OBJECT ? '}' : ']';
    struct json_value **link = &v->first;
    if (take(p, close)) {
        return;
    }
    do {
        *link = read_member(p, v->kind == JSON_KIND_OBJECT);
        link = &(*link)->next;
        v->count++;
    } while (take(p, ','));
    if (!take(p, close)) {
        fail(p, ERR_MALFORMED);
    }
}

static void read_nested(struct parse *p, struct json_value *v, enum json_kind kind)
{
    v->kind = kind;
    p->at++;
    if (p->depth == JSON_READ_DEPTH_MAX) {
        fail(p, ERR_TOO_LONG);
        return;
    }
    p->depth++;
    read_members(p, v);
    p->depth--;
}

static struct json_value *read_value(struct parse *p)
{
    struct json_value *v = arena_new(p->arena, sizeof(*v));
    if (++p->values > JSON_READ_VALUES_MAX) {
        fail(p, ERR_TOO_LONG);
        return v;
    }
    switch (peek(p)) {
    case '{':
        read_nested(p, v, JSON_KIND_OBJECT);
        break;
    case '[':
        read_nested(p, v, JSON_KIND_ARRAY);
        break;
    case '"':
        p->at++;
        v->kind = JSON_KIND_STRING;
        v->text = read_string(p);
        break;
    case 't':
        v->kind = JSON_KIND_TRUE;
        read_word(p, "true");
        break;
    case 'f':
        v->kind = JSON_KIND_FALSE;
        read_word(p, "false");
        break;
    case 'n':
        read_word(p, "null");
        break;
    default:
        v->kind = JSON_KIND_NUMBER;
        v->text = read_number(p);
    }
    return v;
}

enum err json_read(struct bytes text, struct arena *arena, struct json_value **out)
{
    if (text.len == 0 || !g_utf8_validate_len((const char *)text.at, text.len, NULL)) {
        return ERR_MALFORMED;
    }
    struct parse p = {.at = (const char *)text.at, .arena = arena};
    p.end = p.at + text.len;
    if (bytes_begin(text, "\xef\xbb\xbf")) {
        p.at += 3;
    }
    *out = read_value(&p);
    if (peek(&p) != '\0' || p.at != p.end) {
        fail(&p, ERR_MALFORMED);
    }
    return p.e;
}

const struct json_value *json_read_member(const struct json_value *object, const char *name)
{
    const struct json_value *found = NULL;
    const struct bytes wanted = bytes_of_text(name);
    if (object == NULL || object->kind != JSON_KIND_OBJECT) {
        return NULL;
    }
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        found = bytes_same(v->name, wanted) ? v : found;
    }
    return found;
}
