#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "fleet/fix_fixture.h"
#include "fleet/pack.h"

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

/* A fix with everything in it, each varint as long as it gets. */
static struct fix longest_fix(void)
{
    struct fix fix;
    memset(&fix, 0xff, sizeof(fix));
    fix.gps_time_s = INT64_MIN;
    fix.rcv_time_s = 0; /* as far away as can be */
    fix.original_time_s = 0x4000000000000000;
    fix.has = 0x80000000U | FIX_HAS_TIME; /* the mask must announce every member */
    fix.lat_e7 = INT32_MIN;
    fix.lon_e7 = INT32_MIN;
    fix.altitude_dm = INT32_MIN;
    fix.source = FIX_WIFI;
    fix.lock = FIX_LOCK_COUNT - 1;
    fix.temperature_count = FIX_TEMPERATURES_MAX;
    fix.wifi_count = FIX_WIFI_MAX;
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        fix.temperature_c_e2[i] = INT16_MIN;
    }
    memset(fix.iccid, '9', sizeof(fix.iccid));
    fix.iccid[FIX_ICCID_SIZE - 1] = '\0';
    return fix;
}

static void the_longest_fits(void **state)
{
    uint8_t room[PACK_STATE_MAX];
    struct fix fix = longest_fix();
    (void)state;
    assert_comes_back(&fix);
    struct fold_state s = {
        .current = fix,
        .odometer_m_e2 = UINT64_MAX,
        .base_m_e2 = UINT64_MAX,
        .counter_m = UINT64_MAX,
        .counter_known = true,
        .motion = MOTION_STILL,
        .motion_since_s = 0,
        .position_time_s = 0,
        .anchor_lat_e7 = INT32_MAX,
        .anchor_lon_e7 = INT32_MAX,
        .anchor_time_s = 0,
        .locked_lat_e7 = INT32_MIN,
        .locked_lon_e7 = INT32_MIN,
        .held_gap_s = UINT32_MAX,
        .gap_count = FOLD_GAPS_MAX,
    };
    memset(s.gaps_s, 0xff, sizeof(s.gaps_s));
    for (uint32_t i = 0; i < WATCH_MAX; i++) {
        struct watch_entry *e = watch_add(&s.watch, WATCH_INSIDE, UINT32_MAX - i);
        *e = (struct watch_entry){.since_s = INT64_MIN,
                                  .last_s = INT64_MAX,
                                  .subject = UINT32_MAX - i,
                                  .count = UINT16_MAX,
                                  .kind = WATCH_INSIDE,
                                  .phase = WATCH_ENDED,
                                  .held_by = WATCH_BY_DEVICE | WATCH_BY_RULE | WATCH_FADES};
    }
    s.fuel = (struct fuel){.refuelled_ml = UINT64_MAX,
                           .turn_ml = UINT32_MAX,
                           .count = FUEL_READINGS_MAX,
                           .is_rising = true};
    for (size_t i = 0; i < FUEL_READINGS_MAX; i++) {
        s.fuel.readings[i].level_ml = UINT32_MAX;
    }
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, &s);
    assert_true(writer_ok(&w));
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

/* A generator of our own, so that a failure can be repeated (Marsaglia, xorshift64). */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A number of any length: as likely small as large. */
static uint64_t any(uint64_t *seed)
{
    uint64_t v = next_random(seed);
    return v >> next_random(seed) % 64;
}

