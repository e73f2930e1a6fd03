/* Which models have a profile, as people and trackers write them, and what it says of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "protocols/profile.h"
#include "protocols/protocol.h"

static void test_models(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        const char *want; /* its name; NULL: none */
    } cases[] = {
        {"VL300", "AOVX V"},
        {"vl300-la", "AOVX V"},
        {"AOVX VL300", "AOVX V"},
        {"aovx-vl502", "AOVX V"},
        {"AOVX_GL100-LA_H2.0_EG915ULAABR03A01M08_V2.0.9:v10", "AOVX"},
        {"GL100", "AOVX"},
        {"Al300 in a trailer", "AOVX"},
        {"GL1000", NULL}, /* another number */
        {"GL10", NULL},
        {"AOVX", NULL}, /* of which series? */
        {"XVL300", NULL},
        {"JT/T 808 terminal", NULL},
        {"", NULL},
        {"JT701D", "JT701"},
        {"JM-VL03", "Concox"},
        {"g10ls", "G10LS"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct profile *p = profile_of_model(NULL, bytes_of_text(cases[i].model));
        print_message("# %s\n", cases[i].model);
        assert_int_equal(p == NULL, cases[i].want == NULL);
        if (p != NULL) {
            assert_string_equal(p->name, cases[i].want);
        }
    }
}

static void test_a_session_takes_the_dialect_of_its_device(void **state)
{
    (void)state;
    struct session s = {0};
    const struct device plain = {.model = "GT06"};
    const struct device d = {.model = "VL300", .speed_unit = SPEED_UNIT_KMH};
    assert_false(dialect_set(&s, dialect_of(NULL, &plain)));
    assert_true(dialect_set(&s, dialect_of(NULL, &d)));
    assert_int_equal(s.device_speed_unit, SPEED_UNIT_KMH);
    assert_string_equal(s.profile->name, "AOVX V");
    assert_false(dialect_set(&s, dialect_of(NULL, &d)));
    assert_true(dialect_set(&s, (struct dialect){.speed_unit = SPEED_UNIT_KMH}));
    assert_true(dialect_set(&s, (struct dialect){0}));
}

/* A profile that says everything. */
static const struct profile all = {
    .name = "All",
    .texts = {[PROFILE_STATUS] = "STATUS#",
              [PROFILE_PARAMETERS] = "hex:8104",
              [PROFILE_CUT] = "RELAY,1#",
              [PROFILE_UNLOCK] = "OPEN,{password}#"},
    .named = "reboot=RESET#\nslow=hex:8103 01",
};

static void test_what_a_profile_says_of_commands(void **state)
{
    (void)state;
    static const struct {
        enum command_kind kind;
        unsigned raw_len;
        const char *text;
        const char *want; /* NULL: as it was */
        enum command_kind said;
    } rows[] = {
        {COMMAND_QUERY_STATUS, 0, "", "STATUS#", COMMAND_TEXT},
        {COMMAND_QUERY_PARAMETERS, 2, "", NULL, COMMAND_HIGH_LEVEL},
        {COMMAND_QUERY_ICCID, 0, "", NULL, COMMAND_QUERY_ICCID},
        {COMMAND_LOCK, 0, "", NULL, COMMAND_LOCK},
        {COMMAND_UNLOCK, 0, "", "OPEN,135790#", COMMAND_TEXT},
        {COMMAND_TIMED_UNLOCK, 0, "", NULL, COMMAND_TIMED_UNLOCK},
        {COMMAND_HIGH_LEVEL, 0, "Cut", "RELAY,1#", COMMAND_TEXT},
        {COMMAND_HIGH_LEVEL, 0, "REBOOT", "RESET#", COMMAND_TEXT},
        {COMMAND_HIGH_LEVEL, 3, "slow", NULL, COMMAND_HIGH_LEVEL},
        {COMMAND_HIGH_LEVEL, 0, "unlock", NULL, COMMAND_HIGH_LEVEL}, /* has a call of its own */
        {COMMAND_HIGH_LEVEL, 0, "restore", NULL, COMMAND_HIGH_LEVEL},
        {COMMAND_HIGH_LEVEL, 0, "", NULL, COMMAND_HIGH_LEVEL},
        {COMMAND_TEXT, 0, "cut", NULL, COMMAND_TEXT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[COMMAND_RAW_MAX];
        struct command_request what = {.kind = rows[i].kind,
                                       .text = bytes_of_text(rows[i].text),
                                       .password = bytes_of_text("135790"),
                                       .profile = &all};
        print_message("# %zu\n", i);
        assert_true(profile_apply(&what, room));
        assert_int_equal(what.kind, rows[i].said);
        assert_int_equal(what.raw.len, rows[i].raw_len);
        assert_true(bytes_eq(what.text, rows[i].want == NULL ? rows[i].text : rows[i].want));
    }
}

static void test_the_names_that_a_text_may_be(void **state)
{
    (void)state;
    static const char *const names[] = {"cut", "reboot", "slow", "", ""};
    static const struct profile restores = {.texts = {[PROFILE_RESTORE] = "RELAY,0#"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(bytes_eq(profile_name_at(&all, i), names[i]));
    }
    assert_true(bytes_eq(profile_name_at(&restores, 0), "restore"));
    assert_true(bytes_eq(profile_name_at(&restores, 1), ""));
}

static void test_no_password_gets_out_of_its_text(void **state)
{
    (void)state;
    static const char *const passwords[] = {"",   "1#RELAY,1", "1,2",     "12 34",
                                            "1)", "1\n2",      "\xc3\xa9"};
    for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
        uint8_t room[COMMAND_RAW_MAX];
        struct command_request what = {
            .kind = COMMAND_UNLOCK, .password = bytes_of_text(passwords[i]), .profile = &all};
        assert_false(profile_apply(&what, room));
    }
}

static void test_a_longest_password_has_no_room(void **state)
{
    (void)state;
    char password[COMMAND_RAW_MAX + 1];
    uint8_t room[COMMAND_RAW_MAX];
    memset(password, '1', sizeof(password) - 1);
    password[COMMAND_RAW_MAX] = '\0';
    struct command_request what = {
        .kind = COMMAND_UNLOCK, .password = bytes_of_text(password), .profile = &all};
    assert_false(profile_apply(&what, room));
}

static void test_without_a_profile_nothing_changes(void **state)
{
    (void)state;
    uint8_t room[COMMAND_RAW_MAX];
    struct command_request what = {.kind = COMMAND_HIGH_LEVEL, .text = bytes_of_text("cut")};
    assert_true(profile_apply(&what, room));
    assert_true(bytes_eq(what.text, "cut"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_a_session_takes_the_dialect_of_its_device),
        cmocka_unit_test(test_what_a_profile_says_of_commands),
        cmocka_unit_test(test_the_names_that_a_text_may_be),
        cmocka_unit_test(test_no_password_gets_out_of_its_text),
        cmocka_unit_test(test_a_longest_password_has_no_room),
        cmocka_unit_test(test_without_a_profile_nothing_changes),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
