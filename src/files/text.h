#ifndef FILES_TEXT_H
#define FILES_TEXT_H

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/json.h"

/*
 * Text of other formats than JSON, appended to the growing buffer of a JSON writer by
 * json_append().
 */

/* A text as it is. It is inline so that the compiler counts the length of a literal. */
static inline void text_put(struct json_out *out, const char *text)
{
    json_append(out, (struct bytes){(const uint8_t *)text, strlen(text)});
}
/* `value` / 10^decimals without zeros at its end: 13.7, not 13.70. Decimals are 0 to 9. */
void text_put_decimal(struct json_out *out, int64_t value, unsigned decimals);
/* "2026-11-23T01:12:00Z". A time beyond the years 1970 to 9999 becomes the nearest end of them. */
void text_put_utc(struct json_out *out, int64_t time_s);
/*
 * `text` as XML 1.0 has it in an element or a quoted attribute. What is no UTF-8, and what no XML
 * may hold (section 2.2: most control characters), becomes U+FFFD.
 */
void text_put_xml(struct json_out *out, struct bytes text);
/*
 * A field of CSV (RFC 4180), in quotes where it needs them. A text that a spreadsheet would take
 * for a formula, since it begins with = + - @, a tab or a line end, gets a ' before it
 * (text_without_guard()). Bad UTF-8, NULs and line ends become U+FFFD or a blank: a row is a line.
 */
void text_put_csv(struct json_out *out, struct bytes text);
/* The text without that '. */
struct bytes text_without_guard(struct bytes text);

#endif
