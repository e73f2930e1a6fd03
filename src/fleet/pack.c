/*
 * Packing: a report holds a dozen of the forty members of struct fix, so a record names what is
 * there and writes numbers as varints (LEB128, low seven bits first; signed ones zigzag).
 *
 *     length | gps_time | rcv_time - gps_time | has | mask | flags | members ...
 *      1..2      5              1                1..4   1      1..2
 *
 * A member is written when it is not zero. `mask` says where that differs from what `has` lets one
 * expect, so it is mostly 0: bits 0 to 5 are members that no `has` bit announces, bit 6 + n belongs
 * to bit n of `has`. A fix with time, position, speed 54.30 km/h, course 90 degrees, 11 satellites,
 * ignition on:
 *
 *     1a                  26 bytes follow
 *     80 d3 9c b0 0d      gps_time 1795396800 = 3590793600 / 2 (zigzag)
 *     04                  received 2 s later
 *     fb 01               has = TIME POSITION SPEED COURSE SATELLITES GSM IGNITION
 *     80 20               mask: bit 12 = 6 + 6, GSM, although announced, is 0
 *     41                  flags = VALID IGNITION_ON
 *     c0 96 cc f0 02      lat_e7 386500000 = 773000000 / 2
 *     80 e1 bc e2 08      lon_e7 1177000000
 *     b6 2a               speed 5430
 *     a8 46               course 9000
 *     0b                  11 satellites
 *
 * Numbers come in the order of FIX_MAP, behind them ICCID, original time, temperatures, wifi and,
 * to the end of the record, the extra values (model/extra.c).
 *
 * A state is a version byte, the record of its newest fix and the rest of the struct, its times and
 * its anchor as differences from that fix; the base, the fuel, the last position with lock and the
 * watch follow where there are any. Version 1 has no held gap, versions 1 and 4 have nothing behind
 * it. A stored number never changes its meaning: what is added gets a new version byte here or in
 * the journal.
 *
 * A watch is the number of its entries and each of them. `how` is its phase in bits 0 and 1, who
 * holds it in bits 2 to 4, and bit 5 where `last` is there.
 *
 *     kind | how | subject | count | since - gps_time | [last - since]
 *       1     1     1..5      1..3        1..5              1..10
 */
#include "fleet/pack.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/wrap.h"

enum { STATE_VERSION_FIRST = 1, STATE_VERSION_HELD = 4, STATE_VERSION = 5 };
/* 2 and 3 are stamps of store/stamp.c */

/* What follows in a state, and a switch; versions 1 and 4 know the first alone. */
enum {
    STATE_COUNTER_KNOWN = 1 << 0,
    STATE_HAS_BASE = 1 << 1,
    STATE_HAS_FUEL = 1 << 2,
    STATE_HAS_LOCK = 1 << 3, /* the last position with lock is not the one that is shown */
    STATE_HAS_WATCH = 1 << 4,
    STATE_FLAGS = (1 << 5) - 1,
};
enum { HAS_SHIFT = 6, BODY_MAX = PACK_REPORT_MAX - 2, VARINT_ROOM = 10 };

/* Members without a `has` bit. */
enum {
    ALSO_SOURCE = 1 << 0,
    ALSO_ALARMS = 1 << 1,
    ALSO_ORIGINAL_TIME = 1 << 2,
    ALSO_TEMPERATURES = 1 << 3,
    ALSO_WIFI = 1 << 4,
    ALSO_EXTRAS = 1 << 5,
};

/* Bits of the mask: those of `has`, and those of parts that have none there. */
#define HAS(name)        ((uint64_t)FIX_HAS_##name << HAS_SHIFT)
#define MASK_POSITION    HAS(POSITION)
#define MASK_CELL        HAS(CELL)
#define MASK_ALARMS_TOLD HAS(ALARMS_TOLD)
#define MASK_SOURCE      ALSO_SOURCE
#define MASK_ALARMS      ALSO_ALARMS

enum width { AS_uint8_t, AS_uint16_t, AS_uint32_t, AS_uint64_t, AS_int32_t };

