/*
 * Passwords in texts: what is masked, what stays, and that no text breaks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vault_testing.h"
#include "base/writer.h"
#include "protocols/secrets.h"

static void assert_masked(const char *text, const char *want)
{
    struct arena arena = {0};
    struct bytes got = secrets_masked(&arena, bytes_of_text(text));
    if (!bytes_eq(got, want)) {
        fail_msg("%s: %.*s, wants %s", text, (int)got.len, (const char *)got.at, want);
    }
    arena_free(&arena);
}

static void test_passwords_of_locks_are_masked(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"(P43,123456)", "(P43,******)"},
        {"(8000012345,P44,246810)", "(8000012345,P44,******)"},
        {"(P44,a,b(1#,135790)", "(P44,******)"},
        {"(8000012345,P52,2,113355)", "(8000012345,P52,2,******)"},
        {"(8000012345,P52,0,000000,113355)", "(8000012345,P52,0,******,******)"},
        {"(794100000001,1,001,ELOCK,3,111111)", "(794100000001,1,001,ELOCK,3,******)"},
        {"p43,abcdef", "p43,******"},
        {"P43,1234#P43,5678#", "P43,******#P43,******#"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_masked(rows[i][0], rows[i][1]);
    }
}

static void test_what_is_no_password_stays(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "(8000012345,P43,1,0)",
        "(8000012345,P44,1)",
        "(8000012345,P52,1,1,0)",
        "(8000012345,P52,0,,)",
        "(8000012345,P04,60,30)",
        "Password error!",
        "DYD=Success!",
        "STATUS#",
        "(8000012345,P43,1,0)(8000012345,P01,123456)",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_masked(rows[i], rows[i]);
    }
}

static void test_named_passwords_are_masked(void **state)
{
    (void)state;
    assert_masked("PWD:123456,TIMER:30000", "PWD:******,TIMER:30000");
    assert_masked("password = a1b2c3; next=1234", "password = ******; next=1234");
    assert_masked("PIN,PIN,1234", "PIN,PIN,******");
}

/* Texts of all short lengths over the bytes that mean something, each in memory of its size. */
static void test_any_text_is_read_within_its_bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = {"P44", "P52", "PWD", ",", ")", "1", "12345", "\n"};
    enum { PIECES = sizeof(pieces) / sizeof(pieces[0]), DEPTH = 4 };
    for (unsigned n = 0; n < 8U * 8U * 8U * 8U; n++) {
        uint8_t at[64];
        struct arena arena = {0};
        struct writer w = writer_init(at, sizeof(at));
        for (unsigned rest = n, i = 0; i < DEPTH; i++, rest /= PIECES) {
            write_text(&w, pieces[rest % PIECES]);
        }
        struct bytes once = secrets_masked(&arena, arena_copy(&arena, writer_bytes(&w)));
        struct bytes twice = secrets_masked(&arena, once);
        assert_true(bytes_same(once, twice));
        arena_free(&arena);
    }
}

struct sent_row {
    const char *password; /* of the device; "": it has none */
    const char *text;
    const char *want;
};

static void assert_sent_masked(const struct vault *v, const struct sent_row *row)
{
    struct arena arena = {0};
    char hash[VAULT_HASH_SIZE] = "";
    if (row->password[0] != '\0') {
        vault_hash(v, bytes_of_text(row->password), hash);
    }
    const struct secret_of own = {v, hash};
    struct bytes got = secrets_masked_sent(&arena, bytes_of_text(row->text), &own);
    if (!bytes_eq(got, row->want)) {
        fail_msg("%s: %.*s, wants %s", row->text, (int)got.len, (const char *)got.at, row->want);
    }
    arena_free(&arena);
}

/* Whether the password of the device is among them or not. */
static void test_no_mask_tells_which_digits_are_the_password(void **state)
{
    (void)state;
    static const struct sent_row rows[] = {
        {"135790", "SET,135790,246810,443", "SET,******,******,443"},
        {"135790", "SET,135791,246810,443", "SET,******,******,443"},
        {"135790", "91357902", "******"},
        {"135790", "91357912", "******"},
        {"gate-4711", "OPEN gate-4711 9881", "OPEN ****** ******"},
        {"", "SERVER,1,host,9881,0#", "SERVER,1,host,9881,0#"},
        {"", "PWD,135790#", "PWD,******#"},
    };
    struct vault *v = vault_testing();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_sent_masked(v, &rows[i]);
    }
    vault_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords_of_locks_are_masked),
        cmocka_unit_test(test_what_is_no_password_stays),
        cmocka_unit_test(test_named_passwords_are_masked),
        cmocka_unit_test(test_no_mask_tells_which_digits_are_the_password),
        cmocka_unit_test(test_any_text_is_read_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
