/*
 * Escaping: every text that people or trackers made passes here on its way into a file, so that
 * none of them can end an element, a field or a line, or be run by a spreadsheet.
 */
#include "files/text.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"

enum { NUMBER_SIZE = 32, DECIMAL = 10 };
static const int64_t TIME_MAX_S = 253402300799; /* 9999-12-31T23:59:59Z */
static const char REPLACEMENT[] = "\xef\xbf\xbd";
static const char GUARDED[] = "=+-@\t\r\n";
static const char *const WIDE[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                   "\xef\xbc\xa0"}; /* U+FF1D, FF0B, FF0D, FF20 */

void text_put_decimal(struct json_out *out, int64_t value, unsigned decimals)
{
    char digits[NUMBER_SIZE];
    size_t at = sizeof(digits);
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    while (decimals > 0 && size % DECIMAL == 0) {
        size /= DECIMAL;
        decimals--;
    }
    for (unsigned i = 0; i <= decimals || size > 0; i++) {
        if (i == decimals && i > 0) {
            digits[--at] = '.';
        }
        digits[--at] = (char)('0' + size % DECIMAL);
        size /= DECIMAL;
    }
    if (value < 0) {
        digits[--at] = '-';
    }
    json_append(out, (struct bytes){(const uint8_t *)digits + at, sizeof(digits) - at});
}

/* Writes `v` in `n` digits and answers where they end. */
static char *put_digits(char *at, int v, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (char)('0' + v % DECIMAL);
        v /= DECIMAL;
    }
    return at + n;
}

/* By hand, since a file of 50,000 records has 100,000 of them. */
void text_put_utc(struct json_out *out, int64_t time_s)
{
    enum { YEAR_DIGITS = 4, MEMBERS = 5 };
    static const char before[MEMBERS] = {'-', '-', 'T', ':', ':'};
    char text[CLOCK_ISO_SIZE];
    time_s = time_s < 0 ? 0 : time_s > TIME_MAX_S ? TIME_MAX_S : time_s;
    const struct civil c = civil_from_s(time_s);
    const int members[MEMBERS] = {c.month, c.day, c.hour, c.minute, c.second};
    char *at = put_digits(text, c.year, YEAR_DIGITS);
    for (int i = 0; i < MEMBERS; i++) {
        *at++ = before[i];
        at = put_digits(at, members[i], 2);
    }
    *at++ = 'Z';
    json_append(out, (struct bytes){(const uint8_t *)text, (size_t)(at - text)});
}

/* The next character of `text` and how many bytes it has; a bad byte is U+FFFD, of one byte. */
static gunichar next_char(struct bytes text, size_t *len)
{
    gunichar c = g_utf8_get_char_validated((const char *)text.at, (gssize)text.len);
    if (c == (gunichar)-1 || c == (gunichar)-2 || c == 0) {
        *len = 1;
        return 0xfffd;
    }
    *len = (size_t)g_unichar_to_utf8(c, NULL);
    return c;
}

static bool is_xml_char(gunichar c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

/* What stands for the character in XML; NULL: it itself. */
static const char *xml_form(gunichar c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return is_xml_char(c) && c != 0xfffd ? NULL : REPLACEMENT;
    }
}

void text_put_xml(struct json_out *out, struct bytes text)
{
    while (text.len > 0) {
        size_t len = 0;
        const char *form = xml_form(next_char(text, &len));
        if (form != NULL) {
            text_put(out, form);
        } else {
            json_append(out, bytes_slice(text, 0, len));
        }
        text = bytes_slice(text, len, text.len);
    }
}

/* A NUL does, as what is written for it. */
static bool wants_quotes(struct bytes text)
{
    static const bool wants[UINT8_MAX + 1] = {
        ['\0'] = true, [','] = true,  [';'] = true,  ['"'] = true,
        ['\''] = true, ['\r'] = true, ['\n'] = true, ['\t'] = true};
    for (size_t i = 0; i < text.len; i++) {
        if (wants[text.at[i]]) {
            return true;
        }
    }
    return false;
}

/* Whether a spreadsheet may take what begins there for a formula: the wide forms are read, too. */
static bool is_guarded(struct bytes text, size_t at)
{
    bool is_plain = at < text.len && text.at[at] != '\0' && strchr(GUARDED, text.at[at]) != NULL;
    bool is_wide = false;
    if (!is_plain && at < text.len && text.at[at] < 0x80) {
        return false; /* as most */
    }
    for (size_t i = 0; i < sizeof(WIDE) / sizeof(WIDE[0]); i++) {
        is_wide = is_wide || bytes_begin(bytes_slice(text, at, text.len), WIDE[i]);
    }
    return is_plain || is_wide;
}

/* How many bytes at the front a field holds as they are, and that are UTF-8. */
static size_t common_length(struct bytes text)
{
    size_t len = json_plain_length(text.at, text.len);
    size_t end = len;
    const char *sound = NULL;
    while (end < text.len && text.at[end] >= 0x80) {
        end++;
    }
    if (end == len) {
        return len;
    }
    (void)g_utf8_validate_len((const char *)text.at + len, end - len, &sound);
    return (size_t)(sound - (const char *)text.at);
}

/* One character that is not written as it is. */
static void put_odd(struct json_out *out, struct bytes character, gunichar c)
{
    if (c == 0xfffd) {
        text_put(out, REPLACEMENT);
    } else if (c == '\r' || c == '\n') {
        text_put(out, " ");
    } else {
        text_put(out, c == '"' ? "\"" : "");
        json_append(out, character);
    }
}

void text_put_csv(struct json_out *out, struct bytes text)
{
    /* One that begins with a ' as ours does gets another, so that reading takes the right one. */
    bool is_odd = is_guarded(text, 0) || (text.len > 0 && text.at[0] == '\'');
    bool has_quotes = is_odd || wants_quotes(text);
    text_put(out, has_quotes ? "\"" : "");
    text_put(out, is_odd ? "'" : "");
    while (text.len > 0) {
        size_t len = common_length(text);
        if (len > 0) {
            json_append(out, bytes_slice(text, 0, len));
        } else {
            gunichar c = next_char(text, &len);
            put_odd(out, bytes_slice(text, 0, len), c);
        }
        text = bytes_slice(text, len, text.len);
    }
    text_put(out, has_quotes ? "\"" : "");
}

struct bytes text_without_guard(struct bytes text)
{
    bool has_guard = text.len > 1 && text.at[0] == '\'' &&
                     (is_guarded(text, 1) || text.at[1] == '\'' || text.at[1] == ' ');
    return bytes_slice(text, has_guard ? 1 : 0, text.len);
}
