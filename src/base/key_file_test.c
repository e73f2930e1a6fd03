#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/key_file.h"

#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

struct kit {
    char folder[32];
    char file[64];
};

static int set_up(void **state)
{
    static struct kit k;
    (void)snprintf(k.folder, sizeof(k.folder), "/tmp/odograph_key_XXXXXX");
    assert_non_null(mkdtemp(k.folder));
    (void)snprintf(k.file, sizeof(k.file), "%s/key", k.folder);
    *state = &k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    (void)unlink(k->file);
    return rmdir(k->folder); /* and nothing else is left in it */
}

static void put(const struct kit *k, const char *content, size_t len, mode_t mode)
{
    FILE *f = fopen(k->file, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(content, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(k->file, mode), 0);
}

static void test_what_is_made_is_read(void **state)
{
    const struct kit *k = *state;
    uint8_t key[KEY_FILE_BYTES];
    uint8_t other[KEY_FILE_BYTES] = {0};
    uint8_t read[KEY_FILE_BYTES];
    for (size_t i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t)(0xff - i * 7);
    }
    assert_int_equal(key_file_read(k->file, read), ERR_NOT_FOUND);
    assert_int_equal(key_file_make(k->file, key), ERR_OK);
    assert_int_equal(key_file_make(k->file, other), ERR_DUPLICATE); /* and it stays as it is */
    assert_int_equal(key_file_read(k->file, read), ERR_OK);
    assert_memory_equal(read, key, sizeof(key));
}

static void test_what_a_crash_left_is_in_nobodys_way(void **state)
{
    const struct kit *k = *state;
    char part[80];
    uint8_t key[KEY_FILE_BYTES] = {9};
    (void)snprintf(part, sizeof(part), "%s.part", k->file);
    FILE *f = fopen(part, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(key_file_make(k->file, key), ERR_OK);
    assert_int_equal(key_file_read(k->file, key), ERR_OK);
}

static void test_what_is_no_key_is_refused(void **state)
{
    const struct kit *k = *state;
    static const struct {
        const char *content;
        size_t len;
        enum err e;
    } rows[] = {
        {DIGITS "\n", 65, ERR_OK},
        {DIGITS, 64, ERR_OK}, /* an editor, or an echo -n */
        {DIGITS "\n", 63, ERR_INVALID},
        {DIGITS "\n\n", 66, ERR_INVALID},
        {DIGITS "0\n", 66, ERR_INVALID},
        {DIGITS "00\n", 67, ERR_INVALID},
        {"", 0, ERR_INVALID},
        {"\n", 1, ERR_INVALID},
        {" " DIGITS, 64, ERR_INVALID},
        {"g" DIGITS, 64, ERR_INVALID},
        {DIGITS "\0", 65, ERR_INVALID},
    };
    uint8_t key[KEY_FILE_BYTES];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put(k, rows[i].content, rows[i].len, 0600);
        assert_int_equal(key_file_read(k->file, key), rows[i].e);
    }
}

static void test_a_key_that_others_may_read_is_refused(void **state)
{
    const struct kit *k = *state;
    static const struct {
        mode_t mode;
        enum err e;
    } rows[] = {{0400, ERR_OK},        {0440, ERR_OK},        {0600, ERR_OK},
                {0604, ERR_FORBIDDEN}, {0660, ERR_FORBIDDEN}, {0602, ERR_FORBIDDEN}};
    uint8_t key[KEY_FILE_BYTES];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put(k, DIGITS, 64, 0600);
        assert_int_equal(chmod(k->file, rows[i].mode), 0);
        assert_int_equal(key_file_read(k->file, key), rows[i].e);
    }
}

static void test_places_where_no_key_can_be(void **state)
{
    const struct kit *k = *state;
    uint8_t key[KEY_FILE_BYTES] = {0};
    char below[80];
    (void)snprintf(below, sizeof(below), "%s/none/key", k->folder);
    assert_int_equal(key_file_read(below, key), ERR_NOT_FOUND);
    assert_int_equal(key_file_make(below, key), ERR_NOT_FOUND);
    assert_int_equal(key_file_read(k->folder, key), ERR_INVALID);
    assert_int_equal(key_file_make(k->folder, key), ERR_DUPLICATE);
    assert_int_equal(key_file_read("/dev/null", key), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_made_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_crash_left_is_in_nobodys_way, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_key_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_key_that_others_may_read_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_places_where_no_key_can_be, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
