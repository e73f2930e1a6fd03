/*
 * JT/T 808 items: what each one sets, and that none reads beyond its length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

/* A row: an item of its id, its length and its value, and what it adds to the plain fix. */
struct item_case {
    const char *item;
    void (*expect)(struct fix *f);
};

static const struct cell plain_cell = {262, 7, 0x1234, 0xabcdef};
static const struct cell short_cell = {262, 7, 0x1234, 0xcdef};
static const uint8_t mac_1[6] = {2, 0, 0, 0, 0, 0x11};
static const uint8_t mac_2[6] = {2, 0, 0, 0, 0, 0x12};

#define EXPECT(name, body)                                                                         \
    static void name(struct fix *f)                                                                \
    {                                                                                              \
        body;                                                                                      \
    }

EXPECT(nothing, (void)f)
EXPECT(odometer_0, fix_set_odometer_m(f, 0))
EXPECT(odometer_metres, fix_set_odometer_m(f, 123456))
EXPECT(fuel_tenths, fix_set_fuel_ml(f, 3276700))
EXPECT(fuel_litres, fix_set_fuel_ml(f, 60000))
EXPECT(percent_42, fix_set_battery_percent(f, 42))
EXPECT(percent_100, fix_set_battery_percent(f, 100))
EXPECT(percent_50, fix_set_battery_percent(f, 50))
EXPECT(fence_enter, f->alarms = ALARM_BIT(GEOFENCE_ENTER))
EXPECT(fence_leave, f->alarms = ALARM_BIT(GEOFENCE_LEAVE))
EXPECT(gsm_31, fix_set_gsm(f, 31))
EXPECT(satellites_255, fix_set_satellites(f, 255))
EXPECT(temperature, fix_set_temperature(f, 0, 3210))
EXPECT(temperature_low, fix_set_temperature(f, 0, -230))
EXPECT(temperatures, fix_set_temperature(f, 1, -230); fix_set_temperature(f, 7, 0))
EXPECT(cell, fix_set_cell(f, plain_cell))
EXPECT(cell_short, fix_set_cell(f, short_cell))
EXPECT(accelerating, f->alarms = ALARM_BIT(HARSH_ACCELERATION))
EXPECT(braking, f->alarms = ALARM_BIT(HARSH_BRAKING))
EXPECT(cornering, f->alarms = ALARM_BIT(HARSH_CORNERING))
EXPECT(collision, f->alarms = ALARM_BIT(COLLISION))
EXPECT(vibration, f->alarms = ALARM_BIT(VIBRATION))
EXPECT(sos, f->alarms = ALARM_BIT(SOS))
EXPECT(cover, f->alarms = ALARM_BIT(COVER_OPEN))
EXPECT(power_off, f->alarms = ALARM_BIT(POWER_OFF))
EXPECT(removal, f->alarms = ALARM_BIT(REMOVAL))
EXPECT(low_battery, f->alarms = ALARM_BIT(LOW_BATTERY))
EXPECT(battery_387, fix_set_battery_mv(f, 3870))
EXPECT(battery_5000, fix_set_battery_mv(f, 5000); fix_set_battery_percent(f, 42))
EXPECT(power_5010, fix_set_power_mv(f, 5010))
EXPECT(power_125, fix_set_power_mv(f, 12500))
EXPECT(power_max, fix_set_power_mv(f, UINT32_MAX))
EXPECT(iccid, fix_set_iccid(f, "89550000000012345678"))
EXPECT(iccid_19, fix_set_iccid(f, "8955000000001234567"))
EXPECT(charging, fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true))
EXPECT(charging_42, charging(f); percent_42(f))
EXPECT(discharging_42, fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, false); percent_42(f))
EXPECT(f7_charging, charging_42(f); battery_387(f))
EXPECT(f7_discharging, discharging_42(f); battery_387(f))
EXPECT(moving, fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, true))
EXPECT(still, fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, false))
EXPECT(door_open, fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true))
EXPECT(ee, fix_set_gsm(f, 18); fix_set_satellites(f, 9); battery_387(f); power_125(f))
EXPECT(thermometer_3, fix_set_temperature(f, 2, -1709))
EXPECT(probe, fix_set_temperature(f, 1, -1080))
EXPECT(hdop_16, jt808_set_hdop_e1(f, 16))
EXPECT(hdop_probe, hdop_16(f); probe(f))
EXPECT(overspeed, f->alarms = ALARM_BIT(OVERSPEED))
EXPECT(displacement, f->alarms = ALARM_BIT(DISPLACEMENT))
EXPECT(ignition_off, fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, false))
EXPECT(reupload, f->flags |= FIX_REUPLOAD)
EXPECT(power_140, fix_set_power_mv(f, 14000))
EXPECT(jimi_power, charging(f); percent_50(f); battery_387(f); power_125(f))
EXPECT(thermometers, fix_set_temperature(f, 0, 2350); fix_set_temperature(f, 1, -525))
EXPECT(wifi_2, fix_add_wifi(f, mac_1, -60); fix_add_wifi(f, mac_2, 0))
EXPECT(wifi_text, fix_add_wifi(f, mac_1, -128); fix_add_wifi(f, mac_2, 127))
EXPECT(by_card, fix_set_lock(f, FIX_LOCK_UNLOCKED_BY_CARD))
EXPECT(by_password, fix_set_lock(f, FIX_LOCK_UNLOCKED_BY_PASSWORD))
EXPECT(wrong_password, fix_set_lock(f, FIX_LOCK_WRONG_PASSWORD))
EXPECT(strange_card, fix_set_lock(f, FIX_LOCK_UNKNOWN_CARD))
EXPECT(refused, fix_set_lock(f, FIX_LOCK_UNLOCK_REFUSED))
EXPECT(lock_on, fix_set_lock(f, FIX_LOCK_ON))
EXPECT(lock_off, fix_set_lock(f, FIX_LOCK_OFF))
EXPECT(sealed, fix_set_lock(f, FIX_LOCK_SEALED))
EXPECT(unsealed, fix_set_lock(f, FIX_LOCK_UNSEALED))
EXPECT(fuel_both, fix_set_fuel_ml(f, 20000 + 12500))

