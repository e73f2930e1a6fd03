/* A table as a file, whichever its format: opened, written to, closed, or taken away again. */
#include "files/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/mem.h"
#include "files/sheet_private.h"

void sheet_fail(struct sheet *s)
{
    if (s->e == ERR_OK) {
        s->system_error = errno;
        s->e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
    }
}

static void free_sheet(struct sheet *s)
{
    for (size_t i = 0; i < s->title_count; i++) {
        free(s->titles[i]);
    }
    free(s->titles);
    free(s->scratch);
    free(s->name);
    free(s->page_words);
    free(s->path);
    json_free(&s->line);
    free(s);
}

enum err sheet_open(const struct sheet_options *options, struct sheet **out)
{
    check(options->column_count >= 1 && options->column_count <= SHEET_COLUMNS_MAX);
    struct sheet *s = mem_new(sizeof(*s));
    s->format = options->format;
    s->path = mem_copy_text(options->path);
    s->columns = options->columns;
    s->column_count = options->column_count;
    if (s->format == SHEET_CSV) {
        sheet_csv_open(s, options);
    } else {
        sheet_xlsx_open(s, options);
    }
    *out = s;
    if (s->e != ERR_OK) {
        *out = NULL;
        return sheet_close(s);
    }
    return ERR_OK;
}

enum err sheet_add(struct sheet *s, const struct bytes *values)
{
    errno = 0;
    if (s->e == ERR_OK && s->format == SHEET_CSV) {
        sheet_csv_add(s, values);
    } else if (s->e == ERR_OK) {
        sheet_xlsx_add(s, values);
    }
    return s->e;
}

int64_t sheet_size(const struct sheet *s)
{
    return s->bytes;
}

/* Has the bytes of the closed file reach the disk. */
static void settle(struct sheet *s)
{
    int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        sheet_fail(s);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void close_file(struct sheet *s)
{
    if (s->format == SHEET_CSV) {
        sheet_csv_close(s);
    } else {
        sheet_xlsx_close(s);
    }
}

enum err sheet_close(struct sheet *s)
{
    if (s->e == ERR_OK) {
        close_file(s);
    }
    if (s->e == ERR_OK) {
        settle(s);
    }
    enum err e = s->e;
    int system_error = s->system_error;
    if (e == ERR_OK) {
        free_sheet(s);
    } else {
        sheet_abandon(s);
        errno = system_error;
    }
    return e;
}

void sheet_abandon(struct sheet *s)
{
    int before = errno;
    if (s->format == SHEET_CSV) {
        sheet_csv_drop(s);
    } else {
        sheet_xlsx_drop(s);
    }
    (void)unlink(s->path);
    free_sheet(s);
    errno = before;
}
