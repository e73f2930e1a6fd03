/* Which models have a profile, as people and trackers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/profile.h"
#include "protocols/protocol.h"

static void test_models(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        enum profile want;
    } cases[] = {
        {"VL300", PROFILE_AOVX_V},
        {"vl300-la", PROFILE_AOVX_V},
        {"AOVX VL300", PROFILE_AOVX_V},
        {"aovx-vl502", PROFILE_AOVX_V},
        {"AOVX_GL100-LA_H2.0_EG915ULAABR03A01M08_V2.0.9:v10", PROFILE_AOVX},
        {"GL100", PROFILE_AOVX},
        {"Al300 in a trailer", PROFILE_AOVX},
        {"GL1000", PROFILE_NONE}, /* another number */
        {"GL10", PROFILE_NONE},
        {"AOVX", PROFILE_NONE}, /* of which series? */
        {"XVL300", PROFILE_NONE},
        {"JT/T 808 terminal", PROFILE_NONE},
        {"", PROFILE_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("# %s\n", cases[i].model);
        assert_int_equal(profile_of_model(bytes_of_text(cases[i].model)), cases[i].want);
    }
}

static void test_a_session_takes_the_dialect_of_its_device(void **state)
{
    (void)state;
    struct session s = {0};
    const struct device plain = {.model = "GT06"};
    const struct device d = {.model = "VL300", .speed_unit = SPEED_UNIT_KMH};
    assert_false(dialect_set(&s, dialect_of(&plain)));
    assert_true(dialect_set(&s, dialect_of(&d)));
    assert_int_equal(s.device_speed_unit, SPEED_UNIT_KMH);
    assert_int_equal(s.profile, PROFILE_AOVX_V);
    assert_false(dialect_set(&s, dialect_of(&d)));
    assert_true(dialect_set(&s, (struct dialect){.speed_unit = SPEED_UNIT_KMH}));
    assert_true(dialect_set(&s, (struct dialect){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_a_session_takes_the_dialect_of_its_device),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