static const struct item_case cases[] = {
    {"01 04 00000000", odometer_0},
    {"01 04 ffffffff", nothing}, /* beyond what an odometer can be */
    {"01 03 000000", nothing},
    {"ac 04 0001e240", odometer_metres},
    {"02 02 7fff", fuel_tenths},
    {"02 02 803c", fuel_litres},
    {"06 01 2a", percent_42},
    {"06 01 65", nothing},
    {"12 06 01 00000005 00", fence_enter},
    {"12 06 01 00000005 01", fence_leave},
    {"12 06 01 00000005 02", nothing},
    {"30 01 1f", gsm_31},
    {"30 01 20", nothing},
    {"31 01 ff", satellites_255},
    {"51 02 0141", temperature},
    {"51 02 8017", temperature_low},
    {"51 02 ffff", nothing},
    {"51 04 0141 0141", nothing},
    {"51 10 ffff 8017 ffff ffff ffff ffff ffff 0000", temperatures},
    {"53 09 01 0106 07 1234 cdef 33", cell_short},
    {"53 0b 01 0106 07 1234 00abcdef 33", cell},
    {"5d 15 02 0106 07 1234 00abcdef 33 0106 07 1235 00abcdee 33", cell},
    {"5d 15 02 0106 07 0000 00000000 33 0106 07 1234 00abcdef 33", cell},
    {"5d 0b 02 0106 07 1234 00abcdef 33", nothing},
    {"5d 01 00", nothing},
    {"56 02 0a00", percent_100},
    {"56 02 0b00", nothing},
    {"57 08 0100 0000 00000000", accelerating},
    {"57 08 0200 0000 00000000", braking},
    {"57 08 0400 0000 00000000", cornering},
    {"57 08 f8ff ffff ffffffff", nothing},
    {"68 02 1068", percent_42},
    {"68 04 00001068", percent_42},
    {"69 02 0183", battery_387},
    {"70 06 00000001 01 01", accelerating},
    {"70 06 00000001 00 02", braking},
    {"70 06 00000001 01 03", cornering},
    {"70 06 00000001 01 16", collision},
    {"70 06 00000001 02 16", nothing}, /* it ends */
    {"70 06 00000001 01 04", nothing},
    {"71 14 3839353530303030303030303132333435363738", iccid},
    {"71 14 3739353530303030303030303132333435363738", nothing},
    {"d6 13 38393535303030303030303031323334353637", iccid_19},
    {"cc 0a 89550000000012345678", iccid},
    {"cc 0a 00000000000000000000", nothing},
    {"80 08 01 82 02 007d 81 01 00", power_125},
    {"80 0d 01 cc 0a 89550000000012345678", iccid},
    {"80 05 01 82 ff 007d", nothing},
    {"82 02 007d", power_125},
    {"d3 02 007d", power_125},
    {"d0 04 00000008", vibration},
    {"d0 04 fffffff7", nothing},
    {"d4 01 2a", percent_42},
    {"e9 01 ff", charging},
    {"e1 02 007d", power_125},
    {"e1 03 007d00", nothing},
    {"e1 0c 0106 0007 001234 00abcdef 20", cell},
    {"e1 14 0106 0007 000000 00000000 20 001234 00abcdef 20", cell},
    {"d5 02 0183", battery_387},
    {"d5 0e 01 0000000001 0000000000 5a 0000", lock_on},
    {"d5 0e 01 0000000001 0000000000 5a 0020", lock_off},
    {"d5 0e 02 0000000001 0000000000 5a 0020", nothing},
    {"d5 01 00", nothing},
    {"da 03 0001 04", moving},
    {"da 03 0001 09", still},
    {"e3 06 00 2a 01f4 0000", battery_5000},
    {"e3 06 00 2a 01f5 0000", power_5010},
    {"e3 0a 4e617475726500000000", nothing},
    {"e4 02 00 2a", charging_42},
    {"e4 02 01 2a", discharging_42},
    {"e4 04 00 2a 00 00", nothing},
    {"e5 01 01", moving},
    {"e5 01 00", still},
    {"e5 04 00000001", nothing},
    {"e6 16 00 020000000021 17 80 30 00 01 020000000022 fb 40 30 00", thermometers},
    {"e6 16 02 020000000022 fb 40 30 00 01 020000000021 17 80 30 00", thermometers},
    {"e6 0b 03 020000000021 ef 18 32 00", thermometer_3},
    {"e6 0b ff 020000000021 ef 18 32 00", nothing},
    {"e6 01 00", nothing},
    {"e6 0e 244f42442d52542c31322e352c30", power_125},
    {"e6 0a 244f42442d52542c2c30", nothing},
    {"e6 0c 244f42442d52542c2d352c30", nothing}, /* -5 V */
    {"e7 08 0001 0000 00000000", vibration},
    {"e7 08 0008 0000 00000000", sos},
    {"e7 08 fff0 ffff ffffffff", nothing},
    {"e7 02 ffff", nothing},
    {"e8 03 0c01 00", sos},
    {"e8 05 0c12 02 0000", cover},
    {"e8 06 0c0e 00 0c0e 00", power_off},
    {"e8 03 0408 00", fence_enter},
    {"e8 03 0409 00", fence_leave},
    {"e8 03 040c 00", door_open},
    {"e8 03 0c01 01", nothing},
    {"e8 02 0e83", nothing},
    {"e8 03 0400 00", accelerating},
    {"e8 03 0412 00", accelerating},
    {"e8 03 0401 00", braking},
    {"e8 03 0413 00", braking},
    {"e8 03 0402 00", cornering},
    {"e8 03 0414 00", cornering},
    {"e8 03 0403 00", overspeed},
    {"e8 03 0405 00", collision},
    {"e8 03 0416 00", collision},
    {"e8 03 0417 00", collision},
    {"e8 03 0406 00", vibration},
    {"e8 03 0407 00", displacement},
    {"e8 03 0415 00", nothing},
    {"e8 03 0c02 00", low_battery},
    {"e8 03 0c0f 00", low_battery},
    {"e8 03 0c10 00", power_off},
    {"e8 03 0c03 00", nothing}, /* the ignition is on already */
    {"e8 03 0c04 00", ignition_off},
    {"e8 03 0c05 00", nothing},
    {"e8 05 2002 02 0001", reupload},
    {"e8 05 2002 02 0100", nothing},
    {"e8 0a 2003 07 01 03 0183 04 04e2", jimi_power},
    {"e8 09 2003 06 01 03 0183 04 04", nothing},
    {"e8 11 2005 0e 2001 02 008c 0006 01 04 0009 02 0006", power_140},
    {"e8 08 2005 05 0007 02 0010", hdop_16},
    {"e8 08 2005 05 0007 02 0000", nothing},
    {"e8 08 2005 05 0001 02 0183", battery_387},
    {"e8 07 2005 04 0003 01 2a", percent_42},
    {"e8 07 2005 04 0004 01 00", charging},
    {"e8 10 2005 0d 0005 0a 89550000000012345678", iccid},
    {"e8 08 2005 05 0001 03 0183", nothing},
    {"e8 08 2005 05 2001 01 8c 00", nothing},
    {"ec 0e 020000000011 c4 020000000012 00", wifi_2},
    {"f4 15 020000000011 c4 000000000000 c4 020000000012 00", wifi_2},
    {"ec 08 020000000011 c4 00", nothing},
    {"ee 06 12 30d4 0f1e 09", ee},
    {"f0 0d 0106 0007 00abcdef 00001234 33", cell},
    {"f1 04 ffffffff", power_max},
    {"f1 02 ffff", nothing},
    {"f3 09 0003 02 0320 0004 01 36", nothing},
    {"f3 05 0004 02 30d4", power_125},
    {"f6 04 00 02 0cce", nothing}, /* 327.8 degrees */
    {"f6 04 00 02 ffe9", temperature_low},
    {"f6 06 00 03 0000 ffe9", temperature_low},
    {"f6 06 02 00 0000 0000", moving},
    {"f6 08 0861234567890123", nothing},
    {"f6 02 0202", nothing},
    {"f7 06 00000f1e 02 2a", f7_charging},
    {"f7 06 00000f1e 03 2a", f7_charging},
    {"f7 06 00000f1e 01 2a", f7_discharging},
    {"f7 02 0f1e", nothing},
    {"f8 13 04 0861234567890123 89550000000012345678", iccid},
    {"f8 02 1234", nothing},
    {"f9 12 000f 00000004 00000000 0010 261123091156", hdop_16},
    {"f9 04 0004 0010", hdop_16},
    {"f9 04 0004 0000", nothing},
    {"f9 04 0004 ffff", nothing},
    {"f9 08 0040 ff94 0000 0000", probe},
    {"f9 12 0064 0010 0000000000000000 ff94 00000000", hdop_probe},
    {"f9 04 0014 0010", nothing}, /* a member that nobody told of */
    {"f9 05 0004 0010 00", nothing},
    {"f9 02 007f", nothing}, /* a version */
    {"f9 02 0000", nothing},
    {"f9 01 00", nothing},
    {"fd 09 0106 07 00abcdef 1234", cell},
    {"fd 0a 0106 0007 00abcdef 1234", cell},
    {"fd 08 0106 00abcdef 1234", nothing},
    {"e2 04 00001211", nothing},
    {"fe 01 2a", percent_42},
    {"fe 02 007d", power_125},
    {"fe 04 00000123", nothing},
    {"fe 07 7c 01 04 00000001", accelerating},
    {"fe 07 7c 01 04 00000002", braking},
    {"fe 07 7c 01 04 00000004", cornering},
    {"fe 07 7c 01 04 00000008", collision},
    {"fe 07 7c 01 04 00000010", cover},
    {"fe 07 7c 01 04 ffffffe0", nothing},
    {"fe 07 7b 01 04 00000001", nothing},
    {"fe 07 7c 01 ff 00000001", nothing},
    {"ff 0c 0106 0007 00001234 00abcdef", cell},
    {"ff 01 00", nothing},
    /* locks */
    {"0b 01 0d", nothing},
    {"0b 05 22 00112233", by_card},
    {"0b 06 22 00112233 65", by_card},
    {"0b 06 22 00112233 00", by_card},
    {"0b 06 22 00112233 ff", refused},
    {"0b 05 23 00112233", strange_card},
    {"0b 05 2a 00112233", nothing},
    {"0b 04 22 001122", nothing},
    {"0b 07 03 313233343536", by_password},
    {"0b 08 03 313233343536 65", by_password},
    {"0b 08 1f 313233343536 00", by_password},
    {"0b 08 03 313233343536 ff", refused},
    {"0b 07 06 313233343536", wrong_password},
    {"0b 07 29 313233343536", wrong_password},
    {"0b 08 29 313233343536 01", nothing},
    {"0b 06 03 3132333435", nothing},
    {"0b 09 03 313233343536 6500", nothing},
    {"33 0f 2a4d30302c33302c31303338373030", battery_387},
    {"33 0c 2a4d30302c33302c31303338", nothing},
    {"33 01 00", nothing},
    {"63 0b 000000000001 0e74 31 80 00", sealed},
    {"63 0b 000000000001 0e74 30 80 00", unsealed},
    {"63 0a 000000000001 0e74 31 80", nothing},
    /* EB */
    {"eb 00", nothing},
    {"eb 09 5554432b30383a3030", nothing},
    {"eb 08 0106 07 1234 cdef 33", cell_short},
    {"eb 0d 0106 07 0000 0000 33 1234 cdef 33", cell_short},
    {"eb 06 0004 002d 0f1e", battery_387},
    {"eb 08 0006 002d 000030d4", power_125},
    {"eb 07 0005 002d 0030d4", nothing},
    {"eb 08 0006 0089 fffffffe", power_off},
    {"eb 08 0006 0089 ffffefff", removal},
    {"eb 08 0006 0089 ffffffff", nothing},
    {"eb 05 0003 00a8 2a", percent_42},
    {"eb 05 0003 00e1 32", percent_50},
    {"eb 08 0006 00c5 ffffffbf", vibration},
    {"eb 08 0006 00c5 fe7fffff", moving},
    {"eb 08 0006 00c5 feffffff", still},
    {"eb 08 0006 00c5 ff7fffff", nothing},
    {"eb 05 0003 00c6 03", low_battery},
    {"eb 05 0003 00c6 04", low_battery},
    {"eb 05 0003 00c6 02", nothing},
    {"eb 06 0004 00ce 04e2", power_125},
    {"eb 0e 000c 00b2 8955000000001234567f", iccid_19},
    {"eb 0d 000b 00d8 0106 07 1234 00abcdef", cell},
    {"eb 11 0005 0001 00c800 0008 0023 3031322e3530", fuel_both},
    {"eb 31 002f 00b9 02 30323a30303a30303a30303a30303a3131 2c2d313238 2c"
     "30323a30303a30303a30303a30303a3132 2c313237",
     wifi_text},
    {"eb 1b 0019 00b9 01 30323a30303a30303a30303a30303a3131 2c2d313239", nothing},
    {"eb 1a 0018 00b9 01 30323a30303a30303a30303a30302d3131 2c2d3132", nothing},
    {"eb 05 0001 00a8 2a", nothing},
    {"eb 05 0004 00a8 2a", nothing},
    {"eb 0a 0003 4242 2a 0003 00a8 2a", percent_42},
    /* of no meaning here, in the way of nothing */
    {"25 04 00000000 06 01 2a", percent_42},
    {"00 00 06 01 2a", percent_42},
};

