#ifndef FLEET_PACK_H
#define FLEET_PACK_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "fleet/fold.h"
#include "model/extra.h"
#include "model/fix.h"

/*
 * Fixes and fold states as bytes. A packed fix is a record: its length, then its body. Both come
 * back exactly as they went in, provided that they keep what their headers promise: members that
 * are not there are zero, and so are temperatures and gaps beyond their counts.
 */

enum {
    PACK_FIX_MAX = 224, /* bytes of the longest record without extra values, with its length */
    PACK_REPORT_MAX = PACK_FIX_MAX + EXTRAS_BYTES_MAX,      /* of any record */
    PACK_WATCH_ENTRY_MAX = 32,                              /* of them, of one entry of a watch */
    PACK_STATE_MAX = 592 + WATCH_MAX * PACK_WATCH_ENTRY_MAX /* bytes of the longest state */
};

/* Appends the record of `fix`, at most PACK_FIX_MAX bytes. */
void pack_fix(struct writer *w, const struct fix *fix);
/* Appends the record of `fix` with its packed extra values, at most PACK_REPORT_MAX bytes. */
void pack_report(struct writer *w, const struct fix *fix, struct bytes extras);
/* Appends the state, at most PACK_STATE_MAX bytes. */
void pack_state(struct writer *w, const struct fold_state *state);

/*
 * Takes the next record from `r`: *body borrows its body, *time_s is its GPS time. False at the end
 * of `r`, and where the record is cut off or has no time (then reader_ok() is false).
 */
bool pack_next(struct reader *r, struct bytes *body, int64_t *time_s);
/* The fix of a record's body. ERR_CORRUPT: these bytes are not what pack_fix() writes. */
MUST_USE enum err unpack_fix(struct bytes body, struct fix *out);
/*
 * The fix of a record's body and its extra values, which borrow the body; empty: none. ERR_CORRUPT:
 * these bytes are not what pack_report() writes.
 */
MUST_USE enum err unpack_report(struct bytes body, struct fix *out, struct bytes *extras);
/* The state that pack_state() wrote. ERR_CORRUPT. */
MUST_USE enum err unpack_state(struct bytes packed, struct fold_state *out);

#endif
