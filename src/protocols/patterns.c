/*
 * Texts against patterns. A tracker is generous in what it reads, so both are brought to one form:
 *
 *     "relay , 01 #STATUS#"     RELAY,1       statements end at # ; ( ) and line ends
 *                               STATUS
 *
 * Capitals; '=' and ':' are commas; empty fields go, and so do zeros before a number. Blanks go, or
 * are commas ("setdigout 1"): both forms are tried. A pattern has a '*' for any run without a
 * comma, and matches a statement whose fields it is, or that goes on with further ones. It may
 * begin at any field, and behind the digits of one: passwords stand before commands. A pattern that
 * begins with a digit begins at the statement, or every number would be one.
 *
 *     P43            P43,888888    8000012345,P43,1
 *     RELAY,*,1      RELAY,1234,1  RELAY,1234,1,0
 *
 * Of a raw message every printable run is such a text, which may begin anywhere, and a pattern
 * "hex:8500" is compared with its first bytes. Where this errs, a harmless text is treated as one
 * that cuts.
 */
#include "protocols/patterns.h"

#include <string.h>

#include "base/hex.h"

enum {
    FORM_MAX = 2 * PATTERNS_TEXT_MAX,
    STATEMENT_END = '\n',
};

static const char raw_mark[] = COMMAND_RAW_MARK;

