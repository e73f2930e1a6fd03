#include "geo/place_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "geo/gazetteer.h"
#include "geo/gazetteer_testing.h"

static struct place_names *read_names(const char *text)
{
    struct place_names *names = NULL;
    struct place_names_fault fault = {0};
    enum err e = place_names_read(bytes_of_text(text), &names, &fault);
    if (e != ERR_OK) {
        print_error("line %zu: %s\n", fault.line, fault.why);
    }
    assert_int_equal(e, ERR_OK);
    return names;
}

static void check_text(const struct place_names *names, struct point at,
                       enum gazetteer_language language, const char *wanted)
{
    struct arena a = {0};
    struct gazetteer g = {names, language};
    struct gazetteer_place place;
    (void)gazetteer_find(&g, at, &place);
    assert_string_equal(gazetteer_text(&a, &place).at, wanted);
    arena_free(&a);
}

static void names_replace_those_of_the_program(void **state)
{
    (void)state;
    struct place_names *n = read_names("# our names\n"
                                       "\n"
                                       "25.04,102.71 place en Kunming City\r\n"
                                       "25.04,102.71\tdistrict\ten\tKunming Prefecture  \n"
                                       "  25.04,102.71 province en Yunnan Province\n"
                                       "25.04,102.71 country zh 中华人民共和国\n"
                                       "15,115 sea en Sea of the South");
    check_text(n, at_deg(25.04, 102.71), GAZETTEER_EN,
               "Kunming City, Kunming Prefecture, Yunnan Province, China");
    check_text(n, at_deg(25.04, 102.71), GAZETTEER_ZH, "昆明, 昆明市, 云南省, 中华人民共和国");
    check_text(n, at_deg(15, 115), GAZETTEER_EN, "Sea of the South");
    place_names_free(n);
}

/* Editors of Windows put one before what they save as UTF-8. */
static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    struct place_names *n = read_names("\xEF\xBB\xBF"
                                       "15,115 sea en Sea of the South\n");
    check_text(n, at_deg(15, 115), GAZETTEER_EN, "Sea of the South");
    place_names_free(n);
    n = read_names("\xEF\xBB\xBF");
    place_names_free(n);
}

static void a_dash_leaves_a_level_out(void **state)
{
    (void)state;
    struct place_names *n = read_names("44.95,34.10 country en -\n15,115 sea en -\n");
    check_text(n, at_deg(44.95, 34.10), GAZETTEER_EN, "Simferopol, Simferopol Raion, Crimea");
    struct gazetteer g = {n, GAZETTEER_EN};
    struct gazetteer_place place;
    assert_false(gazetteer_find(&g, at_deg(15, 115), &place));
    place_names_free(n);
}

static void levels_that_move_are_renamed_as_they_are_told(void **state)
{
    (void)state;
    /* A region's level, and that of a country whose provinces are told by district. */
    struct place_names *n = read_names("45.4642,9.19 province en Lombardia\n"
                                       "45.4642,9.19 district en Province of Milan\n"
                                       "-1.2921,36.8219 province en Nairobi\n");
    check_text(n, at_deg(45.4642, 9.19), GAZETTEER_EN,
               "Milan, Province of Milan, Lombardia, Italy");
    check_text(n, at_deg(-1.2921, 36.8219), GAZETTEER_EN, "Nairobi, Kenya");
    place_names_free(n);
}

static void provinces_move_into_another_country(void **state)
{
    (void)state;
    struct place_names *n = read_names("44.95,34.10 province in 55.75,37.62\n");
    check_text(n, at_deg(44.95, 34.10), GAZETTEER_EN,
               "Simferopol, Simferopol Raion, Crimea, Russia");
    check_text(n, at_deg(50.45, 30.52), GAZETTEER_EN, "Kyiv, Ukraine");
    place_names_free(n);
    n = read_names("25.03,121.56 country in 39.90,116.40\n");
    check_text(n, at_deg(25.03, 121.56), GAZETTEER_EN, "Taipei, Taipei City, Taipei, China");
    struct gazetteer g = {n, GAZETTEER_EN};
    struct gazetteer_entry entry;
    assert_int_equal(gazetteer_search(&g, bytes_of_text("kaohsiung"), &entry, 1), 1);
    assert_true(bytes_eq(entry.country, "China"));
    place_names_free(n);
}

static void own_names_are_found(void **state)
{
    (void)state;
    struct place_names *n = read_names("25.04,102.71 place en Spring Town\n"
                                       "25.04,102.71 country en -\n");
    struct gazetteer g = {n, GAZETTEER_EN};
    struct gazetteer_entry entries[3];
    assert_int_equal(gazetteer_search(&g, bytes_of_text("town, s"), entries, 3), 0);
    assert_true(gazetteer_search(&g, bytes_of_text("spring to"), entries, 3) >= 1);
    assert_true(bytes_eq(entries[0].name, "Spring Town"));
    assert_int_equal(gazetteer_search(&g, bytes_of_text("kunming"), entries, 1), 1);
    assert_true(bytes_eq(entries[0].name, "Spring Town"));
    assert_int_equal(entries[0].country.len, 0);
    place_names_free(n);
}

