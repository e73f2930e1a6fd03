#ifndef API_FRAMING_H
#define API_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Where a request's body ends, as its head says. A head that can be read in two ways is refused: a
 * proxy before us may read it the other way, and what is body to one is the next request to the
 * other (RFC 9112, section 11.2).
 */
struct framing {
    unsigned lengths; /* Content-Length headers so far */
    unsigned codings; /* Transfer-Encoding headers so far */
    bool is_bad;      /* one of the headers is no good by itself */
    uint64_t length;  /* of the body, where there is one Content-Length */
};

/* Takes one header of the head into account; a zeroed struct framing has seen none. */
void framing_note(struct framing *f, struct bytes name, struct bytes value);
/* Whether a head of this version ("HTTP/1.1") with these headers can be read in one way only. */
bool framing_is_clear(const struct framing *f, const char *version);
/* Whether the body comes in chunks, its length untold. */
bool framing_is_chunked(const struct framing *f);

#endif
