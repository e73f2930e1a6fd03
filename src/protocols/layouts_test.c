/* Sentences by their layouts: time, place, values, and words that stand for something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/extras_testing.h"
#include "protocols/layouts.h"

static struct bytes of(const char *text)
{
    return bytes_of_text(text);
}

/* Reads `text` by a layout; the arena is the caller's. */
static bool read_text(const struct layout *l, const char *text, size_t from, struct arena *arena,
                      struct report *r)
{
    struct words w;
    struct decoded out = {.arena = arena};
    words_cut(of(text), ',', &w);
    report_begin(r, &out);
    return layout_read(l, &w, from, r);
}

static void test_reads_times(void **state)
{
    static const struct {
        struct layout_time when;
        uint8_t years_max;
        const char *text;
        int64_t time_s; /* 0: none */
    } rows[] = {
        {{1, 2, DATE_DMY}, 0, "x,020126,030405", 1767323045},
        {{1, 2, DATE_DMY}, 0, "x,020126,030405.75", 1767323045},
        {{1, 2, DATE_YMD}, 0, "x,260102,030405", 1767323045},
        {{1, 2, DATE_DMYYYY}, 0, "x,02012026,030405", 1767323045},
        {{1, 1, DATE_YYYYMD}, 0, "x,20260102030405", 1767323045},
        {{1, 1, DATE_YMD}, 0, "x,260102030405", 1767323045},
        {{1, 0, DATE_DMY}, 0, "030405,020126", 1767323045},
        {{0, 1, DATE_DMY}, 0, "020126,030405", 1767323045},
        {{1, 2, DATE_DMY}, 0, "x,020126,03040", 0},
        {{1, 2, DATE_DMY}, 0, "x,2012026,030405", 0},
        {{1, 2, DATE_DMY}, 0, "x,321326,030405", 0},
        {{1, 2, DATE_DMY}, 0, "x", 0},
        {{1, 2, DATE_DMY}, 79, "x,020179,030405", 3439854245},
        {{1, 2, DATE_DMY}, 79, "x,020180,030405", 0},
        {{0, 0, DATE_DMY}, 0, "020126030405", 0},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct layout l = {.when = rows[i].when, .years_max = rows[i].years_max};
        struct report r;
        assert_true(read_text(&l, rows[i].text, 0, &arena, &r));
        assert_int_equal(r.fix.gps_time_s, rows[i].time_s);
        assert_int_equal((r.fix.has & FIX_HAS_TIME) != 0, rows[i].time_s != 0);
    }
    arena_free(&arena);
}

static void test_reads_places(void **state)
{
    static const struct {
        struct layout_where where;
        bool (*is_valid_by)(struct bytes word);
        const char *text;
        int32_t lat_e7; /* 0: no place */
        int32_t lon_e7;
        bool is_valid;
    } rows[] = {
        {{1, 0, layout_place_angles},
         NULL,
         "A,2230.0000,S,01315.0000,W",
         -225000000,
         -132500000,
         true},
        {{1, 0, layout_place_angles},
         NULL,
         "V,2230.0000,N,01315.0000,E",
         225000000,
         132500000,
         false},
        {{1, 0, layout_place_angles}, NULL, "A,2230.0000,N,x,E", 0, 0, false},
        {{1, 0, layout_place_angles}, NULL, "A", 0, 0, false},
        {{1, 3, layout_place_degrees},
         layout_is_one,
         "A,-22.5,13.25,1",
         -225000000,
         132500000,
         true},
        {{1, 3, layout_place_degrees},
         layout_is_one,
         "A,-22.5,13.25,A",
         -225000000,
         132500000,
         false},
        {{1, 3, layout_place_degrees}, layout_is_one, "1,-22.5", 0, 0, false},
        {{1, 0, layout_place_sided}, NULL, "A,22.5,S,13.25,W", -225000000, -132500000, true},
        {{1, 0, layout_place_sided}, NULL, "A,-22.5,S,13.25,", -225000000, 132500000, true},
        {{1, 0, layout_place_sided}, NULL, "A,22.5,S,,W", 0, 0, false},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct layout l = {.where = rows[i].where, .is_valid = rows[i].is_valid_by};
        struct report r;
        bool has_place = rows[i].lat_e7 != 0;
        assert_int_equal(read_text(&l, rows[i].text, 0, &arena, &r), has_place);
        assert_int_equal(fix_has_position(&r.fix), has_place);
        assert_int_equal(r.fix.lat_e7, rows[i].lat_e7);
        assert_int_equal(r.fix.lon_e7, rows[i].lon_e7);
        assert_int_equal((r.fix.flags & FIX_VALID) != 0, rows[i].is_valid);
    }
    arena_free(&arena);
}

