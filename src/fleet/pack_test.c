/* Fixes and reports as bytes: what comes back, and what damaged bytes do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "fleet/fix_fixture.h"
#include "fleet/pack.h"
#include "fleet/pack_testing.h"
enum { RANDOM_ROUNDS = 20000, RECORD_ROOM = 2 * PACK_FIX_MAX };

static struct bytes packed_fix(const struct fix *fix, uint8_t room[RECORD_ROOM])
{
    struct writer w = writer_init(room, PACK_FIX_MAX);
    pack_fix(&w, fix);
    assert_true(writer_ok(&w));
    return writer_bytes(&w);
}

/* The body of a record that stands alone. */
static struct bytes body_of(struct bytes record, int64_t *time_s)
{
    struct reader r = reader_init(record);
    struct bytes body = {0};
    assert_true(pack_next(&r, &body, time_s));
    assert_false(pack_next(&r, &body, time_s));
    assert_true(reader_ok(&r));
    r = reader_init(record);
    (void)pack_next(&r, &body, time_s);
    return body;
}

static void assert_comes_back(const struct fix *fix)
{
    uint8_t room[RECORD_ROOM];
    struct fix back;
    int64_t time_s = 0;
    struct bytes body = body_of(packed_fix(fix, room), &time_s);
    assert_int_equal(time_s, fix->gps_time_s);
    assert_int_equal(unpack_fix(body, &back), ERR_OK);
    assert_true(kit_same_fix(fix, &back));
}

/* Where a member stands, how wide it is, and the bits of its largest value. */
static const struct {
    size_t offset;
    size_t size;
    uint64_t most;
    uint32_t has;
} ends[] = {
#define MEMBER(member, bit, top)                                                                   \
    {                                                                                              \
        offsetof(struct fix, member), sizeof(((struct fix *)0)->member), (top), (bit)              \
    }
    MEMBER(gps_time_s, FIX_HAS_TIME, UINT64_MAX),
    MEMBER(original_time_s, 0, UINT64_MAX),
    MEMBER(rcv_time_s, 0, UINT64_MAX),
    MEMBER(has, 0, UINT32_MAX),
    MEMBER(flags, 0, UINT32_MAX),
    MEMBER(lat_e7, FIX_HAS_POSITION, UINT32_MAX),
    MEMBER(lon_e7, FIX_HAS_POSITION, UINT32_MAX),
    MEMBER(altitude_dm, FIX_HAS_ALTITUDE, UINT32_MAX),
    MEMBER(speed_kmh_e2, FIX_HAS_SPEED, UINT32_MAX),
    MEMBER(course_cdeg, FIX_HAS_COURSE, UINT16_MAX),
    MEMBER(hdop_e2, FIX_HAS_HDOP, UINT16_MAX),
    MEMBER(source, 0, FIX_WIFI),
    MEMBER(satellites, FIX_HAS_SATELLITES, UINT8_MAX),
    MEMBER(gsm, FIX_HAS_GSM, UINT8_MAX),
    MEMBER(battery_percent, FIX_HAS_BATTERY_PERCENT, UINT8_MAX),
    MEMBER(lock, FIX_HAS_LOCK, FIX_LOCK_COUNT - 1),
    MEMBER(rest_days, FIX_HAS_REST_DAYS, UINT16_MAX),
    MEMBER(power_mv, FIX_HAS_POWER, UINT32_MAX),
    MEMBER(battery_mv, FIX_HAS_BATTERY, UINT32_MAX),
    MEMBER(odometer_m, FIX_HAS_ODOMETER, UINT64_MAX),
    MEMBER(fuel_ml, FIX_HAS_FUEL, UINT32_MAX),
    MEMBER(alarms, 0, UINT32_MAX),
    MEMBER(alarms_told, FIX_HAS_ALARMS_TOLD, UINT32_MAX),
    MEMBER(cell.mcc, FIX_HAS_CELL, UINT16_MAX),
    MEMBER(cell.mnc, FIX_HAS_CELL, UINT16_MAX),
    MEMBER(cell.lac, FIX_HAS_CELL, UINT32_MAX),
    MEMBER(cell.cid, FIX_HAS_CELL, UINT64_MAX),
#undef MEMBER
};

/*
 * Every member at its ends, with its `has` bit and without. The ends of a signed one are in the
 * middle of its bits: 0x7f.. and 0x80..
 */
