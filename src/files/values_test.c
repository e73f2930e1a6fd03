#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "files/text.h"
#include "files/values.h"

static struct bytes of(const char *text)
{
    return bytes_of_text(text);
}

/* Sets a value by its name; whether the text was one. */
static bool set(struct fix *f, const char *name, const char *text)
{
    size_t i = value_find(of(name));
    assert_true(i < values_count());
    return value_read(f, i, of(text));
}

/* The value of a name as it is written; "-": the fix does not tell it. */
static const char *get(const struct fix *f, const char *name)
{
    static char text[64];
    struct json_out out = {0};
    size_t i = value_find(of(name));
    if (!value_is_told(f, i)) {
        return "-";
    }
    value_write(&out, f, i);
    bytes_to_text(json_text(&out), text, sizeof(text));
    json_free(&out);
    return text;
}

static void test_names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < values_count(); i++) {
        assert_int_equal(value_find(of(value_name(i))), i);
    }
    assert_int_equal(value_find(of("colour")), values_count());
    assert_int_equal(value_find(of("")), values_count());
}

static void test_values_are_read_as_they_are_written(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *again; /* NULL: the same */
    } rows[] = {
        {"speed_kmh", "40.5", NULL},
        {"speed_kmh", "40.505", "40.51"},
        {"altitude_m", "-12.3", NULL},
        {"course_deg", "359.99", NULL},
        {"odometer_km", "1000000.123", NULL},
        {"fuel_l", "61.25", NULL},
        {"power_v", "12.1", NULL},
        {"battery_percent", "94", NULL},
        {"battery_percent", "94.0", "94"},
        {"hdop", "0.8", NULL},
        {"satellites", "9", NULL},
        {"gsm", "31", NULL},
        {"ignition", "1", NULL},
        {"ignition", "false", "0"},
        {"door_open", "TRUE", "1"},
        {"temperature_1_c", "-18.25", NULL},
        {"lock", "Unlocked by card", NULL},
        {"rest_days", "1416", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        assert_string_equal(get(&f, rows[i].name), "-");
        assert_true(set(&f, rows[i].name, rows[i].text));
        assert_string_equal(get(&f, rows[i].name),
                            rows[i].again == NULL ? rows[i].text : rows[i].again);
    }
}

static void test_what_is_no_value(void **state)
{
    static const struct {
        const char *name;
        const char *text;
    } rows[] = {
        {"speed_kmh", "fast"}, {"speed_kmh", ""},        {"speed_kmh", "1e3"},
        {"ignition", "2"},     {"lock", "no such lock"}, {"satellites", "nine"},
    };
    const struct fix empty = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        assert_false(set(&f, rows[i].name, rows[i].text));
        assert_memory_equal(&f, &empty, sizeof(f));
    }
}

/* Out of range: passed over as a decoder passes it over. */
static void test_what_cannot_be(void **state)
{
    static const char *const rows[][2] = {
        {"speed_kmh", "-1"},  {"speed_kmh", "2001"}, {"battery_percent", "101"},
        {"altitude_m", "1e"}, {"gsm", "32"},         {"temperature_1_c", "-300"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        (void)set(&f, rows[i][0], rows[i][1]);
        assert_string_equal(get(&f, rows[i][0]), "-");
    }
}

static void test_where_a_place_is_from(void **state)
{
    struct fix f = {0};
    struct fix last = {0};
    (void)state;
    fix_set_position(&last, 10, 10, true);
    assert_int_equal(place_of(&f, &last), PLACE_LAST);
    fix_set_position(&f, 20, 20, true);
    assert_int_equal(place_of(&f, &f), PLACE_GPS);
    assert_int_equal(place_of(&f, &last), PLACE_LAST);
    f.flags &= ~(uint32_t)FIX_VALID;
    assert_int_equal(place_of(&f, &f), PLACE_NO_LOCK);
    f.source = FIX_LBS;
    assert_int_equal(place_of(&f, &f), PLACE_LBS);
    f.source = FIX_WIFI;
    assert_int_equal(place_of(&f, &f), PLACE_WIFI);
    for (enum place_kind kind = 0; kind < PLACE_KINDS; kind++) {
        enum place_kind found = PLACE_KINDS;
        assert_true(place_find(of(place_word(kind)), &found));
        assert_int_equal(found, kind);
    }
    enum place_kind none = PLACE_GPS;
    assert_false(place_find(of("moon"), &none));
}

static void test_extra_values(void **state)
{
    struct arena arena = {0};
    struct extras x;
    struct extras again;
    struct json_out out = {0};
    (void)state;
    extras_init(&x, &arena);
    assert_true(extra_read(&x, of("rpm"), of("820")));
    assert_true(extra_read(&x, of("tyre_pressure[3]"), of("2.3")));
    assert_true(extra_read(&x, of("driver"), of("Li \"Wei\"")));
    assert_false(extra_read(&x, of("rpm"), of("many")));
    assert_false(extra_read(&x, of("colour"), of("1")));
    assert_false(extra_read(&x, of("rpm["), of("1")));
    assert_false(extra_read(&x, of("rpm[]"), of("1")));
    assert_false(extra_read(&x, of("rpm[99]"), of("1")));
    assert_false(extra_read(&x, of("rpm]"), of("1")));
    assert_false(extra_read(&x, of(""), of("1")));
    struct bytes packed = extras_pack(&x);
    extras_write(&out, packed);
    assert_true(bytes_eq(json_text(&out), "{\"rpm\":820,\"driver\":\"Li \\\"Wei\\\"\","
                                          "\"tyre_pressure[3]\":2.3}"));
    extras_init(&again, &arena);
    struct extras_reader r = extras_begin(packed);
    struct extra e;
    while (extras_next(&r, &e)) {
        char name[EXTRA_NAME_SIZE];
        struct json_out text = {0};
        extra_name(&e, name);
        extra_write_value(&text, &e);
        struct bytes kept = arena_copy(&arena, json_text(&text));
        assert_true(extra_read(&again, of(name), kept));
        json_free(&text);
    }
    assert_true(bytes_same(packed, extras_pack(&again)));
    json_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_values_are_read_as_they_are_written),
        cmocka_unit_test(test_what_is_no_value),
        cmocka_unit_test(test_what_cannot_be),
        cmocka_unit_test(test_where_a_place_is_from),
        cmocka_unit_test(test_extra_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
