/* A block: version | count | length | records of pack_fix() ... | crc32. */
#include "store/chunk.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "store/pack.h"

enum { BLOCK_VERSION = 1, HEADING_MAX = 24, CHECKSUM_BYTES = 4 };

struct chunk_codec {
    uint8_t *at;
    size_t capacity;
};

struct chunk_codec *chunk_codec_new(void)
{
    return mem_new(sizeof(struct chunk_codec));
}

void chunk_codec_free(struct chunk_codec *c)
{
    if (c != NULL) {
        free(c->at);
        free(c);
    }
}

struct bytes chunk_encode(struct chunk_codec *c, const struct fix *fixes, size_t count, int level)
{
    check(count > 0 && count <= CHUNK_FIXES_MAX);
    (void)level;
    size_t need = count * PACK_FIX_MAX + HEADING_MAX;
    if (c->capacity < need * 2) {
        c->capacity = need * 2;
        c->at = mem_resize(c->at, c->capacity);
    }
    struct writer body = writer_init(c->at + need, need);
    for (size_t i = 0; i < count; i++) {
        pack_fix(&body, &fixes[i]);
    }
    struct writer w = writer_init(c->at, need);
    write_u8(&w, BLOCK_VERSION);
    write_varint(&w, count);
    write_varint(&w, body.len);
    write_bytes(&w, writer_bytes(&body));
    uint32_t crc = (uint32_t)crc32_z(0, c->at, w.len);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        write_u8(&w, (uint8_t)(crc >> shift));
    }
    return writer_bytes(&w);
}

static enum err open_block(struct reader *r, uint64_t *count, struct bytes *body)
{
    size_t from = r->pos;
    if (read_u8(r) != BLOCK_VERSION) {
        return ERR_VERSION;
    }
    *count = read_varint(r);
    *body = read_bytes(r, (size_t)read_varint(r));
    uint32_t crc = (uint32_t)crc32_z(0, r->in.at + from, r->pos - from);
    bool sound = read_u32le(r) == crc && reader_ok(r) && *count <= CHUNK_FIXES_MAX;
    return sound ? ERR_OK : ERR_CORRUPT;
}

enum err chunk_count(struct bytes data, size_t *count)
{
    struct reader r = reader_init(data);
    *count = 0;
    while (reader_left(&r) > 0) {
        uint64_t n = 0;
        struct bytes body;
        enum err e = open_block(&r, &n, &body);
        if (e != ERR_OK) {
            return e;
        }
        *count += (size_t)n;
    }
    return ERR_OK;
}

enum err chunk_decode(struct chunk_codec *c, struct bytes data, struct fix *out, size_t room,
                      size_t *count)
{
    struct reader r = reader_init(data);
    (void)c;
    *count = 0;
    while (reader_left(&r) > 0) {
        uint64_t n = 0;
        struct bytes body;
        enum err e = open_block(&r, &n, &body);
        struct reader b = reader_init(body);
        for (uint64_t i = 0; i < n && e == ERR_OK; i++) {
            struct bytes record;
            int64_t time_s = 0;
            if (*count == room) {
                return ERR_TOO_LONG;
            }
            e = pack_next(&b, &record, &time_s) ? unpack_fix(record, &out[(*count)++])
                                                : ERR_CORRUPT;
        }
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}
