/* The names of places in a call's language, and where a language knows none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "api/places.h"
#include "api/places_testing.h"

static const struct point BERLIN = {525000000, 134000000};

static const struct param_row language_params[] = {PLACES_PARAMS};
static const struct api_method method = {
    .name = "TryIt", .params = language_params, .param_count = COUNT_OF(language_params)};

/* A call with the fields Places and Language; "": without. */
static struct call *new_call(const struct api *api, const char *language, bool asks)
{
    struct call *c = call_new(api);
    c->method = &method;
    c->values[0] = (struct value){.present = true, .number = asks};
    c->values[1] = (struct value){.present = language[0] != '\0', .text = language};
    return c;
}

static void test_whose_language(void **state)
{
    (void)state;
    static const struct {
        const char *of_call;
        enum gazetteer_language of_server;
        enum gazetteer_language want;
    } rows[] = {
        {"", GAZETTEER_EN, GAZETTEER_EN},   {"", GAZETTEER_ZH, GAZETTEER_ZH},
        {"en", GAZETTEER_ZH, GAZETTEER_EN}, {"zh", GAZETTEER_EN, GAZETTEER_ZH},
        {"ZH", GAZETTEER_EN, GAZETTEER_ZH},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct api api = {.gazetteer_language = rows[i].of_server};
        struct call *c = new_call(&api, rows[i].of_call, i % 2 == 0);
        assert_true(places_check_language(c, 1));
        assert_int_equal(places_in_language(c, 1).language, rows[i].want);
        assert_int_equal(places_of(c).language, rows[i].of_server);
        const struct places asked = places_asked(c, 0);
        assert_int_equal(asked.language, rows[i].want);
        assert_int_equal(asked.is_asked, i % 2 == 0);
        call_free(c);
    }
}

static void test_a_language_that_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"de", "zh-CN", "e", "en,zh"};
    const struct api api = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct call *c = new_call(&api, bad[i], true);
        assert_false(places_check_language(c, 1));
        assert_int_equal(c->code, 500);
        assert_string_equal(c->message, "Language: neither en nor zh");
        call_free(c);
    }
}

static void test_names_are_the_gazetteers(void **state)
{
    (void)state;
    const struct api api = {0};
    for (enum gazetteer_language language = GAZETTEER_EN; language <= GAZETTEER_ZH; language++) {
        uint32_t distance_m = 0;
        struct call *c = new_call(&api, "", true);
        const struct places p = {.call = c, .language = language};
        const struct named_place found = places_find(&p, BERLIN, &c->arena);
        char *names = gazetteer_says(language, BERLIN, &distance_m);
        assert_string_equal(found.names, names);
        assert_int_equal(found.distance_m, distance_m);
        assert_non_null(strstr(names, language == GAZETTEER_EN ? "Germany" : "\u5fb7\u56fd"));
        g_free(names);
        call_free(c);
    }
}

/* What a call has written of its Data. */
static void expect_data(struct call *c, const char *want)
{
    struct bytes text = json_text(&c->out);
    char *got = g_strndup((const char *)text.at, text.len);
    assert_string_equal(got, want);
    g_free(got);
}

static void test_members(void **state)
{
    (void)state;
    const struct api api = {0};
    struct call *c = new_call(&api, "", true);
    struct places p = places_asked(c, 0);
    char *names = gazetteer_says(GAZETTEER_EN, BERLIN, NULL);
    json_drop(&c->out);
    c->out = (struct json_out){.at = c->out.at, .capacity = c->out.capacity};
    json_object_begin(&c->out);
    places_write_member(&p, "Place", &BERLIN);
    places_write_member(&p, "EndPlace", NULL);
    p.is_asked = false;
    places_write_member(&p, "StartPlace", &BERLIN);
    json_object_end(&c->out);
    char *want = g_strdup_printf("{\"Place\":\"%s\",\"EndPlace\":null}", names);
    expect_data(c, want);
    g_free(want);
    g_free(names);
    call_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose_language),
        cmocka_unit_test(test_a_language_that_is_none),
        cmocka_unit_test(test_names_are_the_gazetteers),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