static const struct member {
    uint64_t bit; /* of the mask */
    uint16_t offset;
    uint16_t width;
} members[] = {
#define NUMBER(member, type, has, ...)  {HAS(has), offsetof(struct fix, member), AS_##type},
#define BY_HAND(place, type, name, ...) {MASK_##name, offsetof(struct fix, place), AS_##type},
    FIX_MAP(NUMBER, BY_HAND, FIX_NO_ROW)
#undef NUMBER
#undef BY_HAND
};

enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

/* The bits of the mask that `has` announces. */
#define NUMBER(member, type, has, ...) | HAS(has)
static const uint64_t announced = HAS(POSITION) | HAS(ICCID) | HAS(CELL) |
                                  HAS(ALARMS_TOLD) FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW);
#undef NUMBER
static const uint64_t unannounced =
    ALSO_SOURCE | ALSO_ALARMS | ALSO_ORIGINAL_TIME | ALSO_TEMPERATURES | ALSO_WIFI | ALSO_EXTRAS;

/* ---- one number ---- */

/* A member's value; of int32_t its two's complement in 64 bits. */
static uint64_t member_get(const struct fix *fix, const struct member *m)
{
    const uint8_t *at = (const uint8_t *)fix + m->offset;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    switch ((enum width)m->width) {
    case AS_uint8_t:
        return *at;
    case AS_uint16_t:
        memcpy(&u16, at, sizeof(u16));
        return u16;
    case AS_uint32_t:
        memcpy(&u32, at, sizeof(u32));
        return u32;
    case AS_int32_t:
        memcpy(&u32, at, sizeof(u32));
        return (uint64_t)(int64_t)(int32_t)u32;
    case AS_uint64_t:
        memcpy(&u64, at, sizeof(u64));
        return u64;
    }
    return 0;
}

/* A number of 0 to `max`; beyond it the reader fails. */
static uint64_t read_upto(struct reader *r, uint64_t max)
{
    uint64_t v = read_varint(r);
    r->failed = r->failed || v > max;
    return r->failed ? 0 : v;
}

static int32_t read_i32(struct reader *r)
{
    int64_t v = read_varint_signed(r);
    r->failed = r->failed || v < INT32_MIN || v > INT32_MAX;
    return r->failed ? 0 : (int32_t)v;
}

static void member_read(struct reader *r, const struct member *m, struct fix *out)
{
    uint8_t *at = (uint8_t *)out + m->offset;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    switch ((enum width)m->width) {
    case AS_uint8_t:
        *at = (uint8_t)read_upto(r, UINT8_MAX);
        break;
    case AS_uint16_t:
        u16 = (uint16_t)read_upto(r, UINT16_MAX);
        memcpy(at, &u16, sizeof(u16));
        break;
    case AS_uint32_t:
        u32 = (uint32_t)read_upto(r, UINT32_MAX);
        memcpy(at, &u32, sizeof(u32));
        break;
    case AS_int32_t:
        u32 = (uint32_t)read_i32(r);
        memcpy(at, &u32, sizeof(u32));
        break;
    case AS_uint64_t:
        u64 = read_varint(r);
        memcpy(at, &u64, sizeof(u64));
        break;
    }
}

/* ---- a fix ---- */

static size_t iccid_len(const struct fix *fix)
{
    size_t n = sizeof(fix->iccid);
    while (n > 0 && fix->iccid[n - 1] == '\0') {
        n--;
    }
    return n;
}

static uint64_t present_bits(const struct fix *fix)
{
    uint64_t present = 0;
#define NUMBER(member, type, has, bit, ...)                                                        \
    present |= (uint64_t)(fix->member != 0) << (HAS_SHIFT + (bit));
#define BY_HAND(place, type, name, ...) present |= (0 - (uint64_t)(fix->place != 0)) & MASK_##name;
    FIX_MAP(NUMBER, BY_HAND, FIX_NO_ROW)
#undef NUMBER
#undef BY_HAND
    present |= iccid_len(fix) > 0 ? HAS(ICCID) : 0;
    present |= fix->original_time_s != 0 ? ALSO_ORIGINAL_TIME : 0;
    present |= fix->temperature_count > 0 ? ALSO_TEMPERATURES : 0;
    present |= fix->wifi_count > 0 ? ALSO_WIFI : 0;
    return present;
}

static void write_temperatures(struct writer *w, const struct fix *fix)
{
    check(fix->temperature_count <= FIX_TEMPERATURES_MAX);
    write_u8(w, fix->temperature_count);
    for (size_t i = 0; i < fix->temperature_count; i++) {
        write_varint_signed(w, fix->temperature_c_e2[i]);
    }
}

