/* Items by rows: what fits a row is set, what does not says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/extras_testing.h"
#include "protocols/items.h"

static struct bytes bytes_of(const char *hex, uint8_t *room, size_t size)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), room, size, &len), ERR_OK);
    return (struct bytes){room, len};
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        struct item row;
        const char *hex;
        int64_t altitude_dm; /* INT32_MIN: none */
    } cases[] = {
        {{.len = 1, .set = item_altitude_dm}, "ff", 255},
        {{.len = 2, .set = item_altitude_dm}, "0102", 258},
        {{.len = 3, .set = item_altitude_dm}, "010203", 66051},
        {{.len = 4, .set = item_altitude_dm}, "00010203", 66051},
        {{.len = 4, .set = item_altitude_dm}, "ffffffff", INT32_MIN}, /* beyond the range */
        {{.len = 2, .scale = 10, .set = item_altitude_dm}, "0102", 2580},
        {{.len = 2, .set = item_altitude_dm}, "01", INT32_MIN},
        {{.len = 1, .set = item_altitude_dm}, "", INT32_MIN},
        {{.len = 2, .set = item_altitude_dm}, "010203", 258}, /* longer: what it begins with */
        {{.size = 2, .len = 2, .set = item_altitude_dm}, "0102", 258},
        {{.size = 2, .len = 2, .set = item_altitude_dm}, "010203", INT32_MIN},
        {{.at = 1, .len = 2, .set = item_altitude_dm}, "010203", 515},
        {{.at = 2, .len = 2, .set = item_altitude_dm}, "010203", INT32_MIN},
        {{.size = 3, .at = 2, .len = 1, .set = item_altitude_dm}, "010203", 3},
        {{.len = 1, .is_signed = true, .set = item_altitude_dm}, "80", -128},
        {{.len = 1, .is_signed = true, .set = item_altitude_dm}, "7f", 127},
        {{.len = 2, .is_signed = true, .scale = 10, .set = item_altitude_dm}, "fff4", -120},
        {{.len = 4, .is_signed = true, .set = item_altitude_dm}, "ffffffff", -1},
        {{.len = 0}, "0102", INT32_MIN}, /* no row */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[8];
        struct fix f = {0};
        print_message("# %zu: %s\n", i, cases[i].hex);
        item_read(&cases[i].row, bytes_of(cases[i].hex, room, sizeof(room)), &f);
        bool is_set = cases[i].altitude_dm != INT32_MIN;
        assert_int_equal((f.has & FIX_HAS_ALTITUDE) != 0, is_set);
        assert_int_equal(f.altitude_dm, is_set ? cases[i].altitude_dm : 0);
    }
}

static const struct alarm_row alarm_rows[] = {{0, ALARM_BIT(SOS)}, {15, ALARM_BIT(REMOVAL)}};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);
static const struct alarm_table low_alarms = {alarm_rows, 2, true};

static void test_words_of_alarms(void **state)
{
    (void)state;
    static const struct item row = {.len = 2, .bits = &alarms};
    static const struct item low = {.len = 2, .bits = &low_alarms};
    uint8_t room[4];
    struct fix f = {.alarms = ALARM_BIT(OVERSPEED)};
    item_read(&row, bytes_of("8001", room, sizeof(room)), &f);
    assert_int_equal(f.alarms, ALARM_BIT(OVERSPEED) | ALARM_BIT(SOS) | ALARM_BIT(REMOVAL));
    f = (struct fix){0};
    item_read(&row, bytes_of("80", room, sizeof(room)), &f);
    item_read(&low, bytes_of("7f", room, sizeof(room)), &f); /* too short: no alarm of either */
    assert_int_equal(f.alarms, 0);
    item_read(&low, bytes_of("7fff", room, sizeof(room)), &f);
    assert_int_equal(f.alarms, ALARM_BIT(REMOVAL));
}

/* Tells how long the value was. */
static void read_len(struct reader *r, struct fix *f)
{
    fix_set_satellites(f, (unsigned)reader_left(r));
}

static const struct item parts[] = {
    {.size = 1, .len = 1, .set = item_battery_percent},
    {.size = 3, .at = 0, .len = 1, .set = item_gsm},
    {.size = 3, .at = 1, .len = 2, .scale = 10, .set = item_power_mv},
    {.read = read_len},
};
static const struct item of_parts = {ITEM_PARTS(parts)};

static void test_parts(void **state)
{
    (void)state;
    uint8_t room[4];
    struct fix f = {0};
    item_read(&of_parts, bytes_of("32", room, sizeof(room)), &f);
    assert_int_equal(f.has, FIX_HAS_BATTERY_PERCENT | FIX_HAS_SATELLITES);
    f = (struct fix){0};
    item_read(&of_parts, bytes_of("1004e2", room, sizeof(room)), &f);
    assert_int_equal(f.has, FIX_HAS_GSM | FIX_HAS_POWER | FIX_HAS_SATELLITES);
    assert_int_equal(f.gsm, 16);
    assert_int_equal(f.power_mv, 12500);
    assert_int_equal(f.satellites, 3);
}

