#ifndef FILES_SHEET_H
#define FILES_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * A table as a file for people: a few lines of titles, a line of headings, then rows, written one
 * after the other. However many they are, the writer holds no more than the row at hand.
 *
 * A value is given as text, and shown by the type of its column. An empty one is an empty cell. A
 * text stays a text in the file, whatever it begins with: a spreadsheet takes none for a formula.
 */
enum sheet_type {
    SHEET_TEXT,
    SHEET_TIME,        /* "yyyy-MM-dd HH:mm:ss", as clocks show it where it happened */
    SHEET_DATE,        /* "yyyy-MM-dd" */
    SHEET_DURATION,    /* seconds, shown as hours, minutes and seconds */
    SHEET_WHOLE,       /* a number, with so many decimals: none, ... */
    SHEET_TENTHS,      /* ... one, ... */
    SHEET_THOUSANDTHS, /* ... three, ... */
    SHEET_DEGREES,     /* ... six */
    SHEET_TYPES
};

struct sheet_column {
    const char *heading;
    enum sheet_type type;
};

enum sheet_format { SHEET_CSV, SHEET_XLSX };

enum { SHEET_COLUMNS_MAX = 32, SHEET_XLSX_ROWS_MAX = 1048576 /* of a page; then comes another */ };

struct sheet_options {
    enum sheet_format format;
    const char *path;       /* of the file, which must not be there */
    const char *scratch;    /* the directory for what an XLSX file is packed from */
    char divider;           /* of CSV: ',', or ';', with which decimals stand behind a comma */
    const char *name;       /* of the pages of an XLSX file; cut where it is too long for that */
    const char *page_words; /* "Page", in the foot of what is printed */
    const char *const *titles;
    size_t title_count;
    const struct sheet_column *columns; /* outlive the sheet, as the texts above do not need to */
    size_t column_count;                /* 1 .. SHEET_COLUMNS_MAX */
};

struct sheet;

/* Begins a file, with titles and headings. ERR_FULL: the disk is; ERR_IO: errno says why. */
MUST_USE enum err sheet_open(const struct sheet_options *options, struct sheet **out);
/* Adds a row of as many values as there are columns; errors of sheet_open(). */
MUST_USE enum err sheet_add(struct sheet *s, const struct bytes *values);
/* How many bytes it took so far, about. */
int64_t sheet_size(const struct sheet *s);
/*
 * Ends the file and frees the writer; the file is on the disk then. An XLSX file is packed, which
 * takes long where it has many rows. Where it fails, or an earlier call did, no file is left.
 * Errors of sheet_open(), errno too where it was an earlier call that failed.
 */
MUST_USE enum err sheet_close(struct sheet *s);
/* Gives it up, at once: frees the writer, and no file is left. Leaves errno alone. */
void sheet_abandon(struct sheet *s);

#endif
