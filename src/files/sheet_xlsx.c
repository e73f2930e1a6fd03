/*
 * A table as XLSX, by libxlsxwriter. It writes rows straight into a file of its own (constant
 * memory), and packs them when the book is closed. Times are numbers of days with a format, as
 * spreadsheets have them, and so are durations.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "files/sheet_private.h"

enum {
    DAY_S = 86400,
    PAPER_A4 = 9,
    NAME_MAX_CHARS_XLSX = 25, /* of 31, with a number behind */
    NONE_LEAD = '\xef',       /* what U+FFFE and U+FFFF begin with */
    ABOUT_BYTES_A_ROW = 24,   /* a cell, packed, about eight; what a value has comes to it */
};

/* How wide columns are and how their cells look, by their type. */
static const struct {
    double width;
    const char *number_format; /* NULL: as it is */
} looks[SHEET_TYPES] = {
    [SHEET_TEXT] = {22, NULL},
    [SHEET_TIME] = {19, "yyyy-mm-dd hh:mm:ss"},
    [SHEET_DATE] = {11, "yyyy-mm-dd"},
    [SHEET_DURATION] = {11, "[h]:mm:ss"},
    [SHEET_WHOLE] = {9, "0"},
    [SHEET_TENTHS] = {10, "0.0"},
    [SHEET_THOUSANDTHS] = {12, "0.000"},
    [SHEET_DEGREES] = {12, "0.000000"},
};

static void note(struct sheet *s, lxw_error e)
{
    if (e != LXW_NO_ERROR) {
        sheet_fail(s);
    }
}

/* ---- pages ---- */

/* What may stand in the name of a page, "Trips", "Trips 2". */
static char *page_name(const struct sheet *s)
{
    char *plain = g_strdup(s->name);
    g_strdelimit(plain, "[]:*?/\\'", ' ');
    glong chars = g_utf8_strlen(plain, -1);
    char *cut =
        g_utf8_substring(plain, 0, chars < NAME_MAX_CHARS_XLSX ? chars : NAME_MAX_CHARS_XLSX);
    char *name = s->pages > 1 ? g_strdup_printf("%s %zu", cut, s->pages) : g_strdup(cut);
    g_free(plain);
    g_free(cut);
    return name;
}

/* As it is printed: A4 across, as wide as the paper, with headings and numbers on each sheet. */
static void set_print(struct sheet *s)
{
    char *foot = g_strdup_printf("&R%s &P / &N", s->page_words);
    worksheet_set_landscape(s->page);
    worksheet_set_paper(s->page, PAPER_A4);
    worksheet_fit_to_pages(s->page, 1, 0);
    note(s, worksheet_repeat_rows(s->page, s->row, s->row));
    note(s, worksheet_set_footer(s->page, foot));
    g_free(foot);
}

/* Of what no XML may hold (section 2.2) the library leaves two as they are: U+FFFE and U+FFFF. */
static char *as_xml_has_it(const char *text)
{
    static const char *const none[] = {"\xef\xbf\xbe", "\xef\xbf\xbf"};
    GString *out = g_string_new(text);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        (void)g_string_replace(out, none[i], "\xef\xbf\xbd" /* U+FFFD */, 0);
    }
    return g_string_free(out, FALSE);
}

static void write_text(struct sheet *s, lxw_col_t column, const char *text, lxw_format *format)
{
    char *other = strchr(text, NONE_LEAD) == NULL ? NULL : as_xml_has_it(text);
    note(s, worksheet_write_string(s->page, s->row, column, other == NULL ? text : other, format));
    g_free(other);
}

static void begin_page(struct sheet *s)
{
    s->pages++;
    s->row = 0;
    char *name = page_name(s);
    s->page = workbook_add_worksheet(s->book, name);
    g_free(name);
    if (s->page == NULL) {
        sheet_fail(s);
        return;
    }
    for (size_t i = 0; i < s->column_count; i++) {
        note(s, worksheet_set_column(s->page, (lxw_col_t)i, (lxw_col_t)i,
                                     looks[s->columns[i].type].width, NULL));
    }
    for (size_t i = 0; i < s->title_count; i++) {
        write_text(s, 0, s->titles[i], i == 0 ? s->title : NULL);
        s->row++;
    }
    s->row++;
    set_print(s);
    for (size_t i = 0; i < s->column_count; i++) {
        write_text(s, (lxw_col_t)i, s->columns[i].heading, s->heading);
    }
    s->row++;
    worksheet_freeze_panes(s->page, s->row, 0);
}

static void add_formats(struct sheet *s)
{
    for (size_t i = 0; i < SHEET_TYPES; i++) {
        s->formats[i] = looks[i].number_format == NULL ? NULL : workbook_add_format(s->book);
        if (s->formats[i] != NULL) {
            format_set_num_format(s->formats[i], looks[i].number_format);
        }
    }
    s->heading = workbook_add_format(s->book);
    format_set_bold(s->heading);
    format_set_text_wrap(s->heading);
    format_set_bottom(s->heading, LXW_BORDER_THIN);
    s->title = workbook_add_format(s->book);
    format_set_bold(s->title);
}