static void every_member_at_its_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const uint64_t most = ends[i].most;
        const uint64_t values[] = {0, 1, 127, 128, most / 2, most / 2 + 1, most - 1, most};
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            uint64_t v = values[k] > most ? most : values[k];
            struct fix with = {.gps_time_s = KIT_TIME_S, .has = ends[i].has};
            struct fix without = {.gps_time_s = KIT_TIME_S};
            memcpy((uint8_t *)&with + ends[i].offset, &v, ends[i].size); /* little-endian */
            memcpy((uint8_t *)&without + ends[i].offset, &v, ends[i].size);
            assert_comes_back(&with);
            assert_comes_back(&without);
        }
    }
}

static void lists_of_every_length(void **state)
{
    static const int16_t degrees[] = {INT16_MIN, -27315, -1, 0, 1, 2150, INT16_MAX, 7};
    (void)state;
    for (int n = 0; n <= FIX_TEMPERATURES_MAX; n++) {
        struct fix fix = {.temperature_count = (uint8_t)n};
        memcpy(fix.temperature_c_e2, degrees, (size_t)n * sizeof(degrees[0]));
        assert_comes_back(&fix);
    }
    for (int n = 0; n <= FIX_WIFI_MAX; n++) {
        struct fix fix = {.wifi_count = (uint8_t)n};
        for (int i = 0; i < n; i++) {
            fix.wifi[i] =
                (struct wifi_ap){{(uint8_t)i, 0xff, 0, 1, 2, 0xfe}, i % 2 == 0 ? -128 : 127};
        }
        assert_comes_back(&fix);
    }
    for (size_t n = 0; n < FIX_ICCID_SIZE; n++) {
        struct fix fix = {.has = n % 2 == 0 ? FIX_HAS_ICCID : 0};
        memset(fix.iccid, '8', n);
        assert_comes_back(&fix);
    }
}

static void the_longest_fits(void **state)
{
    (void)state;
    struct fix fix = longest_fix();
    assert_comes_back(&fix);
}

/* The example in pack.c, byte by byte. */
static void the_drawn_example(void **state)
{
    static const char drawn[] = "1a"
                                "80d39cb00d"
                                "04"
                                "fb01"
                                "8020"
                                "41"
                                "c096ccf002"
                                "80e1bce208"
                                "b62a"
                                "a846"
                                "0b";
    struct fix fix = {.rcv_time_s = 1795396802};
    uint8_t room[RECORD_ROOM];
    char hex[2 * RECORD_ROOM];
    (void)state;
    fix_set_time(&fix, 1795396800);
    fix_set_position(&fix, 386500000, 1177000000, true);
    fix_set_speed_kmh_e2(&fix, 5430);
    fix_set_course_cdeg(&fix, 9000);
    fix_set_satellites(&fix, 11);
    fix_set_gsm(&fix, 0);
    fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    hex_encode(packed_fix(&fix, room), hex);
    assert_string_equal(hex, drawn);
}

/* With the extra values that extra.c draws behind it, to the end of the record. */
static void extra_values_stand_at_the_end(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fix fix = {.rcv_time_s = 1795396802};
    struct fix back;
    struct extras x = {.arena = &arena};
    struct bytes extras = {0};
    uint8_t plain_room[RECORD_ROOM];
    uint8_t room[PACK_REPORT_MAX];
    int64_t time_s = 0;
    fix_set_time(&fix, 1795396800);
    extras_set(&x, EXTRA_RPM, 0, 1500);
    extras_set_text(&x, EXTRA_CARD, 0, bytes_of_text("47"));
    struct bytes values = extras_pack(&x);
    struct writer w = writer_init(room, sizeof(room));
    pack_report(&w, &fix, values);
    struct bytes plain = packed_fix(&fix, plain_room);
    assert_int_equal(w.len, plain.len + values.len);
    struct bytes body = body_of(writer_bytes(&w), &time_s);
    assert_memory_equal(body.at + body.len - values.len, values.at, values.len);
    assert_int_equal(unpack_report(body, &back, &extras), ERR_OK);
    assert_true(kit_same_fix(&fix, &back) && bytes_same(extras, values));
    assert_int_equal(unpack_fix(body, &back), ERR_CORRUPT); /* a state's fix has none */
    for (size_t len = 0; len < body.len; len++) {
        assert_int_equal(unpack_report((struct bytes){body.at, len}, &back, &extras),
                         len == body.len - 5 ? ERR_OK : ERR_CORRUPT); /* behind the first value */
    }
    assert_int_equal(unpack_report(bytes_slice(plain, 1, SIZE_MAX), &back, &extras), ERR_OK);
    assert_int_equal(extras.len, 0);
    arena_free(&arena);
}

