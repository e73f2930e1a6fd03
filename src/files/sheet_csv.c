/*
 * A table as CSV (RFC 4180), in UTF-8 with a byte order mark. Where semicolons divide the fields,
 * decimals stand behind a comma, as spreadsheets read it in the countries that write so.
 *
 * Texts are guarded against being taken for formulas; numbers are ours and stay as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>

#include "files/sheet_private.h"
#include "files/text.h"

enum { SECONDS_A_MINUTE = 60, SECONDS_A_HOUR = 3600 };

static void put(struct sheet *s, const char *text)
{
    text_put(&s->line, text);
}

static void put_number(struct sheet *s, struct bytes text)
{
    if (s->divider != ';') {
        json_append(&s->line, text);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool is_point = text.at[i] == '.';
        json_append(&s->line, is_point ? bytes_of_text(",") : (struct bytes){text.at + i, 1});
    }
}

/* "26:05:09". */
static void put_duration(struct sheet *s, struct bytes text)
{
    int64_t seconds = g_ascii_strtoll((const char *)text.at, NULL, 10);
    int minutes = (int)(seconds % SECONDS_A_HOUR / SECONDS_A_MINUTE);
    int rest = (int)(seconds % SECONDS_A_MINUTE);
    if (seconds < 0) {
        char shown[48];
        (void)snprintf(shown, sizeof(shown), "%lld:%02d:%02d",
                       (long long)(seconds / SECONDS_A_HOUR), minutes, rest);
        put(s, shown);
        return;
    }
    const char behind[] = {':', (char)('0' + minutes / 10), (char)('0' + minutes % 10),
                           ':', (char)('0' + rest / 10),    (char)('0' + rest % 10)};
    text_put_decimal(&s->line, seconds / SECONDS_A_HOUR, 0);
    json_append(&s->line, (struct bytes){(const uint8_t *)behind, sizeof(behind)});
}

static void put_value(struct sheet *s, enum sheet_type type, struct bytes value)
{
    if (value.len == 0) {
        return;
    }
    if (type == SHEET_TEXT) {
        text_put_csv(&s->line, value);
    } else if (type == SHEET_DURATION) {
        put_duration(s, value);
    } else {
        put_number(s, value); /* times and dates have no point */
    }
}

static void end_line(struct sheet *s)
{
    put(s, "\r\n");
    struct bytes line = json_text(&s->line);
    if (fwrite(line.at, 1, line.len, s->file) != line.len) {
        sheet_fail(s);
    }
    s->bytes += (int64_t)line.len;
    json_drop(&s->line);
}

static void put_divider(struct sheet *s)
{
    json_append(&s->line, (struct bytes){(const uint8_t *)&s->divider, 1});
}

void sheet_csv_open(struct sheet *s, const struct sheet_options *options)
{
    s->divider = options->divider;
    int fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    s->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (s->file == NULL) {
        sheet_fail(s);
        return;
    }
    put(s, "\xef\xbb\xbf");
    for (size_t i = 0; i < options->title_count; i++) {
        text_put_csv(&s->line, bytes_of_text(options->titles[i]));
        end_line(s);
    }
    end_line(s);
    for (size_t i = 0; i < s->column_count; i++) {
        if (i > 0) {
            put_divider(s);
        }
        text_put_csv(&s->line, bytes_of_text(s->columns[i].heading));
    }
    end_line(s);
}

void sheet_csv_add(struct sheet *s, const struct bytes *values)
{
    for (size_t i = 0; i < s->column_count; i++) {
        if (i > 0) {
            put_divider(s);
        }
        put_value(s, s->columns[i].type, values[i]);
    }
    end_line(s);
}

void sheet_csv_close(struct sheet *s)
{
    errno = 0;
    if (s->file != NULL && fclose(s->file) != 0) {
        sheet_fail(s);
    }
    s->file = NULL;
}

void sheet_csv_drop(struct sheet *s)
{
    if (s->file != NULL) {
        (void)fclose(s->file);
    }
    s->file = NULL;
}