static const struct item rows[] = {
    {.id = 0x0102, .size = 1, .len = 1, .set = item_battery_percent},
    {.id = 0x0102, .size = 2, .len = 2, .set = item_battery_mv},
    {.id = 0x0002, .len = 1, .set = item_gsm},
};
static const struct item_list list = ITEM_LIST(rows);

/* Every width of id and length; one that is cut off ends the list and fails the reader. */
static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t has;
        struct item_form form;
        bool is_whole;
    } cases[] = {
        {"0102 01 32 0102 02 0fa0", FIX_HAS_BATTERY_PERCENT | FIX_HAS_BATTERY, {2, 1}, true},
        {"0102 0001 32 0002 0001 10", FIX_HAS_BATTERY_PERCENT | FIX_HAS_GSM, {2, 2}, true},
        {"02 01 10", FIX_HAS_GSM, {1, 1}, true},
        {"02 0001 10", FIX_HAS_GSM, {1, 2}, true},
        {"0103 01 32 0002 01 10", FIX_HAS_GSM, {2, 1}, true}, /* an id without a row */
        {"0002 01 10 0102 02 0f", FIX_HAS_GSM, {2, 1}, false},
        {"0002 01 10 01", FIX_HAS_GSM, {2, 1}, false},
        {"0002 00", 0, {2, 1}, true},
        {"", 0, {2, 1}, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[16];
        struct fix f = {0};
        struct reader r = reader_init(bytes_of(cases[i].hex, room, sizeof(room)));
        print_message("# %s\n", cases[i].hex);
        items_read(&r, cases[i].form, &list, &f);
        assert_int_equal(reader_ok(&r), cases[i].is_whole);
        assert_int_equal(f.has, cases[i].has);
    }
}

static void test_tables(void **state)
{
    (void)state;
    static const struct item table[UINT8_MAX + 1] = {
        [0x00] = {.len = 1, .set = item_gsm},
        [0xff] = {.len = 2, .set = item_battery_mv},
    };
    uint8_t room[16];
    struct fix f = {0};
    struct extras x;
    extras_init(&x, NULL); /* nothing is made for it: no row has an extra value */
    struct reader r = reader_init(bytes_of("00 01 10  80 02 0000  ff 02 0fa0", room, sizeof(room)));
    items_read_table(&r, table, &f, &x);
    assert_true(reader_ok(&r));
    assert_int_equal(f.has, FIX_HAS_GSM | FIX_HAS_BATTERY);
    assert_int_equal(x.count, 0);
    f = (struct fix){0};
    r = reader_init(bytes_of("00 01 10  ff 03 0fa0", room, sizeof(room)));
    items_read_table(&r, table, &f, &x);
    assert_false(reader_ok(&r));
    assert_int_equal(f.has, FIX_HAS_GSM);
}

