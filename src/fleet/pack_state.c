/*
 * A state of the fold as bytes: a version byte, the record of its newest fix (pack.c) and the rest
 * of the struct, its times and its anchor as differences from that fix; the base, the fuel, the
 * last position with lock and the watch follow where there are any. Version 1 has no held gap,
 * versions 1 and 4 have nothing behind it. A stored number never changes its meaning: what is added
 * gets a new version byte here or in the journal.
 *
 * Fuel is the number of its readings and each of them, the newest first, as differences from the
 * one before it here: of the first one the time is told from gps_time, the level from 0. In version
 * 5 the oldest comes first, each time is told from gps_time and each level, turn too, from 0.
 *
 *     count | time, level ... | turn - newest level | refuelled | rising | [risen - gps_time]
 *       1     1..10  1..5              1..5             1..10       1            1..10
 *
 * A tank read every 20 s, 40.0 l, falling by 10 ml at a time:
 *
 *     0a                  ten readings
 *     00 80 f1 04         now, 40000 ml = 80000 / 2 (zigzag)
 *     27 14               20 s before, 10 ml more
 *     ...
 *     00 00 00            turn is the newest level; nothing was put in, nor is it rising
 *
 * A watch is the number of its entries and each of them. `how` is its phase in bits 0 and 1, who
 * holds it in bits 2 to 4, and bit 5 where `last` is there.
 *
 *     kind | how | subject | count | since - gps_time | [last - since]
 *       1     1     1..5      1..3        1..5              1..10
 */
#include "fleet/pack.h"

#include "base/check.h"
#include "base/wrap.h"

enum { VERSION_FIRST = 1, VERSION_HELD = 4, VERSION_FUEL = 5, VERSION = 6 };
/* 2, 3 and 16 are stamps of store/stamp.c */

/* What follows in a state, and a switch; versions 1 and 4 know the first alone. */
enum {
    STATE_COUNTER_KNOWN = 1 << 0,
    STATE_HAS_BASE = 1 << 1,
    STATE_HAS_FUEL = 1 << 2,
    STATE_HAS_LOCK = 1 << 3, /* the last position with lock is not the one that is shown */
    STATE_HAS_WATCH = 1 << 4,
    STATE_FLAGS = (1 << 5) - 1,
};

/* ---- writing ---- */

