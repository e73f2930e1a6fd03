#ifndef PROTOCOLS_MEITRACK_MEITRACK_H
#define PROTOCOLS_MEITRACK_MEITRACK_H

#include "protocols/protocol.h"

/* What the files of the Meitrack protocol share. Pure; any thread. */

/* report.c: what an event means, in texts and in both binary forms. */
void meitrack_set_event(struct fix *f, struct extras *x, uint64_t event);
/* report.c: adds the report of AAA (behind its word), or of AFF, which is stored. */
MUST_USE enum err meitrack_read_text(struct bytes body, bool is_stored, struct decoded *out);

/* batch.c: adds the reports of CCC and CCE, behind their word. */
MUST_USE enum err meitrack_read_ccc(struct bytes body, struct decoded *out);
MUST_USE enum err meitrack_read_cce(struct bytes body, struct decoded *out);

#endif
