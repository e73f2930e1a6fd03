#include "cli/place_names_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "geo/gazetteer.h"

/* Reads a file of so many times `line`. */
static enum err read_lines(const char *line, size_t times, struct place_names **out)
{
    char path[] = "/tmp/odograph-names-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    for (size_t i = 0; i < times; i++) {
        assert_true(fputs(line, f) >= 0);
    }
    assert_int_equal(fclose(f), 0);
    enum err e = place_names_file_read("where", path, out);
    (void)unlink(path);
    return e;
}

static void a_file_is_read(void **state)
{
    (void)state;
    struct place_names *names = NULL;
    assert_int_equal(read_lines("25.04,102.71 country en Cathay\n", 1, &names), ERR_OK);
    struct gazetteer g = {names, GAZETTEER_EN};
    struct gazetteer_place place;
    assert_true(gazetteer_find(&g, (struct point){250400000, 1027100000}, &place));
    assert_true(bytes_eq(place.country, "Cathay"));
    place_names_free(names);
}

static void no_file_is_no_names(void **state)
{
    (void)state;
    struct place_names *names = NULL;
    assert_int_equal(place_names_file_read("where", "", &names), ERR_OK);
    assert_null(names);
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    struct place_names *names = NULL;
    assert_int_equal(place_names_file_read("where", "/nowhere/names", &names), ERR_IO);
    assert_int_equal(place_names_file_read("where", "/tmp", &names), ERR_IO);
    assert_int_equal(read_lines("no point\n", 1, &names), ERR_INVALID);
    assert_int_equal(read_lines("\n", (size_t)PLACE_NAMES_FILE_MAX_BYTES + 1, &names), ERR_INVALID);
    assert_null(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(no_file_is_no_names),
        cmocka_unit_test(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