static void pack_fuel(struct writer *w, const struct fuel *fuel, int64_t now_s)
{
    struct fuel_reading last = {.time_s = now_s};
    check(fuel->count <= FUEL_READINGS_MAX);
    write_u8(w, fuel->count);
    for (size_t i = fuel->count; i > 0; i--) {
        const struct fuel_reading *at = &fuel->readings[i - 1];
        write_varint_signed(w, wrap_minus(at->time_s, last.time_s));
        write_varint_signed(w, (int64_t)at->level_ml - last.level_ml);
        last = *at;
    }
    write_varint_signed(w, (int64_t)fuel->turn_ml - fuel->readings[fuel->count - 1].level_ml);
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
    write_u8(w, VERSION);
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

/* ---- reading ---- */

/* What was written as a difference from `base`; the sum of a sound one is an int32_t again. */
static int32_t read_beside(struct reader *r, int32_t base)
{
    int64_t v = wrap_plus(base, read_varint_signed(r));
    r->failed = r->failed || v < INT32_MIN || v > INT32_MAX;
    return r->failed ? 0 : (int32_t)v;
}

/* A level, as a difference from another one. */
static uint32_t read_level(struct reader *r, uint32_t from_ml)
{
    int64_t v = wrap_plus(from_ml, read_varint_signed(r));
    r->failed = r->failed || v < 0 || v > UINT32_MAX;
    return r->failed ? 0 : (uint32_t)v;
}

static void read_readings(struct reader *r, int64_t now_s, struct fuel *out)
{
    struct fuel_reading last = {.time_s = now_s};
    for (size_t i = out->count; i > 0; i--) {
        last.time_s = wrap_plus(last.time_s, read_varint_signed(r));
        last.level_ml = read_level(r, last.level_ml);
        out->readings[i - 1] = last;
    }
    out->turn_ml = read_level(r, out->count == 0 ? 0 : out->readings[out->count - 1].level_ml);
}

static void read_readings_5(struct reader *r, int64_t now_s, struct fuel *out)
{
    for (size_t i = 0; i < out->count; i++) {
        out->readings[i].time_s = wrap_plus(now_s, read_varint_signed(r));
        out->readings[i].level_ml = (uint32_t)read_varint_upto(r, UINT32_MAX);
    }
    out->turn_ml = (uint32_t)read_varint_upto(r, UINT32_MAX);
}

static void read_fuel(struct reader *r, uint8_t version, int64_t now_s, struct fuel *out)
{
    out->count = (uint8_t)read_varint_upto(r, FUEL_READINGS_MAX);
    r->failed = r->failed || out->count == 0;
    if (version == VERSION_FUEL) {
        read_readings_5(r, now_s, out);
    } else {
        read_readings(r, now_s, out);
    }
    fuel_settle(out);
    out->refuelled_ml = read_varint(r);
    out->is_rising = read_varint_upto(r, 1) != 0;
    out->risen_s = out->is_rising ? wrap_plus(now_s, read_varint_signed(r)) : 0;
}

static bool is_version(uint8_t version)
{
    return version == VERSION_FIRST || (version >= VERSION_HELD && version <= VERSION);
}

/* What a version lets the flags be. */
static uint64_t flags_of(uint8_t version)
{
    return version < VERSION_FUEL ? STATE_COUNTER_KNOWN : STATE_FLAGS;
}

static void read_entry(struct reader *r, struct fold_state *out)
{
    uint8_t kind = read_u8(r);
    uint8_t how = read_u8(r);
    uint32_t subject = (uint32_t)read_varint_upto(r, UINT32_MAX);
    bool is_sound = kind < WATCH_KINDS && how <= HOW_MOST && (how & HOW_PHASE) <= WATCH_ENDED &&
                    watch_look(&out->watch, kind, subject) == NULL;
    struct watch_entry *e = is_sound ? watch_add(&out->watch, kind, subject) : NULL;
    if (e == NULL) {
        r->failed = true;
        return;
    }
    e->phase = how & HOW_PHASE;
    e->held_by = how >> HOW_HELD_SHIFT & HOW_HELD;
    e->count = (uint16_t)read_varint_upto(r, UINT16_MAX);
    e->since_s = wrap_plus(out->current.gps_time_s, read_varint_signed(r));
    e->last_s = (how & HOW_LAST) != 0 ? wrap_plus(e->since_s, read_varint_signed(r)) : 0;
}

static void read_watch(struct reader *r, struct fold_state *out)
{
    size_t count = (size_t)read_varint_upto(r, WATCH_MAX);
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
static void read_rest_state(struct reader *r, uint8_t version, uint64_t flags,
                            struct fold_state *out)
{
    const struct fix *now = &out->current;
    if ((flags & STATE_HAS_BASE) != 0) {
        out->base_m_e2 = read_varint(r);
    }
    if ((flags & STATE_HAS_FUEL) != 0) {
        read_fuel(r, version, now->gps_time_s, &out->fuel);
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
    fold_state_init(out);
    uint8_t version = read_u8(&r);
    if (!is_version(version) || !pack_next(&r, &body, &now_s) ||
        unpack_fix(body, &out->current) != ERR_OK) {
        return ERR_CORRUPT;
    }
    out->odometer_m_e2 = read_varint(&r);
    out->counter_m = read_varint(&r);
    uint64_t flags = read_varint_upto(&r, flags_of(version));
    out->counter_known = (flags & STATE_COUNTER_KNOWN) != 0;
    out->motion = (enum motion)read_varint_upto(&r, MOTION_STILL);
    out->motion_since_s = wrap_plus(now_s, read_varint_signed(&r));
    out->position_time_s = wrap_plus(now_s, read_varint_signed(&r));
    out->anchor_lat_e7 = read_beside(&r, out->current.lat_e7);
    out->anchor_lon_e7 = read_beside(&r, out->current.lon_e7);
    out->anchor_time_s = wrap_plus(now_s, read_varint_signed(&r));
    out->active_alarms = (alarm_set)read_varint_upto(&r, UINT32_MAX);
    out->gap_count = (uint8_t)read_varint_upto(&r, FOLD_GAPS_MAX);
    for (size_t i = 0; i < out->gap_count; i++) {
        out->gaps_s[i] = (uint32_t)read_varint_upto(&r, UINT32_MAX);
    }
    out->held_gap_s = version == VERSION_FIRST ? 0 : (uint32_t)read_varint_upto(&r, UINT32_MAX);
    read_rest_state(&r, version, flags, out);
    return reader_ok(&r) && reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}