static void test_items(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        char body[1024];
        struct fix want = plain_fix();
        print_message("# %s\n", cases[i].item);
        join_text(body, sizeof(body), KIT_BODY, cases[i].item, "");
        cases[i].expect(&want);
        const struct message *m = kit_one(&kit, JT808_LOCATION, body);
        assert_int_equal(m->kind, MESSAGE_FIX);
        assert_fix(&m->fix, &want);
        kit_clear(&kit);
    }
}

/* Decodes a location with `items` behind it; the fix it makes, valid until kit_clear(). */
static const struct fix *decode_items(struct kit *kit, struct bytes items)
{
    uint8_t body[256];
    struct jt808_message m = plain_message(JT808_LOCATION);
    m.body = bytes_of_hex(KIT_BODY, body, sizeof(body));
    memcpy(body + m.body.len, items.at, items.len);
    m.body.len += items.len;
    kit_write(kit, &m);
    assert_int_equal(kit_decode(kit, kit->bytes), ERR_OK);
    assert_int_equal(kit->decoded.len, 1);
    return &kit->decoded.at[0].fix;
}

/*
 * Every item cut off at every length, as the message ends there: the location before it stays as it
 * is. The address sanitizer sees a read behind the end.
 */
static void test_items_cut_off(void **state)
{
    enum { TAIL_LEN = 18 };
    (void)state;
    const struct fix want = plain_fix();
    struct kit kit = kit_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t item[128];
        struct bytes whole = bytes_of_hex(cases[i].item, item, sizeof(item));
        size_t first_len = (size_t)whole.at[1] + 2;
        for (size_t n = 0; n < first_len && n < whole.len; n++) {
            const struct fix *got = decode_items(&kit, bytes_slice(whole, 0, n));
            assert_fix(n == TAIL_LEN ? &want : got, &want); /* the fixed tail says something */
            arena_clear(&kit.arena);
        }
    }
    kit_clear(&kit);
}

