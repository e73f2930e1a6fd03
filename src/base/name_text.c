/* Names by their characters: each is looked at with those beside it. */
#include "base/name_text.h"

#include <glib.h>

static const char INVISIBLE[] = "holds an invisible character";
static const char DIRECTION[] = "holds a character that turns text around";
static const char AT_END[] = "begins or ends with a blank";

enum {
    ZERO_WIDTH_NON_JOINER = 0x200C,
    ZERO_WIDTH_JOINER = 0x200D,
    TEXT_STYLE = 0xFE0E,
    EMOJI_STYLE = 0xFE0F,
};

struct characters {
    gunichar first;
    gunichar last;
};

/* Those of the bidirectional algorithm. */
static const struct characters turning[] = {
    {0x061C, 0x061C},
    {0x200E, 0x200F},
    {0x202A, 0x202E},
    {0x2066, 0x2069},
};

/*
 * Default_Ignorable_Code_Point of Unicode, but for what is above, and the letters and symbols that
 * are drawn as a blank.
 */
static const struct characters unseen[] = {
    {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},
    {0x200B, 0x200D},   {0x2060, 0x2065},   {0x206A, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFC}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static bool is_among(const struct characters *rows, size_t count, gunichar c)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= rows[i].first && c <= rows[i].last) {
            return true;
        }
    }
    return false;
}

/* Whether it is a letter, or a sign on one, of a script in which letters join or stack. */
static bool joins(gunichar c)
{
    if (!g_unichar_isalpha(c) && !g_unichar_ismark(c)) {
        return false;
    }
    switch (g_unichar_get_script(c)) {
    case G_UNICODE_SCRIPT_ARABIC:
    case G_UNICODE_SCRIPT_SYRIAC:
    case G_UNICODE_SCRIPT_DEVANAGARI:
    case G_UNICODE_SCRIPT_BENGALI:
    case G_UNICODE_SCRIPT_GURMUKHI:
    case G_UNICODE_SCRIPT_GUJARATI:
    case G_UNICODE_SCRIPT_ORIYA:
    case G_UNICODE_SCRIPT_TAMIL:
    case G_UNICODE_SCRIPT_TELUGU:
    case G_UNICODE_SCRIPT_KANNADA:
    case G_UNICODE_SCRIPT_MALAYALAM:
    case G_UNICODE_SCRIPT_SINHALA:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
        return true;
    default:
        return false;
    }
}

/* Whether it is one of those that may stand between, or behind, certain others, and does. */
static bool is_in_its_place(gunichar before, gunichar c, gunichar after)
{
    if (c == ZERO_WIDTH_NON_JOINER || c == ZERO_WIDTH_JOINER) {
        return joins(before) && joins(after);
    }
    return (c == TEXT_STYLE || c == EMOJI_STYLE) && before != 0 &&
           g_unichar_type(before) == G_UNICODE_OTHER_SYMBOL;
}

static bool is_invisible(gunichar c, GUnicodeType type)
{
    bool is_nothing = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    return is_nothing || type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR || is_among(unseen, G_N_ELEMENTS(unseen), c);
}

/* What is wrong with a character between two others; 0 where there is none. */
static const char *character_fault(gunichar before, gunichar c, gunichar after)
{
    GUnicodeType type = g_unichar_type(c);
    if (is_among(turning, G_N_ELEMENTS(turning), c)) {
        return DIRECTION;
    }
    if (type == G_UNICODE_CONTROL) {
        return "holds control characters";
    }
    if (is_invisible(c, type)) {
        return is_in_its_place(before, c, after) ? NULL : INVISIBLE;
    }
    bool is_at_end = before == 0 || after == 0;
    return is_at_end && type == G_UNICODE_SPACE_SEPARATOR ? AT_END : NULL;
}

/* The character at `at`; 0 at the end of the text, and a number that is none where it is no UTF-8.
 */
static gunichar character_at(struct bytes text, size_t at)
{
    return at == text.len
               ? 0
               : g_utf8_get_char_validated((const char *)text.at + at, (gssize)(text.len - at));
}

const char *name_fault(struct bytes text)
{
    const char *why = NULL;
    gunichar before = 0;
    gunichar c = character_at(text, 0);
    for (size_t at = 0; at < text.len && why == NULL;) {
        if (c == 0 || c >= 0x80000000) {
            return "is not UTF-8"; /* GLib answers -1 or -2 */
        }
        at += (size_t)g_unichar_to_utf8(c, NULL);
        gunichar after = character_at(text, at);
        why = character_fault(before, c, after);
        before = c;
        c = after;
    }
    return why;
}
