/* Figures by rows: what each says, under an id and one behind the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/extras_testing.h"
#include "protocols/figures.h"

enum { ROOM = 64 };

struct kit {
    struct arena arena;
    struct decoded decoded;
    struct report report;
    uint8_t at[ROOM];
};

static void begin(struct kit *k)
{
    *k = (struct kit){0};
    k->decoded.arena = &k->arena;
    report_begin(&k->report, &k->decoded);
}

static struct bytes of_hex(struct kit *k, const char *hex)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), k->at, ROOM, &len), ERR_OK);
    return (struct bytes){k->at, len};
}

static void test_numbers(void **state)
{
    static const struct {
        struct figure row;
        const char *hex;
        int64_t big;    /* the altitude in tenths of a metre; INT32_MIN: none */
        int64_t little; /* the same of a little-endian list */
    } cases[] = {
        {{.len = 1}, "ff", 255, 255},
        {{.len = 2}, "0102", 0x0102, 0x0201},
        {{.len = 3}, "000102", 0x0102, 0x020100},
        {{.len = 4}, "00000102", 0x0102, INT32_MIN}, /* 02010000 is beyond the range */
        {{.len = 2}, "01", INT32_MIN, INT32_MIN},
        {{.len = 0}, "0102", 0x0102, 0x0201}, /* all of it */
        {{.len = 0}, "", INT32_MIN, INT32_MIN},
        {{.len = 0}, "000000000000000000", INT32_MIN, INT32_MIN}, /* no number has nine bytes */
        {{.len = 0}, "0000000000000001", 1, INT32_MIN},
        {{.at = 1}, "ff0102", 0x0102, 0x0201},
        {{.at = 1, .len = 1}, "ff01ff", 1, 1},
        {{.at = 2, .len = 1}, "ff01", INT32_MIN, INT32_MIN},
        {{.is_signed = true}, "ff", -1, -1},
        {{.is_signed = true}, "fff6", -10, -0x0901},
        {{.bits = 1}, "0002", 0, 0},
        {{.bit = 1, .bits = 1}, "0002", 1, 0},
        {{.bit = 9, .bits = 7}, "0002", 0, 1},
        {{.none = FIGURE_ONES}, "ff", INT32_MIN, INT32_MIN},
        {{.none = FIGURE_ONES}, "00ff", 0xff, 0xff00},
        {{.none = FIGURE_LEAST}, "80", INT32_MIN, INT32_MIN},
        {{.none = FIGURE_LEAST}, "81", -127, -127}, /* which is a signed one */
        {{.none = FIGURE_LEAST}, "8000", INT32_MIN, 0x80},
        {{.times = 10}, "0c", 120, 120},
        {{.times = 10, .per = 4}, "0f", 37, 37},
        {{.times = 10, .per = 4, .is_signed = true}, "f1", -37, -37},
        {{.times = UINT16_MAX}, "7fffffffffffffff", INT32_MIN, INT32_MIN}, /* and no overflow */
        {{.times = UINT16_MAX, .is_signed = true}, "8000000000000000", INT32_MIN, INT32_MIN},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit k;
        begin(&k);
        struct figure row = cases[i / 2].row;
        row.id = 5;
        row.set = item_altitude_dm;
        const struct figures list = {.rows = &row, .count = 1, .is_little = i % 2 == 1};
        int64_t want = list.is_little ? cases[i / 2].little : cases[i / 2].big;
        print_message("# %zu: %s\n", i, cases[i / 2].hex);
        figure_read(&list, 4, of_hex(&k, cases[i / 2].hex), &k.report);
        assert_false((k.report.fix.has & FIX_HAS_ALTITUDE) != 0);
        figure_read(&list, 5, of_hex(&k, cases[i / 2].hex), &k.report);
        assert_int_equal((k.report.fix.has & FIX_HAS_ALTITUDE) != 0, want != INT32_MIN);
        assert_int_equal(k.report.fix.altitude_dm, want == INT32_MIN ? 0 : want);
        arena_free(&k.arena);
    }
}