/* An item of `len` bytes: of zeros, of ones or of a pattern. */
static struct bytes make_item(unsigned id, unsigned len, uint8_t *at)
{
    static const uint8_t steps[][2] = {{0, 0}, {0xff, 0}, {1, 37}};
    const uint8_t *step = steps[(id + len) % 3];
    at[0] = (uint8_t)id;
    at[1] = (uint8_t)len;
    for (unsigned i = 0; i < len; i++) {
        at[2 + i] = (uint8_t)(step[0] + i * step[1]);
    }
    return (struct bytes){at, 2 + len};
}

/* Every id with every length up to 64. */
static void test_items_of_any_length(void **state)
{
    enum { LEN_MAX = 64 };
    (void)state;
    struct kit kit = kit_new();
    for (unsigned id = 0; id <= UINT8_MAX; id++) {
        for (unsigned len = 0; len <= LEN_MAX; len++) {
            uint8_t item[2 + LEN_MAX];
            const struct fix *f = decode_items(&kit, make_item(id, len, item));
            assert_int_equal(f->gps_time_s, KIT_TIME_S);
            assert_true(f->battery_percent <= 100 && f->gsm <= 31 && f->wifi_count <= 4);
            arena_clear(&kit.arena);
        }
    }
    kit_clear(&kit);
}