/* ---- what is refused ---- */

struct refusal {
    const char *text;
    size_t line;
    const char *why;
};

static void wrong_lines_are_refused_by_number(void **state)
{
    (void)state;
    const struct refusal refusals[] = {
        {"25.04 102.71 place en X", 1, "LAT,LON"},
        {"#\n91,0 place en X", 2, "LAT,LON"},
        {"0,180.1 place en X", 1, "LAT,LON"},
        {"nan,0 place en X", 1, "LAT,LON"},
        {",0 place en X", 1, "LAT,LON"},
        {"25.04,102.71", 1, "second word"},
        {"25.04,102.71 village en X", 1, "second word"},
        {"25.04,102.71 place fr X", 1, "third word"},
        {"25.04,102.71 place en", 1, "empty"},
        {"25.04,102.71 place en X\x01", 1, "UTF-8"},
        {"25.04,102.71 place en \xff", 1, "UTF-8"},
        {"25.04,102.71 sea en X", 1, "no such level"},
        {"15,115 country en X", 1, "no such level"},
        {"15,115 place en X", 1, "no such level"},
        {"-25,133 place en X", 1, "3 km"},
        {"25.04,102.71 place in 39.9,116.4", 1, "nothing else"},
        {"-1.29,36.82 province in 39.9,116.4", 1, "only with its country"},
        {"25.04,102.71 province in 39.9", 1, "LAT,LON"},
        {"25.04,102.71 province in 15,115", 1, "no country"},
        {"25.04,102.71 place en X\n\n25.04,102.71 place en Y\n", 3, "earlier line"},
    };
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct place_names *names = NULL;
        struct place_names_fault fault = {0};
        assert_int_equal(place_names_read(bytes_of_text(refusals[i].text), &names, &fault),
                         ERR_MALFORMED);
        assert_null(names);
        assert_int_equal(fault.line, refusals[i].line);
        assert_non_null(strstr(fault.why, refusals[i].why));
    }
}

static void the_file_and_its_names_are_bounded(void **state)
{
    (void)state;
    struct place_names *names = NULL;
    struct place_names_fault fault = {0};
    size_t size = PLACE_NAMES_FILE_MAX_BYTES + 1;
    uint8_t *text = mem_new(size + 64);
    memset(text, '\n', size);
    assert_int_equal(place_names_read((struct bytes){text, size}, &names, &fault), ERR_TOO_LONG);
    assert_int_equal(place_names_read((struct bytes){text, size - 1}, &names, &fault), ERR_OK);
    place_names_free(names);
    names = NULL;

    char name[PLACE_NAME_MAX_BYTES + 2];
    memset(name, 'x', sizeof name);
    name[PLACE_NAME_MAX_BYTES + 1] = '\0';
    int len = snprintf((char *)text, size, "25.04,102.71 place en %s", name);
    assert_int_equal(place_names_read((struct bytes){text, (size_t)len}, &names, &fault),
                     ERR_MALFORMED);
    assert_int_equal(place_names_read((struct bytes){text, (size_t)len - 1}, &names, &fault),
                     ERR_OK);
    place_names_free(names);
    names = NULL;

    size_t at = 0;
    for (int i = 0; i <= PLACE_NAMES_MAX; i++) {
        at += (size_t)snprintf((char *)text + at, size - at, "0,0 sea en X\n");
    }
    assert_int_equal(place_names_read((struct bytes){text, at}, &names, &fault), ERR_MALFORMED);
    assert_int_equal(fault.line, PLACE_NAMES_MAX + 1);
    assert_non_null(strstr(fault.why, "20000"));
    free(text);
}

/* Every beginning of a right file is right or refused, and nothing else. */
static void beginnings_are_read_or_refused(void **state)
{
    (void)state;
    const char *text = "25.04,102.71 place en Kunming City\n44.95,34.10 province in 50.45,30.52\n";
    for (size_t len = 0; len <= strlen(text); len++) {
        struct place_names *names = NULL;
        struct place_names_fault fault = {0};
        uint8_t *copy = mem_new(len); /* so that a read beyond it is seen */
        memcpy(copy, text, len);
        enum err e = place_names_read((struct bytes){copy, len}, &names, &fault);
        assert_true(e == ERR_OK || (e == ERR_MALFORMED && names == NULL && fault.line > 0));
        place_names_free(names);
        free(copy);
    }
    place_names_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_replace_those_of_the_program),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(a_dash_leaves_a_level_out),
        cmocka_unit_test(levels_that_move_are_renamed_as_they_are_told),
        cmocka_unit_test(provinces_move_into_another_country),
        cmocka_unit_test(own_names_are_found),
        cmocka_unit_test(wrong_lines_are_refused_by_number),
        cmocka_unit_test(the_file_and_its_names_are_bounded),
        cmocka_unit_test(beginnings_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
