/*
 * The file is an array of buckets, and an address lives in the one that its key is hashed to:
 *
 *     "ODOSTR1\n", zeros          4,096 bytes
 *     bucket 0, bucket 1, ...     4,096 bytes each: eight slots
 *
 *     slot    0  u32  CRC-32 of the bytes behind it; an unused slot is all zeros
 *             4  u32  length of the names
 *             8  i64  when it was put, seconds since 1970
 *            16  i32  latitude and
 *            20  i32  longitude of the key, degrees * 1e4
 *            24  8    its language, zeros behind
 *            32  i32  latitude and
 *            36  i32  longitude of what the names name, degrees * 1e7
 *            40  448  the names, zeros behind
 *           488  24   zeros
 *
 * Numbers are little-endian. A slot that does not agree with its checksum is an empty one, so that
 * nothing has to be synced, and a file that anybody cut or wrote over is only asked about again.
 *
 * A cache is never needed: without a file (it cannot be opened, the disk is full) nothing is found.
 */
#define ZLIB_CONST
#include "connect/street_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/units.h"

enum {
    BUCKET_BYTES = 4096,
    SLOT_BYTES = 512,
    SLOTS = BUCKET_BYTES / SLOT_BYTES,
    CRC_BYTES = 4,
    NAMES_AT = 40,
    E7_PER_E4 = 1000,
    LON_ALL_E4 = 3600000,
    LON_MAX_E4 = 1800000,
    NOTHING_LIFE_S = 86400, /* of a place that has no address */
    FILE_MODE = 0600,
    OPEN_EVERY_S = 60, /* a file that cannot be */
    MS_PER_S = 1000,
};

static const char MAGIC[] = "ODOSTR1\n";

_Static_assert(NAMES_AT + STREET_NAMES_SIZE <= SLOT_BYTES, "names fit");

struct street_cache {
    char *path;
    uint64_t buckets;
    int64_t life_s;
    pthread_mutex_t lock; /* a bucket is read and written as a whole; of all below */
    int fd;               /* -1: there is no file */
    bool is_failing;
    int64_t opened_s; /* when that was last tried, on the wall clock */
};

/* What a slot says. */
struct slot {
    int64_t put_s;
    struct street_key key;
    struct street street;
};

/* ---- slots ---- */

static void put_le(uint8_t *at, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(v >> (8 * i));
    }
}

static void slot_write(uint8_t *at, const struct slot *s)
{
    size_t len = strlen(s->street.names);
    memset(at, 0, SLOT_BYTES);
    put_le(at + 4, len, 4);
    put_le(at + 8, (uint64_t)s->put_s, 8);
    put_le(at + 16, (uint32_t)s->key.lat_e4, 4);
    put_le(at + 20, (uint32_t)s->key.lon_e4, 4);
    memcpy(at + 24, s->key.language, STREET_LANGUAGE_SIZE);
    put_le(at + 32, (uint32_t)s->street.at.lat_e7, 4);
    put_le(at + 36, (uint32_t)s->street.at.lon_e7, 4);
    memcpy(at + NAMES_AT, s->street.names, len);
    put_le(at, crc32(0, at + CRC_BYTES, SLOT_BYTES - CRC_BYTES), CRC_BYTES);
}

/* False: the slot is empty, or damaged. */
static bool slot_read(const uint8_t *at, struct slot *out)
{
    struct reader r = reader_init((struct bytes){at, SLOT_BYTES});
    uint32_t crc = read_u32le(&r);
    uint32_t len = read_u32le(&r);
    if (crc != crc32(0, at + CRC_BYTES, SLOT_BYTES - CRC_BYTES) || len >= STREET_NAMES_SIZE) {
        return false;
    }
    out->put_s = (int64_t)read_u64le(&r);
    out->key.lat_e4 = (int32_t)read_u32le(&r);
    out->key.lon_e4 = (int32_t)read_u32le(&r);
    memcpy(out->key.language, read_bytes(&r, STREET_LANGUAGE_SIZE).at, STREET_LANGUAGE_SIZE);
    out->street.at.lat_e7 = (int32_t)read_u32le(&r);
    out->street.at.lon_e7 = (int32_t)read_u32le(&r);
    bytes_to_text(read_bytes(&r, len), out->street.names, STREET_NAMES_SIZE);
    return out->put_s > 0;
}

static bool is_key(const struct street_key *a, const struct street_key *b)
{
    return a->lat_e4 == b->lat_e4 && a->lon_e4 == b->lon_e4 &&
           memcmp(a->language, b->language, STREET_LANGUAGE_SIZE) == 0;
}

/* ---- the file ---- */