/* A text in one form; too long a one is cut, which the caller has excluded. */
struct form {
    char at[FORM_MAX];
    size_t len;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a byte is in the form; 0: it goes. */
static char plain_of(uint8_t c, bool blanks_divide)
{
    if (c == '#' || c == ';' || c == '(' || c == ')' || c == '\n' || c == '\r') {
        return STATEMENT_END;
    }
    if (c <= ' ' || c == 0x7f) {
        return (char)(blanks_divide ? ',' : 0);
    }
    if (c == '=' || c == ':') {
        return ',';
    }
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* Takes the zeros before the number that the field from `from` on is, if it is one. */
static void end_field(struct form *f, size_t from)
{
    size_t zeros = 0;
    for (size_t i = from; i < f->len; i++) {
        if (!is_digit(f->at[i])) {
            return;
        }
        zeros += zeros == i - from && f->at[i] == '0' && i + 1 < f->len;
    }
    memmove(f->at + from, f->at + from + zeros, f->len - from - zeros);
    f->len -= zeros;
}

static void add_divider(struct form *f, char divider, size_t *field)
{
    end_field(f, *field);
    bool is_empty = f->len == 0 || f->at[f->len - 1] == STATEMENT_END;
    bool follows_comma = f->len > 0 && f->at[f->len - 1] == ',';
    if (divider == STATEMENT_END && follows_comma) {
        f->at[f->len - 1] = divider;
    } else if (!is_empty && !follows_comma) {
        f->at[f->len++] = divider;
    }
    *field = f->len;
}

static void form_of(struct bytes text, bool blanks_divide, struct form *f)
{
    size_t field = 0;
    f->len = 0;
    for (size_t i = 0; i < text.len && f->len + 2 < FORM_MAX; i++) {
        char c = plain_of(text.at[i], blanks_divide);
        if (c == ',' || c == STATEMENT_END) {
            add_divider(f, c, &field);
        } else if (c != 0) {
            f->at[f->len++] = c;
        }
    }
    add_divider(f, STATEMENT_END, &field);
}

/* The same of a pattern, without the mark of its end. */
static void pattern_of(struct bytes text, struct form *f)
{
    form_of(text, false, f);
    f->len -= f->len > 0;
}

static bool is_boundary(char c)
{
    return c == ',' || c == STATEMENT_END;
}

/* Whether the pattern matches from `at` on; every form ends with the mark of an end. */
static bool matches_at(const struct form *pattern, const char *at)
{
    size_t p = 0;
    size_t star = SIZE_MAX;   /* the place in the pattern behind the last '*' ... */
    const char *taken = NULL; /* ... and to where in the text that reaches */
    for (;;) {
        if (p == pattern->len && is_boundary(*at)) {
            return true;
        }
        if (p < pattern->len && pattern->at[p] == '*') {
            star = ++p;
            taken = at;
        } else if (p < pattern->len && pattern->at[p] == *at && *at != STATEMENT_END) {
            p++;
            at++;
        } else if (star != SIZE_MAX && !is_boundary(*taken)) {
            p = star;
            at = ++taken;
        } else {
            return false;
        }
    }
}

/* How a text is searched. */
enum search { SEARCH_FIELDS, SEARCH_ANYWHERE };

/* Whether a pattern may begin at `i`. */
static bool may_begin(const struct form *text, size_t i, enum search search, bool is_number)
{
    bool begins_statement = i == 0 || text->at[i - 1] == STATEMENT_END;
    bool begins_field = begins_statement || text->at[i - 1] == ',';
    bool is_behind_digits = i > 0 && is_digit(text->at[i - 1]) && !is_digit(text->at[i]);
    return is_number ? begins_statement
                     : search == SEARCH_ANYWHERE || begins_field || is_behind_digits;
}

static bool matches(const struct form *text, const struct form *pattern, enum search search)
{
    bool is_number = pattern->len > 0 && is_digit(pattern->at[0]) && search == SEARCH_FIELDS;
    for (size_t i = 0; i < text->len && pattern->len > 0; i++) {
        if (may_begin(text, i, search, is_number) && matches_at(pattern, text->at + i)) {
            return true;
        }
    }
    return false;
}

/* ---- lists of patterns ---- */

static bool is_raw(struct bytes pattern)
{
    return bytes_eq_nocase(bytes_slice(pattern, 0, sizeof(raw_mark) - 1), raw_mark);
}

static struct bytes trimmed(struct bytes text)
{
    while (text.len > 0 && text.at[0] == ' ') {
        text = bytes_slice(text, 1, SIZE_MAX);
    }
    while (text.len > 0 && text.at[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* Takes the next item of a list; false behind the last. */
static bool next_item(struct bytes *list, struct bytes *item)
{
    if (list->len == 0) {
        return false;
    }
    size_t len = bytes_find(*list, ';');
    *item = trimmed(bytes_slice(*list, 0, len));
    *list = bytes_slice(*list, len + 1, SIZE_MAX);
    return true;
}

static bool list_matches(const char *list, const struct form *text, enum search search)
{
    struct bytes item;
    struct bytes rest = bytes_of_text(list == NULL ? "" : list);
    while (next_item(&rest, &item)) {
        struct form pattern;
        pattern_of(item, &pattern);
        if (!is_raw(item) && matches(text, &pattern, search)) {
            return true;
        }
    }
    return false;
}

static unsigned match_form(const struct profiles *p, const struct form *text, enum search search)
{
    unsigned found = 0;
    const struct profile *row = profiles_at(p, 0);
    for (size_t i = 0; row != NULL; row = profiles_at(p, ++i)) {
        found |= list_matches(row->cuts, text, search) ? PROFILE_MATCHES_CUT : 0U;
        found |= list_matches(row->unlocks, text, search) ? PROFILE_MATCHES_UNLOCK : 0U;
    }
    return found;
}

static unsigned match_text(const struct profiles *p, struct bytes text, enum search search)
{
    struct form form;
    if (text.len > PATTERNS_TEXT_MAX) {
        return PROFILE_MATCHES_CUT | PROFILE_MATCHES_UNLOCK; /* longer than any that is sent */
    }
    form_of(text, false, &form);
    unsigned found = match_form(p, &form, search);
    form_of(text, true, &form);
    return found | match_form(p, &form, search);
}

unsigned profiles_match(const struct profiles *p, struct bytes text)
{
    return match_text(p, text, SEARCH_FIELDS);
}

/* ---- raw messages ---- */

/* Whether the bytes begin as a list says. */
static bool list_matches_bytes(const char *list, struct bytes raw)
{
    struct bytes item;
    struct bytes rest = bytes_of_text(list == NULL ? "" : list);
    while (next_item(&rest, &item)) {
        uint8_t at[COMMAND_RAW_MAX];
        size_t len = is_raw(item) ? command_raw(item, at) : 0;
        if (len > 0 && bytes_same(bytes_slice(raw, 0, len), (struct bytes){at, len})) {
            return true;
        }
    }
    return false;
}

static unsigned match_bytes(const struct profiles *p, struct bytes raw)
{
    unsigned found = 0;
    const struct profile *row = profiles_at(p, 0);
    for (size_t i = 0; row != NULL; row = profiles_at(p, ++i)) {
        found |= list_matches_bytes(row->cuts, raw) ? PROFILE_MATCHES_CUT : 0U;
        found |= list_matches_bytes(row->unlocks, raw) ? PROFILE_MATCHES_UNLOCK : 0U;
    }
    return found;
}

static bool is_printable(uint8_t c)
{
    return c >= ' ' && c <= '~';
}

unsigned profiles_match_raw(const struct profiles *p, struct bytes raw)
{
    enum { RUN_MIN = 2 }; /* as a pattern has at least */
    unsigned found = match_bytes(p, raw);
    size_t from = 0;
    for (size_t i = 0; i <= raw.len; i++) {
        if (i < raw.len && is_printable(raw.at[i])) {
            continue;
        }
        if (i - from >= RUN_MIN) {
            found |= match_text(p, bytes_slice(raw, from, i - from), SEARCH_ANYWHERE);
        }
        from = i + 1;
    }
    return found;
}