static void the_longest_report_fits(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fix fix = longest_fix();
    struct fix back;
    struct extras x = {.arena = &arena};
    struct bytes extras = {0};
    uint8_t room[PACK_REPORT_MAX];
    int64_t time_s = 0;
    for (unsigned i = 0; i < EXTRAS_MAX; i++) {
        extras_set(&x, EXTRA_ANALOGUE, i, INT64_MIN);
    }
    struct bytes values = extras_pack(&x);
    assert_in_range(values.len, EXTRAS_BYTES_MAX - 12, EXTRAS_BYTES_MAX);
    struct writer w = writer_init(room, sizeof(room));
    pack_report(&w, &fix, values);
    assert_true(writer_ok(&w));
    struct bytes body = body_of(writer_bytes(&w), &time_s);
    assert_int_equal(unpack_report(body, &back, &extras), ERR_OK);
    assert_true(kit_same_fix(&fix, &back) && bytes_same(extras, values));
    arena_free(&arena);
}

static void random_fixes(void **state)
{
    uint64_t seed = 20261123;
    (void)state;
    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        struct fix fix = random_fix(&seed);
        assert_comes_back(&fix);
    }
}

/* Every prefix is refused, and so is a byte too many. */
static void cut_off_and_overlong(void **state)
{
    uint8_t room[RECORD_ROOM];
    struct fix fix = longest_fix();
    struct fix back;
    int64_t time_s = 0;
    (void)state;
    struct bytes body = body_of(packed_fix(&fix, room), &time_s);
    for (size_t n = 0; n < body.len; n++) {
        assert_int_equal(unpack_fix((struct bytes){body.at, n}, &back), ERR_CORRUPT);
    }
    assert_int_equal(unpack_fix((struct bytes){body.at, body.len + 1}, &back), ERR_CORRUPT);
}

/* Whatever a damaged byte says, what comes out indexes no table beyond its end. */
static void assert_harmless(struct bytes body)
{
    struct fix back;
    if (unpack_fix(body, &back) == ERR_OK) {
        assert_in_range(back.source, FIX_GPS, FIX_WIFI);
        assert_in_range(back.lock, FIX_LOCK_NONE, FIX_LOCK_COUNT - 1);
        assert_in_range(back.temperature_count, 0, FIX_TEMPERATURES_MAX);
        assert_in_range(back.wifi_count, 0, FIX_WIFI_MAX);
        assert_int_equal(back.iccid[FIX_ICCID_SIZE - 1], '\0');
    }
}

static void damaged_bytes(void **state)
{
    struct fix fixes[2] = {longest_fix(), kit_fix(KIT_TIME_S)};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        uint8_t room[RECORD_ROOM];
        int64_t time_s = 0;
        struct bytes body = body_of(packed_fix(&fixes[k], room), &time_s);
        uint8_t *at = room + (body.at - room);
        for (size_t i = 0; i < body.len * 256; i++) {
            uint8_t kept = at[i / 256];
            at[i / 256] = (uint8_t)i;
            assert_harmless(body);
            at[i / 256] = kept;
        }
    }
}

static void records_beyond_their_input(void **state)
{
    static const uint8_t too_long[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 0};
    static const uint8_t cut[] = {5, 0, 0};
    static const uint8_t empty[] = {0};
    static const struct bytes bad[] = {
        {too_long, sizeof(too_long)}, {cut, sizeof(cut)}, {empty, sizeof(empty)}};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct reader r = reader_init(bad[i]);
        struct bytes body = {0};
        int64_t time_s = 0;
        assert_false(pack_next(&r, &body, &time_s));
        assert_false(reader_ok(&r));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_at_its_ends),
        cmocka_unit_test(lists_of_every_length),
        cmocka_unit_test(the_longest_fits),
        cmocka_unit_test(the_drawn_example),
        cmocka_unit_test(extra_values_stand_at_the_end),
        cmocka_unit_test(the_longest_report_fits),
        cmocka_unit_test(random_fixes),
        cmocka_unit_test(cut_off_and_overlong),
        cmocka_unit_test(damaged_bytes),
        cmocka_unit_test(records_beyond_their_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