/* Makes the file one of ours, of the size wanted: what is beyond is let go. */
static bool prepare(struct street_cache *c)
{
    char head[sizeof(MAGIC) - 1];
    bool is_ours = pread(c->fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
                   memcmp(head, MAGIC, sizeof(head)) == 0;
    off_t bytes = (off_t)(BUCKET_BYTES * (1 + c->buckets));
    return (is_ours || ftruncate(c->fd, 0) == 0) && ftruncate(c->fd, bytes) == 0 &&
           pwrite(c->fd, MAGIC, sizeof(head), 0) == (ssize_t)sizeof(head);
}

static void close_file(struct street_cache *c)
{
    if (c->fd >= 0) {
        (void)close(c->fd);
    }
    c->fd = -1;
}

/* Under the lock: says in the log when it begins to fail, and when that is over. */
static void note(struct street_cache *c, bool works)
{
    if (works && c->is_failing) {
        log_line(LOG_INFO, "street_cache_works", "file=\"%s\"", c->path);
    } else if (!works && !c->is_failing) {
        log_line(LOG_WARN, "street_cache_failed", "file=\"%s\" why=\"%s\"", c->path,
                 strerror(errno));
    }
    c->is_failing = !works;
}

/* Under the lock. */
static void open_file(struct street_cache *c, int64_t now_s)
{
    close_file(c);
    c->opened_s = now_s;
    c->fd = open(c->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
    bool works = c->fd >= 0 && prepare(c);
    note(c, works);
    if (!works) {
        close_file(c);
    }
}

/* Under the lock: whether there is a file that can be found by its name. */
static bool has_file(struct street_cache *c, int64_t now_s)
{
    struct stat st;
    bool is_there = c->fd >= 0 && fstat(c->fd, &st) == 0 && st.st_nlink > 0;
    bool is_time = c->fd >= 0 || now_s >= c->opened_s + OPEN_EVERY_S || now_s < c->opened_s;
    if (!is_there && is_time) {
        open_file(c, now_s);
    }
    return c->fd >= 0;
}

struct street_cache *street_cache_open(const struct street_cache_options *options)
{
    struct street_cache *c = mem_new(sizeof(*c));
    c->path = mem_copy_text(options->path);
    c->buckets = options->bytes / BUCKET_BYTES;
    c->buckets = c->buckets < 2 ? 1 : c->buckets - 1;
    c->life_s = options->life_s;
    c->fd = -1;
    check(pthread_mutex_init(&c->lock, NULL) == 0);
    open_file(c, clock_wall_ms() / MS_PER_S);
    return c;
}

void street_cache_close(struct street_cache *c)
{
    close_file(c);
    check(pthread_mutex_destroy(&c->lock) == 0);
    free(c->path);
    free(c);
}

bool street_cache_is_failing(struct street_cache *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    bool is_failing = c->is_failing;
    check(pthread_mutex_unlock(&c->lock) == 0);
    return is_failing;
}

/* ---- buckets ---- */

static off_t bucket_at(const struct street_cache *c, const struct street_key *key)
{
    uint8_t bytes[16];
    put_le(bytes, (uint32_t)key->lat_e4, 4);
    put_le(bytes + 4, (uint32_t)key->lon_e4, 4);
    memcpy(bytes + 8, key->language, STREET_LANGUAGE_SIZE);
    return (off_t)(BUCKET_BYTES * (1 + crc32(0, bytes, sizeof(bytes)) % c->buckets));
}

/* Under the lock; what cannot be read is empty. */
static void bucket_read(struct street_cache *c, off_t at, uint8_t bucket[BUCKET_BYTES])
{
    ssize_t n = c->fd < 0 ? 0 : pread(c->fd, bucket, BUCKET_BYTES, at);
    size_t len = n < 0 ? 0 : (size_t)n;
    memset(bucket + len, 0, BUCKET_BYTES - len);
}

bool street_cache_find(struct street_cache *c, const struct street_key *key, int64_t now_s,
                       struct street *out)
{
    uint8_t bucket[BUCKET_BYTES];
    check(pthread_mutex_lock(&c->lock) == 0);
    bucket_read(c, bucket_at(c, key), bucket);
    check(pthread_mutex_unlock(&c->lock) == 0);
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot s;
        if (slot_read(bucket + i * SLOT_BYTES, &s) && is_key(&s.key, key)) {
            int64_t life_s = s.street.names[0] == '\0' ? NOTHING_LIFE_S : c->life_s;
            *out = s.street;
            return now_s >= s.put_s && now_s - s.put_s < life_s;
        }
    }
    return false;
}

/* The slot of the key; else one that is empty, or the one that was put first. */
static size_t choose_slot(const uint8_t bucket[BUCKET_BYTES], const struct street_key *key)
{
    size_t oldest = 0;
    int64_t oldest_s = INT64_MAX;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot s = {.put_s = 0};
        bool is_used = slot_read(bucket + i * SLOT_BYTES, &s);
        if (is_used && is_key(&s.key, key)) {
            return i;
        }
        int64_t put_s = is_used ? s.put_s : 0;
        oldest = put_s < oldest_s ? i : oldest;
        oldest_s = put_s < oldest_s ? put_s : oldest_s;
    }
    return oldest;
}

/* Under the lock. */
static void bucket_put(struct street_cache *c, const struct slot *s)
{
    uint8_t bucket[BUCKET_BYTES];
    off_t at = bucket_at(c, &s->key);
    bucket_read(c, at, bucket);
    size_t i = choose_slot(bucket, &s->key);
    slot_write(bucket + i * SLOT_BYTES, s);
    errno = ENOSPC; /* of a write that is short */
    note(c, pwrite(c->fd, bucket + i * SLOT_BYTES, SLOT_BYTES, at + (off_t)(i * SLOT_BYTES)) ==
                SLOT_BYTES);
}

void street_cache_put(struct street_cache *c, const struct street_key *key, int64_t now_s,
                      const struct street *street)
{
    const struct slot s = {now_s, *key, *street};
    check(pthread_mutex_lock(&c->lock) == 0);
    if (has_file(c, now_s)) {
        bucket_put(c, &s);
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
}

struct street_key street_key_of(struct point at, const char *language)
{
    struct street_key key = {
        .lat_e4 = (int32_t)units_rounded(at.lat_e7, E7_PER_E4),
        .lon_e4 = (int32_t)units_rounded(at.lon_e7, E7_PER_E4),
    };
    if (key.lon_e4 == LON_MAX_E4) { /* one meridian */
        key.lon_e4 -= LON_ALL_E4;
    }
    size_t len = strlen(language);
    memcpy(key.language, language, len < STREET_LANGUAGE_SIZE ? len : STREET_LANGUAGE_SIZE - 1);
    return key;
}
