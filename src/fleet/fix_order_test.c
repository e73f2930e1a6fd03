#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fix_fixture.h"
#include "fleet/fix_order.h"
#include "fleet/pack.h"
#include "model/alarm.h"

#define NO_EXTRAS ((struct bytes){0})

enum { TIME_S = 1700000000 };

static struct fix at(int64_t time_s, bool is_locked)
{
    struct fix f = {.rcv_time_s = time_s + 3};
    fix_set_time(&f, time_s);
    fix_set_position(&f, 310000000, 1210000000, is_locked);
    return f;
}

static void assert_before(const struct fix *a, const struct fix *b)
{
    assert_true(fix_order(a, NO_EXTRAS, b, NO_EXTRAS) < 0);
    assert_true(fix_order(b, NO_EXTRAS, a, NO_EXTRAS) > 0);
}

static void time_comes_before_all_else(void **state)
{
    (void)state;
    struct fix heartbeat = {.gps_time_s = TIME_S, .rcv_time_s = TIME_S + 90};
    struct fix next = at(TIME_S + 1, true);
    assert_before(&heartbeat, &next);
}

static void a_second_has_its_best_positions_first(void **state)
{
    (void)state;
    struct fix fixes[6] = {at(TIME_S, true),
                           at(TIME_S, true),
                           at(TIME_S, false),
                           at(TIME_S, false),
                           {.rcv_time_s = TIME_S}};
    fixes[1].alarms = ALARM_BIT(SOS);
    fixes[3].source = FIX_LBS;
    fix_set_time(&fixes[4], TIME_S);
    fixes[5] = (struct fix){.gps_time_s = TIME_S, .rcv_time_s = TIME_S};
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = i + 1; k < 6; k++) {
            assert_before(&fixes[i], &fixes[k]);
        }
    }
}

/* When they came is of no weight, but for those that have no time of their own. */
static void arrival_orders_the_untimed_alone(void **state)
{
    (void)state;
    struct fix a = at(TIME_S, true);
    struct fix b = a;
    a.satellites = 7;
    a.has |= FIX_HAS_SATELLITES;
    b.satellites = 9;
    b.has |= FIX_HAS_SATELLITES;
    assert_before(&a, &b);
    a.rcv_time_s += 100;
    assert_before(&a, &b);
    struct fix first = {.gps_time_s = TIME_S, .rcv_time_s = TIME_S + 5, .battery_percent = 90};
    struct fix second = {.gps_time_s = TIME_S, .rcv_time_s = TIME_S + 6, .battery_percent = 10};
    first.has = FIX_HAS_BATTERY_PERCENT;
    second.has = FIX_HAS_BATTERY_PERCENT;
    assert_before(&first, &second);
    second.rcv_time_s = first.rcv_time_s; /* whichever came first stays there */
    assert_int_equal(fix_order(&first, NO_EXTRAS, &second, NO_EXTRAS), 0);
    assert_int_equal(fix_order(&second, NO_EXTRAS, &first, NO_EXTRAS), 0);
}

static void repeats_are_equal_and_others_are_not(void **state)
{
    (void)state;
    static const uint8_t value[] = {1, 2, 3};
    struct fix a = at(TIME_S, true);
    struct fix b = a;
    b.rcv_time_s += 3600;
    b.flags |= FIX_REUPLOAD;
    b.alarms_told = ALARM_BIT(SOS);
    b.has |= FIX_HAS_ALARMS_TOLD;
    assert_true(fix_is_repeat(&a, &b));
    assert_int_equal(fix_order(&a, NO_EXTRAS, &b, NO_EXTRAS), 0);
    const struct bytes extras = {value, sizeof(value)};
    const struct bytes fewer = {value, sizeof(value) - 1};
    assert_int_not_equal(fix_order(&a, extras, &b, NO_EXTRAS), 0);
    assert_true(fix_order(&a, fewer, &b, extras) < 0);
    assert_true(fix_order(&a, extras, &b, fewer) > 0);
}

/* Records say the same as what is packed in them. */
static void records_are_ordered_alike(void **state)
{
    (void)state;
    uint8_t room[2][PACK_FIX_MAX];
    struct bytes body[2];
    struct fix fixes[2] = {at(TIME_S, true), at(TIME_S, false)};
    for (size_t i = 0; i < 2; i++) {
        int64_t time_s = 0;
        struct writer w = writer_init(room[i], sizeof(room[i]));
        pack_fix(&w, &fixes[i]);
        struct reader r = reader_init(writer_bytes(&w));
        assert_true(pack_next(&r, &body[i], &time_s));
    }
    assert_true(fix_order_packed(body[0], body[1]) < 0);
    assert_true(fix_order_packed(body[1], body[0]) > 0);
    assert_int_equal(fix_order_packed(body[0], body[0]), 0);
}

/* Where the arrival is all the time there is, the right clock comes behind the wrong one. */
static void fixes_that_stand_at_their_arrival_come_first(void **state)
{
    (void)state;
    struct fix wrong = at(TIME_S, true);
    struct fix other = at(TIME_S, true);
    const struct fix right = at(TIME_S, true);
    wrong.flags |= FIX_TIME_REPLACED;
    wrong.lat_e7 += 900;
    other.flags |= FIX_TIME_REPLACED;
    other.alarms = ALARM_BIT(SOS);
    assert_before(&wrong, &right);
    assert_before(&other, &right);
    assert_int_equal(fix_order(&wrong, NO_EXTRAS, &other, NO_EXTRAS), 0);
    assert_int_equal(fix_order(&other, NO_EXTRAS, &wrong, NO_EXTRAS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_comes_before_all_else),
        cmocka_unit_test(a_second_has_its_best_positions_first),
        cmocka_unit_test(arrival_orders_the_untimed_alone),
        cmocka_unit_test(fixes_that_stand_at_their_arrival_come_first),
        cmocka_unit_test(repeats_are_equal_and_others_are_not),
        cmocka_unit_test(records_are_ordered_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