/* 18 bytes of whole items are items; anything else of 18 bytes is the fixed tail. */
static void test_fixed_tail(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    struct fix want = plain_fix();
    fix_set_odometer_m(&want, 1234000);
    fix_set_power_mv(&want, 12300);
    fix_set_gsm(&want, 19);
    assert_fix(
        &kit_one(&kit, JT808_LOCATION, KIT_BODY "00000000 000004d2 007b 00000000 13 000000")->fix,
        &want);
    want = plain_fix();
    odometer_0(&want);
    gsm_31(&want);
    satellites_255(&want);
    assert_fix(
        &kit_one(&kit, JT808_LOCATION, KIT_BODY "01 04 00000000 25 04 00000000 30 01 1f 31 01 ff")
             ->fix,
        &want);
    kit_clear(&kit);
}

/* A cell gives the source only where GPS does not; access points before cells. */
static void test_source(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum fix_source want;
    } rows[] = {
        {KIT_BODY "ff 0c 0106 0007 00001234 00abcdef", FIX_GPS},
        {"00000000 00000001" KIT_PLACE KIT_MOTION KIT_TIME, FIX_GPS},
        {"00000000 00000001" KIT_PLACE KIT_MOTION KIT_TIME "ff 0c 0106 0007 00001234 00abcdef",
         FIX_LBS},
        {"00000000 00000001" KIT_PLACE KIT_MOTION KIT_TIME "ec 07 020000000011 c4", FIX_WIFI},
        {"00000000 00000001" KIT_PLACE KIT_MOTION KIT_TIME
         "ff 0c 0106 0007 00001234 00abcdef ec 07 020000000011 c4",
         FIX_WIFI},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        assert_int_equal(kit_one(&kit, JT808_LOCATION, rows[i].body)->fix.source, rows[i].want);
        kit_clear(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_items_cut_off),
        cmocka_unit_test(test_items_of_any_length),
        cmocka_unit_test(test_fixed_tail),
        cmocka_unit_test(test_source),
    };
    return cmocka_run_group_tests_name("jt808_items", tests, NULL, NULL);
}
