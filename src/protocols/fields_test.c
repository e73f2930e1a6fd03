/* Fields of many makers: times in each form, angles up to both ends, texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/fields.h"

static struct bytes bytes_of(const char *hex, uint8_t *room, size_t size)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), room, size, &len), ERR_OK);
    return (struct bytes){room, len};
}

static void assert_civil(const struct civil *c, const char *want)
{
    char iso[CLOCK_ISO_SIZE];
    clock_format_iso(civil_to_s(c), iso);
    assert_string_equal(iso, want);
}

static void test_times_of_bcd(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum date_order order;
        const char *want; /* NULL: none */
    } cases[] = {
        {"261123 011200", DATE_YMD, "2026-11-23T01:12:00Z"},
        {"231126 011200", DATE_DMY, "2026-11-23T01:12:00Z"},
        {"000229 235959", DATE_YMD, "2000-02-29T23:59:59Z"},
        {"991231 000000", DATE_YMD, "2099-12-31T00:00:00Z"},
        {"261123 240000", DATE_YMD, NULL},
        {"261323 011200", DATE_YMD, NULL},
        {"260230 011200", DATE_YMD, NULL},
        {"000000 000000", DATE_YMD, NULL},
        {"2a1123 011200", DATE_YMD, NULL}, /* no digit */
        {"a01123 011200", DATE_YMD, NULL},
        {"261123 0112", DATE_YMD, NULL},
        {"261123 01120000", DATE_YMD, NULL},
        {"", DATE_YMD, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[8];
        struct civil c;
        print_message("# %s\n", cases[i].hex);
        bool is_one =
            field_civil_of_bcd(bytes_of(cases[i].hex, room, sizeof(room)), cases[i].order, &c);
        assert_int_equal(is_one, cases[i].want != NULL);
        if (is_one) {
            assert_civil(&c, cases[i].want);
        }
    }
}

static void test_times_of_digits(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"23112", "011200"},
        {"231126", "01120"},
        {"2311260", "011200"},
        {"231126", "0112000"},
        {"23 126", "011200"},
        {"2311a6", "011200"},
        {"", ""},
        {"231126", "250000"},
        {"23112 ", "011200"},
    };
    struct civil c;
    assert_true(
        field_civil_of_digits(bytes_of_text("231126"), bytes_of_text("011200"), DATE_DMY, &c));
    assert_civil(&c, "2026-11-23T01:12:00Z");
    assert_true(
        field_civil_of_digits(bytes_of_text("261123"), bytes_of_text("235959"), DATE_YMD, &c));
    assert_civil(&c, "2026-11-23T23:59:59Z");
    assert_true(
        field_civil_of_digits(bytes_of_text("23112026"), bytes_of_text("011200"), DATE_DMYYYY, &c));
    assert_civil(&c, "2026-11-23T01:12:00Z");
    assert_true(
        field_civil_of_digits(bytes_of_text("20261123"), bytes_of_text("011200"), DATE_YYYYMD, &c));
    assert_civil(&c, "2026-11-23T01:12:00Z");
    assert_false(
        field_civil_of_digits(bytes_of_text("261123"), bytes_of_text("011200"), DATE_YYYYMD, &c));
    assert_false(
        field_civil_of_digits(bytes_of_text("20261123"), bytes_of_text("011200"), DATE_YMD, &c));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(field_civil_of_digits(bytes_of_text(wrong[i][0]), bytes_of_text(wrong[i][1]),
                                           DATE_DMY, &c));
    }
}

static void test_sets_times_of_digits(void **state)
{
    struct fix f = {0};
    (void)state;
    field_set_time(&f, bytes_of_text("231126"), bytes_of_text("01120"), DATE_DMY);
    field_set_time(&f, bytes_of_text("331126"), bytes_of_text("011200"), DATE_DMY);
    field_set_time(&f, bytes_of_text("231126"), bytes_of_text("0112005"), DATE_DMY);
    field_set_time(&f, bytes_of_text("231126"), bytes_of_text("011200V"), DATE_DMY);
    assert_int_equal(f.has, 0);
    field_set_time(&f, bytes_of_text("20261123"), bytes_of_text("011200.5"), DATE_YYYYMD);
    assert_int_equal(f.has, FIX_HAS_TIME);
    assert_int_equal(f.gps_time_s, 1795396320);
}