static void test_setters(void **state)
{
    (void)state;
    struct fix f = {0};
    struct fix want = {0};
    item_power_mv(&f, 12500);
    item_battery_mv(&f, 4100);
    item_battery_percent(&f, 101); /* none */
    item_odometer_m(&f, 4000000000);
    item_fuel_ml(&f, 45500);
    item_satellites(&f, 9);
    item_ignition(&f, 2);
    item_charging(&f, 0);
    item_motion(&f, 1);
    fix_set_power_mv(&want, 12500);
    fix_set_battery_mv(&want, 4100);
    fix_set_odometer_m(&want, 4000000000);
    fix_set_fuel_ml(&want, 45500);
    fix_set_satellites(&want, 9);
    fix_set_switch(&want, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_switch(&want, FIX_HAS_CHARGING, FIX_CHARGING, false);
    fix_set_switch(&want, FIX_HAS_MOTION, FIX_MOVING, true);
    assert_true(fix_is_repeat(&f, &want));
    item_charging_low(&f, 0);
    assert_true((f.flags & FIX_CHARGING) != 0);
    item_charging_low(&f, 1);
    assert_true((f.flags & FIX_CHARGING) == 0);
}

/* A row that has an extra value says it beside the fix, and nothing in the fix. */
static void test_extras(void **state)
{
    (void)state;
    static const struct {
        struct item row;
        const char *hex;
        const char *text; /* NULL: a number */
        int64_t number;
        bool is_set;
    } cases[] = {
        {{.len = 1, .extra = EXTRA_STEPS}, "ff", NULL, 255, true},
        {{.len = 1, .extra = EXTRA_STEPS}, "", NULL, 0, false},
        {{.at = 1, .len = 2, .extra = EXTRA_STEPS}, "000102", NULL, 258, true},
        {{.size = 2, .len = 2, .extra = EXTRA_STEPS}, "000102", NULL, 0, false},
        {{.len = 1, .base = -40, .extra = EXTRA_STEPS}, "00", NULL, -40, true},
        {{.len = 1, .is_signed = true, .scale = 100, .base = 7, .extra = EXTRA_STEPS},
         "ff",
         NULL,
         -93,
         true},
        {{.len = 4, .scale = 100, .extra = EXTRA_STEPS}, "ffffffff", NULL, 429496729500, true},
        {{.len = 4, .form = ITEM_DIGITS, .extra = EXTRA_STEPS}, "ffffffff", "4294967295", 0, true},
        {{.form = ITEM_TEXT, .extra = EXTRA_STEPS}, "416461000000", "Ada", 0, true},
        {{.at = 1, .len = 2, .form = ITEM_TEXT, .extra = EXTRA_STEPS}, "41646100", "da", 0, true},
        {{.len = 3, .form = ITEM_TEXT, .extra = EXTRA_STEPS}, "4164", NULL, 0, false},
        {{.form = ITEM_TEXT, .extra = EXTRA_STEPS}, "0000", NULL, 0, false},
        {{.at = 1, .form = ITEM_HEX, .extra = EXTRA_STEPS}, "41640a", "640a", 0, true},
        {{.size = 2, .len = 2, .form = ITEM_HEX, .extra = EXTRA_STEPS}, "41640a", NULL, 0, false},
        {{.form = ITEM_HEX, .extra = EXTRA_STEPS}, "0000", NULL, 0, false},
        {{.len = 1, .set = item_satellites}, "09", NULL, 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[16];
        struct arena arena = {0};
        struct extras x;
        struct fix f = {0};
        struct bytes value = bytes_of(cases[i].hex, room, sizeof(room));
        print_message("# %zu: %s\n", i, cases[i].hex);
        extras_init(&x, &arena);
        item_read_extras(&cases[i].row, value, &x);
        struct message m = {.extras = extras_pack(&x)};
        assert_int_equal(m.extras.len > 0, cases[i].is_set);
        if (cases[i].is_set && cases[i].text != NULL) {
            assert_extra_text(&m, EXTRA_STEPS, 0, cases[i].text);
        } else if (cases[i].is_set) {
            assert_extra(&m, EXTRA_STEPS, 0, cases[i].number);
        }
        item_read(&cases[i].row, value, &f);
        assert_int_equal(f.has != 0, cases[i].row.set != NULL);
        arena_free(&arena);
    }
}

/* Doubles the number of its value. */
static void read_double(struct reader *r, struct extras *x)
{
    extras_set(x, EXTRA_STEPS, 2, INT64_C(2) * read_u8(r));
}

/* Lists, tables and parts of rows, as of the members of a fix; one that is cut off ends them. */
static void test_lists_of_extras(void **state)
{
    (void)state;
    static const struct item some[] = {
        {.len = 1, .extra = EXTRA_STEPS, .index = 1},
        {.read_extra = read_double},
        {.len = 1, .set = item_satellites},
    };
    static const struct item listed[] = {{.id = 0x0102, ITEM_PARTS(some)},
                                         {.id = 0x0103, .len = 1, .extra = EXTRA_RPM}};
    static const struct item_list wanted = ITEM_LIST(listed);
    static const struct item table[UINT8_MAX + 1] = {
        [0x02] = {ITEM_PARTS(some)}, [0x03] = {.len = 1, .extra = EXTRA_RPM}};
    uint8_t room[32];
    struct arena arena = {0};
    for (int is_table = 0; is_table < 2; is_table++) {
        struct extras x;
        struct fix f = {0};
        struct reader r = reader_init(bytes_of(
            is_table != 0 ? "020105 010109 03020000 0301" : "01020105 01010109 0103020000 010301",
            room, sizeof(room)));
        extras_init(&x, &arena);
        if (is_table != 0) {
            items_read_table(&r, table, &f, &x);
        } else {
            items_read_extras(&r, (struct item_form){2, 1}, &wanted, &x);
        }
        struct message m = {.extras = extras_pack(&x)};
        assert_extra(&m, EXTRA_STEPS, 1, 5);
        assert_extra(&m, EXTRA_STEPS, 2, 10);
        assert_extra(&m, EXTRA_RPM, 0, 0);
        assert_no_extra(&m, EXTRA_STEPS, 0);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extras),  cmocka_unit_test(test_lists_of_extras),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_words_of_alarms),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_lists),
        cmocka_unit_test(test_tables),  cmocka_unit_test(test_setters),
    };
    return cmocka_run_group_tests_name("items", tests, NULL, NULL);
}