static void write_wifi(struct writer *w, const struct fix *fix)
{
    check(fix->wifi_count <= FIX_WIFI_MAX);
    write_u8(w, fix->wifi_count);
    for (size_t i = 0; i < fix->wifi_count; i++) {
        write_bytes(w, (struct bytes){fix->wifi[i].mac, sizeof(fix->wifi[i].mac)});
        write_u8(w, (uint8_t)fix->wifi[i].rssi_dbm);
    }
}

static void write_members(struct writer *w, const struct fix *fix, uint64_t present)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct member *m = &members[i];
        if ((present & m->bit) == 0) {
            continue;
        }
        uint64_t v = member_get(fix, m);
        if (m->width == AS_int32_t) {
            write_varint_signed(w, (int64_t)v);
        } else {
            write_varint(w, v);
        }
    }
    if ((present & HAS(ICCID)) != 0) {
        size_t n = iccid_len(fix);
        write_u8(w, (uint8_t)n);
        write_bytes(w, (struct bytes){(const uint8_t *)fix->iccid, n});
    }
    if ((present & ALSO_ORIGINAL_TIME) != 0) {
        write_varint_signed(w, wrap_minus(fix->original_time_s, fix->gps_time_s));
    }
    if ((present & ALSO_TEMPERATURES) != 0) {
        write_temperatures(w, fix);
    }
    if ((present & ALSO_WIFI) != 0) {
        write_wifi(w, fix);
    }
}

void pack_report(struct writer *w, const struct fix *fix, struct bytes extras)
{
    uint8_t body[BODY_MAX + VARINT_ROOM]; /* room, so that no varint comes near the end */
    struct writer b = writer_init(body, sizeof(body));
    uint64_t present = present_bits(fix) | (extras.len > 0 ? ALSO_EXTRAS : 0);
    uint64_t expected = (uint64_t)fix->has << HAS_SHIFT & announced;
    write_varint_signed(&b, fix->gps_time_s);
    write_varint_signed(&b, wrap_minus(fix->rcv_time_s, fix->gps_time_s));
    write_varint(&b, fix->has);
    write_varint(&b, present ^ expected);
    write_varint(&b, fix->flags);
    write_members(&b, fix, present);
    if (extras.len > 0) {
        write_bytes(&b, extras);
    }
    check(writer_ok(&b) && b.len <= BODY_MAX);
    write_varint(w, b.len);
    write_bytes(w, writer_bytes(&b));
}

void pack_fix(struct writer *w, const struct fix *fix)
{
    pack_report(w, fix, (struct bytes){0});
}

static void read_iccid(struct reader *r, struct fix *out)
{
    size_t n = (size_t)read_upto(r, sizeof(out->iccid));
    struct bytes text = read_bytes(r, n);
    if (text.len > 0) {
        memcpy(out->iccid, text.at, text.len);
    }
    /* Printed as text, so the NUL at its end must be there. */
    r->failed = r->failed || out->iccid[sizeof(out->iccid) - 1] != '\0';
}

static void read_temperatures(struct reader *r, struct fix *out)
{
    out->temperature_count = (uint8_t)read_upto(r, FIX_TEMPERATURES_MAX);
    for (size_t i = 0; i < out->temperature_count; i++) {
        int32_t v = read_i32(r);
        r->failed = r->failed || v < INT16_MIN || v > INT16_MAX;
        if (!r->failed) {
            out->temperature_c_e2[i] = (int16_t)v;
        }
    }
}

static void read_wifi(struct reader *r, struct fix *out)
{
    out->wifi_count = (uint8_t)read_upto(r, FIX_WIFI_MAX);
    for (size_t i = 0; i < out->wifi_count; i++) {
        struct bytes mac = read_bytes(r, sizeof(out->wifi[i].mac));
        if (mac.len > 0) {
            memcpy(out->wifi[i].mac, mac.at, mac.len);
        }
        out->wifi[i].rssi_dbm = (int8_t)read_u8(r);
    }
}

