#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/auth.h"

static void test_tokens(void **state)
{
    (void)state;
    char token[AUTH_TOKEN_SIZE];
    char other[AUTH_TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_BYTES];
    uint8_t other_hash[TOKEN_HASH_BYTES];
    auth_make_token(token, hash);
    auth_make_token(other, other_hash);
    assert_int_equal(strlen(token), AUTH_TOKEN_DIGITS);
    assert_int_equal(strspn(token, "0123456789ABCDEF"), AUTH_TOKEN_DIGITS);
    assert_string_not_equal(token, other);
    assert_memory_not_equal(hash, other_hash, TOKEN_HASH_BYTES);
    assert_true(auth_hash_token(token, other_hash));
    assert_memory_equal(hash, other_hash, TOKEN_HASH_BYTES);
}

static void test_forms_of_a_token(void **state)
{
    (void)state;
    uint8_t hash[TOKEN_HASH_BYTES];
    uint8_t same[TOKEN_HASH_BYTES];
    static const char *const good[] = {
        "E03ABA0AE0758AFCAA311540510FB800",        "e03aba0ae0758afcaa311540510fb800",
        "Bearer E03ABA0AE0758AFCAA311540510FB800", "bEARER  E03ABA0AE0758AFCAA311540510FB800",
        " E03ABA0AE0758AFCAA311540510FB800 ",
    };
    static const char *const bad[] = {
        "",
        "Bearer ",
        "E03ABA0AE0758AFCAA311540510FB80",
        "E03ABA0AE0758AFCAA311540510FB8000",
        "G03ABA0AE0758AFCAA311540510FB800",
        "E03ABA0AE0758AFCAA311540510FB800 x",
        "Basic E03ABA0AE0758AFCAA311540510FB800",
    };
    assert_true(auth_hash_token(good[0], hash));
    for (size_t i = 1; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(auth_hash_token(good[i], same));
        assert_memory_equal(hash, same, TOKEN_HASH_BYTES);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(auth_hash_token(bad[i], same));
    }
    assert_false(auth_hash_token(NULL, same));
}

/* The token of a secret is another text, and always the same. */
static void test_secrets(void **state)
{
    (void)state;
    char secret[AUTH_TOKEN_SIZE];
    char token[AUTH_TOKEN_SIZE];
    char again[AUTH_TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_BYTES];
    uint8_t same[TOKEN_HASH_BYTES];
    static const char *const bad[] = {"", "0123456789ABCDEF0123456789ABCDE",
                                      "0123456789ABCDEF0123456789ABCDEF0",
                                      " 0123456789ABCDEF0123456789ABCDEF"};
    auth_make_secret(secret, token, hash);
    assert_string_not_equal(secret, token);
    assert_int_equal(strspn(token, "0123456789ABCDEF"), AUTH_TOKEN_DIGITS);
    assert_true(auth_hash_token(token, same));
    assert_memory_equal(hash, same, TOKEN_HASH_BYTES);
    assert_true(auth_token_of_secret(secret, again, same));
    assert_string_equal(again, token);
    assert_memory_equal(hash, same, TOKEN_HASH_BYTES);
    assert_true(auth_hash_token(secret, same));
    assert_memory_not_equal(hash, same, TOKEN_HASH_BYTES);
    assert_true(auth_token_of_secret(token, again, same));
    assert_string_not_equal(again, token);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(auth_token_of_secret(bad[i], again, same));
    }
    assert_false(auth_token_of_secret(NULL, again, same));
}

static void test_passwords(void **state)
{
    (void)state;
    char hash[AUTH_PASSWORD_HASH_SIZE];
    char again[AUTH_PASSWORD_HASH_SIZE];
    auth_hash_password("secret-1", hash);
    auth_hash_password("secret-1", again);
    assert_string_not_equal(hash, again);
    assert_non_null(strstr(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_true(auth_password_matches(hash, "secret-1"));
    assert_false(auth_password_matches(hash, "secret-2"));
    assert_false(auth_password_matches(hash, ""));
    assert_false(auth_password_matches("", "secret-1"));
}

static void test_lengths_of_a_password(void **state)
{
    (void)state;
    char text[AUTH_PASSWORD_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[AUTH_PASSWORD_MAX + 1] = '\0';
    assert_non_null(auth_password_fault(text));
    text[AUTH_PASSWORD_MAX] = '\0';
    assert_null(auth_password_fault(text));
    assert_null(auth_password_fault("äöüßäö"));
    assert_non_null(auth_password_fault("äöüßä"));
    assert_non_null(auth_password_fault(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_forms_of_a_token),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_lengths_of_a_password),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
