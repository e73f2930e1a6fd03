#ifndef STORE_CHUNK_TESTING_H
#define STORE_CHUNK_TESTING_H

/* Fixes with anything in them, for the tests and the fuzzer of chunks. */
#include <zlib.h>

#include "base/check.h"
#include "base/writer.h"
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
