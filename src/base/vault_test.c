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

#include "base/vault.h"

static const uint8_t one_key[VAULT_KEY_BYTES] = {1, 2, 3};
static const uint8_t other_key[VAULT_KEY_BYTES] = {3, 2, 1};

static struct bytes text(const char *t)
{
    return bytes_of_text(t);
}

/* ---- passwords ---- */

static void test_a_hash_fits_its_password_alone(void **state)
{
    (void)state;
    static const char *const passwords[] = {"1", "123456", "Tür \xe9\x94\x81", "}~x"};
    static const char *const others[] = {"", "2", "123457", "1234567", "12345", "TÜR", "}~X"};
    struct vault *v = vault_new(one_key);
    for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
        char hash[VAULT_HASH_SIZE];
        vault_hash(v, text(passwords[i]), hash);
        assert_int_equal(strlen(hash), VAULT_HASH_SIZE - 1);
        assert_true(vault_fits(v, hash, text(passwords[i])));
        for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
            assert_false(vault_fits(v, hash, text(others[k])));
        }
    }
    vault_free(v);
}

static void test_the_ends_of_lengths(void **state)
{
    (void)state;
    struct vault *v = vault_new(one_key);
    char hash[VAULT_HASH_SIZE];
    uint8_t longest[VAULT_PASSWORD_MAX];
    struct bytes found;
    memset(longest, 0xff, sizeof(longest));
    vault_hash(v, (struct bytes){longest, sizeof(longest)}, hash);
    assert_true(vault_fits(v, hash, (struct bytes){longest, sizeof(longest)}));
    assert_false(vault_fits(v, hash, (struct bytes){longest, sizeof(longest) - 1}));
    assert_true(vault_find(v, hash, (struct bytes){longest, sizeof(longest)}, 0, &found));
    assert_int_equal(found.len, sizeof(longest));
    vault_free(v);
}

static void test_a_hash_is_never_the_same_twice(void **state)
{
    (void)state;
    struct vault *v = vault_new(one_key);
    char first[VAULT_HASH_SIZE];
    char second[VAULT_HASH_SIZE];
    vault_hash(v, text("123456"), first);
    vault_hash(v, text("123456"), second);
    assert_string_not_equal(first, second);
    assert_string_not_equal(first + 40, second + 40); /* nor what is behind the salt */
    vault_free(v);
}

static void test_what_is_no_hash_of_this_key_fits_nothing(void **state)
{
    (void)state;
    struct vault *v = vault_new(one_key);
    struct vault *other = vault_new(other_key);
    char hash[VAULT_HASH_SIZE];
    struct bytes found;
    vault_hash(other, text("123456"), hash);
    const char *const none[] = {"", "0", "123456", "zz", hash};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_false(vault_is_own(v, none[i]));
        assert_false(vault_fits(v, none[i], text("123456")));
        assert_false(vault_fits(v, none[i], text("")));
        assert_false(vault_find(v, none[i], text("123456"), 0, &found));
    }
    assert_true(vault_is_own(other, hash));
    assert_false(vault_fits(NULL, hash, text("123456")));
    for (size_t i = 0; i < VAULT_HASH_SIZE - 1; i++) {
        bool is_sum = i >= 44 && i < 48; /* which only says where to look */
        char damaged[VAULT_HASH_SIZE];
        memcpy(damaged, hash, sizeof(hash));
        damaged[i] = damaged[i] == '0' ? '1' : '0';
        if (i < 40 || i >= 44) { /* the length may be right by chance */
            assert_int_equal(vault_fits(other, damaged, text("123456")), is_sum);
        }
    }
    vault_free(other);
    vault_free(v);
}

