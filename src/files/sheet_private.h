#ifndef FILES_SHEET_PRIVATE_H
#define FILES_SHEET_PRIVATE_H

#include <stdio.h>
#include <xlsxwriter.h>

#include "base/json.h"
#include "files/sheet.h"

/* What both kinds of files need, and what each needs alone. */
struct sheet {
    enum sheet_format format;
    char *path;
    const struct sheet_column *columns;
    size_t column_count;
    enum err e;       /* the first thing that failed */
    int system_error; /* errno of it */
    int64_t bytes;

    /* CSV. */
    FILE *file;
    char divider;
    struct json_out line;

    /* XLSX. */
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_format *formats[SHEET_TYPES];
    lxw_format *heading;
    lxw_format *title;
    char *scratch; /* borrowed by `book`, as the next one */
    char *name;
    char *page_words;
    size_t pages;
    lxw_row_t row; /* the next one of the page */
    char **titles;
    size_t title_count;
};

/* Begin the file; what fails is noted in s->e, here and in the next ones. */
void sheet_csv_open(struct sheet *s, const struct sheet_options *options);
void sheet_xlsx_open(struct sheet *s, const struct sheet_options *options);
/* Add a row. */
void sheet_csv_add(struct sheet *s, const struct bytes *values);
void sheet_xlsx_add(struct sheet *s, const struct bytes *values);
/* End the file. */
void sheet_csv_close(struct sheet *s);
void sheet_xlsx_close(struct sheet *s);
/* Give it up instead, which writes nothing that takes long; also one that never was begun. */
void sheet_csv_drop(struct sheet *s);
void sheet_xlsx_drop(struct sheet *s);

/* Takes note of what failed, as errno says; the first one counts. */
void sheet_fail(struct sheet *s);

#endif