static void test_fractions_of_a_second_are_cut(void **state)
{
    static const char *const rows[][2] = {{"011200", "011200"},
                                          {"011200.", "011200"},
                                          {"011200.123", "011200"},
                                          {"011200123", "011200"},
                                          {"01120", ""},
                                          {"0112001", ""},
                                          {"011200 ", ""},
                                          {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(bytes_eq(field_clock(bytes_of_text(rows[i][0])), rows[i][1]));
    }
}

static void test_times_of_bytes(void **state)
{
    (void)state;
    static const uint8_t first[] = {0, 1, 1, 0, 0, 0};
    static const uint8_t last[] = {255, 12, 31, 23, 59, 59};
    static const uint8_t none[] = {26, 0, 23, 1, 12, 0};
    struct civil c;
    assert_true(field_civil_of_bytes((struct bytes){first, sizeof(first)}, &c));
    assert_civil(&c, "2000-01-01T00:00:00Z");
    assert_true(field_civil_of_bytes((struct bytes){last, sizeof(last)}, &c));
    assert_civil(&c, "2255-12-31T23:59:59Z");
    assert_false(field_civil_of_bytes((struct bytes){none, sizeof(none)}, &c));
    assert_false(field_civil_of_bytes((struct bytes){first, sizeof(first) - 1}, &c));
}

static void test_times_of_text(void **state)
{
    (void)state;
    static const char *const right[] = {"2026-11-23 01:12:00", "26/11/23 1:12:0",
                                        "2026.11.23T01h12m00"};
    static const char *const wrong[] = {
        "",
        "2026-11-23",
        "2026-11-23 01:12",
        "2026-11-23 01:12:00 5",
        "2026-13-23 01:12:00",
        "20261-11-23 01:12:00",
        " 2026-11-23 01:12:00",
        "20261123011200",
    };
    struct civil c;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        assert_true(field_civil_of_text(bytes_of_text(right[i]), &c));
        assert_civil(&c, "2026-11-23T01:12:00Z");
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        print_message("# %s\n", wrong[i]);
        assert_false(field_civil_of_text(bytes_of_text(wrong[i]), &c));
    }
}

/* A clock in the zone of the session; whether it is of that zone is told. */
static void test_local_times(void **state)
{
    (void)state;
    struct session s = {.utc_offset_min = -210};
    struct fix f = {0};
    struct civil c = {2026, 11, 23, 1, 12, 0};
    field_set_local_time(&f, &s, &c);
    assert_int_equal(f.gps_time_s, INT64_C(1795396320) + INT64_C(210) * 60);
    assert_true((f.flags & FIX_TIME_LOCAL) != 0);
}

