#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "store/fixes.h"

/*
 * Fixes as blocks of columns, compressed. A block stands for itself; several, one behind the other,
 * are read as one. All members of struct fix come back exactly as they went in, and their extra
 * values with them.
 */

enum {
    CHUNK_FIXES_MAX = 4096, /* of one block */
    CHUNK_QUICK = 0,        /* level: for short runs that are merged soon */
    CHUNK_THOROUGH = 1      /* level: for what stays */
};

/* Scratch memory for both directions: 260 KiB, half as much more once there are extra values, and
 * as much as the longest block so far. One thread's. */
struct chunk_codec;

/* Freed with chunk_codec_free(). */
struct chunk_codec *chunk_codec_new(void);
/* NULL is fine. */
void chunk_codec_free(struct chunk_codec *c);

/*
 * One block of a run, 1 to CHUNK_FIXES_MAX fixes, in the order given. At level 0 each column is
 * written in its usual way, above in the smallest of all. Every fix that pack_report() would bring
 * back comes back: the block is decoded before it is handed out (chunk_prove()). Valid until the
 * next chunk_encode() with `c`.
 */
struct bytes chunk_encode(struct chunk_codec *c, const struct fix_run *run, int level);
/*
 * Answers `block` where it decodes to these fixes; else, after a log line, a block of their plain
 * records. So what replaces the journal is known to hold what the journal held.
 */
struct bytes chunk_prove(struct chunk_codec *c, struct bytes block, const struct fix_run *run);
/* How often that was so. */
uint64_t chunk_unproven(const struct chunk_codec *c);

/*
 * How many fixes the blocks in `data` hold, by their headings and checksums; chunk_decode() looks
 * into them. ERR_CORRUPT, ERR_VERSION.
 */
MUST_USE enum err chunk_count(struct bytes data, size_t *count);

/*
 * Appends the fixes of all blocks in `data` to `out`, at most `most` of them; nothing where it
 * fails. ERR_CORRUPT: these bytes are not what chunk_encode() makes; ERR_VERSION: of a newer
 * odograph; ERR_TOO_LONG: more than `most`.
 */
MUST_USE enum err chunk_decode(struct chunk_codec *c, struct bytes data, size_t most,
                               struct fixes *out);

#endif
