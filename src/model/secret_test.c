#include "model/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vault_testing.h"

static void passwords_are_masked_wherever_they_stand(void **state)
{
    static const struct {
        const char *text;
        const char *password;
        const char *masked;
    } rows[] = {
        {"(P43,123456)", "123456", "(P43,******)"},
        {"9401234", "1234", "940******"},
        {"1234PWD1234", "1234", "******PWD******"},
        {"RELAY,1#", "1234", "RELAY,1#"},
        {"", "1234", ""},
        {"12341234", "1234", "************"},
        {"DYD,7#", "7", "DYD,******#"},
        {"17#", "7", "17#"},
        {"7", "7", "******"},
        {"1111111", "1111", "******111"},
        {"STATUS#", "", "STATUS#"},
        {"пароль 12345", "12345", "пароль ******"},
    };
    struct vault *vault = vault_testing();
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char hash[VAULT_HASH_SIZE] = "";
        if (rows[i].password[0] != '\0') {
            vault_hash(vault, bytes_of_text(rows[i].password), hash);
        }
        const struct secret_of own = {vault, hash};
        struct bytes masked = secret_masked(&arena, bytes_of_text(rows[i].text), &own);
        assert_true(bytes_eq(masked, rows[i].masked));
    }
    arena_free(&arena);
    vault_free(vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_are_masked_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