static void test_angles(void **state)
{
    (void)state;
    static const struct {
        const char *ddmm;
        const char *hemisphere;
        const char *negative;
        int64_t want_e7; /* INT64_MAX: none */
    } cases[] = {
        {"2230.1234", "N", "S", 225020567},
        {"2230.1234", "S", "S", -225020567},
        {"11350.1234", "E", "W", 1138353900},
        {"18000.0000", "W", "W", -1800000000},
        {"0000.0001", "N", "S", 17},
        {"30.5", "E", "W", 5083333},
        {"5959.999999", "E", "W", 600000000},
        {"8959.9999999", "N", "S", 900000000},
        {"17959.9999999", "E", "W", 1800000000},
        {"", "E", "W", INT64_MAX},
        {"-2230.1", "E", "W", INT64_MAX},
        {"2230,1", "E", "W", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got_e7 = INT64_MAX;
        print_message("# %s\n", cases[i].ddmm);
        bool is_one =
            field_angle_of_text(bytes_of_text(cases[i].ddmm), bytes_of_text(cases[i].hemisphere),
                                cases[i].negative, &got_e7);
        assert_int_equal(is_one, cases[i].want_e7 != INT64_MAX);
        assert_int_equal(got_e7, cases[i].want_e7);
    }
}

static void test_texts(void **state)
{
    (void)state;
    assert_true(field_is_printable(bytes_of_text(" ~")));
    assert_true(field_is_printable((struct bytes){0}));
    assert_false(field_is_printable(bytes_of_text("a\n")));
    assert_false(field_is_printable(bytes_of_text("\x7f")));
    assert_false(field_is_printable(bytes_of_text("\x80")));
    assert_true(bytes_eq(field_trimmed(bytes_of_text(" a b \r\n\t")), " a b"));
    assert_int_equal(field_trimmed((struct bytes){(const uint8_t *)"a\0\0", 3}).len, 1);
    assert_int_equal(field_trimmed(bytes_of_text("  ")).len, 0);
}

static void test_macs(void **state)
{
    (void)state;
    static const uint8_t want[] = {0x02, 0x00, 0xab, 0xCD, 0x00, 0x01};
    static const char *const wrong[] = {
        "",
        "02:00:ab:CD:00",
        "02:00:ab:CD:00:01:02",
        "02:00:ab:CD:00:0g",
        "02:00:ab:CD:00-01",
        "02:00:ab:CD:0 :01",
        "0200abcd0001",
    };
    uint8_t mac[FIELD_MAC_LEN];
    assert_true(field_mac_of_text(bytes_of_text("02:00:ab:CD:00:01"), ":", mac));
    assert_memory_equal(mac, want, sizeof(want));
    assert_true(field_mac_of_text(bytes_of_text("02-00-ab:cd-00:01"), "-:", mac));
    assert_memory_equal(mac, want, sizeof(want));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(field_mac_of_text(bytes_of_text(wrong[i]), ":", mac));
    }
    const uint8_t with_nul[] = "02\0"
                               "00:ab:cd:00:01";
    assert_false(field_mac_of_text((struct bytes){with_nul, 17}, ":", mac));
}

static void test_numbers_of_sim_cards(void **state)
{
    (void)state;
    static const char *const bcd[] = {"89860012345678901234", "8986001234567890123f",
                                      "898600123456789012", "8986001234567890123412"};
    static const char *const want[] = {"89860012345678901234", "8986001234567890123", "", ""};
    for (size_t i = 0; i < sizeof(bcd) / sizeof(bcd[0]); i++) {
        uint8_t room[11];
        struct fix f = {0};
        field_set_iccid_bcd(&f, bytes_of(bcd[i], room, sizeof(room)));
        assert_string_equal(f.iccid, want[i]);
    }
    struct fix f = {0};
    field_set_iccid_text(&f, bytes_of_text("89860012345678901234>"));
    assert_string_equal(f.iccid, "89860012345678901234");
    f = (struct fix){0};
    field_set_iccid_text(&f, bytes_of_text("898600>"));
    assert_string_equal(f.iccid, "");
}

static void test_check_digits(void **state)
{
    (void)state;
    assert_int_equal(field_luhn(UINT64_C(7992739871)), 3);
    assert_int_equal(field_luhn(0), 0);
    assert_int_equal(field_luhn(5), 9);
    assert_int_equal(field_luhn(9), 1);
}

static void test_places_with_flags(void **state)
{
    enum { NORTH = 1 << 10, WEST = 1 << 11, VALID = 1 << 12 };
    struct fix f = {0};
    (void)state;
    field_set_flagged_place(&f, 94500000, 23850000, NORTH | WEST | VALID | 270);
    assert_int_equal(f.lat_e7, 525000000);
    assert_int_equal(f.lon_e7, -132500000);
    assert_int_equal(f.course_cdeg, 27000);
    assert_true((f.flags & FIX_VALID) != 0);
    struct fix south = {0};
    field_set_flagged_place(&south, 94500000, 23850000, 0);
    assert_int_equal(south.lat_e7, -525000000);
    assert_int_equal(south.lon_e7, 132500000);
    assert_true((south.flags & FIX_VALID) == 0);
    struct fix none = {0};
    field_set_flagged_place(&none, UINT32_MAX, UINT32_MAX, VALID);
    assert_int_equal(none.has, 0);
}

