#ifndef API_ANSWER_H
#define API_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ZLIB_CONST /* its input is const, as it should be */
#include <zlib.h>

#include "api/call.h"

/*
 * The bytes of an answer on their way out: a whole envelope, or a stream of pieces, either of them
 * squeezed with gzip where the client takes it.
 */
struct answer {
    struct call *call; /* borrowed; its `out` holds the envelope so far */
    bool more;         /* the call's stream goes on */
    bool gzip;
    bool deflating; /* z is in use */
    z_stream z;
    struct bytes piece; /* not handed out yet */
    uint8_t *squeezed;  /* room for a squeezed piece */
    size_t capacity;
    void *borrowed;      /* a body that belongs to somebody else; NULL: none */
    int64_t deadline_ms; /* on the monotonic clock; a stream not taken by then is cut */
};

enum { ANSWER_GZIP_MIN = 1024 };

/*
 * Begins with what the call has written. Makes the first piece of a stream; where that was all, the
 * answer is whole and `more` is not set.
 */
void answer_begin(struct answer *a, struct call *c, int64_t deadline_ms);
/* Whether it is long enough to be squeezed. */
bool answer_is_long(const struct answer *a);
/* Squeezes it from here on; before anything of it was taken. */
void answer_squeeze(struct answer *a);
/*
 * Copies the next bytes of a stream to `out`: `size`, or what is left of it; 0 at its end, -1 past
 * its deadline.
 */
ssize_t answer_next(struct answer *a, char *out, size_t size);
/* Answers with `len` bytes that outlive the answer and are only read; `gzip`: squeezed already. */
void answer_borrow(struct answer *a, void *body, size_t len, bool gzip);
/* `plain` as gzip, for answer_borrow(); the caller frees it. */
uint8_t *answer_squeezed(struct bytes plain, size_t *len);
/* The bytes of an answer that is whole; `piece` with the type that libmicrohttpd wants. */
void *answer_body(struct answer *a);
/* Gives back what it holds; ready for another answer. */
void answer_clear(struct answer *a);

#endif
