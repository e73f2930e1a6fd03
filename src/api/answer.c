/*
 * Making an answer and taking it are apart: answer_step() makes the next piece, and squeezes it
 * where the client wants gzip; answer_take() only copies what is there.
 */
#include "api/answer.h"

#include <stdlib.h>
#include <string.h>

#include "api/envelope.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

enum { WINDOW_GZIP = 15 + 16, MEMORY_LEVEL = 8, SQUEEZED_FIRST = 8192, PIECES_SQUEEZED = 4 };

/* Room for at least one more byte behind the `used` ones. */
static void make_room(struct answer *a, size_t used)
{
    if (used == a->capacity) {
        a->capacity = a->capacity == 0 ? SQUEEZED_FIRST : a->capacity * 2;
        a->squeezed = mem_resize(a->squeezed, a->capacity);
    }
    a->z.next_out = a->squeezed + used;
    a->z.avail_out = (uInt)(a->capacity - used);
}

/*
 * Squeezes what the call wrote into a->squeezed, behind the `used` bytes, and flushes the end with
 * the last piece; answers how many there are. zlib keeps back what it can: a piece may come out
 * empty, or with something of earlier pieces in it.
 */
static size_t squeeze(struct answer *a, struct bytes plain, size_t used)
{
    if (!a->deflating) {
        check(deflateInit2(&a->z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                           Z_DEFAULT_STRATEGY) == Z_OK);
        a->deflating = true;
    }
    a->z.next_in = plain.at;
    a->z.avail_in = (uInt)plain.len;
    do {
        make_room(a, used);
        int result = deflate(&a->z, a->more ? Z_NO_FLUSH : Z_FINISH);
        check(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        used = a->capacity - a->z.avail_out;
    } while (a->z.avail_out == 0);
    check(a->z.avail_in == 0);
    if (!a->more) { /* a quarter of a megabyte that a slow reader shall not hold */
        check(deflateEnd(&a->z) == Z_OK);
        a->deflating = false;
    }
    return used;
}

void answer_begin(struct answer *a, struct call *c, bool takes_gzip, int64_t deadline_ms)
{
    a->call = c;
    a->takes_gzip = takes_gzip;
    a->deadline_ms = deadline_ms;
    a->limit_ms = deadline_ms - clock_monotonic_ms();
    a->more = c->stream.state != NULL;
}

/* Has the call make its next piece, and the end of the envelope behind the last. */
static bool write_piece(struct answer *a)
{
    struct call *c = a->call;
    if (a->begun) {
        json_drop(&c->out);
    }
    enum call_step step = c->stream.next(c->stream.state, &c->out);
    a->more = step != STEP_END;
    a->waits = step == STEP_WAIT;
    a->is_broken = step == STEP_CUT;
    if (!a->more) {
        envelope_end(c);
    }
    return step == STEP_PIECE || step == STEP_END;
}

/* Everybody gets the same bytes, which are squeezed already. */
static void take_shared(struct answer *a, struct shared_body *shared)
{
    check(!a->begun && !a->more);
    a->begun = true;
    a->gzip = a->takes_gzip;
    a->piece = a->gzip ? shared->gzip : shared->plain;
    a->borrowed = a->gzip ? shared->gzip_room : shared->plain_room;
}

/* The piece at hand is now what the call wrote, or what came of it by squeezing. */
static void take_up(struct answer *a, size_t *used)
{
    if (a->call->shared != NULL) {
        take_shared(a, a->call->shared);
        return;
    }
    a->piece = json_text(&a->call->out);
    if (!a->begun) {
        a->begun = true;
        a->gzip = a->takes_gzip && (a->more || a->piece.len >= ANSWER_GZIP_MIN);
    }
    if (a->gzip) {
        *used = squeeze(a, a->piece, *used);
        a->piece = (struct bytes){a->squeezed, *used};
    }
}

/* A file may be of any length: whoever takes a piece in time gets as much time for the next. */
static void extend_deadline(struct answer *a)
{
    if (a->call != NULL && a->call->file_type != NULL && a->piece.len > 0) {
        a->deadline_ms = clock_monotonic_ms() + a->limit_ms;
    }
}

/*
 * Squeezed pieces are small, and handing one on costs something, so several of the call's make one.
 */
bool answer_step(struct answer *a)
{
    size_t used = 0;
    bool goes_on = true;
    for (int i = 0; i < PIECES_SQUEEZED && goes_on; i++) {
        bool came = !a->more || write_piece(a);
        if (came) {
            take_up(a, &used);
        }
        goes_on = came && a->more && a->gzip;
    }
    extend_deadline(a);
    return a->piece.len > 0 || !a->more || a->is_broken;
}

size_t answer_take(struct answer *a, char *out, size_t size)
{
    size_t len = a->piece.len < size ? a->piece.len : size;
    if (len > 0) {
        memcpy(out, a->piece.at, len);
        a->piece = bytes_slice(a->piece, len, a->piece.len);
    }
    return len;
}

bool answer_is_late(const struct answer *a)
{
    return clock_monotonic_ms() > a->deadline_ms;
}

void answer_borrow(struct answer *a, void *body, size_t len, bool gzip)
{
    a->piece = (struct bytes){body, len};
    a->borrowed = body;
    a->gzip = gzip;
}

uint8_t *answer_squeezed(struct bytes plain, size_t *len)
{
    struct answer a = {0};
    *len = squeeze(&a, plain, 0);
    return a.squeezed;
}

void *answer_body(struct answer *a)
{
    if (a->borrowed != NULL) {
        return a->borrowed;
    }
    return a->gzip ? (void *)a->squeezed : (void *)a->call->out.at;
}

void answer_clear(struct answer *a)
{
    if (a->deflating) {
        (void)deflateEnd(&a->z); /* Z_DATA_ERROR where the client left early */
    }
    free(a->squeezed);
    *a = (struct answer){0};
}