static void test_reads_values_from_a_word_on(void **state)
{
    static const struct layout l = {
        .where = {1, 0, layout_place_angles},
        .rows = {{5, word_set_kmh}},
        .extras = {{.at = 6, .key = EXTRA_RPM, .high = 9000},
                   {.at = 7, .key = EXTRA_ANALOGUE, .index = 1, .more = 1, .is_decimal = true},
                   {.at = 9, .key = EXTRA_CARD}}};
    struct arena arena = {0};
    struct report r;
    (void)state;
    assert_true(
        read_text(&l, "x,y,A,2230.0000,S,01315.0000,W,36.5,1200,1.5,-0.25,abc", 2, &arena, &r));
    assert_int_equal(r.fix.speed_kmh_e2, 3650);
    assert_int_equal(r.fix.lat_e7, -225000000);
    assert_int_equal(r.extras.count, 4);
    const struct message m = {.extras = extras_pack(&r.extras)};
    assert_extra(&m, EXTRA_RPM, 0, 1200);
    assert_extra(&m, EXTRA_ANALOGUE, 1, 1500);
    assert_extra(&m, EXTRA_ANALOGUE, 2, -250);
    assert_false(read_text(&l, "A,,,,,x,9001,x,,", 0, &arena, &r));
    assert_int_equal(r.fix.has, 0);
    assert_int_equal(r.extras.count, 0);
    assert_false(read_text(&l, "A,,,,,,12.5,", 0, &arena, &r));
    assert_int_equal(r.extras.count, 0);
    arena_free(&arena);
}

static void test_reads_keywords(void **state)
{
    static const struct keyword rows[] = {
        {"help me", .alarms = ALARM_BIT(SOS)},
        {"oil", .alarms = ALARM_BIT(FUEL_DRAIN), .goes_on = true},
        {"acc on", .has = FIX_HAS_IGNITION, .on = FIX_IGNITION_ON},
        {"acc off", .has = FIX_HAS_IGNITION, .off = FIX_IGNITION_ON},
    };
    static const struct keywords exact = {KEYWORDS(rows)};
    static const struct keywords any_case = {KEYWORDS(rows), .ignores_case = true};
    struct fix f = {0};
    (void)state;
    assert_int_equal(keywords_alarms(&exact), ALARM_BIT(SOS) | ALARM_BIT(FUEL_DRAIN));
    keywords_read(&exact, of("Help me"), &f);
    keywords_read(&exact, of("help me!"), &f);
    assert_int_equal(f.alarms, 0);
    assert_int_equal(f.has, 0);
    keywords_read(&any_case, of("Help me"), &f);
    assert_int_equal(f.alarms, ALARM_BIT(SOS));
    keywords_read(&exact, of("oil 51.6"), &f);
    assert_int_equal(f.alarms, ALARM_BIT(SOS) | ALARM_BIT(FUEL_DRAIN));
    keywords_read(&exact, of("acc on"), &f);
    assert_int_equal(f.has, FIX_HAS_IGNITION);
    assert_int_equal(f.flags, FIX_IGNITION_ON);
    keywords_read(&exact, of("acc off"), &f);
    assert_int_equal(f.has, FIX_HAS_IGNITION);
    assert_int_equal(f.flags, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_times),
        cmocka_unit_test(test_reads_places),
        cmocka_unit_test(test_reads_values_from_a_word_on),
        cmocka_unit_test(test_reads_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
