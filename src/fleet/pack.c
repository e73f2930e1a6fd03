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
 */
#include "fleet/pack.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/wrap.h"

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
        *at = (uint8_t)read_varint_upto(r, UINT8_MAX);
        break;
    case AS_uint16_t:
        u16 = (uint16_t)read_varint_upto(r, UINT16_MAX);
        memcpy(at, &u16, sizeof(u16));
        break;
    case AS_uint32_t:
        u32 = (uint32_t)read_varint_upto(r, UINT32_MAX);
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
    size_t n = (size_t)read_varint_upto(r, sizeof(out->iccid));
    struct bytes text = read_bytes(r, n);
    if (text.len > 0) {
        memcpy(out->iccid, text.at, text.len);
    }
    /* Printed as text, so the NUL at its end must be there. */
    r->failed = r->failed || out->iccid[sizeof(out->iccid) - 1] != '\0';
}

static void read_temperatures(struct reader *r, struct fix *out)
{
    out->temperature_count = (uint8_t)read_varint_upto(r, FIX_TEMPERATURES_MAX);
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
    out->wifi_count = (uint8_t)read_varint_upto(r, FIX_WIFI_MAX);
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
    *body = read_bytes(r, (size_t)read_varint_upto(r, BODY_MAX));
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
    out->has = (uint32_t)read_varint_upto(&r, UINT32_MAX);
    uint64_t mask = read_varint_upto(&r, announced | unannounced);
    out->flags = (uint32_t)read_varint_upto(&r, UINT32_MAX);
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
