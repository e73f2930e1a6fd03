#ifndef STORE_CHUNK_TESTING_H
#define STORE_CHUNK_TESTING_H

/* Fixes with anything in them, for the tests and the fuzzer of chunks. */
#include <zlib.h>

#include "base/check.h"
#include "base/writer.h"
#include "model/extra.h"
#include "store/bits_testing.h"
#include "store/chunk.h"

/* A number of any length in each member; what others rely on is in bounds. */
static inline void fix_of_noise(uint64_t *seed, struct fix *f)
{
    memset(f, 0, sizeof(*f));
    f->gps_time_s = (int64_t)random_bits(seed, 64);
    f->original_time_s = (int64_t)random_bits(seed, 64);
    f->rcv_time_s = (int64_t)random_bits(seed, 64);
    f->has = (uint32_t)random_bits(seed, 32);
    f->flags = (uint32_t)random_bits(seed, 32);
    f->lat_e7 = (int32_t)random_next(seed);
    f->lon_e7 = (int32_t)random_next(seed);
    f->altitude_dm = (int32_t)random_next(seed);
    f->speed_kmh_e2 = (uint32_t)random_bits(seed, 32);
    f->course_cdeg = (uint16_t)random_bits(seed, 16);
    f->hdop_e2 = (uint16_t)random_bits(seed, 16);
    f->source = (uint8_t)(random_next(seed) % (FIX_WIFI + 1));
    f->satellites = (uint8_t)random_bits(seed, 8);
    f->gsm = (uint8_t)random_bits(seed, 8);
    f->battery_percent = (uint8_t)random_bits(seed, 8);
    f->lock = (uint8_t)(random_next(seed) % FIX_LOCK_COUNT);
    f->temperature_count = (uint8_t)(random_next(seed) % (FIX_TEMPERATURES_MAX + 1));
    f->wifi_count = (uint8_t)(random_next(seed) % (FIX_WIFI_MAX + 1));
    f->rest_days = (uint16_t)random_bits(seed, 16);
    f->power_mv = (uint32_t)random_bits(seed, 32);
    f->battery_mv = (uint32_t)random_bits(seed, 32);
    f->odometer_m = random_bits(seed, 64);
    f->fuel_ml = (uint32_t)random_bits(seed, 32);
    f->alarms = (alarm_set)random_bits(seed, 32);
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        f->temperature_c_e2[i] = (int16_t)random_next(seed);
    }
    for (size_t i = 0; i + 1 < FIX_ICCID_SIZE; i++) {
        f->iccid[i] = (char)random_bits(seed, 8);
    }
    f->cell = (struct cell){
        .mcc = (uint16_t)random_bits(seed, 16),
        .mnc = (uint16_t)random_bits(seed, 16),
        .lac = (uint32_t)random_bits(seed, 32),
        .cid = random_bits(seed, 64),
    };
    for (size_t i = 0; i < FIX_WIFI_MAX; i++) {
        uint64_t any = random_next(seed);
        memcpy(f->wifi[i].mac, &any, sizeof(f->wifi[i].mac));
        f->wifi[i].rssi_dbm = (int8_t)(any >> 56);
    }
}

/* Values of any kind, some of them of keys that nobody knows, or none; in the arena. */
static inline struct bytes extras_of_noise(uint64_t *seed, struct arena *arena)
{
    struct extras x = {.arena = arena};
    uint8_t text[EXTRA_TEXT_MAX];
    size_t count = random_next(seed) % 2 == 0 ? 0 : random_next(seed) % (EXTRAS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        unsigned key = 1 + (unsigned)(random_next(seed) % (random_next(seed) % 2 == 0 ? 6 : 1000));
        unsigned index = (unsigned)(random_next(seed) % (random_next(seed) % 2 == 0 ? 2 : 64));
        size_t len = 1 + random_next(seed) % EXTRA_TEXT_MAX;
        for (size_t k = 0; k < len; k++) {
            text[k] = (uint8_t)('!' + random_next(seed) % 94);
        }
        if (random_next(seed) % 4 == 0) {
            struct bytes kept = arena_copy(arena, (struct bytes){text, len});
            extras_set_text(&x, (enum extra_key)key, index, kept);
        } else {
            int64_t number = (int64_t)random_bits(seed, 64);
            extras_set(&x, (enum extra_key)key, index, number);
        }
    }
    return extras_pack(&x);
}

/* chunk_encode(), chunk_prove() and chunk_decode() of fixes alone, without extra values. */
static inline struct bytes encode_plain(struct chunk_codec *c, const struct fix *fixes,
                                        size_t count, int level)
{
    const struct fix_run run = {fixes, NULL, count};
    return chunk_encode(c, &run, level);
}

static inline struct bytes prove_plain(struct chunk_codec *c, struct bytes block,
                                       const struct fix *fixes, size_t count)
{
    const struct fix_run run = {fixes, NULL, count};
    return chunk_prove(c, block, &run);
}

static inline enum err decode_plain(struct chunk_codec *c, struct bytes data, struct fix *out,
                                    size_t room, size_t *count)
{
    struct fixes got = {0};
    enum err e = chunk_decode(c, data, room, &got);
    check(got.extras == NULL);
    *count = got.count;
    if (got.count > 0 && out != NULL) {
        memcpy(out, got.at, got.count * sizeof(*out));
    }
    fixes_clear(&got);
    return e;
}

/* A block with this version, count and body and a checksum that is right, into `at`; answers its
 * length. */
static inline size_t chunk_forge(uint8_t *at, size_t size, uint8_t version, uint64_t count,
                                 struct bytes body)
{
    struct writer w = writer_init(at, size);
    write_u8(&w, version);
    write_varint(&w, count);
    write_varint(&w, body.len);
    write_bytes(&w, body);
    uint32_t crc = (uint32_t)crc32_z(0, at, w.len);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        write_u8(&w, (uint8_t)(crc >> shift));
    }
    check(writer_ok(&w));
    return w.len;
}

#endif
