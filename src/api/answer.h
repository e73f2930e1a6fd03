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
 * The bytes of an answer on their way out: a whole envelope, or a stream that is made in steps.
 * Either is squeezed with gzip where the client takes that and it is worth while. Making takes time
 * and taking does not, so a thread that serves many connections makes little.
 */
struct answer {
    struct call *call; /* borrowed; its `out` holds the envelope so far */
    bool takes_gzip;   /* the client does */
    bool more;         /* the call's stream goes on */
    bool waits;        /* the last step said STEP_WAIT */
    bool is_broken;    /* it said STEP_CUT: what is there is all there will be, and not whole */
    bool begun;        /* a piece was made; from then on it is certain ... */
    bool gzip;         /* ... whether all are squeezed */
    bool deflating;    /* z is in use */
    z_stream z;
    struct bytes piece; /* not handed out yet */
    uint8_t *squeezed;  /* room for a squeezed piece */
    size_t capacity;
    void *borrowed;      /* a body that belongs to somebody else; NULL: none */
    int64_t limit_ms;    /* until the deadline, when it began */
    int64_t deadline_ms; /* on the monotonic clock; a stream not taken by then is cut;
                            of a file, its piece */
};

enum { ANSWER_GZIP_MIN = 1024 };

/* Begins with what the call has written, or with its stream; nothing is made yet. */
void answer_begin(struct answer *a, struct call *c, bool takes_gzip, int64_t deadline_ms);
/*
 * Makes the next piece, when nothing is left of the one before. True: there are bytes to take, or
 * the end is reached; where `more` is not set after the first piece, the answer is whole. False: go
 * on with the next step, where it `waits` as soon as its stream is woken.
 */
bool answer_step(struct answer *a);
/* Copies the next bytes of the piece at hand to `out`: `size`, or what is left of it. */
size_t answer_take(struct answer *a, char *out, size_t size);
/* Whether its time is over. */
bool answer_is_late(const struct answer *a);
/* Answers with `len` bytes that outlive the answer and are only read; `gzip`: squeezed already. */
void answer_borrow(struct answer *a, void *body, size_t len, bool gzip);
/* `plain` as gzip, for answer_borrow(); the caller frees it. */
uint8_t *answer_squeezed(struct bytes plain, size_t *len);
/* The bytes of an answer that is whole; `piece` with the type that libmicrohttpd wants. */
void *answer_body(struct answer *a);
/* Gives back what it holds; ready for another answer. */
void answer_clear(struct answer *a);

#endif