static void test_access_points(void **state)
{
    static const uint8_t at[] = {2, 0, 0, 0, 0, 1, 0xc4, 2, 0, 0, 0, 0, 2, 0x80, 2, 0, 0, 0, 0, 3};
    struct fix f = {0};
    struct reader r = reader_init((struct bytes){at, sizeof(at)});
    (void)state;
    field_read_wifi(&r, 3, FIELD_DBM, &f);
    assert_false(reader_ok(&r)); /* the third one is cut */
    assert_int_equal(f.wifi_count, 2);
    assert_int_equal(f.wifi[0].rssi_dbm, -60);
    assert_int_equal(f.wifi[0].mac[5], 1);
    assert_int_equal(f.wifi[1].rssi_dbm, -128);

    static const uint8_t lost[] = {2, 0, 0, 0, 0, 1, 60, 2, 0, 0, 0, 0, 2, 0x80};
    f = (struct fix){0};
    r = reader_init((struct bytes){lost, sizeof(lost)});
    field_read_wifi(&r, 2, FIELD_LOSS_DB, &f);
    assert_true(reader_ok(&r));
    assert_int_equal(f.wifi_count, 1); /* 128 dB are more than there can be */
    assert_int_equal(f.wifi[0].rssi_dbm, -60);
}

static void test_times_that_are_set(void **state)
{
    static const uint8_t numbers[] = {26, 1, 2, 3, 4, 5};
    static const uint8_t bcd[] = {0x02, 0x01, 0x26, 0x03, 0x04, 0x05};
    static const uint8_t none[] = {26, 13, 2, 3, 4, 5};
    struct fix f = {0};
    (void)state;
    field_set_time_of_bytes(&f, (struct bytes){none, sizeof(none)});
    field_set_time_of_bcd(&f, (struct bytes){none, sizeof(none)}, DATE_DMY);
    assert_false((f.has & FIX_HAS_TIME) != 0);
    field_set_time_of_bytes(&f, (struct bytes){numbers, sizeof(numbers)});
    assert_int_equal(f.gps_time_s, INT64_C(1767323045));
    f.gps_time_s = 0;
    field_set_time_of_bcd(&f, (struct bytes){bcd, sizeof(bcd)}, DATE_DMY);
    assert_int_equal(f.gps_time_s, INT64_C(1767323045));
}

static void test_cells(void **state)
{
    static const struct {
        uint64_t mcc;
        uint64_t mnc;
        uint64_t lac;
        uint64_t cid;
        bool is_one;
    } rows[] = {
        {262, 0, UINT32_MAX, UINT64_C(0xfffffffff), true},
        {999, 999, 0, 0, true},
        {0, 1, 1, 1, false},
        {1000, 1, 1, 1, false},
        {262, 1000, 1, 1, false},
        {262, 1, UINT64_C(0x100000000), 1, false},
        {262, 1, 1, UINT64_C(0x1000000000), false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        field_set_cell(&f, rows[i].mcc, rows[i].mnc, rows[i].lac, rows[i].cid);
        assert_int_equal((f.has & FIX_HAS_CELL) != 0, rows[i].is_one);
        assert_int_equal(f.cell.cid, rows[i].is_one ? rows[i].cid : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_digits),
        cmocka_unit_test(test_places_with_flags),
        cmocka_unit_test(test_times_of_bcd),
        cmocka_unit_test(test_times_of_digits),
        cmocka_unit_test(test_sets_times_of_digits),
        cmocka_unit_test(test_fractions_of_a_second_are_cut),
        cmocka_unit_test(test_times_of_bytes),
        cmocka_unit_test(test_times_of_text),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_angles),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_macs),
        cmocka_unit_test(test_numbers_of_sim_cards),
        cmocka_unit_test(test_access_points),
        cmocka_unit_test(test_times_that_are_set),
    };
    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
