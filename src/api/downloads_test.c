#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/downloads.h"
#include "base/clock.h"

enum { OTHERS = 400 };

static const uint8_t token[TOKEN_HASH_BYTES] = {1, 2, 3};

static enum err add(struct downloads *d, int64_t user, char key[DOWNLOAD_KEY_SIZE])
{
    const struct download what = {user, token, {(const uint8_t *)"a=1", 3}};
    return downloads_add(d, &what, key);
}

static bool take(struct downloads *d, const char *key)
{
    struct arena arena = {0};
    uint8_t hash[TOKEN_HASH_BYTES] = {0};
    struct bytes form = {0};
    bool is_good = downloads_take(d, key, hash, &arena, &form);
    if (is_good) {
        assert_memory_equal(hash, token, sizeof(token));
        assert_true(bytes_eq(form, "a=1"));
    }
    arena_free(&arena);
    return is_good;
}

static void test_a_link_is_good_once(void **state)
{
    struct downloads *d = downloads_new();
    char one[DOWNLOAD_KEY_SIZE];
    char two[DOWNLOAD_KEY_SIZE];
    (void)state;
    assert_int_equal(add(d, 1, one), ERR_OK);
    assert_int_equal(add(d, 1, two), ERR_OK);
    assert_string_not_equal(one, two);
    assert_false(take(d, "00000000000000000000000000000000"));
    assert_false(take(d, ""));
    assert_true(take(d, one));
    assert_false(take(d, one));
    assert_true(take(d, two));
    downloads_free(d);
}

/* So many of one user wait; the others have theirs, and a used one makes room. */
static void test_how_many_wait(void **state)
{
    struct downloads *d = downloads_new();
    char keys[DOWNLOADS_OF_USER + 1][DOWNLOAD_KEY_SIZE];
    char key[DOWNLOAD_KEY_SIZE];
    int64_t began_ms = clock_monotonic_ms();
    (void)state;
    for (int i = 0; i < DOWNLOADS_OF_USER; i++) {
        assert_int_equal(add(d, 1, keys[i]), ERR_OK);
    }
    enum err e = add(d, 1, key);
    if (clock_monotonic_ms() - began_ms < DOWNLOAD_MS) { /* else the first ones are over */
        assert_int_equal(e, ERR_FULL);
    }
    assert_int_equal(add(d, 2, key), ERR_OK);
    (void)take(d, keys[0]);
    assert_int_equal(add(d, 1, key), ERR_OK);
    downloads_free(d);
}

static void test_all_together(void **state)
{
    struct downloads *d = downloads_new();
    char key[DOWNLOAD_KEY_SIZE];
    size_t added = 0;
    int64_t began_ms = clock_monotonic_ms();
    (void)state;
    for (int64_t user = 1; user <= OTHERS; user++) {
        for (int i = 0; i < DOWNLOADS_OF_USER; i++) {
            added += add(d, user, key) == ERR_OK;
        }
    }
    if (clock_monotonic_ms() - began_ms < DOWNLOAD_MS) {
        assert_int_equal(added, DOWNLOADS_MAX);
    }
    downloads_free(d);
}

static void test_forms_that_are_too_long(void **state)
{
    static uint8_t form[DOWNLOAD_FORM_MAX + 1];
    struct downloads *d = downloads_new();
    char key[DOWNLOAD_KEY_SIZE];
    struct download what = {1, token, {form, sizeof(form)}};
    (void)state;
    assert_int_equal(downloads_add(d, &what, key), ERR_TOO_LONG);
    what.form.len--;
    assert_int_equal(downloads_add(d, &what, key), ERR_OK);
    downloads_free(d);
}

static void test_paths(void **state)
{
    static const struct {
        const char *path;
        bool is_one;
    } rows[] = {
        {"/download/0123456789ABCDEF0123456789ABCDEF", true},
        {"/download/0123456789ABCDEF0123456789ABCDE", false},
        {"/download/0123456789ABCDEF0123456789ABCDEF0", false},
        {"/download/", false},
        {"/Download/0123456789ABCDEF0123456789ABCDEF", false},
        {"/", false},
    };
    char key[DOWNLOAD_KEY_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(download_find(rows[i].path, key), rows[i].is_one);
        assert_int_equal(strlen(key), rows[i].is_one ? DOWNLOAD_KEY_SIZE - 1 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_link_is_good_once),
        cmocka_unit_test(test_how_many_wait),
        cmocka_unit_test(test_all_together),
        cmocka_unit_test(test_forms_that_are_too_long),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