static void test_alarms(void **state)
{
    static const struct alarm_row bits[] = {{0, ALARM_BIT(SOS)}, {9, ALARM_BIT(REMOVAL)}};
    static const struct alarm_table table = ALARM_TABLE(bits);
    static const struct figure rows[] = {
        {.id = 1, .table = &table},
        {.id = 2, .alarms = ALARM_BIT(COLLISION)},
        {.id = 3, .alarms = ALARM_BIT(GPS_ANTENNA), .is_alarm_at_0 = true},
    };
    static const struct figures list = {FIGURES(rows)};
    static const struct {
        unsigned id;
        const char *hex;
        alarm_set alarms;
        alarm_set told;
    } cases[] = {
        {1, "0200", ALARM_BIT(REMOVAL), ALARM_BIT(SOS) | ALARM_BIT(REMOVAL)},
        {1, "0000", 0, ALARM_BIT(SOS) | ALARM_BIT(REMOVAL)},
        {2, "01", ALARM_BIT(COLLISION), ALARM_BIT(COLLISION)},
        {2, "0000", 0, ALARM_BIT(COLLISION)},
        {3, "00", ALARM_BIT(GPS_ANTENNA), ALARM_BIT(GPS_ANTENNA)},
        {3, "02", 0, ALARM_BIT(GPS_ANTENNA)},
        {3, "", 0, 0},
        {4, "01", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit k;
        begin(&k);
        print_message("# %u: %s\n", cases[i].id, cases[i].hex);
        figure_read(&list, cases[i].id, of_hex(&k, cases[i].hex), &k.report);
        assert_int_equal(k.report.fix.alarms, cases[i].alarms);
        assert_int_equal(k.report.fix.alarms_told, cases[i].told);
        arena_free(&k.arena);
    }
}

static void test_ranges_and_extra_values(void **state)
{
    static const struct figure rows[] = {
        {.id = 0x50, .last = 0x57, .extra = EXTRA_ANALOGUE, .index = 1},
        {.id = 0x60, .len = 1, .plus = -40, .extra = EXTRA_COOLANT},
        {.id = 0x60, .at = 1, .per = 8, .extra = EXTRA_RPM}, /* the same id says two things */
        {.id = 0x70, .last = 0x71, .is_signed = true, .set_at = figure_celsius, .index = 1},
        {.id = 0x72, .set_at = figure_celsius_e1},
        {.id = 0x80, .extra = EXTRA_CARD, .form = FIGURE_HEX},
        {.id = 0x81, .extra = EXTRA_DRIVER, .form = FIGURE_DIGITS},
        {.id = 0x82, .extra = EXTRA_VIN, .form = FIGURE_TEXT},
    };
    struct kit k;
    (void)state;
    for (int is_little = 0; is_little < 2; is_little++) {
        const struct figures list = {FIGURES(rows), .is_little = is_little != 0};
        begin(&k);
        figure_read(&list, 0x52, of_hex(&k, "05"), &k.report);
        figure_read(&list, 0x58, of_hex(&k, "06"), &k.report);
        figure_read(&list, 0x4f, of_hex(&k, "07"), &k.report);
        figure_read(&list, 0x60, of_hex(&k, "2810"), &k.report);
        figure_read(&list, 0x71, of_hex(&k, "fe"), &k.report);
        figure_read(&list, 0x72, of_hex(&k, "ffffffffffffffff"), &k.report);
        figure_read(&list, 0x72, of_hex(&k, "0d"), &k.report);
        figure_read(&list, 0x80, of_hex(&k, "0a0b0c"), &k.report);
        figure_read(&list, 0x81, of_hex(&k, "11"), &k.report);
        const struct message *m = report_add(&k.report, MESSAGE_FIX, &k.decoded);
        assert_extra(m, EXTRA_ANALOGUE, 3, 5);
        assert_no_extra(m, EXTRA_ANALOGUE, 9);
        assert_extra(m, EXTRA_COOLANT, 0, 0);
        assert_extra(m, EXTRA_RPM, 0, 2);
        assert_extra_text(m, EXTRA_CARD, 0, is_little != 0 ? "0c0b0a" : "0a0b0c");
        assert_extra_text(m, EXTRA_DRIVER, 0, "17");
        assert_int_equal(k.report.fix.temperature_count, 3);
        assert_int_equal(k.report.fix.temperature_c_e2[0], 130);
        assert_int_equal(k.report.fix.temperature_c_e2[2], -200);
        arena_free(&k.arena);
    }
    begin(&k);
    const struct figures list = {FIGURES(rows)};
    struct bytes text = bytes_of_text("WVW ");
    figure_read(&list, 0x80, of_hex(&k, "0000"), &k.report);
    figure_read(&list, 0x82, text, &k.report);
    const struct message *m = report_add(&k.report, MESSAGE_FIX, &k.decoded);
    assert_extra_text(m, EXTRA_VIN, 0, "WVW");
    assert_no_extra(m, EXTRA_CARD, 0);
    arena_free(&k.arena);
}

static const struct figure place_rows[] = {
    {.len = 1, .bits = 1, .part = FIGURE_VALID},
    {.len = 4, .none = FIGURE_LEAST, .part = FIGURE_LON_E7},
    {.len = 4, .none = FIGURE_LEAST, .part = FIGURE_LAT_E7},
    {.len = 2, .none = FIGURE_ONES, .times = 100, .set = item_speed_kmh_e2},
    {.len = 1}, /* nothing is known of it */
    {.len = 2, .part = FIGURE_MCC},
    {.len = 2, .part = FIGURE_MNC},
    {.len = 2, .part = FIGURE_LAC},
    {.len = 3, .part = FIGURE_CID},
};
static const struct figures place = {FIGURES(place_rows)};

#define CELL "00 0106 0002 0304 050607"

static void test_a_row_is_read_at_once(void **state)
{
    static const struct {
        const char *hex;
        bool is_full;
        bool has_place;
        bool is_valid;
        bool has_cell;
    } cases[] = {
        {"01 00000014 0000000a 0032" CELL, true, true, true, true},
        {"02 00000014 0000000a 0032" CELL, true, true, false, true},
        {"01 80000000 0000000a 0032" CELL, false, false, false, true},
        {"01 00000014 80000000 0032" CELL, false, false, false, true},
        {"01 00000014 0000000a ffff" CELL, false, true, true, true},
        {"01 00000014 0000000a 0032 00 0000 0002 0304 050607", true, true, true, false},
        {"01 00000014 0000000a 0032 00 0106 0002 0304 0506", false, false, false, false},
        {"", false, false, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit k;
        begin(&k);
        struct reader r = reader_init(of_hex(&k, cases[i].hex));
        bool is_cut = r.in.len < 21;
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(figures_read(&place, &r, &k.report), cases[i].is_full);
        const struct fix *f = &k.report.fix;
        assert_int_equal(reader_ok(&r), !is_cut);
        assert_int_equal(reader_left(&r), 0);
        assert_int_equal(fix_has_position(f), cases[i].has_place);
        assert_int_equal(f->lat_e7, cases[i].has_place ? 10 : 0);
        assert_int_equal(f->lon_e7, cases[i].has_place ? 20 : 0);
        assert_int_equal((f->flags & FIX_VALID) != 0, cases[i].is_valid);
        assert_int_equal((f->has & FIX_HAS_CELL) != 0, cases[i].has_cell);
        assert_int_equal(f->cell.cid, cases[i].has_cell ? 0x050607 : 0);
        assert_int_equal(f->speed_kmh_e2, is_cut || i == 4 ? 0 : 5000);
        arena_free(&k.arena);
    }
}

static void test_reals(void **state)
{
    static const struct {
        struct figure row;
        const char *hex;
        int64_t want; /* the altitude; INT32_MIN: none */
    } cases[] = {
        {{.len = 4}, "41480000", 13},               /* 12.5 */
        {{.len = 4, .times = 10}, "41480000", 125}, /* scaled before it is rounded */
        {{.len = 4, .times = 10}, "c1480000", -125},
        {{.len = 8, .times = 10}, "4029000000000000", 125},
        {{.len = 4}, "7fc00000", INT32_MIN},                  /* no number */
        {{.len = 4}, "7f800000", INT32_MIN},                  /* infinity */
        {{.len = 8}, "7e37e43c8800759c", INT32_MIN},          /* 1e300 */
        {{.len = 4, .times = 10}, "59000000", INT32_MIN},     /* 2.25e15 */
        {{.len = 4, .is_ddmm = true}, "44bc2000", 150833333}, /* 1505.0: 15 deg 5.0' */
        {{.len = 4, .is_ddmm = true}, "c4bc2000", -150833333},
        {{.len = 4, .is_ddmm = true}, "7fc00000", INT32_MIN},
        {{.len = 4, .is_ddmm = true}, "46960000", INT32_MIN}, /* 19200.0 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit k;
        begin(&k);
        struct figure rows[] = {cases[i].row, {.len = cases[i].row.len}};
        rows[0].is_real = true;
        rows[0].set = cases[i].row.is_ddmm ? NULL : item_altitude_dm;
        rows[0].part = cases[i].row.is_ddmm ? FIGURE_LAT_E7 : FIGURE_WHOLE;
        print_message("# %s\n", cases[i].hex);
        if (cases[i].row.is_ddmm) { /* the same number twice makes a place */
            rows[1] = rows[0];
            rows[1].part = FIGURE_LON_E7;
            rows[0].is_shared = true;
        }
        const struct figures row = {.rows = rows, .count = cases[i].row.is_ddmm ? 2 : 1};
        struct reader r = reader_init(of_hex(&k, cases[i].hex));
        bool is_told = cases[i].want != INT32_MIN;
        assert_int_equal(figures_read(&row, &r, &k.report), is_told);
        assert_int_equal(reader_left(&r), 0);
        int64_t got = cases[i].row.is_ddmm ? k.report.fix.lat_e7 : k.report.fix.altitude_dm;
        assert_int_equal(got, is_told ? cases[i].want : 0);
        arena_free(&k.arena);
    }
}

static void test_numbers_of_the_same_bytes(void **state)
{
    static const struct figure rows[] = {
        {.len = 2, .bits = 15, .set = item_battery_percent, .is_shared = true},
        {.len = 2, .bit = 15, .bits = 1, .set = item_charging},
        {.len = 1, .set = item_satellites},
    };
    static const struct figures row = {FIGURES(rows)};
    struct kit k;
    (void)state;
    begin(&k);
    struct reader r = reader_init(of_hex(&k, "8032 07 ff"));
    assert_true(figures_read(&row, &r, &k.report));
    assert_int_equal(k.report.fix.battery_percent, 50);
    assert_true((k.report.fix.flags & FIX_CHARGING) != 0);
    assert_int_equal(k.report.fix.satellites, 7);
    assert_int_equal(reader_left(&r), 1);
    arena_free(&k.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_alarms),
        cmocka_unit_test(test_ranges_and_extra_values),
        cmocka_unit_test(test_a_row_is_read_at_once),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_numbers_of_the_same_bytes),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