/* ---- cells ---- */

/* The number that stands in `text` from `at` on, of `digits` digits; -1 where it is none. */
static int digits_at(struct bytes text, size_t at, size_t digits)
{
    int number = 0;
    for (size_t i = at; i < at + digits; i++) {
        if (i >= text.len || !g_ascii_isdigit(text.at[i])) {
            return -1;
        }
        number = number * 10 + (text.at[i] - '0');
    }
    return number;
}

enum { DATE_CHARS = 10, TIME_CHARS = 19 };

/* "2026-11-30 08:00:00" or "2026-11-30" as the number of days that it is to a spreadsheet. */
static bool read_time(struct bytes text, double *days)
{
    enum { BEFORE_1900 = 693594 /* the Julian day of GLib of 1899-12-30 */ };
    int year = digits_at(text, 0, 4);
    int month = digits_at(text, 5, 2);
    int day = digits_at(text, 8, 2);
    bool has_time = text.len == TIME_CHARS;
    int hour = has_time ? digits_at(text, 11, 2) : 0;
    int minute = has_time ? digits_at(text, 14, 2) : 0;
    int second = has_time ? digits_at(text, 17, 2) : 0;
    bool is_one = year > 0 && month > 0 && day > 0 && hour >= 0 && minute >= 0 && second >= 0 &&
                  (has_time || text.len == DATE_CHARS);
    if (!is_one || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
        return false;
    }
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    int64_t of_day_s = ((int64_t)hour * 60 + minute) * 60 + second;
    *days = (double)g_date_get_julian(&date) - BEFORE_1900 + (double)of_day_s / DAY_S;
    return true;
}

/* A value that is no text, as a number. */
static bool read_number(enum sheet_type type, struct bytes value, double *number)
{
    char *end = NULL;
    if (type == SHEET_TIME || type == SHEET_DATE) {
        return read_time(value, number);
    }
    *number = g_ascii_strtod((const char *)value.at, &end);
    *number = type == SHEET_DURATION ? *number / DAY_S : *number;
    return end == (const char *)value.at + value.len;
}

static void write_value(struct sheet *s, size_t column, struct bytes value)
{
    double number = 0;
    enum sheet_type type = s->columns[column].type;
    if (value.len == 0) {
        return;
    }
    s->bytes += (int64_t)value.len / 2;
    if (type == SHEET_TEXT || !read_number(type, value, &number)) {
        write_text(s, (lxw_col_t)column, (const char *)value.at, NULL);
    } else {
        note(s,
             worksheet_write_number(s->page, s->row, (lxw_col_t)column, number, s->formats[type]));
    }
}

/* ---- the book ---- */

void sheet_xlsx_open(struct sheet *s, const struct sheet_options *options)
{
    s->scratch = mem_copy_text(options->scratch);
    s->name = mem_copy_text(options->name);
    s->page_words = mem_copy_text(options->page_words);
    s->title_count = options->title_count;
    s->titles = mem_new((s->title_count + 1) * sizeof(*s->titles));
    for (size_t i = 0; i < s->title_count; i++) {
        s->titles[i] = mem_copy_text(options->titles[i]);
    }
    errno = 0;
    lxw_workbook_options how = {.constant_memory = LXW_TRUE, .tmpdir = s->scratch};
    s->book = workbook_new_opt(s->path, &how);
    if (s->book == NULL) {
        sheet_fail(s);
        return;
    }
    add_formats(s);
    begin_page(s);
}

void sheet_xlsx_add(struct sheet *s, const struct bytes *values)
{
    if (s->row == SHEET_XLSX_ROWS_MAX) {
        begin_page(s);
    }
    for (size_t i = 0; s->e == ERR_OK && i < s->column_count; i++) {
        write_value(s, i, values[i]);
    }
    s->bytes += ABOUT_BYTES_A_ROW;
    s->row++;
}

void sheet_xlsx_close(struct sheet *s)
{
    errno = 0;
    if (s->book != NULL) {
        note(s, workbook_close(s->book));
    }
    s->book = NULL;
}

/* The library closes the file of a page's rows, which has no name any more, where it packs it. */
void sheet_xlsx_drop(struct sheet *s)
{
    lxw_worksheet *page = NULL;
    if (s->book == NULL) {
        return;
    }
    STAILQ_FOREACH(page, s->book->worksheets, list_pointers)
    {
        if (page->optimize_tmpfile != NULL) {
            (void)fclose(page->optimize_tmpfile);
        }
    }
    lxw_workbook_free(s->book);
    s->book = NULL;
}
