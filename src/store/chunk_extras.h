#ifndef STORE_CHUNK_EXTRAS_H
#define STORE_CHUNK_EXTRAS_H

#include "store/bits.h"
#include "store/column.h"
#include "store/fixes.h"

/* The extra values of a block's fixes as columns: what stands behind the columns of struct fix. */

/* Scratch memory, some hundred KiB. One thread's. */
struct extras_coder;

/* Uses `columns`, which outlives it. Freed with extras_coder_free(). */
struct extras_coder *extras_coder_new(struct column_coder *columns);
/* NULL is fine. */
void extras_coder_free(struct extras_coder *c);

/* The columns of the run's extra values, 1 to COLUMN_VALUES_MAX fixes. Valid until the next call.
 */
struct bytes extras_encode(struct extras_coder *c, const struct fix_run *run, bool thorough);

/*
 * Reads the columns for the `count` fixes for which `out` has room behind its own, and gives each
 * its values, kept in out->arena. False: these bits are not what extras_encode() makes.
 */
bool extras_decode(struct extras_coder *c, struct bit_reader *r, size_t count, struct fixes *out);

#endif
