/* Tables as files: CSV to the byte; an XLSX file is packed, and leaves nothing where it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "files/sheet.h"

static const struct sheet_column columns[] = {
    {"Vehicle", SHEET_TEXT},        {"Start", SHEET_TIME},  {"Time", SHEET_DURATION},
    {"km; all", SHEET_THOUSANDTHS}, {"Lon", SHEET_DEGREES}, {"Day", SHEET_DATE},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct place {
    char *directory;
    char *path;
};

static int set_up(void **state)
{
    struct place *p = g_new0(struct place, 1);
    p->directory = g_dir_make_tmp("sheet-XXXXXX", NULL);
    p->path = g_build_filename(p->directory, "file", NULL);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    (void)g_unlink(p->path);
    assert_int_equal(g_rmdir(p->directory), 0); /* nothing else is left in it */
    g_free(p->path);
    g_free(p->directory);
    g_free(p);
    return 0;
}

static struct sheet *open_sheet(const struct place *p, enum sheet_format format, char divider)
{
    static const char *const titles[] = {"Köln \"Transport\"", "Trips"};
    struct sheet *s = NULL;
    const struct sheet_options options = {
        .format = format,
        .path = p->path,
        .scratch = p->directory,
        .divider = divider,
        .name = "Trips: [all] of a name that is longer than pages have",
        .page_words = "Page",
        .titles = titles,
        .title_count = 2,
        .columns = columns,
        .column_count = COLUMNS,
    };
    assert_int_equal(sheet_open(&options, &s), ERR_OK);
    return s;
}

static void add(struct sheet *s, const char *const *texts)
{
    struct bytes values[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        values[i] = bytes_of_text(texts[i]);
    }
    assert_int_equal(sheet_add(s, values), ERR_OK);
}

static char *read_all(const struct place *p, gsize *len)
{
    char *text = NULL;
    assert_true(g_file_get_contents(p->path, &text, len, NULL));
    return text;
}

static const char *const full[] = {"=1+1,\"x\"", "2026-10-25 02:30:00", "93909",
                                   "13.700",     "-113.941988",         "2026-10-25"};
static const char *const empty[] = {"", "", "", "", "", ""};

static void csv_with_commas(void **state)
{
    struct sheet *s = open_sheet(*state, SHEET_CSV, ',');
    add(s, full);
    add(s, empty);
    assert_true(sheet_size(s) > 100);
    assert_int_equal(sheet_close(s), ERR_OK);
    gsize len = 0;
    char *text = read_all(*state, &len);
    assert_string_equal(text, "\xef\xbb\xbf\"Köln \"\"Transport\"\"\"\r\nTrips\r\n\r\n"
                              "Vehicle,Start,Time,\"km; all\",Lon,Day\r\n"
                              "\"'=1+1,\"\"x\"\"\",2026-10-25 02:30:00,26:05:09,13.700,"
                              "-113.941988,2026-10-25\r\n,,,,,\r\n");
    g_free(text);
}

static void csv_with_semicolons_has_commas_before_decimals(void **state)
{
    struct sheet *s = open_sheet(*state, SHEET_CSV, ';');
    add(s, full);
    assert_int_equal(sheet_close(s), ERR_OK);
    gsize len = 0;
    char *text = read_all(*state, &len);
    assert_non_null(strstr(text, ";26:05:09;13,700;-113,941988;2026-10-25\r\n"));
    g_free(text);
}

static void xlsx_is_packed(void **state)
{
    struct sheet *s = open_sheet(*state, SHEET_XLSX, ',');
    for (size_t i = 0; i < 100; i++) {
        add(s, i % 2 == 0 ? full : empty);
    }
    assert_int_equal(sheet_close(s), ERR_OK);
    gsize len = 0;
    char *text = read_all(*state, &len);
    assert_in_range(len, 3000, 100000);
    assert_memory_equal(text, "PK", 2);
    g_free(text);
}

static void nothing_is_left_of_what_is_given_up(void **state)
{
    const struct place *p = *state;
    for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        struct sheet *s = open_sheet(p, (enum sheet_format)format, ',');
        add(s, full);
        sheet_abandon(s);
        assert_false(g_file_test(p->path, G_FILE_TEST_EXISTS));
    }
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
    assert_non_null(dir);
    while (g_dir_read_name(dir) != NULL) {
        count++;
    }
    g_dir_close(dir);
    return count;
}

/* However many rows there are, none is packed any more: no file is made for it. */
static void what_is_given_up_is_not_packed(void **state)
{
    const struct place *p = *state;
    char event[4096];
    int watch = inotify_init1(IN_NONBLOCK);
    assert_true(watch >= 0);
    size_t open_before = count_descriptors();
    struct sheet *s = open_sheet(p, SHEET_XLSX, ',');
    for (size_t i = 0; i < 100; i++) {
        add(s, full);
    }
    assert_true(inotify_add_watch(watch, p->directory, IN_CREATE) >= 0);
    errno = EXDEV;
    sheet_abandon(s);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(read(watch, event, sizeof(event)), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(count_descriptors(), open_before);
    assert_int_equal(close(watch), 0);
}

static void a_directory_that_is_gone_is_told(void **state)
{
    const struct place *p = *state;
    char *path = g_build_filename(p->directory, "none", "file", NULL);
    for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        struct sheet *s = NULL;
        struct sheet_options options = {
            .format = (enum sheet_format)format,
            .path = path,
            .scratch = path,
            .divider = ',',
            .name = "x",
            .page_words = "Page",
            .columns = columns,
            .column_count = 1,
        };
        errno = 0;
        enum err e = sheet_open(&options, &s);
        if (e == ERR_OK) { /* an XLSX file is made when it is closed */
            e = sheet_close(s);
        }
        assert_int_equal(e, ERR_IO);
        assert_int_equal(errno, ENOENT);
    }
    g_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(csv_with_commas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_with_semicolons_has_commas_before_decimals, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(xlsx_is_packed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_left_of_what_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_given_up_is_not_packed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_directory_that_is_gone_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
