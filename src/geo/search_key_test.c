#include "geo/search_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "geo/gazetteer_data.h"
#include "geo/gazetteer_testing.h"

static void check_key(const char *text, const char *key)
{
    struct arena a = {0};
    struct bytes made = search_key(&a, bytes_of_text(text));
    assert_true(bytes_eq(made, key));
    arena_free(&a);
}

static void keys_are_plain_letters(void **state)
{
    (void)state;
    check_key("Kunming", "kunming");
    check_key("São Paulo", "sao paulo");
    check_key("Łódź", "lodz");
    check_key("Straße", "strasse");
    check_key("Þórshöfn", "thorshofn");
    check_key("Ærø", "aero");
    check_key("İstanbul", "istanbul");
    check_key("Đà Nẵng", "da nang");
    check_key("昆明", "昆明");
    check_key("", "");
    check_key("a\x7f", "");
    check_key("\xff", "");
}

/* data/unpack.py makes keys of names as this does: else they would not be found. */
static void keys_of_names_are_those_of_the_data(void **state)
{
    (void)state;
    struct arena a = {0};
    for (uint32_t rank = 0; rank < gazetteer_ranks_count; rank += 7) {
        uint32_t code = gazetteer_ranks[rank];
        if (code >> FEATURE_SHIFT != FEATURE_PLACE) {
            continue;
        }
        uint32_t at = gazetteer_place_names[code & FEATURE_NUMBER].at[0];
        struct bytes name = {gazetteer_names + at + 1, gazetteer_names[at]};
        struct bytes key = search_key(&a, name);
        const uint8_t *line = gazetteer_search_text + gazetteer_search_begins[rank];
        assert_memory_equal(line + 1, key.at, key.len);
        assert_int_equal(line[1 + key.len], '\t');
        arena_clear(&a);
    }
    arena_free(&a);
}

static void long_texts_have_no_key(void **state)
{
    (void)state;
    struct arena a = {0};
    char text[202];
    memset(text, 'x', sizeof text);
    assert_int_equal(search_key(&a, (struct bytes){(const uint8_t *)text, 200}).len, 200);
    assert_int_equal(search_key(&a, (struct bytes){(const uint8_t *)text, 201}).len, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_plain_letters),
        cmocka_unit_test(keys_of_names_are_those_of_the_data),
        cmocka_unit_test(long_texts_have_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