static void test_a_password_is_found_in_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t from;
        int at; /* -1: nowhere */
    } rows[] = {
        {"4711", 0, 0},      {"x4711", 0, 1}, {"(P52,2,4711)", 0, 7},
        {"4711,4711", 1, 5}, {"1174", 0, -1}, {"471", 0, -1},
        {"", 0, -1},         {"4711", 1, -1}, {"4711", 99, -1},
        {"5701", 0, -1},     {"44711", 0, 1}, {"4741711 4711", 0, 8},
    };
    struct vault *v = vault_new(one_key);
    char hash[VAULT_HASH_SIZE];
    vault_hash(v, text("4711"), hash);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes in = text(rows[i].text);
        struct bytes found = {0};
        assert_int_equal(vault_find(v, hash, in, rows[i].from, &found), rows[i].at >= 0);
        if (rows[i].at >= 0) {
            assert_ptr_equal(found.at, in.at + rows[i].at);
            assert_int_equal(found.len, 4);
        }
    }
    vault_free(v);
}

/* ---- texts ---- */

static void test_a_sealed_text_opens_with_its_key_alone(void **state)
{
    (void)state;
    struct vault *v = vault_new(one_key);
    struct vault *other = vault_new(other_key);
    static const char *const texts[] = {"", "PWD,123456#"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint8_t sealed[64];
        uint8_t opened[64];
        size_t len = 0;
        struct bytes in = text(texts[i]);
        struct bytes out = {sealed, vault_seal(v, in, sealed)};
        assert_int_equal(out.len, in.len + VAULT_SEAL_BYTES);
        assert_int_equal(vault_unseal(v, out, opened, &len), ERR_OK);
        assert_true(bytes_same((struct bytes){opened, len}, in));
        assert_int_equal(vault_unseal(other, out, opened, &len), ERR_CORRUPT);
        assert_int_equal(vault_unseal(NULL, out, opened, &len), ERR_CORRUPT);
        for (size_t k = 0; k < out.len; k++) {
            assert_int_equal(vault_unseal(v, bytes_slice(out, 0, k), opened, &len), ERR_CORRUPT);
            sealed[k] ^= 1;
            assert_int_equal(vault_unseal(v, out, opened, &len), ERR_CORRUPT);
            sealed[k] ^= 1;
        }
    }
    vault_free(other);
    vault_free(v);
}

/* ---- the key ---- */

static void test_a_key_is_made_once_and_kept(void **state)
{
    (void)state;
    char path[] = "/tmp/odograph_vault_XXXXXX";
    char file[sizeof(path) + 8];
    char hash[VAULT_HASH_SIZE];
    struct vault *v = NULL;
    struct stat st;
    assert_non_null(mkdtemp(path));
    (void)snprintf(file, sizeof(file), "%s/key", path);

    assert_int_equal(vault_open(file, &v), ERR_OK);
    assert_true(vault_is_new(v));
    assert_string_equal(vault_path(v), file);
    assert_int_equal(access(file, F_OK), -1); /* not before it is asked for */
    vault_hash(v, text("123456"), hash);
    assert_int_equal(vault_keep(v), ERR_OK);
    assert_int_equal(vault_keep(v), ERR_OK);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    vault_free(v);

    assert_int_equal(vault_open(file, &v), ERR_OK);
    assert_false(vault_is_new(v));
    assert_true(vault_fits(v, hash, text("123456")));
    vault_free(v);

    assert_int_equal(unlink(file), 0);
    assert_int_equal(vault_open(file, &v), ERR_OK); /* another one */
    assert_false(vault_is_own(v, hash));
    vault_free(v);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hash_fits_its_password_alone),
        cmocka_unit_test(test_the_ends_of_lengths),
        cmocka_unit_test(test_a_hash_is_never_the_same_twice),
        cmocka_unit_test(test_what_is_no_hash_of_this_key_fits_nothing),
        cmocka_unit_test(test_a_password_is_found_in_a_text),
        cmocka_unit_test(test_a_sealed_text_opens_with_its_key_alone),
        cmocka_unit_test(test_a_key_is_made_once_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
