#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "model/fix.h"

/*
 * Fixes as blocks of columns, compressed. A block stands for itself; several, one behind the other,
 * are read as one. All members of struct fix come back exactly as they went in.
 */

enum {
    CHUNK_FIXES_MAX = 4096, /* of one block */
    CHUNK_QUICK = 0,        /* level: for short runs that are merged soon */
    CHUNK_THOROUGH = 1      /* level: for what stays */
};

/* Scratch memory for both directions: 260 KiB, and as much as the longest block so far. One
 * thread's. */
struct chunk_codec;

/* Freed with chunk_codec_free(). */
struct chunk_codec *chunk_codec_new(void);
/* NULL is fine. */
void chunk_codec_free(struct chunk_codec *c);

/*
 * One block of `count` fixes, 1 to CHUNK_FIXES_MAX, in the order given. At level 0 each column is
 * written in its usual way, above in the smallest of all. Any fix comes back that pack_fix() would
 * bring back: the block is decoded before it is handed out (chunk_prove()). Valid until the next
 * chunk_encode() with `c`.
 */
struct bytes chunk_encode(struct chunk_codec *c, const struct fix *fixes, size_t count, int level);
/*
 * `block` where it decodes to these fixes; else, after a log line, a block of their plain records.
 * What replaces the journal is so known to hold what the journal held.
 */
struct bytes chunk_prove(struct chunk_codec *c, struct bytes block, const struct fix *fixes,
                         size_t count);
/* How often that was so. */
uint64_t chunk_unproven(const struct chunk_codec *c);

/*
 * How many fixes the blocks in `data` hold, by their headings and checksums; chunk_decode() looks
 * into them. ERR_CORRUPT, ERR_VERSION.
 */
MUST_USE enum err chunk_count(struct bytes data, size_t *count);

/*
 * The fixes of all blocks in `data`, at most `room` of them. ERR_CORRUPT: these bytes are not what
 * chunk_encode() makes; ERR_VERSION: of a newer odograph; ERR_TOO_LONG: more than `room`.
 */
MUST_USE enum err chunk_decode(struct chunk_codec *c, struct bytes data, struct fix *out,
                               size_t room, size_t *count);

#endif