static void read_members(struct reader *r, struct fix *out, uint64_t present)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if ((present & members[i].bit) != 0) {
            member_read(r, &members[i], out);
        }
    }
    if ((present & HAS(ICCID)) != 0) {
        read_iccid(r, out);
    }
    if ((present & ALSO_ORIGINAL_TIME) != 0) {
        out->original_time_s = wrap_plus(out->gps_time_s, read_varint_signed(r));
    }
    if ((present & ALSO_TEMPERATURES) != 0) {
        read_temperatures(r, out);
    }
    if ((present & ALSO_WIFI) != 0) {
        read_wifi(r, out);
    }
}

bool pack_next(struct reader *r, struct bytes *body, int64_t *time_s)
{
    if (reader_left(r) == 0) {
        return false;
    }
    *body = read_bytes(r, (size_t)read_upto(r, BODY_MAX));
    struct reader b = reader_init(*body);
    *time_s = read_varint_signed(&b);
    r->failed = r->failed || !reader_ok(&b);
    return reader_ok(r);
}

enum err unpack_report(struct bytes body, struct fix *out, struct bytes *extras)
{
    struct reader r = reader_init(body);
    *out = (struct fix){0};
    *extras = (struct bytes){0};
    out->gps_time_s = read_varint_signed(&r);
    out->rcv_time_s = wrap_plus(out->gps_time_s, read_varint_signed(&r));
    out->has = (uint32_t)read_upto(&r, UINT32_MAX);
    uint64_t mask = read_upto(&r, announced | unannounced);
    out->flags = (uint32_t)read_upto(&r, UINT32_MAX);
    read_members(&r, out, mask ^ ((uint64_t)out->has << HAS_SHIFT & announced));
    if ((mask & ALSO_EXTRAS) != 0) {
        *extras = read_rest(&r);
        r.failed = r.failed || extras->len == 0 || !extras_are_sound(*extras);
    }
    bool sound = reader_ok(&r) && reader_left(&r) == 0 &&
                 (mask & ~(announced | unannounced)) == 0 && out->source <= FIX_WIFI &&
                 out->lock < FIX_LOCK_COUNT;
    return sound ? ERR_OK : ERR_CORRUPT;
}

enum err unpack_fix(struct bytes body, struct fix *out)
{
    struct bytes extras;
    enum err e = unpack_report(body, out, &extras);
    return e == ERR_OK && extras.len > 0 ? ERR_CORRUPT : e;
}

/* ---- a state ---- */

static void pack_fuel(struct writer *w, const struct fuel *fuel, int64_t now_s)
{
    check(fuel->count <= FUEL_READINGS_MAX);
    write_u8(w, fuel->count);
    for (size_t i = 0; i < fuel->count; i++) {
        write_varint_signed(w, wrap_minus(fuel->readings[i].time_s, now_s));
        write_varint(w, fuel->readings[i].level_ml);
    }
    write_varint(w, fuel->turn_ml);
    write_varint(w, fuel->refuelled_ml);
    write_u8(w, fuel->is_rising ? 1 : 0);
    if (fuel->is_rising) {
        write_varint_signed(w, wrap_minus(fuel->risen_s, now_s));
    }
}

enum { HOW_PHASE = 3, HOW_HELD_SHIFT = 2, HOW_HELD = 7, HOW_LAST = 1 << 5, HOW_MOST = 63 };

static void write_watch(struct writer *w, const struct fold_state *state)
{
    int64_t now_s = state->current.gps_time_s;
    check(state->watch.count <= WATCH_MAX);
    write_u8(w, state->watch.count);
    for (size_t i = 0; i < state->watch.count; i++) {
        const struct watch_entry *e = &state->watch.at[i];
        write_u8(w, e->kind);
        write_u8(w, (uint8_t)(e->phase | e->held_by << HOW_HELD_SHIFT |
                              (e->last_s != 0 ? HOW_LAST : 0)));
        write_varint(w, e->subject);
        write_varint(w, e->count);
        write_varint_signed(w, wrap_minus(e->since_s, now_s));
        if (e->last_s != 0) {
            write_varint_signed(w, wrap_minus(e->last_s, e->since_s));
        }
    }
}

/* Whether the position that is shown is of GPS with lock; then it is the last one. */
static bool shows_lock(const struct fix *now)
{
    return fix_has_position(now) && now->source == FIX_GPS && (now->flags & FIX_VALID) != 0;
}