static struct fix random_fix(uint64_t *seed)
{
    struct fix f = {
        .gps_time_s = (int64_t)any(seed),
        .original_time_s = next_random(seed) % 4 == 0 ? (int64_t)any(seed) : 0,
        .rcv_time_s = (int64_t)any(seed),
        .has = (uint32_t)any(seed),
        .flags = (uint32_t)any(seed),
        .lat_e7 = (int32_t)any(seed),
        .lon_e7 = (int32_t)any(seed),
        .speed_kmh_e2 = (uint32_t)any(seed),
        .course_cdeg = (uint16_t)any(seed),
        .source = (uint8_t)(any(seed) % 3),
        .gsm = (uint8_t)any(seed),
        .lock = (uint8_t)(any(seed) % FIX_LOCK_COUNT),
        .odometer_m = any(seed),
        .alarms = (uint32_t)any(seed),
        .cell = {(uint16_t)any(seed), (uint16_t)any(seed), (uint32_t)any(seed), any(seed)},
        .temperature_count = (uint8_t)(any(seed) % (FIX_TEMPERATURES_MAX + 1)),
    };
    for (size_t i = 0; i < f.temperature_count; i++) {
        f.temperature_c_e2[i] = (int16_t)any(seed);
    }
    return f;
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

static void add_entry(struct watch *w, uint64_t *seed)
{
    uint8_t kind = (uint8_t)(any(seed) % (WATCH_DRIVING + 1));
    uint32_t subject = (uint32_t)any(seed);
    struct watch_entry *e =
        watch_look(w, kind, subject) == NULL ? watch_add(w, kind, subject) : NULL;
    if (e != NULL) {
        e->since_s = (int64_t)any(seed);
        e->last_s = (int64_t)any(seed);
        e->count = (uint16_t)any(seed);
        e->phase = (uint8_t)(any(seed) % (WATCH_ENDED + 1));
        e->held_by = (uint8_t)(any(seed) % 8);
    }
}

static struct fold_state random_state(uint64_t *seed)
{
    struct fold_state s = {
        .current = random_fix(seed),
        .odometer_m_e2 = any(seed),
        .counter_m = any(seed),
        .counter_known = any(seed) % 2 == 0,
        .motion = (enum motion)(any(seed) % (MOTION_STILL + 1)),
        .motion_since_s = (int64_t)any(seed),
        .position_time_s = (int64_t)any(seed),
        .anchor_lat_e7 = (int32_t)any(seed),
        .anchor_lon_e7 = (int32_t)any(seed),
        .anchor_time_s = (int64_t)any(seed),
        .locked_lat_e7 = (int32_t)any(seed),
        .locked_lon_e7 = (int32_t)any(seed),
        .held_gap_s = (uint32_t)any(seed),
        .gap_count = (uint8_t)(any(seed) % (FOLD_GAPS_MAX + 1)),
    };
    for (size_t i = 0; i < s.gap_count; i++) {
        s.gaps_s[i] = (uint32_t)any(seed);
    }
    for (size_t n = any(seed) % (WATCH_MAX + 1); n > 0; n--) {
        add_entry(&s.watch, seed);
    }
    s.active_alarms = watch_open_alarms(&s.watch);
    s.base_m_e2 = any(seed) % 2 == 0 ? any(seed) : 0;
    s.fuel.count = (uint8_t)(any(seed) % (FUEL_READINGS_MAX + 1));
    for (size_t i = 0; i < s.fuel.count; i++) {
        s.fuel.readings[i] = (struct fuel_reading){(int64_t)any(seed), (uint32_t)any(seed)};
    }
    if (s.fuel.count > 0) {
        s.fuel.turn_ml = (uint32_t)any(seed);
        s.fuel.refuelled_ml = any(seed);
        s.fuel.is_rising = any(seed) % 2 == 0;
        s.fuel.risen_s = s.fuel.is_rising ? (int64_t)any(seed) : 0;
    }
    return s;
}

static bool same_fuel(const struct fuel *a, const struct fuel *b)
{
    bool same = a->count == b->count && a->turn_ml == b->turn_ml &&
                a->refuelled_ml == b->refuelled_ml && a->is_rising == b->is_rising &&
                a->risen_s == b->risen_s;
    for (size_t i = 0; i < a->count && same; i++) {
        same = a->readings[i].time_s == b->readings[i].time_s &&
               a->readings[i].level_ml == b->readings[i].level_ml;
    }
    return same;
}

static bool same_state(const struct fold_state *a, const struct fold_state *b)
{
    return kit_same_fix(&a->current, &b->current) && a->odometer_m_e2 == b->odometer_m_e2 &&
           a->base_m_e2 == b->base_m_e2 && same_fuel(&a->fuel, &b->fuel) &&
           a->counter_m == b->counter_m && a->counter_known == b->counter_known &&
           a->motion == b->motion && a->motion_since_s == b->motion_since_s &&
           a->position_time_s == b->position_time_s && a->anchor_lat_e7 == b->anchor_lat_e7 &&
           a->anchor_lon_e7 == b->anchor_lon_e7 && a->anchor_time_s == b->anchor_time_s &&
           a->active_alarms == b->active_alarms && a->held_gap_s == b->held_gap_s &&
           a->locked_lat_e7 == b->locked_lat_e7 && a->locked_lon_e7 == b->locked_lon_e7 &&
           a->watch.count == b->watch.count &&
           memcmp(a->watch.at, b->watch.at, sizeof(a->watch.at)) == 0 &&
           a->gap_count == b->gap_count && memcmp(a->gaps_s, b->gaps_s, sizeof(a->gaps_s)) == 0;
}

static void random_states(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        uint8_t room[PACK_STATE_MAX];
        struct fold_state s = random_state(&seed);
        struct fold_state back;
        struct writer w = writer_init(room, sizeof(room));
        pack_state(&w, &s);
        assert_int_equal(unpack_state(writer_bytes(&w), &back), ERR_OK);
        assert_true(same_state(&s, &back));
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

    uint8_t whole[PACK_STATE_MAX + 1] = {0};
    struct fold_state s = {.current = kit_fix(KIT_TIME_S),
                           .gap_count = 2,
                           .base_m_e2 = 7,
                           .fuel = {.count = 2, .turn_ml = 9}};
    (void)watch_add(&s.watch, WATCH_INSIDE, 7);
    struct fold_state out;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    for (size_t n = 0; n < w.len; n++) {
        assert_int_equal(unpack_state((struct bytes){whole, n}, &out), ERR_CORRUPT);
    }
    assert_int_equal(unpack_state((struct bytes){whole, w.len + 1}, &out), ERR_CORRUPT);
    whole[0] = 6; /* a version this program does not know */
    assert_int_equal(unpack_state((struct bytes){whole, w.len}, &out), ERR_CORRUPT);
}

/* A state whose last position with lock is the one that it shows. */
static struct fold_state locked_state(void)
{
    struct fold_state s = {.current = kit_fix(KIT_TIME_S), .motion = MOTION_MOVING};
    s.locked_lat_e7 = s.current.lat_e7;
    s.locked_lon_e7 = s.current.lon_e7;
    return s;
}

/* As the first version wrote it: no held gap behind the gaps. */
static void a_state_of_version_1(void **state)
{
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    (void)state;
    s.counter_known = true;
    s.gap_count = 1;
    s.gaps_s[0] = UINT16_MAX;
    s.active_alarms = ALARM_BIT(REMOVAL);
    pack_state(&w, &s);
    whole[0] = 1;
    assert_int_equal(unpack_state((struct bytes){whole, w.len}, &out), ERR_CORRUPT);
    assert_int_equal(unpack_state((struct bytes){whole, w.len - 1}, &out), ERR_OK);
    assert_int_equal(out.active_alarms, ALARM_BIT(REMOVAL));
    assert_int_equal(watch_look(&out.watch, ALARM_REMOVAL, 0)->since_s, KIT_TIME_S);
    assert_int_equal(out.locked_lat_e7, out.current.lat_e7);
    assert_true(out.counter_known);
    assert_int_equal(out.gaps_s[0], UINT16_MAX);
    assert_int_equal(out.held_gap_s, 0);
}

/* As version 4 wrote it: neither a base nor fuel, and no flags that tell of them. */
static void a_state_of_version_4(void **state)
{
    uint8_t whole[PACK_STATE_MAX] = {0};
    struct fold_state s = locked_state();
    struct fold_state out;
    (void)state;
    s.counter_known = true;
    s.held_gap_s = 700;
    s.odometer_m_e2 = 12345600;
    struct writer w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    whole[0] = 4;
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    assert_int_equal(out.held_gap_s, 700);
    assert_int_equal(out.odometer_m_e2, 12345600);
    assert_int_equal(fold_travelled_m_e2(&out), 12345600);
    s.base_m_e2 = 12300000;
    w = writer_init(whole, PACK_STATE_MAX);
    pack_state(&w, &s);
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_OK);
    assert_int_equal(fold_travelled_m_e2(&out), 45600);
    whole[0] = 4;
    assert_int_equal(unpack_state(writer_bytes(&w), &out), ERR_CORRUPT);
}

/* A device without fuel and counter takes no byte for them. */
static void what_is_not_told_takes_no_room(void **state)
{
    uint8_t a_room[PACK_STATE_MAX];
    uint8_t b_room[PACK_STATE_MAX];
    struct fold_state s = locked_state();
    (void)state;
    struct writer a = writer_init(a_room, sizeof(a_room));
    struct writer b = writer_init(b_room, sizeof(b_room));
    pack_state(&a, &s);
    s.fuel = (struct fuel){.count = 1, .turn_ml = 40000};
    s.fuel.readings[0] = (struct fuel_reading){KIT_TIME_S, 40000};
    pack_state(&b, &s);
    assert_true(a.len < b.len);
    assert_int_equal(a_room[a.len - 1], 0); /* the held gap is the last */
    assert_in_range(b.len - a.len, 1, 12);
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
        cmocka_unit_test(random_states),
        cmocka_unit_test(cut_off_and_overlong),
        cmocka_unit_test(a_state_of_version_1),
        cmocka_unit_test(a_state_of_version_4),
        cmocka_unit_test(what_is_not_told_takes_no_room),
        cmocka_unit_test(damaged_bytes),
        cmocka_unit_test(records_beyond_their_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
