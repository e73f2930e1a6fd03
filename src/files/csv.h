#ifndef FILES_CSV_H
#define FILES_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * Reads CSV (RFC 4180) a record at a time, whatever the length of the file: fields between commas,
 * in quotes where they hold commas, quotes (doubled) or line ends. Lines end with LF or CR LF; a
 * byte order mark before the first and empty lines are passed over. Where the first record has a
 * semicolon and no comma, semicolons divide the fields.
 */

enum { CSV_FIELDS_MAX = 256, CSV_RECORD_MAX = 256 * 1024 };

struct csv_reader {
    FILE *file; /* borrowed */
    char divider;
    bool is_begun;
    uint64_t line;  /* of the first line of the record at hand, from 1 */
    uint64_t lines; /* read so far */
    char *text;     /* of the record */
    size_t len;
    size_t starts[CSV_FIELDS_MAX]; /* of its fields in `text`; each ends with a NUL */
    size_t count;
};

/* A reader of a file at its beginning; csv_reader_clear() when done. */
void csv_reader_init(struct csv_reader *r, FILE *file);
void csv_reader_clear(struct csv_reader *r);
/*
 * The next record. ERR_END; ERR_IO, errno says why; ERR_MALFORMED: a quote in the middle of a field
 * or behind one, a NUL, or no UTF-8; ERR_TOO_LONG: too many fields or bytes. After these two the
 * next one can be read. ERR_MORE: the file ends within quotes.
 */
MUST_USE enum err csv_next(struct csv_reader *r);
/* Field `i` of the record at hand; empty where it has fewer. Borrowed until the next one. */
struct bytes csv_field(const struct csv_reader *r, size_t i);

#endif