static bool has_lock(const struct fold_state *state)
{
    const struct fix *now = &state->current;
    int32_t lat_e7 = shows_lock(now) ? now->lat_e7 : 0;
    int32_t lon_e7 = shows_lock(now) ? now->lon_e7 : 0;
    return state->locked_lat_e7 != lat_e7 || state->locked_lon_e7 != lon_e7;
}

void pack_state(struct writer *w, const struct fold_state *state)
{
    const struct fix *now = &state->current;
    bool has_base = state->base_m_e2 != 0;
    bool has_fuel = state->fuel.count > 0;
    bool has_watch = state->watch.count > 0;
    write_u8(w, STATE_VERSION);
    pack_fix(w, now);
    write_varint(w, state->odometer_m_e2);
    write_varint(w, state->counter_m);
    write_u8(w,
             (uint8_t)((state->counter_known ? STATE_COUNTER_KNOWN : 0) |
                       (has_base ? STATE_HAS_BASE : 0) | (has_fuel ? STATE_HAS_FUEL : 0) |
                       (has_lock(state) ? STATE_HAS_LOCK : 0) | (has_watch ? STATE_HAS_WATCH : 0)));
    write_u8(w, (uint8_t)state->motion);
    write_varint_signed(w, wrap_minus(state->motion_since_s, now->gps_time_s));
    write_varint_signed(w, wrap_minus(state->position_time_s, now->gps_time_s));
    write_varint_signed(w, (int64_t)state->anchor_lat_e7 - now->lat_e7);
    write_varint_signed(w, (int64_t)state->anchor_lon_e7 - now->lon_e7);
    write_varint_signed(w, wrap_minus(state->anchor_time_s, now->gps_time_s));
    write_varint(w, state->active_alarms);
    check(state->gap_count <= FOLD_GAPS_MAX);
    write_u8(w, state->gap_count);
    for (size_t i = 0; i < state->gap_count; i++) {
        write_varint(w, state->gaps_s[i]);
    }
    write_varint(w, state->held_gap_s);
    if (has_base) {
        write_varint(w, state->base_m_e2);
    }
    if (has_fuel) {
        pack_fuel(w, &state->fuel, now->gps_time_s);
    }
    if (has_lock(state)) {
        write_varint_signed(w, (int64_t)state->locked_lat_e7 - now->lat_e7);
        write_varint_signed(w, (int64_t)state->locked_lon_e7 - now->lon_e7);
    }
    if (has_watch) {
        write_watch(w, state);
    }
}

/* What was written as a difference from `base`; the sum of a sound one is an int32_t again. */
static int32_t read_beside(struct reader *r, int32_t base)
{
    int64_t v = wrap_plus(base, read_varint_signed(r));
    r->failed = r->failed || v < INT32_MIN || v > INT32_MAX;
    return r->failed ? 0 : (int32_t)v;
}

/* What pack_fuel() wrote. */
static void read_fuel(struct reader *r, int64_t now_s, struct fuel *out)
{
    out->count = (uint8_t)read_upto(r, FUEL_READINGS_MAX);
    r->failed = r->failed || out->count == 0;
    for (size_t i = 0; i < out->count; i++) {
        out->readings[i].time_s = wrap_plus(now_s, read_varint_signed(r));
        out->readings[i].level_ml = (uint32_t)read_upto(r, UINT32_MAX);
    }
    out->turn_ml = (uint32_t)read_upto(r, UINT32_MAX);
    out->refuelled_ml = read_varint(r);
    out->is_rising = read_upto(r, 1) != 0;
    out->risen_s = out->is_rising ? wrap_plus(now_s, read_varint_signed(r)) : 0;
}

static bool is_state_version(uint8_t version)
{
    return version == STATE_VERSION_FIRST || version == STATE_VERSION_HELD ||
           version == STATE_VERSION;
}

