/*
 * Heads of sentences by their forms; see heads.h. A form is walked once, and so is the head, so
 * that the first byte that does not fit ends the search.
 */
#include "protocols/heads.h"

#include <string.h>

enum { BASE10 = 10 };

/* A class of a form, and how many of it there are. */
struct class
{
    char name;
    struct bytes set; /* of '[' */
    size_t least;
    size_t most;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_within(const struct class *k, uint8_t c, char next)
{
    enum { LOWER = 0x20 };
    uint8_t lower = c | LOWER;
    switch (k->name) {
    case '9':
        return is_digit(c);
    case 'x':
        return is_digit(c) || (lower >= 'a' && lower <= 'f');
    case 'A':
        return is_capital(c);
    case 'a':
        return lower >= 'a' && lower <= 'z';
    case 'N':
        return is_digit(c) || is_capital(c);
    case '[':
        return bytes_find(k->set, c) < k->set.len;
    default:
        return c != (uint8_t)next;
    }
}

static const char *read_number(const char *form, size_t *number)
{
    *number = 0;
    while (is_digit((uint8_t)*form)) {
        *number = *number * BASE10 + (size_t)(*form++ - '0');
    }
    return form;
}

/* Reads the class behind a '%'; what stands behind it in the form. */
static const char *read_class(const char *form, struct class *out)
{
    *out = (struct class){.name = *form++, .least = 1, .most = 1};
    if (out->name == '[') {
        out->set = (struct bytes){(const uint8_t *)form, strcspn(form, "]")};
        form += out->set.len + 1;
    }
    if (*form == '{') {
        form = read_number(form + 1, &out->least);
        out->most = out->least;
        form = *form == ',' ? read_number(form + 1, &out->most) : form;
        form++;
    }
    return form;
}

/* Takes what stands for a class off `in`. */
static enum err take_class(struct bytes *in, const struct class *k, char next, struct bytes *part)
{
    size_t len = 0;
    while (len < in->len && len < k->most && is_within(k, in->at[len], next)) {
        len++;
    }
    if (len == in->len && len < k->most) {
        return ERR_MORE;
    }
    *part = bytes_slice(*in, 0, len);
    *in = bytes_slice(*in, len, SIZE_MAX);
    return len >= k->least ? ERR_OK : ERR_MALFORMED;
}

static enum err take_character(struct bytes *in, char c)
{
    if (in->len == 0) {
        return ERR_MORE;
    }
    enum err e = in->at[0] == (uint8_t)c ? ERR_OK : ERR_MALFORMED;
    *in = bytes_slice(*in, 1, SIZE_MAX);
    return e;
}

enum err head_read(struct bytes in, const char *form, struct head *out)
{
    /* Of the forms of a protocol most begin otherwise, and so does most of a text. */
    if (in.len > 0 && form[0] != '%' && form[0] != '\0' && in.at[0] != (uint8_t)form[0]) {
        return ERR_MALFORMED;
    }
    struct bytes left = in;
    struct head head = {.len = 0};
    size_t parts = 0;
    enum err e = ERR_OK;
    while (*form != '\0' && e == ERR_OK) {
        struct bytes part = {0};
        struct class k;
        if (*form != '%') {
            e = take_character(&left, *form++);
            continue;
        }
        form = read_class(form + 1, &k);
        e = take_class(&left, &k, *form, &part);
        if (parts < HEAD_PARTS_MAX) {
            head.part[parts++] = part;
        }
    }
    head.len = in.len - left.len;
    if (e == ERR_OK && out != NULL) {
        *out = head;
    }
    return e;
}

enum err head_begins(struct bytes in, size_t from, const char *form)
{
    return head_read(bytes_slice(in, from, SIZE_MAX), form, NULL);
}

enum err head_read_one(struct bytes in, const char *const *forms, struct head *out)
{
    enum err best = ERR_MALFORMED;
    for (size_t i = 0; forms[i] != NULL && best != ERR_OK; i++) {
        enum err e = head_read(in, forms[i], out);
        best = e == ERR_MALFORMED ? best : e;
        if (e == ERR_OK && out != NULL) {
            out->form = i;
        }
    }
    return best;
}

size_t head_span(struct bytes in, const char *set, size_t most)
{
    size_t len = 0;
    while (len < in.len && len < most && in.at[len] != '\0' && strchr(set, in.at[len]) != NULL) {
        len++;
    }
    return len;
}
