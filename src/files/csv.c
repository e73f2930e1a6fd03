/*
 * One state machine over the bytes of a file. A record that cannot be taken is read to its end all
 * the same, so that the next one begins where it does.
 */
#include "files/csv.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum place {
    AT_START, /* of a field */
    IN_PLAIN,
    IN_QUOTES,
    AT_QUOTE, /* behind one within quotes: their end, or the first of two */
};

/* One record under way. */
struct taking {
    struct csv_reader *reader;
    enum place place;
    enum err e; /* why it cannot be taken */
};

void csv_reader_init(struct csv_reader *r, FILE *file)
{
    *r = (struct csv_reader){.file = file, .divider = ',', .text = mem_new(CSV_RECORD_MAX + 1)};
}

void csv_reader_clear(struct csv_reader *r)
{
    free(r->text);
    r->text = NULL;
}

struct bytes csv_field(const struct csv_reader *r, size_t i)
{
    if (i >= r->count) {
        return (struct bytes){0};
    }
    size_t end = i + 1 < r->count ? r->starts[i + 1] : r->len;
    return (struct bytes){(const uint8_t *)r->text + r->starts[i], end - r->starts[i] - 1};
}

static void fail(struct taking *t, enum err e)
{
    t->e = t->e == ERR_OK ? e : t->e;
}

static void put(struct taking *t, int c)
{
    struct csv_reader *r = t->reader;
    if (r->len == CSV_RECORD_MAX) {
        fail(t, ERR_TOO_LONG);
        return;
    }
    r->text[r->len++] = (char)c;
}

static void begin_field(struct taking *t)
{
    struct csv_reader *r = t->reader;
    if (r->count == CSV_FIELDS_MAX) {
        fail(t, ERR_TOO_LONG);
        return;
    }
    r->starts[r->count++] = r->len;
    t->place = AT_START;
}

static void end_field(struct taking *t)
{
    put(t, '\0');
}

/* A byte outside quotes that ends no record. */
static void take_plain(struct taking *t, int c)
{
    if (c == t->reader->divider) {
        end_field(t);
        begin_field(t);
    } else if (c == '"' && t->place == AT_START) {
        t->place = IN_QUOTES;
    } else if (c == '"' || t->place == AT_QUOTE) {
        fail(t, ERR_MALFORMED);
    } else {
        put(t, c);
        t->place = IN_PLAIN;
    }
}

/* Takes a byte; true: it ended the record. */
static bool take(struct taking *t, int c)
{
    if (c == '\n') {
        t->reader->lines++;
    }
    if (c == '\0') {
        fail(t, ERR_MALFORMED);
        return false;
    }
    if (t->place == IN_QUOTES) {
        if (c == '"') {
            t->place = AT_QUOTE;
        } else {
            put(t, c);
        }
        return false;
    }
    if (t->place == AT_QUOTE && c == '"') {
        put(t, c);
        t->place = IN_QUOTES;
        return false;
    }
    if (c == '\n') {
        return true;
    }
    if (c != '\r') {
        take_plain(t, c);
    }
    return false;
}

/* Passes over a byte order mark, and finds what divides the fields of the first line. */
static void look_ahead(struct csv_reader *r)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    char line[4096];
    size_t len = fread(line, 1, sizeof(line), r->file);
    const char *newline = memchr(line, '\n', len);
    r->is_begun = true;
    size_t end = newline == NULL ? len : (size_t)(newline - line);
    if (memchr(line, ',', end) == NULL && memchr(line, ';', end) != NULL) {
        r->divider = ';';
    }
    bool has_mark = len >= sizeof(mark) && memcmp(line, mark, sizeof(mark)) == 0;
    (void)fseek(r->file, has_mark ? (long)sizeof(mark) : 0, SEEK_SET);
}

/* Reads up to the end of a record; EOF: there is none. */
static int take_record(struct taking *t)
{
    int c = getc(t->reader->file);
    int first = c;
    while (c != EOF && !take(t, c)) {
        c = getc(t->reader->file);
    }
    return c == EOF && first == EOF ? EOF : 0;
}

static bool is_empty(const struct csv_reader *r)
{
    return r->count == 1 && r->len == 1;
}

static enum err read_record(struct csv_reader *r)
{
    struct taking t = {.reader = r};
    r->line = r->lines + 1;
    r->len = 0;
    r->count = 0;
    begin_field(&t);
    if (take_record(&t) == EOF) {
        return ferror(r->file) != 0 ? ERR_IO : ERR_END;
    }
    if (ferror(r->file) != 0) {
        return ERR_IO;
    }
    if (t.place == IN_QUOTES) {
        return ERR_MORE;
    }
    end_field(&t);
    return t.e;
}

/* Whether each field is UTF-8. */
static bool is_text(const struct csv_reader *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct bytes field = csv_field(r, i);
        if (!g_utf8_validate_len((const char *)field.at, field.len, NULL)) {
            return false;
        }
    }
    return true;
}

enum err csv_next(struct csv_reader *r)
{
    enum err e = ERR_OK;
    if (!r->is_begun) {
        look_ahead(r);
    }
    do {
        e = read_record(r);
    } while (e == ERR_OK && is_empty(r));
    return e == ERR_OK && !is_text(r) ? ERR_MALFORMED : e;
}