static void read_entry(struct reader *r, struct fold_state *out)
{
    uint8_t kind = read_u8(r);
    uint8_t how = read_u8(r);
    uint32_t subject = (uint32_t)read_upto(r, UINT32_MAX);
    bool is_sound = kind < WATCH_KINDS && how <= HOW_MOST && (how & HOW_PHASE) <= WATCH_ENDED &&
                    watch_look(&out->watch, kind, subject) == NULL;
    struct watch_entry *e = is_sound ? watch_add(&out->watch, kind, subject) : NULL;
    if (e == NULL) {
        r->failed = true;
        return;
    }
    e->phase = how & HOW_PHASE;
    e->held_by = how >> HOW_HELD_SHIFT & HOW_HELD;
    e->count = (uint16_t)read_upto(r, UINT16_MAX);
    e->since_s = wrap_plus(out->current.gps_time_s, read_varint_signed(r));
    e->last_s = (how & HOW_LAST) != 0 ? wrap_plus(e->since_s, read_varint_signed(r)) : 0;
}

static void read_watch(struct reader *r, struct fold_state *out)
{
    size_t count = (size_t)read_upto(r, WATCH_MAX);
    r->failed = r->failed || count == 0;
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        read_entry(r, out);
    }
}

/* What a state of before there was a watch knows of it. */
static void make_watch(struct fold_state *out, alarm_set active)
{
    int64_t now_s = out->current.gps_time_s;
    for (unsigned k = 0; k < ALARM_COUNT; k++) {
        struct watch_entry *e =
            (active >> k & 1) != 0 ? watch_add(&out->watch, (uint8_t)k, 0) : NULL;
        if (e != NULL) {
            e->since_s = now_s;
            e->last_s = now_s;
            e->count = 1;
            e->phase = WATCH_OPEN;
            e->held_by = WATCH_BY_DEVICE;
        }
    }
}

/* What stands at the end of a state, as far as the flags say. */
static void read_rest_of_state(struct reader *r, uint64_t flags, struct fold_state *out)
{
    const struct fix *now = &out->current;
    if ((flags & STATE_HAS_BASE) != 0) {
        out->base_m_e2 = read_varint(r);
    }
    if ((flags & STATE_HAS_FUEL) != 0) {
        read_fuel(r, now->gps_time_s, &out->fuel);
    }
    if ((flags & STATE_HAS_LOCK) != 0) {
        out->locked_lat_e7 = read_beside(r, now->lat_e7);
        out->locked_lon_e7 = read_beside(r, now->lon_e7);
    } else if (shows_lock(now)) {
        out->locked_lat_e7 = now->lat_e7;
        out->locked_lon_e7 = now->lon_e7;
    }
    if ((flags & STATE_HAS_WATCH) != 0) {
        read_watch(r, out);
    } else {
        make_watch(out, out->active_alarms);
    }
    out->active_alarms = watch_open_alarms(&out->watch);
}

enum err unpack_state(struct bytes packed, struct fold_state *out)
{
    struct reader r = reader_init(packed);
    struct bytes body = {0};
    int64_t now_s = 0;
    *out = (struct fold_state){0};
    uint8_t version = read_u8(&r);
    if (!is_state_version(version) || !pack_next(&r, &body, &now_s) ||
        unpack_fix(body, &out->current) != ERR_OK) {
        return ERR_CORRUPT;
    }
    out->odometer_m_e2 = read_varint(&r);
    out->counter_m = read_varint(&r);
    uint64_t flags = read_upto(&r, version == STATE_VERSION ? STATE_FLAGS : STATE_COUNTER_KNOWN);
    out->counter_known = (flags & STATE_COUNTER_KNOWN) != 0;
    out->motion = (enum motion)read_upto(&r, MOTION_STILL);
    out->motion_since_s = wrap_plus(now_s, read_varint_signed(&r));
    out->position_time_s = wrap_plus(now_s, read_varint_signed(&r));
    out->anchor_lat_e7 = read_beside(&r, out->current.lat_e7);
    out->anchor_lon_e7 = read_beside(&r, out->current.lon_e7);
    out->anchor_time_s = wrap_plus(now_s, read_varint_signed(&r));
    out->active_alarms = (alarm_set)read_upto(&r, UINT32_MAX);
    out->gap_count = (uint8_t)read_upto(&r, FOLD_GAPS_MAX);
    for (size_t i = 0; i < out->gap_count; i++) {
        out->gaps_s[i] = (uint32_t)read_upto(&r, UINT32_MAX);
    }
    out->held_gap_s = version == STATE_VERSION_FIRST ? 0 : (uint32_t)read_upto(&r, UINT32_MAX);
    read_rest_of_state(&r, flags, out);
    return reader_ok(&r) && reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}
